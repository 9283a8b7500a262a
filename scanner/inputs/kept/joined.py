"""What the rules that compare objects gave for all files, kept under everything that it was worked out from."""

from __future__ import annotations

from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import MsgspecError, Struct
from msgspec.msgpack import Decoder, encode

from scanner.kept import store
from scanner.kept.inspection import Inspection, NotKeptError
from scanner.model import Finding, Outcome
from scanner.policy.evaluate import Counts, Evaluation

Told: TypeAlias = dict[int, dict[str, Any]]
"""Facts about subjects by their numbers."""
_LARGER = 20
"""How many times as much as of one file may be kept."""
_Row: TypeAlias = tuple[
    list[Finding], Counts, dict[tuple[str, ...], Counts], dict[tuple[str, str], Counts], Told
]  # fmt: skip


class KeptJoined(Struct, frozen=True):
    """Where one result is kept, or is to be."""

    folder: Path
    outside: tuple[str, ...]
    """As in `Reuse`."""
    key: bytes

    def get(self) -> tuple[Evaluation, Told] | None:
        """What was kept, None where nothing was."""
        with store.opened(self.folder, self.outside) as kept:
            value = kept.get(self.key) if kept else None
            if kept:
                kept.put(())  # notes that it was used
        try:
            findings, counts, by_path, by_subject, told = _decoder().decode(value or b"")
        except (MsgspecError, RecursionError):
            return None
        return Evaluation(findings, counts, by_path, by_subject), told

    def put(self, evaluation: Evaluation, told: Told) -> None:
        """Keep a result, where it may be kept."""
        row = evaluation.findings, evaluation.counts, evaluation.by_path, evaluation.by_subject, told
        try:
            _inspect(evaluation, told)
            value = encode(row)
        except Exception:  # noqa: BLE001 - whatever it is, it must not cost the run its result
            return
        with store.opened(self.folder, self.outside) as kept:
            if kept:
                kept.put(((self.key, value),))


@cache
def _decoder() -> Decoder[_Row]:
    return Decoder(_Row)


def _inspect(evaluation: Evaluation, told: Told) -> None:
    """Raise NotKeptError for what is not to be kept."""
    inspection = Inspection(_LARGER)
    if evaluation.fixes or any(finding.outcome is Outcome.ERROR for finding in evaluation.findings):
        raise NotKeptError
    for finding in evaluation.findings:
        inspection.take_struct(finding)
    inspection.take_texts(chain(*evaluation.by_path, *evaluation.by_subject))
    for facts in told.values():
        inspection.take(facts)
    inspection.refuse_large()
    inspection.refuse_credentials()
