"""Bindings: whom each of them gives its role, and which of them reach an account.

An account is a ServiceAccount, as a binding names it or a workload acts as it; no object of that name has to be there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scanner.facts.groups import place
from scanner.facts.kubernetes import powers
from scanner.facts.kubernetes.objects import Objects, kind_of, name_of, namespace_of, path
from scanner.facts.kubernetes.roles import RBAC, Role, Roles, bundle, compatible
from scanner.model import Location, Subject
from scanner.subjects.kubernetes import WORKLOAD

_ALL = "system:serviceaccounts"
_EVERYONE = frozenset({_ALL, "system:authenticated", "system:unauthenticated"})
_USER = "system:serviceaccount:"


@dataclass(frozen=True, slots=True)
class Account:
    """One that workloads act as."""

    namespace: str
    """As stated; empty where none is."""
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class Grant:
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

    def powers(self) -> dict[powers.Power, Any]:
        """What the role alone is good for, where it is known."""
        return powers.held(self.role.rights, cluster=self.cluster)


class Bindings:
    """The RoleBindings and ClusterRoleBindings of a scan."""

    def __init__(self, objects: Objects, roles: Roles) -> None:
        self.all = [(binding, roles.of(binding)) for binding in objects.of(RBAC, "RoleBinding", "ClusterRoleBinding")]
        self.to_everyone: list[Grant] = []
        self._stated: defaultdict[Account, list[Grant]] = defaultdict(list)
        self._beside: defaultdict[tuple[str, str], list[Grant]] = defaultdict(list)
        self._elsewhere: defaultdict[str, dict[tuple[str, ...], Grant]] = defaultdict(dict)
        self._acting: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
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
        self._stated[account].append(grant)
        self._beside[bundle(grant.binding), account.name].append(grant)
        if grant.role.clauses is None or grant.powers():
            key = (grant.binding.group, account.namespace, grant.called)
            self._elsewhere[account.name].setdefault(key, grant)

    def reaching(self, owner: Subject) -> Iterator[Grant]:
        """What surely gives the account something that a workload acts as, or that an object is."""
        account = account_of(owner)
        for name in (account.name, ""):
            if account.namespace:
                near = self._stated.get(Account(account.namespace, name), ())
            else:
                near = self._beside.get((bundle(owner), name), ()) if name else ()
                if len({grant.account.namespace for grant in near if grant.account} - {""}) > 1:
                    near = ()
            yield from (grant for grant in near if self._of_one_system(owner, grant.binding))
        yield from (grant for grant in self.to_everyone if self._of_one_system(owner, grant.binding))

    def perhaps_reaching(self, owner: Subject) -> Iterator[Grant]:
        """What may give it something that matters, and cannot be told to: a namespace, or the other, is not stated."""
        account = account_of(owner)
        for name in (account.name, ""):
            for grant in self._elsewhere.get(name, {}).values():
                stated = grant.account.namespace if grant.account else ""
                told = bool(stated and account.namespace)
                if told and stated != account.namespace:
                    continue
                together = self._of_one_system(owner, grant.binding)
                if together is None or (together and not told):
                    yield grant

    def _of_one_system(self, owner: Subject, binding: Subject) -> bool | None:
        """Whether two objects are applied together, as far as their files tell.

        Repositories hold a system more than once: for each release, as one file to install and as the pieces of it. A
        file that has the owner once more is another copy; a folder, chart or overlay that has it may be one.
        """
        if not compatible(owner, binding):
            return False
        here, name = owner.group or owner.origin.path, account_of(owner).name
        if here in (binding.group, binding.origin.path):
            return True
        acting = self._acting.get((here, name), set())
        if _share(acting, self._acting.get((binding.origin.path, name), set())):
            return False
        if bundle(owner) == bundle(binding) or not _share(acting, self._acting.get((bundle(binding), name), set())):
            return True
        return None


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
        kind, name = str(path(subject, "kind")), str(path(subject, "name") or "")
        if kind == "ServiceAccount" and name:
            yield number, Account(str(path(subject, "namespace") or namespace_of(binding)), name)
        elif kind == "User" and name.startswith(_USER) and name.count(":") == _USER.count(":") + 1:
            yield number, Account(*name.removeprefix(_USER).split(":"))
        elif kind == "Group" and name.startswith(f"{_ALL}:"):
            yield number, Account(name.removeprefix(f"{_ALL}:"), "")
        elif (kind == "Group" and name in _EVERYONE) or (kind == "User" and name == "system:anonymous"):
            yield number, None
