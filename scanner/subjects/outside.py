"""What objects tell a controller to apply that stands elsewhere: charts and paths of repositories."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.documents.positions import Node

_FLUX = "kustomize.toolkit.fluxcd.io"
_CHANGES = (
    *("commonMetadata", "components", "images", "namePrefix", "nameSuffix", "patches", "patchesJson6902"),
    *("patchesStrategicMerge", "postBuild"),
)


class Elsewhere(Struct, frozen=True):
    """A chart or a path that an object names."""

    node: Node
    """Where it is named."""
    what: str
    folder: str
    """The folder of a repository that it is; empty for one that cannot be in the scanned files."""


def elsewhere(node: Node) -> Iterator[Elsewhere]:
    """The charts and paths that an object of Flux, Argo CD or k3s names."""
    group, kind, spec = node.value["apiVersion"].rpartition("/")[0], node.value["kind"], node.get("spec")
    if (group, kind) == ("helm.toolkit.fluxcd.io", "HelmRelease"):
        yield from _release(spec)
    elif (group, kind) == (_FLUX, "Kustomization"):
        path = spec.get("path") or spec
        yield from _named(path, "path", _text(spec.get("path")) or "./", _reference(spec.get("sourceRef")))
    elif (group, kind) == ("argoproj.io", "Application"):
        yield from _application(spec)
    elif (group, kind) == ("argoproj.io", "ApplicationSet"):
        yield from _application(spec.get("template", "spec"))
    elif (group, kind) == ("helm.cattle.io", "HelmChart"):
        yield from _named(spec.get("chart"), "chart", _text(spec.get("chart")), _text(spec.get("repo")))


def not_applied(node: Node) -> str:
    """The changes that a Kustomization of Flux makes to what is at its path, which is read as it is there."""
    group, spec = node.value["apiVersion"].rpartition("/")[0], node.get("spec")
    if (group, node.value["kind"]) != (_FLUX, "Kustomization"):
        return ""
    stated = [f"`spec.{name}`" for name in _CHANGES if spec.get(name).value]
    verb = "is" if len(stated) == 1 else "are"
    return f"{', '.join(stated)} {verb} not applied to the objects at its path" if stated else ""


def _release(spec: Node) -> Iterator[Elsewhere]:
    chart, reference = spec.get("chart", "spec"), spec.get("chartRef")
    if chart:
        yield from _named(chart.get("chart"), "chart", _text(chart.get("chart")), _reference(chart.get("sourceRef")))
    elif reference:
        yield Elsewhere(reference, f"the chart of {_reference(reference)}", "")


def _application(spec: Node) -> Iterator[Elsewhere]:
    for source in (spec.get("source"), *spec.get("sources").elements()):
        kind = "chart" if source.get("chart") else "path"
        yield from _named(source.get(kind), kind, _text(source.get(kind)), _text(source.get("repoURL")))


def _named(node: Node, kind: str, name: str, source: str) -> Iterator[Elsewhere]:
    if node and name:
        folder = name if kind == "path" or name.startswith(".") else ""
        yield Elsewhere(node, f"the {kind} {name}" + (f" of {source}" if source else ""), folder)


def _reference(node: Node) -> str:
    return " ".join(part for part in (_text(node.get("kind")), _text(node.get("name"))) if part)


def _text(node: Node) -> str:
    return node.value if isinstance(node.value, str) else ""
