"""The loader held against a second YAML parser and the YAML test suite: what is read, as what, and at which place.

    git clone -b data-2022-01-17 https://github.com/yaml/yaml-test-suite build/yaml-test-suite
    python -m pip install --target build/second py-yaml12    # it is not a dependency
    PYTHONPATH=build/second python bench/differential_yaml.py build/yaml-test-suite [PATH ...]

Each case of the suite is equal (data as the second parser and the suite's JSON have it, and a mark for each key and
scalar that points at its text), listed in differential_yaml.known.yaml with a reason, or unexplained. The YAML files
at further paths, such as manifests, may differ in what Kubernetes reads otherwise than YAML 1.2 does, and in nothing
else. Empty documents count for nothing on either side. Exits with 1 if anything is unexplained.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from scanner import documents
from scanner.errors import UnreadableError
from scanner.marks import (
    Mark,
    children_of,
    end_of,
    entries_of,
    items_of,
    key_end_of,
    key_start_of,
    start_of,
)

KNOWN = Path(__file__).with_suffix(".known.yaml")
NOWHERE = "(nothing at all)"
"""What the second parser has where it has nothing."""
COMPLEX_KEY = "a mapping key must not be a mapping or a list"

_PROPERTIES = re.compile(r"(?:[!&]\S*(?:\s+|\Z))*")
"""The tag and the anchor before a scalar: marks take them in."""
_CORE_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CORE_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CORE_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DIALECT = {
    "YAML 1.1 booleans": re.compile(r"[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF"),
    "octal without an o": re.compile(r"[-+]?0[0-7]+"),
    "numbers with underscores": re.compile(r"(?=.*_)[-+]?[0-9][\w.+-]*"),
    "binary numbers, and hexadecimal and octal ones with a sign": re.compile(r"[-+]?0b[01]+|[-+]0[xo][0-9a-fA-F]+"),
    "numbers beyond 64 bits": re.compile(r"[-+]?[0-9]{19,}|[-+]?[0-9.]+[eE]\+?[0-9]{3,}"),
}
"""Plain scalars that Kubernetes reads otherwise than YAML 1.2 does."""


class Pair(NamedTuple):
    """A key or scalar of ours, or a collection that is not alike, beside the second parser's; and our text of it."""

    ours: Any
    theirs: Any
    text: str


class SecondParser:
    """py-yaml12, with tags left out and merges applied as Kubernetes applies them."""

    def __init__(self) -> None:
        try:
            yaml12 = import_module("yaml12")
        except ImportError:
            sys.exit("bench: no module yaml12; python -m pip install --target build/second py-yaml12, and PYTHONPATH")
        self._wrapper = yaml12.Yaml
        self._parse = yaml12.parse_yaml

    def read(self, text: str) -> list[Any] | None:
        """The documents of a text that are not empty; None for a text that it refuses."""
        try:
            found = self._parse(text, multi=True)
        except ValueError:
            return None
        return [value for value in map(self._plain, found) if value is not None]

    def _plain(self, value: Any) -> Any:
        if isinstance(value, self._wrapper):
            return self._plain(value.value)
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if not isinstance(value, dict):
            return value
        plain = {self._key(key): self._plain(item) for key, item in value.items()}
        merged: Any = plain.get("<<")
        sources = merged if isinstance(merged, list) else [merged]
        if sources and all(isinstance(source, dict) for source in sources):
            del plain["<<"]
            for source in sources:
                plain = {**source, **plain}
        return plain

    def _key(self, key: Any) -> Any:
        plain = self._plain(key)
        return repr(plain) if isinstance(plain, dict | list) else plain


def ours(content: bytes) -> tuple[list[documents.Document], str, str]:
    """Our documents of an input, its text, and why it is refused if it is."""
    try:
        text = documents.decode(content)
    except UnreadableError as error:
        return [], "", error.message
    parts = list(documents.read("case.yaml", text))
    faults = [f"line {part.line}: {part.message}" for part in parts if isinstance(part, documents.Fault)]
    return [part for part in parts if isinstance(part, documents.Document)], text, "".join(faults[:1])


def core(text: str) -> Any:
    """What YAML 1.2 makes of a plain key."""
    if text in _CORE_WORDS:
        return _CORE_WORDS[text]
    if _CORE_BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _CORE_NUMBER.fullmatch(text) else text


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON: `1` is `1.0`, but not `true`."""
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def pairs(value: Any, mark: Mark, theirs: Any, lines: list[str]) -> Iterator[Pair]:
    """Each key and scalar below a value of ours beside theirs."""
    if isinstance(value, dict) and isinstance(theirs, dict) and len(value) == len(theirs):
        for key, item in value.items():
            twin = next((name for name in (key, core(key)) if name in theirs), NOWHERE)
            yield Pair(key, NOWHERE if twin is NOWHERE else key, key_text(key, entries_of(mark)[key], lines))
            yield from pairs(item, entries_of(mark)[key], theirs.get(twin, NOWHERE), lines)
    elif isinstance(value, list) and isinstance(theirs, list) and len(value) == len(theirs):
        for item, item_mark, twin in zip(value, items_of(mark), theirs, strict=True):
            yield from pairs(item, item_mark, twin, lines)
    else:
        yield Pair(value, theirs, "" if children_of(mark) else between(lines, *start_of(mark), *end_of(mark)))


def key_text(key: str, mark: Mark, lines: list[str]) -> str:
    """The text of a key; a key over several lines is marked by its first character."""
    (line, column), (_, end) = key_start_of(mark), key_end_of(mark)
    text, whole = lines[line][column:end], lines[line].startswith(key, column)
    return key if len(text) == 1 and not whole and text in (key[:1], '"', "'", "!", "&") else text


def between(lines: list[str], line: int, column: int, end_line: int, end_column: int) -> str:
    """The text of a region."""
    if line == end_line:
        return lines[line][column:end_column]
    last = [lines[end_line][:end_column]] if end_column else []
    return "\n".join([lines[line][column:], *lines[line + 1 : end_line], *last])


def is_placed(pair: Pair, second: SecondParser) -> bool:
    """Whether the text at a mark is its scalar's: the second parser reads the same from that text alone.

    An alias says nothing by itself, and a block hangs on the indentation of what it stands in.
    """
    bare = pair.text[_PROPERTIES.match(pair.text).end() :]  # type: ignore[union-attr]
    if pair.ours in (bare, pair.text) or bare.startswith(("*", "|", ">")):
        return True
    return alike(next(iter(second.read(bare) or []), None), pair.theirs)


def dialect(pair: Pair, text: str) -> str:
    """Why Kubernetes may read a scalar of a text otherwise than YAML 1.2 does; empty where nothing says so."""
    if pair.text[:1] in ("|", ">") and not text.endswith("\n") and pair.theirs == pair.ours + "\n":
        return "a block on the last line, which has no line feed"
    return next((name for name, form in _DIALECT.items() if form.fullmatch(pair.text)), "")


def compare(found: list[documents.Document], text: str, wanted: list[Any], second: SecondParser) -> Iterator[str]:
    """How documents of ours differ from the second parser's: causes of the dialect, else sentences with a colon."""
    held = [document for document in found if document.root.value is not None]
    if len(held) != len(wanted):
        yield f"documents: {len(held)}, not {len(wanted)}"
        return
    lines = text.split("\n")
    for document, theirs in zip(held, wanted, strict=True):
        for pair in pairs(document.root.value, document.root.mark, theirs, lines):  # type: ignore[arg-type]
            if not alike(pair.ours, pair.theirs):
                yield dialect(pair, text) or f"data: {pair.ours!r}, not {pair.theirs!r}"
            elif not isinstance(pair.ours, dict | list) and not is_placed(pair, second):
                yield f"place: {pair.ours!r} at {pair.text!r}"


def json_documents(text: str) -> Iterator[Any]:
    """The values of a text of JSON values, one after the other."""
    decoder, position = json.JSONDecoder(), 0
    while rest := text[position:].lstrip():
        value, length = decoder.raw_decode(rest)
        position = len(text) - len(rest) + length
        if value is not None:
            yield value


def verdict(folder: Path, second: SecondParser) -> tuple[str, str]:
    """What a case of the suite comes to (equal, refused, differs, accepted or rejected) and why."""
    content = (folder / "in.yaml").read_bytes()
    found, text, why = ours(content)
    if (folder / "error").exists():
        return ("rejected", why) if why else ("accepted", "invalid, but read")
    if why:
        return "refused", why
    wanted = second.read(content.decode())
    if wanted is None:
        return "differs", "second parser: refuses it"
    expected = folder / "in.json"
    if expected.exists() and list(json_documents(expected.read_text())) != wanted:
        return "differs", "second parser: has other data than the suite"
    return next((("differs", difference) for difference in compare(found, text, wanted, second)), ("equal", ""))


def check_suite(suite: Path, second: SecondParser) -> int:
    """Print what the cases come to, and give the number of unexplained ones."""
    known = yaml.safe_load(KNOWN.read_text())
    reasons = {
        (str(case), outcome): group["why"]
        for outcome, groups in known.items()
        for group in groups
        for case in group["cases"]
    }
    counts: Counter[tuple[str, str]] = Counter()
    unexplained = []
    folders = sorted(file.parent for file in suite.glob("[0-9A-Z]*/**/in.yaml"))
    for folder in folders:
        case = folder.relative_to(suite).as_posix()
        outcome, why = verdict(folder, second)
        reason = reasons.pop((case, outcome), None)
        if reason is None and outcome not in ("equal", "rejected"):
            unexplained.append(f"{case} {outcome}: {why}")
        else:
            counts[outcome, reason or ""] += 1
    unexplained += [f"{case} {outcome}: listed as known, but it is not so any more" for case, outcome in reasons]
    invalid = sum(count for (outcome, _), count in counts.items() if outcome in ("rejected", "accepted"))
    print(f"{len(folders)} cases: {len(folders) - invalid} valid, {invalid} invalid")
    for (outcome, reason), count in sorted(counts.items()):
        print(f"{count:>5} {outcome:<9} {reason}".rstrip())
    print(f"{len(unexplained):>5} UNEXPLAINED", *unexplained, sep="\n      ")
    return len(unexplained)


def check_files(paths: list[Path], second: SecondParser) -> int:
    """Print what the YAML files at paths come to, and give the number of unexplained ones."""
    counts: Counter[str] = Counter()
    unexplained = []
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix not in documents.YAML_SUFFIXES or not file.is_file():
                continue
            content = file.read_bytes()
            found, text, why = ours(content)
            wanted = second.read(content.decode(errors="replace"))
            if why and wanted is None:
                causes = {"refused by both"}
            elif why or wanted is None:
                causes = {COMPLEX_KEY if why.endswith(COMPLEX_KEY) else f"refused: {why or 'by the second parser'}"}
            else:
                causes = set(compare(found, text, wanted, second)) or {"equal"}
            counts.update(cause for cause in causes if ":" not in cause)
            unexplained += [f"{file}: {cause}" for cause in sorted(causes) if ":" in cause]
    for cause, count in sorted(counts.items()):
        print(f"{count:>5} {cause}")
    print(f"{len(unexplained):>5} UNEXPLAINED", *unexplained, sep="\n      ")
    return len(unexplained)


def main() -> None:
    """Compare, print, and exit with 1 if anything is unexplained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite", type=Path, metavar="SUITE")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    options = parser.parse_args()
    if not any(options.suite.glob("*/in.yaml")):
        sys.exit(
            f"bench: no */in.yaml in {options.suite}; it must be the suite's data, such as its tag data-2022-01-17"
        )
    second = SecondParser()
    bad = check_suite(options.suite, second)
    if options.paths:
        bad += check_files(options.paths, second)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
