"""The `sarif` report: SARIF 2.1.0 within the limits of GitHub code scanning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from scanner.model import DISCLAIMER
from scanner.reports.configuration import as_data
from scanner.reports.format import TextFormat
from scanner.reports.json_text import json_text
from scanner.reports.sarif.invocation import invocation, notification_descriptors
from scanner.reports.sarif.places import ROOT
from scanner.reports.sarif.results import results
from scanner.reports.sarif.rules import descriptors
from scanner.reports.sarif.taxonomies import taxonomies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Scan

Json: TypeAlias = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")


def render(scan: Scan) -> Iterator[str]:
    """Return the scan as SARIF, piece by piece; equal scans give equal bytes."""
    components, references = taxonomies(scan)
    run: Json = {
        "tool": {"driver": _driver(scan, components, descriptors(scan, references))},
        "invocations": [invocation(scan)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the scan."}}},
        "columnKind": "unicodeCodePoints",
    }
    if components:
        run["taxonomies"] = components
    run["results"] = results(scan, references)
    run["properties"] = _properties(scan)
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(scan: Scan, components: list[Json], rules: list[Json]) -> Json:
    version = scan.run.version
    driver: Json = {"name": "Assay", "version": version}
    if _SEMANTIC_VERSION.fullmatch(version):
        driver["semanticVersion"] = version
    driver["rules"] = rules
    driver["notifications"] = notification_descriptors()
    if components:
        driver["supportedTaxonomies"] = [
            {"name": component["name"], "index": index} for index, component in enumerate(components)
        ]
    return driver


def _properties(scan: Scan) -> Json:
    run = scan.run
    properties: Json = {
        "disclaimer": DISCLAIMER,
        "packDigest": run.pack_digest,
        "profile": run.profile,
        "kubernetesVersion": run.kubernetes_version,
        "failOn": run.fail_on,
        "outcomes": {outcome: scan.outcomes[outcome] for outcome in sorted(scan.outcomes)},
    }
    if run.configuration:
        properties["configuration"] = as_data(run.configuration)
    if run.git_commit:
        properties["git"] = {"commit": run.git_commit, "dirty": run.git_dirty}
    return properties


FORMAT = TextFormat(
    media_type="application/sarif+json", for_terminal=False, shows_fixes=True, tells_commit=True, render=render
)
