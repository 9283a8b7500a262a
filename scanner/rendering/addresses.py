"""The names in a kustomization that Kustomize would fetch: a file, or a folder of a repository."""

from __future__ import annotations

import re

from scanner.late import regex

_ELSEWHERE = regex(
    r"\s*+(?:git::|(?!file:)[a-z][a-z0-9+.-]*+://|[\w.-]++@[\w.-]++:|(?:github\.com|gh)[/:]"
    r"|(?:[\w-]++\.)++[\w-]++[/:][^?\n]*?(?:\.git\b|\?(?:ref|version)=))",
    re.IGNORECASE,
)
"""How the address of what Kustomize fetches begins."""


def is_elsewhere(name: str) -> bool:
    """Whether Kustomize would fetch what has this name."""
    return "\n" not in name.strip() and bool(_ELSEWHERE.match(name))
