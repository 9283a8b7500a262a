"""`kinds` of rules: what they mean, and that the evaluator's index changes no outcome."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.msgpack import encode
from msgspec.structs import replace

from scanner import facts
from scanner.errors import PackError
from scanner.policy import object_kinds
from scanner.policy.cel import compile_expression
from scanner.policy.evaluate import Evaluator
from scanner.policy.expression import Path as Fields
from scanner.policy.expression import Reads
from scanner.policy.rule import Rule, load
from scanner.policy.rule_reads import RuleReads
from scanner.subjects import KINDS
from tests import bundles
from tests.test_rule_checks import RULE


@pytest.mark.parametrize(
    ("kinds", "thing", "about"),
    [
        ((), {"kind": "Pod", "apiVersion": "v1"}, True),
        (("Pod",), {"kind": "Pod", "apiVersion": "v1"}, True),
        (("Pod",), {"kind": "Pod", "apiVersion": "metrics.k8s.io/v1"}, True),
        (("Pod",), {"kind": "pod", "apiVersion": "v1"}, False),
        (("Deployment.apps",), {"kind": "Deployment", "apiVersion": "apps/v1"}, True),
        (("Deployment.apps",), {"kind": "Deployment", "apiVersion": "extensions/v1beta1"}, False),
        (("Deployment.apps",), {"kind": "Deployment"}, False),
        (("Deployment.apps", "Pod"), {"kind": "Pod", "apiVersion": "v1"}, True),
        (("Pod",), {"kind": ["Pod"]}, False),
        (("Pod",), {}, False),
        (
            ("Gateway.gateway.networking.k8s.io",),
            {"kind": "Gateway", "apiVersion": "gateway.networking.k8s.io/v1"},
            True,
        ),
    ],
)
def test_a_rule_is_about_objects_of_its_kinds(kinds: Sequence[str], thing: object, *, about: bool) -> None:
    assert object_kinds.include(kinds, object_kinds.of({"object": thing})) is about


@pytest.mark.parametrize(
    ("rule", "condition"),
    [
        ({}, ""),
        ({"when": "a || b"}, "a || b"),
        ({"kinds": ["Pod"]}, "object.kind == 'Pod'"),
        ({"kinds": ["Pod", "Job"], "when": "a || b"}, "object.kind in ['Pod', 'Job'] && (a || b)"),
        (
            {"kinds": ["Pod", "Deployment.apps"], "when": "a"},
            "(object.kind == 'Pod' || (object.kind == 'Deployment' && object.apiVersion.startsWith('apps/'))) && a",
        ),
    ],
)
def test_kinds_and_when_are_one_condition(rule: dict[str, object], condition: str) -> None:
    assert object_kinds.condition(rule) == condition


def _reading(rule: Rule, more: Sequence[Fields]) -> RuleReads:
    """What a rule reads if its condition asks for the kind too."""
    return RuleReads(rule.words, rule.reads, rule.decisive | Reads(frozenset(more)))


def test_the_index_gives_what_the_condition_gives() -> None:
    with_kinds = [file for file in bundles.RULES if file.rule.kinds]
    assert len(with_kinds) > 90
    names = KINDS["kubernetes.resource"].names
    spelt_out = [
        replace(
            file.rule,
            kinds=(),
            when=compile_expression(object_kinds.condition(file.data.value), names, file.data.path),
            encoded_reads=encode(_reading(file.rule, object_kinds.READS)),
        )
        for file in with_kinds
    ]
    indexed = Evaluator([file.rule for file in with_kinds], include_passes=True)
    evaluated = Evaluator(spelt_out, include_passes=True)
    outcomes = 0
    for subjects, whole in bundles.bundles():
        derived = facts.derive(subjects, whole=whole)
        one, other = indexed.evaluate(subjects, derived), evaluated.evaluate(subjects, derived)
        assert one.counts == other.counts
        assert [str(each) for each in one.findings] == [str(each) for each in other.findings]
        outcomes += len(one.findings)
    assert outcomes > 500


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("subject: kubernetes.resource", "subject: architecture.flow\nkinds: [Pod]"), "is not a Kubernetes object"),
        (("subject: kubernetes.resource", "subject: kubernetes.resource\nkinds: [pod]"), "kinds"),
        (("subject: kubernetes.resource", "subject: kubernetes.resource\nkinds: []"), "kinds"),
    ],
)
def test_kinds_that_mean_nothing_are_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "shop" / "own.yaml"
    path.parent.mkdir()
    path.write_text(RULE.replace(*change))
    with pytest.raises(PackError) as caught:
        load(path, tmp_path)
    assert message in "".join(each.message for each in caught.value.each())
