"""A plugin for pytest: run the tests that a file names, one a line, in its order, and no others.

CHOSEN_TESTS=<file> pytest -p mutation.chosen_tests <files of tests>
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FILE = "CHOSEN_TESTS"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what is chosen; a name that is not collected is passed over."""
    chosen = Path(os.environ[FILE]).read_text(encoding="utf-8").splitlines()
    by_name = {item.nodeid: item for item in items}
    kept = [by_name[name] for name in chosen if name in by_name]
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in set(chosen)])
    items[:] = kept
