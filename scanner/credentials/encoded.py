"""Credentials in base64, as the data of a Secret holds them: where a run begins and ends that decodes to one."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from scanner.credentials.forms import hits, long_runs
from scanner.late import regex

_SHORTEST = 24
_RUN = regex(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{24,8000}={0,2}(?![A-Za-z0-9+/=])")


def encoded(text: str) -> Iterator[tuple[int, int]]:
    """The place of each run of base64 that decodes to a credential of a known form; each run is decoded once."""
    runs = {run for each in long_runs(text, _SHORTEST) for run in _RUN.findall(each)}
    for run in sorted(filter(_holds_credential, runs)):
        at = text.find(run)
        while at >= 0:
            yield at, at + len(run)
            at = text.find(run, at + len(run))


def _holds_credential(run: str) -> bool:
    try:
        decoded = base64.b64decode(run, validate=True).decode("ascii")
    except ValueError:
        return False
    return any(True for _ in hits(decoded))
