"""A framework file, checked: its form, its names, and that it does not contradict itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner import library, objectives
from scanner.controls import Checkable
from scanner.errors import PackError
from scanner.late import regex
from scanner.rule_ids import RuleIds
from scanner.schema_errors import shortened

if TYPE_CHECKING:
    from scanner.datafile import DataFile

SCHEMA = "schema.json"
_BLANK = regex(r"<[^<>\n]* [^<>\n]*>")
"""The placeholders that the author of a new framework file must fill in."""
_RULES_LISTED = "`assay rules list` lists them"


def read(path: Path, known: Collection[str], rules: RuleIds) -> dict[str, Any]:
    """One checked catalogue as plain data; what rules it may name is checked where they are given.

    Raises PackError with file and line for whatever is wrong with it.
    """
    from scanner import datafile

    file = datafile.read(path, library.data_root() / "frameworks" / SCHEMA)
    file.refuse(_unfilled(file))
    file.refuse((*_faults(file), *_unknown_names(file, known, rules)))
    plain: dict[str, Any] = file.value
    return plain


def _unfilled(file: DataFile) -> Iterator[PackError]:
    for path, text in file.texts():
        if blank := _BLANK.search(text):
            yield file.error(path, f"{shortened(blank[0])} is not filled in yet")


def _faults(file: DataFile) -> Iterator[PackError]:
    total, listed = file.value.get("total"), len(file.value["controls"])
    if total not in (None, listed):
        yield file.error(("total",), f"`total` is {total}, but the file lists {listed} controls")
    seen: set[str] = set()
    for index, control in enumerate(file.value["controls"]):
        if control["id"] in seen:
            yield file.error(("controls", index, "id"), f"the control {shortened(control['id'])} occurs twice")
        seen.add(control["id"])
        if problem := _contradicts_itself(control):
            yield file.error(("controls", index, "checkable"), f"the control {shortened(control['id'])} {problem}")


def _unknown_names(file: DataFile, known: Collection[str], rules: RuleIds) -> Iterator[PackError]:
    for index, control in enumerate(file.value["controls"]):
        for number, bearing in enumerate(control.get("objectives", ())):
            path = ("controls", index, "objectives", number)
            named: list[tuple[tuple[str | int, ...], str, str]] = [
                ((*path, kind), kind, bearing[kind]) for kind in ("objective", "rule") if kind in bearing
            ]
            named += [((*path, "rules", at), "rule", name) for at, name in enumerate(bearing.get("rules", ()))]
            for where, kind, name in named:
                names, listed = (known, objectives.LISTED) if kind == "objective" else (rules.known, _RULES_LISTED)
                if names and name not in names and name not in rules.former:
                    yield file.unknown(where, kind, name, names, listed)
    yield from _unknown_in_review(file, known)
    yield from _unknown_subjects(file)


def _unknown_subjects(file: DataFile) -> Iterator[PackError]:
    """Conditions that name an unknown kind of subject, so that they could never be true."""
    from scanner.subjects import KINDS

    known = {*KINDS, *(kind.partition(".")[0] for kind in KINDS)}
    value = file.value
    places: list[tuple[tuple[str | int, ...], dict[str, Any]]] = [((), value)]
    for index, control in enumerate(value["controls"]):
        places.append((("controls", index), control))
        bearings = enumerate(control.get("objectives", ()))
        places += ((("controls", index, "objectives", number), bearing) for number, bearing in bearings)
    for path, each in places:
        for number, name in enumerate(each.get("applies_when", {}).get("subjects", ())):
            if name not in known:
                where = (*path, "applies_when", "subjects", number)
                yield file.unknown(where, "kind of subject", name, known, "docs/subjects.md lists them")


def _unknown_in_review(file: DataFile, known: Collection[str]) -> Iterator[PackError]:
    """Errors in `reviewed`, which lists the objectives that are mapped to no control."""
    mapped = {each.get("objective") for control in file.value["controls"] for each in control.get("objectives", ())}
    for name in file.value.get("reviewed", {}):
        if name not in known:
            yield file.unknown(("reviewed", name), "objective", name, known, objectives.LISTED)
        elif name in mapped:
            yield file.error(
                ("reviewed", name),
                f"the objective {name} is mapped to a control, and `reviewed` says that it is mapped to none",
            )


def _contradicts_itself(control: dict[str, Any]) -> str:
    """A contradiction between `checkable` and the mappings of a control; empty where there is none."""
    mapped, reviewed = bool(control.get("objectives")), bool(control.get("unmapped"))
    if control["checkable"] == Checkable.MANUAL:
        return "is manual, so it must have neither `objectives` nor `unmapped`" if mapped or reviewed else ""
    if mapped and reviewed:
        return "has both `objectives` and `unmapped`"
    return "" if mapped or reviewed else "has neither `objectives` nor `unmapped`"
