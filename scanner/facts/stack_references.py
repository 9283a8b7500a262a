"""What services of Compose and stack files refer to, and whether a file of the project defines it.

Compose checks the references of a project as a whole: files that `include` names are loaded without the check, and
what they use may be defined by the file that includes them (`SkipConsistencyCheck` in loader/include.go of compose-go
e70e961, 2026-07-21).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TypedDict

from scanner.documents.positions import Node, join_path
from scanner.facts.fact import Fact
from scanner.facts.lack import Lack
from scanner.facts.stacks import File, Projects, folder_of
from scanner.facts.step import Facts, step
from scanner.model import Subject
from scanner.subjects.stacks.kinds import SERVICE
from scanner.subjects.stacks.services import references


class StackReference(TypedDict):
    """A network, volume, secret or config that a service uses."""

    kind: str
    name: str
    field: str
    found: bool


REFERENCES = Fact(
    "references",
    (SERVICE,),
    list[StackReference],
    "The networks, volumes, secrets and configs that it uses, and whether a file of the folder, or of "
    "one that includes the file, defines each.",
    provide="scan all files of the project, without `include` and `extends`",
)

_Name = tuple[str, str]
"""A section and a name in it."""
_GIVEN = frozenset({("networks", "default")})
"""What needs no definition."""


@step(Projects, gives=(REFERENCES,))
def find_references(projects: Projects, facts: Facts) -> None:
    """What each service uses. Where others may define more, only a service whose references resolve is judged."""
    for file, services in projects.services.items():
        outer = sorted(_including(projects, file))
        known = _GIVEN.union(*(projects.defined.get(folder_of(each), {}) for each in (file, *((o, 0) for o in outer))))
        above = _defined_above(projects, file)
        complete = projects.whole and file not in projects.including
        for service in services.values():
            if "extends" not in service.bindings["service"]:
                used = list(_references(service, known))
                missing = [each for each in used if not each["found"]]
                if missing and outer:
                    facts.lack(service, REFERENCES, partial(_included, missing[0], outer[0]))
                elif not missing or complete:
                    _tell(facts, service, used, above)


def _tell(facts: Facts, service: Subject, used: list[StackReference], above: Mapping[_Name, str]) -> None:
    """State what a service uses, without what a file of an outer folder may define for it."""
    open_ = [each for each in used if not each["found"] and _name(each) in above]
    told = [each for each in used if each not in open_]
    if open_ and all(each["found"] for each in told):
        facts.lack(service, REFERENCES, partial(_outside, open_[0], above[_name(open_[0])]))
    else:
        facts.add(service, REFERENCES, told)


def _including(projects: Projects, file: File) -> set[str]:
    """The files that include a file, those that include them too."""
    found: set[str] = set()
    waiting = [] if file[1] else [file[0]]
    while waiting:
        more = projects.includers.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found


def _defined_above(projects: Projects, file: File) -> dict[_Name, str]:
    """What files of the folders around the folder of a file define -> the nearest that does."""
    found: dict[_Name, str] = {}
    folder = "" if file[1] else posixpath.dirname(file[0])
    while folder and folder != "/":
        folder = posixpath.dirname(folder)
        found = {**projects.defined.get((folder, 0), {}), **found}
    return found


def _references(service: Subject, known: frozenset[_Name]) -> Iterator[StackReference]:
    for section, name, path in references(Node(service.bindings["service"], service.marks["service"])):
        if "$" not in name:
            found = (section, name) in known
            yield StackReference(kind=section[:-1], name=name, field=join_path(path), found=found)


def _name(reference: StackReference) -> _Name:
    return f"{reference['kind']}s", reference["name"]


def _included(reference: StackReference, outer: str) -> Lack:
    name = f"the {reference['kind']} {reference['name']}"
    why = f"{outer} includes the file, and another file that it includes may define {name}"
    return Lack(why, "scan what `docker compose config` prints for the whole project")


def _outside(reference: StackReference, outer: str) -> Lack:
    name = f"the {reference['kind']} {reference['name']}"
    why = f"no file of the folder defines {name}, but {outer} does, and the file may be used with it"
    return Lack(why, "state in `compose-files` which files are deployed together")
