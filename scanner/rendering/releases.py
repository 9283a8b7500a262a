"""Objects of Flux and Argo CD, and helmfiles, that deploy a chart of the scanned files, with values for it."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from scanner import documents
from scanner.documents import Document
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.rendering import application_sets, helmfiles
from scanner.rendering.kustomization import NAMES
from scanner.rendering.private_copy import SourceTree

_SIGNS = (b"helm.toolkit.fluxcd.io/", b"argoproj.io/", b"helmCharts")
_FILLED = "{{"
"""Begins a placeholder in an ApplicationSet that its generators fill in."""
_LARGEST = 1_000_000
"""Bytes of a file that is searched for such objects."""
MOST = 200
"""Releases of one chart that are rendered; a chart with more is not."""
_PLAIN = regex(r"[\w-]+(?:\.[\w-]+)*")
"""The name of a parameter that is a path of keys."""
_NUMBER = regex(r"0|-?[1-9][0-9]{0,8}")
_WORDS = {"true": True, "false": False, "null": None}
_REPOSITORIES = frozenset({"Bucket", "GitRepository"})
"""Sources of Flux that hold files, so that a chart of one is a path."""


class Release(Struct, frozen=True):
    """A chart that an object deploys."""

    path: str
    """The file of the object."""
    name: str
    values: tuple[bytes, ...]
    """Files of values, of which a later one wins."""
    namespace: str = ""
    """Where it is installed; empty where the object does not say."""


class _Named(Struct, frozen=True):
    """What an object says of a chart."""

    folder: str
    name: str
    files: tuple[str, ...]
    """Files of values, by their names in the repository."""
    inline: tuple[bytes, ...]
    namespace: str = ""


def releases(names: Iterable[str], charts: Iterable[str], ground: SourceTree) -> dict[str, list[Release]]:
    """Chart.yaml -> the releases of it that objects in files describe, at most one more than are rendered."""
    markers = {posixpath.dirname(marker) or ".": marker for marker in charts}
    found: dict[str, list[Release]] = {}
    for path in sorted(names) if markers else ():
        helmfile = helmfiles.is_helmfile(path)
        if not helmfile and not path.endswith((".yaml", ".yml")):
            continue
        for each in ground.once(_of_helmfile if helmfile else _read, path):
            top, marker = _found(each.folder, markers)
            if marker and len(found.setdefault(marker, [])) <= MOST:
                files = (posixpath.normpath(posixpath.join(top, name)) for name in each.files)
                given = tuple(ground.content(name) for name in files if ground.is_file(name))
                found[marker].append(Release(path, each.name, (*given, *each.inline), each.namespace))
    return found


def _found(folder: str, markers: Mapping[str, str]) -> tuple[str, str]:
    """The folder of the repository and the chart that a path in it names; empty where none or several may be meant."""
    if folder in markers:
        return "", markers[folder]
    ends = [own for own in markers if own.endswith(f"/{folder}")]
    return (ends[0].removesuffix(folder), markers[ends[0]]) if len(ends) == 1 else ("", "")


def _read(path: str, content: bytes) -> list[_Named]:
    filled = _FILLED.encode() in content and b"ApplicationSet" not in content
    if len(content) > _LARGEST or filled or not any(sign in content for sign in _SIGNS):
        return []
    try:
        parts = list(documents.read(path, documents.decode(content)))
    except UnreadableError:
        return []
    values = [part.root.value for part in parts if isinstance(part, Document)]
    if posixpath.basename(path) in NAMES:
        return [each for value in values for each in _of_kustomization(posixpath.dirname(path), value)]
    return [each for value in values for each in _of_object(value)]


def _of_helmfile(path: str, content: bytes) -> list[_Named]:
    if len(content) > _LARGEST or b"releases" not in content:
        return []
    return [
        _Named(each.folder, each.name, each.files, tuple(map(_text, each.values)), _space(each.namespace))
        for each in helmfiles.read(path, content)
    ]


def _of_kustomization(folder: str, value: Any) -> Iterator[_Named]:
    """The charts of this repository that a kustomization renders with Helm."""
    home = _at(value, "helmGlobals", "chartHome") or "charts"
    stated = _at(value, "helmCharts")
    for chart in stated if isinstance(stated, list) and isinstance(home, str) else ():
        name = _at(chart, "name")
        if isinstance(name, str) and not _at(chart, "repo"):
            own = _at(chart, "valuesFile")
            files = (*((own,) if isinstance(own, str) else ()), *_texts(_at(chart, "additionalValuesFiles")))
            there = posixpath.normpath(posixpath.join(folder, home, name))
            named = tuple(posixpath.normpath(posixpath.join(folder, each)) for each in files)
            called, inline = str(_at(chart, "releaseName") or name), _as_file(_at(chart, "valuesInline"))
            yield _Named(there, called, named, inline, _space(_at(chart, "namespace")))


def _of_object(value: Any) -> Iterator[_Named]:
    group, kind = str(_at(value, "apiVersion")).rpartition("/")[0], _at(value, "kind")
    name = str(_at(value, "metadata", "name") or "")
    if (group, kind) == ("helm.toolkit.fluxcd.io", "HelmRelease"):
        chart = _at(value, "spec", "chart", "spec")
        if _at(chart, "sourceRef", "kind") in _REPOSITORIES and isinstance(_at(chart, "chart"), str):
            called = str(_at(value, "spec", "releaseName") or name)
            inline = _as_file(_at(value, "spec", "values"))
            space = _space(_at(value, "spec", "targetNamespace")) or _space(_at(value, "metadata", "namespace"))
            yield _Named(_folder(_at(chart, "chart")), called, _texts(_at(chart, "valuesFiles")), inline, space)
    elif (group, kind) == ("argoproj.io", "Application"):
        yield from _of_application(_at(value, "spec"), name)
    elif (group, kind) == ("argoproj.io", "ApplicationSet"):
        for template in application_sets.applications(_at(value, "spec")):
            called = str(_at(template, "metadata", "name") or name)
            yield from _of_application(_at(template, "spec"), name if _FILLED in called else called)


def _of_application(spec: Any, name: str) -> Iterator[_Named]:
    """The paths that an application names, without those of which placeholders decide anything but the name."""
    more = _at(spec, "sources")
    several = [_at(spec, "source"), *(more if isinstance(more, list) else ())]
    for source in several:
        helm = _at(source, "helm")
        plain = {key: item for key, item in helm.items() if key != "releaseName"} if isinstance(helm, dict) else {}
        path = _at(source, "path")
        if isinstance(path, str) and _FILLED not in path + json.dumps(plain, default=str):
            release = _at(helm, "releaseName")
            space = _space(_at(spec, "destination", "namespace"))
            helm = {**plain, "releaseName": release} if _is_plain(release) else plain
            yield _of_source(_folder(path), helm, name, space, _same_repository(several, source))


def _same_repository(several: Sequence[Any], source: Any) -> frozenset[str]:
    """What value files call the repository that a source is in, as `$values`: `ref` of a source of it."""
    own = _address(source)
    return frozenset(f"${_at(each, 'ref')}" for each in several if _at(each, "ref") and own and _address(each) == own)


def _address(source: Any) -> str:
    text = _at(source, "repoURL")
    return text.strip().rstrip("/").removesuffix(".git").lower() if isinstance(text, str) else ""


def _is_plain(text: Any) -> bool:
    return isinstance(text, str) and _FILLED not in text


def _space(text: Any) -> str:
    """The name of a namespace; empty where a placeholder or nothing stands in its place."""
    return text if isinstance(text, str) and _PLAIN.fullmatch(text) else ""


def _of_source(folder: str, helm: Any, name: str, namespace: str, here: Container[str]) -> _Named:
    files = tuple(_in_repository(each, folder, here) for each in _texts(_at(helm, "valueFiles")))
    text, said = _at(helm, "values"), _at(helm, "valuesObject")
    inline = (*((text.encode(),) if isinstance(text, str) else ()), *_as_file(said), *_as_file(_parameters(helm)))
    return _Named(folder, str(_at(helm, "releaseName") or name), files, inline, namespace)


def _in_repository(file: str, folder: str, here: Container[str]) -> str:
    """The name in its repository of a file of values that a source in a folder of it names."""
    first, _, rest = file.partition("/")
    return rest.lstrip("/") if not first or first in here else posixpath.join(folder, file)


def _parameters(helm: Any) -> dict[str, Any]:
    """The parameters whose names are paths of keys, as values."""
    values: dict[str, Any] = {}
    given = _at(helm, "parameters")
    for item in given if isinstance(given, list) else ():
        name, value = _at(item, "name"), _at(item, "value")
        if isinstance(name, str) and isinstance(value, str) and _PLAIN.fullmatch(name):
            *above, last = name.split(".")
            holder = values
            for key in above:
                inner = holder.setdefault(key, {})
                holder = inner if isinstance(inner, dict) else {}
            holder[last] = value if _at(item, "forceString") is True else _typed(value)
    return values


def _typed(text: str) -> Any:
    return int(text) if _NUMBER.fullmatch(text) else _WORDS.get(text, text)


def _as_file(values: Any) -> tuple[bytes, ...]:
    return (_text(values),) if isinstance(values, dict) and values else ()


def _text(values: dict[str, Any]) -> bytes:
    return json.dumps(values, default=str).encode()


def _folder(text: str) -> str:
    return posixpath.normpath(text.strip().lstrip("/") or ".")


def _texts(listed: Any) -> tuple[str, ...]:
    return tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()


def _at(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
