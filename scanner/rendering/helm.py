"""Helm charts -> what their templates give with the chart's own values, and further ones where they are named."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scanner import documents
from scanner.documents import Fault
from scanner.errors import UnreadableError
from scanner.foreign_errors import complaint
from scanner.rendering import programs
from scanner.sources import Rendered

NAME = "Chart.yaml"
_PARTS = ("templates/", "crds/", "charts/")
_NEEDS = "not assessed: needs helm on PATH, or the extra: pip install 'assay-compliance[helm]'"
_SOURCE = re.compile(r"^# Source: [^/\n]+/(.+)\n", re.MULTILINE)
_LONGEST_NAME = 53
_NOT_RENDERED = ("NOTES.txt", ".tpl")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that is no part of another one."""

    marker: str
    """Its Chart.yaml."""

    @property
    def folder(self) -> str:
        """Relative to the root of the scan, with a slash at its end; empty for the root itself."""
        return self.marker.removesuffix(NAME)

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

    def render(self, root: str, values: Sequence[str], kubernetes: str) -> Rendered | None:
        """What its templates give; None for a file that says of no chart.

        Raises UnreadableError with the reason where Helm cannot tell.
        """
        about = _about(programs.content(root, self.marker), self.marker)
        if not about.get("name"):
            return None
        if "dependencies" not in about:
            about |= _about(programs.content(root, f"{self.folder}requirements.yaml"), "requirements.yaml")
        files = dict(self._files(root))
        if about.get("type") == "library":
            return Rendered("helm", (), files)
        folder = os.path.join(root, self.folder)
        _refuse_incomplete(folder, about)
        name = str(about.get("name", ""))[:_LONGEST_NAME].rstrip("-.") or "release-name"
        program = programs.find("helm")
        if program:
            given = [argument for file in values for argument in ("--values", os.path.abspath(file))]
            text = programs.run(
                (program, "template", name, folder, "--include-crds", "--kube-version", kubernetes, *given), root
            )
            rendered = list(_sections(text))
        else:
            rendered = list(_by_library(root, folder, name, values))
        named = {str(item.get("alias")): str(item.get("name")) for item in _dependencies(about) if item.get("alias")}
        found = tuple((self._origin(inner, files, named), text) for inner, text in rendered if text.strip())
        return Rendered("helm", found, files)

    def _files(self, root: str) -> Iterator[tuple[str, bytes]]:
        """The texts that a finding may point into; a link that leads out of the scan is refused."""
        top = os.path.realpath(root)
        for folder, _, names in os.walk(os.path.join(root, self.folder)):
            for name in sorted(names):
                path = os.path.join(folder, name)
                shown = posixpath.normpath(os.path.relpath(path, root))
                if os.path.islink(path) and not os.path.realpath(path).startswith(top + os.sep):
                    raise UnreadableError(f"{shown} is a link to what lies outside")
                if self.holds(shown) or shown == self.marker:
                    yield shown, programs.content(root, shown)

    def _origin(self, inner: str, files: dict[str, bytes], named: dict[str, str]) -> str:
        """The file that a template's text is shown at: the chart's own where it came out of an archive."""
        first, _, rest = inner.removeprefix("charts/").partition("/")
        if inner.startswith("charts/") and first in named:
            inner = f"charts/{named[first]}/{rest}"
        return self.folder + inner if self.folder + inner in files else self.marker


def charts(names: Iterable[str]) -> list[Chart]:
    """The charts among files, without those that are part of another."""
    found: list[Chart] = []
    for marker in sorted((name for name in names if posixpath.basename(name) == NAME), key=len):
        if not any(other.holds(marker) for other in found):
            found.append(Chart(marker))
    return found


def _about(content: bytes, marker: str) -> dict[str, Any]:
    part = next(iter(documents.read(marker, documents.decode(content))), None)
    if isinstance(part, Fault):
        raise UnreadableError(f"{part.message} at line {part.line}")
    return part.root.value if part and isinstance(part.root.value, dict) else {}


def _dependencies(about: dict[str, Any]) -> list[dict[str, Any]]:
    listed = about.get("dependencies")
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _refuse_incomplete(folder: str, about: dict[str, Any]) -> None:
    """Helm renders no chart whose dependencies are not in `charts/`, and Assay fetches none."""
    inside = os.path.join(folder, "charts")
    present = os.listdir(inside) if os.path.isdir(inside) else []
    for item in _dependencies(about):
        name = str(item.get("name", ""))
        if not any(each == name or each.startswith(f"{name}-") for each in present):
            raise UnreadableError(f"not assessed: its dependency {name} is not here: run `helm dependency build` first")


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """(path within the chart, text) of each document that `helm template` prints."""
    found = list(_SOURCE.finditer(text))
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(text)
        yield match[1], text[match.end() : end].removesuffix("---\n")


def _by_library(root: str, folder: str, name: str, values: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The same through Helm as a library, which lives in this process as long as the process does."""
    try:
        import helm_python
    except ImportError:
        raise UnreadableError(_NEEDS) from None
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # it warns there of values that it does not use
    try:
        merged: dict[str, Any] = {}
        for file in values:
            with open(file, encoding="utf-8") as opened:
                _merge(merged, helm_python.values_from_yaml(opened.read()))
        with helm_python.Chart.load(folder) as chart:
            crds = [(str(item["filename"]), str(item["data"])) for item in chart.crds]
            rendered = chart.render(merged, name=name)
    except helm_python.HelmError as error:
        raise UnreadableError(f"helm: {complaint(str(error), root)}") from None
    for path, text in (*crds, *sorted(rendered.items())):
        if not path.endswith(_NOT_RENDERED):
            yield path.partition("/")[2], text


def _merge(into: dict[str, Any], values: dict[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
