"""What of a scan belongs to a framework, and which of its controls do not apply: the word of whoever answers for it.

A scope file maps frameworks to `paths`, in the language of `.gitignore`, and to `not-applicable` controls with a reason
each; a `*` in a control stands for any text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from scanner import documents
from scanner.documents import Fault
from scanner.documents.positions import Node, locate
from scanner.errors import PackError, UsageError
from scanner.frameworks.catalogue import Framework, choose, near
from scanner.model import Origin
from scanner.sources.patterns import Patterns

_KEYS = ("paths", "not-applicable")
_SHORTEST_REASON = 20
"""Characters below which nobody can have given a reason."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of one framework; without paths, everything that is scanned."""

    paths: tuple[str, ...] = ()
    not_applicable: dict[str, str] = field(default_factory=dict)
    """Control -> why it does not apply."""

    def holds(self, path: str) -> bool:
        """Whether a file belongs to the scope."""
        patterns = Patterns(self.paths)
        parts = path.split("/")
        told = (patterns.decide("/".join(parts[:end]), folder=end < len(parts)) for end in range(1, len(parts) + 1))
        return not self.paths or any(told)


def load(path: Path, frameworks: Sequence[Framework]) -> dict[tuple[str, str], Scope]:
    """The scopes of a file, by id and edition of their frameworks.

    Raises PackError with the line for a framework, a key or a control that is not there, and for a missing reason.
    """
    root, origin = _document(path)
    scopes: dict[tuple[str, str], Scope] = {}
    for name, node in root.items():
        try:
            chosen = choose(frameworks, [name])
        except UsageError as error:
            raise _wrong(origin, node, error.message, error.hint) from None
        for key, item in node.items():
            if key not in _KEYS:
                raise _wrong(origin, item, f"there is no key {key!r}", near(key, _KEYS) or "known: " + ", ".join(_KEYS))
        paths = tuple(str(item.value).removeprefix("./") for item in node.get("paths").elements())
        if node.get("paths") and not paths:
            raise _wrong(origin, node.get("paths"), "paths is no list of patterns")
        for framework in chosen:
            named = dict(_not_applicable(framework, node.get("not-applicable"), origin))
            scopes[framework.id, framework.edition] = Scope(paths, named)
    return scopes


def _not_applicable(framework: Framework, node: Node, origin: Origin) -> Iterator[tuple[str, str]]:
    known = [control.id for control in framework.controls]
    for pattern, item in node.items():
        found = [control for control in known if fnmatchcase(control, pattern)]
        if not found:
            message = f"{framework.id}@{framework.edition} has no control {pattern!r}"
            raise _wrong(origin, item, message, near(pattern, known))
        if not isinstance(item.value, str) or len(item.value.strip()) < _SHORTEST_REASON:
            raise _wrong(
                origin, item, f"no reason is given why {pattern} does not apply", "say it in a sentence of its own"
            )
        yield from ((control, item.value.strip()) for control in found)


def _document(path: Path) -> tuple[Node, Origin]:
    name = str(path)
    part = next(iter(documents.read(name, documents.decode(path.read_bytes()))), None)
    if isinstance(part, Fault):
        raise PackError(part.message, f"{name}:{part.line}")
    if part is None or not isinstance(part.root.value, dict):
        raise PackError("is no scope", f"{name}:1", "map frameworks to paths and not-applicable controls")
    return part.root, part.origin


def _wrong(origin: Origin, node: Node, message: str, hint: str = "") -> PackError:
    line = locate(origin, node.mark).line if node.mark else 1
    return PackError(message, f"{origin.path}:{line}", hint)
