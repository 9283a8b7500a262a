"""What accounts may do: from a workload over its account, bindings and their roles to powers (see `powers`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypedDict

from scanner.facts.fact import Fact
from scanner.facts.kubernetes.access import open_grants
from scanner.facts.kubernetes.access.account_permissions import (
    AccountPermissions,
    HeldPermission,
    Known,
    held,
    means_of,
    rights_of,
    takeover,
)
from scanner.facts.kubernetes.access.bindings import Bindings, Grant, account_of
from scanner.facts.kubernetes.access.roles import GRANTS_READ, Roles
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


@step(
    Cluster,
    gives=(ACCOUNT_POWERS, ACCOUNT_TAKEOVER, ACCOUNT_PERMITTED, ACCOUNT_BOUND, EVERYONE_POWERS, ROLE_FOUND, BOUND),
    reads=(
        read(WORKLOAD, "pod.serviceAccountName", "pod.serviceAccount"),
        *GRANTS_READ,
    ),
)
def find_powers(cluster: Cluster, facts: Facts) -> None:
    """What workloads and ServiceAccounts may do, what everyone may, and which roles nothing gives."""
    objects = cluster.objects
    roles = Roles(objects)
    bindings = Bindings(objects, roles)
    known: Known = {}
    for workload in objects.workloads:
        account = account_of(workload)
        whole = objects.complete(*open_grants.KINDS, near=workload)
        means = means_of(workload, account, bindings, known, whole=whole)
        pod = workload.bindings["pod"]
        at = next((name for name in ("serviceAccountName", "serviceAccount") if pod.get(name)), "serviceAccountName")
        shared = PermissionItem(account=str(account), field=at)
        _attach(facts, workload, ACCOUNT_POWERS, _told(means, means.held, shared))
        ways = takeover(means)
        _attach(facts, workload, ACCOUNT_TAKEOVER, _told(means, ways, shared, unsure=means.open_wide and not ways))
        if means.permitted or not means.open:
            facts.add(workload, ACCOUNT_PERMITTED, means.permitted)
        if means.open:
            words = partial(open_grants.of_account, objects, workload, account, means.wide_doubt or means.doubt)
            for fact in (ACCOUNT_POWERS, ACCOUNT_TAKEOVER, ACCOUNT_PERMITTED):
                facts.lack(workload, fact, words)
        facts.add(workload, ACCOUNT_BOUND, means.bound)
    for subject in objects.of("core", "ServiceAccount"):
        account = account_of(subject)
        whole = objects.complete(*open_grants.KINDS, near=subject)
        means = means_of(subject, account, bindings, known, whole=whole)
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
        opened = grant.role.clauses is None
        means = AccountPermissions(open=opened, doubt=grant, open_wide=opened)
        means.held = list(held(grant.cluster, namespace_of(grant.binding), rights_of(grant)))
        items[grant.binding] += _told(means, means.held, PermissionItem(field=f"subjects.{grant.number}.name"))
    for binding, role in bindings.all:
        _attach(facts, binding, EVERYONE_POWERS, items[binding])
        if role.found is not None:
            facts.add(binding, ROLE_FOUND, role.found)
        for fact in (ROLE_FOUND, EVERYONE_POWERS):
            facts.lack(binding, fact, partial(open_grants.of_role, objects, binding, role.kind, role.name))


_Told = tuple[PermissionItem, Grant | None, Location | None]
"""An item, the grant that it comes from, and the rule of the role."""


def _told(
    means: AccountPermissions, held: Iterable[HeldPermission], shared: PermissionItem, *, unsure: bool | None = None
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
        doubt = means.wide_doubt or means.doubt
        where = PermissionItem() if means.open_wide else PermissionItem(scope="namespace")
        told.append(({**shared, **where, **(_names(doubt) if doubt else {})}, doubt, None))
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
