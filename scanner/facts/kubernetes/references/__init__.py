"""What workloads name of other objects: configuration, secrets, accounts, claims; and who shares one."""

from __future__ import annotations

from scanner.facts.kubernetes.objects import Objects
from scanner.facts.kubernetes.references import accounts, claims, links, stand_ins


def derive(objects: Objects) -> None:
    """Attach to workloads what they refer to, and to accounts and claims who uses them."""
    stand_ins.introduce(objects)
    links.derive(objects)
    accounts.derive(objects)
    claims.derive(objects)
