"""Descriptions of APIs: OpenAPI and AsyncAPI, one module a format, loaded when a document has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents import Document
from scanner.model import Subject
from scanner.subjects.api.kinds import KINDS
from scanner.subjects.data_predicates import either, fits
from scanner.subjects.format import Format, KnownBy

_TOLD = "{}: this API refers to another file, whose contents are not assessed"
_OPENAPI = either({"openapi": either(str, float), "info": dict}, {"swagger": either(str, float, int), "info": dict})
_ASYNCAPI = {"asyncapi": str, "info": dict}
_OBJECT = {"apiVersion", "kind"}
Elsewhere = Iterator[tuple[int, str, str]]
"""References to other files: 1-based line, which they are, no folder."""


def is_openapi(document: Document) -> bool:
    """Whether a document is an OpenAPI description: no object of the Kubernetes API, and no example in a text."""
    return _is(document, _OPENAPI)


def is_asyncapi(document: Document) -> bool:
    """Whether a document is an AsyncAPI description, and not one of OpenAPI."""
    return _is(document, _ASYNCAPI) and not fits(document.root.value, _OPENAPI)


def _is(document: Document, shape: Any) -> bool:
    if document.format not in ("yaml", "json") or document.origin.first_line:
        return False
    value = document.root.value
    return fits(value, shape) and not value.keys() >= _OBJECT


def _recognise_openapi(document: Document) -> Iterator[Subject] | None:
    if not is_openapi(document):
        return None
    from scanner.subjects.api import openapi

    return openapi.subjects(document.root, document.origin)


def _openapi_elsewhere(document: Document) -> Elsewhere:
    if is_openapi(document):
        from scanner.subjects.api import openapi

        yield from openapi.elsewhere(document.root, document.origin)


def _openapi_notes(document: Document) -> str:
    if not is_openapi(document):
        return ""
    from scanner.subjects.api import known_keys

    return known_keys.told(document.root)


def _recognise_asyncapi(document: Document) -> Iterator[Subject] | None:
    if not is_asyncapi(document):
        return None
    from scanner.subjects.api import asyncapi

    return asyncapi.subjects(document.root, document.origin)


def _asyncapi_elsewhere(document: Document) -> Elsewhere:
    if is_asyncapi(document):
        from scanner.subjects.api import asyncapi

        yield from asyncapi.elsewhere(document.root)


FORMATS = (
    Format(
        "openapi",
        "OpenAPI 2 to 3.2",
        KnownBy.HEADER,
        _recognise_openapi,
        KINDS,
        signs=r"""(?:^|[{,])[ \t]*["']?(?:openapi|swagger)["']?\s*:\s*["']?[23]\.\d""",
        elsewhere=_openapi_elsewhere,
        notes=_openapi_notes,
        told_elsewhere=_TOLD,
    ),
    Format(
        "asyncapi",
        "AsyncAPI 2 and 3",
        KnownBy.HEADER,
        _recognise_asyncapi,
        signs=r"""(?:^|[{,])[ \t]*["']?asyncapi["']?\s*:\s*["']?[23]\.\d""",
        elsewhere=_asyncapi_elsewhere,
        told_elsewhere=_TOLD,
    ),
)
