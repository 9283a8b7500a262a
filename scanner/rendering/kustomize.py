"""A folder with a kustomization -> what Kustomize builds of it."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass

from scanner.errors import UnreadableError
from scanner.rendering import programs
from scanner.rendering.kustomization import NAMES, Kustomization, read
from scanner.sources import Rendered

_NEEDS = "not assessed: needs kustomize or kubectl on PATH"


@dataclass(frozen=True, slots=True)
class Overlay:
    """A folder that Kustomize can build, with all that it builds on; files go by their names from the root."""

    marker: str
    """Its kustomization file."""
    component: bool = False
    """It is built into others only."""
    objects: frozenset[str] = frozenset()
    """Files of whole objects."""
    changes: frozenset[str] = frozenset()
    """Files that change objects, and the kustomizations it builds on."""
    sources: frozenset[str] = frozenset()
    """Files whose text is taken into objects."""
    fault: str = ""
    """Why it cannot be built."""

    @property
    def parts(self) -> frozenset[str]:
        """All files that are built into it."""
        return self.objects | self.changes | self.sources

    def render(self, root: str, *_: object) -> Rendered:
        """What it builds; raises UnreadableError with the reason where it cannot."""
        if self.fault:
            raise UnreadableError(self.fault)
        program = programs.find("kustomize", "kubectl")
        if program is None:
            raise UnreadableError(_NEEDS)
        verb = "kustomize" if os.path.basename(program) == "kubectl" else "build"
        text = programs.run((program, verb, os.path.join(root, posixpath.dirname(self.marker))), root)
        files = {name: programs.content(root, name) for name in sorted(self.objects | self.changes | {self.marker})}
        return Rendered("kustomize", ((self.marker, text),), files, self.changes)


def overlay(marker: str, root: str) -> Overlay | None:
    """What a kustomization builds on, through all the folders it names; None for a file that is none."""
    first = read(marker, programs.content(root, marker))
    if first is None:
        return None
    files: dict[str, set[str]] = {"objects": set(), "changes": set(), "sources": set()}
    pending, faults = {marker: first}, []
    met = {marker}
    while pending:
        here, it = pending.popitem()
        faults += [it.fault if here == marker else f"{here}: {it.fault}"] if it.fault else []
        for role, name in it.named():
            path = os.path.join(root, name)
            inner = _marker(root, name) if os.path.isdir(path) else ""
            if os.path.isfile(path):
                files[role].add(name)
            elif inner == marker:
                return Overlay(marker, fault=f"{here} builds on {marker}, which builds on it")
            elif inner and inner not in met:
                met.add(inner)
                pending[inner] = read(inner, programs.content(root, inner)) or Kustomization("", fault="builds nothing")
            elif not inner:
                faults.append(_missing(here, name))
    changes = files["changes"] | met - {marker}
    objects, sources = files["objects"] - changes, files["sources"]
    whole = (frozenset(objects), frozenset(changes), frozenset(sources))
    return Overlay(marker, first.component, *whole, faults[0] if faults else "")


def _marker(root: str, folder: str) -> str:
    """The kustomization file of a folder, empty where it has none."""
    names = (posixpath.normpath(posixpath.join(folder, name)) for name in NAMES)
    return next((name for name in names if os.path.isfile(os.path.join(root, name))), "")


def _missing(marker: str, named: str) -> str:
    return (
        f"{marker} builds on {named}, which is not here and is never fetched: "
        "build it where it can be, such as `kustomize build FOLDER | assay scan -`"
    )
