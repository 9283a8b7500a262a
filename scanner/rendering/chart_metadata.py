"""What a chart says of itself: its Chart.yaml, and in old charts its requirements.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner import documents
from scanner.documents import Fault
from scanner.errors import UnreadableError
from scanner.sources import markers


def about(content: bytes, marker: str) -> dict[str, Any]:
    """What a Chart.yaml says, or a requirements.yaml. Raises UnreadableError where it is not a YAML file."""
    part = next(iter(documents.read(marker, documents.decode(content))), None)
    if isinstance(part, Fault):
        raise UnreadableError(f"{part.message} at line {part.line}")
    return part.root.value if part and isinstance(part.root.value, dict) else {}


def dependencies(files: Mapping[str, bytes], folder: str) -> list[dict[str, Any]]:
    """What the chart in a folder needs, by its Chart.yaml or, in old charts, its requirements.yaml.

    Raises UnreadableError where one of them is not a YAML file.
    """
    abouts = (about(files.get(folder + name, b""), name) for name in (markers.CHART, "requirements.yaml"))
    return [item for stated in abouts for item in listed(stated)]


def listed(stated: dict[str, Any]) -> list[dict[str, Any]]:
    """The dependencies in what a Chart.yaml or a requirements.yaml says."""
    items = stated.get("dependencies")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
