"""The kinds of Kubernetes objects that a chart which cannot be rendered may have, by the texts of its templates."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from scanner import documents
from scanner.errors import UnreadableError
from scanner.model import ANY_KIND
from scanner.rendering import chart_metadata, local_dependencies, named_kinds
from scanner.rendering.helm import Chart
from scanner.rendering.private_copy import PrivateCopy, SourceTree
from scanner.sources.markers import CHART

_ABOUT = (CHART, "requirements.yaml")


def kinds(chart: Chart, ground: SourceTree) -> tuple[str, ...]:
    """The kinds of the objects that a chart may have; ANY_KIND where a part of it is not here, or does not tell."""
    copy = PrivateCopy(ground)
    try:
        everything = dict(copy.take_folder(chart.folder or "."))
        local_dependencies.take(copy, chart.folder, chart_metadata.dependencies(everything, chart.folder))
        if not _is_whole(copy.contents, chart.folder):
            return (ANY_KIND,)
        return tuple(sorted(named_kinds.of_templates(_texts(copy.contents, chart)))) or (ANY_KIND,)
    except UnreadableError:
        return (ANY_KIND,)


def _is_whole(files: Mapping[str, bytes], folder: str) -> bool:
    """Whether all charts that a chart needs are among its files, as texts."""
    if any(name.endswith((".tgz", ".gz")) and "charts" in name.split("/") for name in files):
        return False
    tops = {f"{posixpath.dirname(name)}/".lstrip("/") for name in files if posixpath.basename(name) == CHART}
    needed = {f"{top}charts/{item.get('name')}/" for top in tops for item in chart_metadata.dependencies(files, top)}
    return folder in tops and needed <= tops


def _texts(files: Mapping[str, bytes], chart: Chart) -> Iterator[str]:
    for name, content in files.items():
        parts = name.removeprefix(chart.folder).split("/")
        if parts[-1] in _ABOUT or not {"templates", "crds"}.isdisjoint(parts[:-1]):
            yield documents.decode(content)
