"""An entry of the cache of results gives back what it was made of, or there is none."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import MsgspecError
from msgspec.msgpack import encode

from scanner.inputs import Portion
from scanner.inputs.kept import entry
from scanner.loss import Loss
from scanner.marks import Mark
from scanner.model import Finding, Input, InputStatus, Outcome, Severity, Subject
from scanner.places import Edit, Fix, Location, Origin, Related
from scanner.policy.evaluate import Evaluation

WORD = st.text("abcxyz/ éß漢\n\\\"'{}[]:😀\x00\x7f", max_size=8)
NUMBER = st.integers(0, 10**6)


def data(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3), max_leaves=8
    )


PLAIN = data(
    WORD
    | st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
ODD = data(
    st.text() | st.integers() | st.floats() | st.binary(max_size=3) | st.tuples(st.just(1)) | st.sampled_from(Outcome)
) | st.dictionaries(st.integers() | st.none() | st.sampled_from(Severity) | WORD, WORD, max_size=2)


def mark(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Mark]:
    return st.tuples(NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, children)


MARK: st.SearchStrategy[Mark] = st.recursive(
    mark(st.none()),
    lambda inner: mark(st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3)),
    max_leaves=6,
)
LOCATION = st.builds(Location, WORD, NUMBER, NUMBER, NUMBER, NUMBER, WORD)
FIX = st.builds(
    Fix,
    st.booleans(),
    WORD,
    st.lists(st.builds(Edit, NUMBER, NUMBER, NUMBER, NUMBER, WORD), max_size=2).map(tuple),
    WORD,
)
FINDING = st.builds(
    Finding,
    *(WORD, st.sampled_from([Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]), st.sampled_from(Severity)),
    *(WORD, WORD, WORD, WORD, LOCATION, WORD),
    related=st.lists(st.builds(Related, LOCATION, WORD), max_size=2).map(tuple),
    fix=st.none() | FIX,
    occurrence=NUMBER,
    observed=WORD,
    expected=WORD,
    provide=WORD,
    evidence=st.none() | WORD,
    overlay=WORD,
    built_by=st.lists(WORD, max_size=2).map(tuple),
)
COUNTS = st.dictionaries(
    WORD, st.dictionaries(st.sampled_from([Outcome.FAIL, Outcome.PASS]), NUMBER, max_size=2), max_size=2
)
EVALUATION = st.builds(
    Evaluation,
    st.lists(FINDING, max_size=2),
    COUNTS,
    st.dictionaries(st.lists(WORD, min_size=1, max_size=2).map(tuple), COUNTS, max_size=2),
    st.dictionaries(st.tuples(WORD, WORD), COUNTS, max_size=2),
)
INPUT = st.builds(
    Input,
    *(WORD, WORD, NUMBER, st.sampled_from([InputStatus.ASSESSED, InputStatus.SKIPPED, InputStatus.NOT_ASSESSED])),
    *(WORD, NUMBER, st.lists(WORD, max_size=2).map(tuple), NUMBER, st.dictionaries(WORD, NUMBER, max_size=2)),
    st.lists(st.builds(Loss, NUMBER, WORD, WORD), max_size=2).map(tuple),
    accepted=WORD,
    may_hold=st.lists(WORD, max_size=2).map(tuple),
)


def subject(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Subject]:
    return st.builds(
        Subject,
        *(WORD, WORD, WORD),
        st.builds(
            Origin,
            *(WORD, NUMBER, st.lists(NUMBER, max_size=2).map(tuple)),
            st.lists(st.tuples(NUMBER, WORD), max_size=2).map(tuple),
        ),
        st.dictionaries(WORD, values, max_size=2),
        st.dictionaries(WORD, MARK, max_size=2),
        *(WORD, st.frozensets(WORD, max_size=2)),
        st.dictionaries(WORD, st.tuples(WORD, WORD), max_size=2),
        *(WORD, WORD),
    )


def portions(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Portion]]:
    several = st.lists(subject(values), max_size=2).map(tuple)
    begun = st.lists(st.builds(Portion, several, EVALUATION), max_size=1)
    return st.tuples(begun, st.builds(Portion, several, EVALUATION, INPUT)).map(lambda parts: [*parts[0], parts[1]])


def made(some: list[Portion], text: bytes = b"") -> bytes | None:
    writer, last = entry.EntryWriter(), some[-1]
    for portion in some:
        writer.take(portion)
    writer.finish(last, text)
    kept, last.entry = last.entry, None
    return kept


def told(value: Any) -> Any:
    """A value with the type of everything in it, in its order."""
    kind = type(value)
    if isinstance(value, Mapping):
        return dict, [(told(name), told(item)) for name, item in value.items()]
    if kind in {list, tuple}:
        return kind, [told(item) for item in value]
    if kind is frozenset:
        return kind, sorted(value)
    names = getattr(kind, "__struct_fields__", ())
    return kind, [told(getattr(value, name)) for name in names] if names else repr(value)


@given(portions(PLAIN))
def test_what_is_kept_comes_back_as_it_was(some: list[Portion]) -> None:
    kept = made(some)
    assert kept is not None
    assert told(entry.read(kept)) == told(some)


@given(portions(ODD))
def test_odd_values_come_back_as_they_were_or_are_not_kept(some: list[Portion]) -> None:
    kept = made(some)
    assert kept is None or told(entry.read(kept)) == told(some)


def one(**bindings: Any) -> list[Portion]:
    held = Subject("a", "b", "c", Origin("d"), bindings, {}, "object")
    return [Portion((held,), Evaluation(), Input("d", "", 0, InputStatus.ASSESSED))]


@pytest.mark.parametrize(
    "value",
    [
        *(float("nan"), float("inf"), 2**63, -(2**63) - 1, 2**64, "\ud800", (1, 2), {1: 2}, {None: 1}, b"a", {"a"}),
        *(Outcome.FAIL, {Outcome.FAIL: 1}, {"kind": "Secret", "data": {"a": "b"}}, ["a"] * 300_000, "a" * 5_000_000),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_value_that_is_not_kept(value: Any) -> None:
    assert made(one(object="plain"))
    assert made(one(object={"a": [value]})) is None


@pytest.mark.parametrize(("text", "clean"), [("image: web", True), ("# password: Tr0ub4dor-and-3-horses", False)])
def test_a_credential_in_a_comment_is_remembered(text: str, clean: bool) -> None:
    some = one(object={"a": "b"})
    kept = made(some, text.encode())
    assert kept
    last = entry.read(kept)[-1]
    assert (some[-1].harmless, some[-1].clean) == (last.harmless, last.clean) == (True, clean)


def test_of_what_is_not_kept_nothing_is_known() -> None:
    some = one(object={"password": "Tr0ub4dor-and-3-horses"})
    assert made(some) is None
    assert not some[-1].harmless
    assert not some[-1].clean


def test_what_is_too_deep_is_not_kept() -> None:
    value: Any = "a"
    for _ in range(sys.getrecursionlimit()):  # a scan in the same process may have raised it
        value = [value]
    assert made(one(object=value)) is None


def test_an_unreadable_file_is_not_kept() -> None:
    assert made([Portion(input=Input("a", "", 0, InputStatus.UNREADABLE))]) is None


def test_a_rule_that_could_not_be_evaluated_is_not_kept() -> None:
    location = Location("a", 1, 1, 1, 1)
    finding = Finding("rule", Outcome.ERROR, Severity.LOW, "message", "kind", "id", "name", location, "fingerprint")
    evaluation = Evaluation([finding], {"rule": {Outcome.ERROR: 1}})
    assert made([Portion((), evaluation, Input("a", "", 0, InputStatus.ASSESSED))]) is None


@given(PLAIN)
def test_what_is_no_entry_is_refused(value: Any) -> None:
    with pytest.raises(MsgspecError):
        entry.read(encode(value))
