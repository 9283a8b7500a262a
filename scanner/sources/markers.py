"""Names of files that make the files around them a whole, which is rendered: a Helm chart, a Kustomize overlay."""

from __future__ import annotations

CHART = "Chart.yaml"
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
MARKERS = frozenset((CHART, *KUSTOMIZATIONS))
