"""Regular expressions that are compiled when they are first used are those of the standard library."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from scanner import late


def test_an_expression_is_compiled_when_it_is_first_used() -> None:
    expression = late.regex(r"(?P<word>[a-z]+)\d", re.IGNORECASE)
    assert expression.pattern == r"(?P<word>[a-z]+)\d"
    assert expression.flags == re.compile(expression.pattern, re.IGNORECASE).flags
    for _ in range(2):
        found = expression.fullmatch("AB1")
        assert found
        assert found["word"] == "AB"
        assert expression.sub("-", "a1 b2") == "- -"
    with pytest.raises(re.error):
        late.regex("(").search("")


def test_no_dataclass_is_made_at_the_start() -> None:
    """The standard library generates the methods of each while its module is imported; msgspec's are not generated."""
    code = (
        "import dataclasses, sys\n"
        "made = []\n"
        "given = dataclasses._process_class\n"
        "dataclasses._process_class = lambda cls, *rest: made.append(cls.__qualname__) or given(cls, *rest)\n"
        "import scanner.scan\n"
        "print(*made)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Fact", "Step"], "classes of values are msgspec.Struct"
