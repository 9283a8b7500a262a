"""Refuses an id that two rules would share, be it the one of now or one of before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scanner import library
from scanner.errors import PackError
from scanner.model import RuleInfo
from scanner.policy.rule import SCHEMA

_STAYS = "a former id of a rule cannot be given to another rule"


def faults(rules: Iterable[tuple[RuleInfo, str]]) -> Iterator[PackError]:
    """What is wrong with the ids of rules, each given with its file."""
    named = list(rules)
    files: dict[str, str] = {}
    for info, source in named:
        if info.id in files:
            message = f"two rules have the id {info.id}: {files[info.id]} and {source}"
            yield PackError(message, hint="the id of a rule is its path in the folder")
        files[info.id] = source
    owners: dict[str, str] = {}
    for info, source in named:
        for number, name in enumerate(info.formerly):
            if problem := _shared(name, info, files, owners):
                yield _at_former_id(source, number, problem)
            owners.setdefault(name, source)


def _shared(name: str, info: RuleInfo, files: Mapping[str, str], owners: Mapping[str, str]) -> str:
    """What is wrong with an id that a rule had."""
    if name == info.id:
        return f"{name} is the current id of the rule"
    if name in files:
        return f"{name} is the id of another rule: {files[name]}"
    return f"{name} is a former id of another rule too: {owners[name]}" if name in owners else ""


def _at_former_id(source: str, number: int, message: str) -> PackError:
    """The error with its line; the file is read again, because a rule from the cache has none."""
    from scanner import datafile

    file = datafile.read(Path(source), library.data_root() / "rules" / SCHEMA)
    return file.error(("formerly", number), message, _STAYS)
