"""The variables that expressions of rules may use beside the bindings of their subject."""

from __future__ import annotations

FACTS = "facts"
PARAMETERS = "params"
ITEM, KEY = "item", "key"
CLUSTER = "cluster"

OF_ITEMS = (ITEM, KEY)
"""Those that are there only in a rule with `each`."""
VARIABLES = (FACTS, PARAMETERS, *OF_ITEMS, CLUSTER)
