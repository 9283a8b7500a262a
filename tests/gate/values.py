"""Changes to what is deployed, and to what can be read of it."""

from __future__ import annotations

from tests.gate.mutation import Gate, Repository, link, paths
from tests.gate.registry import mutation
from tests.gate.trees import ACCESS, BROKEN, NETWORK, ONE, POD, SERVER, SHOP, SPEC, UNDECIDED, WEB

_MAY_ISOLATE = "kind: NetworkPolicy\nmetadata: {name: [\n"
"""Text that cannot be read and may be a policy for every pod."""
_UNREADABLE = {**SHOP, "shop/broken.yaml": _MAY_ISOLATE}
_PARTLY = {"shop/all.yaml": f"{WEB}---\n{ACCESS}---\n{NETWORK}---\n{BROKEN}"}
_UNKNOWN = SPEC.replace("        atRest: none\n", "        inTransit: TLS-1.3\n")


@mutation("a fault in a file that is there")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "privileged: false", "privileged: true")


@mutation("a fault below the threshold")
def _(tree: Repository) -> Gate:
    tree.edit("shop/web.yaml", "emptyDir: {}", "hostPath: {path: /root}")
    return Gate(("--base", "main", "--fail-on", "critical"))


@mutation("one more of the same")
def _(tree: Repository) -> None:
    tree.edit(
        "shop/web.yaml", "      volumes:\n", "      volumes:\n        - name: also\n          hostPath: {path: /etc}\n"
    )


@mutation("a fault instead of another")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "privileged: true", "privileged: null")
    tree.edit("shop/web.yaml", "privileged: false", "privileged: true")


@mutation("a fault is mended")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "privileged: true", "privileged: false #")


@mutation("delete an object")
def _(tree: Repository) -> None:
    tree.delete("shop/web.yaml")


@mutation("delete everything")
def _(tree: Repository) -> None:
    tree.delete(*SHOP)


@mutation("the first manifest", base={"README.txt": "nothing yet\n"})
def _(tree: Repository) -> None:
    tree.write("shop/job.yaml", POD)
    tree.write("shop/network.yaml", NETWORK)


@mutation("a worse value: the host path /etc to /")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "path: /etc", "path: /")


@mutation("a worse value: one more resource beside Secrets")
def _(tree: Repository) -> None:
    tree.edit("shop/access.yaml", "[secrets, pods]", "[secrets, pods, nodes]")


@mutation("a better value: one resource less beside Secrets")
def _(tree: Repository) -> None:
    tree.edit("shop/access.yaml", "[secrets, pods]", "[secrets]")


@mutation("a worse value: 4 kept files to 2 of at least 10", base={"server.yaml": SERVER})
def _(tree: Repository) -> None:
    tree.edit("server.yaml", "maxbackup=4", "maxbackup=2")


@mutation("a better value: 4 kept files to 6 of at least 10", base={"server.yaml": SERVER})
def _(tree: Repository) -> None:
    tree.edit("server.yaml", "maxbackup=4", "maxbackup=6")


@mutation("fail to unknown", base={"spec.yaml": SPEC})
def _(tree: Repository) -> None:
    tree.write("spec.yaml", _UNKNOWN)


@mutation("fail to a value that the rule cannot judge")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "privileged: true", "privileged: ${PRIVILEGED}")


@mutation("pass to unknown", base={"spec.yaml": SPEC.replace("none", "AES-256")})
def _(tree: Repository) -> None:
    tree.write("spec.yaml", _UNKNOWN)


@mutation("unknown to fail", base={"spec.yaml": _UNKNOWN})
def _(tree: Repository) -> None:
    tree.write("spec.yaml", SPEC)


@mutation("unknown to pass", base={"spec.yaml": _UNKNOWN})
def _(tree: Repository) -> None:
    tree.edit("spec.yaml", "inTransit: TLS-1.3", "atRest: AES-256")


@mutation("rename an architecture spec", base={"spec.yaml": SPEC})
def _(tree: Repository) -> None:
    tree.move("spec.yaml", "design/shop.yaml")


@mutation("the change raises a severity in assay.yaml")
def _(tree: Repository) -> None:
    tree.write("assay.yaml", "rules: {kubernetes.role-cannot-read-secrets: {severity: critical, reason: worse here}}\n")


@mutation("the change breaks a file")
def _(tree: Repository) -> None:
    tree.write("shop/web.yaml", WEB + BROKEN)


@mutation("the change breaks one document of a file", base=ONE)
def _(tree: Repository) -> None:
    tree.edit("shop/all.yaml", "kind: Role\n", "kind: Role: broken\n")


@mutation("a new file that is broken")
def _(tree: Repository) -> None:
    tree.write("shop/broken.yaml", BROKEN)


@mutation("a file is broken before and after", base=_UNREADABLE)
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "name: settings", "name: host")


@mutation("a file is broken before and after, and another gets a fault", base=_UNREADABLE)
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "privileged: false", "privileged: true")


@mutation("a document is broken before and after, and another of its file gets a fault", base=_PARTLY)
def _(tree: Repository) -> None:
    tree.edit("shop/all.yaml", "privileged: false", "privileged: true")


@mutation("a broken file with faults is mended", base={**SHOP, "shop/job.yaml": POD + BROKEN})
def _(tree: Repository) -> None:
    tree.write("shop/job.yaml", POD)


@mutation(
    "a broken document with faults is mended", base={"shop/all.yaml": "---\n".join((WEB, NETWORK, POD + "a: [\n"))}
)
def _(tree: Repository) -> None:
    tree.edit("shop/all.yaml", "a: [\n", "")


@mutation("a broken file is mended, and gets another fault", base={**SHOP, "shop/web.yaml": WEB + "a: [\n"})
def _(tree: Repository) -> None:
    tree.write("shop/web.yaml", WEB.replace("privileged: false", "privileged: true"))


@mutation(
    "a broken NetworkPolicy is mended, and does not select what is there",
    base={**SHOP, "shop/network.yaml": NETWORK + "a: [\n"},
)
def _(tree: Repository) -> None:
    tree.write("shop/network.yaml", NETWORK.replace("podSelector: {}", "podSelector: {matchLabels: {app: other}}"))


@mutation("a broken file is deleted", base=_UNREADABLE)
def _(tree: Repository) -> None:
    tree.delete("shop/broken.yaml")


@mutation("delete a NetworkPolicy")
def _(tree: Repository) -> None:
    tree.delete("shop/network.yaml")


@mutation("narrow a NetworkPolicy to other pods")
def _(tree: Repository) -> None:
    tree.edit("shop/network.yaml", "podSelector: {}", "podSelector: {matchLabels: {app: other}}")


@mutation("delete a NetworkPolicy, while a file cannot be read", base=_UNREADABLE)
def _(tree: Repository) -> None:
    tree.delete("shop/network.yaml")


@mutation("narrow a NetworkPolicy, while a file cannot be read", base=_UNREADABLE)
def _(tree: Repository) -> None:
    tree.edit("shop/network.yaml", "podSelector: {}", "podSelector: {matchLabels: {app: other}}")


@mutation("delete a NetworkPolicy beside one that cannot be judged", base={**SHOP, "shop/guard.yaml": UNDECIDED})
def _(tree: Repository) -> None:
    tree.delete("shop/network.yaml")


@mutation("a new workload and no NetworkPolicy, while a file cannot be read", base={"shop/broken.yaml": _MAY_ISOLATE})
def _(tree: Repository) -> None:
    tree.write("shop/job.yaml", POD)


@mutation("a second NetworkPolicy of the same name, for other pods")
def _(tree: Repository) -> None:
    tree.write("shop/more.yaml", NETWORK.replace("podSelector: {}", "podSelector: {matchLabels: {app: other}}"))


@mutation("a second NetworkPolicy of the same name, with the same content")
def _(tree: Repository) -> None:
    tree.copy("shop/network.yaml", "shop/more.yaml")


@mutation("a NetworkPolicy moves into a code block")
def _(tree: Repository) -> None:
    tree.delete("shop/network.yaml")
    tree.write("README.md", f"# Shop\n\n```yaml\n{NETWORK}```\n")


@mutation("a NetworkPolicy moves into a folder of examples")
def _(tree: Repository) -> None:
    tree.move("shop/network.yaml", "examples/network.yaml")


@mutation("move a workload to a namespace without NetworkPolicy")
def _(tree: Repository) -> None:
    tree.edit("shop/web.yaml", "namespace: shop", "namespace: store")


@mutation("a link to a manifest")
def _(tree: Repository) -> None:
    link("web.yaml", tree.folder / "shop" / "link.yaml")


@mutation("a manifest becomes a link to what is not read")
def _(tree: Repository) -> None:
    tree.delete("shop/web.yaml")
    link("../../web.yaml", tree.folder / "shop" / "web.yaml")


@mutation("a folder becomes a link to what is not read")
def _(tree: Repository) -> None:
    tree.delete(*SHOP)
    (tree.folder / "shop").rmdir()
    link("../shop", tree.folder / "shop")


@mutation("a file that is ignored")
def _(tree: Repository) -> None:
    tree.write(".gitignore", "local/\n")
    tree.write("local/job.yaml", POD)


@mutation("PATHS: a file that is new")
def _(tree: Repository) -> Gate:
    tree.write("shop/job.yaml", POD)
    return paths("shop/job.yaml", "shop/network.yaml")


@mutation("PATHS: a file that is deleted")
def _(tree: Repository) -> Gate:
    tree.delete("shop/web.yaml")
    return paths("shop/web.yaml")


@mutation("PATHS: a file that is deleted, and one that is there")
def _(tree: Repository) -> Gate:
    tree.delete("shop/web.yaml")
    return paths("shop/web.yaml", "shop/access.yaml")


@mutation("PATHS: a file that is on neither side")
def _(_: Repository) -> Gate:
    return paths("shop/none.yaml")
