"""Overlays that cannot be built: the system and the namespace of the objects in their files.

Kustomize puts all objects of namespaces into the namespace that a kustomization states, whatever they state. So it is
known without a build, as long as nothing else may change it. Which further objects there are is not known.
"""

from __future__ import annotations

import json
import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from scanner.late import regex
from scanner.model import OF_UNBUILT
from scanner.rendering import local_part
from scanner.rendering.helm import Chart
from scanner.rendering.kustomization import NAMES, Kustomization, read
from scanner.rendering.kustomize import Overlay, marker_of
from scanner.rendering.private_copy import SourceTree
from scanner.sources import Home

_CHANGES = ("patches", "patchesJson6902", "patchesStrategicMerge", "replacements")
_NAMESPACE = regex(r"metadata[./]namespace\b")
"""A path in a patch or a replacement that changes a namespace."""


def homes(
    overlays: Sequence[Overlay], failed: Collection[str], charts: Iterable[Chart], ground: SourceTree
) -> dict[str, Home]:
    """Where the objects are of each file that only overlays use which could not be built, by the file."""
    if not failed:
        return {}
    rendered: defaultdict[str, set[str]] = defaultdict(set)
    for marker, path in ((chart.marker, release.path) for chart in charts for release in chart.releases):
        if posixpath.basename(path) in NAMES:
            rendered[path].add(marker)
    inner = {part for it in overlays for part in it.parts}
    users: defaultdict[str, list[Overlay]] = defaultdict(list)
    for top in (it for it in overlays if it.marker not in inner):
        for part in {top.marker, *top.parts}:
            users[part].append(top)
    for path, marker in ((path, marker) for path, markers in rendered.items() for marker in markers):
        users[marker] += [top for top in users.get(path, ()) if top not in users[marker]]
    told = {it.marker: _namespaces(it, rendered, ground) for it in overlays if it.marker in failed}
    several = [some for some in users.values() if len(some) > 1 and any(top.marker in failed for top in some)]
    shared = {top.marker: top for some in several for top in some}
    kinds = frozenset(_kinds(shared.values(), ground))
    unbuilt = {path: tops for path, tops in users.items() if tops and all(top.marker in failed for top in tops)}
    named = _named_by(unbuilt, ground)
    found: dict[str, Home] = {}
    for path, tops in unbuilt.items():
        spaces = {told[top.marker].get(path, "") for top in tops}
        system = tops[0].marker if len(tops) == 1 else named.get(path, "")
        namespace = spaces.pop() if len(spaces) == 1 else ""
        beside = kinds if any(top.marker in shared for top in tops) else frozenset[str]()
        found[path] = Home(system, namespace, beside=beside, accounts=_accounts(tops, ground))
    return found


def _named_by(names: Iterable[str], ground: SourceTree) -> dict[str, str]:
    """The kustomization that names each file, if only one does; a kustomization itself is its own."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for marker in sorted(name for name in names if posixpath.basename(name) in NAMES):
        users[marker] = {marker}
        it = ground.once(read, marker)
        for _, name in it.named() if it else ():
            if posixpath.basename(name) not in NAMES:
                users[name].add(marker)
    return {name: next(iter(some)) for name, some in users.items() if len(some) == 1}


def _namespaces(top: Overlay, rendered: Mapping[str, Collection[str]], ground: SourceTree) -> dict[str, str]:
    """The namespace of the objects of each file that an overlay is built of, where its text shows it."""
    every = top.kustomizations(ground)
    if any(_is_open(it, ground) for it in every.values()):
        return {}
    users: defaultdict[str, set[str]] = defaultdict(set)
    for marker, it in every.items():
        for role, name in it.named():
            if role in ("objects", "changes"):
                users[name if ground.is_file(name) else marker_of(ground, name)].add(marker)
        for chart in rendered.get(marker, ()):
            users[chart].add(marker)
    known: dict[str, frozenset[str]] = {}

    def of(name: str, within: frozenset[str]) -> frozenset[str]:
        """What the kustomizations that use a file say of its namespace, the outermost first."""
        if name in within:
            return frozenset()
        if name not in known:
            above = {space for user in users[name] for space in of(user, within | {name})} if name != top.marker else ()
            own = str(every[name].local.get("namespace") or "") if name in every else ""
            known[name] = frozenset(space or own for space in above or ("",))
        return known[name]

    return {name: next(iter(spaces)) for name in {*top.parts, *users} if len(spaces := of(name, frozenset())) == 1}


def _is_open(it: Kustomization, ground: SourceTree) -> bool:
    """Whether a kustomization may change namespaces in another way than by stating one."""
    if it.local.get("transformers") or (it.component and it.local.get("namespace")):
        return True
    stated = json.dumps([it.local.get(key) for key in _CHANGES], default=str)
    return bool(_NAMESPACE.search(stated)) or any(ground.once(_changes_it, name) for name in it.changes)


def _changes_it(_: str, content: bytes) -> bool:
    return bool(_NAMESPACE.search(content.decode("utf-8", "replace")))


def _kinds(tops: Iterable[Overlay], ground: SourceTree) -> Iterator[str]:
    """The kinds of objects that overlays may have."""
    for top in tops:
        yield OF_UNBUILT
        yield from top.makes
        for name in top.objects:
            yield from ground.once(_kinds_in, name)


def _kinds_in(name: str, content: bytes) -> frozenset[str]:
    return frozenset(value["kind"] for value in local_part.objects(name, content))


def _accounts(tops: Iterable[Overlay], ground: SourceTree) -> frozenset[tuple[str, str]]:
    """Name and stated namespace of each service account in the files of overlays."""
    return frozenset(found for top in tops for name in top.objects for found in ground.once(_accounts_in, name))


def _accounts_in(name: str, content: bytes) -> tuple[tuple[str, str], ...]:
    return tuple(_stated(name, content)) if b"ServiceAccount" in content else ()


def _stated(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    for value in local_part.objects(name, content):
        if value["kind"] == "ServiceAccount":
            yield str(value["metadata"]["name"]), str(value["metadata"].get("namespace") or "")
