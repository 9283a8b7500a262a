"""What the bindings of an account permit together, how far it reaches, and whether there may be more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct, field

from scanner.facts.kubernetes.access import permissions
from scanner.facts.kubernetes.access.bindings import SYSTEM, Account, Bindings, Grant
from scanner.facts.kubernetes.access.roles import PolicyRule
from scanner.facts.kubernetes.objects import namespace_of
from scanner.model import Subject

Known: TypeAlias = dict[tuple[str, Account, bool], "AccountPermissions"]
"""What was computed: for the file, chart or overlay, the account, and whether all bindings were read."""
_NOBODY = ("", Account("", ""))
"""The key for all accounts that no binding names."""


class HeldPermission(Struct, frozen=True):
    """A power, where it holds, and how its holder came to it."""

    power: permissions.DangerousPermission
    grant: Grant
    clause: PolicyRule
    cluster: bool
    namespace: str
    """As stated, where it does not hold in the whole cluster."""

    @property
    def takes_over(self) -> bool:
        """Whether it makes its holder an administrator of the cluster."""
        return self.power.takes_over and (self.cluster or self.namespace == SYSTEM)


class AccountPermissions(Struct):
    """What an account may do."""

    permitted: bool = False
    """Something at all, for certain."""
    bound: bool = False
    """By a binding that names the account itself, which asks the API for something."""
    held: list[HeldPermission] = field(default_factory=list)
    open: bool = False
    """There may be more."""
    doubt: Grant | None = None
    """Why, where a binding is the reason."""
    open_wide: bool = False
    """There may be more that reaches the whole cluster."""
    wide_doubt: Grant | None = None
    """Why, where a binding is the reason."""


def means_of(
    owner: Subject,
    account: Account,
    bindings: Bindings,
    known: Known,
    *,
    whole: bool,
) -> AccountPermissions:
    """The permissions of an account; computed once for all workloads that use it in one file, chart or overlay."""
    one = (owner.group or owner.origin.path, account) if bindings.name(account) else _NOBODY
    key = (*one, whole)
    if key not in known:
        means = known[key] = _joined(bindings.reaching(owner))
        means.open |= not whole
        means.open_wide |= not whole
        everywhere = {each.power for each in means.held if each.cluster}
        if permissions.EVERYTHING not in everywhere:
            sure = {each.grant.called for each in means.held}
            if not means.open:
                means.doubt = bindings.doubt(owner, everywhere, sure)
                means.open = means.doubt is not None
            if means.open and not means.open_wide:
                means.wide_doubt = bindings.doubt(owner, everywhere, sure, wide=True)
                means.open_wide = means.wide_doubt is not None
    return known[key]


def _joined(grants: Iterable[Grant]) -> AccountPermissions:
    """What bindings give together: a right from one may make a power with a right from another."""
    means = AccountPermissions()
    wide: dict[permissions.Permission, tuple[Grant, PolicyRule]] = {}
    narrow: dict[str, dict[permissions.Permission, tuple[Grant, PolicyRule]]] = {}
    for grant in grants:
        clauses = grant.role.clauses
        means.bound |= grant.to == "account" and (
            clauses is None or any(permissions.asks(each.rule) for each in clauses)
        )
        if clauses is None:
            means.open, means.doubt = True, grant
            if grant.is_wide:
                means.open_wide, means.wide_doubt = True, grant
            continue
        means.permitted |= any(permissions.permits(clause.rule) for clause in clauses)
        found = wide if grant.cluster else narrow.setdefault(namespace_of(grant.binding), {})
        for right, path in rights_of(grant).items():
            found.setdefault(right, path)
    means.held = list(held(True, "", wide))
    everywhere = {each.power for each in means.held}
    if permissions.EVERYTHING not in everywhere:
        for namespace, rights in narrow.items():
            means.held += (each for each in held(False, namespace, {**wide, **rights}) if each.power not in everywhere)
    return means


def rights_of(grant: Grant) -> dict[permissions.Permission, tuple[Grant, PolicyRule]]:
    """What a binding grants that leads to more, each with itself and the rule."""
    return {right: (grant, clause) for right, clause in grant.role.rights.items()}


def held(
    cluster: bool, namespace: str, rights: dict[permissions.Permission, tuple[Grant, PolicyRule]]
) -> Iterator[HeldPermission]:
    """The dangerous permissions that rights make together."""
    for power, (grant, clause) in permissions.held(rights, cluster=cluster).items():
        yield HeldPermission(power, grant, clause, cluster, namespace)


def takeover(means: AccountPermissions) -> list[HeldPermission]:
    """The worst of the ways to the whole cluster, if there is one, best one that is this account's own."""
    ways = [each for each in means.held if each.takes_over]
    return sorted(ways, key=lambda each: each.grant.to == "everyone")[:1]
