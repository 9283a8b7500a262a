"""GitHub's line hash against the algorithm as GitHub states it: one rolling window over the characters of a file."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.reports.sarif.line_hash import WINDOW, line_hashes


def rolling(text: str) -> list[str]:
    """Return the hash of each line, computed character by character with a rolling window."""
    data = text.replace("\r\n", "\n").encode("utf-16-le")
    units = [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]
    window, starts, hashes = [0] * WINDOW, [False] * WINDOW, []
    seen: Counter[int] = Counter()
    value = index = 0
    fresh = True
    for unit in [*(unit for unit in units if unit not in (9, 32)), 65535, *[0] * WINDOW]:
        if starts[index]:
            seen[value] += 1
            hashes.append(f"{value:x}:{seen[value]}")
        starts[index] = fresh and unit != 0
        fresh = unit == 10
        value = (37 * value + unit - 37**WINDOW * window[index]) % 2**64
        window[index], index = unit, (index + 1) % WINDOW
    return hashes


@given(st.text("ab \t\n😀é\u2028", max_size=300), st.booleans(), st.booleans(), st.booleans())
def test_hashes_are_those_of_the_rolling_window(text: str, windows: bool, marked: bool, trimmed: bool) -> None:
    """Whatever line ends and byte order mark a file has, and whether or not its last line end was counted."""
    lines = (text.removesuffix("\n") if trimmed else text).split("\n")
    file = ("\ufeff" if marked else "") + (text.replace("\n", "\r\n") if windows else text)
    hashes = line_hashes(tuple(lines), digest(file), set(range(1, len(lines) + 1)))
    assert list(hashes.values()) == rolling(file)[: len(lines)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {1: "c129715d7a2bc9a3:1"}),
        ("kind: Pod\n\n\tspec: {}\n", {1: "7d5eded1f13b7e7d:1", 3: "a76d08d73aea7fa6:1"}),
        ("- 😀\n" * 40, {1: "2b283b670941dc58:1", 2: "2b283b670941dc58:2"}),
    ],
)
def test_hashes_are_those_that_the_code_of_codeql_action_gave(text: str, expected: dict[int, str]) -> None:
    lines = tuple(text.removesuffix("\n").split("\n"))
    assert line_hashes(lines, digest(text), set(expected)) == expected


@pytest.mark.parametrize("text", ["a\r\nb\n", "a\u2028b\n", "a\x0cb\n", "a\n\n\n"])
def test_lines_that_do_not_give_the_file_again_have_no_hash(text: str) -> None:
    lines = tuple(text.rstrip("\n").splitlines())
    assert line_hashes(lines, digest(text), {1}) == {}
    assert line_hashes(("a\rb",), digest("a\rb\n"), {1}) == {}


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
