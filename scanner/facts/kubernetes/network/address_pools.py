"""Load balancers whose addresses come from pools of private addresses, as Cilium and MetalLB give them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.facts.fact import Fact
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.kubernetes.objects import listed, mapping, name_of, path
from scanner.facts.step import Facts, read, step
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE

PRIVATE = Fact(
    "private_load_balancer",
    (RESOURCE,),
    bool,
    "True where a Service states no load balancer of a cloud, and all pools of Cilium and MetalLB in the files from "
    "which it may get its address have private addresses only; absent otherwise.",
    provide="scan the folder that holds the CiliumLoadBalancerIPPool or the IPAddressPool of the cluster",
    objects=("Service",),
)
_POOLS = (("cilium.io", "CiliumLoadBalancerIPPool"), ("metallb.io", "IPAddressPool"))
_NAMED_BY = ("metallb.io/address-pool", "metallb.universe.tf/address-pool")
"""Annotations of a Service that name its pool."""
_CLASSES = ("", "io.cilium/bgp-control-plane", "io.cilium/l2-announcer", "metallb", "metallb.io/metallb")
_OF_CLOUDS = ("load-balancer", "loadbalancer", "do-loadbalancer")
"""Are in the annotations by which a cloud makes a load balancer."""
_NETWORKS = (
    *("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    *("fc00::/7", "fe80::/10"),
)


@step(
    Cluster,
    gives=(PRIVATE,),
    reads=(
        read(RESOURCE, "object.spec", objects=("CiliumLoadBalancerIPPool", "IPAddressPool")),
        read(
            RESOURCE,
            *("object.spec.type", "object.spec.loadBalancerClass", "object.metadata.annotations"),
            objects=("Service",),
        ),
    ),
)
def find_private_load_balancers(cluster: Cluster, facts: Facts) -> None:
    """Services of the type LoadBalancer to which only pools of private addresses apply."""
    pools = [(pool, _is_private(pool)) for group, kind in _POOLS for pool in cluster.objects.of(group, kind)]
    for service in cluster.objects.of("core", "Service") if pools else ():
        if not _asks_for_any(service):
            continue
        notes = mapping(path(service.bindings["object"], "metadata", "annotations"))
        wanted = next((notes[name] for name in _NAMED_BY if name in notes), None)
        near = [(pool, private) for pool, private in pools if wanted is None or name_of(pool) == wanted]
        if near and all(private for _, private in near):
            facts.add(service, PRIVATE, True)


def _asks_for_any(service: Subject) -> bool:
    """Whether a Service asks for a load balancer, and not for one of a cloud."""
    spec = mapping(service.bindings["object"].get("spec"))
    if spec.get("type") != "LoadBalancer" or spec.get("loadBalancerClass", "") not in _CLASSES:
        return False
    notes = mapping(path(service.bindings["object"], "metadata", "annotations"))
    return not any(sign in name for name in notes for sign in _OF_CLOUDS)


def _is_private(pool: Subject) -> bool:
    """Whether all addresses of a pool are private, which one with a variable in its addresses does not show."""
    stated = list(_ranges(mapping(pool.bindings["object"].get("spec"))))
    return bool(stated) and all(_all_private(first, last) for first, last in stated)


def _ranges(spec: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The first and the last address, or a network, of each part of a pool."""
    for block in (*listed(spec.get("blocks")), *listed(spec.get("cidrs"))):
        stated = mapping(block)
        first = stated.get("cidr", stated.get("start"))
        yield first, stated.get("stop", first)
    for text in listed(spec.get("addresses")):
        first, _, last = str(text).partition("-")
        yield first.strip(), (last or first).strip()


def _all_private(first: Any, last: Any) -> bool:
    from ipaddress import ip_network  # few scans have pools

    try:
        ends = [ip_network(str(each), strict=False) for each in (first, last)]
    except ValueError:
        return False
    networks = map(ip_network, _NETWORKS)
    same = [each for each in networks if each.version == ends[0].version == ends[1].version]
    return any(all(end.subnet_of(each) for end in ends) for each in same)  # type: ignore[arg-type]
