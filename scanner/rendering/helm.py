"""Helm charts -> what their templates give with the chart's own values, and further ones where they are named."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner import found_programs
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits
from scanner.rendering import (
    archived,
    chart_metadata,
    failing_templates,
    generated_values,
    helm_ignore,
    helm_library,
    local_dependencies,
    programs,
    unused_objects,
    values_schema,
)
from scanner.rendering.kept import Asked, Request
from scanner.rendering.private_copy import PrivateCopy, SourceTree
from scanner.rendering.release_namespace import PLACEHOLDER, left_open
from scanner.rendering.releases import MOST, Release
from scanner.sources import RenderingResult, markers

NAME = markers.CHART
_PARTS = ("templates/", "crds/", "charts/")
_PACKAGE = b"helm.sh/helm/"
"""The package in Go that renders charts."""
_SOURCE = regex(r"^# Source: [^/\n]+/(.+)\n", re.MULTILINE)
_LONGEST_NAME = 53
_NO_NAME = regex(r"[^a-z0-9.-]")
_DOTS = regex(r"-*\.[-.]*")


class Chart(Struct, frozen=True):
    """A chart that is not part of another one."""

    marker: str
    """Its Chart.yaml."""
    releases: tuple[Release, ...] = ()
    """How objects deploy it; with its own values if none does."""

    @property
    def folder(self) -> str:
        """Relative to the root of the scan, with a slash at its end; empty for the root itself."""
        return self.marker.removesuffix(NAME)

    @property
    def namespace(self) -> str:
        """Where all objects that deploy it install it; empty where they do not say the same."""
        stated = {each.namespace for each in self.releases}
        return stated.pop() if len(stated) == 1 else ""

    def holds(self, name: str) -> bool:
        """Whether a file is rendered with the chart or decides what is."""
        inner = name.removeprefix(self.folder)
        return name.startswith(self.folder) and (inner.startswith(_PARTS) or inner in ("values.yaml", "values.yml"))

    def templates(self, name: str) -> bool:
        """Whether a file is one that objects are rendered from."""
        inner = name.removeprefix(self.folder)
        return (
            self.holds(name)
            and bool({"templates", "crds"}.intersection(inner.split("/")[:-1]))
            and inner.endswith((".yaml", ".yml"))
        )

    def render(self, ground: SourceTree, request: Request) -> RenderingResult | None:
        """The rendered templates; None for a file that is not a chart.

        Raises UnreadableError with the reason where Helm fails.
        """
        if len(self.releases) > MOST:
            raise UnreadableError(f"not assessed: more than {MOST} objects deploy it; `helm template` renders each")
        metadata = [ground.content(self.marker)]
        about = chart_metadata.about(metadata[0], self.marker)
        if not about.get("name"):
            return None
        if unused_objects.whole_objects(self.marker, metadata[0], ground.limits):
            raise UnreadableError(
                "not assessed: it contains a Kubernetes object in addition to the metadata of a chart"
            )
        if "dependencies" not in about:
            metadata.append(ground.content(f"{self.folder}requirements.yaml"))
            about |= chart_metadata.about(metadata[1], "requirements.yaml")
        copy = PrivateCopy(ground)
        everything = dict(copy.take_folder(self.folder or "."))
        files = {name: text for name, text in everything.items() if self.holds(name) or name == self.marker}
        beside = local_dependencies.take(copy, self.folder, chart_metadata.listed(about))
        files |= beside.files
        plain = RenderingResult("helm", (), files, by=tuple(sorted({each.path for each in self.releases})))

        library = about.get("type") == "library"

        attempt = failing_templates.Attempt(copy.place(self.folder))

        def render() -> tuple[tuple[str, str], ...]:
            for name, content in (everything | beside.files).items():
                values_schema.refuse_outside(name, content)
            return () if library else tuple(self._rendered(copy, about, request, files, beside.placed, attempt))

        def examine(texts: tuple[tuple[str, str], ...]) -> RenderingResult:
            left = self._left(everything, {path for path, _ in texts}, ground.limits, library=library)
            given = {*request.values.values(), *(each for release in self.releases for each in release.values)}
            lost = {name: why for name, why in left.lost.items() if everything[name] not in given}
            failed = {self.folder + inner: why for inner, why in attempt.failed.items()}
            apart = {name: content for name, content in left.apart.items() if name not in failed}
            return replace(plain, texts=texts, apart=apart, lost=lost | failed)

        return request.kept.once(
            copy, plain, self._asked(metadata, everything | beside.inner, request), render, examine
        )

    def _asked(self, metadata: Sequence[bytes], everything: Mapping[str, bytes], request: Request) -> Asked:
        program = found_programs.find("helm")
        identity = programs.identity(program) if program else helm_library.identity()

        def same_each_time() -> bool:
            from scanner.rendering import repeatable

            inner = {name.removeprefix(self.folder): content for name, content in everything.items()}
            again = programs.identity(program) if program else helm_library.identity()
            whole = not program or programs.holds(program, _PACKAGE)
            return again == identity and whole and repeatable.repeats(inner)

        contents = (hashlib.sha256(content).hexdigest() for content in (*metadata, *request.values.values()))
        how = ("helm", self.marker, len(metadata), *contents, request.kubernetes, *map(_told, self.releases))
        return Asked(identity, how, same_each_time)

    def _rendered(
        self,
        copy: PrivateCopy,
        about: dict[str, Any],
        request: Request,
        files: Collection[str],
        placed: Mapping[str, str],
        attempt: failing_templates.Attempt,
    ) -> Iterator[tuple[str, str]]:
        """(file that it is shown at, text) of each template that gives something."""
        copy.write()
        folder, root = copy.place(self.folder), copy.ground.root
        _refuse_incomplete(folder, about, shlex.quote(self.folder.rstrip("/") or "."))
        program = found_programs.find("helm")
        rendered: list[tuple[str, str]] = []
        for number, each in enumerate(self.releases or (Release("", "", ()),)):
            name = _release({"name": each.name or about.get("name", "")})
            values = (*_in_files(copy, number, each.values), *request.values)
            namespace = each.namespace or PLACEHOLDER
            options = ("--kube-version", request.kubernetes, *(() if number else ("--include-crds",)))
            once = partial(_once, program, options, root, copy, folder, (name, namespace), values)
            sections = attempt.without_failing(partial(generated_values.left_out_of, once, copy.contents))
            rendered += ((path, left_open(text)) for path, text in sections)
        named = {
            str(item.get("alias")): str(item.get("name")) for item in chart_metadata.listed(about) if item.get("alias")
        }
        for inner, text in rendered:
            if text.strip():
                origin = placed.get(self.folder + inner) or self._origin(inner, files, named)
                yield origin, archived.noted(inner, text) if origin == self.marker else text

    def _left(
        self, files: Mapping[str, bytes], used: Collection[str], limits: Limits, *, library: bool
    ) -> unused_objects.UnusedObjects:
        """What of its files Helm does not render, and why."""
        ignored = helm_ignore.ignores(files.get(self.folder + helm_ignore.NAME, b""))

        def why(name: str) -> str:
            if library:
                return f"not assessed: a template of {self.marker}, a library chart, which Helm does not render"
            if ignored(name.removeprefix(self.folder)):
                return f"not assessed: a template of {self.marker} that {helm_ignore.NAME} hides from Helm"
            return ""

        return unused_objects.unused_in_chart(files, used, (self.holds, self.templates), why, limits)

    def _origin(self, inner: str, files: Collection[str], named: dict[str, str]) -> str:
        """The file that a template's text is shown at: the chart's own where it came out of an archive."""
        first, _, rest = inner.removeprefix("charts/").partition("/")
        if inner.startswith("charts/") and first in named:
            inner = f"charts/{named[first]}/{rest}"
        return self.folder + inner if self.folder + inner in files else self.marker


class Charts:
    """Charts by their folders: which of them a file belongs to."""

    def __init__(self, some: Iterable[Chart] = ()) -> None:
        self.all = list(some)
        self._by_folder = {chart.folder: chart for chart in self.all}

    def add(self, chart: Chart) -> None:
        """Add a chart."""
        self.all.append(chart)
        self._by_folder[chart.folder] = chart

    def of(self, marker: str) -> Chart | None:
        """The chart that a file makes known."""
        folder, _, name = marker.rpartition("/")
        return self._by_folder.get(f"{folder}/" if folder else "") if name == NAME else None

    def around(self, name: str) -> list[Chart]:
        """The charts whose folders a file is in, the outermost first."""
        ends = [0, *(place + 1 for place, letter in enumerate(name) if letter == "/")]
        return [self._by_folder[name[:end]] for end in ends if name[:end] in self._by_folder]

    def holding(self, name: str) -> Chart | None:
        """The chart that a file is rendered with, or that it decides about; the outermost of several."""
        return next((chart for chart in self.around(name) if chart.holds(name)), None)


def charts(names: Iterable[str]) -> Charts:
    """The charts among files, without those that are part of another."""
    found = Charts()
    for marker in sorted((name for name in names if posixpath.basename(name) == NAME), key=len):
        if not found.holding(marker):
            found.add(Chart(marker))
    return found


def _told(release: Release) -> tuple[str, ...]:
    return (
        release.path,
        release.name,
        release.namespace,
        *(hashlib.sha256(content).hexdigest() for content in release.values),
    )


def _in_files(copy: PrivateCopy, number: int, values: Sequence[bytes]) -> list[str]:
    """Values of a release, written beside the copy of the chart."""
    found = []
    for part, content in enumerate(values):
        found.append(os.path.join(copy.folder, f"release-{number}-{part}.yaml"))
        with open(found[-1], "xb") as file:
            file.write(content)
    return found


def _release(about: dict[str, Any]) -> str:
    """The name of the release: that of the chart, without letters that Helm refuses in names of releases."""
    given = str(about.get("name", ""))
    name = _NO_NAME.sub("-", given.lower())[:_LONGEST_NAME].strip("-.")
    return "release-name" if given.startswith("-") else _DOTS.sub(".", name) or "release-name"


def _refuse_incomplete(folder: str, about: dict[str, Any], shown: str) -> None:
    """Helm renders no chart whose dependencies are not in `charts/`, and Assay fetches none."""
    inside = os.path.join(folder, "charts")
    present = os.listdir(inside) if os.path.isdir(inside) else []
    for item in chart_metadata.listed(about):
        name = str(item.get("name", ""))
        if not any(each == name or each.startswith(f"{name}-") for each in present):
            raise UnreadableError(
                f"not assessed: its dependency {name} is missing: run `helm dependency build {shown}` first"
            )


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """(path within the chart, text) of each document that `helm template` prints."""
    found = list(_SOURCE.finditer(text))
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(text)
        yield match[1], text[match.end() : end].removesuffix("---\n")


def _once(
    program: str | None,
    options: Sequence[str],
    root: str,
    copy: PrivateCopy,
    folder: str,
    release: tuple[str, str],
    values: Sequence[str],
) -> list[tuple[str, str]]:
    """(path within the chart, text) of each document that a release gives, by the program or by the library."""
    if not program:
        return list(helm_library.render(root, copy, folder, release, values))
    name, namespace = release
    given = [argument for file in values for argument in ("--values", file)]
    command = (program, "template", name, folder, "--namespace", namespace, *options, *given)
    return list(_sections(programs.run(command, root, copy.folder)))
