"""Compose and stack files -> services, networks, volumes, secrets, configs and the whole.

Each is judged as whoever deploys the file applies it: `deployers` states what each makes of the keys, `target` who it
is. `service` and the other first bindings are the text as it is; `applied` is what is in force of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.data_predicates import either, fits, some
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.kind import Kind
from scanner.subjects.stacks.kinds import CONFIG, NETWORK, SECRET, SERVICE, SYSTEM, VOLUME

KINDS = {
    SYSTEM: Kind(("system", "file"), ShownBy.MANIFEST),
    **{
        kind: Kind((kind.partition(".")[2], "applied", "stack"), ShownBy.MANIFEST)
        for kind in (SERVICE, NETWORK, VOLUME, SECRET, CONFIG)
    },
}
IN_PLACE = (SERVICE, NETWORK, VOLUME, SECRET, CONFIG)
"""Kinds whose focus is the text as it is."""
IN_FILE = (SYSTEM,)
"""Kinds that hold their document."""
_NAMED = regex(r"(?:^|/)(?:[\w.-]*[._-])?(?:compose|stack)(?:[._-][\w.-]+)?\.ya?ml$")
_RUNS = either({"image": str}, {"build": object}, {"extends": object}, {"provider": dict})
_OTHERS = frozenset(("pipeline", "steps", "jobs", "stages", "workspace"))
"""Top-level keys of CI services, which have `services` with images too."""


def recognise(document: Document, wanted: str = "") -> Iterator[Subject] | None:
    """The subjects of a Compose or stack file; None for any other document.

    `wanted` is who deploys it, where the caller says so.
    """
    if document.format not in ("yaml", "json") or not _is_compose(document.origin.path, document.root.value):
        return None
    from scanner.subjects.stacks import reading  # most scans meet no such file

    return reading.subjects(document, wanted)


def _is_compose(path: str, value: Any) -> bool:
    if not isinstance(value, dict) or not _OTHERS.isdisjoint(value) or {"apiVersion", "kind"} <= value.keys():
        return False
    if fits(value, {"services": some(_RUNS)}):
        return "nodes" not in value
    return bool(_NAMED.search(path)) and fits(value, either({"services": dict}, {"include": list}))


FORMAT = Format(
    "compose",
    "Docker Compose and stack files",
    KnownBy.CONTENT,
    recognise,
    KINDS,
    signs=r"""^["']?services["']?[ \t]*:""",
    recognise_for=recognise,
)
