"""`evidence.yaml`: what people collected for controls that files cannot show, and its state on a day."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from scanner import safe_read
from scanner.errors import UnreadableError
from scanner.limits import MIB
from scanner.masking import mask, mask_data
from scanner.waived import day

NAME = "evidence.yaml"
SCHEMA = Path(__file__).with_name("manual.schema.json")
MISSING, STALE, ALTERED, OVERDUE, INCOMPLETE, PRESENT = (
    *("missing", "stale", "altered", "overdue", "incomplete", "present"),
)
_MOST = 256 * MIB
_FURTHER = {
    "compensating-control": ("constraint", "objective", "risk", "control-description", "validation", "maintenance"),
    "customised-approach": ("objective", "control-description", "risk-analysis", "testing", "monitoring"),
}
"""Type of a record -> what PCI DSS asks of it (appendices B and D) beside the statement."""


class Attachment(Struct, frozen=True):
    """A file that somebody collected; a pack has its digest and not the file."""

    path: str
    sha256: str
    bytes: int
    fault: str = ""
    """Why it is not the recorded file; empty where it is."""


class ManualRecord(Struct, frozen=True):
    """One record of `evidence.yaml`."""

    framework: str
    control: str
    statement: str
    owner: str
    type: str = "evidence"
    due: str = ""
    collected: str = ""
    valid_for: int | None = None
    """Days after `collected`."""
    reviewer: str = ""
    reviewed: str = ""
    attachments: tuple[Attachment, ...] = ()
    further: tuple[tuple[str, str], ...] = ()
    """What a compensating control or a customised approach states besides."""
    where: str = ""

    @property
    def valid_until(self) -> str:
        """The last day on which it counts; empty where it states no limit."""
        begun = day(self.collected)
        return str(begun + timedelta(days=self.valid_for)) if begun and self.valid_for is not None else ""


class ManualState(Struct, frozen=True):
    """A record, or its absence, with its state."""

    state: str
    why: str = ""
    record: ManualRecord | None = None


def read(path: Path) -> list[ManualRecord]:
    """The records of a file, masked; raises PackError for one that is not as its schema says."""
    from scanner import datafile

    file = datafile.read(path, SCHEMA)
    folder = os.path.dirname(path)
    return [
        _record(mask_data(each), each, folder, file.where(("records", number)))
        for number, each in enumerate(file.value["records"])
    ]


def _record(shown: Mapping[str, Any], given: Mapping[str, Any], folder: str, where: str) -> ManualRecord:
    own = [name for names in _FURTHER.values() for name in names]
    return ManualRecord(
        framework=given["framework"],
        control=given["control"],
        statement=shown["statement"],
        owner=shown["owner"],
        type=given.get("type", "evidence"),
        due=given.get("due", ""),
        collected=given.get("collected", ""),
        valid_for=given.get("valid-for"),
        reviewer=shown.get("reviewer", ""),
        reviewed=given.get("reviewed", ""),
        attachments=tuple(_attachment(each, folder) for each in given.get("attachments", ())),
        further=tuple((name, shown[name]) for name in dict.fromkeys(own) if name in shown),
        where=where,
    )


def _attachment(given: Mapping[str, Any], folder: str) -> Attachment:
    """A file as it is recorded, and whether it still is this file; no link is followed."""
    stated = Attachment(mask(given["path"]), given["sha256"], given["bytes"])
    path = os.path.normpath(os.path.join(folder, given["path"]))
    if os.path.isabs(given["path"]) or os.path.relpath(path, folder or ".").startswith(".."):
        return Attachment(stated.path, stated.sha256, stated.bytes, "it is outside of the folder of the file")
    try:
        content = safe_read.read(path, _MOST, follow=False)
    except UnreadableError as error:
        return Attachment(stated.path, stated.sha256, stated.bytes, error.message)
    if (len(content), hashlib.sha256(content).hexdigest()) != (stated.bytes, stated.sha256):
        return Attachment(stated.path, stated.sha256, stated.bytes, "its content is not the recorded one")
    return stated


def states(records: Iterable[ManualRecord], today: date) -> list[ManualState]:
    """The state of each record on a day."""
    return [ManualState(*_state(each, today), each) for each in records]


def _state(record: ManualRecord, today: date) -> tuple[str, str]:
    altered = [f"{each.path}: {each.fault}" for each in record.attachments if each.fault]
    if altered:
        return ALTERED, "; ".join(altered)
    if record.valid_until and record.valid_until < str(today):
        return STALE, f"it counts until {record.valid_until}"
    missing = list(_missing(record))
    if missing:
        late = bool(record.due) and record.due < str(today) and not record.collected
        return (OVERDUE if late else INCOMPLETE), f"it does not state {', '.join(missing)}"
    return PRESENT, ""


def _missing(record: ManualRecord) -> Iterator[str]:
    stated = {name for name, _ in record.further}
    if not record.collected:
        yield "collected"
    if not record.attachments and record.type == "evidence":
        yield "attachments"
    if not record.reviewer or not record.reviewed:
        yield "reviewer and reviewed"
    yield from (name for name in _FURTHER.get(record.type, ()) if name not in stated)


class Need(Struct, frozen=True):
    """A control as far as it decides what people owe."""

    framework: str
    edition: str
    control: str
    files_suffice: bool
    """Files can show it in full, or it does not apply."""


Key = tuple[str, str, str]
"""(framework, edition, control)."""


def by_control(records: Iterable[ManualRecord], needs: Iterable[Need], today: date) -> dict[Key, list[ManualState]]:
    """The states of all records about some controls; a control that people have to show and do not is missing."""
    known: dict[tuple[str, str], list[ManualState]] = {}
    for each in states(records, today):
        if each.record:
            known.setdefault((each.record.framework, each.record.control), []).append(each)
    found: dict[Key, list[ManualState]] = {}
    for need in needs:
        names = (need.framework, f"{need.framework}@{need.edition}")
        some = [each for name in names for each in known.get((name, need.control), ())]
        if not some and not need.files_suffice:
            some = [ManualState(MISSING, "no record in evidence.yaml is about this control")]
        if some:
            found[need.framework, need.edition, need.control] = some
    return found
