"""The namespace whose policies apply to a whole Istio mesh, as its installation configures it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts.kubernetes.objects import Objects, mapping, name_of, path
from scanner.facts.step import read
from scanner.late import regex
from scanner.subjects.computed import has_variable
from scanner.subjects.kubernetes import RESOURCE

DEFAULT = "istio-system"
READS = (
    read(
        RESOURCE,
        "object.spec.meshConfig.rootNamespace",
        "object.spec.values.global.istioNamespace",
        "object.spec.values.meshConfig.rootNamespace",
        objects=("Istio", "IstioOperator"),
    ),
    read(RESOURCE, "object.data.mesh", objects=("ConfigMap",)),
)
_CONFIG_MAP = "istio"
"""The name of the ConfigMap with the configuration of the mesh; a revision follows a dash."""
_ROOT_LINE = regex(r"(?m)^rootNamespace:[ \t]*[\"']?([a-z0-9]([a-z0-9-]*[a-z0-9])?)[\"']?[ \t]*(?:#.*)?$")


def root_namespace(objects: Objects) -> str | None:
    """The root namespace of the mesh: `istio-system` where none is stated, None where two installations differ."""
    stated = set(_stated(objects))
    return None if len(stated) > 1 else next(iter(stated), DEFAULT)


def _stated(objects: Objects) -> Iterator[str]:
    installations = (
        *objects.of("install.istio.io", "IstioOperator"),
        *objects.of("sailoperator.io", "Istio"),
    )
    for installation in installations:
        spec = path(installation.bindings["object"], "spec")
        values = mapping(path(spec, "values"))
        root = (
            path(spec, "meshConfig", "rootNamespace")
            or path(values, "meshConfig", "rootNamespace")
            or path(values, "global", "istioNamespace")
        )
        if isinstance(root, str) and not has_variable(root):
            yield root
    for config in objects.of("core", "ConfigMap"):
        if name_of(config) == _CONFIG_MAP or name_of(config).startswith(f"{_CONFIG_MAP}-"):
            text = path(config.bindings["object"], "data", "mesh")
            if isinstance(text, str) and (found := _ROOT_LINE.search(text)):
                yield found[1]
