"""The rules held against Checkov: for every check that a rule says it replaces, the same verdict on every object.

    python -m venv build/checkov && build/checkov/bin/pip install checkov    # it is not a dependency
    python bench/differential_checkov.py --checkov build/checkov/bin/checkov FOLDER ...

Each folder is one bundle of plain manifests; charts and overlays are not rendered on either side. A verdict is that of
one check on one object of one file. Both fail, neither fails, or differential_checkov.known.yaml has a reason whose
condition holds for the object: everything else is unexplained, is printed with both verdicts and the place, and makes
the exit code 1. Checkov runs without network.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from msgspec.structs import replace

from scanner import documents, library
from scanner.model import HOLDER, Finding, InputStatus, Outcome, Profile
from scanner.policy import cel
from scanner.policy.rule import load_folder
from scanner.policy.truth import Truth
from scanner.scan import Options, scan
from scanner.sources import Selection
from scanner.subjects import kubernetes

KNOWN = Path(__file__).with_suffix(".known.yaml")
SUFFIXES = (".yaml", ".yml", ".json")
GENERATORS = ("Chart.yaml", "kustomization.yaml", "kustomization.yml")
"""Both read the files that Checkov knows, without those that would have Assay render their folder."""
OFFLINE = {
    "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
    "BC_SKIP_MAPPING": "true",
    "CKV_IGNORE_HIDDEN_DIRECTORIES": "false",
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
}
"""Checkov asks for nothing; what it asks for all the same goes to a proxy that is not there. Hidden folders count."""
RANK = ("silent", "pass", "unknown", "error", "fail")
"""Our verdicts; the worst of several rules or containers is an object's."""
_OF_OBJECT = ("check", "object", "template", "pod", "containers", "outcomes")
VARIABLES = (*_OF_OBJECT, "path", "ours_read", "theirs_read", "bundle")
NOTHING: dict[str, Any] = {"object": {}, "template": {}, "pod": {}, "containers": []}
"""What is known of an object that Checkov found and Assay did not."""
_CONTAINERS = {"initContainers": "init", "containers": "app", "ephemeralContainers": "ephemeral"}


@dataclass(slots=True)
class Thing:
    """The objects of one kind, namespace and name in one file, which Checkov cannot tell apart."""

    path: str
    name: str
    regions: list[tuple[int, int]] = field(default_factory=list)
    """First and last line of each."""
    objects: list[dict[str, Any]] = field(default_factory=list)
    """Of each, itself and what it holds as conditions see it."""
    ours: dict[str, str] = field(default_factory=dict)
    """Check -> a word of RANK."""
    theirs: dict[str, str] = field(default_factory=dict)
    """Check -> failed, passed or skipped."""
    outcomes: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    """Check -> our outcomes that are no pass."""

    def shares(self, first: int, last: int) -> int:
        """The number of lines that an object has in a region."""
        return max((min(last, end) - max(first, start) + 1 for start, end in self.regions), default=0)


@dataclass(slots=True)
class Bundle:
    """One folder with what both say of it; its objects by file."""

    root: Path
    unread: frozenset[str]
    things: dict[str, list[Thing]]

    def at(self, path: str, first: int, last: int) -> Thing | None:
        """The object of a file that has most lines in a region."""
        best = max(self.things.get(path, ()), key=lambda thing: thing.shares(first, last), default=None)
        return best if best and best.shares(first, last) > 0 else None

    def every(self) -> Iterator[Thing]:
        """All objects."""
        return (thing for held in self.things.values() for thing in held)

    def others(self, check: str) -> dict[str, list[Any]]:
        """The objects that conditions about an object and a check may ask for besides it."""
        every = [(item["object"], thing) for thing in self.every() for item in thing.objects]
        return {
            "policies": [value for value, _ in every if value["kind"] == "NetworkPolicy"],
            "roles": [value for value, _ in every if value["kind"] in ("Role", "ClusterRole")],
            "faulted": [value for value, thing in every if thing.ours.get(check) == "fail"],
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why verdicts differ, and of what this may be said."""

    why: str
    checks: frozenset[str]
    ours: frozenset[str]
    theirs: frozenset[str]
    condition: Any
    asks_others: bool

    def holds(self, bundle: Bundle, thing: Thing, check: str, ours: str, theirs: str) -> bool:
        """Whether it explains two verdicts."""
        if ours not in self.ours or theirs not in self.theirs or (self.checks and check not in self.checks):
            return False
        bundle_of_others = {"bundle": bundle.others(check)} if self.asks_others else {}
        seen = ({**held, **bundle_of_others} for held in values(bundle, thing, check))
        return any(cel.evaluate(self.condition, cel.activation(each)).truth is Truth.TRUE for each in seen)


def reasons() -> list[Reason]:
    """What is known."""
    return [
        Reason(
            entry["why"],
            frozenset(entry.get("checks", ())),
            frozenset(entry["ours"].split()),
            frozenset(entry["theirs"].split()),
            cel.load_expression(cel.compile_expression(entry["when"], VARIABLES, KNOWN.name)),
            "bundle." in entry["when"],
        )
        for entry in yaml.safe_load(KNOWN.read_text())
    ]


def plain(folder: Path, copy: Path) -> Path:
    """A folder's manifests copied as plain files, so that both read the same ones."""
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in SUFFIXES and path.name not in GENERATORS and ".git" not in path.parts:
            target = copy / "bundle" / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    if not copy.joinpath("bundle").is_dir():
        sys.exit(f"bench: no YAML or JSON files in {folder}")
    return copy / "bundle"


def replaced() -> dict[str, frozenset[str]]:
    """Rule -> the checks that it says it replaces."""
    rules = (file.rule.info for file in load_folder(library.data_root() / "rules"))
    return {it.id: frozenset(check for check in it.same_as if check.startswith(("CKV_", "CKV2_"))) for it in rules}


def judge(root: Path, program: str, mapped: Mapping[str, frozenset[str]]) -> Bundle:
    """A folder with what both say of it."""
    with contextlib.chdir(root):
        bundle = ask_assay(root, mapped)
        ask_checkov(program, bundle, frozenset().union(*mapped.values()))
    return bundle


def ask_assay(root: Path, mapped: Mapping[str, frozenset[str]]) -> Bundle:
    """A folder with Assay's verdicts on the checks that each rule replaces."""
    options = Options(profile=Profile.OPINION, include_passes=True)
    done = scan(["."], options)
    held = {item.path: list(things(root, item.path)) for item in done.inputs if item.subjects}
    unread = frozenset(item.path for item in done.inputs if item.status is InputStatus.UNREADABLE)
    if unread:
        # Without them the bundle is whole, and what is not in it does not exist.
        patterns = tuple("/" + re.sub(r"([\\*?\[!#])", r"\\\1", path) for path in sorted(unread))
        done = scan(["."], replace(options, selection=Selection(exclude=patterns)))
    bundle = Bundle(root, unread, held)
    for finding in done.findings:
        place = finding.location
        thing = bundle.at(place.path, place.line, place.line)
        for check in mapped[finding.rule]:
            if thing is None:
                sys.exit(f"bench: {finding.rule} speaks of {place.path}:{place.line}, where no object is")
            thing.ours[check] = max(thing.ours.get(check, "silent"), str(finding.outcome), key=RANK.index)
            if finding.outcome is not Outcome.PASS:
                thing.outcomes[check].append(finding)
    return bundle


def things(root: Path, path: str) -> Iterable[Thing]:
    """The objects of a file."""
    found: dict[str, Thing] = {}
    for document in documents.read(path, documents.decode((root / path).read_bytes())):
        subjects = kubernetes.recognise(document) if isinstance(document, documents.Document) else ()
        for subject in subjects or ():
            held = subject.bindings
            if HOLDER in held:  # the flags of a kubelet are a part of their pod
                continue
            if subject.kind == kubernetes.RESOURCE:
                _, _, _, first, _, last, column, _ = subject.marks["object"]
                name = their_name(held["object"])
                thing = found.setdefault(name, Thing(path, name))
                thing.regions.append((first + 1, last + (column > 0)))
                thing.objects.append({**NOTHING, "object": held["object"], "containers": []})
            elif subject.kind == kubernetes.WORKLOAD:
                thing.objects[-1].update(template=held["template"], pod=held["pod"])
            elif subject.kind == kubernetes.CONTAINER:
                container = {"kind": held["container_kind"], "container": held["container"]}
                thing.objects[-1]["containers"].append(container)
    return found.values()


def their_name(value: Mapping[str, Any]) -> str:
    """What Checkov calls an object."""
    metadata = value["metadata"] if isinstance(value.get("metadata"), dict) else {}
    return f"{value['kind']}.{metadata.get('namespace', 'default')}.{metadata.get('name', '')}"


def ask_checkov(program: str, bundle: Bundle, checks: Iterable[str]) -> None:
    """Add Checkov's verdicts to a bundle."""
    command = [program, "--directory", ".", "--framework", "kubernetes", "--skip-download", "--compact"]
    command += ["--check", ",".join(sorted(checks)), "--output", "json", "--soft-fail"]
    done = subprocess.run(command, env={**os.environ, **OFFLINE}, capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)
        results = {} if answer.get("resource_count") == 0 else answer["results"]
    except (ValueError, KeyError, TypeError, AttributeError):
        sys.exit(f"bench: {program} gave no results for {bundle.root}: {(done.stderr or done.stdout).strip()[-2000:]}")
    for name in ("passed", "skipped", "failed"):
        for record in results.get(f"{name}_checks", ()):
            path, title, lines = record["file_path"].removeprefix("/"), record["resource"], record["file_line_range"]
            if path not in bundle.things:
                bundle.things[path] = [] if path in bundle.unread else list(things(bundle.root, path))
            held = bundle.things[path]
            # The pods that it makes of templates have names of their own, and the lines of their owners.
            thing = next((each for each in held if each.name == title), None) or bundle.at(path, *lines)
            if thing is None:
                thing = Thing(path, title, [tuple(lines)])
                held.append(thing)
            thing.theirs[record["check_id"]] = name


def differences(bundle: Bundle) -> Iterator[tuple[Thing, str, str, str]]:
    """An object, a check, our verdict and theirs, where these are not alike."""
    for thing in bundle.every():
        for check in sorted(thing.ours.keys() | thing.theirs.keys()):
            ours, theirs = thing.ours.get(check, "silent"), thing.theirs.get(check, "silent")
            sound = ours in ("pass", "silent") and theirs in ("passed", "silent")
            if not sound and (ours, theirs) != ("fail", "failed"):
                yield thing, check, ours, theirs


def values(bundle: Bundle, thing: Thing, check: str) -> Iterator[dict[str, Any]]:
    """What a condition may speak of, for each object of a name."""
    common = {
        "check": check,
        "outcomes": [outcome(finding) for finding in thing.outcomes[check]],
        "path": thing.path,
        "ours_read": thing.path not in bundle.unread,
        "theirs_read": bool(thing.theirs),
    }
    for held in thing.objects or [NOTHING]:
        yield {**common, **held}


def outcome(finding: Finding) -> dict[str, str]:
    """A finding as conditions see it."""
    kind = next((kind for key, kind in _CONTAINERS.items() if f"/{key}/" in finding.subject_id), "")
    return {"rule": finding.rule.removeprefix("kubernetes."), "field": finding.location.field, "container": kind}


def main() -> None:
    """Compare, print, and exit with 1 if anything is unexplained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--checkov", default="checkov", metavar="PROGRAM", help="the program, if it is not on the path")
    options = parser.parse_args()
    program = shutil.which(options.checkov)
    if program is None:
        sys.exit(f"bench: no program {options.checkov}; pip install checkov into an environment of its own, --checkov")
    known, mapped = reasons(), replaced()
    total, counts, unexplained = Counter[str](), Counter[str](), []
    for folder in options.folders:
        with tempfile.TemporaryDirectory() as copy:
            bundle = judge(plain(folder, Path(copy)), str(Path(program).absolute()), mapped)
            total.update(files=len(bundle.things))
            for thing in bundle.every():
                total.update(objects=len(thing.objects), verdicts=len(thing.ours.keys() | thing.theirs.keys()))
            for thing, check, ours, theirs in differences(bundle):
                reason = next((each for each in known if each.holds(bundle, thing, check, ours, theirs)), None)
                if reason:
                    counts[reason.why] += 1
                else:
                    place = f"{folder / thing.path}:{thing.regions[0][0]} {thing.name}"
                    unexplained.append(f"{check}: {ours} here, {theirs} there: {place}")
    print(f"{total['files']} files, {total['objects']} objects, {total['verdicts']} verdicts")
    for why, count in counts.most_common():
        print(f"{count:>6} {why}")
    print(f"{len(unexplained):>6} UNEXPLAINED", *unexplained, sep="\n       ")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
