"""What a row of the tables of hostile inputs says: a file, and what a scan of it must come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Content = bytes | str | Callable[[], bytes]


@dataclass(frozen=True)
class Row:
    """One odd input and its defined outcome, alone and beside a good file."""

    name: str
    file: str
    content: Content
    status: str
    reason: str = ""
    """A part of the reason; empty where there must be none."""
    line: int = 0
    privileged: tuple[int, ...] = ()
    """Lines at which a privileged container is found."""
    errors: bool = False
    """Whether some rule could not be evaluated."""
    alone: int = 0
    """Exit code of a scan of nothing else."""
    beside: int = 0
    """Exit code beside a good file, which has findings of its own."""
    lost: tuple[int, str, str] = (0, "", "")
    """Line and kind of the first part that was not assessed, and a part of its reason."""

    def bytes(self) -> bytes:
        made = self.content() if callable(self.content) else self.content
        return made.encode("utf-8", "surrogateescape") if isinstance(made, str) else made


def unreadable(name: str, file: str, content: Content, reason: str, line: int, privileged: Iterable[int] = ()) -> Row:
    """Something in it is lost, which is said with its line; what is found in the rest of it counts all the same."""
    return Row(name, file, content, "unreadable", reason, line, tuple(privileged), alone=4, beside=4)


def noted(name: str, file: str, content: Content, reason: str, line: int, privileged: Iterable[int] = ()) -> Row:
    """Something in it that is nobody's configuration cannot be read, which is told and stops nothing."""
    found = tuple(privileged)
    status, why = ("assessed", "") if found else ("skipped", "contains nothing that Assay can read")
    return Row(name, file, content, status, why, 0, found, False, 1 if found else 3, 1, (line, "embedded", reason))


def not_assessed(name: str, file: str, content: Content, reason: str, line: int) -> Row:
    """It is something of ours that has no reader, or a call of which nothing can be read."""
    return Row(name, file, content, "not-assessed", reason, line, alone=4, beside=4)


def skipped(name: str, file: str, content: Content, reason: str) -> Row:
    """It holds nothing of ours."""
    return Row(name, file, content, "skipped", reason, alone=3, beside=1)


def assessed(
    name: str, file: str, content: Content, privileged: Iterable[int] = (), *, clean: bool = False, errors: bool = False
) -> Row:
    """It is read whole; `clean` where nothing in it fails."""
    alone = 4 if errors else 0 if clean else 1
    return Row(name, file, content, "assessed", "", 0, tuple(privileged), errors, alone, 4 if errors else 1)


def pod(odd: str = "text", *, before: str = "") -> str:
    """A privileged pod with something odd in it, and in front of it."""
    return f"""\
{before}apiVersion: v1
kind: Pod
metadata:
  name: odd
  annotations:
    odd: {odd}
spec:
  containers:
    - name: odd
      image: registry.example/odd:1.0.0
      securityContext:
        privileged: true
"""


POD = pod()
HERE = 12
"""The line of a pod that makes it privileged, where nothing stands before it and the odd thing takes one line."""
