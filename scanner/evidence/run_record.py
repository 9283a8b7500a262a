"""Who ran what, when and how: `run.json`, the only file of a pack with times, arguments and paths of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from scanner.errors import AssayError
from scanner.evidence.canonical import OTHER_SHAPE, indented
from scanner.finished_scan import Scan

RUN = "run.json"
FORMAT = "assay-run/1"
UNSIGNED = "UNSIGNED"
NO_TIME = "1980-01-01T00:00:00Z"
"""In place of the time of the commit where there is no commit: two builds of equal files give equal bytes."""


class Tool(Struct, frozen=True):
    """The program and what it ran on."""

    version: str
    digest: str
    """SHA-256 over the names and contents of all files of the installed package."""
    python: str
    cel: str
    """Version of the runtime that evaluates the rules."""
    name: str = "Assay"


class Actor(Struct, frozen=True):
    """Who ran it, as far as that was stated; nothing here is verified."""

    name: str = ""
    source: str = ""
    """`--actor`, or the CI service whose documented variables state it."""
    run: str = ""
    """The address of the CI run."""
    details: dict[str, str] = field(default_factory=dict)


class Repository(Struct, frozen=True):
    """The Git repository of the scanned files."""

    commit: str
    tree: str
    committed: str
    """When the commit was made, in UTC."""
    address: str = ""
    """Without credentials."""
    branch: str = ""
    prefix: str = ""
    """What the names of the scan have before the names in the repository."""
    dirty: tuple[str, ...] = ()
    """Paths that differ from the commit, or that it does not have."""


class EffectiveConfiguration(Struct, frozen=True):
    """Every setting with the value that counted."""

    digest: str
    values: dict[str, Any]


class LinesBy(Struct, frozen=True):
    """Lines of a file that one commit introduced, as Git states it."""

    lines: int
    commit: str
    """Empty for lines that are not committed."""
    author: str
    date: str


class SettingsFile(Struct, frozen=True):
    """A file that decided what was in scope, how it was judged, or what was accepted."""

    kind: str
    path: str
    sha256: str
    """Of the file as it is; `policy/` has it without credentials."""
    lines_by: tuple[LinesBy, ...] = ()
    """Empty where Git does not tell."""


class RunVerdict(Struct, frozen=True):
    """The verdict of the scan."""

    exit_code: int
    reason: str


class RunRecord(Struct, frozen=True, kw_only=True):
    """The circumstances of a pack."""

    format: str = FORMAT
    tool: Tool
    actor: Actor
    arguments: tuple[str, ...]
    folder: str
    """The current folder, from which the arguments name files."""
    repository: Repository | None
    root: str
    """The folder that names of files are relative to."""
    paths: tuple[str, ...]
    profile: str
    frameworks: tuple[str, ...]
    ruleset_digest: str
    pack_digest: str
    """Of all rules, policies and catalogues."""
    configuration: EffectiveConfiguration
    settings_files: tuple[SettingsFile, ...] = ()
    started: str
    ended: str
    verdict: RunVerdict
    signature: str = UNSIGNED
    """UNSIGNED, or the fingerprint of the key: `sha256:` and the digest of the DER of the public key."""

    def to_bytes(self) -> bytes:
        """The file `run.json`."""
        return indented(msgspec.to_builtins(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> RunRecord:
        """Read `run.json`; raises AssayError where it is not one."""
        try:
            record = msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, *OTHER_SHAPE) as error:
            raise AssayError(f"{RUN} is not the record of a run: {error}") from None
        if record.format != FORMAT:
            raise AssayError(f"{RUN} has the format {record.format!r}, and this version of Assay reads {FORMAT}")
        return record


class PackSource(Struct, frozen=True):
    """What may enter a file of a pack beside the scan: two builds of one commit have the same."""

    version: str
    digest: str
    commit: str = ""
    tree: str = ""
    time: str = NO_TIME
    signature: str = UNSIGNED
    files: Mapping[str, str] = {}
    """Name in the pack -> SHA-256, of the files that were made before."""
    control_files: Mapping[tuple[str, str, str], str] = {}
    """(framework, edition, control) -> the name of its page, without its ending."""

    @property
    def is_signed(self) -> bool:
        """Whether a key signs the pack."""
        return self.signature != UNSIGNED


def source_of(record: RunRecord) -> PackSource:
    """What of a record may enter other files."""
    own = record.repository
    base = PackSource(version=record.tool.version, digest=record.tool.digest, signature=record.signature)
    if own is None:
        return base
    time = own.committed or NO_TIME
    return replace(base, commit=own.commit, tree=own.tree, time=time)


class Circumstances(Struct, frozen=True, kw_only=True):
    """What a caller states of a run before the scan is finished."""

    tool: Tool
    actor: Actor
    arguments: tuple[str, ...]
    folder: str
    """The current folder, from which the arguments name files."""
    repository: Repository | None
    root: str
    paths: tuple[str, ...]
    configuration: EffectiveConfiguration
    settings_files: tuple[SettingsFile, ...] = ()
    started: str
    ended: str
    signature: str = UNSIGNED

    def record(self, scan: Scan) -> RunRecord:
        """The record of a run that ended with a scan."""
        return RunRecord(
            tool=self.tool,
            actor=self.actor,
            arguments=self.arguments,
            folder=self.folder,
            repository=self.repository,
            root=self.root,
            paths=self.paths,
            profile=scan.run.profile,
            frameworks=scan.run.asked,
            ruleset_digest=scan.run.ruleset_digest,
            pack_digest=scan.run.pack_digest,
            configuration=self.configuration,
            settings_files=self.settings_files,
            started=self.started,
            ended=self.ended,
            verdict=RunVerdict(scan.verdict.exit_code, scan.verdict.reason),
            signature=self.signature,
        )
