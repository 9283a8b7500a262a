"""What the permission rules of Claude Code allow: a table, and properties of the verdict.

The semantics are those of https://code.claude.com/docs/en/permissions as of 2026-08-22, of patterns of names of tools
as of 2026-11-30. Some rows are stricter than that page and than the changelog: an allow rule `*` is skipped since
version 2.1.166, and current versions skip `mcp__*`; they ask before a write to `.claude` whatever a rule allows; and
they ask before `find -exec` and `find -delete` since version 2.1.113. Earlier versions and other tools do not. The
severity is that of the rule; a finding about `find` counts lower.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import documents
from scanner.policy.evaluate import Evaluator
from scanner.subjects import recognise
from scanner.subjects.agents import permission_lookup
from scanner.subjects.agents.kinds import PERMISSION
from scanner.subjects.agents.permission_grammar import Rule, covers, parse
from scanner.subjects.agents.permission_lookup import RuleLookup
from scanner.subjects.agents.programs import REACHES, rank, rows
from tests import bundles

TABLE = """
allow critical any-command        Bash
allow critical any-command        Bash(*)
allow critical any-command        Bash(**)
allow critical any-command        Bash(FOO=1 *)
allow critical any-command        PowerShell
allow critical any-tool           *
allow critical any-tool           B*
allow critical any-server-tool    mcp__*
allow critical shell              Bash(bash:*)
allow critical shell              Bash(bash -c:*)
allow critical shell              Bash(sh *)
allow critical shell              Bash(/bin/zsh:*)
allow critical shell              Bash(eval:*)
allow critical shell              Bash(powershell -ExecutionPolicy Bypass -Command:*)
allow critical superuser          Bash(sudo:*)
allow critical superuser          Bash(sudo -E *)
allow critical superuser          Bash(su*)
allow high     interpreter        Bash(python:*)
allow high     interpreter        Bash(python3.12 -c:*)
allow high     interpreter        Bash(/usr/bin/node:*)
allow high     interpreter        Bash(PYTHONPATH=. python -m:*)
allow high     interpreter        Bash(.venv/bin/python:*)
allow high     interpreter        Bash(node --version*)
allow high     interpreter        Bash(node -v:*)
allow high     interpreter        Bash(python -W error --version:*)
allow high     interpreter        Bash(python --v*)
allow high     runner             Bash(npx:*)
allow high     runner             Bash(npx -y *)
allow high     runner             Bash(npm:*)
allow high     runner             Bash(uv run:*)
allow high     runner             Bash(xargs -n1 *)
allow high     remover            Bash(rm:*)
allow high     remover            Bash(rm -rf:*)
allow high     downloader         Bash(curl:*)
allow high     downloader         Bash(curl -X POST:*)
allow high     finder             Bash(find:*)
allow high     remote-shell       Bash(ssh:*)
allow high     remote-shell       Bash(ssh -i key *)
allow high     container-engine   Bash(docker:*)
allow high     cluster            Bash(kubectl exec:*)
allow high     cluster            Bash(kubectl:*)
allow high     interpreter        Bash(awk:*)
allow high     runner             Bash(tmux:*)
allow high     stream-editor      Bash(sed:*)
allow high     downloader         Bash(curl -X:*)
allow medium   any-domain         Bash(curl -sI *)
allow medium   any-domain         Bash(curl -s --head:*)
allow high     infrastructure     Bash(terraform:*)
allow high     infrastructure     Bash(aws:*)
allow high     whole-file-system  Read
allow high     whole-file-system  Read(*)
allow high     whole-file-system  Read(//**)
allow high     whole-file-system  Edit
allow high     home               Read(~/**)
allow high     home               Read(//home/ann/**)
allow high     credentials        Read(~/.ssh/**)
allow high     credentials        Read(~/.aws/credentials)
allow high     own-configuration  Edit(.claude/**)
allow high     own-configuration  Edit(~/.bashrc)
allow medium   any-domain         WebFetch(domain:*)
allow medium   any-domain         WebFetch
allow low      none               Bash(:*)
allow low      none               bash(*)
allow low      none               Bash(git diff:*
allow low      none               Bash()
allow low      none               Bash(git:* push)
allow low      none               Write(src/**)
allow low      none               WebFetch(https://example.com)
allow low      none               mcp__tracker(list)
allow low      none               Read(src:*)
allow low      none               Bash(command:rm *)
allow high     runner             Bash(command:*)
allow high     runner             Bash(command *)
allow pass     narrow             Bash(command -v:*)
allow pass     narrow             Bash(git diff:*)
allow pass     narrow             Bash(git push origin feature/*:*)
allow pass     narrow             Bash(npm run test)
allow pass     narrow             Bash(npm run:*)
allow pass     narrow             Bash(npx prettier:*)
allow pass     narrow             Bash(python scripts/report.py:*)
allow pass     narrow             Bash(python -m pytest:*)
allow pass     narrow             Bash(python3 --version*)
allow pass     narrow             Bash(python3.12 -V:*)
allow pass     narrow             Bash(perl -v *)
allow pass     narrow             Bash(curl --version:*)
allow pass     narrow             Bash(bash scripts/build.sh:*)
allow pass     narrow             Bash(rm -rf build)
allow pass     narrow             Bash(sudo systemctl restart app)
allow pass     narrow             Bash(curl -s http://localhost:8000/*)
allow pass     narrow             Bash(docker ps:*)
allow pass     narrow             Bash(* --version)
allow pass     narrow             Bash(shellcheck:*)
allow pass     narrow             Read(./src/**)
allow pass     narrow             Read(/etc/**)
allow pass     narrow             Edit(src/**)
allow pass     narrow             WebFetch(domain:docs.example.com)
allow pass     narrow             WebSearch
allow pass     narrow             mcp__tracker
allow pass     narrow             mcp__tracker__*
allow pass     narrow             Agent(Explore)
deny  pass     remover            Bash(rm:*)
deny  pass     any-command        Bash
deny  pass     credentials        Read(~/.ssh/**)
deny  medium   none               Write(./.env)
deny  medium   none               Bash(*:.env)
deny  medium   none               bash(rm:*)
ask   pass     superuser          Bash(sudo:*)
ask   medium   none               Bash(:*)
"""
ROWS = [line.split(maxsplit=3) for line in TABLE.strip().splitlines()]
SEVERITIES = ("critical", "high", "medium", "low", "pass")


ABOUT_PERMISSIONS = [file.rule for file in bundles.RULES if file.rule.info.subject == PERMISSION]
OF_RULE = {rule.info.id: rule.info.severity.value for rule in ABOUT_PERMISSIONS}
EVALUATOR = Evaluator(ABOUT_PERMISSIONS)


def verdicts(**lists: list[str]) -> dict[tuple[str, str], str]:
    """Each rule of the lists, with its list -> the severity of the worst rule that it fails."""
    text = json.dumps({"permissions": lists})
    worst = {(name, rule): "pass" for name, rules in lists.items() for rule in rules}
    found = recognise(documents.read(".claude/settings.json", text)).subjects
    for subject in found:
        for finding in EVALUATOR.evaluate([subject]).findings:
            said = subject.bindings["permission"]
            key = said["list"], said["text"]
            worst[key] = min(worst[key], OF_RULE[finding.rule], key=SEVERITIES.index)
    return worst


def test_the_table_is_large_enough() -> None:
    assert len(ROWS) >= 60


@pytest.mark.parametrize(("name", "severity", "reach", "rule"), ROWS, ids=[f"{row[0]} {row[3]}" for row in ROWS])
def test_a_rule_has_the_verdict_of_the_table(name: str, severity: str, reach: str, rule: str) -> None:
    assert parse(rule).reach == reach
    assert verdicts(**{name: [rule]})[name, rule] == severity


ADVICE = {
    "/tmp": "//tmp/**",
    "/tmp/x/**": "//tmp/x/**",
    "file:/tmp/x/**": "//tmp/x/**",
    "src/**": "src/**",
    "/src/**": "/src/**",
    "~/x": "~/x",
    "//opt": "//opt/**",
    "/etc/hosts": "//etc/hosts",
    "file_path:/x/y": "/x/y",
    "path: src/a": "src/a",
    ".env:*": ".env",
    "docs/": "docs/**",
    r"C:\Users\ann\a.txt": "//c/Users/ann/a.txt",
    "/": "",
    ":*": "",
    "file:": "",
    "file:file:a": "a",
}
"""A path of a rule that the tool ignores -> the path of the one to write instead; empty where none is clear.

`/x` is below the folder of the project, `//x` is absolute, as https://code.claude.com/docs/en/permissions says on
2026-08-22.
"""


@pytest.mark.parametrize("path", ADVICE)
@pytest.mark.parametrize(("tool", "consulted"), [("Write", "Edit"), ("NotebookEdit", "Edit"), ("Glob", "Read")])
def test_a_rule_that_is_advised_is_one_that_the_tool_applies(tool: str, consulted: str, path: str) -> None:
    advice = parse(f"{tool}({path})").why.partition(": write ")[2]
    assert advice == (f"{consulted}({ADVICE[path]})" if ADVICE[path] else "")
    assert not advice or parse(advice).valid


@pytest.mark.parametrize("path", [path for path in ADVICE if path.startswith("file:")])
def test_a_path_with_a_scheme_is_advised_without_it(path: str) -> None:
    assert parse(f"Read({path})").why.partition(": write ")[2] == (f"Read({ADVICE[path]})" if ADVICE[path] else "")


PROGRAMS = sorted({words for words, _ in rows()})
WORDS = st.sampled_from([*PROGRAMS, "git", "npm", "npm run", "ls", "docker ps", "make"])
REST = st.lists(st.sampled_from(["-c", "-y", "-X", "POST", "run", "build", "x.py", "-rf", "exec", "a=b"]), max_size=3)


@given(WORDS, REST, st.data())
def test_a_rule_never_has_a_milder_verdict_than_one_that_it_contains(
    program: str, rest: list[str], data: st.DataObject
) -> None:
    words = [*program.split(), *rest]
    counts = sorted(data.draw(st.lists(st.integers(0, len(words)), min_size=2, max_size=4)))
    ending = data.draw(st.sampled_from([":*", " *"]))
    chain = ["Bash(" + (" ".join(words[:count]) + ending if count else "*") + ")" for count in counts]
    chain.append(f"Bash({' '.join(words)})")
    ranks = [rank(parse(rule).reach) for rule in chain]
    assert ranks == sorted(ranks), chain


@given(WORDS, st.data())
def test_a_shorter_beginning_never_has_a_milder_verdict(program: str, data: st.DataObject) -> None:
    long = data.draw(st.integers(1, len(program)))
    short = data.draw(st.integers(0, long))
    broad, narrow = (parse(f"Bash({program[:count]}*)").reach for count in (short, long))
    assert rank(broad) <= rank(narrow)


@pytest.mark.parametrize(
    "chain",
    [
        ["Read", "Read(//**)", "Read(//home/ann/**)", "Read(//home/ann/.ssh/**)", "Read(//home/ann/.ssh/known_hosts)"],
        ["Edit", "Edit(//**)", "Edit(~/**)", "Edit(~/.bashrc)", "Edit(~/notes/a.txt)"],
        ["Edit", "Edit(**)", "Edit(.claude/**)", "Edit(.claude/notes.md)"],
        ["*", "mcp__*", "mcp__tracker__*", "mcp__tracker__list"],
        ["*", "B*", "Bash", "Bash(/*)", "Bash(/usr/bin/*)", "Bash(/usr/bin/python:*)", "Bash(/usr/bin/python x.py)"],
        ["WebFetch", "WebFetch(domain:*)", "WebFetch(domain:*.example.com)", "WebFetch(domain:docs.example.com)"],
    ],
)
def test_a_chain_of_rules_gets_milder_from_left_to_right(chain: list[str]) -> None:
    found = [SEVERITIES.index(verdicts(allow=[rule])["allow", rule]) for rule in chain]
    assert found == sorted(found)
    assert found[0] < found[-1]


RULES = [rule for *_, rule in ROWS]


@given(st.lists(st.sampled_from([rule for rule in RULES if parse(rule).valid]), max_size=6, unique=True))
def test_a_denial_never_makes_a_finding(rules: list[str]) -> None:
    assert set(verdicts(deny=rules).values()) <= {"pass"}


@given(
    st.lists(st.sampled_from(RULES), max_size=5, unique=True),
    st.lists(st.sampled_from(RULES), max_size=3, unique=True),
    st.lists(st.sampled_from(RULES), max_size=3, unique=True),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_lists_changes_nothing(
    allow: list[str], ask: list[str], deny: list[str], chance: random.Random
) -> None:
    before = verdicts(allow=allow, ask=ask, deny=deny)
    for rules in (allow, ask, deny):
        chance.shuffle(rules)
    assert verdicts(deny=deny, ask=ask, allow=allow) == before


OTHERS = (
    """
mcp__a;mcp__a__b;mcp__a__*;mcp__ab__c;Bash(git diff:*);Bash(git diff --stat);Bash(gitk);Bash(git*);Bash(git diff*)
;Read(/a);Edit(/a);bash(ls);Bash(:*);We*;WebFetch
""".strip()
    .replace("\n", "")
    .split(";")
)


@pytest.mark.parametrize("rules", [[*dict.fromkeys(RULES + OTHERS)], [*OTHERS, *reversed(RULES)]])
def test_a_lookup_finds_the_rules_that_a_comparison_of_all_finds(rules: list[str]) -> None:
    parsed = [parse(rule) for rule in rules]
    lookup = RuleLookup(parsed)
    covered = lookup.covered(parsed, 20)
    for rule in parsed:
        first = next((other for other in parsed if covers(other, rule)), None)
        assert lookup.first(rule) == first, rule.text
        narrower = [other.text for other in parsed if other.text != rule.text and covers(rule, other)]
        assert set(covered[rule.text]) == set(narrower) if len(narrower) <= 20 else len(covered[rule.text]) == 20


def looked_at(number: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many keys of rules are looked at for a file with that many rules that allow and as many that deny."""
    calls = 0
    own = permission_lookup._keys

    def counted(rule: Rule) -> Iterator[Any]:
        nonlocal calls
        for key in own(rule):
            calls += 1
            yield key

    lists = {name: [f"Bash({name}{at}:*)" for at in range(number)] for name in ("allow", "deny")}
    with monkeypatch.context() as patched:
        patched.setattr(permission_lookup, "_keys", counted)
        recognise(documents.read(".claude/settings.json", json.dumps({"permissions": lists})))
    return calls


def test_twice_as_many_rules_take_twice_as_many_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 0 < looked_at(200, monkeypatch) <= 2 * looked_at(100, monkeypatch)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".claude/settings.json", json.dumps({"permissions": {"deny": [f"Read(/{at})" for at in range(5001)]}})),
        ("a.md", "```js\n" + 'mcp__claude-flow__agent_spawn({ type: "coder" })\n' * 5001 + "```\n"),
    ],
)
def test_more_items_than_a_person_reads_are_a_loss(path: str, text: str) -> None:
    read = recognise(documents.read(path, text))
    assert ["more than 5,000 items" in fault.message for fault in read.faults] == [True]
    assert len(read.subjects) >= 5000


def test_the_table_of_programs_has_only_words_that_a_verdict_knows() -> None:
    assert {reach for _, reach in rows()} < set(REACHES)
