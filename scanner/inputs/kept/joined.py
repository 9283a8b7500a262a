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
"""How many times as much as of one file a part may hold."""
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
        """Keep a result that `JoinedInspection` did not refuse."""
        try:
            value = encode((evaluation.findings, evaluation.counts, evaluation.by_path, evaluation.by_subject, told))
        except Exception:  # noqa: BLE001 - whatever it is, it must not cost the run its result
            return
        with store.opened(self.folder, self.outside) as kept:
            if kept:
                kept.put(((self.key, value),))


class JoinedInspection:
    """Whether a result may be kept, asked of each part while other processes work on the next one."""

    def __init__(self) -> None:
        self.passed = True
        """All parts so far may be kept: no text of theirs holds a credential."""

    def take(self, part: Evaluation | Told) -> None:
        """Look at the next part."""
        try:
            if self.passed:
                _inspect(part)
        except Exception:  # noqa: BLE001 - as above
            self.passed = False


@cache
def _decoder() -> Decoder[_Row]:
    return Decoder(_Row)


def _inspect(part: Evaluation | Told) -> None:
    """Raise NotKeptError for what is not to be kept."""
    inspection = Inspection(_LARGER)
    if isinstance(part, Evaluation):
        if part.fixes or any(finding.outcome is Outcome.ERROR for finding in part.findings):
            raise NotKeptError
        for finding in part.findings:
            inspection.take_struct(finding)
        inspection.take_texts(chain(*part.by_path, *part.by_subject))
    else:
        for facts in part.values():
            inspection.take(facts)
    inspection.refuse_large()
    inspection.refuse_credentials()
