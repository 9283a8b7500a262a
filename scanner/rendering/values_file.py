"""Files of values for charts, which the command line names."""

from __future__ import annotations

from scanner import documents, safe_read
from scanner.documents import Fault
from scanner.errors import UnreadableError, UsageError
from scanner.limits import Limits
from scanner.sources import boundary

_LIMITS = Limits(bytes=safe_read.NAMED_BYTES, nodes=1_000_000)


def read(path: str) -> bytes:
    """The content of a file of values.

    Raises UsageError where it leads out of its work tree by a link, is not a regular file or too large, or is not a
    YAML mapping.
    """
    boundary.stay_inside(path)
    try:
        content = safe_read.read(path)
        text = documents.decode(content)
    except UnreadableError as error:
        raise UsageError(error.message, path, "--values names a file of values for charts") from None
    parts = list(documents.read("values.yaml", text, _LIMITS))
    for part in parts:
        if isinstance(part, Fault):
            raise UsageError("not valid YAML", f"{path}:{part.line}", "--values names a file of values for charts")
        if not isinstance(part.root.value, dict | None):
            raise UsageError("not a YAML mapping", f"{path}:1", "--values names a file of values for charts")
    return content
