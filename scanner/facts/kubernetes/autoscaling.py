"""Autoscalers and what they scale."""

from __future__ import annotations

from scanner.facts.groups import place
from scanner.facts.kubernetes.objects import Objects, path


def derive(objects: Objects) -> None:
    """`target_found` of an autoscaler: whether what it scales is among the objects; `autoscaled` of its target."""
    for scaler in objects.of("autoscaling", "HorizontalPodAutoscaler"):
        target = path(scaler.bindings["object"], "spec", "scaleTargetRef")
        if not isinstance(target, dict):
            continue
        version = str(target.get("apiVersion") or "apps/v1")
        group = version.rpartition("/")[0] or "core"
        found, sure = objects.find(scaler, group, str(target.get("kind")), str(target.get("name")))
        if found:
            scaler.facts["target_found"] = True
            scaler.related["target"] = place(found)
            (objects.pod_of(found) or found).facts["autoscaled"] = True
        elif sure:
            scaler.facts["target_found"] = False
