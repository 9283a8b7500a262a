"""Quantities of a spec that state none: durations and availabilities in words that are not understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from scanner.errors import did_you_mean
from scanner.late import regex
from scanner.subjects.quantities import percent, seconds

Found = Iterator[tuple[tuple[str, ...], str]]

_REF = "#/$defs/"
FORMS = {
    "duration": "a duration such as `15 min`, `4 hours`, `PT15M`, `hourly` or `continuous`",
    "availability": "an availability such as `99.95%`, 99.95 or 0.9995, above 0 and at most 100 %",
}
"""What is accepted as each quantity."""
_NEVER = regex(r"(?i)\s*(?:never|none|no|not done|not planned)\s*$")
_ENDLESS = regex(
    r"(?i)\s*(?:(?:not|never) +(?:stored|kept|retained|written|persisted)\b|for ?ever|indefinit|unlimited|permanent"
    r"|never|no limit|always|endless|until )"
)
_WORDS = {
    "retention": _ENDLESS,
    "auditRetention": _ENDLESS,
    **dict.fromkeys(("interval", "testInterval", "restoreTested", "rotation", "backups"), _NEVER),
}
"""Fields that may also state in words something else than a length of time."""


def forms(schema: Mapping[str, Any]) -> str:
    """The forms of the quantity that a part of the schema wants; empty where it wants none."""
    if "unit" in schema.get("properties", {}) and schema.get("minLength"):
        return FORMS["duration"]
    return FORMS["availability"] if "exclusiveMinimum" in schema else ""


def problems(schema: Mapping[str, Any], spec: Any) -> Found:
    """Where a spec states a quantity in a form that is not understood, or a tier that it does not define."""
    yield from _under(schema, spec, (), schema["$defs"])
    yield from _tiers(spec)


def _under(schema: Mapping[str, Any], value: Any, path: tuple[str, ...], defs: Mapping[str, Any]) -> Found:
    kind = schema.get("$ref", "").removeprefix(_REF)
    if kind in FORMS:
        if isinstance(value, str | int | float) and not is_understood(kind, value, _field(path)):
            yield path, f"is not {FORMS[kind]}"
        return
    if kind:
        schema = defs[kind]
    if isinstance(value, dict):
        fields, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, item in value.items():
            inner = fields.get(name) or (others if isinstance(others, dict) else None)
            if inner and _holds_quantities(inner, defs):
                yield from _under(inner, item, (*path, str(name)), defs)
    elif isinstance(value, list) and (inner := schema.get("items")):
        for number, item in enumerate(value):
            yield from _under(inner, item, (*path, str(number)), defs)
    elif isinstance(value, str) and path[-1:] == ("backups",) and not is_understood("duration", value, "backups"):
        yield path, f"is not {FORMS['duration']}"


def _field(path: tuple[str, ...]) -> str:
    named = [part for part in path if not part.isdecimal()]
    return "backups" if "backups" in named else named[-1]


_HOLDING: dict[int, bool] = {}
"""Whether each part of the schema, by its identity, leads to a quantity: the schema is read once and stays."""


def _holds_quantities(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> bool:
    if id(schema) not in _HOLDING:
        _HOLDING[id(schema)] = _leads_to_one(schema, defs)
    return _HOLDING[id(schema)]


def _leads_to_one(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> bool:
    kind = schema.get("$ref", "").removeprefix(_REF)
    if kind in FORMS:
        return True
    whole = defs[kind] if kind else schema
    inner = [*whole.get("properties", {}).values(), whole.get("items"), whole.get("additionalProperties")]
    return any(isinstance(each, dict) and _holds_quantities(each, defs) for each in inner)


@lru_cache(maxsize=4096)
def is_understood(kind: str, value: Any, field: str) -> bool:
    """Whether a value states a quantity, `duration` or `availability`, in a form that a field of a spec accepts."""
    if kind == "availability":
        number = percent(value)
        return isinstance(value, bool) or (number is not None and 0 < number <= 100)  # noqa: PLR2004
    if not isinstance(value, str):
        return True  # the schema itself refuses it
    words = _WORDS.get(field)
    return seconds(value) is not None or bool(words and words.match(value))


def _tiers(spec: Any) -> Found:
    whole = spec.get("spec") if isinstance(spec, dict) else None
    if not isinstance(whole, dict):
        return
    tiers = (
        [each for each in whole.get("tiers") or () if isinstance(each, dict)] if _is_list(whole.get("tiers")) else []
    )
    names = [str(tier.get("name")) for tier in tiers]
    for part in ("services", "datastores"):
        for number, each in enumerate(whole[part] if _is_list(whole.get(part)) else ()):
            tier = each.get("tier") if isinstance(each, dict) else None
            if isinstance(tier, str) and tier not in names:
                hint = did_you_mean(tier, names)
                also = f"; {hint}" if hint else ""
                yield ("spec", part, str(number), "tier"), f"names a tier that this document does not define{also}"


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
