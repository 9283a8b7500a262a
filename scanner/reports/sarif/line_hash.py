"""GitHub's `primaryLocationLineHash`: what `github/codeql-action` computes from a file, computed here to the bit.

The hash of a line is a polynomial over the first 100 UTF-16 units that follow from its start, spaces and tabs left
out, line ends written as LF, the end of the file as 65535 and then zeros; a counter tells equal hashes apart.
See src/fingerprints.ts in that repository.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from hashlib import sha256
from itertools import product

WINDOW = 100
_FACTOR = 37
_END_OF_FILE = 65535
_MASK = (1 << 64) - 1


def line_hashes(lines: tuple[str, ...], digest: str, wanted: set[int]) -> dict[int, str]:
    """Return the hashes of the wanted 1-based lines; none where the lines do not give the file's bytes again.

    `digest` is the SHA-256 of the file: only where line ends, byte order mark and last newline are known for certain
    is the hash the one that GitHub would compute.
    """
    if any("\r" in line for line in lines):
        return {}
    text = "\n".join(lines)
    for start, last, ending in product(("", "\ufeff"), ("", "\n"), ("\n", "\r\n")):
        candidate = start + text + last
        if sha256(candidate.replace("\n", ending).encode("utf-8", "surrogatepass")).hexdigest() == digest:
            return _hashes(candidate, wanted)
    return {}


def _hashes(text: str, wanted: set[int]) -> dict[int, str]:
    lines = text.replace(" ", "").replace("\t", "").split("\n")
    units = array("H", "\n".join(lines).encode("utf-16-le", "surrogatepass"))
    if sys.byteorder == "big":
        units.byteswap()
    units.extend([_END_OF_FILE] + [0] * WINDOW)
    seen: Counter[bytes] = Counter()
    hashes = {}
    start = 0
    last = max(wanted, default=0)
    for number, line in enumerate(lines[:last], 1):
        window = units[start : start + WINDOW]
        key = window.tobytes()
        seen[key] += 1
        if number in wanted:
            hashes[number] = f"{_hash(window):x}:{seen[key]}"
        start += len(line) + 1 + sum(character > "\uffff" for character in line)
    return hashes


def _hash(window: array[int]) -> int:
    value = 0
    for unit in window:
        value = value * _FACTOR + unit & _MASK
    return value
