"""Rules and objectives grouped by area, so that each list stays short."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from scanner.model import RuleInfo

TITLES = {
    "agents": "Agents",
    "api": "APIs",
    "architecture": "Architecture",
    "catalogue": "Catalogues",
    "documents": "Documents",
    "gate": "Changes and waivers",
    "governance": "Governance",
    "kubernetes": "Kubernetes",
    "resilience": "Resilience",
    "security": "Security requirements",
    "swarm": "Agent swarms",
}
"""Folder of `rules/` -> its title; any other folder has its name as its title."""
_KUBERNETES = (
    ("Containers", ("container",)),
    ("Pods", ("pod", "sandbox", "agent-sandbox")),
    ("Workloads", ("workload", "stateful", "deployment", "job", "cron", "autoscaler", "disruption")),
    ("Roles and accounts", ("role", "binding", "scc")),
    ("Network and services", ("service", "ingress", "network", "cilium", "exposed", "route", "http", "gateway")),
    ("Service meshes", ("mesh", "linkerd", "destination", "sidecar", "authorization", "peer", "request")),
    ("Namespaces, secrets and objects", ("namespace", "secret", "config-map", "metadata", "persistent", "resource")),
    ("API server", ("api-server", "audit", "encryption")),
    ("Controllers, scheduler and etcd", ("controller-manager", "scheduler", "etcd")),
    ("Nodes", ("kubelet", "proxy")),
)
_AGENTS = (
    ("Settings", ("settings", "session")),
    ("Permissions and hooks", ("permission", "denial", "hook")),
    ("Servers, addresses and commands", ("server", "endpoint", "command")),
    ("Agents", ("agent", "skill")),
)
_ARCHITECTURE = (
    ("Services", ("service",)),
    ("Data stores and keys", ("datastore", "key")),
    ("Flows and boundaries", ("flow", "boundary")),
    ("Data", ("data-asset", "personal", "special")),
    ("Systems and third parties", ("system", "domain", "third", "claim")),
)
_GROUPS = {"agents": _AGENTS, "architecture": _ARCHITECTURE, "kubernetes": _KUBERNETES}
"""Groups of an area that has too many rules for one list: the title, and the prefixes of the rule names."""
_OTHERS = "Other objects"
_CROWDED = 60
"""An area with more rules than this is divided into groups."""


def by_area(rules: Iterable[RuleInfo]) -> dict[str, list[RuleInfo]]:
    """Area -> its rules, ordered by id."""
    found: dict[str, list[RuleInfo]] = {}
    for rule in rules:
        found.setdefault(rule.id.partition(".")[0], []).append(rule)
    return found


def title(area: str) -> str:
    """The title of an area."""
    return TITLES.get(area, area.capitalize())


def grouped(rules: Sequence[RuleInfo]) -> dict[str, list[RuleInfo]]:
    """The rules of one area by group; one group without a name if there are few."""
    if len(rules) <= _CROWDED:
        return {"": list(rules)}
    groups = _GROUPS.get(rules[0].id.partition(".")[0], ())
    found: dict[str, list[RuleInfo]] = {name: [] for name in (*(name for name, _ in groups), _OTHERS)}
    for rule in rules:
        found[_group(short(rule), groups)].append(rule)
    return {name: members for name, members in found.items() if members}


def _group(name: str, groups: Iterable[tuple[str, Sequence[str]]]) -> str:
    """The group with the longest prefix that matches."""
    fitting = [
        (len(begin), group) for group, begins in groups for begin in begins if f"{name}-".startswith(f"{begin}-")
    ]
    return max(fitting, default=(0, _OTHERS))[1]


def short(rule: RuleInfo) -> str:
    """The id without its area."""
    return rule.id.partition(".")[2]


def objectives_by_area(names: Iterable[str], rules: Sequence[RuleInfo]) -> Mapping[str, list[str]]:
    """Area -> the objectives that most of its rules belong to; under "" those without a rule."""
    found: dict[str, list[str]] = {}
    for name in names:
        areas = Counter(rule.id.partition(".")[0] for rule in rules if name in rule.objectives)
        area = max(areas, key=lambda each: (areas[each], each), default="")
        found.setdefault(area, []).append(name)
    return {area: found[area] for area in sorted(found)}
