"""What fuzzing starts from, made of the example, the sample of each format, the rules and the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scanner import documents, library
from scanner.documents import Document

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("a.yaml", "a.json", "a.md", "a.js", "-", "a.txt", ".github/workflows/a.yml")
"""Names of an input, each of which is read in a way of its own; the first byte of a document says which."""
_LONGEST = 6000
"""Bytes of a seed: the fuzzer tries short inputs far more often in the same time."""
_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[A-Za-z][\w./-]{2,30}(?=\"?:)")


@cache
def rule_files() -> tuple[tuple[str, Any], ...]:
    """The text and the data of every shipped rule."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((library.data_root() / "rules").rglob("*.yaml"))]
    return tuple((text, yaml.load(text, Loader=yaml.CSafeLoader)) for text in texts)


@cache
def inputs() -> tuple[tuple[str, str], ...]:
    """(file name, text) of inputs that hold something of ours."""
    files = [*sorted((ROOT / "examples").rglob("*.*")), *sorted((ROOT / "tests" / "formats").iterdir())]
    found = [(path.name, path.read_text(encoding="utf-8")) for path in files]
    for _, rule in rule_files():
        found += [(each.get("file", "a.yaml"), each["text"]) for each in rule.get("examples", ()) if "text" in each]
    return tuple(dict.fromkeys((name, text) for name, text in found if len(text) <= _LONGEST))


@cache
def structures() -> tuple[Document, ...]:
    """The documents of these inputs, prose left out."""
    parts = (part for name, text in inputs() for part in documents.read(name, text))
    return tuple(part for part in parts if isinstance(part, Document) and part.format != "prose")


def of_documents() -> Iterator[bytes]:
    """An input with the byte that says its name."""
    suffixes = [Path(name).suffix for name in NAMES]
    for name, text in inputs():
        suffix = Path(name).suffix
        yield bytes([suffixes.index(suffix) if suffix in suffixes else 0]) + text.encode()


def of_results() -> Iterator[bytes]:
    """The same with a byte more, which says the format of the report."""
    for number, seed in enumerate(of_documents()):
        yield bytes([seed[0], number % 256]) + seed[1:]


def of_subjects() -> Iterator[bytes]:
    """Each of the structures as it is, which the fuzzer then alters."""
    for number in range(len(structures())):
        yield number.to_bytes(2, "big")


def of_rules() -> Iterator[bytes]:
    """The rule files."""
    for text, _ in rule_files():
        yield text.encode()


def of_configuration() -> Iterator[bytes]:
    """The blocks of the pages, and every rule with its parameters."""
    for page in (ROOT / "README.md", ROOT / "docs" / "configuration.md"):
        for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            yield block.encode()
    for identity, parameters in sorted(_parameters()):
        yield yaml.safe_dump({"rules": {identity: {"parameters": parameters}}}, sort_keys=False).encode()


def _parameters() -> Iterator[tuple[str, dict[str, Any]]]:
    folder = library.data_root() / "rules"
    for path in folder.rglob("*.yaml"):
        rule = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        if parameters := rule.get("parameters"):
            yield ".".join(path.relative_to(folder).with_suffix("").parts), _defaults(parameters)


def _defaults(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value["default"] for name, value in parameters.items()}


def words(seeds: list[bytes]) -> list[str]:
    """Keys that the seeds use: the fuzzer puts them into its inputs."""
    found = {word for seed in seeds for word in _WORD.findall(seed.decode(errors="replace"))}
    return sorted(
        found | {"<<: *a", "&a ", "*a", "!!binary ", "---\n", "? ", "|-\n", "```yaml\n", "mcp__a__b({", "Task("}
    )


def quoted(word: str) -> str:
    """A word as an entry of a dictionary of libFuzzer."""
    return json.dumps(word).replace("\\n", "\\x0a")
