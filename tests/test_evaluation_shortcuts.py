"""What the evaluator does to evaluate less must not change an outcome, a message or a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.msgpack import encode
from msgspec.structs import replace

from scanner import documents, facts, library
from scanner.model import Outcome
from scanner.policy import expression
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.policy.expression import Reads
from scanner.policy.known_conditions import KeyParts, KnownConditions, is_key
from scanner.policy.projection import Projection
from scanner.policy.rule import Rule, load
from scanner.policy.rule_reads import RuleReads
from scanner.policy.variables import FACTS
from scanner.subjects import recognise
from scanner.subjects.architecture import FLOW
from tests import bundles

SHIPPED = library.data_root() / "rules"


def plain(rule: Rule) -> Rule:
    """The rule without what makes its evaluation quicker: each subject and each item is evaluated anew."""
    reads = RuleReads(rule.words, rule.reads, Reads(values=frozenset({(FACTS,)})))
    return replace(rule, every_item=None, of_item=False, encoded_reads=encode(reads))


@pytest.mark.slow
def test_all_rules_together_give_what_each_gives_alone_and_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [file.rule for file in bundles.RULES]
    assert sum(rule.every_item is not None for rule in rules) > 60
    assert sum(rule.of_item for rule in rules) > 20
    assert sum(KnownConditions.of(rule.decisive) is not None for rule in rules) > 170
    together = Evaluator(rules, include_passes=True)
    with monkeypatch.context() as patched:
        patched.setattr(expression, "tree_only", lambda compiled: compiled)
        noted = [load(Path(file.data.path), SHIPPED).rule for file in bundles.RULES]
    assert sum(len(each.require) for each in noted) > 2 * sum(len(each.require) for each in rules)
    alone = [Evaluator([plain(rule)], include_passes=True) for rule in noted]
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


@given(BINDINGS, BINDINGS, PATHS, PATHS, PATHS)
def test_values_with_one_key_are_the_same_at_every_path(
    one: dict[str, object],
    other: dict[str, object],
    paths: frozenset[tuple[str, ...]],
    sizes: frozenset[tuple[str, ...]],
    presences: frozenset[tuple[str, ...]],
) -> None:
    known = KnownConditions.of(Reads(paths, sizes, presences))
    if known is None:
        assert len(paths | sizes | presences) > 8
        return
    parts = KeyParts()
    key = parts.pick(known.parts)
    if not is_key(key(parts.of(one))) or key(parts.of(one)) != key(parts.of(other)):
        return
    for path in paths:
        assert repr(_follow(one, path)) == repr(_follow(other, path))
    for path in sizes:
        assert _shape(_follow(one, path)) == _shape(_follow(other, path))
    for path in presences:
        assert _is_there(_follow(one, path)) == _is_there(_follow(other, path))


@given(BINDINGS, PATHS, PATHS)
def test_a_projection_holds_everything_at_its_paths(
    values: dict[str, object], paths: frozenset[tuple[str, ...]], presences: frozenset[tuple[str, ...]]
) -> None:
    cut = Projection(paths, presences).of(values)
    for path in paths:
        assert _follow(cut, path) == _follow(values, path)
    for path in presences:
        assert _is_there(_follow(cut, path)) == _is_there(_follow(values, path))


def test_a_long_list_of_which_only_the_presence_is_read_is_not_kept() -> None:
    cut = Projection([("facts", "circle")], [("facts", "depends_on"), ("facts", "circle", "a")])
    values = {"facts": {"depends_on": ["a"] * 1000, "circle": ["b"], "other": 1}}
    assert cut.of(values) == {"facts": {"circle": ["b"], "depends_on": []}}


def test_no_condition_reads_all_that_a_service_depends_on() -> None:
    """The lists of a large spec together grow with the square of its services."""
    for file in bundles.RULES:
        rule = file.rule
        path = (FACTS, "depends_on")
        assert not any(one[:2] == path for one in rule.decisive.values | rule.decisive.sizes), rule.info.id


def test_merged_counts_do_not_change_those_that_they_were_made_of() -> None:
    subject = next(each for subjects, _ in bundles.bundles() for each in subjects if each.kind == FLOW)
    one, other, total = Evaluation(), Evaluation(), Evaluation()
    for evaluation, outcomes in ((one, (Outcome.PASS,)), (other, (Outcome.PASS, Outcome.FAIL, Outcome.FAIL))):
        for outcome in outcomes:
            evaluation.count("a.rule", outcome, subject, by_path=True)
        total.merge(evaluation)
    total.count("a.rule", Outcome.FAIL, subject, by_path=True)
    for evaluation, wanted in ((one, {"pass": 1}), (other, {"pass": 1, "fail": 2}), (total, {"pass": 2, "fail": 3})):
        assert evaluation.counts == {"a.rule": wanted}
        assert evaluation.within(lambda _: True) == {"a.rule": wanted}
        assert [*evaluation.by_subject.values()] == [{"a.rule": wanted}]


def _follow(value: object, path: tuple[str, ...]) -> object:
    """The value at a path, or how far the path leads and to what kind of value."""
    for depth, name in enumerate(path):
        if not isinstance(value, dict) or name not in value:
            return depth, type(value)
        value = value[name]
    return value


def _is_there(found: object) -> object:
    """How far a path leads where there is nothing at its end."""
    return found if isinstance(found, tuple) else True


def _shape(value: object) -> object:
    return type(value), len(value) if isinstance(value, dict | list | str) else 0


SERVICE = """\
services:
  web:
    build: {build}
    image: {image}
    privileged: {privileged}
    user: {user}
    mem_limit: {memory}
    volumes: ["{volume}"]
"""
GIVEN = {
    "build": ".",
    "image": "registry.example/web:1.4.2",
    "privileged": "true",
    "user": "1000",
    "memory": "512m",
    "volume": "data:/data",
}
INSTEAD = {
    "image": ("traefik", "registry.example/web:latest", "portainer/agent@sha256:" + "a" * 64),
    "privileged": ("false", "true"),
    "user": ("root", "1000:1000", "0"),
    "memory": ("0", "1g"),
}


STACK_RULES = Evaluator(
    [file.rule for file in bundles.RULES if file.rule.info.id.startswith("stacks.")], include_passes=True
)


def outcomes(name: str, fields: dict[str, str]) -> dict[str, set[str]]:
    subjects = list(recognise(documents.read(name, SERVICE.format(**GIVEN | fields))).subjects)
    told: dict[str, set[str]] = {}
    for each in STACK_RULES.evaluate(subjects, facts.derive(subjects, whole=True)).findings:
        if each.subject_kind == "stack.service":
            told.setdefault(each.rule, set()).add(each.outcome.value)
    return told


@pytest.mark.parametrize("name", ["compose.yaml", "docker-stack.yml"])
@pytest.mark.parametrize("volume", ["data:/data", "/var/run/docker.sock:/var/run/docker.sock", "${DATA}:/data"])
@pytest.mark.parametrize("field", INSTEAD)
def test_what_is_decided_without_the_value_of_a_variable_is_so_with_every_value(
    name: str, volume: str, field: str
) -> None:
    unset = outcomes(name, {"volume": volume, field: "${VALUE}"})
    decided = {(rule, outcome) for rule, found in unset.items() for outcome in found & {"pass", "fail"}}
    assert decided
    for value in INSTEAD[field]:
        given = outcomes(name, {"volume": volume, field: value})
        for rule, outcome in decided:
            assert given.get(rule, {"pass"}) == {outcome}, (rule, value)


def test_a_variable_leaves_open_only_what_it_decides() -> None:
    rules = ("stacks.service-without-runtime-socket", "stacks.service-image-digest-pinned")
    plain, mounted = (
        outcomes("docker-stack.yml", {"image": "${REPO}:${TAG}", "volume": volume})
        for volume in ("data:/data", "/var/run/docker.sock:/var/run/docker.sock")
    )
    assert [plain[rule] for rule in rules] == [{"pass"}, {"unknown"}]
    assert [mounted[rule] for rule in rules] == [{"unknown"}, {"unknown"}]
