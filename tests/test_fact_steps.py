"""The derivation of facts as a whole: what steps declare is true, and subjects stay as they are."""

from __future__ import annotations

import copy
import json
import pickle
import pkgutil
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import pytest

import scanner.facts
from scanner import documents, facts
from scanner.facts import registry
from scanner.facts.fact import Fact
from scanner.facts.field_filter import FieldFilter
from scanner.facts.groups import Groups
from scanner.facts.step import Facts, Step, UndeclaredError, read, step
from scanner.model import Subject
from scanner.subjects import KINDS
from tests.bundles import RULES, bundles, read_all


def everything() -> Iterator[tuple[Subject, dict[str, Any], dict[str, Any]]]:
    """Each subject with its facts and related places."""
    for some, whole in bundles():
        derived = facts.derive(some, whole=whole)
        for subject in some:
            yield subject, derived.facts(subject), dict(derived.related(subject))


def test_facts_are_of_the_declared_types_and_on_the_declared_subjects() -> None:
    for subject, stated, related in everything():
        declared = registry.of(subject.kind)
        assert stated.keys() <= declared.keys()
        assert {name.rpartition(".")[2] for name in related} <= registry.related(subject.kind)
        for name, value in stated.items():
            fact = declared[name]
            assert fact.mismatch(value) == ""
            if fact.objects and subject.kind == "kubernetes.resource":
                assert subject.bindings["object"]["kind"] in fact.objects, name


def test_every_declared_fact_and_place_is_given_to_some_subject() -> None:
    given, places = set(), set()
    for subject, stated, related in everything():
        given |= {(subject.kind, name) for name in stated}
        places |= {(subject.kind, name.rpartition(".")[2]) for name in related}
    assert given == {(kind, name) for kind in KINDS for name in registry.of(kind)}
    assert places == {(kind, name) for kind in KINDS for name in registry.related(kind)}


@pytest.mark.parametrize("file", [file for file in RULES if file.rule.joined], ids=lambda file: file.rule.info.id)
def test_rules_read_declared_facts(file: Any) -> None:
    declared = registry.of(file.rule.info.subject)
    for name, *inside in file.rule.reads.of("facts") - {()}:  # without a name: whether there are any
        assert declared[name].shape.at(inside), (name, inside)
    assert file.rule.related.keys() <= registry.related(file.rule.info.subject)


def test_subjects_stay_as_they_are() -> None:
    for some, whole in bundles()[-2:]:
        before = copy.deepcopy([(subject.bindings, subject.marks) for subject in some])
        facts.derive(some, whole=whole)
        assert [(subject.bindings, subject.marks) for subject in some] == before


def test_a_subject_is_a_key_of_its_own() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
    one, other = (read_all({"a.yaml": text})[1] for _ in range(2))
    assert {one: 1, other: 2} == {other: 2, one: 1}
    assert len({one, other, one}) == 2
    assert one != other
    with pytest.raises(AttributeError):
        one.name = "b"  # type: ignore[misc]
    travelled = pickle.loads(pickle.dumps([one, one]))
    assert travelled[0] is travelled[1]
    assert travelled[0].bindings == one.bindings


# The order of steps, and what they may say

FIRST = Fact("first", ("swarm.swarm",), int, "One.", "state one", related=("where",))
SECOND = Fact("second", ("swarm.swarm",), int, "Two.", "state two")
THIRD = Fact("third", ("swarm.task",), list[str], "Three.", "state three", item_related=("who",))


def doing(*, gives: Sequence[Fact[Any]], needs: Sequence[Fact[Any]] = ()) -> Step[Groups]:
    @step(Groups, gives=gives, needs=needs)
    def run(groups: Groups, facts: Facts) -> None:
        """Nothing."""

    return run


def test_a_step_comes_behind_all_that_give_what_it_needs() -> None:
    last, middle, also = (
        doing(gives=[THIRD], needs=[SECOND]),
        doing(gives=[SECOND], needs=[FIRST]),
        doing(gives=[FIRST]),
    )
    more = doing(gives=[FIRST, SECOND])
    for some in ([last, middle, also, more], [also, more, middle, last]):
        order = list(registry.in_order(some))
        assert order.index(also) < order.index(middle) < order.index(last)
        assert order.index(more) < order.index(last)


def test_steps_that_need_each_other_have_no_order() -> None:
    with pytest.raises(ValueError, match="steps need each other's facts: run, run, run"):
        registry.in_order([doing(gives=[FIRST], needs=[SECOND]), doing(gives=[SECOND], needs=[FIRST])])


def test_the_order_of_the_shipped_steps_is_that_of_their_needs() -> None:
    given: set[Fact[Any]] = set()
    for each in registry.steps(KINDS):
        assert {*each.needs} <= given, each.run.__name__
        given |= {*each.gives}
    assert given == set(registry.every())


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda facts, swarm: facts.add(swarm, SECOND, 1), "gives `second` to a swarm.swarm without declaring it"),
        (lambda facts, swarm: facts.add(swarm, THIRD, ["a"]), "gives `third` to a swarm.swarm without declaring it"),
        (lambda facts, swarm: facts.of(swarm, SECOND), "reads `second` without declaring that it needs it"),
        (lambda facts, swarm: facts.relate(swarm, "there", None), "gives the related place `there` without"),
        (lambda facts, swarm: facts.relate_item(swarm, THIRD, 0, "where", None), "gives the related place `where` of"),
        (lambda facts, swarm: facts.relate_item(swarm, FIRST, 0, "where", None), "gives the related place `where` of"),
    ],
)
def test_what_a_step_does_not_declare_is_an_error(act: Any, told: str) -> None:
    (swarm,) = [item for item in read_all({"a.js": "mcp__s__swarm_init({})"}) if item.kind == "swarm.swarm"]

    @step(Groups, gives=[FIRST, THIRD])
    def run(groups: Groups, facts: Facts) -> None:
        act(facts, groups.all[0]["swarm.swarm"][0])

    with pytest.raises(UndeclaredError, match=told):
        Facts().run(run, Groups([swarm], whole=True))


def test_the_registry_knows_every_module_with_a_step() -> None:
    modules = [module.name for module in pkgutil.walk_packages(scanner.facts.__path__, "scanner.facts.")]
    found = {value for name in modules for value in vars(import_module(name)).values() if isinstance(value, Step)}
    assert found == {*registry.steps(KINDS)}


def test_steps_read_subjects_of_the_family_that_they_give_facts_to() -> None:
    for each in registry.steps(KINDS):
        kinds = [kind for fact in each.gives for kind in fact.kinds]
        read_of = [found.kind for found in (*each.view.READS, *each.reads)]
        families = {kind.partition(".")[0] == registry.KUBERNETES for kind in (*kinds, *read_of)}
        assert len(families) == 1, each.run.__name__


# What stays of subjects


def test_what_is_not_read_does_not_stay() -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, annotations: {b: hunter2}}\nstringData: {c: hunter2}\n"
    rules = [read("kubernetes.resource", "object.kind")]
    (kept,) = FieldFilter(rules).of(read_all({"a.yaml": text}))
    assert "hunter2" not in repr(kept)
    assert kept.bindings["object"]["stringData"] == {"c": None}


def test_what_a_rule_reads_stays_with_its_place() -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - {name: b, image: c, tty: true}\n"
    )
    rules = [read("kubernetes.container", "container.image", names=["pod.containers"])]
    (kept,) = [
        item for item in FieldFilter(rules).of(read_all({"a.yaml": text})) if item.kind == "kubernetes.container"
    ]
    full = next(item for item in read_all({"a.yaml": text}) if item.kind == "kubernetes.container")
    assert kept.bindings["container"] == {"image": "c"}
    assert len(kept.bindings["pod"]["containers"]) == 1
    at = [documents.positions.find(subject.marks["container"], ("image",))[0][:7] for subject in (kept, full)]
    assert at[0] == at[1]


def test_what_is_read_of_every_field_stays_of_a_named_one_too() -> None:
    spec = {"a": {"x": 1, "y": 2, "z": 3}, "b": {"x": 1, "y": 2}}
    text = json.dumps({"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": spec})
    rules = [read("kubernetes.resource", "object.spec.*.x", "object.spec.a.y")]
    (kept,) = FieldFilter(rules).of(read_all({"a.json": text}))
    assert kept.bindings["object"]["spec"] == {"a": {"x": 1, "y": 2}, "b": {"x": 1}}


@pytest.mark.parametrize("kind", ["document", "kubernetes.container", "kubernetes.control-plane"])
def test_a_subject_of_which_nothing_is_read_does_not_stay(kind: str) -> None:
    assert kind not in {subject.kind for some, _ in bundles() for subject in FieldFilter().of(some)}
