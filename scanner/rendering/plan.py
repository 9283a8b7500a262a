"""The charts and overlays under the paths of a scan, and the result of rendering each."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import sources
from scanner.cleanup import temporary_folder
from scanner.errors import UnreadableError
from scanner.limits import DEFAULTS, Limits
from scanner.model import ANY_KIND
from scanner.rendering import (
    applied_namespaces,
    chart_kinds,
    helm,
    kustomization,
    kustomize,
    releases,
    unbuilt,
    values_file,
)
from scanner.rendering.helm import Chart, Charts
from scanner.rendering.kept import Entry, KeptResults, Request
from scanner.rendering.kustomize import Overlay
from scanner.rendering.private_copy import SourceTree
from scanner.sources import NOWHERE, Home, RenderingResult, Scope
from scanner.sources.markers import MARKERS
from scanner.workers import Workers

"""Names of the files that make a chart or an overlay known."""
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
_Rendered: TypeAlias = tuple[RenderingResult | str | None, list[Entry], list[bytes]]
"""What was rendered or why it was not, and what is new and what was used of the cache."""


class RenderingSettings(Struct, frozen=True):
    """What charts are rendered with, and what rendering one thing may cost."""

    values: tuple[str, ...] = ()
    """Files of values for charts, of which a later one wins."""
    kubernetes: str = ""
    """The version of the cluster, for charts that ask for it."""
    limits: Limits = DEFAULTS
    cache: Path | None = None
    """The cache folder, if what was rendered before is taken from there."""
    together: tuple[tuple[str, ...], ...] | None = None
    """Compose files that a configuration names together, by absolute path; None where none are merged at all."""
    deploy_target: str = ""
    """Who deploys Compose files; empty where each file tells."""
    changed: Mapping[str, bytes] = field(default_factory=dict)
    """What files are taken to hold in place of what is on disk."""


class RenderingPlan(Struct):
    """What is rendered, and what became of it."""

    charts: Charts = field(default_factory=Charts)
    overlays: list[Overlay] = field(default_factory=list)
    names: frozenset[str] = frozenset()
    """All files of the scan."""
    named: frozenset[str] = frozenset()
    """Files that were named one by one."""
    done: dict[str, RenderingResult | str] = field(default_factory=dict)
    """What was rendered, or why it was not, by the file that makes a chart or an overlay known."""
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a chart that was not rendered, the kinds of objects that it may have."""
    using: dict[str, list[Overlay]] = field(default_factory=dict)
    """The overlays that a file is built into."""
    beside: dict[str, str] = field(default_factory=dict)
    """Folder that a kustomization takes files from -> that kustomization; it could use the others too."""
    commented: dict[str, str] = field(default_factory=dict)
    """File that kustomizations list in comments only -> one of these."""
    kustomized: frozenset[str] = frozenset()
    """Folders of kustomizations, also of those that cannot be built and of which nothing is here."""
    elsewhere: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    """Kustomization file -> (line, what it names there that is not among the scanned files)."""

    homes: dict[str, Home] = field(default_factory=dict)
    """Where the objects are of files that only overlays name which could not be built."""

    def add(self, some: Sequence[Overlay]) -> None:
        """Add overlays that are to be built."""
        self.overlays += some
        for overlay in some:
            for part in overlay.parts:
                self.using.setdefault(part, []).append(overlay)
            for path, line, what in overlay.elsewhere:
                self.elsewhere.setdefault(path, set()).add((line, what))

    def makes(self, marker: str) -> tuple[str, ...]:
        """The kinds of objects that a chart or an overlay may have beside those of its files, which are read."""
        made = (it.makes for it in self.overlays if it.marker == marker)
        return self.kinds.get(marker) or next(made, (ANY_KIND,))

    def opens(self, marker: str) -> tuple[str, ...]:
        """The kinds of objects that an overlay may have from elsewhere."""
        return next((it.opens for it in self.overlays if it.marker == marker), ())

    def home(self, path: str) -> Home:
        """Where the objects of a chart are, or of a file that only overlays name which could not be built."""
        known = self.homes.get(path, NOWHERE)
        chart = self.charts.of(path)
        if known.namespace or not chart or not chart.namespace:
            return known
        return replace(known, namespace=chart.namespace, fills=True)

    def failed(self) -> set[str]:
        """The overlays that could not be built."""
        return {it.marker for it in self.overlays if not isinstance(self.done.get(it.marker), RenderingResult)}


def plan(where: Scope, settings: RenderingSettings) -> RenderingPlan:
    """Find and render what is under the paths of a scope, and what files that were named one by one are part of.

    Raises UsageError for a file of values that is not one.
    """
    names = sources.names(where)
    named = names & {os.path.relpath(os.path.abspath(path), where.root) for path in where.paths}
    values = [values_file.read(path) for path in settings.values]
    if where.tree and not where.tree.holds(MARKERS):
        return RenderingPlan(names=names, named=named)  # the files need not be written to a folder
    with sources.on_disk(where, settings.limits) as (root, boundary):
        place = "" if where.tree else root
        ground = SourceTree(root, boundary, settings.limits, place=place, names=sorted(names), changed=settings.changed)
        known = names.union(*(_markers_above(name, ground) for name in named))
        charts = helm.charts(known)
        markers = sorted(name for name in known if posixpath.basename(name) in kustomization.NAMES)
        markers = [name for name in markers if not charts.holding(name)]
        deployed = releases.releases(names, (it.marker for it in charts.all), ground)
        every = _overlays(markers, ground, settings)
        found = RenderingPlan(
            Charts(
                replace(it, releases=tuple(deployed.get(it.marker, ())))
                for it in charts.all
                if it.marker in names or any(map(it.holds, named))
            ),
            names=names,
            named=named,
            beside=_folders_of(every),
            commented=_commented(every),
            kustomized=frozenset(posixpath.dirname(it.marker) for it in every),
        )
        tops = partial(_tops, every, found, names)
        applied = applied_namespaces.namespaces(names, ground) if every or charts.all else {}
        found.homes = {path: Home(namespace=space, fills=True) for path, space in applied.items()}
        if found.charts.all or tops():
            _render(found, tops, ground, values, settings, KeptResults(settings.cache, where.tops))
            built = unbuilt.homes(found.overlays, found.failed(), found.charts.all, ground)
            found.homes |= {**dict(_of_overlays(found)), **dict(_with_applied(built, applied))}
    return found


def _with_applied(built: Mapping[str, Home], applied: Mapping[str, str]) -> Iterator[tuple[str, Home]]:
    """Files of overlays that cannot be built, with the namespace that an object gives the overlay if it states none."""
    for path, home in built.items():
        given = applied.get(home.system, "") if not home.namespace else ""
        yield path, replace(home, namespace=given, fills=True) if given else home


def _of_overlays(found: RenderingPlan) -> Iterator[tuple[str, Home]]:
    """Each chart that objects of one overlay deploy, and no others: what it gives is of the system of this overlay."""
    for chart in found.charts.all:
        users = [{it.marker for it in found.using.get(release.path, ())} for release in chart.releases]
        tops = set[str]().union(*users)
        if all(users) and len(tops) == 1 and (top := tops.pop()) not in found.failed():
            yield chart.marker, Home(top, beside=frozenset(found.opens(top)))


def _tops(every: Sequence[Overlay], found: RenderingPlan, names: Collection[str]) -> list[Overlay]:
    """The overlays that no other one builds on, without those that were tried before.

    What builds on an overlay that could not be built does not count: its bases are built by themselves.
    """
    failed, tried = found.failed(), {it.marker for it in found.overlays}
    if kustomize.NEEDS in found.done.values():
        return []
    used = {part for it in every if it.marker not in failed for part in it.parts}
    tops = [it for it in every if it.marker not in used and it.marker not in tried and not it.component]
    return [it for it in tops if it.marker in names or not found.named.isdisjoint(it.parts)]


def _render(
    found: RenderingPlan,
    next_tops: Callable[[], list[Overlay]],
    ground: SourceTree,
    values: Sequence[bytes],
    settings: RenderingSettings,
    kept: KeptResults,
) -> None:
    """Render what was found, from copies that are gone afterwards, also where a worker had to be ended."""
    with temporary_folder() as copies:
        place = replace(ground, copies=copies)
        request = Request(_written(values, copies), settings.kubernetes, kept)

        def render(thing: Chart | Overlay) -> _Rendered:
            try:
                return thing.render(place, request), *kept.taken()
            except UnreadableError as error:
                return error.message, *kept.taken()

        every_new: list[Entry] = []
        every_used: list[bytes] = []
        tops, charts = next_tops(), found.charts.all
        while tops or charts:
            found.add(tops)
            large_first = sorted(tops, key=lambda overlay: len(overlay.parts), reverse=True)
            things: list[Chart | Overlay] = [*large_first, *charts]  # so that no process works alone at the end
            for thing, (result, new, used) in _each(things, render, lambda _, why: (why, [], []), settings):
                every_new += new
                every_used += used
                if result is not None:
                    found.done[thing.marker] = result
                if isinstance(result, str) and isinstance(thing, Chart):
                    found.kinds[thing.marker] = chart_kinds.kinds(thing, place)
            tops, charts = next_tops(), []
        kept.keep(every_new, every_used)


def _written(values: Sequence[bytes], folder: str) -> dict[str, bytes]:
    """Files of values in a folder of our own, with their content."""
    found = {}
    for number, content in enumerate(values):
        path = os.path.join(folder, f"values-{number}.yaml")
        with open(path, "xb") as file:
            file.write(content)
        found[path] = content
    return found


def _markers_above(name: str, ground: SourceTree) -> Iterator[str]:
    """The files that make a chart or an overlay known in the folders above a file."""
    folder = name
    while folder:
        folder = posixpath.dirname(folder)
        for marker in sorted(MARKERS):
            if ground.is_file(posixpath.join(folder, marker)):
                yield posixpath.join(folder, marker)


def _overlays(markers: Sequence[str], ground: SourceTree, settings: RenderingSettings) -> list[Overlay]:
    """All kustomizations."""

    def look(marker: str) -> Overlay | None:
        return kustomize.overlay(marker, ground)

    each = _each(markers, look, lambda marker, why: Overlay(marker, fault=why), settings)
    return [found for _, found in each if found]


def _folders_of(overlays: Sequence[Overlay]) -> dict[str, str]:
    """The folders that kustomizations take files from, with one of these; its own comes first."""
    known = [it for it in overlays if it.parts or not it.fault]
    folders = {posixpath.dirname(it.marker): it.marker for it in known}
    for it in known:
        for part in it.objects | it.changes:
            folders.setdefault(posixpath.dirname(part), it.marker)
    return folders


def _commented(overlays: Sequence[Overlay]) -> dict[str, str]:
    """The files that no kustomization lists other than in a comment, each with one that does so."""
    listed = frozenset().union(*(it.parts | it.further for it in overlays))
    return {name: it.marker for it in overlays for name in it.commented if name not in listed}


def _each(
    tasks: Sequence[_Task],
    work: Callable[[_Task], _Result],
    failed: Callable[[_Task, str], _Result],
    settings: RenderingSettings,
) -> Iterator[tuple[_Task, _Result]]:
    """Each task with its result, worked on in processes that it may take down with it."""
    if not tasks:
        return
    number = min(len(tasks), len(os.sched_getaffinity(0)))
    workers = Workers(lambda task: iter((work(task),)), failed, number, settings.limits)
    for task, (result,) in workers.run([task] for task in tasks):
        yield task, result
