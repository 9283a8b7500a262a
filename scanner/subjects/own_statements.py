"""Lines of Markdown -> what the text itself states, with everything else left blank.

Quotes, code, comments, addresses, conditions, comparisons and what somebody else says are not statements of the text.
Places stay where they are, because each character that is left out becomes a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from scanner.late import regex


class OwnStatements(Struct):
    """The lines with blanks, and those of them that state what is wanted rather than what is."""

    lines: list[str]
    demanded: set[int] = field(default_factory=set)


_LEFT_OUT = regex(
    r'(`{1,3})[^`\n]{1,300}?\1|"[^"\n]{1,300}"|“[^”\n]{1,300}”|«[^»\n]{1,300}»|<!--.*?-->|\]\([^)\n]{0,300}\)'
    r"|https?://[^\s)>]{1,300}",
    re.DOTALL,
)
_UNSURE = regex(
    r"(?i)\b(?:if|when|whenever|whether|unless|until|would|could|might|may|maybe|perhaps|assum\w{0,6}|suppos\w{0,6}"
    r"|imagin\w{0,6}|for (?:example|instance)|e\.g|hypothetical\w{0,2}|in case|cannot|never|not|nor|tbd|todo|tbc"
    r"|roadmap|future|eventually|optional\w{0,2}|alternativ\w{0,4}|versus|vs|instead|compared|rather|whereas"
    r"|consider\w{0,3}|recommend\w{0,6}|examples?|sample|trade-?offs?|typical\w{0,2}|usual\w{0,2}"
    r"|often|once|criteria|per (?:tenant|customer|region|user))\b|n['\u2019]t\b|\?"
)
_UNSURE_TITLE = regex(
    r"(?i)\b(?:examples?|options?|alternatives?|future|road ?map|to-?do|non-?goals?|proposals?|proposed|plan|phase \d"
    r"|compari\w{1,5}|versus|vs|competit\w{1,6}|case stud\w{1,3}|faq|questions?|background|problem|before|history"
    r"|change ?log|scenarios?|releases?|versions?|milestones?|sprints?|criteria"
    r"|checklists?|templates?|tests?|testing|references?|glossary)\b|\?"
)
_OTHERS = regex(
    r"(?i)\baccording to\b|\b(?!(?:we|our|this|it|system|platform|service|architecture|document)\b)[a-z]{2,20} "
    r"(?:says?|said|claims?|claimed|announced|advertises?|boasts?|wrote|argues?|reported)\b"
    r"|\b(?:vendor|provider|supplier|competitor)s?\b(?:\s\w{1,20}){0,2}\s(?:promis\w{1,4}|offers?|guarantees?|has|have)\b"
    r"|\b(?:aws|amazon|azure|microsoft|google|gcp|cloudflare|netflix|stripe|twilio|auth0|okta|s3|dynamodb|aurora"
    r"|firebase|supabase|vercel|heroku|datadog|openai|anthropic|github|twitter|facebook|uber)(?:['\u2019]s)?\s(?:\w{1,20}\s)"
    r"{0,2}(?:offers?|provides?|guarantees?|has|have|supports?|serves?|handles?|is|are|runs?|operates?|sla)\b"
)
_DEMANDED = regex(
    r"(?i)\b(?:must|shall|should|needs?|needed|requir\w{1,8}|wants?|wanted|expect\w{0,6}|goals?|targets?|targeting"
    r"|objectives?|desired|aims?|ensure|learn\w{0,4}|you will|slos?)\b"
)
_ENDS = regex(r"(?<!e\.g)(?<!i\.e)(?<=[.!?;])\s+|[ \t]{2,}\n|\\\n")
_ITEM = regex(r"\s*(?:[-*+]|\d{1,4}[.)])\s+\S")
_OPEN_TASK = regex(r"\s*(?:[-*+]|\d{1,4}[.)])\s+\[ \]")
_TITLE = regex(r"\s{0,3}(#{1,6})\s")
_QUOTE = regex(r"\s{0,3}>")
_CODE_INDENT = 4


def own_statements(lines: Sequence[str]) -> OwnStatements:
    """What the lines of a Markdown text state themselves."""
    text = _LEFT_OUT.sub(_blank, "\n".join(lines))
    found = OwnStatements(text.split("\n"))
    titles: list[tuple[int, bool, bool]] = []
    intro = (False, False)
    for first, end in _blocks(found.lines):
        line = found.lines[first]
        block = "\n".join(found.lines[first:end])
        if title := _TITLE.match(line):
            level = len(title[1])
            titles = [each for each in titles if each[0] < level]
            titles.append((level, bool(_UNSURE_TITLE.search(line)), bool(_DEMANDED.search(line))))
            intro = (False, False)
        is_item = bool(_ITEM.match(line))
        if not is_item and not title:
            leads = block.rstrip(" *_").endswith(":")
            intro = (leads and bool(_UNSURE.search(block)), leads and bool(_DEMANDED.search(block)))
        left_out = any(unsure for _, unsure, _ in titles) or (is_item and intro[0]) or bool(_OPEN_TASK.match(line))
        wanted = any(demanded for _, _, demanded in titles) or (is_item and intro[1])
        _take(found, first, end, left_out=left_out, wanted=wanted)
    return found


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The paragraphs, items, rows and headings, each as its first line and the one behind its last.

    Block quotes and indented code are made blank.
    """
    start = -1
    in_list = quoted = False
    blank_before = True
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        is_blank = not line.strip()
        quoted = bool(_QUOTE.match(line)) or (quoted and not is_blank)
        is_code = not in_list and not is_blank and blank_before and (indent >= _CODE_INDENT or line.startswith("\t"))
        if quoted or is_code:
            lines[number] = ""
        begins = is_blank or quoted or is_code or bool(_ITEM.match(line) or _TITLE.match(line) or "|" in line)
        if begins and start >= 0:
            yield start, number
            start = -1
        if not (is_blank or quoted or is_code):
            start = number if start < 0 else start
            if _TITLE.match(line):
                yield number, number + 1
                start = -1
            in_list = bool(_ITEM.match(line)) or (in_list and (indent > 0 or not blank_before))
        blank_before = is_blank or is_code
    if start >= 0:
        yield start, len(lines)


def _take(found: OwnStatements, first: int, end: int, *, left_out: bool, wanted: bool) -> None:
    """Make blank in a block what it does not state, and note what it only wants."""
    block = "\n".join(found.lines[first:end])
    position = 0
    kept = ""
    for cut in (*(match.span() for match in _ENDS.finditer(block)), (len(block), len(block))):
        sentence = block[position : cut[1]]
        if left_out or _UNSURE.search(sentence) or _OTHERS.search(sentence):
            kept += re.sub(r"[^\n]", " ", sentence)
        else:
            kept += sentence
            if wanted or _DEMANDED.search(sentence):
                begins = first + block.count("\n", 0, position)
                found.demanded.update(range(begins, begins + sentence.rstrip().count("\n") + 1))
        position = cut[1]
    found.lines[first:end] = kept.split("\n")
