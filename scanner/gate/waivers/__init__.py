"""Waivers: findings that a file accepts for a limited time. They change no outcome, only what counts for a verdict."""

from __future__ import annotations

from scanner.gate.waivers.judging import Applied, apply, proposed
from scanner.gate.waivers.reading import read

__all__ = ["Applied", "apply", "proposed", "read"]
