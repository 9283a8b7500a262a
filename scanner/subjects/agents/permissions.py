"""Permission rules as subjects: those of the lists of a settings file, and those that front matter or a call gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scanner.contexts import Context, context_of, is_page
from scanner.documents.positions import Node
from scanner.model import Subject
from scanner.subjects.agents.building import Place, subject, with_file
from scanner.subjects.agents.kinds import PERMISSION
from scanner.subjects.agents.permission_grammar import COMMANDS, TOOLS, Rule, consulted, near_tool, parse
from scanner.subjects.agents.permission_lookup import RuleLookup
from scanner.subjects.agents.placeholders import is_any_command
from scanner.subjects.agents.secret_values import secret_kind
from scanner.subjects.subject_builder import SubjectBuilder

LISTS = ("allow", "ask", "deny")
_EFFECTS = {"allow": "grants", "ask": "asks", "deny": "denies", "refused": "none"}
_NARROWER = 20
"""Rules that a finding may propose instead of a broad one."""


def permissions(
    where: Place,
    lists: Mapping[str, Node],
    source: str = "settings",
    root: Node | None = None,
    path: str = "permissions",
    *,
    refused: bool = False,
) -> Iterator[Subject]:
    """The rules of several lists, each with the one that makes it void.

    With `root`, in a document below a path: a rule that a narrower one can replace has it, for the fix. `refused` says
    that the tool skips their file.
    """
    rules = {
        name: [(at, node, _parsed(where, node.value)) for at, node in _texts(lists[name])]
        for name in LISTS
        if name in lists
    }
    found = {name: RuleLookup(rule for *_, rule in pairs) for name, pairs in rules.items()}
    for name, pairs in rules.items():
        stronger = [(kind, found[kind]) for kind in _stronger(name) if kind in found]
        covered = found[name].covered(found[name].rules, _NARROWER)
        written = {rule.text for *_, rule in pairs}
        for at, node, rule in pairs:
            narrower = covered[rule.text]
            meant = consulted(rule) if consulted(rule) in written else ""
            more = {"meant": meant} | ({"fileRefused": True} if refused else {})
            made = permission(where, name, node, rule, (stronger, narrower), source=source, more=more)
            if root and made.bindings[made.focus]["narrower"]:
                made.bindings[made.focus]["path"] = f"{path}.{name}.{at}"
                made = with_file(made, root)
            yield made


def permission(
    where: Place,
    name: str,
    node: Node,
    rule: Rule,
    others: tuple[Sequence[tuple[str, RuleLookup]], Sequence[str]] = ((), ()),
    *,
    source: str = "settings",
    more: Mapping[str, object] | None = None,
) -> Subject:
    """One rule of a list.

    `others` are the rules of the lists that are asked before its own, and rules that it covers; `more` are fields.
    """
    stronger, narrower = others
    shape = (
        SubjectBuilder().say("name", rule.text).say("list", name).put("text", node, rule.text).say("tool", rule.tool)
    )
    shape.say("client", where.tool).say("valid", rule.valid).say("why", rule.why).say("reach", rule.reach).say(
        "source", source
    )
    if rule.specifier is not None:
        shape.say("specifier", rule.specifier)
    shape.say("effect", _EFFECTS[name] if rule.valid else "none")
    shape.say("near", "" if where.tool != "claude-code" or _is_known(rule.tool) else near_tool(rule.tool))
    by = next(((kind, other) for kind, rules in stronger if (other := rules.first(rule))), None)
    shape.say("shadowedBy", f"{by[0]}: {by[1].text}" if by else "")
    shape.say("narrower", [] if rule.reach in ("narrow", "none") else list(narrower))
    shape.say("credential", secret_kind("", rule.text))
    for field, value in (more or {"meant": ""}).items():
        shape.say(field, value)
    return subject(PERMISSION, where, name, f"{name} rule", shape, node)


def _parsed(where: Place, text: str) -> Rule:
    """A rule; one that only shows the form, with a word in place of the command, reaches no more than one command."""
    rule = parse(text)
    path = where.origin.path
    is_shown = bool(where.origin.first_line) or is_page(path) or context_of(path) is Context.TEMPLATE
    if is_shown and rule.tool in COMMANDS and is_any_command(rule.specifier or ""):
        return Rule(rule.text, rule.tool, rule.specifier, "", "narrow")
    return rule


def _stronger(name: str) -> tuple[str, ...]:
    """The lists that are asked before a list."""
    return {"allow": ("deny", "ask"), "ask": ("deny",), "deny": ()}[name]


def _texts(node: Node) -> Iterator[tuple[int, Node]]:
    """The texts of a list, with their numbers."""
    pairs = enumerate(node.elements())
    return ((at, item) for at, item in pairs if isinstance(item.value, str) and item.value.strip())


def _is_known(tool: str) -> bool:
    return tool in TOOLS or "*" in tool or tool.startswith("mcp__") or not tool
