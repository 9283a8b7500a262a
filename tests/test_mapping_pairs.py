"""Each rule that decides on a control is spoken of by the rationale through which it decides."""

from __future__ import annotations

import dataclasses
import sys

import pytest
from msgspec.structs import replace

from scanner import library
from scanner.controls import Relation, Strength
from scanner.frameworks import catalogue
from scanner.frameworks.catalogue import ControlMapping
from tests import shipped
from tests.conftest import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "docs"))

import pairs

LIMIT = 0
"""So many (control, rule) pairs may be without the words, and never more."""
RULES = {file.rule.info.id: file.rule.info for file in shipped.rule_files()}
FRAMEWORKS = catalogue.load(library.Cache())
WORDS = pairs.load()
PRIVILEGED, ROOT = "kubernetes.container-not-privileged", "kubernetes.container-user-not-root"
ARGUED = ControlMapping(
    objective="workload-least-privilege",
    relation=Relation.SUPPORTS,
    strength=Strength.MEDIUM,
    rationale="A container that runs as root gives an intruder its node.",
)


def listed(bearing: ControlMapping) -> list[str]:
    """The rules on privileged containers and on root that a control with this bearing alone lists."""
    control = replace(FRAMEWORKS[0].controls[0], objectives=(bearing,))
    framework = replace(FRAMEWORKS[0], controls=(control,), platform=None)
    return [rule.id for rule, _ in pairs.unspoken([framework], [RULES[PRIVILEGED], RULES[ROOT]], WORDS)]


def test_no_more_pairs_are_without_the_words() -> None:
    found = [
        f"{link.framework} {link.control}: {rule.id}"
        for rule, link in pairs.unspoken(FRAMEWORKS, RULES.values(), WORDS)
    ]
    assert len(found) <= LIMIT, f"widen the rationale, or limit or lower the bearing: {found}"


def test_a_rule_that_the_rationale_does_not_speak_of_is_listed() -> None:
    assert listed(ARGUED) == [PRIVILEGED]


@pytest.mark.parametrize(
    "bearing",
    [
        replace(ARGUED, rationale="Containers that run privileged or as root give an intruder the node."),
        replace(ARGUED, rules=(ROOT,)),
        replace(ARGUED, strength=Strength.LOW),
        replace(ARGUED, objective="", rule=PRIVILEGED),
    ],
    ids=["spoken of", "limited to others", "decides nothing", "named itself"],
)
def test_a_rule_is_not_listed_that_is(bearing: ControlMapping) -> None:
    assert listed(bearing) == []


def test_a_rule_without_words_of_its_own_is_spoken_of_by_its_title() -> None:
    rule = RULES["kubernetes.container-root-filesystem-read-only"]
    bare = dataclasses.replace(WORDS, by_rule={})
    assert bare.speaks("Programs cannot be replaced in a file system that none may write.", rule)
    assert not bare.speaks("A container of this cluster has more than it needs.", rule)


def test_words_are_of_rules_that_there_are() -> None:
    assert WORDS.by_rule.keys() <= RULES.keys()
    assert all(words and all(words) for words in WORDS.by_rule.values())
