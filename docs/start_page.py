"""The start page of the site."""

from __future__ import annotations

from collections.abc import Iterator

from data import Data
from markup import paragraph

from scanner.finished_scan import DISCLAIMER

_CARDS = (
    ("Overview", "guides/overview.md", "What Assay does, how to try it, and what each option means."),
    ("Rules", "rules/index.md", "{rules} rules: what each requires, why, how to fix a failure, and its limits."),
    (
        "Frameworks",
        "frameworks/index.md",
        "{frameworks} frameworks with {controls} controls: with their mappings and rationales.",
    ),
    ("Objectives", "objectives/index.md", "{objectives} control objectives, which connect rules and controls."),
    ("Commands", "commands/index.md", "Every command of `assay` with its options."),
    ("Formats", "formats/index.md", "What is read, what is recognised and not read, and what is written."),
    ("Configuration", "guides/configuration.md", "`assay.yaml`: parameters, severities, and what is left out."),
    ("Architecture", "guides/architecture.md", "How Assay is built, and why."),
)


def blocks(data: Data) -> Iterator[str]:
    """The start page, with a card for each part of the site."""
    counts = {
        "rules": len(data.rules),
        "frameworks": len(data.frameworks),
        "controls": f"{sum(len(item.controls) for item in data.frameworks):,}",
        "objectives": len(data.objectives),
    }
    yield "# Assay"
    yield paragraph(
        "Assay is a policy-as-code compliance scanner. It reads files that your team already commits (architecture "
        "specs, Kubernetes manifests, agent-swarm configurations), evaluates rules over all of them together, and "
        "reports which controls of SOC 2, PCI DSS, GDPR, OWASP, zero trust and others the files support or contradict."
    )
    yield '<div class="grid cards" markdown>'
    yield "\n".join(f"-   **[{title}]({path})**\n\n    {told.format(**counts)}\n" for title, path, told in _CARDS)
    yield "</div>"
    yield paragraph(
        "The search finds a rule by its id, by the id of a check of another tool, such as `CKV_K8S_20`, and by a "
        "control, such as `CC6.1`."
    )
    yield paragraph(DISCLAIMER)
