"""How what is found in files travels from one process to another."""

from __future__ import annotations

import sys

from scanner.limits import Limits

_FRAMES = 5
"""Calls within calls that one level of nesting may take: the recursion limit of Python is 1,000 of them."""


def prepare(limits: Limits) -> None:
    """Let this process, and those that it starts, hand over values as deep as the limits allow."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES * limits.depth))
