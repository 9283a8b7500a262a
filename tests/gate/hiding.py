"""Changes that take objects out of the scan, or out of what is deployed, without deleting them."""

from __future__ import annotations

from tests.gate.mutation import Repository, link
from tests.gate.registry import mutation
from tests.gate.trees import SHOP, WEB

_EXCLUDED = {**SHOP, "assay.yaml": "exclude: [vendor/]\n"}


@mutation("a workload moves into a code block")
def _(tree: Repository) -> None:
    tree.delete("shop/web.yaml")
    tree.write("README.md", f"# Shop\n\n```yaml\n{WEB}```\n")


@mutation("a workload moves into a folder of examples")
def _(tree: Repository) -> None:
    tree.move("shop/web.yaml", "examples/web.yaml")


@mutation("a file moves into an excluded folder", base=_EXCLUDED)
def _(tree: Repository) -> None:
    tree.move("shop/web.yaml", "vendor/web.yaml")


@mutation("a file moves into an excluded folder, and a link takes its place", base=_EXCLUDED)
def _(tree: Repository) -> None:
    tree.move("shop/web.yaml", "vendor/web.yaml")
    link("../vendor/web.yaml", tree.folder / "shop" / "web.yaml")


@mutation("a file is ignored, and no longer tracked")
def _(tree: Repository) -> None:
    tree.write(".gitignore", "shop/web.yaml\n")
    tree.git("rm", "--quiet", "--cached", "shop/web.yaml")


@mutation("a file is ignored, and deleted")
def _(tree: Repository) -> None:
    tree.write("shop/.gitignore", "# made\nweb.*\n")
    tree.delete("shop/web.yaml")


@mutation("a file of the base is copied into a folder of examples")
def _(tree: Repository) -> None:
    tree.copy("shop/access.yaml", "examples/access.yaml")
