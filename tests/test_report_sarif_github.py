"""The SARIF report for GitHub code scanning: its alerts, and the limits of the host."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.finished_scan import Scan
from scanner.loss import Loss
from scanner.model import Finding, Outcome, Severity
from scanner.places import Location, Related
from scanner.reports.sarif import github
from tests.sample import MANIFEST, PAYMENTS, fixed_scan, sample_scan
from tests.sample_whole import whole_scan
from tests.test_report_sarif import holding


def text_of(scan: Scan) -> str:
    return "".join(github.render(scan))


def rendered(scan: Scan) -> dict[str, Any]:
    """The one run of the report of a scan."""
    runs: list[dict[str, Any]] = json.loads(text_of(scan))["runs"]
    return runs[0]


def notified(scan: Scan) -> dict[str, str]:
    """Kind of notification -> its message; of several of a kind the last."""
    found = rendered(scan)["invocations"][0]["toolExecutionNotifications"]
    return {each["descriptor"]["id"]: each["message"]["text"] for each in found}


def failure(severity: Severity = Severity.LOW, **changes: Any) -> Finding:
    """A failure of the sample with other values."""
    found = next(item for item in sample_scan().findings if item.outcome is Outcome.FAIL)
    return replace(found, severity=severity, **changes)


def test_only_what_fails_is_an_alert_and_the_most_severe_comes_first() -> None:
    scan = whole_scan()
    results = rendered(scan)["results"]
    order = ["critical", "high", "medium", "low", "info"]
    severities = [result["properties"]["severity"] for result in results]
    assert severities == sorted(severities, key=order.index)
    failures = [item for item in scan.findings if item.outcome is Outcome.FAIL and not item.waiver]
    assert sorted(result["ruleId"] for result in results) == sorted(item.rule for item in failures)
    assert {result["level"] for result in results} == {"error", "warning", "note"}


def test_rules_are_those_of_alerts() -> None:
    run = rendered(whole_scan())
    rules = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {result["ruleId"] for result in run["results"]}
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert all(rule["help"]["markdown"] and rule["help"]["text"] for rule in rules)


def test_controls_stand_in_the_help_of_rules_where_frameworks_were_asked_for() -> None:
    scan = sample_scan()
    assert "Bears on:" in text_of(scan)
    assert "Bears on:" not in text_of(replace(scan, run=replace(scan.run, all_frameworks=False)))
    run = rendered(scan)
    assert "taxonomies" not in run
    assert [rule for rule in run["tool"]["driver"]["rules"] if "relationships" in rule] == []


def test_texts_and_tags_of_rules_stay_within_what_is_shown() -> None:
    scan = sample_scan()
    many = tuple(f"objective-{number}" for number in range(40))
    rules = {
        name: replace(rule, title="t" * 3000, why="w" * 3000, objectives=many) for name, rule in scan.rules.items()
    }
    for rule in rendered(replace(scan, rules=rules))["tool"]["driver"]["rules"]:
        assert len(rule["properties"]["tags"]) == 10
        assert {len(rule[key]["text"]) for key in ("shortDescription", "fullDescription")} == {1024}


def test_fixes_are_left_to_the_whole_report() -> None:
    assert not github.FORMAT.shows_fixes
    assert "fixes" not in text_of(fixed_scan())


def test_of_too_many_alerts_the_most_severe_are_kept_and_the_rest_is_told() -> None:
    scan = holding(*[failure()] * 25_006, failure(Severity.CRITICAL))
    run = rendered(scan)
    assert len(run["results"]) == 25_000
    assert run["results"][0]["properties"]["severity"] == "critical"
    first = run["invocations"][0]["toolExecutionNotifications"][0]
    assert first["message"]["text"].startswith("7 of 25007 failures are left out")
    assert (first["level"], first["descriptor"]["id"]) == ("warning", "left-out")


@pytest.mark.slow
def test_the_compressed_file_stays_below_the_limit_of_the_host() -> None:
    def noise(number: int) -> str:
        """Text that does not compress to less than half of its size."""
        return "".join(hashlib.sha256(f"{number} {part}".encode()).hexdigest() for part in range(30))

    text = text_of(holding(*(failure(message=noise(number)) for number in range(12_000))))
    run = json.loads(text)["runs"][0]
    size = len(gzip.compress(text.encode()))
    assert 8_900_000 < size < 9_300_000
    left_out = 12_000 - len(run["results"])
    assert left_out > 0
    said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert said.startswith(f"{left_out} of 12000 failures are left out")


def test_what_is_no_alert_is_counted() -> None:
    found = notified(sample_scan())
    assert found["outcome-unknown"] == "1 outcome unknown: architecture.store-encrypted (1)."
    assert found["rule-error"] == "1 outcome could not be evaluated: kubernetes.service-selects-workload (1)."
    assert found["input-unreadable"].startswith("1 input could not be read: deploy/broken.yaml:7 (the quote")
    assert found["input-skipped"] == "1 input skipped."
    assert "left-out" not in found


def test_of_many_that_are_no_alert_the_first_are_named() -> None:
    scan = sample_scan()
    broken = tuple(replace(scan.inputs[1], path=f"{number}.yaml") for number in range(8))
    losses = (Loss(3, "unreadable", "a quote is never closed"), Loss(9, "embedded", "it is no YAML"))
    found = notified(replace(scan, inputs=(*broken, replace(scan.inputs[3], losses=losses))))
    assert found["input-unreadable"].startswith("8 inputs could not be read: 0.yaml:7")
    assert found["input-unreadable"].endswith(", and 3 more.")
    assert found["part-not-assessed"] == (
        "1 part of documentation or code not read: deploy/payments.yaml:9 (it is no YAML)."
    )


def test_only_linked_places_are_written() -> None:
    related = tuple(Related(failure().location, f"place {number}") for number in range(1200))
    (result,) = rendered(holding(failure(related=related)))["results"]
    assert [each["id"] for each in result["relatedLocations"]] == list(range(1, 11))


def test_every_alert_has_an_identity_of_its_own() -> None:
    """Copies of an object share a fingerprint, several subjects share a line, and GitHub looks at the line alone."""
    here, twin = failure(), failure(subject_id="digital bänk/other", fingerprint="f" * 32)
    elsewhere = replace(here, location=replace(here.location, path=MANIFEST))
    results = rendered(holding(here, twin, elsewhere))["results"]
    identities = [result["partialFingerprints"] for result in results]
    assert len({identity["assay/v1"] for identity in identities}) == 3
    places = [
        (result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], identity["primaryLocationLineHash"])
        for result, identity in zip(results, identities, strict=True)
    ]
    assert len(set(places)) == 3
    assert places[1][1] == f"{places[0][1]}:{'f' * 16}"


def test_twins_on_a_line_whose_hash_is_not_known_are_told_apart_too() -> None:
    scan = holding(failure(), failure(fingerprint="f" * 32))
    first, second = rendered(replace(scan, texts={}))["results"]
    assert "primaryLocationLineHash" not in first["partialFingerprints"]
    assert second["partialFingerprints"]["primaryLocationLineHash"] == "f" * 16


def test_the_identity_of_a_twin_does_not_depend_on_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = tuple(
        replace(failure(), location=Location(f"{number}.yaml", 1, 1, 1, 2), subject_name=PAYMENTS[2])
        for number in range(9)
    )
    whole = rendered(holding(*copies))["results"]
    monkeypatch.setattr(github, "MOST_RESULTS", 4)
    assert rendered(holding(*copies))["results"] == whole[:4]
