"""The ServiceAccounts that bindings name, and whether they are among the objects."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.access.bindings import Account, account_of, accounts_of
from scanner.facts.kubernetes.access.roles import RBAC, bundle
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import Objects, in_same_system, namespace_of, opens, path
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE


class BoundAccount(TypedDict):
    """A ServiceAccount that a binding names."""

    name: str
    field: str
    found: NotRequired[bool]


ACCOUNTS = Fact(
    "accounts",
    (RESOURCE,),
    list[BoundAccount],
    "The ServiceAccounts among its subjects; `found` is absent where the files do not show it.",
    provide="scan the folder that holds the ServiceAccounts that the binding names, and state its namespace",
    objects=("ClusterRoleBinding", "RoleBinding"),
)

_OF_PLATFORM = ("kube-", "openshift")
"""How namespaces begin whose accounts the cluster makes for itself."""


@step(
    Cluster,
    gives=(ACCOUNTS,),
    reads=(read(RESOURCE, "object.subjects", objects=("ClusterRoleBinding", "RoleBinding")),),
)
def find_bound_accounts(cluster: Cluster, facts: Facts) -> None:
    """Each ServiceAccount among the subjects of a binding, and whether it is among the objects."""
    made = _ServiceAccounts(cluster.objects.of("core", "ServiceAccount"))
    for binding in cluster.objects.of(RBAC, "RoleBinding", "ClusterRoleBinding"):
        items: list[BoundAccount] = []
        for number, account in accounts_of(binding):
            if account and path(binding.bindings["object"]["subjects"][number], "kind") == "ServiceAccount":
                item = BoundAccount(name=str(account), field=f"subjects.{number}.name")
                whole = cluster.objects.complete("ServiceAccount") and not opens(binding, "ServiceAccount")
                if (found := made.has(binding, account, whole=whole)) is not None:
                    item["found"] = found
                else:
                    words = partial(_lack, cluster.objects, binding, account)
                    facts.lack(binding, ACCOUNTS, words, item=len(items))
                items.append(item)
        facts.add(binding, ACCOUNTS, items)


def _lack(objects: Objects, binding: Subject, account: Account) -> Lack:
    """The account is not found, and it is not known that there is none; its binding may be cluster-scoped."""
    kind, name, namespace = "ServiceAccount", account.name, account.namespace
    for other in objects.named("core", kind, name):
        if in_same_system(binding, other) and not (namespace and namespace_of(other)):
            return lacks.of_doubt(binding, other, namespace)
    return lacks.of_object(objects, binding, kind, name, namespace=namespace)


class _ServiceAccounts:
    """The ServiceAccounts of a scan."""

    def __init__(self, accounts: list[Subject]) -> None:
        self._stated: defaultdict[Account, set[str]] = defaultdict(set)
        self._called: defaultdict[str, set[str]] = defaultdict(set)
        self._beside: set[tuple[str, Account]] = set()
        for made in accounts:
            account = account_of(made)
            self._stated[account].add(made.group)
            self._called[account.name].add(made.group)
            self._beside.add((bundle(made), account))

    def has(self, binding: Subject, account: Account, *, whole: bool) -> bool | None:
        """Whether the account that a binding names is there; one beside it may leave the namespace to the binding."""
        nowhere = Account("", account.name)
        if account.name == "default" or not {(bundle(binding), account), (bundle(binding), nowhere)}.isdisjoint(
            self._beside
        ):
            return True  # every namespace has a `default`
        if account.namespace and _meet(binding, self._stated.get(account)):
            return True
        doubtful = self._stated.get(nowhere) if account.namespace else self._called.get(account.name)
        if _meet(binding, doubtful) or account.namespace.startswith(_OF_PLATFORM):
            return None
        return False if whole else None


def _meet(binding: Subject, groups: set[str] | None) -> bool:
    """Whether a binding can be of one system with an object of some groups."""
    return bool(groups and (not binding.group or not groups.isdisjoint({binding.group, ""})))
