"""What is in force of networks, volumes, secrets and configs."""

from __future__ import annotations

from scanner.documents.positions import Node
from scanner.subjects.stacks.applied import Applied, as_flag, pairs
from scanner.subjects.stacks.kinds import STACK

OVERLAY = "overlay"


def is_external(node: Node) -> bool:
    """Whether something is created outside of the file; the name may stand below `external`."""
    external = node.get("external").value
    return isinstance(external, dict) or as_flag(external) is True


def network(node: Node, target: str) -> Applied:
    """`{driver, encrypted, attachable, internal, external}`; any value of `encrypted` encrypts an overlay network."""
    shape = Applied().say("external", is_external(node)).text("driver", node.get("driver"))
    if target == STACK and not node.get("driver"):
        shape.say("driver", OVERLAY)
    shape.say("encrypted", bool(node.get("driver_opts", "encrypted")))
    return shape.flag("attachable", node.get("attachable")).flag("internal", node.get("internal"))


def volume(node: Node, _: str) -> Applied:
    """`{driver, type, device, options, external}`."""
    options = node.get("driver_opts")
    shape = Applied().say("external", is_external(node)).text("driver", node.get("driver"))
    shape.text("type", options.get("type")).text("device", options.get("device")).text("options", options.get("o"))
    return shape


def secret(node: Node, _: str) -> Applied:
    """`{file, environment, driver, external}`."""
    shape = Applied().say("external", is_external(node))
    return (
        shape.text("file", node.get("file"))
        .text("environment", node.get("environment"))
        .text("driver", node.get("driver"))
    )


def config(node: Node, _: str) -> Applied:
    """`{file, content, environment, labels[], external}`."""
    shape = Applied().say("external", is_external(node))
    shape.text("file", node.get("file")).text("environment", node.get("environment"))
    return shape.put("content", node.get("content")).listed("labels", pairs(node.get("labels")))
