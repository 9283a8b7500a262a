"""What stands in docs/peer-checks.yaml and what rules say they replace: each check of a peer is in one of the two."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import yaml

from tests import shipped
from tests.conftest import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "docs"))

import peers

PEERS = peers.load()
REPLACED = peers.replaced(shipped.rule_files())
BENCHMARKS = ("CIS-1.12",)
"""What else `same_as` names: these are recommendations, no checks of a tool."""


def test_every_check_that_a_rule_replaces_is_one_of_its_tool() -> None:
    tools = [name for name in REPLACED if not name.startswith(BENCHMARKS)]
    strangers = {name: REPLACED[name] for name in tools if not any(peer.known(name) for peer in PEERS)}
    assert not strangers


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_check_is_replaced_or_absent_for_a_reason(peer: peers.Peer) -> None:
    taken = {check for check in peer.checks if peer.prefix + check in REPLACED}
    assert set(peer.checks) - taken - set(peer.absent) == set(), "neither replaced nor absent"
    assert taken & set(peer.absent) == set(), "replaced, so that no reason is needed any more"
    assert set(peer.absent) <= set(peer.checks), "no check of this tool"
    assert len(set(peer.checks)) == len(peer.checks), "twice in the list"


def test_no_check_belongs_to_two_tools() -> None:
    names = [peer.prefix + check for peer in PEERS for check in peer.checks]
    assert len(set(names)) == len(names)


def test_two_reasons_for_one_check_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "peer-checks.yaml"
    groups = [{"why": why, "checks": {"A1": "something"}} for why in ("live", "removed")]
    path.write_text(str([{"name": "Tool", "source": "s", "read": "1", "checks": ["A1"], "absent": groups}]))
    with pytest.raises(ValueError, match="two reasons why A1 is absent"):
        peers.load(path)


def test_every_reason_says_what_the_check_asks_for() -> None:
    empty = [(peer.name, check) for peer in PEERS for check, texts in peer.absent.items() if not all(texts)]
    assert not empty


def test_reasons_of_the_differential_speak_of_checks_that_rules_replace() -> None:
    reasons = yaml.safe_load((REPOSITORY / "bench" / "differential_checkov.known.yaml").read_text(encoding="utf-8"))
    strangers = {check for reason in reasons for check in reason.get("checks", ()) if check not in REPLACED}
    assert not strangers
