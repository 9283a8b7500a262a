"""The rules held against the rule tests of Kubescape: for every control that a rule says it asks, the same verdict.

    git clone https://github.com/kubescape/regolibrary build/regolibrary    # its files are never committed
    python bench/differential_regolibrary.py build/regolibrary

A test is a folder with the objects of `input` and the alerts of `expected.json`; none mean a pass. Ours is the worst
outcome of the rules with a control of the test's rule in `same_as` or `overlaps`. Both fail, neither fails, or
differential_regolibrary.known.yaml has a reason whose condition holds: everything else is unexplained, is printed, and
makes the exit code 1. With `--write FILE`, every disagreement is written there, one a line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scanner import library
from scanner.model import Outcome, Profile
from scanner.policy import cel
from scanner.policy.rule import load_folder
from scanner.policy.truth import Truth
from scanner.scan import Options, scan

KNOWN = Path(__file__).with_suffix(".known.yaml")
RANK = ("silent", "pass", "unknown", "error", "fail")
VARIABLES = ("objects", "kinds")


@dataclass(frozen=True, slots=True)
class Case:
    """A test of one of their rules."""

    rule: str
    name: str
    folder: Path
    ours: frozenset[str]
    """Our rules that ask for a control of it."""

    @property
    def id(self) -> str:
        """What a reason names it by."""
        return f"{self.rule}/{self.name}"

    def theirs(self) -> str:
        """Their verdict."""
        return "failed" if json.loads((self.folder / "expected.json").read_text(encoding="utf-8")) else "passed"

    def verdict(self) -> str:
        """Ours."""
        with contextlib.chdir(self.folder / "input"):
            done = scan(["."], Options(profile=Profile.OPINION, include_passes=True, jobs=1))
        told = (str(finding.outcome) for finding in done.findings if finding.rule in self.ours)
        return max(("silent", *told), key=RANK.index)

    def objects(self) -> list[Any]:
        """What conditions see of the input."""
        found: list[Any] = []
        for path in sorted((self.folder / "input").iterdir()):
            with contextlib.suppress(yaml.YAMLError, UnicodeDecodeError):
                found += yaml.safe_load_all(path.read_text(encoding="utf-8"))
        flat = (each for one in found for each in (one if isinstance(one, list) else [one]))
        return json.loads(json.dumps([each for each in flat if isinstance(each, dict)], default=str))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why verdicts differ, and of what this may be said."""

    why: str
    tests: re.Pattern[str]
    ours: frozenset[str]
    theirs: str
    condition: Any

    def holds(self, case: Case, ours: str, theirs: str) -> bool:
        """Whether it explains two verdicts."""
        if ours not in self.ours or theirs != self.theirs or not self.tests.fullmatch(case.id):
            return False
        objects = case.objects()
        seen = {"objects": objects, "kinds": [str(each.get("kind", "")) for each in objects]}
        return cel.evaluate(self.condition, cel.activation(seen)).truth is Truth.TRUE


def reasons() -> list[Reason]:
    """What is known."""
    return [
        Reason(
            entry["why"],
            re.compile("|".join(entry.get("tests", [".*"]))),
            frozenset(entry["ours"].split()),
            entry["theirs"],
            cel.load_expression(cel.compile_expression(entry.get("when", "true"), VARIABLES, KNOWN.name)),
        )
        for entry in yaml.safe_load(KNOWN.read_text(encoding="utf-8"))
    ]


def asked() -> Mapping[str, set[str]]:
    """Control -> our rules that ask for it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for file in load_folder(library.data_root() / "rules"):
        for name in (*file.rule.info.same_as, *file.rule.info.overlaps):
            found[name].add(file.rule.info.id)
    return found


def cases(folder: Path) -> Iterator[Case]:
    """The tests of their rules for whose controls there are rules of ours."""
    ours, by_control = defaultdict[str, set[str]](set), asked()
    for path in sorted((folder / "controls").glob("*.json")):
        control = json.loads(path.read_text(encoding="utf-8"))
        for name in control["rulesNames"]:
            ours[name] |= by_control.get(control["controlID"], set())
    for expected in sorted((folder / "rules").glob("*/test/*/expected.json")):
        rule = expected.parents[2].name
        if ours.get(rule) and (expected.parent / "input").is_dir():
            yield Case(rule, expected.parent.name, expected.parent, frozenset(ours[rule]))


def main() -> None:
    """Compare, print, and exit with 1 if anything is unexplained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write every disagreement")
    options = parser.parse_args()
    known, counts, agree, unexplained, lines = reasons(), Counter[str](), 0, [], []
    for case in cases(options.folder.resolve()):
        ours, theirs = case.verdict(), case.theirs()
        if (ours == str(Outcome.FAIL)) == (theirs == "failed"):
            agree += 1
            continue
        lines.append(f"{case.id}\t{ours}\t{theirs}\t{' '.join(sorted(case.ours))}")
        reason = next((each for each in known if each.holds(case, ours, theirs)), None)
        if reason:
            counts[reason.why] += 1
        else:
            unexplained.append(f"{ours} here, {theirs} there: {case.id}")
    print(f"{agree + len(lines)} tests, {agree} agree")
    for why, count in counts.most_common():
        print(f"{count:>6} {why}")
    print(f"{len(unexplained):>6} UNEXPLAINED", *unexplained, sep="\n       ")
    if options.write:
        options.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
