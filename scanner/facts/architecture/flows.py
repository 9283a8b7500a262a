"""Flows of data: their ends, what they cross, and whether they are encrypted."""

from __future__ import annotations

from typing import Any

from scanner.facts.architecture.data import CATEGORIES, REGULATED
from scanner.facts.architecture.spec import DOORS, NO, PUBLIC, Spec, Specs, data_of, id_of
from scanner.facts.fact import Fact
from scanner.facts.groups import place
from scanner.facts.step import Facts, read, step
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.architecture import BOUNDARY, DATASTORE, FLOW, SERVICE, SYSTEM

ZERO_TRUST = Fact(
    "zero_trust",
    (FLOW,),
    bool,
    "Whether the policies of the system require zero trust.",
    provide="state in the policies of the system whether they require zero trust",
)
DANGLING = Fact(
    "dangling",
    (FLOW,),
    list[str],
    "Its source or destination, where the spec does not define it; absent where another repository may define it.",
    provide="state the source and the destination of the flow",
)
ENCRYPTED = Fact(
    "encrypted",
    (FLOW,),
    bool,
    "Whether it is encrypted, as stated or as its protocol implies; absent where neither decides it.",
    provide="state in `encrypted` or `tls` whether the flow is encrypted, or a `protocol` that decides it",
)
FROM_TYPE = Fact(
    "from_type",
    (FLOW,),
    str,
    "The type of its source: the type of a service, `datastore` or `boundary`.",
    provide="define the source and the destination of the flow",
)
TO_TYPE = Fact(
    "to_type",
    (FLOW,),
    str,
    "The type of its destination: the type of a service, `datastore` or `boundary`.",
    provide="define the source and the destination of the flow",
    related=("target",),
)
TO_REGULATED = Fact(
    "to_regulated",
    (FLOW,),
    bool,
    "Whether its destination holds regulated data.",
    provide="define the source and the destination of the flow, and state the `data` of the destination",
)
TO_CATEGORIES = Fact(
    "to_categories",
    (FLOW,),
    list[str],
    "Categories of the data that its destination holds.",
    provide="define the source and the destination of the flow",
)
TO_BOUNDARY_KIND = Fact(
    "to_boundary_kind",
    (FLOW,),
    str,
    "The kind of the boundary of its destination, empty where that is not stated.",
    provide="define the source and the destination of the flow",
)
FROM_PUBLIC = Fact(
    "from_public",
    (FLOW,),
    bool,
    "Whether its source is in a boundary of kind `internet` or `public`, or inside such a boundary.",
    provide="define the source and the destination of the flow, and state the `boundary` of the source",
)
TO_ENTRY_POINT = Fact(
    "to_entry_point",
    (FLOW,),
    bool,
    "Whether its destination is a gateway, waf, load-balancer, cdn or reverse-proxy.",
    provide="define the source and the destination of the flow",
)
CROSSES = Fact(
    "crosses",
    (FLOW,),
    bool,
    "Whether its source and destination are in different boundaries, none of which is inside the other; absent where "
    "the boundary of one is not stated.",
    provide="define the source and the destination of the flow, and state the `boundary` of each",
)

REQUIRED_TLS = Fact(
    "required_tls",
    (FLOW,),
    float,
    "The oldest TLS version that the policies of the system allow, such as 1.3.",
    provide="state in `policies.inTransit` which TLS version the system requires",
)
TLS_VERSION = Fact(
    "tls_version",
    (FLOW,),
    float,
    "The TLS version that it states, such as 1.2.",
    provide="state in `tls` the oldest TLS version that the flow accepts",
)
FROM_ENVIRONMENT = Fact(
    "from_environment",
    (FLOW,),
    str,
    "The environment of its source, or of the system where that states none.",
    provide="state the `environment` of the source of the flow",
)
TO_ENVIRONMENT = Fact(
    "to_environment",
    (FLOW,),
    str,
    "The environment of its destination, or of the system where that states none.",
    provide="state the `environment` of the destination of the flow",
)

_ENCRYPTED = frozenset(
    ("https", "tls", "mtls", "wss", "sftp", "ftps", "ldaps", "ssh", "amqps", "kafka-ssl", "grpcs", "mqtts", "ipsec")
)
_PLAIN = frozenset(("http", "ftp", "ws", "telnet"))
"""Never encrypted. LDAP, SMTP, MQTT and AMQP are left out, because they run with and without TLS under one name."""
_TLS = regex(r"(?i)(?:tls)?[-_ /]*v?1[._]([0-3])")


@step(
    Specs,
    gives=(ZERO_TRUST, DANGLING, ENCRYPTED),
    reads=(read(FLOW, "flow.elsewhere", "flow.encrypted", "flow.protocol", "flow.tls"),),
)
def check_flows(specs: Specs, facts: Facts) -> None:
    """Whether the ends of each flow are there, and whether it is encrypted."""
    for spec in specs.all:
        for flow in spec.group[FLOW]:
            data = data_of(flow)
            lost = [str(data[end]) for end in ("from", "to") if end in data and str(data[end]) not in spec.elements]
            elsewhere = lost and (spec.is_part or data.get("elsewhere"))
            if not elsewhere and not flow.unknowns.intersection(("from", "to")):
                facts.add(flow, DANGLING, lost)
            facts.add(flow, ZERO_TRUST, spec.zero_trust)
            if (encrypted := _encrypted(data)) is not None:
                facts.add(flow, ENCRYPTED, encrypted)


def _encrypted(data: dict[str, Any]) -> bool | None:
    protocol = str(data.get("protocol", "")).lower()
    if isinstance(data.get("encrypted"), bool):
        return bool(data["encrypted"])
    if protocol in _ENCRYPTED or "tls" in data:
        return "tls" not in data or str(data["tls"]).lower() not in NO
    return False if protocol in _PLAIN else None


@step(
    Specs,
    gives=(FROM_TYPE, TO_TYPE, TO_REGULATED, TO_CATEGORIES, TO_BOUNDARY_KIND, FROM_PUBLIC, TO_ENTRY_POINT, CROSSES),
    needs=(CATEGORIES, REGULATED),
)
def describe_ends(specs: Specs, facts: Facts) -> None:
    """What each flow starts and ends at, where both are there."""
    for spec in specs.all:
        for flow in spec.group[FLOW]:
            source, target = (spec.end(data_of(flow).get(end)) for end in ("from", "to"))
            if source and target:
                _describe(flow, source, target, facts)
                _compare_boundaries(flow, source, target, spec, facts)


def _describe(flow: Subject, source: Subject, target: Subject, facts: Facts) -> None:
    facts.add(flow, FROM_TYPE, _type(source))
    facts.add(flow, TO_TYPE, _type(target))
    facts.add(flow, TO_ENTRY_POINT, _type(target) in DOORS)
    facts.relate(flow, "target", place(target))
    if (regulated := facts.of(target, REGULATED)) is not None:
        facts.add(flow, TO_REGULATED, regulated)
    facts.add(flow, TO_CATEGORIES, facts.of(target, CATEGORIES) or [])


def _compare_boundaries(flow: Subject, source: Subject, target: Subject, spec: Spec, facts: Facts) -> None:
    left, right = (id_of(end) if end.kind == BOUNDARY else spec.boundary_of(end) for end in (source, target))
    facts.add(flow, TO_BOUNDARY_KIND, spec.zone(right) or "")
    if (zone := spec.zone(left)) is not None:
        facts.add(flow, FROM_PUBLIC, zone in PUBLIC)
    if left and right:
        around = [{str(name), *map(id_of, spec.around(name))} for name in (left, right)]
        facts.add(flow, CROSSES, str(left) not in around[1] and str(right) not in around[0])


def _type(end: Subject) -> str:
    plain = {DATASTORE: "datastore", BOUNDARY: "boundary"}.get(end.kind)
    return plain or str(data_of(end).get("type", "service"))


@step(
    Specs,
    gives=(REQUIRED_TLS, TLS_VERSION, FROM_ENVIRONMENT, TO_ENVIRONMENT),
    reads=(
        read(FLOW, "flow.tls"),
        read(SERVICE, "service.environment"),
        read(DATASTORE, "datastore.environment"),
        read(SYSTEM, "system.environment", "system.policies.inTransit"),
    ),
)
def compare_with_system(specs: Specs, facts: Facts) -> None:
    """The TLS version and the environments of each flow, where the flow or the system states them."""
    for spec in specs.all:
        policies = [data_of(system).get("policies") for system in spec.group[SYSTEM]]
        stated = [version(policy.get("inTransit")) for policy in policies if isinstance(policy, dict)]
        required = max((each for each in stated if each), default=None)
        whole = next((each for system in spec.group[SYSTEM] if (each := data_of(system).get("environment"))), None)
        for flow in spec.group[FLOW]:
            if required:
                facts.add(flow, REQUIRED_TLS, required)
            if own := version(data_of(flow).get("tls")):
                facts.add(flow, TLS_VERSION, own)
            for fact, name in ((FROM_ENVIRONMENT, "from"), (TO_ENVIRONMENT, "to")):
                end = spec.end(data_of(flow).get(name))
                if end and (environment := data_of(end).get("environment") or whole):
                    facts.add(flow, fact, str(environment))


def version(text: Any) -> float | None:
    """The TLS version that a text states: 1.3 for `TLS-1.3`, `TLSv1.3` or a number."""
    found = _TLS.search(str(text)) if isinstance(text, str | float) else None
    return float(f"1.{found[1]}") if found else None
