"""The declaration of a fact. It is next to the function that computes the fact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from scanner.facts.shape import Shape, shape_of

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Fact(Generic[T]):
    """A fact: its name, the kinds of subject that can have it, its type and its description."""

    name: str
    """What expressions call it, after `facts.`."""
    kinds: tuple[str, ...]
    """The kinds of subject that can have it."""
    type: type[T]
    """Of its value, as a Python type: `bool`, `int`, `float`, `str`, a list of these, or a TypedDict."""
    meaning: str
    """One sentence, for the reference of rule authors."""
    provide: str
    """What a user can do where the fact is absent: an instruction that ends the finding."""
    objects: tuple[str, ...] = ()
    """Where only some Kubernetes resources can have it, the kinds of these."""
    related: tuple[str, ...] = ()
    """Names of places of other subjects that come with it, and that a rule's `related` may refer to."""
    item_related: tuple[str, ...] = ()
    """The same for each item of a list, for rules with `each: facts.NAME`."""

    traced: bool = False
    """It comes with the places that it was followed through, which findings about it show in their order."""

    @cached_property
    def shape(self) -> Shape:
        """Its type as data: the fields that an expression may read of it or of its items."""
        return shape_of(self.type)

    def mismatch(self, value: Any) -> str:
        """What about a value is not of the declared type, with the place in the value; empty where all is."""
        return self.shape.mismatch(value, self.name)
