"""What a rule reads, told from its parsed expressions: whether it needs all subjects, and which fields decide it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from scanner import library
from scanner.model import Profile
from scanner.policy import pack
from scanner.policy.rule import Rule, load

Write: TypeAlias = Callable[..., Rule]
RULE = """\
title: A rule for a test
severity: low
why: Because a test needs a rule of its own that no other change can touch.
remediation: Change the field as the test says.
limits: Sees nothing else.
subject: {subject}
message: "{message}"
objectives: [configuration-unambiguous]
examples: [{{passes: "yes", input: {{}}}}, {{fails: "no", input: {{}}}}]
{keys}
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(keys: str, message: str = "{subject} is wrong", subject: str = "kubernetes.workload") -> Rule:
        path = tmp_path / "rule.yaml"
        path.write_text(RULE.format(subject=subject, message=message, keys=keys))
        return load(path, tmp_path).rule

    return make


@pytest.mark.parametrize(
    "keys",
    [
        "require: size(facts.exposed) == 0",
        "when: has(facts.exposed)\nrequire: pod.a == 1",
        "each: facts.claims\nrequire: item.name == 'a'",
        "require: pod.a.all(facts, true) && facts.autoscaled",
    ],
)
def test_a_rule_that_reads_a_fact_needs_all_subjects(write: Write, keys: str) -> None:
    assert write(keys).joined


def test_a_fact_only_in_the_message_counts(write: Write) -> None:
    assert write("require: pod.a == 1", message="{subject} is reached by {facts.services}").joined
    assert write("detail: facts.mtls\nrequire: pod.a == 1", message="{subject} is {detail}").joined


@pytest.mark.parametrize(
    "require",
    ["pod.a.exists(k, k == 'facts')", "pod.facts == 1", "pod.a.all(facts, facts.b == 1)", "pod.a['facts'] == 1"],
)
def test_the_word_alone_makes_no_rule_about_all_subjects(write: Write, require: str) -> None:
    rule = write(f'require: "{require}"\nfix: {{safe: true, remove: [a]}}', message="{subject} has facts")
    assert not rule.joined


def test_what_a_choice_depends_on_is_read_whole(write: Write) -> None:
    reads = write("require: '(pod.a ? pod.b : pod.c) == 1'").reads
    assert {("pod", "a"), ("pod", "b"), ("pod", "c")} <= reads.values
    reads = write("require: 'size(pod.a ? pod.b : pod.c) == 1'").reads
    assert ("pod", "a") in reads.values
    assert {("pod", "b"), ("pod", "c")} <= reads.shapes
    assert not {("pod", "b"), ("pod", "c")} & reads.values


def test_what_is_read_of_an_item_is_read_under_each(write: Write) -> None:
    rule = write("each: [initContainers, template.metadata.labels]\nrequire: item.a == key", message="{item.b}")
    starts = [("pod", "initContainers"), ("template", "metadata", "labels")]
    assert {(*start, "*", field) for start in starts for field in "ab"} <= rule.reads.values
    assert {*starts} <= rule.reads.shapes
    assert not rule.reads.of("item")


def test_only_what_decides_the_outcome_is_among_the_words(write: Write) -> None:
    rule = write("when: pod.a == 'text'\nrequire: pod.b == 1\ndetail: pod.c\neach: d.*.e", message="{pod.f} {detail}")
    assert rule.words == {"pod", "a", "b", "d", "e"}


def test_what_rules_read_is_kept_with_the_compiled_pack(tmp_path: Path) -> None:
    first, second = (pack.load(Profile.OPINION, library.Cache(tmp_path)).rules for _ in range(2))
    assert [rule.reads for rule in first] == [rule.reads for rule in second]
    assert {rule.info.id for rule in second if rule.joined} >= {"kubernetes.workload-account-not-shared"}
