"""Runs test cases of others' policies through `assay scan --policies` and compares the verdicts.

    python bench/policy_suites.py CLONE...

A clone is a checkout of github.com/kyverno/policies or github.com/kyverno/kyverno (`kyverno-test.yaml` of policies in
CEL) or of github.com/open-policy-agent/gatekeeper-library (`suite.yaml` of templates). Nothing of them is part of this
repository. Each case is an object and the verdict that is expected of one policy: it agrees, it is refused with a
reason, or it disagrees, and then it is listed. Exit code 1 if less than 95 % of the cases that are not refused agree.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from scanner.errors import AssayError
from scanner.model import Finding
from scanner.scan import Options, scan

NEEDED = 0.95
IN_CEL = ("ValidatingPolicy", "NamespacedValidatingPolicy")


class Case(Struct, frozen=True):
    """One object, and what is expected of a policy."""

    where: str
    rule: str
    kind: str
    name: str
    namespace: str
    expected: str
    """`pass`, `fail` or `skip`."""


class Group(Struct, frozen=True):
    """Cases that are answered by one scan."""

    cases: list[Case]
    policies: list[Path]
    objects: list[Path]
    also: list[dict[str, Any]]
    """Objects that the test states itself, such as Namespaces."""
    refused: str = ""
    """What of the test has no meaning for files."""


def main() -> int:
    """Print the figures of each clone and every disagreement; 1 where too few cases agree."""
    good = True
    for clone in map(Path, sys.argv[1:]):
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for group in [*kyverno(clone), *gatekeeper(clone)]:
            for case, verdict, why in answers(group):
                agreed = "agree" if verdict == case.expected else "refused" if verdict == "refused" else "disagree"
                counts[agreed] += 1
                reasons[why] += agreed == "refused"
                if agreed == "disagree":
                    told = f"{case.kind} {case.name}: expected {case.expected}, found {verdict}"
                    print(f"{case.where}: {case.rule}: {told} {why[:300]}")
        judged = counts["agree"] + counts["disagree"]
        share = counts["agree"] / judged if judged else 0.0
        print(f"\n{clone.name}: {judged + counts['refused']:,} cases, {dict(counts)}, {share:.1%} of {judged:,} agree")
        for why, number in (+reasons).most_common():
            print(f"{number:6,} refused: {why[:200]}")
        good = good and share >= NEEDED
    return 0 if good else 1


def answers(group: Group) -> Iterator[tuple[Case, str, str]]:
    """The verdict on each case, and why it is not one."""
    if group.refused:
        yield from ((case, "refused", group.refused) for case in group.cases)
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            findings = judged(Path(folder), group)
        except AssayError as error:
            why = re.sub(r"/\S*/", "", str(error))
            yield from ((case, "refused", f"an error: {why}") for case in group.cases)
            return
    for case in group.cases:
        yield case, *verdict(case, [finding for finding in findings if finding.rule == case.rule])


def judged(folder: Path, group: Group) -> tuple[Finding, ...]:
    """What the policies say about the objects."""
    for name, paths in (("policies", group.policies), ("objects", group.objects)):
        (folder / name).mkdir()
        for number, path in enumerate(paths):
            shutil.copy(path, folder / name / f"{number}{path.suffix}")
    (folder / "objects" / "also.yaml").write_text(yaml.safe_dump_all(group.also), encoding="utf-8")
    options = Options(policies=(folder / "policies",), include_passes=True)
    return scan([str(folder / "objects")], options).findings


def verdict(case: Case, findings: list[Finding]) -> tuple[str, str]:
    """What findings of one policy say about the object of a case; several objects with its name fail together."""
    namespaces = (case.namespace,) if case.namespace else ()
    own = [each for each in findings if is_about(each, case, namespaces)]
    outcomes = {str(each.outcome) for each in own}
    if "fail" in outcomes:
        return "fail", next(each.message for each in own if each.outcome == "fail")
    for each in [*own, *(each for each in findings if each.subject_kind == "kubernetes.policy")]:
        if each.outcome in ("unknown", "error"):
            return "refused", re.sub(r"^.*?was not assessed: |^.*?: (?=unknown)| \(this affects .*", "", each.message)
    return ("pass" if "pass" in outcomes else "skip"), ""


def is_about(finding: Finding, case: Case, namespaces: tuple[str, ...]) -> bool:
    """Whether a finding is about the object of a case."""
    parts = finding.subject_id.split("/")
    return (case.kind, case.name) == (parts[1], parts[-1]) and (not namespaces or parts[-2] in namespaces)


def kyverno(clone: Path) -> Iterator[Group]:
    """The test cases of Kyverno's policies in CEL."""
    for path in sorted(clone.rglob("kyverno-test.yaml")):
        test = next(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        policies = [path.parent / each for each in test.get("policies") or () if (path.parent / each).is_file()]
        names = {each["metadata"]["name"] for each in documents(policies) if each["kind"] in IN_CEL}
        results: dict[str, list[Case]] = defaultdict(list)
        for result in test.get("results") or ():
            if result["policy"] in names and "cel" not in result.get("kind", ""):
                results[request(result)].extend(kyverno_cases(path.relative_to(clone), result))
        objects = [
            path.parent / each for each in (*(test.get("resources") or ()), *(test.get("targetResources") or ()))
        ]
        policies.extend(path.parent / each for each in test.get("exceptions") or ())
        values = documents([path.parent / test["variables"]]) if isinstance(test.get("variables"), str) else []
        for why, cases in results.items():
            yield Group(cases, policies, objects, list(namespaces_of(values)), why or of_values(values))


def request(result: dict[str, Any]) -> str:
    """What of a case has no meaning for files."""
    operation = result.get("operation", "CREATE")
    return "" if operation == "CREATE" else f"the test is about the operation {operation}"


def kyverno_cases(where: Path, result: dict[str, Any]) -> Iterator[Case]:
    """The cases of one entry of a test."""
    for resource in result.get("resources") or [result.get("resource")]:
        namespace, _, name = str(resource).rpartition("/")
        namespace = namespace.rpartition("/")[2]
        rule = f"policy.{result['policy'].rpartition('/')[2]}"
        yield Case(str(where), rule, result.get("kind", ""), name, namespace, result["result"])


def of_values(values: list[dict[str, Any]]) -> str:
    """What of the values of a test has no meaning for files: requests other than to create an object."""
    stated = re.findall(r"'request\.operation': '(\w+)'", str(values))
    return next((f"the test is about the operation {one}" for one in stated if one != "CREATE"), "")


def namespaces_of(values: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The Namespaces that the values of a test state."""
    for each in values:
        spec = each.get("spec", each)
        for namespace in spec.get("namespaces") or ():
            yield {**namespace, "apiVersion": "v1", "kind": "Namespace"}
        for selected in spec.get("namespaceSelector") or ():
            named = {"name": selected["name"], "labels": selected.get("labels") or {}}
            yield {"apiVersion": "v1", "kind": "Namespace", "metadata": named}


def gatekeeper(clone: Path) -> Iterator[Group]:
    """The test cases of Gatekeeper's templates."""
    for path in sorted(clone.glob("library/**/suite.yaml")):
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            policies = [path.parent / test["template"], path.parent / test["constraint"]]
            (constraint,) = documents(policies[1:])
            rule = f"policy.{constraint['kind'].lower()}.{constraint['metadata']['name']}"
            for case in test["cases"]:
                file = path.parent / case["object"]
                violated = [each.get("violations", True) for each in case["assertions"]]
                expected = "pass" if violated[0] in ("no", 0, False) else "fail"
                thing = documents([file])[0]
                refused = "the test is about a request, not an object" if thing["kind"] == "AdmissionReview" else ""
                name = thing.get("metadata", {}).get("name", "")
                told = Case(
                    f"{path.parent.relative_to(clone)}: {test['name']}: {case['name']}",
                    rule,
                    thing["kind"],
                    name,
                    "",
                    expected,
                )
                inventory = [path.parent / each for each in case.get("inventory") or ()]
                yield Group([told], policies, [file, *inventory], [], refused)


def documents(paths: list[Path]) -> list[dict[str, Any]]:
    """The YAML documents of files."""
    return [
        each
        for path in paths
        if path.is_file()
        for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if isinstance(each, dict) and "kind" in each
    ]


if __name__ == "__main__":
    sys.exit(main())
