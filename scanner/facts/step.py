"""Steps of the derivation: a function with what it gives, what it needs of other steps, and what it reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from scanner.facts.fact import Fact
from scanner.facts.lack import LackWords
from scanner.model import ANY_KIND, Subject
from scanner.places import Location, Related

Value = TypeVar("Value")


class Unread(Struct, frozen=True):
    """Kubernetes objects that may be in a file which was not read."""

    kind: str
    """ANY_KIND for anything."""
    system: str = ""
    """The chart or overlay that they would be of; empty where it may be any."""
    deployed: bool = True
    """They would count as deployed, by the place of the file."""
    of_tests: bool = False
    """The file is in a folder of tests."""


Whole: TypeAlias = bool | frozenset[Unread]
"""Whether subjects are all there are; False where only a part of the files was named, else what may be missing."""


def is_open(whole: Whole) -> bool:
    """Whether subjects of any kind may be missing."""
    if isinstance(whole, bool):
        return not whole
    return any(each.kind == ANY_KIND and not each.system for each in whole)


class FieldRead(Struct, frozen=True):
    """Fields of a kind of subject that are read."""

    kind: str
    """The kind of subject."""
    paths: tuple[str, ...]
    """Dotted paths that begin with a binding; `*` is any item or field, and everything below a path is read."""
    names: tuple[str, ...] = ()
    """Paths of mappings of which the names of fields are read, and of lists of which the number of items is."""
    objects: tuple[str, ...] = ()
    """Where only some Kubernetes objects are read, their kinds."""


def read(kind: str, *paths: str, names: Sequence[str] = (), objects: Sequence[str] = ()) -> FieldRead:
    """A declaration of what is read."""
    return FieldRead(kind, paths, tuple(names), tuple(objects))


class SharedIndex(Protocol):
    """All subjects in a form that several steps share; made once for a derivation."""

    READS: ClassVar[tuple[FieldRead, ...]]
    """What making it reads, and what its methods read."""

    def __init__(self, subjects: Sequence[Subject], *, whole: Whole) -> None: ...


Seen = TypeVar("Seen", bound=SharedIndex)


@dataclass(frozen=True, eq=False)
class Step(Generic[Seen]):
    """A function that derives facts, with its declaration."""

    run: Callable[[Seen, Facts], None]
    view: type[Seen]
    gives: tuple[Fact[Any], ...]
    needs: tuple[Fact[Any], ...]
    """Facts that other steps give, and that it reads."""
    reads: tuple[FieldRead, ...]
    """The fields that it reads beside those that its view does."""


def step(
    view: type[Seen], *, gives: Sequence[Fact[Any]], needs: Sequence[Fact[Any]] = (), reads: Sequence[FieldRead] = ()
) -> Callable[[Callable[[Seen, Facts], None]], Step[Seen]]:
    """Declare a function as a step of the derivation."""
    return lambda run: Step(run, view, tuple(gives), tuple(needs), tuple(reads))


class UndeclaredError(Exception):
    """A step gives or reads a fact that its declaration does not name: a fault of the step."""


class Facts:
    """What steps have stated; during a step it holds the step to its declaration."""

    def __init__(self) -> None:
        self.stated: defaultdict[Subject, dict[str, Any]] = defaultdict(dict)
        self.places: defaultdict[Subject, dict[str, Location]] = defaultdict(dict)
        self.traces: dict[Subject, tuple[Related, ...]] = {}
        self.lacks: defaultdict[Subject, dict[str, LackWords]] = defaultdict(dict)
        self._gives: frozenset[Fact[Any]] = frozenset()
        self._known: frozenset[Fact[Any]] = frozenset()
        self._place_names: frozenset[str] = frozenset()

    def run(self, step: Step[Any], view: SharedIndex) -> None:
        """Take a step."""
        self._gives = frozenset(step.gives)
        self._known = self._gives.union(step.needs)
        self._place_names = frozenset(name for fact in step.gives for name in (*fact.related, *fact.item_related))
        step.run(view, self)

    def add(self, subject: Subject, fact: Fact[Value], value: Value) -> None:
        """State a fact about a subject.

        Raises UndeclaredError for a fact that the step does not declare, or that the kind of subject cannot have.
        """
        if fact not in self._gives or subject.kind not in fact.kinds:
            raise UndeclaredError(f"gives `{fact.name}` to a {subject.kind} without declaring it")
        self.stated[subject][fact.name] = value

    def of(self, subject: Subject, fact: Fact[Value]) -> Value | None:
        """What is stated so far; None where nothing is.

        Raises UndeclaredError for a fact that the step does not declare to need.
        """
        if fact not in self._known:
            raise UndeclaredError(f"reads `{fact.name}` without declaring that it needs it")
        known = self.stated.get(subject)
        value: Value | None = known.get(fact.name) if known else None
        return value

    def relate(self, subject: Subject, name: str, place: Location) -> None:
        """State a place that the facts of a subject were drawn from.

        Raises UndeclaredError for a name that none of the facts of the step declares.
        """
        if name not in self._place_names:
            raise UndeclaredError(f"gives the related place `{name}` without declaring it")
        self.places[subject][name] = place

    def trace(self, subject: Subject, fact: Fact[Any], steps: Sequence[tuple[Location, str]]) -> None:
        """State the places that a fact was followed through, each with what happens there.

        Raises UndeclaredError for a fact that the step does not declare, or that has no such places.
        """
        if fact not in self._gives or not fact.traced:
            raise UndeclaredError(f"gives a trace of `{fact.name}` without declaring it")
        self.traces[subject] = tuple(Related(where, text) for where, text in steps)

    def relate_item(self, subject: Subject, fact: Fact[Any], number: int, name: str, place: Location) -> None:
        """State a place that an item of a fact was drawn from.

        Raises UndeclaredError for a name that the fact does not declare for its items.
        """
        if fact not in self._gives or name not in fact.item_related:
            raise UndeclaredError(f"gives the related place `{name}` of `{fact.name}` without declaring it")
        self.places[subject][f"{fact.name}.{number}.{name}"] = place

    def lack(
        self, subject: Subject, fact: Fact[Any], words: LackWords, *, item: int | None = None, key: str = ""
    ) -> None:
        """State why a fact is absent, or the field `key` of it or of one of its items, and what decides it.

        Raises UndeclaredError for a fact that the step does not declare.
        """
        if fact not in self._gives:
            raise UndeclaredError(f"says why `{fact.name}` is absent without declaring it")
        name = fact.name if item is None else f"{fact.name}.{item}."
        self.lacks[subject][f"{name}.{key}" if key and item is None else f"{name}{key}"] = words
