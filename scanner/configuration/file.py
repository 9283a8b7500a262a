"""`assay.yaml`: found in the working directory or named, read, and what of it counts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from scanner.configuration.keys import KEYS, ConfigurationKey
from scanner.configured import NotAssessed, NotUsed
from scanner.errors import PackError, UsageError
from scanner.limits import MIB
from scanner.model import Severity
from scanner.policy.tuning import RuleSettings, SourcedValue
from scanner.sources import boundary

if TYPE_CHECKING:
    from scanner.datafile import DataFile

NAME = "assay.yaml"
MISNAMED = "assay.yml"
SCHEMA = Path(__file__).with_name("schema.json")

_MOST_FOUND = MIB
"""The largest size of a file that was found and not named: its author may want to slow the scan down."""
_ONLY_FOUND = f"it has an effect only in a file that is named on the command line: --config {NAME}"


class ConfigurationFile(Struct, frozen=True):
    """The settings of a configuration file that have an effect."""

    path: str
    sha256: str
    named: bool
    """`--config` named it; otherwise it was found, and may not bring code or data."""
    values: Mapping[str, SourcedValue]
    """By key, all but `rules` and `not_assessed`."""
    rules: tuple[RuleSettings, ...]
    not_assessed: tuple[NotAssessed, ...]
    not_used: tuple[NotUsed, ...]


EMPTY = ConfigurationFile("", "", False, {}, (), (), ())
"""In place of a file where none is to be read."""


def find(named: str | None) -> ConfigurationFile | None:
    """The file that `--config` names, else the one in the working directory, else None.

    Raises PackError with file and line for what is wrong with it, UsageError for one that must not be obeyed.
    """
    if named is not None:
        boundary.stay_inside(named)
        return _load(Path(named), named=True)
    if not os.path.lexists(NAME):
        return None
    if os.path.islink(NAME):
        raise UsageError(
            f"{NAME} is a symbolic link, and Assay does not follow it", hint=f"name the file: --config {NAME}"
        )
    return _load(Path(NAME), named=False)


def of_content(path: str, content: bytes, *, named: bool) -> ConfigurationFile:
    """The file with a content that was read elsewhere, such as in a commit; raises PackError as `find` does."""
    return _load(Path(path), named=named, content=content)


def _load(path: Path, *, named: bool, content: bytes | None = None) -> ConfigurationFile:
    from scanner import datafile

    most = None if named else _MOST_FOUND  # empty is one whose lines are all commented out
    file = datafile.read(path, SCHEMA, may_be_empty=True, most=most, content=content)
    keys = [KEYS[name] for name in file.value if name in KEYS]
    used = [key for key in keys if named or not key.needs_config]
    file.refuse((*_standard_input(file), *_idle_reasons(file)))
    file.refuse(error for key in used if key.names_files for error in _misplaced(file, key, named=named))
    return ConfigurationFile(
        str(path),
        file.sha256,
        named,
        {key.name: SourcedValue(_value(file, key), file.where((key.name,))) for key in used},
        tuple(_rule(file, name) for name in file.value.get("rules", ())),
        tuple(_not_assessed(file, number) for number, _ in enumerate(file.value.get("not_assessed", ()))),
        tuple(NotUsed(key.name, file.where((key.name,)), _ONLY_FOUND) for key in keys if key not in used),
    )


def _value(file: DataFile, key: ConfigurationKey) -> Any:
    """The value of a key, with files and folders counted from the folder of the configuration file."""
    value = file.value[key.name]
    folder = os.path.dirname(file.path)
    if isinstance(value, list):
        return tuple(_below(folder, item, key) if key.names_files else item for item in value)
    return os.path.join(folder, value) if key.names_files else value


def _below(folder: str, item: str, key: ConfigurationKey) -> str:
    """An item of a list of files, each of which counts from a folder."""
    return key.separator.join(os.path.join(folder, path) for path in key.files(item))


def _standard_input(file: DataFile) -> Iterator[PackError]:
    """`-` among the paths: a file must not make a scan wait for, or read, what is typed or piped in."""
    for number, path in enumerate(file.value.get("paths", ())):
        if path == "-":
            hint = "name standard input on the command line: assay scan -"
            yield file.error(("paths", number), "`paths` takes files and folders, not standard input", hint)


def _idle_reasons(file: DataFile) -> Iterator[PackError]:
    """Reasons without a word, and reasons for settings that need none."""
    for rule, given in file.value.get("rules", {}).items():
        if "reason" in given and given.get("enabled") is not False and "severity" not in given:
            message = "a reason explains `enabled: false` or `severity`; neither is given"
            yield file.error(("rules", rule, "reason"), message, "give one of them, or make the reason a comment")
        elif "reason" in given and not re.search(r"\w", given["reason"]):
            hint = "say why the rule is switched off or has another severity; every report shows the reason"
            yield file.error(("rules", rule, "reason"), "the reason contains no word", hint)
    for number, entry in enumerate(file.value.get("not_assessed", ())):
        if not re.search(r"\w", entry["reason"]):
            hint = "say why this is not assessed; every report shows the reason"
            yield file.error(("not_assessed", number, "reason"), "the reason contains no word", hint)


def _misplaced(file: DataFile, key: ConfigurationKey, *, named: bool) -> Iterator[PackError]:
    """Files and folders that are not there, and in a file that was only found those outside of its folder."""
    value = _value(file, key)
    for number, path in enumerate(value if isinstance(value, tuple) else (value,)):
        place = (key.name, number) if isinstance(value, tuple) else (key.name,)
        if not named and not all(map(_is_here, key.files(path))):
            message = f"{path} is outside the working directory"
            yield file.error(place, message, f"name the configuration file to allow this: --config {NAME}")
        elif key.needs_config and not os.path.exists(path):
            yield file.error(
                place, f"no such file or folder: {path}", f"paths are relative to the folder of {file.path}"
            )


def _is_here(path: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(os.curdir))


def _rule(file: DataFile, name: str) -> RuleSettings:
    given, at = file.value["rules"][name], ("rules", name)
    severity = given.get("severity")
    return RuleSettings(
        name,
        file.where(at),
        enabled=given.get("enabled"),
        severity=Severity(severity) if severity else None,
        reason=given.get("reason", "").strip(),
        parameters=_parameters(file, (*at, "parameters"), given),
        added=_parameters(file, (*at, "add"), given),
    )


def _not_assessed(file: DataFile, number: int) -> NotAssessed:
    given = file.value["not_assessed"][number]
    where = file.where(("not_assessed", number))
    return NotAssessed(given.get("format", ""), given.get("path", ""), given["reason"].strip(), where)


def _parameters(file: DataFile, at: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, SourcedValue]:
    return {name: SourcedValue(value, file.where((*at, name))) for name, value in given.get(at[-1], {}).items()}
