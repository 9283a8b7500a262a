"""Which statements of Assay each test runs: a plugin for pytest, which also looks into the processes that tests start.

Every statement of `scanner` gets a probe in front of it when its module is loaded: a byte, set in a file that all
processes share. So what runs in a worker, or in an `assay` that a test starts, counts for the test as well, however
the process ends. What a test has from elsewhere counts for it too: fixtures of a wider scope, what its module made when
it was loaded, and rules that an earlier test compiled. Statements that run when a module is loaded have no probe.

    LINE_PROBES_TREE=<tree> LINE_PROBES=<folder> PYTHONPATH=<tree>:bench:<folder> pytest -p mutation.line_probes

writes `<folder>/<process>.jsonl`, a line for each test: its name, whether it passed, the seconds of processor time that
it took, and the statements by path and line.
"""

from __future__ import annotations

import ast
import base64
import importlib.abc
import importlib.machinery
import json
import mmap
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

TREE, FOLDER, _BITS = "LINE_PROBES_TREE", "LINE_PROBES", "LINE_PROBES_BITS"
"""What is told by the environment: the tree under test, where results go, and the file that processes share."""
SITE = f"import os\nif {_BITS!r} in os.environ:\n    from mutation import line_probes\n    line_probes.install()\n"
"""`sitecustomize.py` of the folder: what Python runs at the start of every process that a test starts."""
_PROBES = "__probes__"
LOADED = [0]
"""The statements of functions that ran while modules of this process were loaded."""


class Numbers:
    """A number for each line of each file of a package."""

    def __init__(self, root: Path) -> None:
        self.first: dict[str, int] = {}
        self.size = 0
        for path in sorted((root / "scanner").rglob("*.py")):
            self.first[str(path)] = self.size
            self.size += path.read_bytes().count(b"\n") + 2


class _Probing(ast.NodeTransformer):
    """Puts a probe before every statement of a function."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._inside = 0

    def visit(self, node: ast.AST) -> ast.AST:
        function = isinstance(node, ast.FunctionDef)
        self._inside += function
        super().generic_visit(node)
        if self._inside:
            for part in ("body", "orelse", "finalbody"):
                body = getattr(node, part, None)
                if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
                    setattr(node, part, self._probed(body))
        self._inside -= function
        return node

    def _probed(self, body: list[ast.stmt]) -> list[ast.stmt]:
        probed: list[ast.stmt] = []
        for statement in body:
            if not isinstance(statement, ast.Global | ast.Nonlocal):
                (probe,) = ast.parse(f"{_PROBES}[{self._first + statement.lineno}] = 1").body
                probed.append(ast.copy_location(ast.fix_missing_locations(probe), statement))
            probed.append(statement)
        return probed


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, first: int, probes: mmap.mmap) -> None:
        super().__init__(name, path)
        self._first, self._probes = first, probes

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        tree = _Probing(self._first).visit(ast.parse(self.get_data(path)))
        assert isinstance(tree, ast.Module)
        return compile(ast.fix_missing_locations(tree), path, "exec")

    def exec_module(self, module: ModuleType) -> None:
        """Load a module apart: what functions it calls meanwhile counts for whoever uses it later as well."""
        vars(module)[_PROBES] = self._probes
        before = bytes(self._probes)
        self._probes[:] = bytes(len(before))
        try:
            super().exec_module(module)
        finally:
            ran = int.from_bytes(self._probes[:], "little")
            LOADED[0] |= ran
            self._probes[:] = (int.from_bytes(before, "little") | ran).to_bytes(len(before), "little")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, root: Path, probes: mmap.mmap) -> None:
        self._numbers, self._probes = Numbers(root), probes

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] != "scanner":
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        first = self._numbers.first.get(found.origin or "") if found else None
        if found is None or found.origin is None or first is None:
            return None
        found.loader = _Loader(fullname, found.origin, first, self._probes)
        return found


def install() -> mmap.mmap:
    """Probe what this process loads of the tree that the tests are run in."""
    with open(os.environ[_BITS], "r+b") as file:
        probes = mmap.mmap(file.fileno(), 0)
    sys.meta_path.insert(0, _Finder(Path(os.environ[TREE]), probes))
    return probes


class Recorder:
    """Writes what each test runs."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.numbers = Numbers(root)
        bits = folder / f"{os.getpid()}.bits"
        bits.write_bytes(bytes(self.numbers.size))
        os.environ[_BITS] = str(bits)
        self.probes = install()
        self.file = (folder / f"{os.getpid()}.jsonl").open("w", encoding="utf-8")
        self.modules: dict[str, int] = {}
        self.fixtures: dict[int, int] = {}
        self.made: dict[tuple[str, str], int] = {}
        self.also = 0
        """What the test that runs has of earlier work."""

    def taken(self, work: Callable[[], Any]) -> tuple[Any, int]:
        """Do some work apart: what it gives, and the statements that it ran, which count for nothing else yet.

        Work that fails gives nothing, and what it ran counts for who asked for it.
        """
        before = self.read()
        self.clear()
        try:
            given = work()
        except BaseException:
            self.write(before | self.read())
            raise
        ran = self.read()
        self.write(before)
        return given, ran

    def read(self) -> int:
        """The statements that were run since they were cleared, as the bits of a number."""
        return int.from_bytes(self.probes[:], "little")

    def clear(self) -> None:
        """Begin anew."""
        self.write(0)

    def write(self, statements: int) -> None:
        """Let some statements count as run, and no others."""
        self.probes[:] = statements.to_bytes(self.numbers.size, "little")

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        """What a module of tests runs when it is loaded counts for all of them."""
        if not isinstance(collector, pytest.Module):
            return (yield)
        self.clear()
        report = yield
        self.modules[collector.nodeid] = self.read()
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """What a fixture runs counts for all who use it."""
        before = self.read()
        self.clear()
        try:
            return (yield)
        finally:
            ran = self.read()
            self.fixtures[id(fixturedef)] = self.fixtures.get(id(fixturedef), 0) | ran
            self.write(before | ran)

    def keep(self, keep: Callable[..., Any]) -> Callable[..., Any]:
        """`Cache.keep`, which makes something once: what it ran counts for all who get it."""

        def recorded(cache: object, name: str, key: str, make: Callable[[], Any]) -> Any:
            def noted() -> Any:
                given, self.made[name, key] = self.taken(make)
                return given

            given = keep(cache, name, key, noted)
            self.also |= self.made.get((name, key), 0)
            return given

        return recorded

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Run and record a test."""
        _forget_results()
        self.also = self.modules.get(item.nodeid.partition("::")[0], 0)
        self.clear()
        self.passed = True
        begin = _processor_time()
        given = yield
        ran = self.read() | self.also | LOADED[0]
        for fixtures in getattr(item, "_fixtureinfo").name2fixturedefs.values():  # noqa: B009 - there is no public way
            for fixture in fixtures:
                ran |= self.fixtures.get(id(fixture), 0)
        packed = zlib.compress(ran.to_bytes(self.numbers.size, "little"), 1)
        record = (item.nodeid, self.passed, round(_processor_time() - begin, 3), base64.b64encode(packed).decode())
        self.file.write(json.dumps(record) + "\n")
        self.file.flush()
        return given

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note whether it passed, with all that was set up for it."""
        self.passed = self.passed and report.outcome == "passed"


def _forget_results() -> None:
    """Empty what functions of Assay remember, so that a test runs what it would run alone."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "scanner":
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if callable(clear):
                    clear()


def _processor_time() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Probe what is loaded from here on: the first that a test session loads, or each of its workers."""
    if getattr(early_config.known_args_namespace, "numprocesses", None) and "PYTEST_XDIST_WORKER" not in os.environ:
        return
    recorder = Recorder(Path(os.environ[TREE]), Path(os.environ[FOLDER]))
    early_config.pluginmanager.register(recorder)
    from scanner.library import Cache

    Cache.keep = recorder.keep(Cache.keep)  # type: ignore[method-assign]


def unpacked(text: str) -> bytes:
    """The bytes of a record, one for each number of a line."""
    return zlib.decompress(base64.b64decode(text))
