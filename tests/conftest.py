"""What all tests share: renewing golden files, and refusing to leave anything out where every tool is required."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regold", action="store_true", help="write the golden files anew instead of comparing")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With ASSAY_REQUIRE_TOOLS set, a skipped test fails the session."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("ASSAY_REQUIRE_TOOLS") and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def repository() -> Path:
    """The checkout that the tests belong to."""
    return REPOSITORY
