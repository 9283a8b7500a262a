"""Swarms: the files of one setup whose calls belong together.

A setup is the nearest folder above a file that has `.claude` or `.mcp.json`, otherwise what is scanned. A file that
sets up a swarm is a swarm of its own, so that two example documents that describe different swarms are not mixed. If
only one file of a setup sets one up, the other files of the setup are a part of that swarm. The roles of all files of
the setup count as existing.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from msgspec import Struct

from scanner.facts.groups import Group
from scanner.facts.roles import ROSTER, held_roles, is_computed, slug
from scanner.facts.step import FieldRead, read
from scanner.model import Subject
from scanner.subjects.agents.kinds import HOOK
from scanner.subjects.architecture import SYSTEM
from scanner.subjects.swarm import AGENT, SWARM

_SETTINGS = "/.claude/"
_SERVERS = "/.mcp.json"


class Swarm(Struct):
    """What belongs to one swarm, or to one architecture spec."""

    group: Group
    """Its subjects by kind; a kind that it does not have is an empty list."""
    is_spec: bool
    """It is an architecture spec, which is complete in one file."""
    roster: set[str]
    """The roles that somebody holds; empty if a name is computed, so that no role can be reported as missing."""
    spawned: set[str]
    """The names of the agents of its setup, each in one spelling."""
    guarded: bool
    """The setup has a hook that can stop a tool call."""


class Setups:
    """The swarms of all setups, in order of appearance."""

    READS: ClassVar[tuple[FieldRead, ...]] = (*ROSTER, read(SWARM), read(HOOK, "hook.guards"))

    def __init__(self, subjects: Sequence[Subject], *, whole: bool) -> None:
        del whole
        files: dict[tuple[str, str], Group] = {}
        for subject in subjects:
            files.setdefault((subject.origin.path, subject.group), defaultdict(list))[subject.kind].append(subject)
        roots = _roots(path for path, _ in files)
        setups: dict[str, list[Group]] = {}
        for (path, _), group in files.items():
            setups.setdefault(_setup_of(path, roots), []).append(group)
        self.all = [swarm for setup in setups.values() for swarm in _swarms(setup)]


def _swarms(files: list[Group]) -> Iterator[Swarm]:
    """The swarms of the files of one setup."""
    roles = set[str]().union(*(held_roles(group) for group in files))
    spawned = {slug(agent.bindings["agent"].get("name", "")) for group in files for agent in group[AGENT]}
    guarded = any(hook.bindings["hook"].get("guards") for group in files for hook in group[HOOK])
    calls = [group for group in files if not group[SYSTEM]]
    if sum(bool(group[SWARM]) for group in calls) == 1:
        calls = [_joined(calls)]
    for spec in files:
        if spec[SYSTEM]:
            yield Swarm(spec, True, held_roles(spec), spawned, guarded)
    for group in calls:
        known = roles if held_roles(group) and not is_computed(group) else set[str]()
        yield Swarm(group, False, known, spawned, guarded)


def _joined(files: Iterable[Group]) -> Group:
    joined: Group = defaultdict(list)
    for group in files:
        for kind, subjects in group.items():
            joined[kind] += subjects
    return joined


def _roots(paths: Iterable[str]) -> set[str]:
    """The folders that have `.claude` or `.mcp.json`, as far as the paths of what was read show it."""
    roots: set[str] = set()
    for path in dict.fromkeys(paths):
        whole = f"/{path}"
        if _SETTINGS in whole:
            roots.add(whole[: whole.index(_SETTINGS)].strip("/"))
        elif whole.endswith(_SERVERS):
            roots.add(posixpath.dirname(path))
    return roots


def _setup_of(path: str, roots: set[str]) -> str:
    """The nearest folder above a file that is a root of a setup; empty if there is none."""
    folder = posixpath.dirname(path)
    while folder and folder not in roots:
        above = posixpath.dirname(folder)
        folder = "" if above == folder else above
    return folder
