"""What is wanted of the work on files, and what it gives."""

from __future__ import annotations

from msgspec import Struct, field

from scanner.facts.field_filter import FieldFilter
from scanner.limits import DEFAULTS, Limits
from scanner.model import Input, Subject
from scanner.policy.evaluate import Evaluation


class Portion(Struct):
    """What the work on one file gives, or on a portion of its subjects."""

    subjects: tuple[Subject, ...] = ()
    """Those that the later stage can use."""
    evaluation: Evaluation = field(default_factory=Evaluation)
    input: Input | None = None
    """What the file is; known with the last portion."""
    harmless: bool = False
    """With the last portion: no text of what the file gave holds a credential."""
    clean: bool = False
    """With the last portion: nor does the text of the file."""
    entry: bytes | None = None
    """With the last portion: all portions of the file as the cache of results keeps them, where it may."""
    ended: bool = False
    """The work on the file was ended, or failed, which need not happen again."""
    others: tuple[str, ...] = ()
    """Identities of the subjects that the later stage cannot use."""


class Work(Struct, frozen=True):
    """What is wanted of the work on files."""

    kept: FieldFilter | None = None
    """What stays of subjects for the later stage; nothing where all of each does."""
    fixes: bool = False
    """Give each failure the fix that its rule has, as edits of the file."""
    limits: Limits = DEFAULTS
    deploy_target: str = ""
    """Who deploys Compose files; empty where each file tells."""
    live: bool = False
    """All inputs count as live, so that a block which a page shows as refused is applied like any other."""
