"""One entry of a file of waivers -> a waiver, with all that is wrong with it by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from scanner.datafile import DataFile, part_check
from scanner.late import regex
from scanner.places import Location
from scanner.rule_ids import RuleIds
from scanner.schema_errors import Problem, shown
from scanner.waived import ANY, WaivedResource, Waiver, WaiverFault, WaiverType, day

SCHEMA = Path(__file__).with_name("waiver.schema.json")
GATE = "gate.waiver-"
"""How the ids of rules about waivers begin; none of them can be waived."""

_DATES = ("approved", "expires", "review")
_WORD = regex(r"\w")
_FOREIGN = regex(r"[a-z]+\.[A-Za-z0-9][\w.-]*")
"""The id of a check of another engine, or of a policy."""
_GLOB = regex(r"[*?\[\]]")


def waivers_of(file: DataFile, max_life: int, ids: RuleIds) -> tuple[Waiver, ...]:
    """The waivers of a file, in its order; two with one id are both wrong."""
    entries = [_Entry(file, number, ids) for number in range(len(file.value["waivers"]))]
    numbers: dict[str, list[int]] = {}
    for number, entry in enumerate(entries):
        numbers.setdefault(entry.id, []).append(number)
    return tuple(entry.waiver(max_life, _also(entries, numbers[entry.id], own)) for own, entry in enumerate(entries))


def schema() -> Mapping[str, Any]:
    """The JSON Schema of one waiver."""
    data: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return data


def _also(entries: Sequence[_Entry], numbers: Sequence[int], own: int) -> int:
    """The line of another entry with the same id, 0 where there is none."""
    return next((entries[number].place(("id",)).line for number in numbers if number != own), 0)


@cache
def _checks() -> tuple[Callable[[Any], Iterable[Problem]], Mapping[str, tuple[str, ...]]]:
    """What checks an entry, and the keys that each type of waiver needs besides.

    The second is checked here: a schema with conditions could only be checked by `jsonschema`, which loads slowly.
    """
    plain = dict(schema())
    clauses = plain.pop("allOf")
    needed = {each["if"]["properties"]["type"]["const"]: tuple(each["then"]["required"]) for each in clauses}
    return part_check(plain), needed


class _Entry:
    """One entry of a file."""

    def __init__(self, file: DataFile, number: int, ids: RuleIds) -> None:
        self._file, self._at, self._ids = file, ("waivers", number), ids
        self.given: Mapping[str, Any] = file.value["waivers"][number]
        stated = self.given.get("id")
        self.id = stated if isinstance(stated, str) and _WORD.search(stated) else f"#{number + 1}"

    def place(self, path: Sequence[str | int] = ()) -> Location:
        return self._file.location((*self._at, *path))

    def text(self, *path: str) -> str:
        value: Any = self.given
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value.strip() if isinstance(value, str) else ""

    def waiver(self, max_life: int, twice: int) -> Waiver:
        resource = WaivedResource(*(self.text("resource", key) for key in ("kind", "namespace", "name", "container")))
        controls = self.given.get("controls")
        return Waiver(
            id=self.id,
            location=self.place(),
            rule=self._ids.current(self.text("rule")),
            resource=resource,
            path=self.text("path").removeprefix("./").rstrip("/"),
            field=self.text("field"),
            evidence=_evidence(self.given["evidence"]) if "evidence" in self.given else None,
            controls=tuple(each for each in controls if isinstance(each, str)) if isinstance(controls, list) else (),
            type=self.text("type"),
            reason=self.text("reason"),
            constraint=self.text("constraint"),
            compensating_control=self.text("compensating-control", "control"),
            compensating_evidence=self.text("compensating-control", "evidence"),
            residual_risk=self.text("residual-risk"),
            requester=self.text("requester"),
            approver=self.text("approver"),
            approved=self.text("approved"),
            expires=self.text("expires"),
            review=self.text("review"),
            ticket=self.text("ticket"),
            faults=tuple(self._faults(max_life, twice)),
            places={key: self.place((key,)) for key in ("approver", "expires", "rule") if key in self.given},
        )

    def _faults(self, max_life: int, twice: int) -> Iterator[WaiverFault]:
        check, needed = _checks()
        problems = [*check(self.given)]
        for problem in problems:
            hint = f" ({problem.hint})" if problem.hint else ""
            yield self._fault(problem.path, f"{problem.message}{hint}")
        for key in needed.get(self.text("type"), ()):
            if key not in self.given:
                yield self._fault(("type",), f"a waiver of the type {self.text('type')} needs the key {key!r}")
        if twice:
            yield self._fault(("id",), f"the id {shown(self.id)} is also that of the waiver at line {twice}")
        if not problems:
            yield from self._wrong_selection()
            yield from self._wrong_dates(max_life)
            if not _WORD.search(self.text("reason")):
                yield self._fault(("reason",), "the reason contains no word")

    def _wrong_selection(self) -> Iterator[WaiverFault]:
        """What is wrong with what it is about."""
        rule = self.text("rule")
        if self._ids.current(rule).startswith(GATE):
            yield self._fault(("rule",), f"{shown(rule)} is a rule about waivers, which cannot be waived")
        elif not is_known(rule, self._ids):
            yield self._fault(("rule",), f"there is no rule {shown(rule)}")
        for key, value in self.given["resource"].items():
            allowed = self.text("type") == WaiverType.NOT_APPLICABLE and self.text("path")
            if value == ANY and not allowed:
                message = f"{key} is '*', which only a waiver of the type not-applicable with a path may have"
                yield self._fault(("resource", key), message)
            elif value != ANY and ANY in value:
                yield self._fault(("resource", key), f"{key} is {shown(value)}; a pattern is not allowed, name it")
        path = self.text("path")
        if _GLOB.search(path) or path.startswith("/") or ".." in path.split("/") or (path and not path.strip("./")):
            message = f"path is {shown(path)}; it must be a file or folder below the root of the scan, not a pattern"
            yield self._fault(("path",), message)

    def _wrong_dates(self, max_life: int) -> Iterator[WaiverFault]:
        days: dict[str, date] = {}
        for key in _DATES:
            if key in self.given and (found := day(self.given[key])):
                days[key] = found
            elif key in self.given:
                yield self._fault((key,), f"{key} is {shown(self.given[key])}, which is not a date of the calendar")
        approved, expires = days.get("approved"), days.get("expires")
        if not approved or not expires:
            return
        if expires < approved:
            yield self._fault(("expires",), f"it expires on {expires}, before it was approved on {approved}")
        elif expires - approved > timedelta(days=max_life):
            last = approved + timedelta(days=max_life)
            message = (
                f"it expires on {expires}, {(expires - approved).days} days after approval; at most {max_life} days "
                f"are allowed, so {last}"
            )
            yield self._fault(("expires",), message)

    def _fault(self, path: Sequence[str | int], message: str) -> WaiverFault:
        return WaiverFault(message, self.place(path), ".".join(map(str, path)))


def is_known(rule: str, ids: RuleIds) -> bool:
    """Whether a rule exists; checks of other engines and policies are not looked up, because the scan may lack them."""
    if ids.current(rule) in ids.known:
        return True
    own = {name.partition(".")[0] for name in ids.known}
    return _FOREIGN.fullmatch(rule) is not None and rule.partition(".")[0] not in own


def _evidence(value: Any) -> str:
    """A value as results state it: a text that is JSON or a digest already, or any value as canonical JSON."""
    if isinstance(value, str) and _is_stated(value):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _is_stated(text: str) -> bool:
    if text.startswith("sha256:"):
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
