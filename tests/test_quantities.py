"""Durations and percentages as people write them, and what is none."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.subjects.quantities import percent, seconds

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
YEAR = 365.25 * DAY
MONTH = YEAR / 12


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 * * * *", HOUR),
        ("*/15 * * * *", 15 * MINUTE),
        ("0 2 * * *", DAY),
        ("30 1,13 * * *", DAY / 2),
        ("0 2 * * 1-5", 3 * DAY),
        ("0 2 * * mon", 7 * DAY),
        ("0 0 1 * *", MONTH),
        ("0 0 1 jan *", YEAR),
        ("@daily", DAY),
        ("@hourly", HOUR),
        ("twice daily", DAY / 2),
        ("12x per day", 2 * HOUR),
        ("4x/day", 6 * HOUR),
        ("3 times a week", 7 * DAY / 3),
        ("once per day", DAY),
        ("every day", DAY),
        ("every other day", 2 * DAY),
        ("5s", 5),
        ("5 sec", 5),
        ("5 seconds", 5),
        ("1 second", 1),
        ("250ms", 0.25),
        ("5m", 5 * MINUTE),
        ("5 min", 5 * MINUTE),
        ("5mins", 5 * MINUTE),
        ("1 minute", MINUTE),
        ("15-minute", 15 * MINUTE),
        ("15 - minutes", 15 * MINUTE),
        ("2h", 2 * HOUR),
        ("2 hrs", 2 * HOUR),
        ("1.5 hours", 1.5 * HOUR),
        ("3d", 3 * DAY),
        ("90 days", 90 * DAY),
        ("2 weeks", 14 * DAY),
        ("6 months", YEAR / 2),
        ("1 mo", MONTH),
        ("7 years", 7 * YEAR),
        ("1yr", YEAR),
        ("1h30m", 1.5 * HOUR),
        ("1h 30min", 1.5 * HOUR),
        ("1 hour, 30 minutes", 1.5 * HOUR),
        ("1 day + 2 hours", DAY + 2 * HOUR),
        ("0 minutes", 0),
        ("< 5 minutes", 5 * MINUTE),
        ("<5min", 5 * MINUTE),
        ("<= 1h", HOUR),
        ("≤ 4 hours", 4 * HOUR),
        ("~ 2h", 2 * HOUR),
        ("up to 4 hours", 4 * HOUR),
        ("at most 30 s", 30),
        ("within 1 hour", HOUR),
        ("under 15 min", 15 * MINUTE),
        ("less than 1 minute", MINUTE),
        ("max 5 min", 5 * MINUTE),
        ("maximum 5 min", 5 * MINUTE),
        ("every 6 hours", 6 * HOUR),
        ("  5 MINUTES  ", 5 * MINUTE),
        ("PT5M", 5 * MINUTE),
        ("P1D", DAY),
        ("P1DT2H3M4S", DAY + 2 * HOUR + 3 * MINUTE + 4),
        ("pt90s", 90),
        ("immediate", 0),
        ("Immediately", 0),
        ("continuous", 0),
        ("real-time", 0),
        ("synchronous", 0),
        ("hourly", HOUR),
        ("Daily", DAY),
        ("nightly", DAY),
        ("weekly", 7 * DAY),
        ("monthly", MONTH),
        ("quarterly", 3 * MONTH),
        ("semi-annually", 6 * MONTH),
        ("annually", YEAR),
        ("yearly", YEAR),
        ({"value": 15, "unit": "minutes"}, 15 * MINUTE),
        ({"unit": "Hours", "value": 1.5}, 1.5 * HOUR),
    ],
)
def test_durations(text: Any, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "soon",
            "5",
            "5.5",
            "minutes",
            "five minutes",
            "5 parsecs",
            "-5 minutes",
            "5 minutes ago",
            "1,5 hours",
        ),
        *(
            "about 5 minutes or so",
            "5 minutes to 6 hours",
            "2024-01-01",
            "P",
            "PT",
            "P1Y",
            "P1W",
            "p1d2h",
            "1h 30",
            "99%",
        ),
        *("5 min/month", "h", "5h?", "1..5h", "1 hour of", "not daily", "<"),
        *(5, 0, 5.5, True, None, [], ["5m"], {}, {"value": 5}, {"unit": "minutes"}, {"value": "5", "unit": "minutes"}),
        *({"value": True, "unit": "minutes"}, {"value": 5, "unit": "moons"}, {"value": 5, "unit": ["s"]}),
    ],
    ids=repr,
)
def test_what_is_no_duration(text: Any) -> None:
    assert seconds(text) is None


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("99.95%", 99.95),
        ("99.95 %", 99.95),
        ("99.95", 99.95),
        (99.95, 99.95),
        (99, 99.0),
        (100, 100.0),
        ("100%", 100.0),
        (0.9995, 99.95),
        ("0.9995", 99.95),
        (1, 100.0),
        ("1", 100.0),
        ("1%", 1.0),
        ("0.5%", 0.5),
        (">= 99.9%", 99.9),
        ("> 99.9 %", 99.9),
        ("≥99.9%", 99.9),
        ("~ 99%", 99.0),
        (" 99.9% ", 99.9),
        (0, 0.0),
    ],
)
def test_percentages(stated: Any, expected: float) -> None:
    assert percent(stated) == pytest.approx(expected)


@pytest.mark.parametrize(
    "stated",
    [
        *("", "%", "high", "99,95%", "99.9% or more", "99.9.9", "five nines", "-5%", "99.9%%", "99 % of users", ".5"),
        *(True, False, None, [], [99], {"percent": 99}),
    ],
    ids=repr,
)
def test_what_is_no_percentage(stated: Any) -> None:
    assert percent(stated) is None


MILLION = 1_000_000
"""So many characters that work in proportion to their square would never end."""


@pytest.mark.parametrize(
    "text",
    [
        "1" * MILLION,
        "1" + " " * MILLION + "x",
        "every" + " " * MILLION,
        "1h" * MILLION,
        "1." * MILLION,
        "p1d" * MILLION,
    ],
    ids=lambda text: text[:5],
)
def test_long_texts_are_given_up(text: str) -> None:
    assert seconds(text) is None
    assert percent(text) is None


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()))
def test_anything_is_a_quantity_or_none(value: Any) -> None:
    for found in (seconds(value), percent(value)):
        assert found is None or isinstance(found, float)


@given(
    st.integers(0, 10**6),
    st.sampled_from(["s", "min", "hours", "days", "weeks"]),
    st.sampled_from(["", " ", "-", " - "]),
)
def test_a_number_and_a_unit_are_their_product(number: int, unit: str, between: str) -> None:
    sizes = {"s": 1.0, "min": MINUTE, "hours": HOUR, "days": DAY, "weeks": 7 * DAY}
    found = seconds(f"{number}{between}{unit}")
    assert found is not None
    assert math.isclose(found, number * sizes[unit])
