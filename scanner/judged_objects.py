"""Which objects our rules judge: a check of another engine that asks the same question of one is not reported again."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from scanner.engines import EngineInput
from scanner.facts.setting import OBJECTS
from scanner.model import HOLDER, Subject
from scanner.policy.evaluate import Evaluator
from scanner.policy.rule import Rule

_OBJECT = "object"
_POD = "Pod"


class JudgedObjects:
    """The objects of a scan, and the checks that rules of any profile answer for each."""

    def __init__(self, rules: Iterable[Rule], subjects: Iterable[Subject], like: Evaluator) -> None:
        some = [rule for rule in rules if rule.info.same_as]
        self._checks = {rule.info.id: frozenset(rule.info.same_as) for rule in some}
        self._evaluator = like.like(some, include_passes=True)
        self._objects: dict[str, dict[object, _Object]] = {}
        for subject in subjects:
            if subject.kind.startswith(OBJECTS) and _OBJECT in subject.marks:
                self._add(subject)

    def _add(self, subject: Subject) -> None:
        _, _, _, first, column, last, end, _ = subject.marks[_holds(subject)]
        before = subject.origin.first_line
        held = self._objects.setdefault(subject.overlay or subject.origin.path, {})
        key = (_name(subject), first, column)
        if key not in held:
            held[key] = _Object(_name(subject), before + first + 1, before + last + (end > 0))
        held[key].subjects.append(subject)

    def answer(self, file: EngineInput, resource: str, lines: tuple[int, int], check: str) -> bool:
        """Whether a rule answers a check about a resource of a file, which is at some lines."""
        found = self._object(file, resource, lines)
        if found is None:
            return False
        if found.checks is None:
            rules = {finding.rule for finding in self._evaluator.evaluate(found.subjects).findings}
            found.checks = frozenset().union(*(self._checks[rule] for rule in rules))
        return check in found.checks

    def _object(self, file: EngineInput, resource: str, lines: tuple[int, int]) -> _Object | None:
        """The object that a resource is: by its lines, or by its name in what was rendered."""
        held = self._objects.get(file.input.path, {}).values()
        if file.told:
            return next((each for each in held if each.is_named(resource)), None)
        best = max(held, key=lambda each: each.shares(*lines), default=None)
        return best if best and best.shares(*lines) > 0 else None


class _Object(Struct):
    """An object with the subjects in it."""

    name: str
    first: int
    last: int
    subjects: list[Subject] = field(default_factory=list)
    checks: frozenset[str] | None = None
    """What rules answer about it; None until it is asked."""

    def shares(self, first: int, last: int) -> int:
        """The number of lines that it has in a region."""
        return min(last, self.last) - max(first, self.first) + 1

    def is_named(self, resource: str) -> bool:
        """Whether it is a resource `KIND.NAMESPACE.NAME`, or the workload whose pods that resource stands for."""
        kind, _, rest = resource.partition(".")
        own = self.name.partition(".")[2]
        return resource == self.name or (kind == _POD and (rest == own or rest.startswith(f"{own}.")))


def _holds(subject: Subject) -> str:
    """The binding of the object of the file that a subject is in."""
    return HOLDER if HOLDER in subject.marks else _OBJECT


def _name(subject: Subject) -> str:
    """What other engines call the object that a subject is in."""
    value = subject.bindings[_holds(subject)]
    metadata = value.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return f"{value.get('kind', '')}.{metadata.get('namespace') or 'default'}.{metadata.get('name', '')}"
