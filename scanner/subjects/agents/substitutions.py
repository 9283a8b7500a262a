"""Parts of a command line that are not the command itself: command substitutions, comments and printed text."""

from __future__ import annotations

from scanner.late import regex

_STARTS = regex(r"\$\(|`")
_WITHIN = regex(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"|(?P<opens>\()|(?P<closes>\))")
_BACKTICK = regex(r"(?:[^`\\]|\\.)*`")
_EMPTY = "$()"
_QUOTED_OR_COMMENT = regex(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"|(?P<comment>(?:^|(?<=[\s;&|(]))\#[^\n]*)")
_PRINTED = regex(
    r"((?:^|[;&|\n]|\b(?:then|else|do)\s)\s*(?:echo|printf))"
    r"(?:[ \t]+(?:\"(?:[^\"\\`$]|\\.|[$](?!\())*\"|'[^']*'|[^\s\"'|;&<>()`$\\]+))+"
    r"[ \t]*(?:1?>&2[ \t]*)?(?=$|[;\n]|&(?!>)|\|\|)"
)
"""What is written to the terminal: no pipe, no file and no substitution gets it."""
_GROUP_PIPED = regex(r"(?:\bdone|\bfi|\besac|[})])\s*(?:\|(?!\|)|>)")


def without_substitutions(text: str) -> str:
    """A command line with an empty one in place of each command substitution, whose exit status is not the command's.

    One without an end stays.
    """
    kept, at = [], 0
    while start := _STARTS.search(text, at):
        end = _end(text, start.end(), backtick=start[0] == "`")
        if end < 0:
            break
        kept.append(text[at : start.start()] + _EMPTY)
        at = end
    return "".join(kept) + text[at:]


def without_comments(text: str) -> str:
    """A command line without its comments."""
    if "#" not in text:
        return text
    return _QUOTED_OR_COMMENT.sub(lambda match: "" if match["comment"] else match[0], text)


def without_printed(text: str) -> str:
    """A command line without the arguments of `echo` and `printf` that are only shown."""
    if ("echo" not in text and "printf" not in text) or _GROUP_PIPED.search(text):
        return text
    return _PRINTED.sub(r"\1", text)


def _end(text: str, position: int, *, backtick: bool) -> int:
    """Where a substitution ends whose text begins at a position; -1 where it does not."""
    if backtick:
        closed = _BACKTICK.match(text, position)
        return closed.end() if closed else -1
    depth = 1
    for token in _WITHIN.finditer(text, position):
        depth += 1 if token["opens"] else -1 if token["closes"] else 0
        if depth == 0:
            return token.end()
    return -1
