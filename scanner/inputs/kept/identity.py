"""What the results of a file depend on besides the file and the code: the libraries that read, rules and options."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import orjson

from scanner import __version__, library
from scanner.facts.field_filter import FieldFilter
from scanner.inputs.portion import Work
from scanner.kept import code
from scanner.kept.inspection import names_of
from scanner.limits import Limits
from scanner.model import RuleInfo
from scanner.policy.evaluate import Evaluator
from scanner.policy.fix import RuleFix
from scanner.policy.rule import FactReason, LowerReason, Rule

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_FORMAT = "3"
"""Of entries: another one is another key."""


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
        code.libraries(),
        rules,
        repr([rule.parameters for rule in rules]),  # JSON has no infinity
        (local.by_path, *settings, own_rules),
        (reads, fields.facts, work.fixes, work.limits, work.deploy_target, work.live),
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
    of_fix = (rule.fix.when, rule.fix.safe_when) if rule.fix else (None, None)
    of_lower = (each.when for each in rule.lower)
    for compiled in (rule.when, rule.require, rule.detail, *of_lower, rule.every_item, *of_fix):
        total.update(b"%d " % len(compiled or b"") + (compiled or b""))


def _listed(names: Iterable[str]) -> str:
    return " ".join(sorted(names))


def _told(value: Any) -> Any:
    """A value as orjson can write it, the same in every process."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    kind = type(value)
    if kind not in _GETTERS:
        raise TypeError(f"a {kind.__name__} has no identity")
    return _GETTERS[kind](value)


_APART = {"when", "require", "detail", "every_item", "safe_when"}
"""Compiled expressions."""
_DERIVED = {"encoded_reads", "joined"}
"""Fields of a rule that follow from the others: what its expressions, its place and its message read."""
_GETTERS = {
    kind: attrgetter(*(name for name in names_of(kind) if name not in _APART | _DERIVED))
    for kind in (Limits, LowerReason, Rule, RuleFix, RuleInfo, FactReason)
}
