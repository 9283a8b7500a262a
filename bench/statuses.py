"""Computes the status of every control again, from the catalogues and a scan's results alone, and compares.

    assay scan PATHS --profile strict --include-passes --all-frameworks --output json=results.json
    python bench/statuses.py results.json

Nothing of the scanner is used: catalogues and rules are read as YAML. Conditions on data are left to the scan (their
controls are counted as left out), because the results do not hold what data a subject carries.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
BEARS = ("high", "medium")
DECLARED = ("architecture.", "governance.", "resilience.", "security.")


def main() -> int:
    """Print each difference and the numbers; 1 where there is a difference."""
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    rules = {".".join(path.relative_to(ROOT / "rules").with_suffix("").parts): load(path) for path in rule_files()}
    kinds = {each["subject"]["kind"] for each in results["findings"]}
    incomplete = any(
        each["status"] in ("unreadable", "not-assessed") or each.get("losses") for each in results["inputs"]
    )
    told = {(each["framework"], each["edition"], each["control"]): each for each in results["controls"]}
    seen: Counter[str] = Counter()
    for framework in frameworks():
        for control in framework["controls"]:
            key = (framework["id"], framework["edition"], control["id"])
            if key not in told:
                continue
            own = status(framework, control, rules, results, kinds, incomplete=incomplete)
            seen["left out" if own is None else "same" if own == told[key]["status"] else "different"] += 1
            if own not in (None, told[key]["status"]):
                print(*key, f"told {told[key]['status']}, computed {own}")
    print(", ".join(f"{number} {what}" for what, number in sorted(seen.items())))
    return 1 if seen["different"] or not seen["same"] else 0


def rule_files() -> list[Path]:
    """Every rule."""
    return sorted((ROOT / "rules").rglob("*.yaml"))


def load(path: Path) -> Any:
    """A YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def frameworks() -> list[dict[str, Any]]:
    """Every catalogue."""
    found = (load(path) for path in sorted((ROOT / "frameworks").glob("*.yaml")))
    return [each for each in found if "controls" in each]


def status(
    framework: dict[str, Any],
    control: dict[str, Any],
    rules: dict[str, Any],
    results: dict[str, Any],
    kinds: set[str],
    *,
    incomplete: bool,
) -> str | None:
    """The status of a control, None where it depends on data."""
    if control["checkable"] == "manual":
        return "manual"
    whens = [each["applies_when"] for each in (framework, control) if "applies_when" in each]
    if any("data" in each for each in (*whens, *conditions(control))):
        return None
    for when in whens:
        if not incomplete and kinds and not meets(when, kinds):
            return "not-applicable"
        if not meets(when, kinds):
            return "not-assessed"
    outcomes: defaultdict[str, list[str]] = defaultdict(list)
    proved = False
    for name, rule in rules.items():
        bearing = closest(name, rule, control)
        if bearing is None or bearing["strength"] not in BEARS:
            continue
        counts = results["rules"].get(name, {}).get("counts", {})
        for outcome in counts:
            outcomes[outcome].append(bearing["relation"] if not declared(rule) else "declares")
            if outcome == "fail":
                outcomes["against"].append(bearing["relation"])
        proved |= (
            "pass" in counts
            and bearing.get("pass") != "none"
            and (rule.get("pass") != "none" or control["checkable"] == "full")
        )
    return worst(control, outcomes, proved=proved, incomplete=incomplete)


def conditions(control: dict[str, Any]) -> list[dict[str, Any]]:
    """What must be there for bearings of a control to count."""
    return [each["applies_when"] for each in control.get("objectives", ()) if "applies_when" in each]


def meets(when: dict[str, Any], kinds: set[str]) -> bool:
    """Whether a kind of subject that a condition names was scanned."""
    return any(kind in when["subjects"] or kind.partition(".")[0] in when["subjects"] for kind in kinds)


def declared(rule: dict[str, Any]) -> bool:
    """Whether a rule is about what a document says of itself."""
    return str(rule["subject"]).startswith(DECLARED)


def closest(name: str, rule: dict[str, Any], control: dict[str, Any]) -> dict[str, Any] | None:
    """The bearing through which a rule bears on a control."""
    found = []
    for each in control.get("objectives", ()):
        if each.get("rule") == name or (
            each.get("objective") in rule["objectives"] and name in each.get("rules", [name])
        ):
            named = "rule" in each or "rules" in each
            carried = {**each, "strength": each["strength"] if named else carries(rule, each["strength"])}
            strength = ("high", "medium", "low").index(carried["strength"])
            found.append(("rule" not in each, strength, "rules" not in each, each["relation"] != "violates", carried))
    return min(found, key=lambda each: each[:4])[4] if found else None


def carries(rule: dict[str, Any], strength: str) -> str:
    """The strength that a rule carries to a control that names only its objective."""
    profile = rule.get("profile", "default")
    minor = profile == "strict" and rule["severity"] in ("low", "info") and strength == "medium"
    return "low" if minor or profile == "opinion" else strength


def worst(control: dict[str, Any], outcomes: dict[str, list[str]], *, proved: bool, incomplete: bool) -> str:
    """The status that outcomes leave."""
    if outcomes.get("error"):
        return "error"
    if "violates" in outcomes.get("against", ()):
        return "not-satisfied"
    if outcomes.get("against"):
        return "weakened"
    if not proved:
        return "not-assessed"
    whole = control["checkable"] == "full" and not incomplete and not outcomes.get("unknown")
    return "satisfied" if whole and set(outcomes["pass"]) == {"violates"} else "partial"


if __name__ == "__main__":
    sys.exit(main())
