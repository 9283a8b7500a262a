"""Which files the manifests of plugins and marketplaces of a scan name: a tool loads them from where they are."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Collection, Iterator
from typing import Any

from msgspec import Struct

from scanner.contexts import is_test_data
from scanner.late import regex

_MANIFEST = regex(
    r"(?:^|/)\.(?:claude|codex|cursor)-plugin/(?:plugin|marketplace)\.json$|(?:^|/)\.agents/plugins/\w*marketplace\.json$"
)
_FOLDER = regex(r"(?:^|/)\.(?:(?:claude|codex|cursor)-plugin|agents/plugins)/[^/]+$")
_PLUGIN = regex(r"(?:^|/)\.(?:claude|codex|cursor)-plugin/plugin\.json$")
_DEFAULTS = ("hooks/hooks.json", ".mcp.json", ".lsp.json")
"""What a tool loads of a plugin without a word in its manifest: https://code.claude.com/docs/en/plugins-reference."""
_LARGEST = 1_000_000
_FIELDS = ("hooks", "mcpServers", "lspServers", "agents", "commands", "skills", "outputStyles")


class Named(Struct, frozen=True):
    """A path that a manifest names."""

    manifest: str
    path: str

    @property
    def root(self) -> str:
        """The folder of the plugin or the marketplace."""
        return _FOLDER.sub("", self.manifest)


def named(path: str, content: bytes) -> set[Named]:
    """What a file names if it is the manifest of a plugin or a marketplace; paths out of its folder are left out."""
    if not _MANIFEST.search(path) or len(content) > _LARGEST:
        return set()
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        return set()
    root = _FOLDER.sub("", path)
    stated = (*_paths(manifest), *(_DEFAULTS if _PLUGIN.search(path) else ()))
    found = (posixpath.normpath(posixpath.join(root, each)) for each in stated)
    return {
        Named(path, each) for each in found if each.startswith(f"{root}/" if root else "") and not each.startswith("..")
    }


def loaded(manifests: Collection[Named]) -> frozenset[str]:
    """The paths that are named by manifests which a tool loads: outside of test data, or in what such a one names."""
    live: set[str] = set()
    for _ in range(len(manifests)):
        more = {it.path for it in manifests if not is_test_data(f"{it.root}/") or is_part(it.manifest, live)}
        if more == live:
            break
        live = more
    return frozenset(live)


def is_part(path: str, of: Collection[str]) -> bool:
    """Whether a file is one of the paths, or below one of them."""
    while of and path:
        if path in of:
            return True
        path = posixpath.dirname(path)
    return False


def _paths(manifest: Any) -> Iterator[str]:
    if not isinstance(manifest, dict):
        return
    about = manifest.get("metadata")
    base = about.get("pluginRoot") if isinstance(about, dict) else None
    for name in _FIELDS:
        stated = manifest.get(name)
        yield from (each for each in (stated if isinstance(stated, list) else [stated]) if isinstance(each, str))
    plugins = manifest.get("plugins")
    for plugin in plugins if isinstance(plugins, list) else ():
        source = plugin.get("source") if isinstance(plugin, dict) else None
        if isinstance(source, dict):
            source = source.get("path") if source.get("source") in ("local", "path", None) else None
        if isinstance(source, str):
            folder = source if source.startswith("./") or not isinstance(base, str) else posixpath.join(base, source)
            yield folder
            yield from (posixpath.join(folder, each) for each in _paths({**plugin, "plugins": None}))
