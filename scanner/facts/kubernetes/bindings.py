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
        for binding, role in self.all:
            for number, account in _accounts(binding):
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

    def reaching(self, owner: Subject, account: Account) -> Iterator[Grant]:
        """What surely gives an account something; the owner is an object that acts as it, or itself."""
        for name in (account.name, ""):
            if account.namespace:
                near = self._stated.get(Account(account.namespace, name), ())
            else:
                near = self._beside.get((bundle(owner), name), ()) if name else ()
                if len({grant.account.namespace for grant in near if grant.account} - {""}) > 1:
                    near = ()
            yield from (grant for grant in near if compatible(owner, grant.binding))
        yield from (grant for grant in self.to_everyone if compatible(owner, grant.binding))

    def perhaps_reaching(self, owner: Subject, account: Account) -> Iterator[Grant]:
        """What may give an account something that matters, and cannot be told to: a namespace is not stated."""
        for name in (account.name, ""):
            for grant in self._elsewhere.get(name, {}).values():
                stated = grant.account.namespace if grant.account else ""
                if not (stated and account.namespace) and compatible(owner, grant.binding):
                    yield grant


def _accounts(binding: Subject) -> Iterator[tuple[int, Account | None]]:
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
