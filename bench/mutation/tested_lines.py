"""The map from lines of Assay to the tests that run them, made once for a state of the tree."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation import line_probes

_FEW = 20
"""Quick tests of one file that go before all slower ones."""


@dataclass(frozen=True)
class Test:
    """A test that passes, with what it costs and runs."""

    name: str
    seconds: float
    lines: bytes
    """A byte for each line of the package, by the numbers of `line_probes`."""

    @property
    def file(self) -> str:
        """Where it stands."""
        return self.name.partition("::")[0]


class TestedLines:
    """Which tests run which lines."""

    def __init__(self, tree: Path, tests: list[Test], failing: list[str]) -> None:
        self.tests, self.failing = tests, failing
        self._tree = tree
        self._first = line_probes.Numbers(tree).first

    def of(self, path: str, line: int) -> list[Test]:
        """The tests that a change of a line may make fail, those first that tell soonest.

        What runs when a module is loaded (a constant, a default value) is seen through the functions that name it;
        where none does, through every function of the module, and of a module without any through all tests.
        """
        chosen: dict[str, Test] = {}
        for lines in self._watched(path, line):
            numbers = [self._first[str(self._tree / path)] + number for number in lines]
            for test in self.tests:
                if any(test.lines[number] for number in numbers):
                    chosen.setdefault(test.name, test)
            if chosen:
                break
        loading = not any(self._functions(path))
        return _ordered(list(chosen.values()) or (self.tests if loading else []))

    def _functions(self, path: str) -> Iterator[ast.stmt]:
        """The statements of the functions of a file."""
        source = (self._tree / path).read_text(encoding="utf-8")
        yield from (each for each, early in _statements(source) if not early)

    def _watched(self, path: str, line: int) -> Iterator[list[int]]:
        source = (self._tree / path).read_text(encoding="utf-8")
        all_ = list(_statements(source))
        around = [pair for pair in all_ if _begin(pair[0]) <= line <= (pair[0].end_lineno or 0)]
        statement, loading = max(around, key=lambda pair: (_begin(pair[0]), pair[0].lineno))
        if not loading:
            yield [statement.lineno]
            return
        inside = [each for each, early in all_ if not early]
        if isinstance(statement, ast.FunctionDef):
            yield [each.lineno for each in inside if _begin(statement) <= each.lineno <= (statement.end_lineno or 0)]
            return
        bound = {
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        yield [each.lineno for each in inside if bound & _names(each)]
        yield [each.lineno for each in inside]
        yield list(range(1, source.count("\n") + 1))


def _statements(source: str) -> Iterator[tuple[ast.stmt, bool]]:
    """Every statement of a source, and whether it runs when the module is loaded."""

    def walk(body: list[ast.stmt], *, loading: bool) -> Iterator[tuple[ast.stmt, bool]]:
        for statement in body:
            yield statement, loading
            inside = loading and not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
            for part in ("body", "orelse", "finalbody"):
                yield from walk(getattr(statement, part, []), loading=inside)
            for handler in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                yield from walk(handler.body, loading=inside)

    yield from walk(ast.parse(source).body, loading=True)


def _begin(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def _names(statement: ast.stmt) -> set[str]:
    found = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return found | {node.attr for node in ast.walk(statement) if isinstance(node, ast.Attribute)}


def _ordered(tests: list[Test]) -> list[Test]:
    """The quickest few of each file first; the tests of a file stay together, since they share what was set up."""
    by_file: dict[str, list[Test]] = {}
    for test in sorted(tests, key=lambda test: test.seconds):
        by_file.setdefault(test.file, []).append(test)
    quick = sorted((each[:_FEW] for each in by_file.values()), key=lambda part: sum(test.seconds for test in part))
    slow = sorted((each[_FEW:] for each in by_file.values()), key=lambda part: sum(test.seconds for test in part))
    return [test for part in (*quick, *slow) for test in part]


def load(tree: Path, folder: Path, jobs: int) -> TestedLines:
    """The map of a tree, from its folder where it was made before."""
    whole = folder / "tested.jsonl"
    if not whole.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _record(tree, folder, jobs)
        parts = sorted(folder.glob("[0-9]*.jsonl"))
        whole.write_text("".join(part.read_text(encoding="utf-8") for part in parts), encoding="utf-8")
        for part in (*parts, *folder.glob("*.bits")):
            part.unlink()
    tests, failing = [], []
    for record in whole.read_text(encoding="utf-8").splitlines():
        name, passed, seconds, lines = json.loads(record)
        if passed:
            tests.append(Test(name, seconds, line_probes.unpacked(lines)))
        else:
            failing.append(name)
    return TestedLines(tree, tests, failing)


def _record(tree: Path, folder: Path, jobs: int) -> None:
    """Run all tests, with probes."""
    (folder / "sitecustomize.py").write_text(line_probes.SITE, encoding="utf-8")
    surroundings = {
        **os.environ,
        line_probes.TREE: str(tree),
        line_probes.FOLDER: str(folder),
        "PYTHONPATH": os.pathsep.join((str(tree), str(Path(__file__).parent.parent), str(folder))),
    }
    options = (
        "-p",
        "mutation.line_probes",
        "-p",
        "no:cacheprovider",
        "-q",
        "-m",
        "not slow",
        "--hypothesis-seed=0",
        "--tb=line",
    )
    spread = ("-n", str(jobs)) if jobs > 1 else ()
    command = [sys.executable, "-m", "pytest", *options, *spread]
    done = subprocess.run(command, cwd=tree, env=surroundings, stdout=sys.stderr, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"the tests did not run: pytest ended with {done.returncode}")
