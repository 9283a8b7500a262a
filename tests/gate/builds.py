"""Changes to charts and overlays."""

from __future__ import annotations

from tests.gate.mutation import Repository
from tests.gate.registry import mutation
from tests.gate.trees import CHART, NETWORK, OVERLAY, OVERLAYS, PRIVILEGED, USED


@mutation("Helm: a fault through values.yaml", base=CHART)
def _(tree: Repository) -> None:
    tree.edit("web/values.yaml", "privileged: false", "privileged: true")


@mutation("Helm: a worse value through values.yaml", base=CHART)
def _(tree: Repository) -> None:
    tree.edit("web/values.yaml", "host: /etc", "host: /")


@mutation("Helm: rename the folder of the chart", base=CHART)
def _(tree: Repository) -> None:
    for name in ("Chart.yaml", "values.yaml", "templates/web.yaml"):
        tree.move(f"web/{name}", f"charts/web/{name}")


@mutation("Kustomize: a fault through a patch", base=OVERLAY, kustomize=True)
def _(tree: Repository) -> None:
    tree.write("production/patch.yaml", PRIVILEGED)


@mutation("Kustomize: a second overlay of the same base", base=OVERLAY, kustomize=True)
def _(tree: Repository) -> None:
    tree.write("test/kustomization.yaml", "resources: [../base]\n")


@mutation("Kustomize: a faulty patch of one overlay, for a second one too", base=OVERLAYS, kustomize=True)
def _(tree: Repository) -> None:
    tree.write("test/kustomization.yaml", USED)


@mutation("Kustomize: a faulty patch, for another overlay instead", base=OVERLAYS, kustomize=True)
def _(tree: Repository) -> None:
    tree.write("test/kustomization.yaml", USED)
    tree.write("production/kustomization.yaml", "resources: [../base]\n")


@mutation("Kustomize: rename the folder of an overlay", base=OVERLAYS, kustomize=True)
def _(tree: Repository) -> None:
    tree.move("production/kustomization.yaml", "live/kustomization.yaml")


@mutation("Kustomize: a fault from the patch into the base", base=OVERLAYS, kustomize=True)
def _(tree: Repository) -> None:
    text, _, rest = tree.read("base/web.yaml").rpartition("privileged: false")
    tree.write("base/web.yaml", f"{text}privileged: true{rest}")
    tree.write("production/kustomization.yaml", "resources: [../base]\n")
    tree.delete("open/kustomization.yaml", "open/patch.yaml")


@mutation("Kustomize: a NetworkPolicy leaves the resources", base=OVERLAY, kustomize=True)
def _(tree: Repository) -> None:
    tree.write("base/kustomization.yaml", "resources: [web.yaml]\n")


@mutation("Kustomize: a patch deletes a NetworkPolicy", base=OVERLAY, kustomize=True)
def _(tree: Repository) -> None:
    tree.write("production/patch.yaml", "$patch: delete\n" + NETWORK.partition("spec:")[0])


_GUARDED = {
    **{name: text for name, text in CHART.items() if name != "network.yaml"},
    "web/templates/network.yaml": NETWORK,
}


@mutation("Helm: .helmignore leaves out a NetworkPolicy", base=_GUARDED)
def _(tree: Repository) -> None:
    tree.write("web/.helmignore", "network.yaml\n")


@mutation("Helm: a NetworkPolicy moves out of the templates", base=_GUARDED)
def _(tree: Repository) -> None:
    tree.move("web/templates/network.yaml", "web/ci/network.yaml")
