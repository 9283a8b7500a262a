"""Checks of other tools -> the page of the rules that replace them, and of the reasons if no rule does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from markup import code, heading, paragraph, prose, reference, slug, table

from scanner.policy.rule import RuleFile

DATA = Path(__file__).with_name("peer-checks.yaml")


@dataclass(frozen=True, slots=True)
class Peer:
    """One tool and all its checks for one kind of files."""

    name: str
    source: str
    read: str
    """The version, or the state of the source, of the list."""
    note: str
    prefix: str
    """The prefix of an id in a rule."""
    checks: tuple[str, ...]
    absent: Mapping[str, tuple[str, str]]
    """Id -> what the check requires, and why no rule replaces it."""

    def known(self, name: str) -> bool:
        """Whether a name in a rule is a check of this tool."""
        return name.startswith(self.prefix) and name.removeprefix(self.prefix) in self.checks


def load(path: Path = DATA) -> list[Peer]:
    """The tools in the order of the file.

    Raises ValueError for a check with two reasons.
    """
    return [_peer(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def _peer(entry: Mapping[str, object]) -> Peer:
    absent: dict[str, tuple[str, str]] = {}
    for group in entry.get("absent", ()):  # type: ignore[attr-defined]
        for check, what in group["checks"].items():
            if check in absent:
                message = f"{entry['name']}: two reasons why {check} is absent; leave one"
                raise ValueError(message)
            absent[check] = (what, group["why"])
    texts = {name: str(entry.get(name, "")) for name in ("name", "source", "read", "note", "prefix")}
    return Peer(**texts, checks=tuple(entry["checks"]), absent=absent)  # type: ignore[arg-type]


def replaced(rules: Sequence[RuleFile]) -> dict[str, list[str]]:
    """Name of a check, with its prefix -> the rules that replace it."""
    found: dict[str, list[str]] = {}
    for file in rules:
        for name in (*file.rule.info.same_as, *file.rule.info.overlaps):
            found.setdefault(name, []).append(file.rule.info.id)
    return found


def peers_page(peers: Sequence[Peer], rules: Sequence[RuleFile]) -> Iterator[str]:
    """The blocks of the page."""
    by_check = replaced(rules)
    yield "# Checks of other tools"
    yield paragraph(
        "Every check of another tool for Kubernetes or Compose files, and the rule that replaces it, or the reason why "
        "no rule replaces it on purpose. A rule may be stricter or more exact than the check; where its verdict "
        "differs from Checkov's, `bench/differential_checkov.known.yaml` says why."
    )
    head = ("tool", "list of", "checks", "replaced", "absent")
    yield table(
        head,
        [
            (
                f"[{prose(it.name)}](#{slug(it.name)})",
                prose(it.read),
                str(len(it.checks)),
                str(len(it.checks) - len(it.absent)),
                str(len(it.absent)),
            )
            for it in peers
        ],
    )
    for peer in peers:
        yield heading(2, prose(peer.name), slug(peer.name))
        yield paragraph(f"Source: <{peer.source}>. {prose(peer.note)}".strip())
        yield table(
            ("check", "replaced by", "or deliberately absent"), [_row(peer, it, by_check) for it in peer.checks]
        )


def _row(peer: Peer, check: str, by_check: Mapping[str, Sequence[str]]) -> tuple[str, str, str]:
    rules = ", ".join(map(reference, by_check.get(peer.prefix + check, ())))
    what, why = peer.absent.get(check, ("", ""))
    return code(check), rules, f"{prose(what)}: {prose(why)}" if what else ""
