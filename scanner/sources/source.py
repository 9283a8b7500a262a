"""What the room hands out, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.limits import Limits

UNREAD_FOLDERS = {
    ".git": "version control data",
    ".hg": "version control data",
    ".svn": "version control data",
    "node_modules": "installed packages",
    ".venv": "installed packages",
    "__pycache__": "compiled Python",
}
"""Folders that hold nobody's own text, and why; one that is named is read all the same."""

LINK = "a symbolic link"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What Helm makes of a chart, or Kustomize of a folder, and the files it was made from."""

    tool: str
    """helm or kustomize."""
    texts: tuple[tuple[str, str], ...]
    """(the file that a text was made from, the text): one for each template, or one for all that Kustomize builds."""
    files: Mapping[str, bytes]
    """Content of what it was made from, by name, for the places of findings."""
    patches: frozenset[str] = frozenset()
    """Those of the files that change objects of others."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing met under the paths of a scan: its content, or why there is none."""

    path: str
    content: bytes = b""
    skipped: str = ""
    """Why it was passed over, such as `a symbolic link`."""
    unreadable: str = ""
    """Why it could not be read."""
    part: str = ""
    """What it was built into; it is assessed there."""
    rendered: Rendered | None = None
    """What is assessed in place of the content."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the files under the paths are read, and from where."""

    include: tuple[str, ...] = ()
    """Patterns, in the language of `.gitignore`, of which a file must match one."""
    exclude: tuple[str, ...] = ()
    """Patterns, in the language of `.gitignore`, of files and folders that are passed over."""
    ignored: bool = False
    """Read also what a `.gitignore` names."""
    revision: str = ""
    """A Git revision whose files are read in place of those on disk."""


def too_large(size: int, limits: Limits) -> str:
    """Why a file of a size in bytes is not read, empty where it is."""
    return limits.passed("bytes") if size > limits.bytes else ""
