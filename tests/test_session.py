"""The tests themselves: each belongs to one of two commands, and where every tool is required none is left out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


def run_pytest(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def selection(repository: Path, target: str) -> list[str]:
    """The markers by which a target of the Makefile selects tests of the checkout."""
    recipe = re.search(rf"^{target}:.*\n\t(.*pytest .*)", (repository / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    return re.findall(r'-m ("[^"]+"|\S+)', recipe[1])


def test_every_test_is_in_one_of_two_commands(repository: Path) -> None:
    slow = ['"slow and not hypothesis"']
    assert (selection(repository, "test"), selection(repository, "test-slow")) == (['"not slow"'], slow)
    assert selection(repository, "test-thorough test-search") == ["hypothesis"]
    makefile = (repository / "Makefile").read_text()
    assert re.search(r"^test-slow:(.*\n)\t.*\n\t\$\(MAKE\) .*\btest-thorough\b", makefile, re.MULTILINE)


def test_the_thorough_tests_are_looked_for_where_inputs_are_drawn(repository: Path) -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--old-file=.venv/dev", "test-thorough"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    named = set(re.findall(r"tests/\S+\.py", told.stdout))
    texts = {path: path.read_text() for path in (repository / "tests").rglob("test_*.py")}
    drawing = {path for path, text in texts.items() if re.search(r"^(@given\(|from hypothesis )", text, re.MULTILINE)}
    assert {str(path.relative_to(repository)) for path in drawing} <= named
    assert len(named) < len(texts) / 4


def test_the_cache_of_a_session_is_removed_with_the_folders_of_its_tests(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    own = tmp_path_factory.getbasetemp()  # a worker has one in that of the session
    assert not {own, own.parent}.isdisjoint(Path(os.environ["XDG_CACHE_HOME"]).parents)


A_TEST = "def test_a(): pytest.skip('no tool')\n"
A_MODULE = "pytest.skip('no tool', allow_module_level=True)\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "spread", "code"),
    [("", (), 0), (A_TEST, (), 1), (A_TEST, ("-n", "2"), 1), (A_MODULE, (), 1), (A_MODULE, ("-n", "2"), 1)],
)
def test_where_every_tool_is_required_a_skip_fails(
    repository: Path, tmp_path: Path, text: str, spread: tuple[str, ...], code: int
) -> None:
    (tmp_path / "test_some.py").write_text(f"import pytest\n{text}def test_b(): pass\n")
    arguments = ("-p", "tests.conftest", "--rootdir", str(tmp_path), *spread, "test_some.py")
    done = run_pytest(tmp_path, *arguments, PYTHONPATH=str(repository), ASSAY_REQUIRE_TOOLS="1")
    assert done.returncode == code, done.stdout
