"""What reading a text gives: documents, and the parts that cannot be read."""

from __future__ import annotations

from msgspec import Struct

from scanner.documents.parsed import Parsed
from scanner.documents.positions import Node
from scanner.places import Origin


class Document(Struct, frozen=True):
    """One document of an input.

    `format` is one of:

    - yaml, json, toml
    - front-matter: the root is the mapping at the start of a Markdown text
    - prose: the root is the list of lines of a Markdown text, empty where front matter or a code block stands
    - variables: the root is the list of lines of a file of environment variables
    - shell: the root is the list of commands of a code block
    - call: the root is the list of arguments, `name` the function
    """

    format: str
    origin: Origin
    root: Node
    name: str = ""
    duplicates: tuple[tuple[str, int, int], ...] = ()
    """(key, 0-based line, 0-based column) of each repeated key; the last value is the one in the data."""
    has_null: bool = False
    replacing: frozenset[tuple[int, int]] = frozenset()
    """0-based line and column of each value that Compose puts in the place of those of files before, by its tag."""
    merged_by: str = ""
    """What names several Compose files together that are merged in it: `compose` or `configuration`."""
    named_by: tuple[str, ...] = ()
    """The files by which Docker Compose reads it as a Compose file; that of a configuration has no name."""
    fault: Fault | None = None
    """Why the tools of the format may refuse the text, which was read all the same."""
    settings: tuple[tuple[int, str], ...] = ()
    """Of prose: the lines of its code blocks in YAML, each with its 0-based number."""
    refused: bool = False
    """The page that it is shown on says that a cluster refuses it."""
    header: str = ""
    """Of the first document of a YAML file: the comments above its content."""


class Fault(Struct, frozen=True):
    """A part of an input that cannot be read: why, its 1-based line, and its text."""

    message: str
    line: int
    text: str
    embedded: bool = False
    """It is in a code block of a Markdown file."""
    format: str = ""
    """What could not be read: yaml, json, toml, front-matter, call, or sketch (a call that leaves something out)."""
    path: str = ""
    name: str = ""
    """Of the call that it is about."""
    relaxed: Document | None = None
    """The document of a text that is JSON except for comments or a trailing comma."""


def document(kind: str, parsed: Parsed, origin: Origin, name: str = "", fault: Fault | None = None) -> Document:
    """The document of a text that was parsed."""
    root, replacing = Node(parsed.data, parsed.mark), frozenset(parsed.replacing)
    return Document(kind, origin, root, name, tuple(parsed.duplicates), parsed.has_null, replacing, fault=fault)
