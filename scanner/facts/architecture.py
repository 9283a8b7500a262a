"""The graph of an architecture spec: where data goes, what depends on what, which boundaries a flow crosses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from scanner.facts.fact import Fact
from scanner.facts.groups import Group, by_group, place
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, BOUNDARY, DATASTORE, FLOW, SERVICE, SYSTEM


class Weakest(TypedDict):
    """The least available of the things that something depends on."""

    id: str
    percent: float


class Recovery(TypedDict):
    """Whose time of recovery it is, and how long that is."""

    id: str
    seconds: float
    text: str


_NODES = (SERVICE, DATASTORE)
CATEGORIES = Fact(
    "categories",
    (*_NODES, FLOW),
    list[str],
    "Categories of the data that it holds or carries; absent where no data is stated.",
)
UNDEFINED_DATA = Fact("undefined_data", (*_NODES, FLOW), list[str], "Data that it names and the spec does not define.")
CLASSIFICATION = Fact(
    "classification",
    (*_NODES, FLOW),
    str,
    "The highest classification of the data that it holds or carries: `public`, `internal`, `confidential` or "
    "`restricted`.",
)
REGULATED = Fact(
    "regulated",
    (*_NODES, FLOW),
    bool,
    "Whether its data is confidential or higher, or personal, card, health, credential or financial data; absent where "
    "no data is stated.",
    related=("data",),
)
BOUNDARY_KIND = Fact("boundary_kind", _NODES, str, "The kind of the boundary that it stands in.", related=("boundary",))
ZERO_TRUST = Fact("zero_trust", (FLOW,), bool, "Whether the policies of the system demand zero trust.")
DANGLING = Fact("dangling", (FLOW,), list[str], "Its ends that the spec does not define.")
ENCRYPTED = Fact(
    "encrypted",
    (FLOW,),
    bool,
    "Whether it is encrypted, as stated or as its protocol says; absent where none tells.",
)
FROM_TYPE = Fact(
    "from_type", (FLOW,), str, "The type of what it starts at: that of a service, `datastore` or `boundary`."
)
TO_TYPE = Fact(
    "to_type",
    (FLOW,),
    str,
    "The type of what it ends at: that of a service, `datastore` or `boundary`.",
    related=("target",),
)
TO_REGULATED = Fact("to_regulated", (FLOW,), bool, "Whether what it ends at holds regulated data.")
TO_CATEGORIES = Fact("to_categories", (FLOW,), list[str], "Categories of the data that what it ends at holds.")
TO_BOUNDARY_KIND = Fact(
    "to_boundary_kind", (FLOW,), str, "The kind of the boundary that it ends in, empty where that is not stated."
)
FROM_PUBLIC = Fact("from_public", (FLOW,), bool, "Whether it starts in a boundary of kind `internet` or `public`.")
TO_DOOR = Fact("to_door", (FLOW,), bool, "Whether it ends at a gateway, waf, load-balancer, cdn or reverse-proxy.")
CROSSES = Fact("crosses", (FLOW,), bool, "Whether its ends stand in two boundaries; absent where one states none.")
MEMBERS = Fact("members", (BOUNDARY,), list[str], "Ids of the services and stores in it.")
WITH_CARD_DATA = Fact("with_card_data", (BOUNDARY,), list[str], "Ids of its members that hold card data.")
WITHOUT_CARD_DATA = Fact(
    "without_card_data", (BOUNDARY,), list[str], "Ids of its members that state their data and hold no card data."
)
CIRCLE = Fact(
    "circle", _NODES, list[str], "Ids of the members of the circle of hard dependencies that it is part of, if any."
)
DEPENDS_ON = Fact("depends_on", _NODES, list[str], "Ids of what it needs at once, over hard synchronous dependencies.")
WEAKEST = Fact("weakest", _NODES, Weakest, "The least available of these dependencies.", related=("weakest",))
ACHIEVABLE = Fact("achievable", _NODES, float, "The product of their availabilities in percent: the most it can reach.")
SLOWEST = Fact("slowest", _NODES, Recovery, "The slowest of these dependencies to recover.", related=("slowest",))
NEEDED_RPO = Fact(
    "needed_rpo",
    (DATASTORE,),
    Recovery,
    "The strictest recovery point of a service that uses it.",
    related=("needed_rpo",),
)
OUTSIDE_RESIDENCY = Fact(
    "outside_residency",
    (DATASTORE,),
    list[str],
    "Regions of the store, its replicas and its backup that the residency of its data does not allow.",
)
SERVICES = Fact("services", (SYSTEM,), int, "The number of services in the spec.")
SYSTEM_CATEGORIES = Fact("categories", (SYSTEM,), list[str], "Categories of all data that the spec defines.")
BOUNDARY_KINDS = Fact("boundary_kinds", (SYSTEM,), list[str], "Kinds of the boundaries that the spec defines.")

if TYPE_CHECKING:
    import networkx as nx

CLASSES = ("public", "internal", "confidential", "restricted")
_REGULATED_CATEGORIES = frozenset(("personal", "special", "pan", "sad", "credential", "health", "financial-record"))
_PUBLIC_KINDS = frozenset(("internet", "public"))
_ENCRYPTED = frozenset(
    ("https", "tls", "mtls", "wss", "sftp", "ftps", "ldaps", "ssh", "amqps", "kafka-ssl", "grpcs", "mqtts", "ipsec")
)
_PLAIN = frozenset(("http", "ftp", "ws", "telnet"))
"""Never encrypted; LDAP, SMTP, MQTT and AMQP run with and without TLS under one name, so they tell nothing."""
_REQUESTS = frozenset(("http", "https", "rest", "soap", "graphql", "grpc", "grpcs", "jdbc", "odbc", "ldap", "ldaps"))
_LISTENERS = frozenset(("queue", "log-sink", "actor"))
"""Nobody waits for an answer of these, unless the flow says so."""
_NO = frozenset(("", "none", "no", "false", "off", "disabled", "optional", "planned"))
_DOORS = frozenset(("gateway", "waf", "load-balancer", "cdn", "reverse-proxy"))


def derive(subjects: Sequence[Subject]) -> None:
    """Attach facts to the elements of each spec."""
    for group in by_group(subjects):
        if group[SERVICE] or group[DATASTORE] or group[FLOW]:
            _Spec(group).derive()


class _Spec:
    """The elements of one spec, by id."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.assets = {_id(subject): subject for subject in group[ASSET]}
        self.boundaries = {_id(subject): subject for subject in group[BOUNDARY]}
        self.nodes = {_id(subject): subject for kind in (SERVICE, DATASTORE) for subject in group[kind]}
        policies = [_data(system).get("policies") for system in group[SYSTEM]]
        self.members = _by_text(self.nodes.values(), "boundary")
        self.leaving, self.arriving = (_by_text(group[FLOW], end) for end in ("from", "to"))
        self.zero_trust = any(isinstance(policy, dict) and _demanded(policy.get("zeroTrust")) for policy in policies)

    def derive(self) -> None:
        for node in self.nodes.values():
            self._carried(node, self._own_data(node))
            self._places(node)
        for flow in self.group[FLOW]:
            self._flow(flow)
        for boundary in self.group[BOUNDARY]:
            self._boundary(boundary)
        self._dependencies()
        self._stores()
        self._system()

    def _own_data(self, node: Subject) -> set[str]:
        """Ids of the data a node holds itself, or that its flows carry to or from it."""
        held = set(_list(_data(node).get("data")))
        for flow in (*self.leaving[_id(node)], *self.arriving[_id(node)]):
            held |= set(_list(_data(flow).get("data")))
        return held

    def _carried(self, subject: Subject, held: set[str]) -> None:
        """`categories`, `classification`, `regulated`: by the data that a thing holds or carries."""
        if not held:
            return
        assets = [self.assets[name] for name in sorted(held) if name in self.assets]
        categories = sorted({str(item) for asset in assets for item in _list(_data(asset).get("categories"))})
        ranks = [CLASSES.index(level) for asset in assets if (level := _data(asset).get("classification")) in CLASSES]
        subject.facts["categories"] = categories
        subject.facts["undefined_data"] = sorted(held - set(self.assets))
        if ranks:
            subject.facts["classification"] = CLASSES[max(ranks)]
        if assets:
            high = bool(ranks) and CLASSES[max(ranks)] in ("confidential", "restricted")
            subject.facts["regulated"] = high or bool(_REGULATED_CATEGORIES & set(categories))
            subject.related["data"] = place(assets[0])

    def _places(self, node: Subject) -> None:
        boundary = self.boundaries.get(str(_data(node).get("boundary")))
        if boundary:
            node.facts["boundary_kind"] = str(_data(boundary).get("kind", ""))
            node.related["boundary"] = place(boundary)

    def _flow(self, flow: Subject) -> None:
        """Ends, crossing, encryption and authentication of a flow, as far as they are stated."""
        data = _data(flow)
        source, target = self._end(data.get("from")), self._end(data.get("to"))
        self._carried(flow, set(_list(data.get("data"))))
        flow.facts["zero_trust"] = self.zero_trust
        flow.facts["dangling"] = [
            str(data[end]) for end, node in (("from", source), ("to", target)) if end in data and not node
        ]
        protocol = str(data.get("protocol", "")).lower()
        if isinstance(data.get("encrypted"), bool):
            flow.facts["encrypted"] = data["encrypted"]
        elif protocol in _ENCRYPTED or "tls" in data:
            flow.facts["encrypted"] = "tls" not in data or str(data["tls"]).lower() not in _NO
        elif protocol in _PLAIN:
            flow.facts["encrypted"] = False
        if source and target:
            self._ends(flow, source, target)

    def _end(self, name: Any) -> Subject | None:
        """What a flow starts or ends at: a service, a store, or a whole boundary such as the internet."""
        return self.nodes.get(str(name)) or self.boundaries.get(str(name))

    def _ends(self, flow: Subject, source: Subject, target: Subject) -> None:
        kinds = {"from_type": source, "to_type": target}
        for name, node in kinds.items():
            plain = {DATASTORE: "datastore", BOUNDARY: "boundary"}.get(node.kind)
            flow.facts[name] = plain or str(_data(node).get("type", "service"))
        if "regulated" in target.facts:
            flow.facts["to_regulated"] = target.facts["regulated"]
        flow.facts["to_categories"] = target.facts.get("categories", [])
        flow.facts["to_boundary_kind"] = _zone(target) or ""
        if (zone := _zone(source)) is not None:
            flow.facts["from_public"] = zone in _PUBLIC_KINDS
        flow.facts["to_door"] = flow.facts["to_type"] in _DOORS
        left, right = (_id(end) if end.kind == BOUNDARY else _data(end).get("boundary") for end in (source, target))
        if left and right:
            flow.facts["crosses"] = left != right
        flow.related["target"] = place(target)

    def _boundary(self, boundary: Subject) -> None:
        """`members`, and those `with_card_data` and `without_card_data`."""
        members = self.members[_id(boundary)]
        boundary.facts["members"] = [_id(node) for node in members]
        cards = [node for node in members if _holds_cards(node)]
        boundary.facts["with_card_data"] = [_id(node) for node in cards]
        boundary.facts["without_card_data"] = [
            _id(node) for node in members if not _holds_cards(node) and "regulated" in node.facts
        ]

    def _dependencies(self) -> None:
        """Availability and recovery along hard synchronous dependencies, each counted once."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        for flow in self.group[FLOW]:
            source, target = str(_data(flow).get("from")), str(_data(flow).get("to"))
            if self._is_hard(flow) and source in self.nodes and target in self.nodes:
                graph.add_edge(source, target)
        circles = {
            name: sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1 for name in part
        }
        for name, node in self.nodes.items():
            node.facts["circle"] = circles.get(name, [])
            if name in graph and _data(node).get("type") != "actor":
                self._weakest(node, [self.nodes[other] for other in nx.descendants(graph, name) if other != name])

    def _is_hard(self, flow: Subject) -> bool:
        """A call that must succeed at once: not asynchronous, without a stated fallback."""
        data = _data(flow)
        if str(data.get("fallback", "")).lower() not in _NO:
            return False
        if data.get("interaction"):
            return bool(data["interaction"] == "sync")
        target = self.nodes.get(str(data.get("to")))
        listens = target is not None and _data(target).get("type") in _LISTENERS
        return str(data.get("protocol", "")).lower() in _REQUESTS and not listens

    def _weakest(self, node: Subject, needed: list[Subject]) -> None:
        """The least available and the slowest to recover of what a node needs, and what is achievable at most."""
        node.facts["depends_on"] = sorted(_id(other) for other in needed)
        stated = [
            (percent, other) for other in needed if (percent := _quantity(other, "availability", "percent")) is not None
        ]
        if stated:
            percent, other = min(stated, key=lambda pair: (pair[0], _id(pair[1])))
            product = 100.0
            for each, _ in stated:
                product *= each / 100.0
            node.facts["weakest"] = {"id": _id(other), "percent": percent}
            node.facts["achievable"] = round(product, 4)
            node.related["weakest"] = place(other, "availability")
        slow = [(time, other) for other in needed if (time := _quantity(other, "rto", "seconds")) is not None]
        if slow:
            time, other = max(slow, key=lambda pair: (pair[0], _id(pair[1])))
            text = _data(other)["recovery"]["rto"]["text"]
            node.facts["slowest"] = {"id": _id(other), "seconds": time, "text": text}
            node.related["slowest"] = place(other, "recovery", "rto")

    def _stores(self) -> None:
        """What services demand of a store (`needed_rpo`), and where its data may lie (`outside_residency`)."""
        for store in self.group[DATASTORE]:
            users = [
                self.nodes[str(_data(flow).get("from"))]
                for flow in self.arriving[_id(store)]
                if str(_data(flow).get("from")) in self.nodes
            ]
            goals = [(time, user) for user in users if (time := _quantity(user, "rpo", "seconds")) is not None]
            if goals:
                time, user = min(goals, key=lambda pair: (pair[0], _id(pair[1])))
                text = _data(user)["recovery"]["rpo"]["text"]
                store.facts["needed_rpo"] = {"id": _id(user), "seconds": time, "text": text}
                store.related["needed_rpo"] = place(user, "recovery", "rpo")
            self._residency(store)

    def _residency(self, store: Subject) -> None:
        data = _data(store)
        replication = data.get("replication")
        used = _list(data.get("regions")) + (_list(replication.get("regions")) if isinstance(replication, dict) else [])
        backup = data.get("backup")
        if isinstance(backup, dict) and isinstance(backup.get("region"), str):
            used.append(backup["region"])
        limits = [
            set(_list(_data(self.assets[name]).get("residency")))
            for name in _list(data.get("data"))
            if name in self.assets and _data(self.assets[name]).get("residency")
        ]
        if limits and used:
            allowed = set.intersection(*limits)
            store.facts["outside_residency"] = sorted({region for region in used if region not in allowed})

    def _system(self) -> None:
        """What the spec as a whole holds, to be held against what it declares."""
        categories = sorted({item for asset in self.assets.values() for item in _list(_data(asset).get("categories"))})
        for system in self.group[SYSTEM]:
            system.facts["services"] = len(self.group[SERVICE])
            system.facts["categories"] = categories
            system.facts["boundary_kinds"] = sorted({str(_data(item).get("kind", "")) for item in self.group[BOUNDARY]})


def _holds_cards(node: Subject) -> bool:
    return bool({"pan", "sad"} & set(node.facts.get("categories", ())))


def _zone(end: Subject) -> str | None:
    """The kind of boundary that a flow's end is, or stands in; None where that is not stated."""
    if end.kind == BOUNDARY:
        return str(_data(end).get("kind", ""))
    kind = end.facts.get("boundary_kind")
    return None if kind is None else str(kind)


def _demanded(policy: Any) -> bool:
    """Whether a policy of zero trust is one: stated, and not as `none` or `optional`."""
    stated = policy.get("implementation", True) if isinstance(policy, dict) else policy
    return bool(policy) and str(stated).lower() not in _NO


def _by_text(subjects: Iterable[Subject], field: str) -> defaultdict[str, list[Subject]]:
    """Subjects by what a field of theirs says."""
    found: defaultdict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        if isinstance(value := _data(subject).get(field), str):
            found[value].append(subject)
    return found


def _data(subject: Subject) -> dict[str, Any]:
    data: dict[str, Any] = subject.bindings[subject.focus]
    return data


def _id(subject: Subject) -> str:
    return str(_data(subject).get("id", ""))


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, str)]
    return [value] if isinstance(value, str) else []


def _quantity(subject: Subject, field: str, unit: str) -> float | None:
    """A number of a node: its availability, or an objective in its `recovery` block."""
    data = _data(subject)
    holder = data if field == "availability" else data.get("recovery")
    stated = holder.get(field) if isinstance(holder, dict) else None
    number = stated.get(unit) if isinstance(stated, dict) else None
    return float(number) if isinstance(number, int | float) else None
