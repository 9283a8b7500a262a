"""A kustomization file -> what it builds on. Only what lies here may be built: Kustomize would fetch the rest."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from scanner import documents
from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.marks import line_of
from scanner.rendering.addresses import is_elsewhere
from scanner.rendering.remote_contents import divided, without_remote
from scanner.sources import markers

NAMES = markers.KUSTOMIZATIONS
_GROUP = "kustomize.config.k8s.io/"
_OBJECTS = ("resources", "bases", "components", "crds")
_LISTED = ("generators", "transformers", "validators", "configurations", "patchesStrategicMerge")
_IN_PATH = ("patches", "patchesJson6902", "replacements")
_LONGEST_NAME = 1000
GENERATED = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
"""The lists of generators, with the kind of object that each makes."""
_LOADS = frozenset(name.lower() for name in (*_OBJECTS, *_LISTED, *_IN_PATH, *GENERATED, "openapi"))
_WORDS = frozenset({"patch", "jsonop", "literals", "options", "metadata", "annotations", "labels"})
"""Keys, in small letters, of what is taken as text or data and never as the name of a file."""
_OWN = (None, "", "builtin", f"{_GROUP}v1beta1")
"""Versions of what configures Kustomize itself."""
_ADDRESS = regex(r"\s*+(?:[^=\n]*+=\s*+)?(https?://\S*)", re.IGNORECASE)
_IN_PART = "the whole objects among its files are assessed as they are, its patches are not"
_COMMENTED = regex(r"^[ \t]*#[ \t]*-[ \t]+([\"']?)([\w./-]+\.(?:ya?ml|json))\1[ \t]*(?:[#(].*)?\r?$", re.MULTILINE)
"""An item of a list of files that is a comment, with a remark."""
NOT_HERE = (
    ", which is not a local file, and Assay does not download it: "
    f"build it first, such as `kustomize build FOLDER | assay scan -`; {_IN_PART}"
)
MISSING = f", which does not exist: add it, or remove the entry; {_IN_PART}"

LOCAL_CHARTS = (
    "uses helmCharts of this repository, which Kustomize renders with `--enable-helm` only: "
    "build it first, such as `kustomize build --enable-helm FOLDER | assay scan -`"
)
_INFLATES = "HelmChartInflationGenerator"
"""The kind of a built-in generator that renders a chart."""


class Kustomization(Struct, frozen=True):
    """The files and folders that a kustomization names, relative to the root of the scan."""

    folder: str
    component: bool = False
    """It is built into others only."""
    objects: tuple[str, ...] = ()
    """Files of whole objects, and folders that are built first."""
    components: tuple[str, ...] = ()
    """Those of them that are taken in as components."""
    changes: tuple[str, ...] = ()
    """Files that change objects: patches, transformers and the like."""
    sources: tuple[str, ...] = ()
    """Files whose text is taken into generated objects."""
    generators: tuple[tuple[int, str], ...] = ()
    """(1-based line, file) of what configures a generator."""
    further: tuple[str, ...] = ()
    """Every other text of it that may be the name of a file."""
    elsewhere: tuple[tuple[int, str], ...] = ()
    """(1-based line, what it is) of each file, folder and chart that it names and Kustomize would fetch."""
    contents: tuple[tuple[int, str], ...] = ()
    """The same of files whose text alone is taken into objects that it generates."""
    local: Mapping[str, Any] = {}
    """What it says, without these."""
    altered: bool = False
    """What is built is `local` and not its text, also if nothing is elsewhere."""
    commented: tuple[str, ...] = ()
    """Files that it lists in a comment."""
    fault: str = ""
    """Why it cannot be built."""

    def named(self) -> Iterator[tuple[str, str]]:
        """(what it is for, name) of each file and folder."""
        for role in ("objects", "changes", "sources", "further"):
            for name in getattr(self, role):
                yield role, name


def read(name: str, content: bytes) -> Kustomization | None:
    """What a file of one of these names builds on; None where it is something else, such as an object of Flux."""
    folder = posixpath.dirname(name)
    try:
        parts = list(documents.read(name, documents.decode(content)))
    except UnreadableError as error:
        return Kustomization(folder, fault=error.message)
    for part in parts:
        if not isinstance(part, Document):
            return Kustomization(folder, fault=f"{part.message} at line {part.line}")
    found = [part.root for part in parts if isinstance(part, Document)]
    root = found[0] if found else None
    if not root or not isinstance(root.value, dict) or not str(root.value.get("apiVersion", _GROUP)).startswith(_GROUP):
        return None
    local, elsewhere = _divided(root)
    contents = _without_remote_contents(root, local)
    return Kustomization(
        folder,
        component=root.value.get("kind") == "Component",
        objects=below(folder, (text for key in _OBJECTS for text in _texts(root.get(key)))),
        components=below(folder, _texts(root.get("components"))),
        changes=below(folder, (*(text for key in _LISTED for text in _texts(root.get(key))), *_paths(root))),
        sources=below(folder, _generated(root)),
        generators=tuple(_generators(root, folder)),
        further=below(folder, _others(root.value)),
        elsewhere=elsewhere,
        contents=contents,
        local=local,
        altered=bool(contents),
        commented=below(folder, (line[2] for line in _COMMENTED.finditer(documents.decode(content)))),
        fault=_fault(found, local),
    )


def _divided(root: Node) -> tuple[dict[str, Any], tuple[tuple[int, str], ...]]:
    """What a kustomization says of what is here, and (line, what it is) of what is elsewhere."""
    local, elsewhere = dict(root.value), []
    for key in (*_OBJECTS, *_LISTED, *_IN_PATH, "helmCharts"):
        items = list(root.get(key).elements())
        away = [(item, what) for item in items if (what := _elsewhere(key, item))]
        if away:
            met = {id(item) for item, _ in away}
            local[key] = [item.value for item in items if id(item) not in met]
            elsewhere += [(line_of(item.mark) + 1 if item.mark else 0, what) for item, what in away]
    return local, tuple(sorted(elsewhere))


def _without_remote_contents(root: Node, local: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    """Leave out of what a kustomization says the remote files of its generators; (line, address) of each."""
    found: list[tuple[int, str]] = []
    for key in GENERATED:
        kept, away = without_remote(root.get(key))
        if away:
            local[key] = kept
            found += away
    return tuple(sorted(found))


def _elsewhere(key: str, item: Node) -> str:
    """What an entry of a list names that is not here; empty where it is here."""
    if key == "helmCharts":
        name, source = item.get("name").value, item.get("repo").value
        return f"the chart {name} of {source}" if isinstance(source, str) and source else ""
    named = item.get("path").value if key in _IN_PATH else item.value
    return named.strip() if isinstance(named, str) and is_elsewhere(named) else ""


def _fault(found: Sequence[Node], local: Mapping[str, Any]) -> str:
    """Why a kustomization cannot be built, by its documents."""
    if len(found) > 1:
        return "holds more than one document, of which Kustomize reads only the first"
    if local.get("helmCharts"):
        return LOCAL_CHARTS
    return next((f"uses {each}{NOT_HERE}" for each in _addresses(local, _LOADS)), "")


def fetched(name: str, content: bytes) -> tuple[str, ...]:
    """The addresses in a file that configures generators or transformers, which Kustomize would fetch."""
    try:
        text = documents.decode(content)
    except UnreadableError:
        return ()
    return tuple(_of_tools(name, text)) if "builtin" in text or "\\" in text else ()


def _of_tools(name: str, text: str) -> Iterator[str]:
    for part in documents.read(name, text):
        value = part.root.value if isinstance(part, Document) else None
        if isinstance(value, dict) and value.get("apiVersion") == "builtin" and value.get("kind") != _INFLATES:
            yield from _addresses(value)


def made_elsewhere(name: str, content: bytes) -> str:
    """What the first generator in a file makes that is not run: a program of its own, or one that fetches a chart.

    Empty where there is none.
    """
    for it in _generators_in(name, content):
        if it.get("apiVersion") not in _OWN:
            return f"what the generator {it['kind']} makes"
        if it["kind"] == _INFLATES and it.get("repo"):
            return f"the chart {it.get('name')} of {it['repo']}"
    return ""


def inflates(name: str, content: bytes) -> bool:
    """Whether a generator in a file renders a chart of this repository."""
    return any(it["kind"] == _INFLATES and not it.get("repo") for it in _generators_in(name, content))


def _generators_in(name: str, content: bytes) -> list[dict[str, Any]]:
    try:
        parts = documents.read(name, documents.decode(content))
        values = [part.root.value for part in parts if isinstance(part, Document)]
    except UnreadableError:
        return []
    return [value for value in values if isinstance(value, dict) and value.get("kind")]


def _addresses(value: Any, loads: Collection[str] = ()) -> Iterator[str]:
    """The addresses below the keys that name files, or below all keys but those of texts if `loads` is empty.

    Keys are those of JSON in Go, which takes them in any case.
    """
    if isinstance(value, str):
        if found := _ADDRESS.match(value):
            yield found[1]
        elif "\n" in value:
            yield from _of_tools("inline.yaml", value)
    elif isinstance(value, dict):
        for key, item in value.items():
            name = str(key).lower()
            if name in loads or not (loads or name in _WORDS):
                yield from _addresses(item)
    elif isinstance(value, list):
        for item in value:
            yield from _addresses(item)


def mentioned(name: str, content: bytes) -> tuple[str, ...]:
    """Every text of a file, such as the settings of a generator, that may be the name of a file."""
    try:
        parts = [part for part in documents.read(name, documents.decode(content)) if isinstance(part, Document)]
    except UnreadableError:
        return ()
    return tuple(text for part in parts for text in _others(part.root.value))


def below(folder: str, names: Iterable[str]) -> tuple[str, ...]:
    """Names that count from a folder, as names from the root of the scan, without addresses."""
    return tuple(posixpath.normpath(posixpath.join(folder, name)) for name in names if not is_elsewhere(name))


def _texts(node: Node) -> Iterator[str]:
    """The names in a list; a text of several lines is itself a patch."""
    for item in node.elements():
        if isinstance(item.value, str) and "\n" not in item.value.strip():
            yield item.value


def _paths(root: Node) -> Iterator[str]:
    for key in _IN_PATH:
        for item in root.get(key).elements():
            if isinstance(item.get("path").value, str):
                yield item.get("path").value


def _generators(root: Node, folder: str) -> Iterator[tuple[int, str]]:
    for item in root.get("generators").elements():
        if isinstance(item.value, str) and "\n" not in item.value.strip() and item.mark:
            yield from ((line_of(item.mark) + 1, name) for name in below(folder, (item.value,)))


def _others(value: Any) -> Iterator[str]:
    """The texts of a kustomization that may be names of files, in any field."""
    if isinstance(value, str):
        if value and len(value) <= _LONGEST_NAME and "\n" not in value and "\0" not in value:
            yield value.partition("=")[2] or value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _others(item)


def _generated(root: Node) -> Iterator[str]:
    for key in GENERATED:
        for generator in root.get(key).elements():
            for named in (*_texts(generator.get("files")), *_texts(generator.get("envs"))):
                yield divided(named)[1] or named
            if isinstance(generator.get("env").value, str):
                yield generator.get("env").value
