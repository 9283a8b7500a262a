"""All changes, in the order of the table."""

from __future__ import annotations

from tests.gate import history, layout, values
from tests.gate.registry import MUTATIONS

__all__ = ["MUTATIONS", "history", "layout", "values"]
