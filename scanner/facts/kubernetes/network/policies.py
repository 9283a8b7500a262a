"""Network policies of every kind -> whom they select, which directions they restrict, and what they open again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct, field

from scanner.facts.kubernetes.network.administrative import (
    ALLOW,
    BASELINE,
    DENY,
    KINDS,
    NOT_ADMINISTRATIVE,
    Administrative,
    read_administrative,
)
from scanner.facts.kubernetes.objects import NAME_LABEL, Objects, kind_of, listed, mapping, path
from scanner.late import regex
from scanner.model import Subject

DIRECTIONS = ("ingress", "egress")
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_EVERYONE = {"fromEntities": frozenset({"all", "cluster", "world"}), "toEntities": frozenset({"all", "world"})}
"""Entities of Cilium that are every pod, as callers, every address outside of the cluster, or both."""
_LAST_PORT = 65535
_POD_NAMESPACE = "io.kubernetes.pod.namespace"
_SPACE_LABELS = "io.cilium.k8s.namespace.labels."
"""What Cilium labels pods with: the name of their namespace, and after this its labels."""
_CALICO_NAME = "projectcalico.org/name"
"""The label by which Calico knows the name of a namespace."""
_TERM = regex(r"^\s*([\w./-]+)\s*==\s*(['\"])([^'\"]*)\2\s*$")
"""One comparison of Calico's selectors; anything else of that language is not judged."""


class Policy(Struct, frozen=True):
    """The selector, directions and exceptions of one policy."""

    subject: Subject
    selector: Any
    """The pods it selects, as a label selector."""
    restricts: frozenset[str]
    """Directions in which the pods it selects accept or open only what some policy allows."""
    opens: dict[str, str] = field(default_factory=dict)
    """Direction -> path of a rule that allows everything in it."""
    sure: bool = True
    """It does so; otherwise it may also leave pods out, or as they are."""
    spaces: dict[str, Any] = {}
    """Of a plugin's policy that selects pods by their namespaces too, these, as a label selector."""
    administrative: Administrative = NOT_ADMINISTRATIVE
    """What it says if administrators of the cluster wrote it."""

    @property
    def is_administrative(self) -> bool:
        """It is a policy of administrators, which comes before or after those of namespaces."""
        return self.administrative.spaces is not None

    @property
    def decides(self) -> bool:
        """It restricts or opens a direction; one of Cilium may only observe (`enableDefaultDeny: {egress: false}`)."""
        return self.is_administrative or bool(self.restricts or self.opens)

    @property
    def selects_all(self) -> bool:
        """It is about every pod of its namespace, or of the namespaces that it selects."""
        return isinstance(self.selector, dict) and not any(self.selector.values())


def policies(objects: Objects) -> Iterator[Policy]:
    """The policies among objects, of Kubernetes and of network plugins."""
    for (group, kind), read in _DIALECTS.items():
        for subject in objects.of(group, kind):
            yield from read(subject)


def _kubernetes(subject: Subject) -> Iterator[Policy]:
    """The defaults are the API server's: ingress always, egress only where there is a rule for it."""
    spec = mapping(path(subject.bindings["object"], "spec"))
    types = {str(item).lower() for item in listed(spec.get("policyTypes"))}
    if not types:
        types = {"ingress", "egress"} if listed(spec.get("egress")) else {"ingress"}
    opens = {
        direction: f"spec.{direction}.{number}"
        for direction in DIRECTIONS
        if direction in types
        for number, rule in reversed(list(enumerate(listed(spec.get(direction)))))
        if isinstance(rule, dict) and _allows_everything(rule, "from" if direction == "ingress" else "to")
    }
    yield Policy(subject, spec.get("podSelector", {}), frozenset(types & {*DIRECTIONS}), opens)


def _allows_everything(rule: dict[str, Any], peers: str) -> bool:
    """Whether a rule lets everyone in, or out to everywhere, on every port."""
    ports = listed(rule.get("ports"))
    if ports and not any(_every_port(port) for port in ports if isinstance(port, dict)):
        return False
    stated = listed(rule.get(peers))
    return not stated or any(_is_everyone(peer) for peer in stated if isinstance(peer, dict))


def _every_port(port: dict[str, Any]) -> bool:
    if port.get("protocol", "TCP") != "TCP":
        return False
    return port.get("port") in (None, 0) or (port.get("port") == 1 and port.get("endPort") == _LAST_PORT)


def _is_everyone(peer: dict[str, Any]) -> bool:
    if isinstance(block := peer.get("ipBlock"), dict):
        return block.get("cidr") in _EVERYWHERE and not block.get("except")
    spaces = peer.get("namespaceSelector")
    return isinstance(spaces, dict) and not any(spaces.values()) and not any(mapping(peer.get("podSelector")).values())


def _cilium(subject: Subject) -> Iterator[Policy]:
    """Each rule of a policy restricts the directions of which it has an entry, an empty one included."""
    stated = subject.bindings["object"]
    rules = [
        ("spec", stated.get("spec")),
        *((f"specs.{n}", rule) for n, rule in enumerate(listed(stated.get("specs")))),
    ]
    for at, rule in rules:
        if not isinstance(rule, dict) or not isinstance(rule.get("endpointSelector"), dict):
            continue  # a rule for nodes
        restricts = {
            direction
            for direction in DIRECTIONS
            if mapping(rule.get("enableDefaultDeny")).get(
                direction, bool(listed(rule.get(direction)) or listed(rule.get(f"{direction}Deny")))
            )
        }
        opens = {
            direction: f"{at}.{direction}.{number}"
            for direction, entities in (("ingress", "fromEntities"), ("egress", "toEntities"))
            for number, entry in enumerate(listed(rule.get(direction)))
            if isinstance(entry, dict) and not entry.get("toPorts") and _names_everyone(subject, entry, entities)
        }
        pods, spaces, sure = _cilium_selectors(rule["endpointSelector"])
        yield Policy(subject, pods, frozenset(restricts), opens, sure=sure, spaces=spaces)


def _names_everyone(subject: Subject, entry: dict[str, Any], entities: str) -> bool:
    """Whether an entry of Cilium lets every pod or every address in, or out to every address.

    An empty selector is about the policy's own namespace, and about all of them in a policy of the cluster.
    """
    if _EVERYONE[entities].intersection(map(str, listed(entry.get(entities)))):
        return True
    if any(cidr in _EVERYWHERE for side in ("fromCIDR", "toCIDR") for cidr in listed(entry.get(side))):
        return True
    if any(path(name, "matchPattern") == "*" for name in listed(entry.get("toFQDNs"))):
        return True
    return kind_of(subject) == "CiliumClusterwideNetworkPolicy" and {} in listed(entry.get("fromEndpoints"))


def _cilium_selectors(selector: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """An endpoint selector as one of pod labels and one of namespaces, and whether it is about these alone."""
    pods: dict[str, Any] = {"matchLabels": {}, "matchExpressions": []}
    spaces: dict[str, Any] = {"matchLabels": {}, "matchExpressions": []}
    sure = True
    stated = [(str(key), value) for key, value in mapping(selector.get("matchLabels")).items()]
    terms = [
        (str(item.get("key")), item) for item in listed(selector.get("matchExpressions")) if isinstance(item, dict)
    ]
    for key, said in (*stated, *terms):
        side, name = (spaces, _of_namespace(_bare(key))) if _of_namespace(_bare(key)) else (pods, _bare(key))
        if name.startswith(("io.kubernetes.", "io.cilium.", "reserved:")):
            sure = False
        elif isinstance(said, dict):
            side["matchExpressions"].append({**said, "key": name})
        else:
            side["matchLabels"][name] = said
    return (pods, spaces, True) if sure else ({}, {}, False)


def _of_namespace(key: str) -> str:
    """The label of a namespace that a label of Cilium stands for; empty where it does not."""
    if key == _POD_NAMESPACE:
        return NAME_LABEL
    return key.removeprefix(_SPACE_LABELS) if key.startswith(_SPACE_LABELS) else ""


def _bare(key: str) -> str:
    """The name of a label without its source."""
    return key.removeprefix("k8s:").removeprefix("any:")


def _calico(subject: Subject) -> Iterator[Policy]:
    spec = mapping(path(subject.bindings["object"], "spec"))
    types = {str(item).lower() for item in listed(spec.get("types"))}
    if not types:
        types = {direction for direction in DIRECTIONS if listed(spec.get(direction))} or {"ingress"}
    opens = {
        direction: f"spec.{direction}.{number}"
        for direction in types & {*DIRECTIONS}
        for number, rule in enumerate(listed(spec.get(direction)))
        if isinstance(rule, dict) and rule.get("action") == "Allow" and not rule.keys() - {"action", "metadata"}
    }
    pods, spaces = (_calico_selector(str(spec.get(name) or "")) for name in ("selector", "namespaceSelector"))
    sure = pods is not None and spaces is not None and not spec.get("serviceAccountSelector")
    pods, spaces = (pods or {}, spaces or {}) if sure else ({}, {})
    yield Policy(subject, pods, frozenset(types & {*DIRECTIONS}), opens, sure=sure, spaces=spaces)


def _calico_selector(text: str) -> dict[str, Any] | None:
    if text.strip() in ("", "all()"):
        return {}
    terms = [_TERM.match(term) for term in text.split("&&")]
    labels = {NAME_LABEL if term[1] == _CALICO_NAME else term[1]: term[3] for term in terms if term}
    return {"matchLabels": labels} if all(terms) else None


def _administrative(subject: Subject) -> Iterator[Policy]:
    """A policy of the cluster's administrators. What the baseline allows is what is allowed without it."""
    read, pods = read_administrative(subject)
    restricts = frozenset(direction for direction, verdict in read.verdicts.items() if verdict == DENY)
    opens = {
        direction: read.places[direction]
        for direction, verdict in read.verdicts.items()
        if verdict == ALLOW and read.tier != BASELINE
    }
    yield Policy(subject, pods, restricts, opens, sure=bool(read.tier), administrative=read)


_DIALECTS: dict[tuple[str, str], Callable[[Subject], Iterator[Policy]]] = {
    ("networking.k8s.io", "NetworkPolicy"): _kubernetes,
    ("extensions", "NetworkPolicy"): _kubernetes,
    ("cilium.io", "CiliumNetworkPolicy"): _cilium,
    ("cilium.io", "CiliumClusterwideNetworkPolicy"): _cilium,
    ("projectcalico.org", "NetworkPolicy"): _calico,
    ("projectcalico.org", "GlobalNetworkPolicy"): _calico,
    ("crd.projectcalico.org", "NetworkPolicy"): _calico,
    ("crd.projectcalico.org", "GlobalNetworkPolicy"): _calico,
    **{("policy.networking.k8s.io", kind): _administrative for kind in KINDS},
}
