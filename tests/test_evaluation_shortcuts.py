"""What the evaluator does to evaluate less must not change an outcome, a message or a place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import facts
from scanner.policy.evaluate import Evaluator
from scanner.policy.expression import Reads
from scanner.policy.known_conditions import KnownConditions
from scanner.policy.projection import Projection
from scanner.policy.rule import Rule
from scanner.policy.variables import FACTS
from tests import bundles


def plain(rule: Rule) -> Rule:
    """The rule without what makes its evaluation quicker: each subject and each item is evaluated anew."""
    return replace(rule, every_item=None, of_item=False, decisive=Reads(values=frozenset({(FACTS,)})))


def test_all_rules_together_give_what_each_gives_alone_and_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [file.rule for file in bundles.RULES]
    assert sum(rule.every_item is not None for rule in rules) > 60
    assert sum(rule.of_item for rule in rules) > 20
    assert sum(KnownConditions.of(rule.decisive) is not None for rule in rules) > 150
    together = Evaluator(rules, include_passes=True)
    alone = [Evaluator([plain(rule)], include_passes=True) for rule in rules]
    outcomes = 0
    for subjects, whole in bundles.bundles():
        derived = facts.derive(subjects, whole=whole)
        one = together.evaluate(subjects, derived)
        with monkeypatch.context() as patched:
            patched.setattr(Projection, "of", lambda _, values: dict(values))
            others = [each.evaluate(subjects, derived) for each in alone]
        assert one.counts == {rule: counts for other in others for rule, counts in other.counts.items()}
        assert sorted(map(str, one.findings)) == sorted(str(finding) for other in others for finding in other.findings)
        outcomes += len(one.findings)
    assert outcomes > 5000


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.0, 1.0, "", "a", "1", "x" * 300]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
BINDINGS = st.dictionaries(st.sampled_from(["object", "pod"]), VALUES, min_size=2)
PATHS = st.frozensets(st.lists(st.sampled_from("ab"), max_size=3).map(lambda fields: ("object", *fields)), max_size=3)


@given(BINDINGS, BINDINGS, PATHS, PATHS)
def test_values_with_one_key_are_the_same_at_every_path(
    one: dict[str, object],
    other: dict[str, object],
    paths: frozenset[tuple[str, ...]],
    shapes: frozenset[tuple[str, ...]],
) -> None:
    known = KnownConditions.of(Reads(paths, shapes))
    assert known is not None
    if (key := known.key(one)) is None or key != known.key(other):
        return
    for path in paths:
        assert repr(_follow(one, path)) == repr(_follow(other, path))
    for path in shapes:
        assert _shape(_follow(one, path)) == _shape(_follow(other, path))


@given(BINDINGS, PATHS)
def test_a_projection_holds_everything_at_its_paths(
    values: dict[str, object], paths: frozenset[tuple[str, ...]]
) -> None:
    cut = Projection(paths).of(values)
    for path in paths:
        assert _follow(cut, path) == _follow(values, path)


def _follow(value: object, path: tuple[str, ...]) -> object:
    """The value at a path, or how far the path leads and to what kind of value."""
    for depth, name in enumerate(path):
        if not isinstance(value, dict) or name not in value:
            return depth, type(value)
        value = value[name]
    return value


def _shape(value: object) -> object:
    return type(value), len(value) if isinstance(value, dict | list | str) else 0
