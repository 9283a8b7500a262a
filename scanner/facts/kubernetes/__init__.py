"""Links between Kubernetes objects, each fact in the module that knows its matter."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.facts.kubernetes import (
    accounts,
    autoscaling,
    bound_accounts,
    claims,
    namespaces,
    rbac,
    references,
    selections,
    stand_ins,
    tokens,
)
from scanner.facts.kubernetes.objects import Objects
from scanner.model import Subject


def derive(subjects: Sequence[Subject], *, whole: bool) -> None:
    """Attach to each object what the others say of it; `whole` as for all facts."""
    objects = Objects(subjects, whole=whole)
    objects.introduce(subjects)
    autoscaling.derive(objects)
    selections.derive(objects)
    stand_ins.introduce(objects)
    references.derive(objects)
    accounts.derive(objects)
    claims.derive(objects)
    namespaces.derive(objects)
    bound_accounts.derive(objects)
    rbac.derive(objects)
    tokens.derive(objects)
