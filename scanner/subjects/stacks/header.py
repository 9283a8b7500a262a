"""What a Compose file is for, as the comment at its start says.

Only a comment that is about the file counts, and none that also names what a host in operation runs: that file may be
for both.
"""

from __future__ import annotations

from scanner.late import regex

_NOT_OPERATED = regex(
    r"(?i)\b(?:not|never)\b(?: (?:be|use|used|meant|intended|suitable|designed|it|this|file))* (?:for|in) production\b"
)
"""Says that it is not what a host in operation runs."""
_OTHER_FILE = regex(
    r"(?im)[^\n.;]*\bfor (?:a |the )?(?:full |real )?(?:deployments?|prod(?:uction)?)\b[^\n]{0,30}?,?;?:? "
    r"(?:use|see|run|deploy with)\b.*$"
    r"|[^\n.;]*\bfor (?:local )?(?:dev(?:elopment)?|tests?|testing)\b[^\n]{0,30}?,?;?:? (?:use|see|run|add|set)\b.*$"
)
"""The end of a line that sends the reader to another file, or says what to do in one case."""
_OPERATED = regex(
    r"(?i)\b(?:prod|production|staging|self-?host\w*|on-?prem\w*|live (?:environment|server|site|system)s?)\b"
)
_DASHES = "-\u2013\u2014"
_ENDS = rf"(?= *(?:$|[{_DASHES}.,;:()]|(?:in|of|only|purposes|use|with)\b|(?:and|&) test))"
_DEVELOPMENT = regex(
    r"(?im)\blocal dev(?:elopment)?\b|\bdev(?:elopment)?[- ]only\b"
    r"|\bdevelopment (?:environment(?! variables?)|compose|stack|set-?up|file|use|purposes?)\b"
    rf"|\bfor (?!the\b)(?:[\w-]+ )?(?:dev|development)\b{_ENDS}|[{_DASHES}:|(] *(?:dev|development)\)?$"
)
_TESTS = regex(r"(?im)\bfor (?:[\w-]+ )?(?:tests|testing)\b(?! and)|\btest environment\b(?! variables?)")
_AROUND = f" {_DASHES}:|()"


def for_development(header: str) -> str:
    """The words of the comment that say that the file is for development; empty where none do."""
    refused = _NOT_OPERATED.search(header)
    found = refused or _DEVELOPMENT.search(_about_the_file(header))
    return found[0].strip(_AROUND) if found else ""


def for_tests(header: str) -> str:
    """The words of the comment that say that the file is for tests; empty where none do."""
    found = _TESTS.search(_about_the_file(header))
    return found[0].strip(_AROUND) if found else ""


def _about_the_file(header: str) -> str:
    """The comment without what it says about other files; empty where it also names what is in operation."""
    told = _OTHER_FILE.sub("", header)
    return "" if _OPERATED.search(told) else told
