"""What accounts may do: from a workload over its account, bindings and their roles to powers (see `powers`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TypedDict

from msgspec import Struct, field

from scanner.facts.fact import Fact
from scanner.facts.kubernetes.access import open_grants, permissions
from scanner.facts.kubernetes.access.bindings import Account, Bindings, Grant, account_of
from scanner.facts.kubernetes.access.roles import PolicyRule, Roles
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import Objects, namespace_of
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.places import Location
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class PermissionItem(TypedDict, total=False):
    """A dangerous permission, its scope, and the bindings that grant it.

    Without `power` the item states that there may be more.
    """

    name: str
    power: str
    scope: str
    where: str
    namespace: str
    binding: str
    role: str
    to: str
    account: str
    field: str


_ITEM_RELATED = ("binding", "rule")
ACCOUNT_POWERS = Fact(
    "account_powers",
    (WORKLOAD, RESOURCE),
    list[PermissionItem],
    "The permissions of the account that allow privilege escalation.",
    provide="scan the folder that holds the roles and bindings of its service account, and state the namespaces",
    objects=("ServiceAccount",),
    item_related=_ITEM_RELATED,
)
ACCOUNT_TAKEOVER = Fact(
    "account_takeover",
    (WORKLOAD,),
    list[PermissionItem],
    "The most severe of the permissions that make the account an administrator of the cluster, if it has one.",
    provide="scan the folder that holds the roles and bindings of its service account, and state the namespaces",
    item_related=_ITEM_RELATED,
)
ACCOUNT_PERMITTED = Fact(
    "account_permitted",
    (WORKLOAD,),
    bool,
    "Whether any permission is granted to the account; absent where the files do not show it.",
    provide="scan the folder that holds the roles and bindings of its service account, and state the namespaces",
)
ACCOUNT_BOUND = Fact(
    "account_bound",
    (WORKLOAD,),
    bool,
    "Whether a binding that names the account itself gives it more than the `use` of a policy.",
    provide="scan the folder that holds the bindings of its service account",
)
EVERYONE_POWERS = Fact(
    "everyone_powers",
    (RESOURCE,),
    list[PermissionItem],
    "The permissions that it grants to every account and that allow privilege escalation.",
    provide="scan the folder that holds the role that the binding grants",
    objects=("ClusterRoleBinding", "RoleBinding"),
    item_related=_ITEM_RELATED,
)
ROLE_FOUND = Fact(
    "role_found",
    (RESOURCE,),
    bool,
    "Whether the role that it grants is in the files or built into every cluster; absent where the files do "
    "not show it.",
    provide="scan the folder that holds the role that the binding grants",
    objects=("ClusterRoleBinding", "RoleBinding"),
)
BOUND = Fact(
    "bound",
    (RESOURCE,),
    bool,
    "Whether a binding grants it, or another role aggregates it; absent where the files do not show it.",
    provide="scan the folder that holds the bindings and aggregated roles that name the role",
    objects=("ClusterRole", "Role"),
)

_SYSTEM = "kube-system"
_NOBODY = ("", Account("", ""))
"""The key for all accounts that no binding names."""


class _HeldPermission(Struct, frozen=True):
    """A power, where it holds, and how its holder came to it."""

    power: permissions.DangerousPermission
    grant: Grant
    clause: PolicyRule
    cluster: bool
    namespace: str
    """As stated, where it does not hold in the whole cluster."""

    @property
    def takes_over(self) -> bool:
        return self.power.takes_over and (self.cluster or self.namespace == _SYSTEM)


class _AccountPermissions(Struct):
    """What an account may do."""

    permitted: bool = False
    """Something at all, for certain."""
    bound: bool = False
    """By a binding that names the account itself, which asks the API for something."""
    held: list[_HeldPermission] = field(default_factory=list)
    open: bool = False
    """There may be more."""
    doubt: Grant | None = None
    """Why, where a binding is the reason."""


@step(
    Cluster,
    gives=(ACCOUNT_POWERS, ACCOUNT_TAKEOVER, ACCOUNT_PERMITTED, ACCOUNT_BOUND, EVERYONE_POWERS, ROLE_FOUND, BOUND),
    reads=(
        read(WORKLOAD, "pod.serviceAccountName", "pod.serviceAccount"),
        read(RESOURCE, "object.roleRef", "object.subjects", objects=("ClusterRoleBinding", "RoleBinding")),
        read(
            RESOURCE,
            "object.aggregationRule",
            "object.metadata.labels",
            "object.rules",
            objects=("ClusterRole", "Role"),
        ),
    ),
)
def find_powers(cluster: Cluster, facts: Facts) -> None:
    """What workloads and ServiceAccounts may do, what everyone may, and which roles nothing gives."""
    objects = cluster.objects
    roles = Roles(objects)
    bindings = Bindings(objects, roles)
    known: dict[tuple[str, Account, bool], _AccountPermissions] = {}
    for workload in objects.workloads:
        account = account_of(workload)
        whole = objects.complete(*open_grants.KINDS, near=workload)
        means = _means(workload, account, bindings, known, whole=whole)
        pod = workload.bindings["pod"]
        at = next((name for name in ("serviceAccountName", "serviceAccount") if pod.get(name)), "serviceAccountName")
        shared = PermissionItem(account=str(account), field=at)
        _attach(facts, workload, ACCOUNT_POWERS, _told(means, means.held, shared))
        takeover = _takeover(means)
        _attach(facts, workload, ACCOUNT_TAKEOVER, _told(means, takeover, shared, unsure=means.open and not takeover))
        if means.permitted or not means.open:
            facts.add(workload, ACCOUNT_PERMITTED, means.permitted)
        if means.open:
            words = partial(open_grants.of_account, objects, workload, account, means.doubt)
            for fact in (ACCOUNT_POWERS, ACCOUNT_TAKEOVER, ACCOUNT_PERMITTED):
                facts.lack(workload, fact, words)
        facts.add(workload, ACCOUNT_BOUND, means.bound)
    for subject in objects.of("core", "ServiceAccount"):
        account = account_of(subject)
        whole = objects.complete(*open_grants.KINDS, near=subject)
        means = _means(subject, account, bindings, known, whole=whole)
        shared = PermissionItem(account=str(account), field="metadata.name")
        _attach(facts, subject, ACCOUNT_POWERS, _told(means, means.held, shared))
        if means.open:
            facts.lack(subject, ACCOUNT_POWERS, partial(open_grants.of_account, objects, subject, account, means.doubt))
    _attach_to_bindings(bindings, facts, objects)
    for role in roles.all:
        facts.lack(role, BOUND, partial(open_grants.of_bindings, objects, role))
    for role, bound in roles.bound():
        facts.add(role, BOUND, bound)


def _attach_to_bindings(bindings: Bindings, facts: Facts, objects: Objects) -> None:
    """Whether the role of each binding is there, and what the binding lets every account do."""
    items: dict[Subject, list[_Told]] = {binding: [] for binding, _ in bindings.all}
    for grant in bindings.to_everyone:
        means = _AccountPermissions(open=grant.role.clauses is None, doubt=grant)
        means.held = list(_held(grant.cluster, namespace_of(grant.binding), _rights(grant)))
        items[grant.binding] += _told(means, means.held, PermissionItem(field=f"subjects.{grant.number}.name"))
    for binding, role in bindings.all:
        _attach(facts, binding, EVERYONE_POWERS, items[binding])
        if role.found is not None:
            facts.add(binding, ROLE_FOUND, role.found)
        for fact in (ROLE_FOUND, EVERYONE_POWERS):
            facts.lack(binding, fact, partial(open_grants.of_role, objects, binding, role.kind, role.name))


def _means(
    owner: Subject,
    account: Account,
    bindings: Bindings,
    known: dict[tuple[str, Account, bool], _AccountPermissions],
    *,
    whole: bool,
) -> _AccountPermissions:
    """The permissions of an account; computed once for all workloads that use it in one file, chart or overlay."""
    one = (owner.group or owner.origin.path, account) if bindings.name(account) else _NOBODY
    key = (*one, whole)
    if key not in known:
        means = known[key] = _joined(bindings.reaching(owner))
        means.open |= not whole
        everywhere = {each.power for each in means.held if each.cluster}
        if not means.open and permissions.EVERYTHING not in everywhere:
            means.doubt = bindings.doubt(owner, everywhere, {each.grant.called for each in means.held})
            means.open = means.doubt is not None
    return known[key]


def _joined(grants: Iterable[Grant]) -> _AccountPermissions:
    """What bindings give together: a right from one may make a power with a right from another."""
    means = _AccountPermissions()
    wide: dict[permissions.Permission, tuple[Grant, PolicyRule]] = {}
    narrow: dict[str, dict[permissions.Permission, tuple[Grant, PolicyRule]]] = {}
    for grant in grants:
        clauses = grant.role.clauses
        means.bound |= grant.to == "account" and (
            clauses is None or any(permissions.asks(each.rule) for each in clauses)
        )
        if clauses is None:
            means.open, means.doubt = True, grant
            continue
        means.permitted |= any(permissions.permits(clause.rule) for clause in clauses)
        found = wide if grant.cluster else narrow.setdefault(namespace_of(grant.binding), {})
        for right, path in _rights(grant).items():
            found.setdefault(right, path)
    means.held = list(_held(True, "", wide))
    everywhere = {each.power for each in means.held}
    if permissions.EVERYTHING not in everywhere:
        for namespace, rights in narrow.items():
            means.held += (each for each in _held(False, namespace, {**wide, **rights}) if each.power not in everywhere)
    return means


def _rights(grant: Grant) -> dict[permissions.Permission, tuple[Grant, PolicyRule]]:
    return {right: (grant, clause) for right, clause in grant.role.rights.items()}


def _held(
    cluster: bool, namespace: str, rights: dict[permissions.Permission, tuple[Grant, PolicyRule]]
) -> Iterator[_HeldPermission]:
    for power, (grant, clause) in permissions.held(rights, cluster=cluster).items():
        yield _HeldPermission(power, grant, clause, cluster, namespace)


def _takeover(means: _AccountPermissions) -> list[_HeldPermission]:
    """The worst of the ways to the whole cluster, if there is one, best one that is this account's own."""
    ways = [each for each in means.held if each.takes_over]
    return sorted(ways, key=lambda each: each.grant.to == "everyone")[:1]


_Told = tuple[PermissionItem, Grant | None, Location | None]
"""An item, the grant that it comes from, and the rule of the role."""


def _told(
    means: _AccountPermissions, held: Iterable[_HeldPermission], shared: PermissionItem, *, unsure: bool | None = None
) -> list[_Told]:
    """One item for each permission with its bindings, and one without a permission where there may be more."""
    told: list[_Told] = []
    for each in held:
        item: PermissionItem = {**shared, **_names(each.grant), "power": each.power.name}
        item["name"] = f"{each.power.name} {each.namespace}".rstrip()
        item["scope"] = "cluster" if each.cluster else "namespace"
        item["where"] = "the whole cluster" if each.cluster else f"namespace {each.namespace or 'of the binding'}"
        if each.namespace:
            item["namespace"] = each.namespace
        told.append((item, each.grant, each.clause.place()))
    if means.open if unsure is None else unsure:
        told.append(({**shared, **(_names(means.doubt) if means.doubt else {})}, means.doubt, None))
    return told


def _attach(facts: Facts, subject: Subject, fact: Fact[list[PermissionItem]], told: Sequence[_Told]) -> None:
    """State powers, and the places that they come from."""
    facts.add(subject, fact, [item for item, _, _ in told])
    for number, (_, grant, rule) in enumerate(told):
        if grant:
            facts.relate_item(subject, fact, number, "binding", grant.place())
        if rule:
            facts.relate_item(subject, fact, number, "rule", rule)


def _names(grant: Grant) -> PermissionItem:
    return {"binding": grant.called, "role": f"{grant.role.kind} {grant.role.name}", "to": grant.to}
