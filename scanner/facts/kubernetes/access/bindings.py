"""Bindings: whom each of them gives its role, and which of them reach an account.

An account is a ServiceAccount, as a binding names it or a workload acts as it; no object of that name has to be there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from scanner.facts.groups import place
from scanner.facts.kubernetes.access import permissions
from scanner.facts.kubernetes.access.roles import RBAC, Role, Roles, bundle, compatible
from scanner.facts.kubernetes.objects import Objects, kind_of, name_of, namespace_of, path
from scanner.model import Subject
from scanner.places import Location
from scanner.subjects.kubernetes import WORKLOAD

SYSTEM = "kube-system"
"""The namespace in which a permission is one for the whole cluster."""
_ALL = "system:serviceaccounts"
_EVERYONE = frozenset({_ALL, "system:authenticated", "system:unauthenticated"})
_USER = "system:serviceaccount:"


class Account(Struct, frozen=True):
    """One that workloads act as."""

    namespace: str
    """As stated; empty where none is."""
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Grant(Struct, frozen=True):
    """What a binding gives one of its subjects."""

    binding: Subject
    number: int
    """Of the subject."""
    account: Account | None
    """Whom; the name is empty for all accounts of a namespace. None for every account there is."""
    role: Role

    @property
    def cluster(self) -> bool:
        """It holds in the whole cluster, not in the binding's namespace alone."""
        return kind_of(self.binding) == "ClusterRoleBinding"

    @property
    def is_wide(self) -> bool:
        """What it gives may reach the whole cluster: it holds there, or among the parts of its control plane."""
        return self.cluster or namespace_of(self.binding) == SYSTEM

    @property
    def called(self) -> str:
        """Kind and name of the binding."""
        return f"{kind_of(self.binding)} {name_of(self.binding)}"

    @property
    def to(self) -> str:
        """Whom the binding names: one account, all of a namespace, or everyone."""
        return "everyone" if self.account is None else "account" if self.account.name else "namespace"

    def place(self) -> Location:
        """Where the binding names the subject."""
        return place(self.binding, "subjects", str(self.number))

    def powers(self) -> dict[permissions.DangerousPermission, Any]:
        """What the role alone is good for, where it is known."""
        return permissions.held(self.role.rights, cluster=self.cluster)


_Effect = frozenset[permissions.DangerousPermission] | None
"""What a grant is good for; None where its role is not known."""


class Bindings:
    """The RoleBindings and ClusterRoleBindings of a scan.

    Each question is answered from an index of what comes into question, for there may be thousands of bindings to
    accounts of one name.
    """

    def __init__(self, objects: Objects, roles: Roles) -> None:
        self.all = [(binding, roles.of(binding)) for binding in objects.of(RBAC, "RoleBinding", "ClusterRoleBinding")]
        self.to_everyone: list[Grant] = []
        self._named: set[str] = set()
        self._stated: defaultdict[tuple[Account, str | None], list[Grant]] = defaultdict(list)
        self._beside: defaultdict[tuple[str, str], list[Grant]] = defaultdict(list)
        self._doubtful: defaultdict[tuple[str, str | None, str | None], dict[_Effect, dict[str, list[Grant]]]]
        self._doubtful = defaultdict(dict)
        self._acting: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        self._together: dict[tuple[str, str, str, str], bool | None] = {}
        for owner in (*objects.workloads, *objects.of("core", "ServiceAccount")):
            for where in {owner.origin.path, bundle(owner)}:
                self._acting[where, account_of(owner).name].add((owner.name, namespace_of(owner)))
        for binding, role in self.all:
            for number, account in accounts_of(binding):
                self._add(Grant(binding, number, account, role))

    def _add(self, grant: Grant) -> None:
        account = grant.account
        if account is None:
            self.to_everyone.append(grant)
            return
        self._named.add(account.name)
        effect = None if grant.role.clauses is None else frozenset(grant.powers())
        self._beside[bundle(grant.binding), account.name].append(grant)
        for group in (grant.binding.group, None):
            self._stated[account, group].append(grant)
            if effect is None or effect:
                for namespace in (account.namespace, None):
                    effects = self._doubtful[account.name, namespace, group]
                    effects.setdefault(effect, {}).setdefault(grant.called, []).append(grant)

    def name(self, account: Account) -> bool:
        """Whether any of them is about accounts of that name, or about all of some namespace or of the cluster."""
        return bool(self.to_everyone) or not self._named.isdisjoint((account.name, ""))

    def reaching(self, owner: Subject) -> Iterator[Grant]:
        """What surely gives the account something that a workload acts as, or that an object is."""
        account = account_of(owner)
        for name in (account.name, ""):
            near: list[Grant] = []
            if account.namespace:
                for group in _groups(owner):
                    near += self._stated.get((Account(account.namespace, name), group), ())
            elif name:
                near += self._beside.get((bundle(owner), name), ())
                if len({grant.account.namespace for grant in near if grant.account} - {""}) > 1:
                    near = []
            yield from (grant for grant in near if self._of_one_system(owner, grant.binding))
        yield from (grant for grant in self.to_everyone if self._of_one_system(owner, grant.binding))

    def doubt(
        self, owner: Subject, everywhere: set[permissions.DangerousPermission], sure: set[str], *, wide: bool = False
    ) -> Grant | None:
        """A binding that may grant the account more, where the files do not show whether it does.

        A namespace, or that both are applied together, is not stated. `everywhere` are the permissions that the account
        has in the whole cluster, `sure` the names of bindings that apply to it. With `wide`, only what may reach the
        whole cluster counts.
        """
        account = account_of(owner)
        for name in (account.name, ""):
            for namespace in (account.namespace, "") if account.namespace else (None,):
                for group in _groups(owner):
                    effects = self._doubtful.get((name, namespace, group), {})
                    for grant in _adding(effects, everywhere, sure):
                        if wide and not grant.is_wide:
                            continue
                        together = self._of_one_system(owner, grant.binding)
                        if together is None or (together and not namespace):
                            return grant
        return None

    def _of_one_system(self, owner: Subject, binding: Subject) -> bool | None:
        """Whether two objects are applied together, as far as their files show it.

        Repositories may hold a system more than once: for each release, as one file to install and as its parts. A file
        that also has the owner is another copy; a folder, chart or overlay that has it may be one.
        """
        here, file = owner.group or owner.origin.path, binding.origin.path
        if here in (binding.group, file) or not compatible(owner, binding):
            return compatible(owner, binding)
        key = (here, bundle(binding), file, account_of(owner).name)
        if key not in self._together:
            name = account_of(owner).name
            acting = self._acting.get((here, name), set())
            if _share(acting, self._acting.get((file, name), set())):
                self._together[key] = False
            elif bundle(owner) == bundle(binding):
                self._together[key] = True
            else:
                self._together[key] = None if _share(acting, self._acting.get((bundle(binding), name), set())) else True
        return self._together[key]


def _groups(owner: Subject) -> tuple[str | None, ...]:
    """The groups that may belong to one system with an object; None stands for all."""
    return (owner.group, "") if owner.group else (None,)


def _adding(
    effects: dict[_Effect, dict[str, list[Grant]]],
    everywhere: set[permissions.DangerousPermission],
    sure: set[str],
) -> Iterator[Grant]:
    """The grants that would add to what is sure, one of each name and effect in each file."""
    for effect, named in effects.items():
        if effect is None or effect - everywhere:
            for called, grants in named.items():
                if called not in sure:
                    yield from grants


def _share(some: set[tuple[str, str]], others: set[tuple[str, str]]) -> bool:
    """Whether an object of one name, in one namespace as far as it is stated, is among both."""
    if not some.isdisjoint(others):
        return True
    unstated = {name for name, namespace in others if not namespace}
    named = {name for name, _ in others}
    return any(name in (unstated if namespace else named) for name, namespace in some)


def account_of(owner: Subject) -> Account:
    """The account that a workload acts as, or that an object is."""
    if owner.kind != WORKLOAD:
        return Account(namespace_of(owner), name_of(owner))
    pod = owner.bindings["pod"]
    return Account(namespace_of(owner), str(pod.get("serviceAccountName") or pod.get("serviceAccount") or "default"))


def accounts_of(binding: Subject) -> Iterator[tuple[int, Account | None]]:
    """The accounts that a binding names, each by the number of its subject; None stands for all."""
    subjects = path(binding.bindings["object"], "subjects")
    for number, subject in enumerate(subjects if isinstance(subjects, list) else ()):
        for account in named_account(subject, namespace_of(binding)):
            yield number, account


def named_account(subject: Any, namespace: str) -> Iterator[Account | None]:
    """The account that a subject names, if it is one; `namespace` is for one that states none. None stands for all."""
    kind, name = str(path(subject, "kind")), str(path(subject, "name") or "")
    if kind == "ServiceAccount" and name:
        yield Account(str(path(subject, "namespace") or namespace), name)
    elif kind == "User" and name.startswith(_USER) and name.count(":") == _USER.count(":") + 1:
        yield Account(*name.removeprefix(_USER).split(":"))
    elif kind == "Group" and name.startswith(f"{_ALL}:"):
        yield Account(name.removeprefix(f"{_ALL}:"), "")
    elif (kind == "Group" and name in _EVERYONE) or (kind == "User" and name == "system:anonymous"):
        yield None
