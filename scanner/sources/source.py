"""The types of sources, and the selection that they are read with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeAlias, assert_never

from msgspec import Struct, field
from msgspec.structs import replace

from scanner.limits import Limits
from scanner.model import ANY_KIND

UNREAD_FOLDERS = dict.fromkeys((".git", ".hg", ".svn"), "version control data")
"""Folders that hold no text of a work tree, and why; one that is named is read all the same."""
GIT_FOLDER = ".git"
"""The one of these in which Git tracks nothing."""
INSTALLED_FOLDERS = {
    **{name: reason for name, reason in UNREAD_FOLDERS.items() if name != GIT_FOLDER},
    "node_modules": "installed packages",
    ".venv": "installed packages",
    "__pycache__": "compiled Python",
}
"""Folders with installed software, and why; what Git tracks in them is read, and one that is named."""

LINK = "a symbolic link"
SUBMODULE = "a submodule"
NOT_FILES = {b"120000": LINK, b"160000": SUBMODULE}
"""Modes of what Git tracks and is not a file."""


class RenderingResult(Struct, frozen=True):
    """What Helm makes of a chart, or Kustomize of a folder, and the files it was made from."""

    tool: str
    """helm or kustomize."""
    texts: tuple[tuple[str, str], ...]
    """(the file that a text was made from, the text): one for each template, or one for all that Kustomize builds."""
    files: Mapping[str, bytes]
    """Content of what it was made from, by name, for the places of findings."""
    patches: frozenset[str] = frozenset()
    """Those of the files that change objects of others."""
    apart: Mapping[str, bytes] = field(default_factory=dict)
    """Files that gave nothing and hold whole objects, with the part of their text that is assessed by itself."""
    lost: Mapping[str, str] = field(default_factory=dict)
    """Files whose content is not known, and why."""
    fragments: frozenset[str] = frozenset()
    """Files that only change objects which are not here."""
    by: tuple[str, ...] = ()
    """Files with objects of which a chart has its values."""


class Home(Struct, frozen=True):
    """Where the objects of a chart are, or of a file that an overlay names which cannot be built."""

    system: str = ""
    """The overlay, if no other one names the file."""
    namespace: str = ""
    """The namespace of all of them; empty where it is not known, or as they state it."""
    fills: bool = False
    """It is the namespace of those that state none; else of all of them, whatever they state."""
    beside: frozenset[str] = frozenset()
    """Kinds of the objects that overlays which use the same files may have, beside those of this system."""
    accounts: frozenset[tuple[str, str]] = frozenset()
    """Name and stated namespace of each service account that is put into it, too."""
    expected: bool = False
    """A test beside the file compares its objects with a cluster, so that they are not applied."""


NOWHERE = Home()
"""Of a file whose objects are where they say."""


class File(Struct, frozen=True):
    """A file, or standard input, with its content."""

    path: str
    content: bytes
    own: bytes | None = None
    """What of it is assessed, each line in its place, where the rest is assessed as a part of something else."""
    unused: str = ""
    """The file that makes the chart or the overlay known that could use it and does not; empty for most files."""
    commented: str = ""
    """The kustomization that lists it in a comment, if none lists it otherwise."""
    patch: bool = False
    """It is in or below a folder of a kustomization, so that it may be a patch which none uses."""
    merged: tuple[tuple[str, bytes], ...] = ()
    """Name and content of the Compose files that are merged into it, in their order."""
    merged_by: str = ""
    """What names the files together: `compose` where Docker Compose does so by itself, else `configuration`."""
    merged_into: str = ""
    """The Compose file that it is assessed with."""
    named_by: tuple[str, ...] = ()
    """The files by which Docker Compose reads it as a Compose file, whatever its name is."""
    variables_of: tuple[str, ...] = ()
    """The files that lead to it as a file of environment variables."""
    home: Home = NOWHERE


class SkippedFile(Struct, frozen=True):
    """A file or folder that was passed over."""

    path: str
    reason: str
    """Such as `a symbolic link`."""
    heads: tuple[bytes, ...] = ()
    """The first bytes of files that an ignore file hides."""
    target: str = ""
    """Where a symbolic link leads, as it says."""
    named_by: tuple[str, ...] = ()
    """As of a file."""

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.reason == LINK


class UnreadableFile(Struct, frozen=True):
    """A file or folder that was to be read and could not be."""

    path: str
    reason: str
    may_hold: tuple[str, ...] = (ANY_KIND,)
    """Kinds of Kubernetes objects that may be in it."""
    system: str = ""
    """The chart or overlay that could not be rendered, if it is one: its objects are of no other system."""


class RenderingInput(Struct, frozen=True):
    """A file that is assessed with what it was rendered with or built into."""

    path: str
    content: bytes
    whole: str
    """Such as `built into kustomization.yaml`."""
    elsewhere: tuple[tuple[int, str], ...] = ()
    """(line, what it is) of what it names and is not among the scanned files."""


class RenderedFile(Struct, frozen=True):
    """The file that makes a chart or an overlay known; what was rendered is assessed in place of its content."""

    path: str
    content: bytes
    rendered: RenderingResult
    elsewhere: tuple[tuple[int, str], ...] = ()
    """(line, what it is) of what it names and is not among the scanned files."""
    opens: tuple[str, ...] = ()
    """Kinds of objects that may be there."""
    home: Home = NOWHERE


Met: TypeAlias = File | SkippedFile | UnreadableFile
"""A file or folder found under the paths of a scan."""
Source: TypeAlias = Met | RenderingInput | RenderedFile
"""The same, once it is known which files are rendered."""


def content_of(source: Source) -> bytes:
    """What was read of a source; nothing of what was not."""
    match source:
        case File() | RenderingInput() | RenderedFile():
            return source.content
        case SkippedFile() | UnreadableFile():
            return b""
        case _:
            assert_never(source)


def contents_of(source: Source) -> Mapping[str, bytes]:
    """The content of each file that a source was made of, by its path."""
    if isinstance(source, RenderedFile):
        return source.rendered.files
    merged = source.merged if isinstance(source, File) else ()
    return {source.path: content_of(source), **dict(merged)}


def blob_id(content: bytes, hash_name: str = "sha1") -> str:
    """The identity of a content in Git."""
    return hashlib.new(hash_name, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class Selection(Struct, frozen=True):
    """Which of the files under the paths are read, and from where."""

    include: tuple[str, ...] = ()
    """Patterns, in the language of `.gitignore`, of which a file must match one."""
    exclude: tuple[str, ...] = ()
    """Patterns, in the language of `.gitignore`, of files and folders that are passed over."""
    ignored: bool = False
    """Read also what a `.gitignore` names."""
    revision: str = ""
    """A Git revision whose files are read in place of those on disk."""
    staged: bool = False
    """Read the files of Git's index in place of those on disk."""
    index: str = ""
    """The file of the index that Git uses at present; empty for that of the checkout."""
    may_be_missing: bool = False
    """A path that is not there is an empty one."""
    submodules: bool = True
    """Read also the files of submodules; a commit and the index do not hold them."""
    named_from: str = ""
    """The folder that names of files are relative to, if it holds all paths."""
    root: str = ""
    """The folder that nothing is read outside of; where none is named, the Git work tree of each path."""

    def at(self, state: Selection) -> Selection:
        """The same files, as another selection reads them."""
        return replace(self, revision=state.revision, staged=state.staged, index=state.index)


def too_large(size: int, limits: Limits) -> str:
    """Why a file of a size in bytes is not read, empty where it is."""
    return limits.passed("bytes") if size > limits.bytes else ""
