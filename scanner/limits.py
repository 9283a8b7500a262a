"""The limits for one input: their defaults, and the messages for inputs that exceed them."""

from __future__ import annotations

from msgspec import Struct

MIB = 1024**2
UNITS = {"GiB": 1024**3, "MiB": MIB, "KiB": 1024}
"""Units of a size in bytes, largest first."""

SIZES = ("bytes", "memory")
"""Limits that are sizes in bytes."""
MOST = {"depth": 1000, "seconds": 1_000_000, **dict.fromkeys(SIZES, 2**50)}
"""The largest value of a limit: far below what crashes the runtime of the rules, or the system's own calls."""
MOST_OTHERWISE = 10**12

_SAID = {
    "bytes": "larger than {}",
    "depth": "nested deeper than {} levels",
    "nodes": "more than {} values",
    "borrowed": "its YAML aliases expand to more than {} values",
    "scalar": "a text of more than {} characters",
    "documents": "more than {} documents",
    "faults": "more than {} syntax errors",
    "seconds": "needs more than {} seconds of CPU time",
    "waiting": "did not end in the time allowed for {} seconds of CPU time",
    "engine": "did not end within {} seconds of CPU time",
    "memory": "needs more than {} of memory",
}


class Limits(Struct, frozen=True):
    """What one input may cost. docs/inputs.md describes each limit under its name here."""

    bytes: int = 256 * MIB
    """Bytes of a file."""
    depth: int = 200
    """Levels of nesting; from some 10,000 on the runtime of the rules crashes."""
    nodes: int = 10_000_000
    """Keys, scalars and collections of one text; a million of them takes some 300 MB."""
    borrowed: int = 400_000
    """Values that the aliases of one text may expand to, whatever its size: go-yaml's figure."""
    scalar: int = 10_000_000
    """Characters of one key or value."""
    documents: int = 1_000_000
    """Documents of one text, or tool calls."""
    faults: int = 100
    """Parts of one text that cannot be read: each is a new start."""
    seconds: float = 20.0
    """Seconds of a processor for one input, and as many more as its size is worth."""
    engine: float = 900.0
    """Seconds of a processor for each process of a second engine, whatever the number of files."""
    memory: int = 3 * 1024 * MIB
    """Bytes of address space beyond what a process that reads starts with."""

    def passed(self, name: str, allowed: float | None = None) -> str:
        """Why an input that passes a limit is not read, and whether more may be allowed.

        `allowed` is the figure in force where it is not the limit alone.
        """
        said, name = _SAID[name], "seconds" if name == "waiting" else name
        number = getattr(self, name) if allowed is None else allowed
        form = "SIZE" if name in SIZES else "N"
        figure = size(int(number)) if form == "SIZE" else f"{number:,}" if isinstance(number, int) else f"{number:g}"
        more = "raises this" if getattr(self, name) < MOST.get(name, MOST_OTHERWISE) else "cannot raise this"
        return f"{said.format(figure)} (--limit {name}={form} {more})"


DEFAULTS = Limits()


def waiting(seconds: float) -> float:
    """Seconds on the clock before what may take so many of a processor is given up, as it waits for something.

    They are many: on a machine with other work an input takes longer, and must come to the same.
    """
    return 60 + 10 * seconds


def size(number: int) -> str:
    """Bytes in the largest unit that states them exactly."""
    for unit, worth in UNITS.items():
        if number % worth == 0:
            return f"{number // worth:,} {unit}"
    return f"{number:,} bytes"
