"""The words of a CEL expression, as far as policies are put together and taken apart by them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from scanner.late import regex

_TOKEN = regex(
    r"""
    (?P<text> [bB]?[rR][bB]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')
            | [bB]?(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*') )
  | (?P<comment> //[^\n]* )
  | (?P<name> [A-Za-z_]\w* )
  | (?P<number> \d+(?:\.\d+)?\w* )
  | (?P<blank> \s+ )
  | (?P<sign> \.\? | \[\? | [=!<>]= | && | \|\| | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_BEFORE_FIELD = (".", ".?")
_OPENING, _CLOSING = ("(", "[", "{", "[?"), (")", "]", "}")


class Token(Struct, frozen=True):
    """One word: text, name, number or sign, as written."""

    kind: str
    text: str


def tokens(source: str) -> list[Token]:
    """The words of an expression without blanks and comments."""
    found = (Token(str(match.lastgroup), match[0]) for match in _TOKEN.finditer(source))
    return [token for token in found if token.kind not in ("blank", "comment")]


def joined(words: Sequence[Token]) -> str:
    """An expression of words, with blanks where two would run together."""
    pieces: list[str] = []
    for before, token in zip((None, *words), words, strict=False):
        close = before is None or before.text in (*_OPENING, *_BEFORE_FIELD, "!") or token.text in (*_CLOSING, ",")
        if not (close or token.text in _BEFORE_FIELD or (token.text in _OPENING and _is_operand(before))):
            pieces.append(" ")
        pieces.append(token.text)
    return "".join(pieces)


def _is_operand(token: Token | None) -> bool:
    """Whether what opens behind a word belongs to it: a call or an index."""
    return token is not None and (token.text in _CLOSING or (token.kind in ("name", "text") and token.text != "in"))


def is_free(words: Sequence[Token], index: int) -> bool:
    """Whether a word is a name of its own: no field, and no key of a message."""
    return words[index].kind == "name" and (index == 0 or words[index - 1].text not in _BEFORE_FIELD)


def names(words: Sequence[Token]) -> frozenset[str]:
    """The names in an expression that are variables or global functions, not fields or methods."""
    return frozenset(words[index].text for index in range(len(words)) if is_free(words, index))


def replaced(words: Sequence[Token], fields: Mapping[tuple[str, str], str]) -> list[Token]:
    """The tokens with each `root.field` that has a replacement replaced by it.

    `has(root.field)` needs a field, but the replacement may be a plain name. It then becomes `has` of a field that
    holds the value, so that an error in the value stays an error.
    """
    result: list[Token] = []
    index = 0
    while index < len(words):
        pair = (words[index].text, words[index + 2].text) if index + 2 < len(words) else ("", "")
        if pair in fields and is_free(words, index) and words[index + 1].text == ".":
            name = Token("name", fields[pair])
            asked = [token.text for token in words[max(index - 2, 0) : index]] == ["has", "("]
            whole = asked and index + 3 < len(words) and words[index + 3].text == ")"
            result.extend(tokens(f"{{'value': {name.text}}}.value") if whole else [name])
            index += 3
        else:
            result.append(words[index])
            index += 1
    return result


def with_optionals(words: Sequence[Token]) -> list[Token]:
    """The tokens with `optional.of(a.b).orValue(c)` for `a.b.orValue(c)`.

    A cluster takes `orValue` of a value that is not optional for the value itself; this runtime has an error for it.
    """
    result: list[Token] = []
    for index, token in enumerate(words):
        if token.text == "." and [one.text for one in words[index + 1 : index + 3]] == ["orValue", "("]:
            length = _length_of_plain_path(result)
            if length:
                result[-length:] = [*tokens("optional.of("), *result[-length:], Token("sign", ")")]
        result.append(token)
    return result


def _length_of_plain_path(words: Sequence[Token]) -> int:
    """How many tokens at the end are a name and fields of it that are certainly not optional; 0 if they are not."""
    index = len(words) - 1
    while index > 1 and words[index].kind == "name" and words[index - 1].text == ".":
        index -= 2
    plain = index >= 0 and words[index].kind == "name" and words[index].text != "variables"
    opened = index > 0 and words[index - 1].text in (*_BEFORE_FIELD, *_CLOSING)
    return len(words) - index if plain and not opened and index < len(words) - 1 else 0


def end_of_call(words: Sequence[Token], opening: int) -> int:
    """The index of the bracket that closes the one at an index; the number of words where none does."""
    depth = 0
    for index in range(opening, len(words)):
        depth += (words[index].text in _OPENING) - (words[index].text in _CLOSING)
        if depth == 0:
            return index
    return len(words)


def arguments(words: Sequence[Token], opening: int) -> list[list[Token]]:
    """The words of each argument of the call whose bracket opens at an index."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in words[opening + 1 : end_of_call(words, opening)]:
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if token.text == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found


def paths(words: Sequence[Token], root: str) -> Iterator[tuple[str, ...]]:
    """The fields that an expression reads from a name: `object.spec.?a['b'].size()` reads (spec, a, b)."""
    for index in range(len(words)):
        if words[index].text == root and is_free(words, index):
            yield tuple(_path(words, index + 1))


def _path(words: Sequence[Token], index: int) -> Iterator[str]:
    while index + 1 < len(words):
        sign, word = words[index].text, words[index + 1]
        called = index + 2 < len(words) and words[index + 2].text == "("
        if sign in _BEFORE_FIELD and word.kind == "name" and not called:
            yield word.text
            index += 2
        elif sign in ("[", "[?") and word.kind in ("text", "number") and words[index + 2].text == "]":
            yield word.text.strip("\"'")
            index += 3
        else:
            return
