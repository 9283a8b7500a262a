"""The configuration of a comparison: that of the base counts, and what the change makes weaker is a finding."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

import click
from msgspec import Struct
from msgspec.structs import replace

from scanner.changed_settings import ChangedConfiguration
from scanner.cli.reading import resolved_options
from scanner.configuration import file as configuration_file
from scanner.configuration.file import NAME
from scanner.configuration.resolve import ResolvedOptions
from scanner.configuration.weakening import JUDGED_BY, ConfigurationChange, weakenings
from scanner.errors import AssayError
from scanner.policy.pack import AllRules
from scanner.safe_read import read
from scanner.sources import Selection, boundary, git_file
from scanner.sources.git_base import Base


class Sides(Struct):
    """The configuration on both sides of a change."""

    path: str
    base: ResolvedOptions
    """Of the common ancestor, which the change began with."""
    head: ResolvedOptions | None
    """None where the file of the change is wrong."""
    content: bytes
    """Of the file of the change."""
    chosen: ResolvedOptions
    """What counts: mostly that of the commit that the change is to be merged into."""
    fault: AssayError | None = None
    """What is wrong with the file of the change."""
    notes: tuple[str, ...] = ()
    commit: str = ""
    """The base."""
    selection: Selection = Selection()
    """The state of the checkout that is compared with it."""

    def changed(self) -> ChangedConfiguration:
        """What the change makes weaker."""
        return ChangedConfiguration(self.path, self.content, self._changes)

    def _changes(self, rules: AllRules) -> Iterator[ConfigurationChange]:
        if self.head is not None:
            yield from weakenings(self.base, self.head, rules, self.path)
        elif self.fault:
            line = self.fault.location.rpartition(":")[2]
            told = f"the configuration file of the change is wrong: {self.fault.message}"
            yield ConfigurationChange("file", told, self.path, int(line) if line.isdecimal() else 1)
        yield from _changed_files(self.chosen, self.commit, self.selection)


def sides(context: click.Context, base: Base, selection: Selection) -> Sides:
    """The configuration of a base, and that of the files that are selected.

    Raises UsageError and PackError for what is wrong with the file that counts.
    """
    return replace(_sides(context, base, selection), commit=base.commit, selection=selection)


def _sides(context: click.Context, base: Base, selection: Selection) -> Sides:
    path = context.params.get("config") or NAME
    named = path == context.params.get("config")
    if named:
        boundary.stay_inside(path)
        if not git_file.is_in_checkout(path):  # such as one that CI brings: no change reaches it
            own = _resolved(context, path, read(path), named=True)
            return Sides(path, own, own, b"", own)
    counted = git_file.content(path, Selection(revision=base.target))
    before = git_file.content(path, Selection(revision=base.commit))
    try:
        chosen = _resolved(context, path, counted, named=named)
    except AssayError as error:  # the change may mend it
        note = f"{path} is wrong on the base ({error.message}), so that of the change counts"
        now = content_of(path, selection, named=named)
        head = _resolved(context, path, now, named=named)
        return Sides(path, _resolved(context, path, None, named=named), head, now or b"", head, notes=(note,))
    past, notes = chosen, tuple[str, ...]()
    if before != counted:
        notes = (f"{path} counts as it is on {base.name}, which differs from the common ancestor",)
        with suppress(AssayError):
            past = _resolved(context, path, before, named=named)
    try:
        now = content_of(path, selection, named=named)
        head = _resolved(context, path, now, named=named)
    except AssayError as error:
        return Sides(path, past, None, _shown(path, selection), chosen, fault=error, notes=notes)
    if counted is None and before is None and now is not None:
        note = f"{path} is not on the base, so that of the change counts"
        return Sides(path, past, head, now, head, notes=(note,))
    return Sides(path, past, head, now or b"", chosen, notes=notes)


def _changed_files(chosen: ResolvedOptions, commit: str, selection: Selection) -> Iterator[ConfigurationChange]:
    """Files that the scan is judged by, such as rules, where the change modifies or deletes them."""
    for key in JUDGED_BY:
        value = chosen.value(key) or ()
        for named in (value,) if isinstance(value, str) else value:
            for path in git_file.names(named, commit):
                if content_of(path, selection, named=False) != git_file.content(path, Selection(revision=commit)):
                    yield ConfigurationChange(key, f"{path}, which {key} names, differs from the base", path)


def _resolved(context: click.Context, path: str, content: bytes | None, *, named: bool) -> ResolvedOptions:
    """The options with a configuration file of a content; without any where there is none."""
    if content is None:
        return resolved_options(context, file=configuration_file.EMPTY)
    return resolved_options(context, file=configuration_file.of_content(path, content, named=named))


def content_of(path: str, selection: Selection, *, named: bool) -> bytes | None:
    """The content of a file among those that are selected; None where it is not there.

    Raises UnreadableError for one that cannot be read, and for a link that no option names.
    """
    if selection.staged or selection.revision:
        return git_file.content(path, selection)
    return read(path, follow=named) if os.path.lexists(path) else None


def _shown(path: str, selection: Selection) -> bytes:
    """What can be shown of a file that is wrong."""
    with suppress(AssayError):
        return content_of(path, selection, named=False) or b""
    return b""
