"""A load balancer counts as low where pools of private addresses give it its address."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model import Severity
from scanner.scan import Options, scan

RULE = "kubernetes.service-load-balancer-restricted"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop%s}\nspec: {type: LoadBalancer%s}\n"
CILIUM = "apiVersion: cilium.io/v2alpha1\nkind: CiliumLoadBalancerIPPool\nmetadata: {name: a}\nspec: {blocks: [%s]}\n"
METALLB = "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: %s}\nspec: {addresses: ['%s']}\n"
PRIVATE, PUBLIC = METALLB % ("a", "192.168.1.10-192.168.1.20"), METALLB % ("b", "203.0.113.0/24")
CLOUD = ", annotations: {service.beta.kubernetes.io/aws-load-balancer-type: nlb}"
NAMED = ", annotations: {metallb.io/address-pool: %s}"


@pytest.mark.parametrize(
    ("service", "pools", "expected"),
    [
        (("", ""), [], Severity.MEDIUM),
        (("", ""), [PRIVATE], Severity.LOW),
        (("", ""), [CILIUM % "{cidr: 10.1.0.0/24}, {start: 10.2.0.1, stop: 10.2.0.9}"], Severity.LOW),
        (("", ""), [CILIUM % "{cidr: '${RANGE}'}"], Severity.MEDIUM),
        (("", ""), [CILIUM % "{start: 10.255.255.1, stop: 11.0.0.9}"], Severity.MEDIUM),
        (("", ""), [PRIVATE, PUBLIC], Severity.MEDIUM),
        ((NAMED % "a", ""), [PRIVATE, PUBLIC], Severity.LOW),
        ((NAMED % "b", ""), [PRIVATE, PUBLIC], Severity.MEDIUM),
        ((CLOUD, ""), [PRIVATE], Severity.MEDIUM),
        (("", ", loadBalancerClass: a.example/lb"), [PRIVATE], Severity.MEDIUM),
        (("", ", loadBalancerClass: io.cilium/l2-announcer"), [PRIVATE], Severity.LOW),
    ],
)
def test_private_pools(tmp_path: Path, service: tuple[str, str], pools: list[str], expected: Severity) -> None:
    (tmp_path / "all.yaml").write_text("---\n".join((SERVICE % service, *pools)))
    found = scan([str(tmp_path)], Options()).findings
    assert [each.severity for each in found if each.rule == RULE] == [expected]


def test_a_pool_of_a_test_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(SERVICE % ("", ""))
    (tmp_path / "testdata").mkdir()
    (tmp_path / "testdata/pool.yaml").write_text(PRIVATE)
    found = scan([str(tmp_path)], Options()).findings
    assert [each.severity for each in found if each.rule == RULE] == [Severity.MEDIUM]
