"""What the variables beside a password show of it: that it equals a name that everybody tries, or stands in for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.credentials.names import BY_NAME, kind_by_name, sort_of
from scanner.credentials.values import is_blank, is_nouns
from scanner.late import regex

DEFAULT_BESIDE, PLACEHOLDER_BESIDE = "default", "placeholder"
_USER = regex(r"(?:user|user_?name|login|role|owner)$")
_NAMED = regex(r"(?:(?:^|_)(?:db|database)(?:_?name)?|dbname|(?:^|_)user_?(?:name)?|login|role|owner)$")
"""Variables of a user or a database, whose names are tried as a password."""
_OUTSIDE = regex(r"vpn|smtp|imap|mail|ddns|proxy")
"""Variables of an account with somebody else, which no default of the program opens."""
_TO_FILL = frozenset(("username", "user name", "user", "email", "user@example.com"))


def told_beside(name: str, value: str, beside: Sequence[tuple[str, str]], names: Iterable[str]) -> str:
    """Whether a password equals the name of its user or one of some names, or is to be filled in like its user.

    Empty where neither is so, and for every value that is a credential by a form of its own.
    """
    if sort_of(name) != "password" or kind_by_name(name, value) not in BY_NAME:
        return ""
    folded = value.casefold()
    users = [(key.lower(), text.casefold()) for key, text in beside if text and _NAMED.search(key.lower())]
    if _OUTSIDE.search(name.lower()) and is_nouns(value):
        own = [text for key, text in users if _OUTSIDE.search(key) and _USER.search(key)]
        if any(text in _TO_FILL or is_blank(text) for text in own):
            return PLACEHOLDER_BESIDE
    known = {text for _, text in users} | {each.casefold() for each in names}
    return DEFAULT_BESIDE if folded in known or folded.rstrip("0123456789!@#._-") in known - {""} else ""
