"""Waivers -> subjects, so that rules report one that is expired, wrong or not approved as any other finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scanner.marks import Mark, keyless, with_children
from scanner.model import Subject
from scanner.places import Location, Origin
from scanner.subjects import WAIVER
from scanner.waived import WaiverResult, WaiverState


def subjects(results: Iterable[WaiverResult]) -> Iterator[Subject]:
    """A subject for each waiver, with its state as a field."""
    for each in results:
        waiver = each.waiver
        data: dict[str, Any] = {
            "id": waiver.id,
            "rule": waiver.rule,
            "type": waiver.type,
            "state": each.state.value,
            "expired": each.state is WaiverState.EXPIRED,
            "inline": waiver.inline,
            "approved": waiver.approved,
            "expires": waiver.expires,
            "requester": waiver.requester,
            "approver": waiver.approver,
            "not_approved": each.not_approved,
            "faults": [{"field": fault.field, "message": fault.message} for fault in waiver.faults],
        }
        marks = {"id": _mark(waiver.location), **{name: _mark(place) for name, place in waiver.places.items()}}
        if waiver.faults:
            places = [_mark(fault.location) for fault in waiver.faults]
            marks["faults"] = with_children(places[0], places)
        path = waiver.location.path
        whole = with_children(_mark(waiver.location), marks)
        identity = f"{WAIVER}/{path}/{waiver.id}" if waiver.inline else f"{WAIVER}/{waiver.id}"
        bindings = {"waiver": data}
        yield Subject(WAIVER, identity, f"waiver {waiver.id}", Origin(path), bindings, {"waiver": whole}, "waiver")


def _mark(place: Location) -> Mark:
    return keyless((place.line - 1, place.column - 1), (place.end_line - 1, place.end_column - 1))
