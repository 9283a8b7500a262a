"""All changes, in the order of the table."""

from __future__ import annotations

from tests.gate import builds, hiding, history, layout, values
from tests.gate.registry import LISTED

MUTATIONS = [
    each
    for module in (layout, values, builds, hiding, history)
    for each in LISTED
    if each.change.__module__ == module.__name__
]
