"""A line of the ledger: canonical JSON, with sorted keys and without spaces, about one run."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Kind = Literal["evidence", "gate", "scan"]
RunResult = Literal["passed", "failed", "incomplete", "waived", "weakened"]
MOST_FAILURES = 10_000
"""Failures that an entry lists."""


class Failure(Struct, frozen=True):
    """A failing finding of the run."""

    fingerprint: str
    rule: str
    severity: str
    """The severity that counts."""
    path: str
    line: int
    waiver: str
    """The id of the waiver that covers it; empty for none."""


class WaiverInForce(Struct, frozen=True):
    """A waiver that was in force at the run."""

    id: str
    expires: str
    approver: str


class Totals(Struct, frozen=True):
    """The numbers of the run."""

    inputs: dict[str, int]
    """Status -> number of files."""
    failed: int
    """Failing findings, those with a waiver included."""
    waived: int
    severities: dict[str, int]


class Entry(Struct, frozen=True, kw_only=True):
    """One run. The keys of the line are these names."""

    sequence: Annotated[int, Meta(ge=1)]
    time: str
    """End of the run, RFC 3339 in UTC."""
    kind: Kind
    commit: str
    """Empty for files outside of Git."""
    tree: str
    """The tree of the commit; empty where the commit is not known to the repository of the ledger."""
    dirty: bool
    """The assessed files differed from the commit."""
    branch: str
    base: str
    """The commit that a gate compared with."""
    digest: str
    """`sha256:` and the digest of MANIFEST.sha256, or of the file of results."""
    actor: str
    version: str
    """Of Assay."""
    verdict: RunResult
    """`waived`: exit code 0 only because of waivers. `weakened`: exit code 0 with a weakened configuration."""
    exit_code: int
    reason: str
    ruleset: str
    configuration: str
    """Digest of the settings of the run. Entries of one kind can be compared."""
    frameworks: tuple[str, ...]
    totals: Totals
    controls: dict[str, dict[str, int]]
    """`id@edition` of each requested framework -> status -> number of controls."""
    failures: tuple[Failure, ...]
    """Sorted, at most `MOST_FAILURES`."""
    failures_omitted: int
    waivers: tuple[WaiverInForce, ...]
    weakened: tuple[str, ...]
    """What the gate found weaker in the configuration of the change."""
    previous: str
    """`line_digest` of the line before this one; empty for the first."""


_DECODER = msgspec.json.Decoder(Entry)
_ENCODER = msgspec.json.Encoder(order="sorted")


def line_of(entry: Entry) -> bytes:
    """The line of an entry, without the end of line."""
    return _ENCODER.encode(entry)


def line_digest(line: bytes) -> str:
    """What the next line records of a line, given without the end of line."""
    return f"sha256:{hashlib.sha256(line).hexdigest()}"


def read(line: bytes) -> Entry | str:
    """The entry of a line, or what is wrong with the line. Keys that a later version adds are passed over."""
    try:
        entry = _DECODER.decode(line)
        if _ENCODER.encode(entry) == line or _ENCODER.encode(msgspec.json.decode(line)) == line:
            return entry
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return f"it is not an entry: {error}"
    return "it is not written as Assay writes an entry, with sorted keys and without spaces"
