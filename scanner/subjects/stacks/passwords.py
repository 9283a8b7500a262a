"""Passwords that equal a name beside them, such as that of a user or of the image, or that are only a default."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.subjects.stacks.applied import as_written

_GENERAL = frozenset("service server backend frontend container".split())  # noqa: SIM905
_SPLIT = regex(r"[-_.]")


_DEFAULT = regex(r"\$\{([A-Za-z_]\w*):?-[^{}]*\}")
_IN_URL = regex(r"://[^\s/:@]*:\$\{([A-Za-z_]\w*):?-[^{}]*\}@")
"""A URL of which the password is nothing but the default of a variable."""
_PASSWORD = regex(r"[-_]?(?:password|passwd|pass|pwd)\Z")


def tell_passwords(
    entries: list[dict[str, Any]], names: Collection[str] = (), defaults: Collection[str] = frozenset()
) -> None:
    """Say of each password among variables, in `beside`, that it equals a name or is to be filled in.

    `defaults` are the variables whose value is the default of a variable of the shell: there, such a name with the word
    `password` behind it stands for one to be set.
    """
    from scanner.credentials.beside import told_beside

    stated = [(each["name"], each["value"]) for each in entries if each.get("value")]
    for each in entries:
        if value := each.get("value"):
            told = told_beside(each["name"], value, stated, names)
            if not told and each["name"] in defaults and (name := _PASSWORD.sub("", value)) not in ("", value):
                told = told_beside(each["name"], name, stated, names)
            if told:
                each["beside"] = told


def tell_defaults(entries: list[dict[str, Any]], environment: Node) -> None:
    """Say of each credential that only the default of a variable of the shell states, in `default_of`, of which."""
    from scanner.credentials import kind_of

    told: dict[str, str] = {}
    for name, written in as_written(environment):
        if found := _DEFAULT.fullmatch(written) or _IN_URL.search(written):
            told[name] = found[1]
    for each in entries:
        if (variable := told.get(each["name"])) and kind_of(each["name"], each.get("value", "")):
            each["default_of"] = variable


def defaults_in(environment: Node) -> set[str]:
    """The variables whose value is nothing but the default of a variable of the shell."""
    return {name for name, value in as_written(environment) if _DEFAULT.fullmatch(value)}


def names_of(service: str, image: str) -> set[str]:
    """What a service and its image are called, as a whole and in parts."""
    *owners, last = image.partition("@")[0].split("/")
    wholes = {service, last.partition(":")[0], *owners[-1:]}
    return {part for whole in wholes for part in (whole, *_SPLIT.split(whole)) if part} - _GENERAL
