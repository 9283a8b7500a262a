"""Framework files -> controls and the objectives that are mapped to them. Knows rules by name only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from scanner import library, objectives
from scanner.controls import ALWAYS, AppliesWhen, Checkable, Measure, Platform, Relation, Strength
from scanner.errors import PackError, UsageError, did_you_mean
from scanner.frameworks import framework_file
from scanner.late import regex
from scanner.rule_ids import ANY_RULE, RuleIds
from scanner.schema_errors import shown
from scanner.sources import boundary

if TYPE_CHECKING:
    pass

_CHECKABLE: Mapping[str, Checkable] = {each.value: each for each in Checkable}
_RELATIONS: Mapping[str, Relation] = {each.value: each for each in Relation}
_STRENGTHS: Mapping[str, Strength] = {each.value: each for each in Strength}
_PARTS = regex(r"([0-9]+)|([^0-9]+)")


class ControlMapping(Struct, frozen=True):
    """The mapping of an objective, or of one rule, to a control: relation, strength and rationale."""

    objective: str
    relation: Relation
    strength: Strength
    rationale: str
    rule: str = ""
    """In place of an objective that would be too coarse."""
    rules: tuple[str, ...] = ()
    """Rules of the objective that the rationale argues; all where none is named."""
    proves: bool = True
    """A pass counts for the control."""
    applies_when: AppliesWhen = ALWAYS

    @property
    def words(self) -> str:
        """The relation and strength in words."""
        limits = (
            "" if self.proves else "a pass does not count",
            f"where the scanned files contain {self.applies_when.words}" if self.applies_when.words else "",
        )
        return ", ".join(part for part in (self.relation.value, self.strength.value, *limits) if part)


class Control(Struct, frozen=True):
    """One control of a framework."""

    id: str
    title: str
    checkable: Checkable
    evidence: str
    parent: str = ""
    unmapped: str = ""
    objectives: tuple[ControlMapping, ...] = ()
    applies_when: AppliesWhen = ALWAYS
    entities: tuple[str, ...] = ()
    """Kinds of entity that it binds; all where none is named."""


class Framework(Struct, frozen=True):
    """One edition of one framework."""

    id: str
    edition: str
    title: str
    publisher: str
    published: str
    source: str
    licence: str
    measure: Measure
    controls: tuple[Control, ...]
    aliases: tuple[str, ...] = ()
    family: str = ""
    total: int = 0
    """The number of controls of its source; 0 where the file does not state it."""
    platform: Platform | None = None
    """What it is about, where it is about one platform only."""
    applies_when: AppliesWhen = ALWAYS
    reviewed: Mapping[str, str] = field(default_factory=dict)
    """Objectives that are mapped to none of its controls, each with the reason."""

    def __hash__(self) -> int:
        return hash((self.id, self.edition))


def load(cache: library.Cache, files: Sequence[Path] = (), rules: RuleIds = ANY_RULE) -> tuple[Framework, ...]:
    """All shipped frameworks, in the order of their ids and editions, and those of further files.

    `rules` are the ids that a file may name; a former one means the rule of now. Raises PackError with file and line
    for whatever is wrong with a file.
    """
    folder = library.data_root() / "frameworks"
    digest = _digest(folder, cache)
    found = list(cache.keep("frameworks", digest, lambda: _read_all(folder), list[Framework]))
    known, shipped = objectives.load() if files else {}, {framework.id for framework in found}
    for path in files:
        boundary.stay_inside(str(path))
        framework = _framework(framework_file.read(path, known, rules), rules)
        if framework.id in shipped:
            raise PackError(f"there is already a framework {framework.id}", str(path), "give it another id")
        if any((framework.id, framework.edition) == (other.id, other.edition) for other in found):
            raise PackError(
                f"{framework.id}@{framework.edition} is defined in two files", str(path), "remove one of them"
            )
        found.append(framework)
    return tuple(found)


def digest_of_data(cache: library.Cache, files: Sequence[Path] = ()) -> str:
    """The digest of all catalogues, mappings and objectives, those of further files included."""
    shipped = _digest(library.data_root() / "frameworks", cache)
    return library.combine(shipped, *(library.digest([path], path.parent) for path in files)) if files else shipped


def _digest(folder: Path, cache: library.Cache) -> str:
    return cache.digest("frameworks", sorted(path for path in folder.iterdir() if path.is_file()), folder)


def choose(frameworks: Sequence[Framework], names: Iterable[str]) -> tuple[Framework, ...]:
    """The frameworks that names mean: an id, a family or an alias; all where no name is given.

    Of a framework with several editions the newest is meant; `id@edition` means that one. Raises UsageError for a name
    that means none, with the nearest known one, or that may mean several, such as NIST.
    """
    newest: dict[str, Framework] = {}
    for framework in frameworks:
        newest[framework.id] = max(newest.get(framework.id, framework), framework, key=_age)
    chosen: dict[tuple[str, str], Framework] = {}
    for name in names:
        found = [framework for framework in newest.values() if name.lower() in _names(framework)]
        found = found or [framework for framework in frameworks if name.lower() in _names(framework, edition=True)]
        if not found:
            raise _unknown_framework(name, frameworks)
        chosen.update({(framework.id, framework.edition): framework for framework in found})
    return tuple(chosen.values()) or tuple(newest.values())


def _unknown_framework(name: str, frameworks: Sequence[Framework]) -> UsageError:
    """The error for a name that means no framework, or part of the names of several."""
    partly = sorted({framework.id for framework in frameworks if name.lower() in framework.id.split("-")})
    if len(partly) > 1:
        return UsageError(f"{shown(name)} may mean several frameworks", hint="name one or more of " + ", ".join(partly))
    known = sorted({known for framework in frameworks for known in _names(framework, edition=True)})
    hint = did_you_mean(name, known) or "see `assay frameworks list`"
    return UsageError(f"there is no framework {shown(name)}", hint=hint)


def _age(framework: Framework) -> list[tuple[int, str]]:
    """Editions in the order of the numbers in them."""
    return [(int(number or 0), text) for number, text in _PARTS.findall(framework.edition)]


def _names(framework: Framework, *, edition: bool = False) -> set[str]:
    """What a framework goes by, in lower case; with its edition too."""
    exact = f"{framework.id}@{framework.edition}" if edition else ""
    return {name.lower() for name in (framework.id, framework.family, *framework.aliases, exact) if name}


def _read_all(folder: Path) -> list[Framework]:
    known, shared = objectives.load(), objectives.files()
    paths = sorted(path for path in folder.glob("*.yaml") if path not in shared)
    return [_framework(framework_file.read(path, known, ANY_RULE), ANY_RULE) for path in paths]


def _framework(plain: dict[str, Any], rules: RuleIds) -> Framework:
    platform = plain.get("platform")
    typed = {
        "measure": Measure(plain["measure"]),
        "platform": Platform(platform) if platform else None,
        "controls": tuple(_control(each, rules) for each in plain["controls"]),
        "aliases": tuple(plain.get("aliases", ())),
        "applies_when": _applies_when(plain),
    }
    return Framework(**{**plain, **typed})


def _control(plain: dict[str, Any], rules: RuleIds) -> Control:
    given = plain.get
    return Control(
        id=plain["id"],
        title=plain["title"],
        checkable=_CHECKABLE[plain["checkable"]],
        evidence=plain["evidence"],
        parent=given("parent", ""),
        unmapped=given("unmapped", ""),
        objectives=tuple([_bearing(each, rules) for each in given("objectives", ())]),
        applies_when=_applies_when(plain),
        entities=tuple(given("entities", ())),
    )


def _applies_when(plain: dict[str, Any]) -> AppliesWhen:
    given = plain.get("applies_when")
    return AppliesWhen(tuple(given.get("data", ())), tuple(given.get("subjects", ()))) if given else ALWAYS


def _bearing(plain: dict[str, Any], rules: RuleIds) -> ControlMapping:
    given = plain.get
    only = given("rules")
    return ControlMapping(
        objective=given("objective", ""),
        relation=_RELATIONS[plain["relation"]],
        strength=_STRENGTHS[plain["strength"]],
        rationale=plain["rationale"],
        rule=rules.current(given("rule", "")),
        rules=tuple(dict.fromkeys(map(rules.current, only))) if only else (),
        proves=given("pass") != "none",
        applies_when=_applies_when(plain),
    )
