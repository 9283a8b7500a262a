"""Where the shipped data lies: rules, frameworks and templates."""

from __future__ import annotations

from pathlib import Path


def data_root() -> Path:
    """Return the folder that holds `rules`, `frameworks` and `templates`: the installed package's, else the checkout's."""
    package = Path(__file__).resolve().parent
    shipped = package / "_data"
    return shipped if shipped.is_dir() else package.parent
