"""Which sentences of Markdown are claims of the text, and which are quoted, conditional, planned or somebody else's."""

from __future__ import annotations

import pytest

from scanner import documents, subjects
from scanner.subjects.own_statements import own_statements

CLAIM = "Everything is SOC 2 compliant."
NOT_OWN = {
    "a quote": f'The brochure has "{CLAIM}" on its cover.',
    "curved quotes": f"The brochure has “{CLAIM}” on its cover.",
    "a block quote": f"> {CLAIM}\ngoes on here: {CLAIM}",
    "a code span": f"Write `{CLAIM}` there.",
    "indented code": f"Text.\n\n    {CLAIM}\n\tIt is HIPAA compliant.",
    "a comment": f"<!--\n{CLAIM}\n-->",
    "a condition": "If the audit passes,\nthe platform is SOC 2 compliant.",
    "a possibility": "The platform could be SOC 2 compliant.",
    "somebody else": "The vendor says it is SOC 2 compliant.",
    "a cloud provider": "AWS is SOC 2 compliant.",
    "a requirement": "The platform must be SOC 2 compliant.",
    "a list of requirements": "They require:\n\n- SOC 2 compliant.\n- HIPAA compliant.",
    "a section of goals": "## Goals\n\n- SOC 2 compliant.",
    "a plan": f"## Roadmap\n\n### Year 2\n\n{CLAIM}",
    "an open task": "- [ ] SOC 2 compliant",
    "an example": f"## Example\n\n{CLAIM}",
    "a negation": "The platform is not SOC 2 compliant.",
    "a kind of provider": "Payments go to a PCI DSS compliant provider.",
    "a question": "Is it SOC 2 compliant?",
    "a specification": "The YAML 1.2 specification: fully compliant.",
    "rules of the authors": "- 187 of 187 skills: 100% compliance",
}
OWN = {
    "a sentence": (CLAIM, 1),
    "all regulations": ("100% compliance with all applicable regulations", 1),
    "an audit": ("- HIPAA audit: 100% compliant", 1),
    "bold type": ("**Compliance**: SOC 2 compliant", 1),
    "after a quote": (f"> quoted\n\n{CLAIM}", 3),
    "after a plan": (f"## Roadmap\n\nMore.\n\n## Security\n\n{CLAIM}", 7),
    "text of a list item": (f"- Item\n\n    {CLAIM}", 3),
    "a table": ("| Standard | Status |\n|---|---|\n| Audit | SOC 2 compliant |", 3),
    "behind a condition": (f"If it fails, we call. {CLAIM}", 1),
}


def claimed(text: str) -> list[tuple[str, int]]:
    found = subjects.recognise(documents.read("a.md", text)).subjects
    return [(each.bindings["claim"]["metric"], each.marks["claim"][3] + 1) for each in found]


@pytest.mark.parametrize("text", NOT_OWN.values(), ids=NOT_OWN)
def test_what_a_text_does_not_state_itself_is_no_claim(text: str) -> None:
    assert claimed(text) == []


@pytest.mark.parametrize(("text", "line"), OWN.values(), ids=OWN)
def test_what_a_text_states_itself_is_a_claim_at_its_line(text: str, line: int) -> None:
    assert claimed(text) == [("compliance", line)]


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("It runs in 3 regions.\nIt runs in 3 regions.", []),
        ("It runs in 3 regions.\nIt runs in 5 regions.\nIt runs in 7 regions.", ["regions"]),
        ("It has 35+ microservices.\nIt has 40 microservices.", []),
        ("It has 35+ microservices.\nIt has 60 microservices.", ["services"]),
        ("It takes 1M concurrent users.\nIt takes 1,000,000 concurrent users.", []),
        ("Systems with <50 concurrent users.\nSystems with > 10k concurrent users.", []),
        ("v1.2 regions, $5 regions, 10ms query latency globally, 3 regions in Europe.\nIt runs in 4 regions.", []),
        ("The response time is < 20ms globally.\nThe response time is < 20ms globally.", []),
    ],
)
def test_a_quantity_that_is_stated_in_two_ways_is_one_claim(text: str, metrics: list[str]) -> None:
    found = subjects.recognise(documents.read("a.md", text)).subjects
    stated = [each.bindings["claim"] for each in found]
    wrong = [
        each["metric"] for each in stated if any(a["low"] > b["high"] for a in each["figures"] for b in each["figures"])
    ]
    assert wrong == metrics


@pytest.mark.parametrize(
    "text", ['"' * 999, "`" * 999, "> " * 500, "- " * 500, "(" * 999, "9" * 999 + " users", "# " * 99]
)
def test_odd_texts_keep_their_places(text: str) -> None:
    lines = [text, "", text + " 5 regions"]
    assert [len(each) for each in own_statements(lines).lines] in ([len(each) for each in lines], [0, 0, 0])
