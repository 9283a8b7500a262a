"""Samples that anybody can draw again: the items in the order of SHA-256 of seed and id, from the first one on."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

ALGORITHM = (
    "For each id of a population, SHA-256 of the UTF-8 bytes of the seed followed directly by the id, as hexadecimal "
    "digits. The ids are sorted by these digests. The first ones, as many as are asked for, are the sample."
)


def drawn(seed: str, ids: Iterable[str], number: int) -> list[str]:
    """The ids that belong to a sample, in the order in which they are drawn."""
    return sorted(set(ids), key=lambda each: (_digest(seed, each), each))[:number]


def _digest(seed: str, text: str) -> str:
    return sha256(f"{seed}{text}".encode("utf-8", "surrogateescape")).hexdigest()
