"""Compose files that are deployed together -> the first of them, with the others merged into it.

What names them together is a configuration (`compose-files`), `COMPOSE_FILE` in the file `.env` beside them, or the
names by which Docker Compose finds a file and the one that overrides it. Only files of the scan are merged.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from msgspec.structs import replace

from scanner.rendering.compose_names import ENVIRONMENT, SECTION, of_environment, path_of
from scanner.sources import File, Source

_BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_OVERRIDES = tuple(f"{stem}.override.{end}" for stem in ("compose", "docker-compose") for end in ("yml", "yaml"))
"""In the order in which Compose looks for them; the first that is there counts (compose-go, cli/options.go)."""
BY_COMPOSE, BY_CONFIGURATION = "compose", "configuration"


class _Group(Struct):
    """Files that are deployed together."""

    paths: tuple[str, ...]
    by: str
    met: dict[str, Source]


def merged(
    sources: Iterable[Source], names: AbstractSet[str], named: Sequence[tuple[str, ...]], *, automatic: bool
) -> Iterator[Source]:
    """Sources, with those that are deployed together merged; they come where the last of them comes.

    `named` are files that a configuration names together; `automatic` is off where Compose does not deploy them.
    """
    groups = _by_name(names) if automatic else {}
    for paths in named:
        groups = {path: group for path, group in groups.items() if not set(paths) & set(group.paths)}
        if names >= set(paths):
            groups |= dict.fromkeys(paths, _Group(paths, BY_CONFIGURATION, {}))
    for source in sources:
        if automatic and posixpath.basename(source.path) == ENVIRONMENT and isinstance(source, File):
            _follow(source, groups, names)
        group = groups.get(source.path)
        if group is None:
            yield source
            continue
        group.met[source.path] = source
        if len(group.met) == len(group.paths):
            yield from _placed(group)
    unfinished = {id(group): group for group in groups.values() if len(group.met) < len(group.paths)}
    for group in unfinished.values():  # a file that has a name was not met under it
        yield from group.met.values()


def _by_name(names: AbstractSet[str]) -> dict[str, _Group]:
    """The groups of files that Compose finds by their names: path -> group."""
    folders = {posixpath.dirname(name) for name in names if posixpath.basename(name) in _OVERRIDES}
    groups: dict[str, _Group] = {}
    for folder in folders:
        found = [_first(names, folder, some) for some in (_BASES, _OVERRIDES)]
        if all(found):
            groups |= dict.fromkeys(found, _Group(tuple(found), BY_COMPOSE, {}))
    return groups


def _first(names: Collection[str], folder: str, some: Iterable[str]) -> str:
    paths = (posixpath.join(folder, name) for name in some)
    return next((path for path in paths if path in names), "")


def _follow(environment: File, groups: dict[str, _Group], names: AbstractSet[str]) -> None:
    """Take in the files that `COMPOSE_FILE` names, in place of those that Compose would find there by their names."""
    folder = posixpath.dirname(environment.path)
    paths = tuple(path_of(each, environment.path) for each in of_environment(environment.content))
    if not paths:
        return
    old = {path: group for path, group in groups.items() if group.by == BY_COMPOSE and _is_of(group, folder, paths)}
    if any(group.met for group in old.values()) or any(path in groups and path not in old for path in paths):
        return
    for path in old:
        del groups[path]
    if len(set(paths)) > 1 and names >= set(paths) and min(paths) > environment.path:
        groups |= dict.fromkeys(paths, _Group(tuple(dict.fromkeys(paths)), BY_COMPOSE, {}))


def _is_of(group: _Group, folder: str, paths: Collection[str]) -> bool:
    return any(posixpath.dirname(path) == folder or path in paths for path in group.paths)


def _placed(group: _Group) -> Iterator[Source]:
    """The files of a group, all of which were met; as they are where they cannot be merged."""
    first, *others = (group.met[path] for path in group.paths)
    rest = [each for each in others if isinstance(each, File) and each.own is None and SECTION.search(each.content)]
    services = isinstance(first, File) and first.own is None and SECTION.search(first.content)
    if not services or not rest or not isinstance(first, File):
        yield from group.met.values()
        return
    parts = {each.path: each.content for each in rest}
    for path, source in group.met.items():
        if path == first.path:
            yield replace(first, merged=tuple(parts.items()), merged_by=group.by)
        else:
            yield replace(source, merged_into=first.path) if path in parts else source
