"""Service accounts and the workloads that act under them."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import islice
from typing import NotRequired, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.kubernetes import lacks
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import NAME, Objects, home, path
from scanner.facts.lack import Lack
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE, WORKLOAD


class AccountOf(TypedDict):
    """The service account that a workload acts under."""

    name: str
    automount: NotRequired[bool]


ACCOUNT = Fact(
    "account",
    (WORKLOAD,),
    AccountOf,
    "Its service account; `automount` is whether the account mounts its token, where the account is in the files.",
    provide="scan the folder that holds its ServiceAccount",
)
ACCOUNT_SHARED_WITH = Fact(
    "account_shared_with",
    (WORKLOAD,),
    list[str],
    "Names of up to five workloads of other applications (by their labels) that use the same account; absent where "
    "labels do not show the application.",
    provide="name the application of each workload by the label `app.kubernetes.io/name`, and scan the "
    "folder that holds all users of the account",
    related=("account_shared_with",),
)
USED_BY = Fact(
    "used_by",
    (RESOURCE,),
    list[str],
    "Names of the workloads that use it or mount its token; absent where there are none.",
    provide="scan the folder that holds the workloads of the namespace",
    objects=("PersistentVolumeClaim", "ServiceAccount"),
)

_APPLICATION = (
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/name",
    "k8s-app",
    "app",
)
"""Labels that name an application, the widest first."""
_SHOWN = 5
"""The number of other workloads that are named for an account."""

_Users = dict[str, dict[str, list[Subject]]]
"""The workloads under one account, by the label that names their application and by that name."""


@step(
    Cluster,
    gives=(ACCOUNT, ACCOUNT_SHARED_WITH, USED_BY),
    reads=(
        read(WORKLOAD, "pod.serviceAccountName", "pod.serviceAccount"),
        read(RESOURCE, "object.automountServiceAccountToken", objects=("ServiceAccount",)),
    ),
)
def find_accounts(cluster: Cluster, facts: Facts) -> None:
    """The account of each workload, who else acts under it, and who acts under each account."""
    objects = cluster.objects
    accounts: dict[tuple[str, ...], tuple[AccountOf, _Users]] = {}
    used: defaultdict[Subject, list[str]] = defaultdict(list)
    for workload in objects.workloads:
        name = account_of(workload)
        near, _ = objects.near(workload, "core", "ServiceAccount", name)
        for found in near:
            used[found].append(workload.name)
        key = (*home(workload), name)
        if key not in accounts:
            accounts[key] = _account(name, near), defaultdict(lambda: defaultdict(list))
        account, users = accounts[key]
        facts.add(workload, ACCOUNT, account)
        if not near:
            facts.lack(workload, ACCOUNT, partial(lacks.of_object, objects, workload, "ServiceAccount", name))
        label, application = _application(workload)
        users[label][application].append(workload)
    for account, users in accounts.values():
        if account["name"] != "default" and NAME.fullmatch(account["name"]):
            _share(users, facts, objects)
    for found, names in used.items():
        facts.add(found, USED_BY, names)


def account_of(workload: Subject) -> str:
    """The name of the account that a workload acts under."""
    pod = workload.bindings["pod"]
    return str(pod.get("serviceAccountName") or pod.get("serviceAccount") or "default")


def _account(name: str, near: list[Subject]) -> AccountOf:
    """The service account of a workload; `automount` where the account is among the objects."""
    if not near:
        return {"name": name}
    mounts = path(near[-1].bindings["object"], "automountServiceAccountToken")
    return {"name": name, "automount": mounts is not False}


def _share(users: _Users, facts: Facts, objects: Objects) -> None:
    """Tell the users of one account which others are certainly of another application: named by the same label."""
    whole = objects.has_all_pods()
    for label, applications in users.items():
        for own, workloads in applications.items():
            others = (other for name, some in applications.items() if name != own for other in some)
            shown = list(islice(others, _SHOWN)) if label else []
            alone = whole and (label or len(users) == len(workloads) == 1)
            for workload in workloads:
                if shown or alone:
                    facts.add(workload, ACCOUNT_SHARED_WITH, [other.name for other in shown])
                elif label:
                    what = f"other workloads of the ServiceAccount `{account_of(workload)}`"
                    facts.lack(workload, ACCOUNT_SHARED_WITH, partial(lacks.of_objects, objects, what, "pods"))
                else:
                    facts.lack(workload, ACCOUNT_SHARED_WITH, partial(_unlabelled, workload))
                if shown:
                    facts.relate(workload, "account_shared_with", place(shown[0]))


def _unlabelled(workload: Subject) -> Lack:
    why = f"no label of {workload.name} names its application, and other workloads use `{account_of(workload)}` too"
    return Lack(why, "name the application of each of them by the label `app.kubernetes.io/name`")


def _application(workload: Subject) -> tuple[str, str]:
    """The label that names the application of a workload, and the name; both empty where none does."""
    labels = path(workload.bindings["template"], "metadata", "labels")
    for label in _APPLICATION:
        if isinstance(name := path(labels, label), str) and name:
            return label, name
    return "", ""
