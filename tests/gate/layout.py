"""Changes to the text and the places of objects, which change nothing of what is deployed."""

from __future__ import annotations

import json

import yaml

from tests.gate.mutation import Gate, Repository
from tests.gate.registry import mutation
from tests.gate.trees import ACCESS, NETWORK, ONE, SHOP, TWINS, WEB

_RULES = ACCESS.partition("rules:\n")[2]
_FIRST, _SECOND = _RULES[: _RULES.index("  - ", 4)], _RULES[_RULES.index("  - ", 4) :]
_CONTAINERS = WEB[WEB.index("        - name: web") : WEB.index("      volumes:")]
_SIDE = _CONTAINERS.index("        - name: side")
_VOLUMES = WEB.partition("volumes:\n")[2]
_SCRATCH = _VOLUMES.index("        - name: scratch")


@mutation("nothing")
def _(_: Repository) -> None:
    pass


@mutation("rename a file")
def _(tree: Repository) -> None:
    tree.git("mv", "shop/web.yaml", "shop/front.yaml")


@mutation("rename a file to a name with spaces and accents")
def _(tree: Repository) -> None:
    tree.move("shop/web.yaml", "shop/das Geschäft (neu).yaml")


@mutation("move a file to another folder")
def _(tree: Repository) -> None:
    tree.move("shop/web.yaml", "teams/front/web.yaml")


@mutation("indent a file differently")
def _(tree: Repository) -> None:
    tree.write("shop/web.yaml", yaml.safe_dump(yaml.safe_load(WEB), indent=6, sort_keys=False))


@mutation("sort the keys of all objects")
def _(tree: Repository) -> None:
    for name in SHOP:
        tree.write(name, yaml.safe_dump(yaml.safe_load(tree.read(name))))


@mutation("add comments and blank lines")
def _(tree: Repository) -> None:
    for name in SHOP:
        tree.write(name, "# of the shop\n\n" + tree.read(name).replace("\n", "\n\n", 3))


@mutation("line ends of Windows")
def _(tree: Repository) -> None:
    for name in SHOP:
        tree.write(name, tree.read(name).replace("\n", "\r\n"))


@mutation("a byte order mark")
def _(tree: Repository) -> None:
    for name in SHOP:
        tree.write(name, "\ufeff" + tree.read(name))


@mutation("reorder the documents of a file", base=ONE)
def _(tree: Repository) -> None:
    tree.write("shop/all.yaml", f"{NETWORK}---\n{ACCESS}---\n{WEB}")


@mutation("reorder containers")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", _CONTAINERS, _CONTAINERS[_SIDE:] + _CONTAINERS[:_SIDE])


@mutation("reorder volumes")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", _VOLUMES, _VOLUMES[_SCRATCH:] + _VOLUMES[:_SCRATCH])


@mutation("reorder the rules of a Role")
def _(tree: Repository) -> None:
    tree.edit("shop/access.yaml", _RULES, _SECOND + _FIRST)


@mutation("reorder the resources of a rule of a Role")
def _(tree: Repository) -> None:
    tree.edit("shop/access.yaml", "[secrets, pods]", "[pods, secrets]")


@mutation("split a file into one for each object", base=ONE)
def _(tree: Repository) -> None:
    tree.delete("shop/all.yaml")
    for name, text in SHOP.items():
        tree.write(name, text)


@mutation("join files")
def _(tree: Repository) -> None:
    tree.delete(*SHOP)
    tree.write("shop/all.yaml", ONE["shop/all.yaml"])


@mutation("YAML to a List in JSON")
def _(tree: Repository) -> None:
    items = [yaml.safe_load(text) for text in SHOP.values()]
    tree.delete(*SHOP)
    tree.write("shop/all.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=2))


@mutation("copy a file into a second overlay")
def _(tree: Repository) -> None:
    tree.copy("shop/web.yaml", "other/web.yaml")


@mutation("delete the first of two copies", base=TWINS)
def _(tree: Repository) -> None:
    tree.delete("other/web.yaml")


@mutation("delete the second of two copies", base=TWINS)
def _(tree: Repository) -> None:
    tree.delete("shop/web.yaml")


@mutation("rename a container")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "- name: web", "- name: front")


@mutation("rename the namespace of all objects")
def _(tree: Repository) -> None:
    for name in SHOP:
        tree.edit(name, "namespace: shop", "namespace: store")


@mutation("rename the namespace and the folder")
def _(tree: Repository) -> None:
    for name in SHOP:
        tree.edit(name, "namespace: shop", "namespace: store")
        tree.move(name, name.replace("shop", "store"))


@mutation("Deployment to StatefulSet")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "kind: Deployment", "kind: StatefulSet")


@mutation("Deployment to CronJob")
def _(tree: Repository) -> None:
    web = yaml.safe_load(WEB)
    job = {"template": web["spec"]["template"]}
    web |= {"apiVersion": "batch/v1", "kind": "CronJob"}
    web["spec"] = {"schedule": "@daily", "jobTemplate": {"spec": job}}
    tree.write("shop/web.yaml", yaml.safe_dump(web))


@mutation("rename an object")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "  name: web\n  namespace", "  name: front\n  namespace")


@mutation("the same from a subfolder")
def _(tree: Repository) -> Gate:
    tree.move("shop/web.yaml", "shop/front.yaml")
    return Gate(folder=tree.folder / "shop")
