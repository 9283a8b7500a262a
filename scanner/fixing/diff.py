"""A fixed file as a unified diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from scanner import documents
from scanner.fixing.file_fixes import FixResult
from scanner.masking import mask

_LONG = 3000
"""The number of lines from which frequent lines are ignored in the comparison, which would take long otherwise."""


def unified(result: FixResult) -> Iterator[str]:
    """The lines of the diff. It is for reading: what looks like a credential is hidden."""
    before, after = _masked(result)
    matcher = SequenceMatcher(None, before, after, autojunk=len(before) > _LONG)
    path = mask(result.path)
    yield f"--- a/{path}"
    yield f"+++ b/{path}"
    for group in matcher.get_grouped_opcodes():
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2], before)} +{_range(first[3], last[4], after)} @@"
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                yield from (f" {line}" for line in before[start : min(end, _length(before))])
            else:
                yield from (f"-{line}" for line in before[start : min(end, _length(before))])
                yield from (f"+{line}" for line in after[new_start : min(new_end, _length(after))])


def _masked(result: FixResult) -> Iterator[list[str]]:
    """The lines before and after. What one of them hides, the other does too: a fix may take its beginning away."""
    texts = [documents.decode(content) for content in (result.before, result.after)]
    pairs = [list(zip(text.split("\n"), mask(text).split("\n"), strict=True)) for text in texts]
    hidden = {line: masked for each in pairs for line, masked in each if line != masked}
    yield from ([hidden.get(line, line) for line, _ in each] for each in pairs)


def _range(start: int, end: int, lines: Sequence[str]) -> str:
    number = min(end, _length(lines)) - start
    return f"{start + 1 if number else start},{number}"


def _length(lines: Sequence[str]) -> int:
    """The number of lines: no line begins after the last line end."""
    return len(lines) - (not lines[-1])
