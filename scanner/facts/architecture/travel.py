"""Data along flows that name none: what their source holds and their destination may receive."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from scanner.facts.architecture.spec import PASSING, Spec, Specs, data_of, id_of, texts, type_of
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.architecture import ASSET, CATEGORIES_OF_DATA, DATASTORE, FLOW, SERVICE

INFERRED_DATA = Fact(
    "inferred_data",
    (FLOW,),
    list[str],
    "Of a flow that names no data, the data assets that its source holds, or received and passes on, and that its "
    "destination may receive.",
    provide="state in `data` which data assets the flow carries",
)
INFERRED_CATEGORIES = Fact(
    "inferred_categories",
    (FLOW,),
    list[str],
    "The categories of these.",
    provide="state in `data` which data assets the flow carries",
)
INFERRED_REGULATED = Fact(
    "inferred_regulated",
    (FLOW,),
    bool,
    "Whether any of these is regulated data.",
    provide="state in `data` which data assets the flow carries",
    traced=True,
)

_HIGH = frozenset(("confidential", "restricted"))


@step(
    Specs,
    gives=(INFERRED_DATA, INFERRED_CATEGORIES, INFERRED_REGULATED),
    reads=(
        read(ASSET, "data_asset.categories", "data_asset.classification"),
        read(SERVICE, "service.data", "service.drops", "service.tokenises"),
        read(DATASTORE, "datastore.data"),
        read(FLOW, "flow.data"),
    ),
)
def infer_data(specs: Specs, facts: Facts) -> None:
    """What each flow without stated data carries, with the flows that the data came by."""
    for spec in specs.all:
        silent = [flow for flow in spec.flows if "data" not in data_of(flow)]
        if silent and spec.assets:
            travel = Travel(spec, silent)
            for flow in silent:
                if came := travel.carried.get(flow):
                    _state(flow, came, travel, facts)


def _state(flow: Subject, came: dict[str, Subject | None], travel: Travel, facts: Facts) -> None:
    assets = {name: travel.spec.assets[name] for name in sorted(came)}
    categories = {item for asset in assets.values() for item in texts(data_of(asset).get("categories"))}
    regulated = [name for name, asset in assets.items() if _is_regulated(asset)]
    facts.add(flow, INFERRED_DATA, list(assets))
    facts.add(flow, INFERRED_CATEGORIES, sorted(categories))
    facts.add(flow, INFERRED_REGULATED, bool(regulated))
    if regulated:
        path = travel.path(flow, regulated[0])
        steps = [(place(assets[regulated[0]]), f"{regulated[0]} is defined")]
        steps += [(place(source), f"{id_of(source)} holds it") for source in travel.origin(path[0])]
        steps += [(place(each), f"{data_of(each)['from']} -> {data_of(each)['to']}") for each in path]
        facts.trace(flow, INFERRED_REGULATED, steps)


def _is_regulated(asset: Subject) -> bool:
    data = data_of(asset)
    return str(data.get("classification")) in _HIGH or not CATEGORIES_OF_DATA.isdisjoint(texts(data.get("categories")))


class Travel:
    """Data that is followed from where it is stated through gateways and queues."""

    def __init__(self, spec: Spec, silent: Iterable[Subject]) -> None:
        self.spec = spec
        self.carried: dict[Subject, dict[str, Subject | None]] = {}
        """Of each flow without stated data, what it carries, and by which flow that came to its source."""
        self._silent = frozenset(silent)
        self._received: dict[str, dict[str, Subject]] = {}
        """What each gateway and queue received, and by which flow."""
        self._pending: deque[str] = deque()
        for flow in spec.flows:
            if flow in self._silent:
                self._start(flow)
            else:
                self._arrive(flow, texts(data_of(flow).get("data")))
        while self._pending:
            self._pass_on(self._pending.popleft())

    def path(self, flow: Subject, asset: str) -> list[Subject]:
        """The flows that brought an asset to where a flow carries it, and the flow itself."""
        found = [flow]
        while (before := self.carried.get(found[0], {}).get(asset)) and before not in found:
            found.insert(0, before)
        return found

    def origin(self, flow: Subject) -> list[Subject]:
        """What holds what a flow carries, where it is known by that."""
        ends = [self.spec.nodes.get(str(data_of(flow).get(end))) for end in ("to", "from")]
        stores = [end for end in ends if end and (end.kind == DATASTORE or data_of(end).get("data"))]
        return stores[:1] if flow in self._silent else []

    def _start(self, flow: Subject) -> None:
        """What the ends of a flow state themselves: what lies in a store, or what a service works on."""
        source, target = (self.spec.nodes.get(str(data_of(flow).get(end))) for end in ("from", "to"))
        if not source or not target or _passes(source):
            return
        held = target if target.kind == DATASTORE else source
        self._carry(flow, dict.fromkeys(self._leaving(held)), source, target)

    def _leaving(self, node: Subject) -> list[str]:
        data = data_of(node)
        ended = {*texts(data.get("tokenises")), *texts(data.get("drops"))}
        return [name for name in texts(data.get("data")) if name in self.spec.assets and name not in ended]

    def _carry(self, flow: Subject, came: dict[str, Subject | None], source: Subject, target: Subject) -> None:
        for end in (source, target):
            if (stated := data_of(end).get("data")) and not _passes(end):
                came = {name: before for name, before in came.items() if name in texts(stated)}
        known = self.carried.setdefault(flow, {})
        new = {name: before for name, before in came.items() if name not in known}
        known.update(new)
        self._arrive(flow, list(new))

    def _arrive(self, flow: Subject, names: Iterable[str]) -> None:
        target = self.spec.nodes.get(str(data_of(flow).get("to")))
        if not target or not _passes(target):
            return
        received = self._received.setdefault(id_of(target), {})
        new = [name for name in names if name in self.spec.assets and name not in received]
        received.update(dict.fromkeys(new, flow))
        if new:
            self._pending.append(id_of(target))

    def _pass_on(self, name: str) -> None:
        source = self.spec.nodes[name]
        ended = {*texts(data_of(source).get("tokenises")), *texts(data_of(source).get("drops"))}
        came = {asset: flow for asset, flow in self._received[name].items() if asset not in ended}
        for flow in self.spec.leaving[name]:
            target = self.spec.nodes.get(str(data_of(flow).get("to")))
            if flow in self._silent and target:
                self._carry(flow, dict(came), source, target)


def _passes(node: Subject) -> bool:
    return type_of(node) in PASSING
