"""What the results of a file depend on besides the file: Assay's code, the libraries that read, rules and options.

An installed package is identified by its RECORD, which holds the digest of each of its files, so that the same release
has the same identity on every machine. A checkout has none, so names, sizes and times of its files count: the time of
the last change of an inode too, which no program that sets times can set.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from scanner import __version__, library
from scanner.facts.field_filter import FieldFilter
from scanner.inputs.kept.inspection import names_of
from scanner.inputs.portion import Work
from scanner.limits import Limits
from scanner.model import RuleInfo
from scanner.policy.evaluate import Evaluator
from scanner.policy.fix import RuleFix
from scanner.policy.rule import Rule

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_FORMAT = "2"
"""Of entries: another one is another key."""
_OWN = "assay_compliance"
LIBRARIES = {
    "attrs": "attrs",
    "cel_expr_python": "cel_expr_python",
    "jsonschema": "jsonschema",
    "jsonschema_specifications": "jsonschema_specifications",
    "markdown_it": "markdown_it_py",
    "mdurl": "mdurl",
    "msgspec": "msgspec",
    "orjson": "orjson",
    "referencing": "referencing",
    "rpds": "rpds_py",
    "tree_sitter": "tree_sitter",
    "tree_sitter_javascript": "tree_sitter_javascript",
    "typing_extensions": "typing_extensions",
    "yaml": "pyyaml",
}
"""The modules of others that read files and evaluate rules, with the names of their packages."""


def digest(
    local: Evaluator, fields: FieldFilter, work: Work, settings: tuple[object, ...], own_rules: str = ""
) -> bytes:
    """SHA-256 of everything but the file and the code.

    `settings` are those of the evaluator that it does not show, `own_rules` is the digest of the files of rules that
    are not shipped. Raises TypeError where one of them has no identity.
    """
    rules = [rule for some in local.rules.values() for rule in some]
    reads = {(each.kind, *map(_listed, (each.paths, each.names, each.objects))) for each in fields.rules}
    told = (
        _FORMAT,
        __version__,
        sys.version,
        sys.getrecursionlimit(),
        _libraries(),
        rules,
        repr([rule.parameters for rule in rules]),  # JSON has no infinity
        (local.by_path, *settings, own_rules),
        (reads, work.fixes, work.limits),
    )
    total = hashlib.sha256(orjson.dumps(told, default=_told, option=orjson.OPT_PASSTHROUGH_DATACLASS))
    shipped = library.data_root() / "rules"
    for rule in rules:
        if not own_rules or (shipped / f"{rule.info.id.replace('.', '/')}.yaml").exists():
            _add_compiled(total, rule)
    return total.digest()


def _add_compiled(total: Hash, rule: Rule) -> None:
    """Add the compiled expressions of a rule.

    Those of shipped rules are compiled once and then kept. Those of others are compiled in each run and never the same,
    so that their files stand for them.
    """
    when = rule.fix.when if rule.fix else None
    for compiled in (rule.when, rule.require, rule.detail, rule.every_item, when):
        total.update(b"%d " % len(compiled or b"") + (compiled or b""))


def _listed(names: Iterable[str]) -> str:
    return " ".join(sorted(names))


def code() -> str:
    """The identity of Assay's own code; empty where it cannot be known."""
    package = Path(__file__).resolve().parents[2]
    record = _record(package.parent, _OWN)
    try:
        files = sorted(_files(str(package), "", exact=not record))
    except OSError:
        return ""
    return hashlib.sha256(repr((record, files)).encode("utf-8", "surrogatepass")).hexdigest() if files else ""


def _files(folder: str, name: str, *, exact: bool) -> Iterator[tuple[str | int, ...]]:
    """Name and size of each file of a folder with a name; `exact` adds its inode and the times of its last change."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file():
                told = entry.stat()
                yield (
                    f"{name}/{entry.name}",
                    told.st_size,
                    *((told.st_mtime_ns, told.st_ctime_ns, told.st_ino) if exact else ()),
                )
            elif entry.is_dir(follow_symlinks=False) and entry.name not in {"__pycache__", "_data"}:
                yield from _files(entry.path, f"{name}/{entry.name}", exact=exact)


def _libraries() -> list[tuple[str, str]]:
    """The identity of each library that reads files or evaluates rules."""
    return [(module, _library(module, package)) for module, package in LIBRARIES.items()]


def _library(module: str, package: str) -> str:
    spec = find_spec(module)
    if spec is None:
        return ""
    place = Path(next(iter(spec.submodule_search_locations or ()), spec.origin or ""))
    if record := _record(place.parent, package):
        return record
    told = place.stat()
    return repr((str(place), told.st_size, told.st_mtime_ns, told.st_ctime_ns))


def _record(folder: Path, package: str) -> str:
    """The digest of the RECORD of a package that is installed in a folder, empty where there is none."""
    try:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".dist-info") and _normal(name.partition("-")[0]) == package:
                return hashlib.sha256((folder / name / "RECORD").read_bytes()).hexdigest()
    except OSError:
        return ""
    return ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _told(value: Any) -> Any:
    """A value as orjson can write it, the same in every process."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    kind = type(value)
    if kind not in _GETTERS:
        raise TypeError(f"a {kind.__name__} has no identity")
    return _GETTERS[kind](value)


_APART = {"when", "require", "detail", "every_item"}
"""Compiled expressions."""
_DERIVED = {"words", "reads", "decisive"}
"""Fields of a rule that follow from the others: what its expressions, its place and its message read."""
_GETTERS = {
    kind: attrgetter(*(name for name in names_of(kind) if name not in _APART | _DERIVED))
    for kind in (Limits, Rule, RuleFix, RuleInfo)
}
