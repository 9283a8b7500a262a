"""`evidence.yaml` on the command line: which file counts, and what people owe by it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from scanner.cli.waiver_options import today
from scanner.controls import Assessment, Checkable, ControlStatus
from scanner.errors import PackError, UsageError, raise_together
from scanner.evidence.manual import NAME, Key, ManualRecord, ManualState, Need, by_control, read
from scanner.finished_scan import Scan
from scanner.frameworks.catalogue import Framework
from scanner.options import Options
from scanner.sources import boundary


class ManualFile(Struct, frozen=True):
    """The records that count."""

    path: str = ""
    records: tuple[ManualRecord, ...] = ()

    @classmethod
    def of(cls, named: str | None) -> ManualFile:
        """The file that an option names, else the one in the current folder, else none.

        Raises UsageError and PackError for a file that cannot be read or is not as its schema says.
        """
        path = named or NAME
        if named is None and not os.path.lexists(NAME):
            return cls()
        if named is None and os.path.islink(NAME):
            hint = f"name the file: --evidence {NAME}"
            raise UsageError(f"{NAME} is a symbolic link, and Assay does not follow it", hint=hint)
        boundary.stay_inside(path)
        return cls(path, tuple(read(Path(path))))

    def states(self, result: Scan, how: Options) -> dict[Key, list[ManualState]]:
        """Control of a finished scan -> the states of its records, or that it has none."""
        asked = [each for each in result.assessments if f"{each.framework}@{each.edition}" in result.run.asked]
        needs = [Need(each.framework, each.edition, each.control, _suffices(each)) for each in asked]
        self.refuse_unknown(result.assessments)
        return by_control(self.records, needs, how.today or today(None))

    def owed(self, frameworks: Sequence[Framework], day: date, excluded: set[Key]) -> dict[Key, list[ManualState]]:
        """Control of a framework -> what people owe for it."""
        needs = [
            Need(
                framework.id,
                framework.edition,
                control.id,
                control.checkable is Checkable.FULL or (framework.id, framework.edition, control.id) in excluded,
            )
            for framework in frameworks
            for control in framework.controls
        ]
        return by_control(self.records, needs, day)

    def refuse_unknown(self, controls: Iterable[Assessment]) -> None:
        """Raise PackError for records about controls that no framework has."""
        known = {(name, each.control) for each in controls for name in _names(each.framework, each.edition)}
        raise_together(
            PackError(f"there is no control {each.control!r} in the framework {each.framework!r}", each.where)
            for each in self.records
            if (each.framework, each.control) not in known and any(each.framework == name for name, _ in known)
        )


def _names(framework: str, edition: str) -> tuple[str, str]:
    return framework, f"{framework}@{edition}"


def _suffices(control: Assessment) -> bool:
    return control.checkable is Checkable.FULL or control.status is ControlStatus.NOT_APPLICABLE
