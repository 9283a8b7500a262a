"""What a form of a credential is: a row of the table in `scanner/credentials/table`."""

from __future__ import annotations

from msgspec import Struct


class Form(Struct, frozen=True):
    """The form of credentials of an issuer, with a text that has the form and a similar one that does not have it.

    An example states its random parts as `<36>`: the number of characters, and a letter behind it for the alphabet
    (`ALPHABETS`). So the table holds no text that could be taken for a credential itself.
    """

    id: str
    kind: str
    """What it is called in a sentence."""
    words: tuple[str, ...]
    """A text in this form holds one of them; a token begins with it."""
    pattern: str
    """What follows the word of a token, else the whole; its group `secret` is the secret part where that is not all."""
    example: str
    unlike: str
    source: str
    """The address that describes the form."""
    is_token: bool
    """It begins with one of the words, in a run of characters without blanks."""


ALPHABETS = {
    "": "letters and digits",
    "a": "small letters and digits",
    "A": "capital letters and the digits 2 to 7",
    "X": "capital letters and digits",
    "x": "small hexadecimal digits",
    "d": "the digits 1 to 9",
    "L": "letters",
    "b": "the alphabet of base64",
    "p": "base64 of letters and digits",
    "w": "the alphabet of base64 for URLs",
}
"""The meaning of the letter behind a number in an example."""


def token(id: str, kind: str, begins: str, rest: str, example: str, unlike: str, source: str) -> Form:  # noqa: A002
    """A form that begins with one of some words, and needs no other context."""
    return Form(id, kind, tuple(begins.split()), rest, example, unlike, source, is_token=True)


def shape(
    id: str,  # noqa: A002
    kind: str,
    words: tuple[str, ...],
    pattern: str,
    example: str,
    unlike: str,
    source: str,
) -> Form:
    """A form that is recognised by the text around or within it."""
    return Form(id, kind, words, pattern, example, unlike, source, is_token=False)


START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
"""The preceding character must not be a letter or digit, except for that of an escape sequence in JSON or a URL."""
END = r"(?![A-Za-z0-9])"
"""No letter or digit follows: the form has a fixed length."""
GITLEAKS = "https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml"
KINGFISHER = "https://github.com/mongodb/kingfisher/tree/main/data/rules"
GITHUB_LIST = "https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns"
"""Lists of others that a form is taken from where its issuer does not describe it."""
