"""The names of roles: which of them mean the same role, and which of them somebody holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from scanner.facts.groups import Group
from scanner.facts.step import read
from scanner.late import regex
from scanner.masking import hidden
from scanner.subjects.architecture import SYSTEM
from scanner.subjects.swarm import AGENT, TASK

ROSTER = (
    read(AGENT, "agent.name"),
    read(TASK, "task.direct", "task.name"),
    read(SYSTEM, "system.roles"),
)
"""What is read to know who is there."""

_SEPARATORS = regex(r"[^a-z0-9]+")
_BRACKETED = regex(r"\s*([^()]*[^()\s])\s*\(([^()]+)\)\s*\Z")
_PEOPLE = regex(r"(?i)(^|[^a-z])(humans?|person|people|users?|operators?|maintainers?|customers?)([^a-z]|$)")
_SEVERAL = regex(
    r"(?i)(^|[^a-z])(team|board|committee|council|group|panel|department|office|guild|chapter|all|[a-z]+[^s\W]s)\W*\Z"
)
_NOBODY = regex(
    r"(?i)\W*(|none|nobody|no[-_ ]one|n/?a|null|auto(matic(ally)?|mated)?|auto[-_ ]?approv\w*|self|tbd)\W*\Z"
)
_SMALL_WORDS = frozenset(("of", "and", "the", "for"))


def slug(role: Any) -> str:
    """A role's name in one spelling: `Head of Risk and Compliance` is `head-risk-compliance`."""
    return _slug(str(role))


@lru_cache(maxsize=4096)
def _slug(role: str) -> str:
    words = _SEPARATORS.sub("-", role.lower()).strip("-").split("-")
    return "-".join(word for word in words if word not in _SMALL_WORDS)


def _initials(name: str) -> str:
    """The initials (`cto`) of a name of at least three words; empty for a shorter one."""
    words = name.split("-")
    return "".join(word[0] for word in words) if len(words) > 2 else ""  # noqa: PLR2004


def _spellings(role: Any) -> set[str]:
    """The name of a role as written out; where the initials are added in brackets, also each of the two alone.

    Other words in brackets belong to the name: `architect (data)` and `tester (data)` are two roles.
    """
    names = {slug(role)}
    match = _BRACKETED.match(str(role))
    if match and (_abbreviates(match[2], match[1]) or _abbreviates(match[1], match[2])):
        names |= {slug(match[1]), slug(match[2])}
    return names


def _abbreviates(short: str, name: str) -> bool:
    """Whether a word consists of the initials of the words of a name, with or without small words (`HoL`, `CO`)."""
    words = _SEPARATORS.sub(" ", name.lower()).split()
    initials = {"".join(word[0] for word in words), "".join(word[0] for word in words if word not in _SMALL_WORDS)}
    return len(words) > 1 and short.strip().lower() in initials


def aliases(role: Any) -> set[str]:
    """The names that mean a role: its own, and its initials (`cto`) where it has at least three words."""
    names = _spellings(role)
    return names | {short for name in names if (short := _initials(name))}


def is_same(one: Any, other: Any) -> bool:
    """Whether two names mean one role: they are the same, or one of them is written as the initials of the other.

    Two roles that are both written out are two, though their initials may be the same.
    """
    return bool(_spellings(one) & aliases(other) or _spellings(other) & aliases(one))


def texts(value: Any) -> list[str]:
    """The texts of a text or a list."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def is_computed(group: Group) -> bool:
    """Whether the name of an agent or a task is computed, so that no role can be reported as missing."""
    return any("name" in subject.unknowns for kind in (AGENT, TASK) for subject in group[kind])


def held_roles(group: Group) -> set[str]:
    """Every name of a role that somebody in a group holds."""
    held: set[str] = set()
    for agent in group[AGENT]:
        held |= aliases(agent.bindings["agent"].get("name", ""))
    for task in group[TASK]:
        if task.bindings["task"].get("direct"):
            held |= aliases(task.bindings["task"].get("name", ""))
    for system in group[SYSTEM]:
        for role in texts(system.bindings["system"].get("roles")):
            held |= aliases(role)
    return held - {""}


def unheld(roles: Iterable[str], roster: set[str]) -> list[str]:
    """The roles that nobody on a roster holds; people, such as `human`, are not expected on it."""
    return [role for role in roles if not (aliases(role) & roster or is_person(role))]


def is_person(role: str) -> bool:
    """Whether a role is that of a person outside of the agents, such as `human` or `user`."""
    return bool(_PEOPLE.search(role))


def is_several(role: str) -> bool:
    """Whether a role names several people or agents, such as a team, a board or `domain-architects`."""
    return bool(_SEVERAL.search(role))


def repeated(path: list[str]) -> list[str]:
    """The roles that a path contains more than once, under one name or several, sorted."""
    named = Counter(name for role in path for name in _spellings(role))
    meant = Counter(name for role in path for name in aliases(role))
    twice: set[str] = set()
    for role in path:
        own = _spellings(role)
        if any(meant[name] > 1 for name in own) or any(named[name] > (name in own) for name in aliases(role)):
            twice.add(_spelling(role))
    return sorted(twice)


def _spelling(role: str) -> str:
    """A role in lower case; as written where it holds a credential, which masking would not find in lower case."""
    return slug(role) if hidden(role) == role else role


def is_no_role(role: str) -> bool:
    """Whether a word stands for nobody, such as `none` or `auto`."""
    return bool(_NOBODY.match(role))
