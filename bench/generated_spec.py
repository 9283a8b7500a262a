"""An architecture spec of any size from a seed: domains of services and stores behind gateways, with drawn faults."""

from __future__ import annotations

from random import Random
from typing import Any

_DOMAIN = 25
"""Services and stores in a domain."""
_FLOWS = 5
"""Flows that each service or store has on average."""
_NEAR = 0.85
"""The share of flows that stay in the domain or go to the next ones."""
_BOUNDARIES = (
    {"id": "internet", "kind": "internet"},
    {"id": "edge", "kind": "dmz", "defaultDeny": True, "allow": ["gateway-0"]},
    {"id": "core", "kind": "internal", "defaultDeny": True},
    {"id": "card-zone", "kind": "cde", "defaultDeny": True},
    {"id": "operations", "kind": "management"},
)
_CATEGORIES: tuple[list[str], ...] = (["personal"], ["financial-record"], ["pan"], ["credential"], ["health"], [])
_CLASSES = ("confidential", "confidential", "restricted", "restricted", "internal", "public")
_CRITICALITY = ("low", "medium", "high", "critical")
_AVAILABILITY = ("99.5%", "99.9%", "99.9%", "99.95%", "99.99%")
_TIMES = ("1 minute", "5 minutes", "15 minutes", "30 minutes", "1 hour", "4 hours")
_PROTOCOLS = ("https", "https", "grpc", "mtls", "http", "amqps", "kafka-ssl", "tcp")
_RARE = 0.02
"""The share of flows that lead back, and of those that lead to nothing."""
_FORGOTTEN = 0.08
"""The share of fields that are not stated."""


def spec(services: int, seed: int = 0) -> dict[str, Any]:
    """A spec with that many services and stores, a quarter of them stores, and five times as many flows."""
    draw = Random(f"spec/{seed}")
    assets = [_asset(draw, number) for number in range(max(3, services // 40))]
    names = [str(asset["id"]) for asset in assets]
    nodes = [_store(draw, number, names) if number % 4 == 3 else _service(draw, number, names)  # noqa: PLR2004
             for number in range(services)]  # fmt: skip
    flows = [_flow(draw, number, nodes, names) for number in range(_FLOWS * services)]
    return {
        "apiVersion": "assay.dev/v1",
        "kind": "Architecture",
        "metadata": {"name": "generated", "owner": "platform-team"},
        "spec": {
            "frameworks": ["SOC2", "PCI-DSS", "GDPR"],
            "policies": {"atRest": "AES-256", "inTransit": "TLS-1.3", "mfa": "mandatory"},
            "boundaries": [dict(boundary) for boundary in _BOUNDARIES],
            "dataAssets": assets,
            "services": [node for node in nodes if "technology" not in node],
            "datastores": [node for node in nodes if "technology" in node],
            "flows": flows,
        },
    }


def _asset(draw: Random, number: int) -> dict[str, Any]:
    kind = draw.randrange(len(_CLASSES))
    return _stated(
        draw,
        {"id": f"data-{number}", "classification": _CLASSES[kind], "categories": list(_CATEGORIES[kind])},
        owner=f"team-{number % 7}",
        purpose="running the customer's account",
        lawfulBasis="contract",
        retention=draw.choice(("90 days", "13 months", "7 years")),
        residency=["eu-central-1", "eu-west-1"],
    )


def _service(draw: Random, number: int, assets: list[str]) -> dict[str, Any]:
    first = number % _DOMAIN == 0
    return _stated(
        draw,
        {"id": f"gateway-{number}" if first else f"service-{number}", "boundary": "edge" if first else "core"},
        **({"type": "gateway", "exposure": "public"} if first else {"exposure": "internal"}),
        name=f"Service {number}",
        owner=f"team-{number // _DOMAIN}",
        criticality=draw.choice(_CRITICALITY),
        availability=draw.choice(_AVAILABILITY),
        recovery={"rto": draw.choice(_TIMES), "rpo": draw.choice(_TIMES)},
        replicas=draw.choice((1, 2, 3, 4)),
        zones=draw.choice((1, 2, 3)),
        regions=["eu-central-1"],
        authentication=draw.choice(("mtls", "oidc")),
        authorization=draw.choice(("rbac", "abac")),
        audit=draw.choice(("log-archive", False)),
        data=_some(draw, assets),
        changeApproval="two-person",
    )


def _store(draw: Random, number: int, assets: list[str]) -> dict[str, Any]:
    return _stated(
        draw,
        {"id": f"store-{number}", "technology": draw.choice(("postgresql", "redis", "s3")), "boundary": "core"},
        owner=f"team-{number // _DOMAIN}",
        criticality=draw.choice(_CRITICALITY),
        data=_some(draw, assets),
        encryption={"atRest": draw.choice(("AES-256", "AES-256", "none")), "keyManagement": "cloud-hsm"},
        backup={"interval": draw.choice(_TIMES), "encrypted": True, "region": "eu-west-1"},
        regions=["eu-central-1"],
        retention="7 years",
        availability=draw.choice(_AVAILABILITY),
        recovery={"rto": draw.choice(_TIMES), "rpo": draw.choice(_TIMES)},
        audit="log-archive",
    )


def _flow(draw: Random, number: int, nodes: list[dict[str, Any]], assets: list[str]) -> dict[str, Any]:
    """A call, most often to a service or store further down; one in some hundred closes a circle."""
    return _stated(
        draw,
        {"id": f"flow-{number}", **_ends(draw, number // _FLOWS, nodes)},
        protocol=draw.choice(_PROTOCOLS),
        tls=draw.choice(("1.2", "1.3", "1.3")),
        authentication=draw.choice(("mtls", "oidc", "none")),
        data=_some(draw, assets),
        interaction=draw.choice(("sync", "sync", "async", "batch")),
        **({"fallback": "cached answer"} if draw.random() < _RARE * 5 else {}),
    )


def _ends(draw: Random, source: int, nodes: list[dict[str, Any]]) -> dict[str, str]:
    far = len(nodes) if draw.random() < 1 - _NEAR else _DOMAIN // 2
    down = -draw.randint(1, 3) if draw.random() < _RARE else draw.randint(1, far)
    target = min(max(source + down, 0), len(nodes) - 1)
    to = "forgotten" if draw.random() < _RARE else nodes[target]["id"]
    return {"from": nodes[source]["id"], "to": to}


def _some(draw: Random, names: list[str]) -> list[str]:
    return draw.sample(names, draw.randint(0, min(3, len(names))))


def _stated(draw: Random, always: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What is always stated, and the fields that were not forgotten."""
    return always | {name: value for name, value in fields.items() if draw.random() >= _FORGOTTEN}
