"""Error messages of programs and libraries, without what differs from one run to the next.

A reason in the results must be the same whenever the same files are scanned. So every error text that is not Assay's
own passes through here: timestamps, process ids, memory addresses, ports and the names of temporary folders are
removed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

from scanner.late import regex

_LOG_HEADS = regex(
    r"""^(?:
        [IWEF]\d{4}[ ]\d\d:\d\d:\d\d(?:\.\d+)?\s+\d+[ ][^\]\n]*\][ ]?       # klog, as in kubectl
        |\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?\S*[ ]?          # Go and most others
        |\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?[ ]
    )""",
    re.VERBOSE | re.MULTILINE,
)
_VARIABLE = (
    (regex(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "(time)"),
    (regex(r"\b(pid|process)([ =:]+)\d+", re.IGNORECASE), r"\1\2(number)"),
    (regex(r"\b0x[0-9a-fA-F]{6,16}\b"), "(address)"),
    (regex(r"\b\d{1,3}(?:\.\d{1,3}){3}:\d+->"), ""),  # the port from which a connection was tried
    (
        regex(r"""(?:/private)?/(?:tmp|var/tmp|var/folders/[^/\s]+/[^/\s]+/T)/[^/\s:;,'"\])]+"""),
        "(temporary folder)",
    ),
)
_TELLS = regex(r"[EF]\d{4} \d\d:\d\d:\d\d|(?:error|fatal|panic)\b", re.IGNORECASE)
_LEVEL = regex(r"(?:error|fatal):\s*", re.IGNORECASE)
_FIELD = regex(r'"[^"]*" err=("(?:[^"\\]|\\.)*")')
"""What klog makes of an error: a heading, and the text of the error as JSON."""
_STACK = regex(r"goroutine \d|\t|Traceback |[\w./()*]+\(0x|\s+/")
"""Lines of a stack, as Go and Python print it."""
_LONGEST = 500


def steady(text: str, *folders: str) -> str:
    """A text of an error that another run gives as well; paths below one of the folders count from it."""
    for folder in folders:
        for name in {folder, os.path.realpath(folder)} - {"", "/"}:
            text = re.sub(rf"{re.escape(name)}(?![\w.-])", ".", text.replace(f"{name}/", ""))
    text = _LOG_HEADS.sub("", text)
    for pattern, instead in _VARIABLE:
        text = pattern.sub(instead, text)
    return text


def complaint(said: str, *folders: str) -> str:
    """Why a program failed, by what it printed as it did; empty where it printed nothing."""
    text = " ".join(_telling(said)).strip()
    text = _LEVEL.sub("", _LOG_HEADS.sub("", text), count=1)
    if field := _FIELD.match(text):
        text = _unquoted(field[1])
    return steady(" ".join(text.split()), *folders)[:_LONGEST]


def _telling(said: str) -> Iterator[str]:
    """The lines with the error: from the first with an error word to the end of its paragraph, else the last."""
    lines = said.splitlines()
    first = next((number for number, line in enumerate(lines) if _TELLS.match(line)), None)
    if first is None:
        yield next((line for line in reversed(lines) if line.strip() and not _STACK.match(line)), "")
        return
    yield lines[first]
    for line in lines[first + 1 :]:
        if not line.strip() or _STACK.match(line) or _TELLS.match(line):
            return
        yield line


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:  # an escape that only Go has
        return text[1:-1]
