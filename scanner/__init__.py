"""Assay: a policy-as-code compliance scanner.

>>> from scanner import scan, Options
>>> result = scan(["deploy/"], Options())
>>> result.verdict.exit_code  # doctest: +SKIP

Public: `scan`, `Options`, `Scan` (with the values of `scanner.model` inside it) and `AssayError`. All else is private.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.errors import AssayError
    from scanner.model import Scan
    from scanner.scan import Options, scan

__version__ = "0.1.0"
__all__ = ["AssayError", "Options", "Scan", "__version__", "scan"]

_HOMES = {
    "AssayError": "scanner.errors",
    "Options": "scanner.scan",
    "Scan": "scanner.model",
    "scan": "scanner.scan",
}


def __getattr__(name: str) -> Any:
    """Load the public names when first asked for, so that importing the package costs nothing."""
    if name not in _HOMES:
        message = f"module 'scanner' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
