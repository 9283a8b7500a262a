"""A new waiver as text: the entry of a finding, and a file of waivers with an entry more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scanner import datafile
from scanner.documents.data_to_text import QuotingStyle, flow
from scanner.errors import PackError, UsageError
from scanner.gate.waivers.matching import resource_of
from scanner.gate.waivers.reading import SCHEMA
from scanner.late import regex
from scanner.model import Finding

HEAD = (
    "apiVersion: assay.dev/v1",
    "kind: Waivers",
    'approvers: []  # who may approve waivers, such as "@ben"; CODEOWNERS may name approvers, too',
    "waivers:",
)
"""The lines above the first entry of a file."""
_DASH = regex(r"( *)- ")
_EMPTY = regex(r"(?m)^waivers: *\[ *\] *(#.*)?$")


def identity_of(finding: Finding) -> str:
    """The id that the waiver of a finding gets."""
    return f"W-{finding.fingerprint[:8]}"


def entry_of(finding: Finding, day: str) -> Iterator[str]:
    """The lines of a waiver of a finding, whose empty fields a person fills in; nothing of them is indented."""
    resource = resource_of(finding)
    named = {key: value for key in resource.__struct_fields__ if (value := getattr(resource, key))}

    def said(value: Any) -> str:
        return flow(value, QuotingStyle())

    yield f"# {finding.message}"
    yield f"- id: {identity_of(finding)}"
    yield f"  rule: {said(finding.rule)}"
    yield f"  resource: {said(named)}"
    yield f"  path: {said(finding.location.path)}"
    if finding.location.field:
        yield f"  field: {said(finding.location.field)}"
    if finding.evidence is not None:
        yield f"  evidence: {said(finding.evidence)}"
    yield '  type: ""  # risk-accepted, compensating, customised, false-positive or not-applicable'
    yield '  reason: ""'
    yield '  residual-risk: ""  # the risk that remains; only risk-accepted and customised need this line'
    yield '  requester: ""'
    yield '  approver: ""  # another person: one of `approvers`, or an owner in CODEOWNERS'
    yield f'  approved: ""  # a date such as {day}'
    yield '  expires: ""  # the last day, at most `max-life` days after approval (180 if the file does not state it)'


def new_file(entry: list[str]) -> str:
    """A file of waivers with one entry."""
    return "".join(f"{line}\n" for line in (*HEAD, *(f"  {line}" for line in entry)))


def refuse_second(path: str, content: bytes, identity: str) -> None:
    """Raise UsageError where a file has a waiver of an id already, PackError where it is not a file of waivers."""
    file = datafile.parse(path, content, SCHEMA)
    for number, each in enumerate(file.value["waivers"]):
        if each.get("id") == identity:
            hint = "to renew it, state new dates in `approved` and `expires` there, and have it approved again"
            raise UsageError(f"{file.where(('waivers', number))}: the file has a waiver {identity}", hint=hint)


def with_entry(path: str, content: bytes, entry: list[str]) -> str:
    """The text of a file of waivers with an entry at the end of its list; all other lines stay as they are.

    Raises PackError for what is not a file of waivers, and UsageError where the id is there or the list is not at the
    end of the file, one waiver below the other.
    """
    before = datafile.parse(path, content, SCHEMA)
    waivers: list[Any] = before.value["waivers"]
    added = datafile.parse(path, new_file(entry).encode(), SCHEMA).value["waivers"]
    refuse_second(path, content, added[0]["id"])
    text = content.decode("utf-8")
    end = "\r\n" if "\r\n" in text else "\n"
    pad = "  "
    if waivers:
        dash = _DASH.match(text.splitlines()[before.line(("waivers", len(waivers) - 1)) - 1])
        pad = dash[1] if dash else pad
    else:
        text = _EMPTY.sub("waivers:", text)
    whole = text if text.endswith("\n") else text + end
    whole += "".join(f"{pad}{line}{end}" for line in entry)
    try:
        after = datafile.parse(path, whole.encode(), SCHEMA).value
    except PackError:
        after = None
    if after != {**before.value, "waivers": [*waivers, *added]}:
        hint = "without --file, the entry is printed: add it to the list `waivers`"
        raise UsageError(
            f"{Path(path)}: the list `waivers` is not the end of the file, one waiver a line below", hint=hint
        )
    return whole
