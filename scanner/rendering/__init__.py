"""Charts and overlays under the paths of a scan -> what Helm and Kustomize make of them, in place of their parts.

A chart or an overlay is known by the names of its files, before any is read. Each is rendered in a worker, as any
other input is read, so that a hostile one costs itself alone. Its parts are assessed as rendered. Where it cannot be
rendered, whole objects among its parts are read as they are; parts that are not a whole object are not read.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator

from msgspec.structs import replace

from scanner import sources
from scanner.documents import Document, Fault
from scanner.limits import DEFAULTS, Limits
from scanner.places import Location
from scanner.rendering import compose_files, compose_names, expected_objects, named_kinds
from scanner.rendering.helm import Chart
from scanner.rendering.plan import RenderingPlan, RenderingSettings, plan
from scanner.rendering.unused_objects import OF_VALUES
from scanner.sources import (
    File,
    RenderedFile,
    RenderingInput,
    RenderingResult,
    Scope,
    SkippedFile,
    Source,
    UnreadableFile,
)

_STACK = "stack"
"""Where `docker stack deploy` deploys, which merges no file by itself."""
__all__ = ["RenderingSettings", "built", "collect", "documents", "objects"]


def documents(rendered: RenderingResult, limits: Limits = DEFAULTS) -> Iterator[Document | Fault]:
    """The documents of what was rendered, and a fault for each part that cannot be read."""
    from scanner.rendering import source_locations  # most scans render nothing

    return source_locations.documents(rendered, limits)


def objects(rendered: RenderingResult, limits: Limits = DEFAULTS) -> dict[str, Location]:
    """Where a person would mend each object that was rendered, by `KIND.NAMESPACE.NAME`."""
    from scanner.rendering import source_locations

    return source_locations.objects(rendered, limits)


def built(where: Scope, settings: RenderingSettings) -> Iterator[RenderedFile | UnreadableFile]:
    """What is rendered of the charts and overlays under the paths of a scope, without any other file."""
    for marker, result in sorted(plan(where, settings).done.items()):
        if isinstance(result, str):
            yield UnreadableFile(marker, result)
        else:
            yield RenderedFile(marker, result.files.get(marker, b""), result)


def collect(where: Scope, settings: RenderingSettings) -> Iterator[Source]:
    """Every file under the paths of a scope, with what is rendered of charts and overlays, and merged Compose files."""
    found = plan(where, settings)
    root = os.path.abspath(where.root)
    together = [tuple(os.path.relpath(path, root) for path in paths) for paths in settings.together or ()]
    named = compose_names.find(where, found.names, together, settings.limits)
    some = expected_objects.marked(map(named.told, _collected(where, settings, found)), where)
    if settings.together is None:
        return some
    automatic = settings.deploy_target != _STACK
    return compose_files.merged(some, found.names, together, automatic=automatic)


def _collected(where: Scope, settings: RenderingSettings, found: RenderingPlan) -> Iterator[Source]:
    if not found.done and not found.beside and not found.homes:
        yield from sources.collect(where, settings.limits)
        return
    met = set()
    for source in sources.collect(where, settings.limits):
        met.add(source.path)
        yield _placed(source, found) if isinstance(source, File) else source
    for marker in sorted(found.done.keys() - met):  # only a part of it was named
        result = found.done[marker]
        content = result.files[marker] if isinstance(result, RenderingResult) else b""
        yield _placed(File(marker, content), found)


def _placed(file: File, found: RenderingPlan) -> Source:
    """A file with what was rendered from it, or with what it is a part of."""
    home = found.home(file.path)
    if file.path in found.done:
        result = found.done[file.path]
        if isinstance(result, str):
            system = home.system or file.path
            return UnreadableFile(file.path, result, found.makes(file.path), system)
        texts = tuple(item for item in result.texts if not found.named or item[0] in {*found.named, file.path})
        return RenderedFile(
            *(file.path, file.content, replace(result, texts=texts), _elsewhere(file, found), found.opens(file.path)),
            home,
        )
    chart = _chart_of(file, found)
    whole = found.done.get(chart.marker) if chart else None
    own = _of_chart(file, chart, whole) if chart and whole is not None else None
    if own:
        return own
    placed = _of_overlays(file, found)
    beside = _beside_chart(file, found)
    return replace(placed, unused=beside) if beside and isinstance(placed, File) and not placed.unused else placed


def _beside_chart(file: File, found: RenderingPlan) -> str:
    """The chart in whose folder Helm does not use a file; one for the whole tree says nothing of other folders."""
    around = next(reversed(found.charts.around(file.path)), None)
    if not around or not isinstance(found.done.get(around.marker), RenderingResult) or file.path in found.using:
        return ""
    top = posixpath.dirname(around.marker)
    return around.marker if top or not posixpath.dirname(file.path) or around.holds(file.path) else ""


def _of_chart(file: File, chart: Chart, whole: RenderingResult | str) -> Source | None:
    """A file of a chart; None where it is to be assessed by itself."""
    if isinstance(whole, str):
        template = b"{{" in file.content
        return SkippedFile(file.path, f"a template of {chart.marker}, which is not rendered") if template else None
    if file.path in whole.apart:
        return None
    if file.path in whole.lost:
        return _lost(file, chart, whole.lost[file.path])
    if chart.templates(file.path) and file.path not in {path for path, _ in whole.texts}:
        return SkippedFile(file.path, f"renders no object with the values of {chart.marker}")
    return RenderingInput(file.path, file.content, f"rendered with {chart.marker}")


def _lost(file: File, chart: Chart, why: str) -> UnreadableFile:
    """A file of a chart of which it is not known what comes; values give objects of their chart alone."""
    text = file.content.decode("utf-8", "replace")
    if chart.templates(file.path):
        return UnreadableFile(file.path, why, tuple(sorted(named_kinds.of_template(text))), chart.marker)
    kinds = tuple(sorted(named_kinds.of_text(text)))
    return UnreadableFile(file.path, why, kinds, chart.marker if why.startswith(OF_VALUES) else "")


def _chart_of(file: File, found: RenderingPlan) -> Chart | None:
    """The chart that a file belongs to; templates belong to the chart of their folder."""
    holding = found.charts.holding(file.path)
    if holding or b"{{" not in file.content:
        return holding
    return next(reversed(found.charts.around(file.path)), None)


def _of_overlays(file: File, found: RenderingPlan) -> Source:
    using = found.using.get(file.path, ())
    done = [(overlay, whole) for overlay in using if isinstance(whole := found.done[overlay.marker], RenderingResult)]
    if done and all(file.path in whole.apart for _, whole in done):
        from scanner.rendering.unused_objects import unused_by_all

        unused = unused_by_all(whole.apart[file.path] for _, whole in done)
        return replace(file, own=unused, unused=done[0][0].marker)
    if done and all(file.path in whole.fragments for _, whole in done):
        return SkippedFile(
            file.path, f"a fragment: what it changes is not among the scanned files ({done[0][0].marker})"
        )
    for overlay, whole in done:
        if file.path not in {*whole.apart, *whole.fragments}:
            built = f"built into {overlay.marker}"
            return RenderingInput(file.path, file.content, built, _elsewhere(file, found))
    if changed := [it for it in using if file.path in it.changes]:
        return SkippedFile(file.path, f"a part of {changed[0].marker}, which is not built")
    if using:
        return replace(file, home=found.home(file.path))
    folder = posixpath.dirname(file.path)
    patch = any(each in found.beside or each in found.kustomized for each in _above(folder))
    commented = found.commented.get(file.path, "")
    beside, home = commented or found.beside.get(folder, ""), found.home(file.path)
    return replace(file, unused=beside, commented=commented, patch=patch, home=home)


def _above(folder: str) -> Iterator[str]:
    """A folder and those that it is in; the root, which holds everything, only if nothing else does."""
    yield folder
    while folder := posixpath.dirname(folder):
        yield folder


def _elsewhere(file: File, found: RenderingPlan) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(found.elsewhere.get(file.path, ())))
