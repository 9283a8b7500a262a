"""Passwords that equal a name beside them: that of a user, of a database, of the service or of its image."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from scanner.late import regex

_GENERAL = frozenset("service server backend frontend container".split())  # noqa: SIM905
_SPLIT = regex(r"[-_.]")


def tell_passwords(entries: list[dict[str, Any]], names: Collection[str] = ()) -> None:
    """Say of each password among variables, in `beside`, that it equals a name or is to be filled in."""
    from scanner.credentials.beside import told_beside

    stated = [(each["name"], each["value"]) for each in entries if each.get("value")]
    for each in entries:
        if each.get("value") and (told := told_beside(each["name"], each["value"], stated, names)):
            each["beside"] = told


def names_of(service: str, image: str) -> set[str]:
    """What a service and its image are called, as a whole and in parts."""
    *owners, last = image.partition("@")[0].split("/")
    wholes = {service, last.partition(":")[0], *owners[-1:]}
    return {part for whole in wholes for part in (whole, *_SPLIT.split(whole)) if part} - _GENERAL
