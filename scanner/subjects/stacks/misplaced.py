"""Keys of a service that stand one or two levels too far out, as entries of `services` or of the file.

One wrong indentation causes all of them, so that they are one fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from scanner.documents.positions import Node
from scanner.subjects.stacks.deployers import ACCEPTED, FORBIDDEN
from scanner.subjects.stacks.forms import Misfit, without

OF_SERVICE = ACCEPTED | FORBIDDEN.keys()
_RUNS = ("image", "build", "extends", "provider")
_NAMED = 10
"""Keys that a message names; the others are counted."""
Fault = TypeVar("Fault")


def without_misplaced(root: Node, misfits: Iterable[Misfit]) -> tuple[Node, list[str]]:
    """A file without the entries of `services` that are keys of a service, and the names of these.

    What another key has for a value shows that a mapping such as `environment` is none of the services.
    """
    if not any(map(_is_entry, misfits)):
        return root, []
    services = root.get("services").items()
    names = [key for key, node in services if key in OF_SERVICE and not any(node.get(run) for run in _RUNS)]
    for name in names:
        root = without(root, ("services", name))
    return root, [f"services.{name}" for name in names]


def misfits_told(misfits: Iterable[Misfit], others: list[str]) -> Iterator[tuple[Misfit, str]]:
    """The values of a wrong form, each with what its message adds; `others` are further keys at a wrong place."""
    return as_one(misfits, lambda misfit: ".".join(misfit.path) if _is_entry(misfit) else "", others)


def as_one(
    faults: Iterable[Fault], key_of: Callable[[Fault], str], others: Sequence[str] = ()
) -> Iterator[tuple[Fault, str]]:
    """The faults, of those at keys of a service the first, with what its message adds about the others.

    `key_of` is the key of a service that stands at a wrong place; empty for any other fault.
    """
    held = [(fault, key_of(fault)) for fault in faults]
    keys = [key for _, key in held if key]
    for fault, key in held:
        if key == "" or len(keys) + len(others) == 1:
            yield fault, ""
        elif key == keys[0]:
            yield fault, f"; the same indentation is wrong for {_listed([*keys[1:], *others])}"


def _is_entry(misfit: Misfit) -> bool:
    """Whether a value is that of an entry of `services` with the name of a key of a service."""
    section, *rest = misfit.path
    return section == "services" and len(rest) == 1 and rest[0] in OF_SERVICE


def _listed(keys: list[str]) -> str:
    more = len(keys) - _NAMED
    return ", ".join(keys[:_NAMED]) + (f" and {more} more" if more > 0 else "")
