"""The faults that `make mutants` draws: what is changed in a line and what is left alone."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from tests.conftest import REPOSITORY


def module(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPOSITORY / "bench"))
        return importlib.import_module(f"mutation.{name}")


def changes(source: str) -> set[str]:
    """The lines that a source's faults give."""
    return {each.after.strip() for each in module("operators").mutations("a.py", source)}


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("return code in (CLEAN, NOTHING)", ["return code in (CLEAN,)", "return code not in (CLEAN, NOTHING)"]),
        ("if a < 1:", ["if a <= 1:", "if not (a < 1):", "if a < 2:", "if a < 0:"]),
        ("if not a:", ["if a:"]),
        ("return a and b(c)", ["return a or b(c)", "return a", "return not (a and b(c))"]),
        ("return mounts[-1]", ["return mounts[0]", "return None"]),
        ("return mounts[0]", ["return mounts[-1]", "return mounts[1]"]),
        ("return text[1:]", ["return text[:]", "return text[2:]", "return text[0:]"]),
        ("found.append(a)", ["pass"]),
        ("count += 1", ["pass", "count += 2", "count += 0"]),
        ("names = ['a', b]", ["names = [b]", "names = ['a', ]", "names = ['a~', b]"]),
        ("names = {'a': 1, 'é': 2}", ["names = {'é': 2}", "names = {'a': 1, }", "names = {'a': 1, 'é~': 2}"]),
        ("return data['key']", ["return data['key~']"]),
        ("return first + 1", ["return first - 1", "return first + 2"]),
    ],
)
def test_a_line_is_changed_in_each_of_its_parts(line: str, faults: list[str]) -> None:
    body = f"{line}\n        pass" if line.endswith(":") else line
    assert set(faults) <= changes(f"def f():\n    {body}\n")


@pytest.mark.parametrize(
    "source",
    [
        "'''One of 2.'''\n",
        "import a, b\n",
        "def f(a: tuple[int, str]) -> list[0]: ...\n",
        "def __repr__(self):\n    return 'a'\n",
        "if TYPE_CHECKING:\n    a = 1\n",
        "raise ValueError('a', 1)\n",
        "@dataclass(frozen=True, slots=True)\nclass A: ...\n",
        "option(help='one or two')\n",
        "a, b = c, d\n",
        "A: TypeAlias = dict[str, 1]\n",
        "def f():\n    return None\n",
    ],
)
def test_what_nobody_can_see_is_left_alone(source: str) -> None:
    assert changes(source) <= {"pass"}


def test_a_truth_that_is_given_back_becomes_the_other_one() -> None:
    """None in place of False would be the same to whoever asks for its truth only."""
    assert changes("def f():\n    return False\n") == {"return True"}
    assert changes("def f():\n    return True\n") == {"return False"}
    assert changes("def f():\n    return ''\n") == {"return '~'"}


def test_a_line_that_is_added_leaves_the_order_of_the_others() -> None:
    lines = [f"a{number} = [{number}, b]" for number in range(50)]
    before, after = (
        [each.after for each in module("drawing").draw({"x.py": "\n".join(text)}, 1)]
        for text in (lines, [*lines[:20], "new = f(1)", *lines[20:]])
    )
    assert len(after) == 51
    assert [each for each in after if not each.startswith("new")] == before


def test_a_seed_draws_the_same_faults_and_no_line_twice() -> None:
    sources = {name: "\n".join(f"a{number} = [{number}, b]" for number in range(50)) for name in ("x.py", "y.py")}
    first, again, other = (list(module("drawing").draw(sources, seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert len({(each.path, each.line) for each in first}) == len(first) == 100
