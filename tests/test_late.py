"""Dataclasses and regular expressions that are made when they are first used are those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from scanner import late


def classes(decorate: Callable[..., Any]) -> dict[str, Any]:
    """The same classes, made by either decorator."""

    @decorate(frozen=True, slots=True)
    class Frozen:
        """One that never changes."""

        name: str
        numbers: tuple[int, ...] = ()
        notes: dict[str, str] = field(default_factory=dict, hash=False)

        @property
        def loud(self) -> str:
            return self.name.upper()

    @decorate(slots=True)
    class Open:
        name: str
        items: list[int] = field(default_factory=list)

    @decorate(frozen=True, slots=True, kw_only=True)
    class Named:
        width: int = 100
        render: Callable[..., Any] | None = None

    @decorate(frozen=True, slots=True, eq=False)
    class Single:
        name: str

    @decorate(frozen=True, slots=True)
    class Own:
        name: str

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own) and other.name.lower() == self.name.lower()

        def __hash__(self) -> int:
            return hash(self.name.lower())

        def __repr__(self) -> str:
            return f"<{self.name}>"

    return {made.__name__: made for made in (Frozen, Open, Named, Single, Own)}


STANDARD, LATE = classes(dataclasses.dataclass), classes(late.dataclass)
Kept: Any = late.dataclass(frozen=True, slots=True)(
    type("Kept", (), {"__annotations__": {"a": "int"}, "__module__": __name__})
)

QUESTIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "values by place": lambda of: repr(of["Frozen"]("a", (1,))),
    "values by name": lambda of: repr(of["Frozen"](numbers=(1,), name="a")),
    "methods of its own": lambda of: of["Frozen"]("a").loud,
    "a new default each time": lambda of: of["Open"]("a").items is of["Open"]("b").items,
    "equal": lambda of: of["Frozen"]("a") == of["Frozen"]("a"),
    "not equal": lambda of: of["Frozen"]("a") == of["Frozen"]("b"),
    "equal to another class": lambda of: of["Frozen"]("a") == of["Named"](),
    "open and equal": lambda of: of["Open"]("a", [1]) == of["Open"]("a", [1]),
    "hash": lambda of: hash(of["Frozen"]("a", (1,))),
    "hash without a field": lambda of: len({of["Frozen"]("a", (), {"b": "c"}), of["Frozen"]("a", (), {"b": "c"})}),
    "by identity": lambda of: (of["Single"]("a") == of["Single"]("a"), len({of["Single"]("a"), of["Single"]("a")})),
    "what it defines itself": lambda of: (of["Own"]("a") == of["Own"]("A"), hash(of["Own"]("A")), repr(of["Own"]("a"))),
    "fields": lambda of: [(each.name, each.type, each.hash) for each in dataclasses.fields(of["Frozen"])],
    "replaced": lambda of: repr(dataclasses.replace(of["Frozen"]("a", (1,)), name="b")),
    "as a dictionary": lambda of: dataclasses.asdict(of["Open"]("a", [1])),
    "is one": lambda of: (dataclasses.is_dataclass(of["Open"]), dataclasses.is_dataclass(of["Named"]())),
    "matched": lambda of: (of["Frozen"].__match_args__, of["Named"].__match_args__),
    "slots": lambda of: (of["Frozen"].__slots__, hasattr(of["Frozen"]("a"), "__dict__")),
    "copied": lambda of: repr(copy.copy(of["Frozen"]("a", (1,), {"b": "c"}))),
    "named": lambda of: (of["Frozen"].__name__, of["Frozen"].__qualname__, of["Frozen"].__doc__),
    "changed": lambda of: setattr(of["Open"]("a"), "name", "b"),
}
FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "one too few": lambda of: of["Frozen"](),
    "one too many": lambda of: of["Open"]("a", [], 1),
    "unknown": lambda of: of["Frozen"]("a", size=1),
    "by place": lambda of: of["Named"](80),
    "set": lambda of: setattr(of["Frozen"]("a"), "name", "b"),
    "deleted": lambda of: delattr(of["Frozen"]("a"), "name"),
    "new attribute": lambda of: setattr(of["Open"]("a"), "size", 1),
    "hash of what may change": lambda of: hash(of["Open"]("a")),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_class_answers_as_one_of_the_standard_library(question: str) -> None:
    ask = QUESTIONS[question]
    assert ask(classes(late.dataclass)) == ask(STANDARD)
    assert ask(LATE) == ask(STANDARD), "also after other questions"


@pytest.mark.parametrize("name", FAULTS)
def test_a_class_refuses_what_one_of_the_standard_library_refuses(name: str) -> None:
    def refused(of: dict[str, Any]) -> Exception:
        with pytest.raises((TypeError, AttributeError)) as told:
            FAULTS[name](of)
        return told.value

    found, expected = refused(classes(late.dataclass)), refused(STANDARD)
    assert (type(found), str(found)) == (type(expected), str(expected))


def test_an_instance_goes_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Kept(1))) == Kept(1)


@pytest.mark.parametrize("base", [LATE["Frozen"], STANDARD["Frozen"]])
def test_a_base_that_is_a_dataclass_is_refused(base: type) -> None:
    with pytest.raises(TypeError, match="base"):
        late.dataclass(slots=True)(type("More", (base,), {"__annotations__": {"more": "int"}}))


def test_a_class_variable_is_refused() -> None:
    with pytest.raises(TypeError, match="class variable"):
        late.dataclass(slots=True)(type("More", (), {"__annotations__": {"more": "ClassVar[int]"}}))


def test_an_expression_is_compiled_when_it_is_first_used() -> None:
    expression = late.regex(r"(?P<word>[a-z]+)\d", re.IGNORECASE)
    assert expression.pattern == r"(?P<word>[a-z]+)\d"
    assert expression.flags == re.compile(expression.pattern, re.IGNORECASE).flags
    for _ in range(2):
        found = expression.fullmatch("AB1")
        assert found
        assert found["word"] == "AB"
        assert expression.sub("-", "a1 b2") == "- -"
    with pytest.raises(re.error):
        late.regex("(").search("")


def test_nothing_is_generated_before_a_class_is_used() -> None:
    code = (
        "import dataclasses, sys\n"
        "made = []\n"
        "given = dataclasses._process_class\n"
        "dataclasses._process_class = lambda cls, *rest: made.append(cls.__qualname__) or given(cls, *rest)\n"
        "import scanner.scan\n"
        "print(len(made))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 10, "a class of `scanner` is made by `scanner.late.dataclass`"
