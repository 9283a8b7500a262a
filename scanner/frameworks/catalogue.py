"""Framework files -> controls and the objectives that bear on them. Knows rules by name only."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from scanner import documents, library
from scanner.controls import Checkable, Measure, Platform, Relation, Strength
from scanner.documents import Fault
from scanner.documents.positions import Node, find, locate
from scanner.errors import PackError, UsageError
from scanner.model import Origin

if TYPE_CHECKING:
    from jsonschema import ValidationError

OBJECTIVES = "objectives.yaml"
SCHEMA = "schema.json"
_BLANK = re.compile(r"<[^<>\n]* [^<>\n]*>")
"""What the scaffold asks its author to write."""
_PARTS = re.compile(r"([0-9]+)|([^0-9]+)")


@dataclass(frozen=True, slots=True)
class Bearing:
    """That an objective, or one rule, bears on a control, how, how strongly and why."""

    objective: str
    relation: Relation
    strength: Strength
    rationale: str
    rule: str = ""
    """In place of an objective that would be too coarse."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework."""

    id: str
    title: str
    checkable: Checkable
    evidence: str
    parent: str = ""
    unmapped: str = ""
    objectives: tuple[Bearing, ...] = ()


@dataclass(frozen=True, slots=True)
class Framework:
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
    platform: Platform | None = None
    """What it is about, where it is about one platform only."""


def load(cache: library.Cache, files: Sequence[Path] = (), rules: Collection[str] = ()) -> tuple[Framework, ...]:
    """All shipped frameworks, in the order of their ids and editions, and those of further files.

    `rules` are the ids that a file may name. Raises PackError with file and line for whatever is wrong with one.
    """
    folder = library.data_root() / "frameworks"
    digest = _digest(folder)
    found = [_framework(plain) for plain in cache.keep("frameworks", digest, lambda: _read_all(folder))]
    known, shipped = objectives() if files else {}, {framework.id for framework in found}
    for path in files:
        framework = _framework(_read(path, known, rules))
        if framework.id in shipped:
            raise PackError(f"there is already a framework {framework.id}", str(path), "give it an id of its own")
        if any((framework.id, framework.edition) == (other.id, other.edition) for other in found):
            raise PackError(f"{framework.id}@{framework.edition} stands in two files", str(path), "leave one out")
        found.append(framework)
    return tuple(found)


def digest_of_data(files: Sequence[Path] = ()) -> str:
    """The digest of all catalogues, mappings and objectives, those of further files included."""
    shipped = _digest(library.data_root() / "frameworks")
    return library.combine(shipped, *(library.digest([path], path.parent) for path in files)) if files else shipped


def _digest(folder: Path) -> str:
    return library.digest(sorted(path for path in folder.iterdir() if path.is_file()), folder)


def objectives() -> dict[str, dict[str, str]]:
    """Every control objective: id -> title and meaning."""
    root, _ = _document(library.data_root() / "frameworks" / OBJECTIVES)
    found: dict[str, dict[str, str]] = root.value["objectives"]
    return found


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
            raise _nobody(name, frameworks)
        chosen.update({(framework.id, framework.edition): framework for framework in found})
    return tuple(chosen.values()) or tuple(newest.values())


def _nobody(name: str, frameworks: Sequence[Framework]) -> UsageError:
    """The error for a name that means no framework, or part of the names of several."""
    partly = sorted({framework.id for framework in frameworks if name.lower() in framework.id.split("-")})
    if len(partly) > 1:
        return UsageError(f"{name!r} may mean several frameworks", hint="name one or more of " + ", ".join(partly))
    known = sorted({known for framework in frameworks for known in _names(framework, edition=True)})
    return UsageError(
        f"there is no framework {name!r}", hint=near(name.lower(), known) or "see `assay frameworks list`"
    )


def _age(framework: Framework) -> list[tuple[int, str]]:
    """Editions in the order of the numbers in them."""
    return [(int(number or 0), text) for number, text in _PARTS.findall(framework.edition)]


def _names(framework: Framework, *, edition: bool = False) -> set[str]:
    """What a framework goes by, in lower case; with its edition too."""
    exact = f"{framework.id}@{framework.edition}" if edition else ""
    return {name.lower() for name in (framework.id, framework.family, *framework.aliases, exact) if name}


def _read_all(folder: Path) -> list[dict[str, Any]]:
    known = objectives()
    paths = sorted(path for path in folder.glob("*.yaml") if path.name != OBJECTIVES)
    return [_read(path, known) for path in paths]


def _read(path: Path, known: Iterable[str], rules: Collection[str] = ()) -> dict[str, Any]:
    """One checked catalogue as plain data; what rules it may name is checked where they are given."""
    schema = json.loads((library.data_root() / "frameworks" / SCHEMA).read_text(encoding="utf-8"))
    root, origin = checked(path, schema)
    seen: set[str] = set()
    for index, control in enumerate(root.value["controls"]):
        place = ["controls", str(index)]
        if control["id"] in seen:
            raise wrong(root, origin, [*place, "id"], f"the control {control['id']} stands twice")
        seen.add(control["id"])
        if problem := _contradicts_itself(control):
            raise wrong(root, origin, [*place, "checkable"], f"the control {control['id']} {problem}")
        for number, bearing in enumerate(control.get("objectives", ())):
            for kind, names in (("objective", known), ("rule", rules)):
                if names and kind in bearing and bearing[kind] not in names:
                    at = [*place, "objectives", str(number), kind]
                    raise wrong(root, origin, at, f"there is no {kind} {bearing[kind]!r}", near(bearing[kind], names))
    plain: dict[str, Any] = root.value
    return plain


def checked(path: Path, schema: dict[str, Any]) -> tuple[Node, Origin]:
    """The document of a data file that is as a schema says, and its origin; raises PackError with the line if not."""
    import jsonschema

    root, origin = _document(path)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(root.value):
        raise _refused(root, origin, error)
    for path_to, text in _texts(root.value):
        if blank := _BLANK.search(text):
            raise wrong(root, origin, path_to, f"{blank[0]} is not filled in yet")
    return root, origin


def _refused(root: Node, origin: Origin, error: ValidationError) -> PackError:
    """What the schema refuses, in words of the one who writes the file."""
    at, message, hint = [str(part) for part in error.absolute_path], error.message, ""
    name, given, wanted = at[-1] if at else "the file", error.instance, cast("Any", error.validator_value)
    match error.validator:
        case "oneOf":
            message = "names neither or both of objective and rule"
        case "additionalProperties":
            known = list(cast("dict[str, Any]", error.schema)["properties"])
            strange = next(key for key in cast("dict[str, Any]", given) if key not in known)
            message, hint = f"there is no key {strange!r}", near(strange, known)
            at.append(strange)
        case "type" if wanted == "string" and isinstance(given, int | float):
            message, hint = f"{name} is read as a {type(given).__name__}", f'put quotes: "{given}"'
        case "minLength":
            message = f"{name} has {len(str(given))} characters, at least {wanted} are asked for"
        case "enum":
            message, hint = f"{name} is {given!r}, none of {', '.join(wanted)}", near(str(given), wanted)
        case "pattern" if name == "source":
            message, hint = f"source is {given!r}", "give an address that begins with https://"
    return wrong(root, origin, at, message, hint)


def _texts(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in plain data, with the path to it."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(item, (*at, str(key)))


def _contradicts_itself(control: dict[str, Any]) -> str:
    """What is wrong between how far a control is checkable and what is said to bear on it."""
    mapped, reviewed = bool(control.get("objectives")), bool(control.get("unmapped"))
    if control["checkable"] == "manual":
        return "is manual, so that nothing bears on it" if mapped or reviewed else ""
    if mapped and reviewed:
        return "has objectives and says why it has none"
    return "" if mapped or reviewed else "names neither objectives nor, in `unmapped`, why it has none"


def near(name: str, known: Iterable[str]) -> str:
    """What was probably meant by a name, as a question; empty where nothing is near."""
    import difflib

    found = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {found[0]}?" if found else ""


def _document(path: Path) -> tuple[Node, Origin]:
    name = str(path)
    part = next(iter(documents.read(name, documents.decode(path.read_bytes()))), None)
    if part is None or isinstance(part, Fault):
        raise PackError(part.message if part else "is empty", f"{name}:{part.line if part else 1}")
    return part.root, part.origin


def wrong(root: Node, origin: Origin, path: Sequence[str], message: str, hint: str = "") -> PackError:
    """The error for what stands at a path of a data file, with its line."""
    mark, _ = find(root.mark, tuple(path))  # type: ignore[arg-type]
    return PackError(message, f"{origin.path}:{locate(origin, mark).line}", hint)


def _framework(plain: dict[str, Any]) -> Framework:
    platform = plain.get("platform")
    typed = {
        "measure": Measure(plain["measure"]),
        "platform": Platform(platform) if platform else None,
        "controls": tuple(map(_control, plain["controls"])),
        "aliases": tuple(plain.get("aliases", ())),
    }
    return Framework(**{**plain, **typed})


def _control(plain: dict[str, Any]) -> Control:
    typed = {
        "checkable": Checkable(plain["checkable"]),
        "objectives": tuple(map(_bearing, plain.get("objectives", ()))),
    }
    return Control(**{**plain, **typed})


def _bearing(plain: dict[str, str]) -> Bearing:
    return Bearing(
        objective=plain.get("objective", ""),
        relation=Relation(plain["relation"]),
        strength=Strength(plain["strength"]),
        rationale=plain["rationale"],
        rule=plain.get("rule", ""),
    )
