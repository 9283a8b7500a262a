"""Which charts and overlays there are under the paths of a scan, and what becomes of each."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from scanner import sources
from scanner.errors import UnreadableError
from scanner.limits import DEFAULTS, Limits
from scanner.rendering import helm, kustomization, kustomize, programs
from scanner.rendering.helm import Chart
from scanner.rendering.kustomize import Overlay
from scanner.sources import Rendered, Scope
from scanner.workers import Workers

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Settings:
    """What charts are rendered with, and what rendering one thing may cost."""

    values: tuple[str, ...] = ()
    """Files of values for charts, of which a later one wins."""
    kubernetes: str = ""
    """The version of the cluster, for charts that ask for it."""
    limits: Limits = DEFAULTS


@dataclass(slots=True)
class Plan:
    """What is rendered, and what became of it."""

    charts: list[Chart] = field(default_factory=list)
    overlays: list[Overlay] = field(default_factory=list)
    named: frozenset[str] = frozenset()
    """Files that were named one by one."""
    done: dict[str, Rendered | str] = field(default_factory=dict)
    """What was rendered, or why it was not, by the file that makes a chart or an overlay known."""


def plan(where: Scope, settings: Settings) -> Plan:
    """Find and render what is under the paths of a scope, and what files that were named one by one are part of."""
    names = sources.names(where)
    named = names & {os.path.relpath(os.path.abspath(path), where.root) for path in where.paths}
    with sources.on_disk(where, settings.limits) as root:
        known = names.union(*(_markers_above(name, root) for name in named))
        charts = helm.charts(known)
        markers = sorted(name for name in known if posixpath.basename(name) in kustomization.NAMES)
        markers = [name for name in markers if not any(chart.holds(name) for chart in charts)]
        found = Plan(
            [it for it in charts if it.marker in names or any(map(it.holds, named))],
            [it for it in _overlays(markers, root, settings) if it.marker in names or not named.isdisjoint(it.parts)],
            named,
        )

        def render(thing: Chart | Overlay) -> Rendered | str | None:
            try:
                return thing.render(root, settings.values, settings.kubernetes)
            except UnreadableError as error:
                return error.message

        things: list[Chart | Overlay] = [*found.charts, *found.overlays]
        for thing, result in _each(things, render, lambda _, why: why, settings):
            if result is not None:
                found.done[thing.marker] = result
    return found


def _markers_above(name: str, root: str) -> Iterator[str]:
    """The files that make a chart or an overlay known in the folders above a file."""
    folder = name
    while folder:
        folder = posixpath.dirname(folder)
        for marker in (helm.NAME, *kustomization.NAMES):
            if os.path.isfile(os.path.join(root, folder, marker)):
                yield posixpath.join(folder, marker)


def _overlays(markers: Sequence[str], root: str, settings: Settings) -> list[Overlay]:
    """The kustomizations that no other one builds on."""

    def look(marker: str) -> Overlay | None:
        return kustomize.overlay(marker, root)

    found = [it for _, it in _each(markers, look, lambda marker, why: Overlay(marker, fault=why), settings) if it]
    used = {part for it in found for part in it.parts}
    return [it for it in found if it.marker not in used and not it.component]


def _each(
    tasks: Sequence[_Task],
    work: Callable[[_Task], _Result],
    failed: Callable[[_Task, str], _Result],
    settings: Settings,
) -> Iterator[tuple[_Task, _Result]]:
    """Each task with its result, worked on in processes that it may take down with it."""
    if not tasks:
        return
    number = min(len(tasks), len(os.sched_getaffinity(0)))
    workers = Workers(lambda task: iter((work(task),)), failed, number, settings.limits)
    with programs.scratch():
        for task, (result,) in workers.run([task] for task in tasks):
            yield task, result
