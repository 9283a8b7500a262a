"""A file of waivers -> its waivers, in the form of waivers.schema.json."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from scanner import datafile
from scanner.gate.waivers.entry import schema as entry_schema
from scanner.gate.waivers.entry import waivers_of
from scanner.rule_ids import RuleIds
from scanner.waived import DEFAULT_MAX_LIFE, CodeOwners, Waiver, WaiverFile, Waivers

SCHEMA = Path(__file__).with_name("waivers.schema.json")


def read(file: WaiverFile, ids: RuleIds, shown: str = "") -> Waivers:
    """The waivers of a file; `shown` is its path from the root of the scan.

    An entry that is wrong is kept with its faults. Raises PackError, with the line, for a file that is not a list of
    waivers.
    """
    data = datafile.read(Path(shown or file.path), SCHEMA, content=file.content)
    max_life = data.value.get("max-life", DEFAULT_MAX_LIFE)
    return Waivers(
        data.path,
        data.sha256,
        file.named,
        tuple(_with_origin(each, file) for each in waivers_of(data, max_life, ids)),
        tuple(each.strip() for each in data.value.get("approvers", ())),
        max_life,
        file.owners or CodeOwners(),
    )


def whole_schema() -> dict[str, object]:
    """The JSON Schema of a file with that of its waivers, for editors."""
    import json

    whole: dict[str, object] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    entry = {key: value for key, value in entry_schema().items() if key != "$schema"}
    properties = dict(whole["properties"])  # type: ignore[call-overload]
    properties["waivers"] = {**properties["waivers"], "items": entry}
    return {**whole, "properties": properties}


def _with_origin(waiver: Waiver, file: WaiverFile) -> Waiver:
    """The waiver with the commit that introduced the line of its approver."""
    line = waiver.places.get("approver", waiver.location).line
    return replace(waiver, origin=file.origins.get(line))
