"""The keys of an OpenAPI description, its paths and its operations; those that begin with `x-` are extensions.

https://spec.openapis.org/oas/v3.2.0.html, v3.1.1, v3.0.4 and v2.0.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.documents.positions import Node
from scanner.subjects.data_predicates import words
from scanner.subjects.unknown_keys import told_keys, unknown_keys

_EXTENSION = "x-"
_ROOT = words(
    "openapi swagger $self $schema jsonSchemaDialect info host basePath schemes servers consumes produces paths "
    "webhooks components definitions parameters responses securityDefinitions security tags externalDocs"
)
_METHODS = words("get put post delete options head patch trace query")
_PATH = {*_METHODS, *words("$ref summary description additionalOperations servers parameters")}
_OPERATION = words(
    "tags summary description externalDocs operationId consumes produces parameters requestBody responses callbacks "
    "schemes deprecated security servers"
)


def told(root: Node) -> str:
    """What is said of keys that are not known; empty where there are none."""
    return told_keys(each for each in _unknown(root) if not each.startswith(f"`{_EXTENSION}"))


def _unknown(root: Node) -> Iterator[str]:
    yield from unknown_keys(root, _ROOT, "")
    for path in ("paths", "webhooks"):
        for name, item in root.get(path).items():
            if str(name).startswith(_EXTENSION):
                continue
            yield from unknown_keys(item, _PATH, " in a path")
            for method in _METHODS:
                yield from unknown_keys(item.get(method), _OPERATION, " in an operation")
