"""The parts of a run that both kinds of SARIF log have, besides its results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.finished_scan import DISCLAIMER, Scan
from scanner.late import regex
from scanner.reports.configuration import as_data
from scanner.reports.figures import description
from scanner.reports.sarif.notifications import descriptors
from scanner.reports.sarif.places import ROOT
from scanner.reports.sarif.text import plain
from scanner.reports.waivers import as_data as as_waiver_data
from scanner.reports.waivers import run_data

Json: TypeAlias = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_SEMANTIC_VERSION = regex(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")


def log(run: Json) -> Json:
    """The log of one run."""
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def head(scan: Scan, rules: Iterator[Json]) -> Json:
    """The program with its rules, and how places are given."""
    version = scan.run.version
    driver: Json = {"name": "Assay", "version": version}
    if _SEMANTIC_VERSION.fullmatch(version):
        driver["semanticVersion"] = version
    return {
        "tool": {"driver": {**driver, "rules": rules, "notifications": descriptors()}},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the scan."}}},
        "columnKind": "unicodeCodePoints",
    }


def properties(scan: Scan) -> Json:
    """The circumstances of the scan, its numbers, and the figures of each framework in a sentence."""
    run = scan.run
    said: Json = {
        "disclaimer": DISCLAIMER,
        "packDigest": run.pack_digest,
        "rulesetDigest": run.ruleset_digest,
        "profile": run.profile,
        "kubernetesVersion": run.kubernetes_version,
        "failOn": run.fail_on,
        "outcomes": {outcome: scan.outcomes[outcome] for outcome in sorted(scan.outcomes)},
        "frameworks": {f"{item.id}@{item.edition}": plain(description(item)) for item in scan.frameworks},
    }
    if run.configuration:
        said["configuration"] = as_data(run.configuration)
    if scan.waivers:
        said["waivers"] = {**run_data(scan.waivers), "results": [as_waiver_data(each) for each in scan.waivers.results]}
    if run.pack:
        said["pack"] = {"record": run.pack.record, "signature": run.pack.signature}
    if run.git_commit:
        said["git"] = {"commit": run.git_commit, "dirty": run.git_dirty}
    return said
