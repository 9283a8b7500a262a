"""Which of two values of a failing field is worse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.baseline import Worse
from scanner.gate.order import is_worse


@pytest.mark.parametrize(
    ("how", "before", "now", "worse"),
    [
        (None, "/etc", "/", True),
        (None, None, "/etc", True),
        (None, ["a", "b"], ["b", "a"], False),
        (None, ["a", "b"], ["a"], True),
        (Worse.HIGHER, 1, 2, True),
        (Worse.HIGHER, 2, 1, False),
        (Worse.HIGHER, {"seconds": 60.0, "text": "1 minute"}, {"seconds": 61.0, "text": "61 s"}, True),
        (Worse.HIGHER, {"seconds": 60.0, "text": "1 minute"}, {"seconds": 60.0, "text": "60 s"}, False),
        (Worse.HIGHER, {"percent": 99.9, "text": "99.9%"}, {"text": "always"}, True),
        (Worse.LOWER, 2, 1, True),
        (Worse.LOWER, 1, 2, False),
        (Worse.LOWER, 1, "none", True),
        (Worse.LOWER, True, False, True),
        (Worse.MORE, ["get"], ["get", "*"], True),
        (Worse.MORE, ["get", "*"], ["*"], False),
        (Worse.MORE, [1], [True], True),
        (Worse.NEVER, {"a": 1}, {"a": 1, "b": 2}, False),
    ],
)
def test_the_order_that_a_rule_states_decides(how: Worse | None, before: Any, now: Any, *, worse: bool) -> None:
    past, present = (None if each is None else json.dumps(each) for each in (before, now))
    assert is_worse(past, present, how) is worse


@pytest.mark.parametrize("how", [None, *(each for each in Worse if each is not Worse.NEVER)])
def test_another_digest_is_worse(how: Worse | None) -> None:
    assert is_worse("sha256:aa", "sha256:bb", how)
