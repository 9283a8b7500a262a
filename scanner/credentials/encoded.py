"""Credentials in base64, as the data of a Secret holds them: where a run begins and ends that decodes to one."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from scanner.credentials.forms import hits, long_runs
from scanner.late import regex

_SHORTEST = 24
_RUN = regex(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{24,8000}={0,2}(?![A-Za-z0-9+/=])")
_REMEMBERED = 50_000
_REMEMBERED_LENGTH = 200
_plain: set[str] = set()
"""Runs of characters of earlier texts in which no base64 holds a credential."""


def encoded(text: str) -> Iterator[tuple[int, int]]:
    """The place of each run of base64 that decodes to a credential of a known form; each run is decoded once."""
    new = [run for run in long_runs(text, _SHORTEST) if run not in _plain]
    found = sorted(filter(_holds_credential, {run for each in new for run in _RUN.findall(each)}))
    if not found:
        _remember(new)
    for run in found:
        at = text.find(run)
        while at >= 0:
            yield at, at + len(run)
            at = text.find(run, at + len(run))


def _remember(runs: Iterable[str]) -> None:
    if len(_plain) > _REMEMBERED:
        _plain.clear()
    _plain.update(run for run in runs if len(run) <= _REMEMBERED_LENGTH)


def _holds_credential(run: str) -> bool:
    try:
        decoded = base64.b64decode(run, validate=True).decode("ascii")
    except ValueError:
        return False
    return any(True for _ in hits(decoded))
