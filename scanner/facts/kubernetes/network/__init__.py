"""Who reaches whom: network policies, the ways in from outside, what watches them, and the mesh between workloads."""

from __future__ import annotations

from scanner.facts.kubernetes.makers import Makers
from scanner.facts.kubernetes.network import mesh, monitors, network_policies, routes
from scanner.facts.kubernetes.objects import Objects
from scanner.facts.kubernetes.selectors import Labelled


def derive(objects: Objects, pods: Labelled, makers: Makers) -> None:
    """Attach to workloads how they are shut off and reached, and to routes, policies and monitors what they meet."""
    network_policies.derive(objects, pods, makers)
    routes.derive(objects, pods, makers)
    monitors.derive(objects, pods, makers)
    mesh.derive(objects, pods)
