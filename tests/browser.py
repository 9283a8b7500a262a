"""Headless Chromium for tests that look at pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip for want of a tool, or fail where all tools are required, as in CI."""
    if os.environ.get("ASSAY_REQUIRE_TOOLS"):
        pytest.fail(reason)
    pytest.skip(reason)


def tool(name: str) -> Any:
    """Return an optional module."""
    try:
        return import_module(name)
    except ImportError:
        missing(f"{name.partition('.')[0]} is not installed")


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium, for as long as it is needed."""
    program = os.environ.get("ASSAY_CHROMIUM") or shutil.which("chromium")
    if not program:
        missing("no chromium: set ASSAY_CHROMIUM or put `chromium` on PATH")
    playwright = tool("playwright.sync_api")
    quiet = ("background-networking", "component-update", "sync", "gpu")
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()
