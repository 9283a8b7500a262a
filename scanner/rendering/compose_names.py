"""Files that the Compose files of a scan name, which Docker Compose reads whatever their names are.

`include`, `extends` and `COMPOSE_FILE` in `.env` name Compose files, `env_file` names files of variables. Only Compose
files that are known by their names are looked through before the scan, and those that they name; each in a worker,
where its content is parsed. What a file with another name names is told as a loss if it was read as something else.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct, field
from msgspec.structs import replace

from scanner import documents, sources
from scanner.contexts import is_for_agents
from scanner.documents import Document, Language, Text
from scanner.documents.positions import Node
from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.limits import Limits
from scanner.sources import File, Met, Scope, SkippedFile, Source
from scanner.workers import Workers

COMPOSE_FILE = regex(r"(?:^|/)(?:[\w.-]*[._-])?(?:compose|stack)(?:[._-][\w.-]+)?\.ya?ml$")
"""Names of Compose and stack files."""
ENVIRONMENT = ".env"
SECTION = regex(rb"""^["']?(services|networks|volumes|secrets|configs|include)["']?[ \t]*:|\A\s*\{""", re.MULTILINE)
"""What a Compose file holds."""
_ADDRESS = regex(r"[A-Za-z][A-Za-z0-9+.-]*://|git@|github\.com/")
_DEFAULT = regex(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?-([^${}]*)\}")
_NAMES_OTHERS = regex(rb"include|extends|env_file")
_WORD = regex(r"""[^\s'"\[\]{},]+""")
_VARIABLE = regex(
    r"^[ \t]*(?:export[ \t]+)?(COMPOSE_FILE|COMPOSE_PATH_SEPARATOR)[ \t]*=[ \t]*(.*?)[ \t]*\r?$", re.MULTILINE
)
_CONFIGURATION = ""
"""Names Compose files in place of one of them."""
COMPOSE, VARIABLES, MOUNT = "compose", "env-file", "mount"
"""What a file is named as; a mount is read by the container alone."""
_LARGEST = 1024 * 1024
"""Bytes of a Compose file that is looked through: nobody writes a larger one."""
_DEEPEST = 20
"""Compose files in a row of which each names the next."""
_Names = list[tuple[str, str]]
"""(what it is named as, path) of files."""


class ComposeNames(Struct):
    """The files of a scan that Compose files name."""

    by: dict[str, set[str]] = field(default_factory=dict)
    """Compose file -> the first of those that lead to it: Compose files, `.env`, or a configuration, without a name."""
    variables: dict[str, set[str]] = field(default_factory=dict)
    """File of variables -> the same."""

    def told(self, source: Source) -> Source:
        """A file with what it is named as. One that is loaded for something else by its name stays what it is."""
        if isinstance(source, SkippedFile) and source.path in self.by:
            return replace(source, named_by=tuple(sorted(self.by[source.path])))
        if not isinstance(source, File):
            return source
        if source.path in self.variables:
            source = replace(source, variables_of=tuple(sorted(self.variables[source.path])))
        if source.path in self.by and _may_be_compose(source):
            return replace(source, named_by=tuple(sorted(self.by[source.path])))
        return source


def _may_be_compose(file: File) -> bool:
    if file.path.lower().endswith((*documents.YAML_SUFFIXES, *documents.JSON_SUFFIXES)):
        return True
    return not is_for_agents(file.path) and bool(SECTION.search(file.content))


def named_in(root: Node) -> Iterator[tuple[Node, str]]:
    """The places of a Compose file that name other files, and what they are named as."""
    for part in _several(root.get("include")):
        yield from ((each, COMPOSE) for each in _several(part.get("path") if isinstance(part.value, dict) else part))
        yield from ((each, VARIABLES) for each in _several(part.get("env_file")))
    for service in (node for _, node in root.get("services").items()):
        if other := service.get("extends", "file"):
            yield other, COMPOSE
        for part in _several(service.get("env_file")):
            yield part.get("path") if isinstance(part.value, dict) else part, VARIABLES


def _several(node: Node) -> Iterator[Node]:
    """The items of a list, or the one value in place of it."""
    if isinstance(node.value, list):
        yield from node.elements()
    elif node.value is not None:
        yield node


def path_of(written: str, beside: str) -> str:
    """The path of a file that another one names, from the root of the scan; empty where it is an address.

    Variables stand for their defaults; one without a default stays in the path.
    """
    if _ADDRESS.match(written):
        return ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(beside), _DEFAULT.sub(r"\1", written)))


def of_environment(content: bytes) -> list[str]:
    """The files that `COMPOSE_FILE` names in a file `.env`, as they are written; none where a variable is in them."""
    said = dict(_VARIABLE.findall(content.decode(errors="replace")))
    value, separator = (_plain(said.get(name, "")) for name in ("COMPOSE_FILE", "COMPOSE_PATH_SEPARATOR"))
    return [] if "$" in value else [part for part in value.split(separator or ":") if part]


def _plain(value: str) -> str:
    """A value without its quotes and the comment behind it."""
    return (value[1:].partition(value[0])[0] if value[:1] in ("'", '"') else value.partition(" #")[0]).strip()


def find(where: Scope, names: AbstractSet[str], together: Iterable[Iterable[str]], limits: Limits) -> ComposeNames:
    """What the Compose files of a scope name; `together` are files that a configuration names."""
    found = ComposeNames()
    roots = {name for name in names if COMPOSE_FILE.search(name) or posixpath.basename(name) == ENVIRONMENT}
    pending: Mapping[str, set[str]] = {root: {root} for root in roots}
    for path in {each for some in together for each in some} & names:
        found.by[path] = {_CONFIGURATION}
        pending = {**pending, path: {_CONFIGURATION}}
    for _ in range(_DEEPEST):
        if not pending:
            break
        further: dict[str, set[str]] = {}
        for file, said in _said(list(_read(where, pending, limits)), names, limits):
            for what, path in said:
                if what == VARIABLES:
                    found.variables.setdefault(path, set()).update(pending[file])
                    continue
                new = pending[file] - found.by.get(path, set()) - {path}
                found.by.setdefault(path, set()).update(new)
                if new:
                    further.setdefault(path, set()).update(new)
        pending = further
    return found


def _read(where: Scope, some: Collection[str], limits: Limits) -> Iterator[File]:
    """Some of the files of a scope."""
    if where.tree:
        entries = tuple(entry for entry in where.tree.entries if entry[0] in some)
        narrow = replace(where, tree=replace(where.tree, entries=entries))
    else:
        narrow = replace(where, paths=tuple(os.path.join(where.root, name) for name in sorted(some)))
    met: Iterator[Met] = sources.collect(narrow, limits)
    return (source for source in met if isinstance(source, File))


def _said(files: Iterable[File], names: AbstractSet[str], limits: Limits) -> Iterator[tuple[str, _Names]]:
    """Each file with those of the scan that it names."""
    parsed = []
    for file in files:
        if posixpath.basename(file.path) == ENVIRONMENT:
            paths = (path_of(each, file.path) for each in of_environment(file.content))
            yield file.path, [(COMPOSE, path) for path in paths if path in names]
        elif len(file.content) <= _LARGEST and _NAMES_OTHERS.search(file.content) and any(_candidates(file, names)):
            parsed.append(file)
    if not parsed:
        return

    def work(file: File) -> Iterator[_Names]:
        yield [(what, path) for what, path in _named(file, limits) if path in names]

    number = min(len(parsed), len(os.sched_getaffinity(0)))
    workers: Workers[File, _Names] = Workers(work, lambda _, __: [], number, limits)
    for file, (said,) in workers.run([file] for file in parsed):
        yield file.path, said


def _candidates(file: File, names: AbstractSet[str]) -> Iterator[str]:
    """Words of a file that are names of other files, so that it need be parsed."""
    for word in _WORD.findall(file.content.decode(errors="replace")):
        path = path_of(word, file.path)
        if path != file.path and path in names:
            yield path


def _named(file: File, limits: Limits) -> Iterator[tuple[str, str]]:
    try:
        text = documents.decode(file.content)
    except UnreadableError:
        return
    for part in documents.read_text(Text(file.path, text, Language.YAML), limits):
        if isinstance(part, Document):
            for node, what in named_in(part.root):
                if isinstance(node.value, str):
                    yield what, path_of(node.value, file.path)
