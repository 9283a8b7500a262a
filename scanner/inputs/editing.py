"""Whether and how an input may be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner import documents
from scanner.sources import STDIN_NAME, File, RenderedFile, Source, content_of

if TYPE_CHECKING:
    from scanner.policy.fix_edits import FixWriter


def why_not_edited(source: Source) -> str:
    """Why an input is not to be edited as a whole, empty where it may be."""
    if isinstance(source, RenderedFile):
        return f"the file is rendered by {source.rendered.tool}: change its source files"
    if isinstance(source, File) and source.merged:
        return "several files are merged in it; `assay fix` changes each of them by itself"
    if source.path == STDIN_NAME:
        return "the input is standard input, not a file"
    return "the file is not UTF-8" if documents.is_utf16(content_of(source)) else ""


def fix_writer(source: Source) -> FixWriter:
    """What writes the fixes of an input."""
    from scanner.policy.fix_edits import FixWriter

    content = content_of(source)
    return FixWriter(lambda: documents.decode(content), newline(content), why_not_edited(source))


def newline(content: bytes) -> str:
    """How most lines of a file end."""
    return "\r\n" if content.count(b"\r\n") * 2 > content.count(b"\n") else "\n"
