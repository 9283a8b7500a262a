"""Which versions of Kubernetes the rules know."""

from __future__ import annotations

from scanner.errors import UsageError

OLDEST_KUBERNETES, NEWEST_KUBERNETES = 16, 37
"""The minor versions of Kubernetes 1.x that the rules know; rules see the chosen one as `cluster.minor`."""


_MINOR_DIGITS = 3


def minor_of(version: str) -> int:
    """The minor part of a version of Kubernetes 1 that the rules know; raises UsageError for anything else."""
    major, _, minor = version.removeprefix("v").partition(".")
    if major != "1" or not (minor.isascii() and minor.isdigit() and len(minor) <= _MINOR_DIGITS):
        message = f"{version!r} is not a Kubernetes version"
        raise UsageError(message, hint=f"write it as 1.{NEWEST_KUBERNETES}")
    if not OLDEST_KUBERNETES <= int(minor) <= NEWEST_KUBERNETES:
        hint = f"the rules know 1.{OLDEST_KUBERNETES} to 1.{NEWEST_KUBERNETES}; name the nearest of these"
        raise UsageError(f"the rules do not know Kubernetes {version.removeprefix('v')}", hint=hint)
    return int(minor)
