"""Threat models of other tools -> the subjects of an architecture spec."""

from __future__ import annotations

from scanner.subjects.threat_models import otm, threagile, threat_dragon, tm_library

FORMATS = (threagile.FORMAT, otm.FORMAT, threat_dragon.FORMAT, tm_library.FORMAT)
