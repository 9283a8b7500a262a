"""What all tests share: golden files, the cache of compiled rules, and refusing skips where every tool is required."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent
_TOOLS = {
    *("checkov", "chromium", "in_toto", "kustomize", "postgres", "pre_commit"),
    *("sarif_multitool", "sarif_tools", "sigstore", "trestle"),
}
"""Markers of tests that need a program from elsewhere."""
_HANGING = 300
"""Seconds of processor time after which a test hangs: many times what any test takes, on any machine."""

# The same inputs in each run, so that a change passes or fails by what it changes; `search` draws others each time.
settings.register_profile("usual", deadline=None, derandomize=True)
settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=1000)
settings.register_profile("search", deadline=None, max_examples=10_000, print_blob=True)
settings.load_profile("usual")


for _name in ("COLUMNS", "GITHUB_ACTIONS", "LINES"):  # set outside of the tests; what is written must not depend on it
    os.environ.pop(_name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regold", action="store_true", help="write the golden files anew instead of comparing")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Compile the rules once in a session, and not in each test that runs a command.

    The workers of pytest-xdist, and the processes that tests start, take the folder from the environment. It is empty
    at the start: what was compiled by another state of the code proves nothing. It is in the folder of the session, so
    that pytest removes it later where this session is killed.
    """
    if not hasattr(config, "workerinput"):
        folder = config._tmp_path_factory.mktemp("cache")  # type: ignore[attr-defined]
        os.environ["XDG_CACHE_HOME"] = str(folder)
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Fail a test that hangs, so that the others still run."""

    def stop(*_: object) -> None:
        pytest.fail(f"used {_HANGING} seconds of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, _HANGING)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a program from elsewhere belongs to `make test-slow`."""
    for item in items:
        if not _TOOLS.isdisjoint(mark.name for mark in item.iter_markers()):
            item.add_marker("slow")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With ASSAY_REQUIRE_TOOLS set, a skipped test fails the session."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    passed = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    if os.environ.get("ASSAY_REQUIRE_TOOLS") and skipped and passed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def repository() -> Path:
    """The checkout that the tests belong to."""
    return REPOSITORY
