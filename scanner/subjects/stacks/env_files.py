"""Files of environment variables: `.env` and what `env_file` names -> their variables.

They are read line by line, as `docker compose` and `docker stack deploy` read them. No value is put in the place of a
variable: what runs depends on the machine that deploys.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import NOWHERE, with_children
from scanner.model import Subject
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.kind import Kind
from scanner.subjects.stacks.kinds import VARIABLES
from scanner.subjects.stacks.passwords import tell_passwords

_NAMES = r"(?:^|/)\.env(?:\.[\w.-]+)?$|[\w-]\.env$"
_NAMED = regex(_NAMES)
_VARIABLE = regex(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*)")
_COMMENT = regex(r"(?:^|[ \t])#")


def recognise(document: Document) -> Iterator[Subject] | None:
    """The variables of an environment file, by its name or by that of a Compose file; None for any other document."""
    if document.format != "variables" and (document.format != "prose" or not is_named(document.origin.path)):
        return None
    found = list(_variables(document.root))
    return _subject(document, found) if found else None


def is_named(path: str) -> bool:
    """Whether the name of a file says that it is an environment file."""
    return bool(_NAMED.search(path))


def _variables(root: Node) -> Iterator[tuple[str, str, Node]]:
    for line in root.elements():
        if written := _VARIABLE.match(line.value):
            yield written[1], _plain(written[2].strip()), line


def _plain(value: str) -> str:
    """A value without its quotes, or without the comment behind it."""
    if value[:1] in ("'", '"'):
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    comment = _COMMENT.search(value)
    return value[: comment.start()].rstrip() if comment else value


def _subject(document: Document, found: list[tuple[str, str, Node]]) -> Iterator[Subject]:
    entries = [{"name": name, "value": value} for name, value, _ in found]
    tell_passwords(entries)
    places = [with_children(line.mark or NOWHERE, None) for _, _, line in found]
    items = [with_children(place, {"name": place, "value": place}) for place in places]
    whole = with_children(document.root.mark or NOWHERE, {"entries": with_children(places[0], items)})
    bindings = {"variables": {"entries": entries}}
    path = document.origin.path
    name = f"environment file {path.rpartition('/')[2]}"
    yield Subject(VARIABLES, f"{VARIABLES}/{name}", name, document.origin, bindings, {"variables": whole}, "variables")


FORMAT = Format(
    "env-file",
    "Environment files of Compose and stack files",
    KnownBy.CONTENT,
    recognise,
    {VARIABLES: Kind(("variables",), ShownBy.MANIFEST)},
    loaded_from=_NAMES,
    documents=("prose", "variables"),
)
