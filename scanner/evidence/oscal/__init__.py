"""The scan of a pack as OSCAL documents, and whether those of a pack refer only to what exists."""

from __future__ import annotations

from scanner.evidence.canonical import indented
from scanner.evidence.oscal import catalog, definition, plan, poam, results
from scanner.evidence.oscal.basis import CATALOG, DEFINITION, PLAN, POAM, PROFILE, RESULTS_DOCUMENT, Basis
from scanner.evidence.oscal.beside import Beside
from scanner.evidence.oscal.closure import FOLDER
from scanner.evidence.oscal.observed import Observed
from scanner.evidence.run_record import PackSource
from scanner.finished_scan import Scan


def documents(scan: Scan, source: PackSource) -> dict[str, bytes]:
    """Name in the pack -> document. There is no plan of action where nothing fails."""
    basis = Basis(scan, source)
    observed = Observed(basis)
    beside = Beside(basis, observed)
    made = {
        CATALOG: catalog.catalog(basis),
        PROFILE: catalog.profile(basis),
        DEFINITION: definition.definition(basis, observed),
        PLAN: plan.plan(basis, sorted({*observed.rules, *beside.rules})),
        RESULTS_DOCUMENT: results.results(basis, observed, beside),
        POAM: poam.poam(basis, observed),
    }
    return {f"{FOLDER}/{name}": indented(each) for name, each in made.items() if each is not None}
