"""Folders that only an object in a file which a kustomization lists in a comment tells a controller to apply."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from scanner.late import regex
from scanner.rendering.kustomization import NAMES

_OF_FLUX = regex(r" of (?:Bucket|ExternalArtifact|GitRepository|OCIRepository) ")
"""How the source of a path is called that an object of Flux names."""


class Named(Struct, frozen=True):
    """A folder that an object of Flux or Argo CD names as what it applies."""

    path: str
    """The file of the object."""
    folder: str
    """`.` for the root of the repository."""
    reason: str
    """What is said of it."""


def idle(named: Iterable[Named], commented: Collection[str], paths: Iterable[str]) -> frozenset[str]:
    """The folders that nothing applies, of those that objects in the `commented` files name.

    A folder above that is applied counts, unless a kustomization between the two decides what of it is applied.
    """
    listed: set[str] = set()
    others: list[Named] = []
    for each in named:
        if each.path in commented:
            listed.add(each.folder)
        else:
            others.append(each)
    if not listed:
        return frozenset()
    kustomized = {posixpath.dirname(path) or "." for path in paths if posixpath.basename(path) in NAMES}
    return frozenset(folder for folder in listed if not any(_applies(each, folder, kustomized) for each in others))


def _applies(other: Named, folder: str, kustomized: Collection[str]) -> bool:
    """Whether what applies a folder applies another one too.

    Flux takes a folder in which it finds a kustomization as that kustomization says, Argo CD only the one that it is
    given.
    """
    if folder in (other.folder, "."):
        return True
    between = list(_above(folder, other.folder))
    if not between:
        return False
    deciding = between if _OF_FLUX.search(other.reason) else between[-1:]
    return not any(each in kustomized for each in deciding)


def _above(folder: str, top: str) -> Iterator[str]:
    """The folders above one, up to another one that it is in; none where it is not in that."""
    if top != "." and not folder.startswith(f"{top}/"):
        return
    while folder != top:
        folder = posixpath.dirname(folder) or "."
        yield folder
