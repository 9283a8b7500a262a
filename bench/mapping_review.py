"""Our mapping of rules to controls beside what other tools give the same check.

    python bench/mapping_review.py TABLE.tsv [--trust high,medium] [--differences]

TABLE.tsv has the columns check_key, source, source_check_id, framework, control_ids (divided by spaces) and trust. A
check key and a rule belong together when the rule says that it is the same as one of the key's checks, or when
MEANING says so. Prints one line for each rule, key and framework that we carry, and the totals; what a control of ours
rests on with low strength alone stands in parentheses. The findings are discussed in docs/mapping-review.md.

A table of pairs (rule, framework, edition, control_named_by_an_independent_policy) is read too: then the rules are told
that reach nothing in a framework, and how many of these are high or critical and without a written reason.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mapping_pairs

from scanner import library
from scanner.controls import Strength
from scanner.frameworks import catalogue
from scanner.frameworks.links import links
from scanner.model import RuleInfo
from scanner.policy.rule import load_folder

CARRIED = {
    "SOC 2": "soc2",
    "PCI DSS": "pci-dss",
    "GDPR": "gdpr",
    "OWASP": "owasp",
    "NIST SP 800-207": "zero-trust",
    "DORA": "dora",
    "SOX": "sox",
    "Basel": "basel",
    "CCPA": "ccpa",
    "NIST 800-53r5": "nist-800-53",
    "NIST CSF 2.0": "nist-csf",
    "ISO 27001:2022": "iso-27001",
    "ISO 27002:2022": "iso-27001",
    "CIS K8s": "cis-kubernetes",
    "NSA/CISA hardening": "nsa-kubernetes",
    "PSS restricted": "pod-security-standards",
}
"""How a framework's name in the table begins -> the beginning of our ids for it."""

RENUMBERED: Mapping[str, Mapping[str, str]] = {
    "CIS K8s 1.": {
        "5.2.9": "",
        "5.2.10": "5.2.9",
        "5.2.11": "5.2.10",
        "5.2.12": "5.2.11",
        "5.2.13": "5.2.12",
        "5.7.1": "5.6.1",
        "5.7.2": "5.6.2",
        "5.7.3": "5.6.3",
        "5.7.4": "5.6.4",
    },
    "NSA/CISA hardening (trivy": {
        "1.0": "NSA-1.1",
        "1.1": "NSA-1.2",
        "1.2": "NSA-1.4",
        "1.6": "NSA-1.1",
        "1.7": "NSA-1.4",
        "1.10": "NSA-1.6",
        "1.11": "NSA-1.5",
        "1.12": "NSA-2.1",
        "2.0": "NSA-2.2",
        "4.0": "NSA-2.3",
        "4.1": "NSA-2.3",
        "5.1": "NSA-2.4",
        "6.1": "NSA-2.7",
        "6.2": "NSA-2.7",
        "7.0": "NSA-2.4",
        "7.1": "NSA-2.4",
        "8.1": "NSA-4.2",
        "8.2": "NSA-4.2",
    },
    "PSS restricted (trivy": {
        "1": "PSS-B-HostProcess",
        "2": "PSS-B-HostNamespaces",
        "3": "PSS-B-Privileged",
        "4": "PSS-B-Capabilities",
        "5": "PSS-B-HostPath",
        "6": "PSS-B-HostPorts",
        "7": "PSS-B-AppArmor",
        "8": "PSS-B-SELinux",
        "9": "PSS-B-ProcMount",
        "10": "PSS-B-Seccomp",
        "11": "PSS-B-Sysctls",
        "12": "PSS-R-VolumeTypes",
        "13": "PSS-R-PrivEsc",
        "14": "PSS-R-NonRoot",
        "15": "PSS-R-NonRootUser",
        "16": "PSS-R-Seccomp",
        "17": "PSS-R-Capabilities",
    },
}
"""How a framework's name begins -> the table's number of a control -> ours; empty where ours has none."""

MEANING: Mapping[str, tuple[str, ...]] = {
    "audit-log": ("architecture.service-audit-recorded",),
    "host-namespaces": ("kubernetes.pod-without-host-ipc", "kubernetes.pod-without-host-pid"),
    "hostpath": ("kubernetes.pod-without-sensitive-host-path",),
    "ingress-block": ("kubernetes.service-load-balancer-restricted", "kubernetes.service-without-node-port"),
    "mtls-strict": ("architecture.flow-regulated-internal-encrypted", "architecture.flow-zero-trust-mutual"),
    "netpol-default-deny": ("architecture.boundary-cde-denies-by-default",),
    "netpol-ranges": ("kubernetes.network-policy-names-sources",),
    "plaintext-secret": (
        "kubernetes.config-map-without-credentials",
        "kubernetes.secret-data-not-committed",
        "kubernetes.secret-string-data-not-committed",
    ),
    "rbac-subjects": ("kubernetes.binding-not-to-anonymous", "kubernetes.binding-not-to-everyone"),
    "service-external-ips": ("kubernetes.service-without-external-ip",),
    "other": ("kubernetes.container-image-tag-pinned",),
    "storage-encryption": ("architecture.datastore-encrypted-at-rest",),
    "waf": ("architecture.flow-public-through-gateway",),
}
"""Check key -> rules that ask the same question without an id in common."""

STRANGERS = {("capabilities", "KSV-0103"), ("security-context", "KSV-0005"), ("security-context", "KSV-0025")}
"""Checks that a source lists under a key whose question they do not ask."""

TRUSTED = ("high", "medium")
"""What may tell which checks belong to a key; rows of less trust name wrong ones."""


@dataclass(frozen=True)
class Line:
    """One comparison: control id -> strength on our side, control ids on theirs."""

    rule: str
    key: str
    framework: str
    ours: Mapping[str, Strength]
    theirs: frozenset[str]

    @property
    def verdict(self) -> str:
        """Whether we reach all controls that they give, some of them, or none.

        An article or heading is reached through any of its paragraphs.
        """
        shared = {given for given in self.theirs if any(f"{control}(".startswith(f"{given}(") for control in self.ours)}
        return "agrees" if shared == self.theirs else "narrower" if shared else "differs"


def matched(rows: Iterable[Mapping[str, str]], rules: Sequence[RuleInfo]) -> dict[str, set[str]]:
    """Check key -> ids of the rules that ask its question."""
    same: defaultdict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for name in (*rule.same_as, *rule.overlaps):
            same[name].add(rule.id)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        key, check = row["check_key"], row["source_check_id"]
        found[key].update(MEANING.get(key, ()))
        if (key, check) not in STRANGERS:
            found[key] |= same[check]
    return found


def numbered(row: Mapping[str, str]) -> set[str]:
    """The controls that a row gives, by the numbers of the edition that we carry."""
    changed = next((new for name, new in RENUMBERED.items() if row["framework"].startswith(name)), {})
    return {changed.get(given, given) for given in row["control_ids"].replace(".-", ".").split()} - {""}


def reaches(framework: str, control: str, wanted: str, given: str) -> bool:
    """Whether a control of ours is the given one of that framework, or a paragraph of it."""
    return framework.startswith(wanted) and f"{control}(".startswith(f"{given}(")


def compare(
    rows: Iterable[Mapping[str, str]], keys: Mapping[str, set[str]], rules: Sequence[RuleInfo]
) -> Iterator[Line]:
    """All comparisons, in the order of check keys, frameworks and rules."""
    frameworks = catalogue.load(library.Cache())
    carried = {(item.id, control.id) for item in frameworks for control in item.controls}
    theirs: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if (row["check_key"], row["source_check_id"]) in STRANGERS:
            continue
        for name, framework in CARRIED.items():
            if row["framework"].startswith(name):
                theirs[row["check_key"], framework] |= {
                    given for given in numbered(row) if any(reaches(*ours, framework, given) for ours in carried)
                }
    linked = links(frameworks, rules)
    for (key, framework), controls in sorted((found, controls) for found, controls in theirs.items() if controls):
        for rule in sorted(keys.get(key, ())):
            ours = {link.control: link.strength for link in linked[rule] if link.framework.startswith(framework)}
            yield Line(rule, key, framework, ours, frozenset(controls))


def printed(line: Line) -> str:
    """The comparison as a row of a Markdown table."""
    ours = [control if strength is not Strength.LOW else f"({control})" for control, strength in line.ours.items()]
    theirs = sorted(line.theirs)
    cells = (line.rule, line.key, line.framework, " ".join(ours) or "-", " ".join(theirs), line.verdict)
    return "| " + " | ".join(cells) + " |"


def tell_pairs(found: Sequence[mapping_pairs.Pair]) -> int:
    """Print the rules that reach nothing, and the totals; 1 where a reason is missing."""
    for pair in found:
        if pair.verdict == "reaches nothing":
            print(f"{pair.rule.id} ({pair.rule.severity}) reaches nothing in {pair.framework}; they name {pair.theirs}")
    totals = Counter((pair.framework, pair.verdict) for pair in found)
    for (framework, verdict), number in sorted(totals.items()):
        print(f"{framework}: {number} {verdict}")
    missing = list(mapping_pairs.unexplained(found))
    print(f"{len(found)} pairs; {len(missing)} high or critical rules reach nothing without a written reason")
    return 1 if missing else 0


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("--trust", default="high,medium")
    parser.add_argument("--differences", action="store_true", help="leave out what agrees")
    options = parser.parse_args()
    with options.table.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    rules = [file.rule.info for file in load_folder(library.data_root() / "rules")]
    if table and table[0].keys() >= mapping_pairs.COLUMNS:
        sys.exit(tell_pairs(list(mapping_pairs.pairs(table, rules))))
    rows = [row for row in table if row["trust"] in options.trust.split(",")]
    if not rows:
        sys.exit(f"{options.table}: no row has the trust {options.trust}")
    known = matched((row for row in table if row["trust"] in TRUSTED), rules)
    keys = {row["check_key"]: known.get(row["check_key"], set()) for row in rows}
    found = list(compare(rows, keys, rules))
    print("| rule | check key | framework | ours | theirs | verdict |\n|---|---|---|---|---|---|")
    for line in found:
        if not (options.differences and line.verdict == "agrees"):
            print(printed(line))
    totals = Counter(line.verdict for line in found)
    print(f"\n{len(found)} comparisons: {', '.join(f'{totals[name]} {name}' for name in sorted(totals))}")
    print(f"{len(keys)} check keys, {sum(bool(keys[key]) for key in keys)} with a rule;", end=" ")
    print("without: " + ", ".join(sorted(key for key in keys if not keys[key])))
    compared = {line.key for line in found}
    print(f"compared: {len(compared)}; with a rule, and given no control of a framework that we carry:", end=" ")
    print(", ".join(sorted(key for key in keys if keys[key] and key not in compared)))


if __name__ == "__main__":
    main()
