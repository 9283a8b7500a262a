"""The shipped rule files, which are loaded once in a process: compiling them takes more than a second."""

from __future__ import annotations

from functools import cache

from scanner import library
from scanner.policy.rule import RuleFile, load_folder


@cache
def rule_files() -> tuple[RuleFile, ...]:
    return tuple(load_folder(library.data_root() / "rules"))
