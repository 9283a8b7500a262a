"""Services of Compose and stack files: what other files state for them.

Files of one project are read together: a base with its override file (`compose.yaml`, `compose.override.yaml`), and,
where files are named one by one, all of one folder. A service takes further fields from the one that it `extends`.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, FieldRead, Whole, is_open, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.stacks.kinds import CONFIG, DAEMON, NETWORK, SECRET, SERVICE, STACK, SYSTEM, VARIABLES, VOLUME

ELSEWHERE = Fact(
    "elsewhere",
    (SERVICE,),
    list[str],
    "Fields that the service takes from a service that it extends or from another file of the project, as paths such "
    "as `healthcheck` or `deploy.resources.limits.memory`.",
    provide="scan the file of the service that it extends, too",
)
PARTIAL = Fact(
    "partial",
    (SERVICE,),
    bool,
    "Whether it only adds to a service of the same name in another file of the folder.",
    provide="scan the folder as a whole",
    related=("base",),
)
SWARM = Fact(
    "stack_files",
    (DAEMON,),
    list[str],
    "The files of the scan that `docker stack deploy` deploys, so that the daemon may belong to a swarm.",
    provide="scan the stack files of the hosts, too",
)

ENV_USERS = Fact(
    "used_by",
    (VARIABLES,),
    list[str],
    "The Compose and stack files that read the environment file: those whose services name it in `env_file` and, for "
    "`.env`, those that `docker compose` deploys from its folder.",
    provide="scan the Compose and stack files beside it, too",
)

_DEFINITIONS = {"networks": NETWORK, "volumes": VOLUME, "secrets": SECRET, "configs": CONFIG}
_SECTIONS = {kind: section for section, kind in _DEFINITIONS.items()}
_RUNS = ("image", "build", "extends", "provider")
_OVERRIDE = regex(r"(?P<base>(?:docker-)?compose)\.override(?P<end>\.ya?ml)\Z")
_DEPTH = 6
"""Levels of a service whose fields are named."""
_CHAIN = 20
"""Services in a chain of `extends` that are followed."""
File = tuple[str, int]
"""A file, or the code block of one: path and first line."""
_Folder = tuple[str, int]


class Projects:
    """The services and definitions of all files."""

    READS: ClassVar[tuple[FieldRead, ...]] = (
        read(SERVICE, "service", "applied.name", "applied.env_files"),
        read(VARIABLES),
        read(SYSTEM, "system.included", "system.includes", "system.cut", "system.target"),
        *(read(kind, "applied.name") for kind in _DEFINITIONS.values()),
    )

    def __init__(self, subjects: Sequence[Subject], *, whole: Whole) -> None:
        self.named = whole is False
        """Only a part of the files was named, so that those of a folder are merged."""
        self.whole = not is_open(whole)
        """The definitions are all there are."""
        self.services: defaultdict[File, dict[str, Subject]] = defaultdict(dict)
        self.defined: defaultdict[_Folder, dict[tuple[str, str], str]] = defaultdict(dict)
        """Section and name of what the files of a folder define -> a file that does."""
        self.includers: defaultdict[str, set[str]] = defaultdict(set)
        """Path of a file -> the files that name it in `include`."""
        self.including: set[File] = set()
        """Files of which others, or values of a wrong form, may define more."""
        self.stacks: list[str] = []
        """The files that `docker stack deploy` deploys."""
        self.daemons: list[Subject] = []
        self.env_files: list[Subject] = []
        self.env_users: defaultdict[str, set[str]] = defaultdict(set)
        """Path of an environment file -> the files that read it."""
        self._running: defaultdict[_Folder, dict[str, list[Subject]]] = defaultdict(lambda: defaultdict(list))
        self._files: defaultdict[_Folder, list[File]] = defaultdict(list)
        self._overrides: defaultdict[str, list[File]] = defaultdict(list)
        for subject in subjects:
            self._take(subject, (subject.origin.path, subject.origin.first_line))

    def _take(self, subject: Subject, file: File) -> None:
        if subject.kind == SYSTEM:
            self._files[folder_of(file)].append(file)
            self._overrides[_overridden(file[0])].append(file)
            system = subject.bindings["system"]
            if system["target"] == STACK:
                self.stacks.append(file[0])
            else:
                self.env_users[_beside(file[0], ".env")].add(file[0])
            if system.get("included") or system.get("cut"):
                self.including.add(file)
            for path in system.get("includes", ()):
                self.includers[_beside(file[0], path)].add(file[0])
        elif subject.kind == SERVICE:
            name = name_of(subject)
            self.services[file][name] = subject
            for path in subject.bindings["applied"].get("env_files", ()):
                self.env_users[_beside(file[0], path)].add(file[0])
            if _runs(subject):
                self._running[folder_of(file)][name].append(subject)
        elif subject.kind == DAEMON:
            self.daemons.append(subject)
        elif subject.kind == VARIABLES:
            self.env_files.append(subject)
        elif subject.kind in _SECTIONS:
            self.defined[folder_of(file)].setdefault((_SECTIONS[subject.kind], name_of(subject)), file[0])

    def base(self, file: File, service: Subject) -> Subject | None:
        """The service of that name in another file of the folder that says what runs."""
        found = self._running[folder_of(file)][name_of(service)]
        return next((each for each in found if each.origin.path != file[0]), None)

    def added(self, file: File) -> list[File]:
        """The files that are merged into one when it is deployed: its override file, or all that were named with it."""
        merged = self._files[folder_of(file)] if self.named else self._overrides[file[0]]
        return [each for each in merged if each != file and not file[1]]


def name_of(subject: Subject) -> str:
    """The name of a service or a definition."""
    return str(subject.bindings["applied"]["name"])


def _beside(path: str, name: str) -> str:
    """The path of a file that another one names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def folder_of(file: File) -> _Folder:
    """The folder of a file; a code block is alone."""
    path, line = file
    return path if line else posixpath.dirname(path), line


def _overridden(path: str) -> str:
    """The file that Compose merges an override file into; empty for any other."""
    folder, name = posixpath.split(path)
    found = _OVERRIDE.match(name)
    return posixpath.join(folder, found["base"] + found["end"]) if found else ""


def _runs(service: Subject) -> bool:
    return any(key in service.bindings["service"] for key in _RUNS)


@step(Projects, gives=(PARTIAL,))
def find_partial(projects: Projects, facts: Facts) -> None:
    """Services that do not say what runs, and that another file of the folder does."""
    for file, services in projects.services.items():
        for service in services.values():
            base = None if _runs(service) else projects.base(file, service)
            facts.add(service, PARTIAL, base is not None)
            if base:
                facts.relate(service, "base", place(base))


@step(Projects, gives=(ELSEWHERE,))
def find_fields(projects: Projects, facts: Facts) -> None:
    """The fields that a service has from elsewhere; none are told where a service that it extends was not read."""
    for file, services in projects.services.items():
        for name, service in services.items():
            found: set[str] = set()
            for each in projects.added(file):
                if other := projects.services.get(each, {}).get(name):
                    found.update(_paths(other.bindings["service"]))
            chain = list(_extended(projects, file, service))
            if None not in chain:
                for base in filter(None, chain):
                    found.update(_paths(base.bindings["service"]))
                facts.add(service, ELSEWHERE, sorted(found))


def _extended(projects: Projects, file: File, service: Subject) -> Iterator[Subject | None]:
    """The services that one extends, one after the other; None for one that was not read."""
    for _ in range(_CHAIN):
        extends = service.bindings["service"].get("extends")
        if not extends:
            return
        named = extends if isinstance(extends, dict) else {"service": extends}
        if other := named.get("file"):
            file = (_beside(file[0], str(other)), 0)
        found = projects.services.get(file, {}).get(str(named.get("service")))
        yield found
        if found is None:
            return
        service = found


def _paths(value: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """The paths of all fields of a service."""
    if isinstance(value, dict) and depth < _DEPTH:
        for key, inner in value.items():
            here = f"{path}.{key}" if path else str(key)
            yield here
            yield from _paths(inner, here, depth + 1)


@step(Projects, gives=(SWARM,))
def find_stacks(projects: Projects, facts: Facts) -> None:
    """The stack files that stand beside the configuration of a daemon."""
    for daemon in projects.daemons:
        facts.add(daemon, SWARM, sorted(set(projects.stacks)))


@step(Projects, gives=(ENV_USERS,))
def find_users(projects: Projects, facts: Facts) -> None:
    """The files that read each environment file."""
    for each in projects.env_files:
        facts.add(each, ENV_USERS, sorted(projects.env_users.get(each.origin.path, ())))
