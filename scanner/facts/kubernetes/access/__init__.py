"""What accounts may do: roles, what binds them to whom, and the powers that follow for workloads."""

from __future__ import annotations

from scanner.facts.kubernetes.access import accounts, rbac, tokens
from scanner.facts.kubernetes.objects import Objects


def derive(objects: Objects) -> None:
    """Attach to bindings, roles, accounts and workloads what they give, get and hold."""
    accounts.derive(objects)
    rbac.derive(objects)
    tokens.derive(objects)
