"""How what is found in files travels from one process to another."""

from __future__ import annotations

import copyreg
import sys
from dataclasses import fields
from operator import attrgetter

from scanner.limits import Limits
from scanner.model import Finding, Subject
from scanner.places import Edit, Fix, Location, Origin, Related

_FRAMES = 5
"""Calls within calls that one level of nesting may take: the recursion limit of Python is 1,000 of them."""
_TRAVELLERS = (Edit, Finding, Fix, Location, Origin, Related, Subject)


def prepare(limits: Limits) -> None:
    """Let this process, and those that it starts, hand over values as deep as the limits allow."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES * limits.depth))
    for kind in _TRAVELLERS:
        _pickle_as_call(kind)


def _pickle_as_call(kind: type) -> None:
    """Let values of a kind travel as the call that makes them: a third of the time that their state takes."""
    state = attrgetter(*(each.name for each in fields(kind)))
    copyreg.pickle(kind, lambda value: (kind, state(value)))
