"""The communication links of an asset of Threagile as flows."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from scanner.documents.positions import Node
from scanner.late import regex
from scanner.model import Subject
from scanner.subjects.architecture import FLOW
from scanner.subjects.subject_builder import SubjectBuilder
from scanner.subjects.threat_models.building import Model, entries, put_names, put_text, text_of
from scanner.subjects.threat_models.threagile.technologies import ENCRYPTED, LOCAL, PLAIN

LOCAL_CALLS = "threagile-local"
"""What rules know a link by that does not leave its machine: no rule asks how it is encrypted or authenticated."""
_NO_LETTERS = regex(r"[^a-z0-9]+")


def subjects(model: Model, asset: Node) -> Iterator[Subject]:
    """A flow for each link of an asset that has a target."""
    for title, link in entries(asset.get("communication_links")):
        target = link.first("target", "target_id")
        if text_of(target):
            yield _flow(model, asset, title, link, target)


def _flow(model: Model, asset: Node, title: str, link: Node, target: Node) -> Subject:
    source = text_of(asset.get("id"))
    shape = SubjectBuilder().say("id", f"{source}>{_NO_LETTERS.sub('-', title.lower()).strip('-')}")
    put_text(shape.say("name", title), "from", asset.get("id"))
    put_text(shape, "to", target)
    protocol = link.get("protocol")
    local = text_of(protocol) in LOCAL
    put_text(shape, "protocol", protocol)
    if link.get("vpn").value is True and text_of(protocol) in PLAIN:
        shape.put("protocol", protocol, f"{protocol.value} in a VPN").put("encrypted", link.get("vpn"), True)
    elif text_of(protocol) in ENCRYPTED | PLAIN:
        shape.put("encrypted", protocol, text_of(protocol) in ENCRYPTED)
    for name in ("authentication", "authorization"):
        if not local:
            put_text(shape, name, link.get(name))
    if link.get("authentication").value == "two-factor":
        shape.put("mfa", link.get("authentication"), True)
    given = [link.get("data_assets_sent"), link.get("data_assets_received")]
    put_names(shape, "data", (item for each in given for item in each.elements()))
    if all(given) and "data" not in shape.data:
        shape.put("data", given[0], [])
    found = model.element(FLOW, shape, link)
    return replace(found, format=LOCAL_CALLS) if local else found
