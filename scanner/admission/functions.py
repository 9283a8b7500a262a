"""Kubernetes' own functions in CEL, as far as the runtime lets Python provide them.

Quantities, addresses and networks are mappings with one key to the runtime, which compares them rightly because each
is written in one way only. What is not here (`url`, `semver`, `format`, sorting by a key, comprehensions over two
variables) is refused where a policy uses it, and so are patterns whose meaning differs between Python and Go.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any

from scanner.late import regex

if TYPE_CHECKING:
    from cel_expr_python import cel as runtime

LIBRARIES = frozenset({"url", "isURL", "semver", "isSemver", "format", "jsonpatch"})
MACROS = frozenset({"transformList", "transformMap", "transformMapEntry", "sortBy", "existsOne"})
"""Names and methods of Kubernetes' CEL that this runtime does not have."""

_QUANTITY = regex(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?\d+))?")
_FACTORS = {
    **{unit: Decimal(1000) ** -power for power, unit in enumerate("mun", 1)},
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)},
}
_SMALLEST = Decimal("1e-9")
_LARGEST_INTEGER = 2**63
_OTHERWISE = regex(r"\\[pPQCzZhHRXKGN]|\\\d|\(\?[^:imsP]|\(\?P[^<]|\[\[:|[+*?}]\+")
"""Constructs of patterns that Python and Go read otherwise, or that one of them does not know."""


def _quantity(text: str) -> dict[str, str]:
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise ValueError("quantities must match the regular expression of Kubernetes")
    number = Decimal(match[1]) * (_FACTORS[match[2]] if match[2] else Decimal(10) ** int(match[3] or 0))
    rounding = ROUND_CEILING if number > 0 else ROUND_FLOOR
    return _of_number(number.quantize(_SMALLEST, rounding) if number % _SMALLEST else number)


def _of_number(number: Decimal) -> dict[str, str]:
    return {"quantity": f"{number.normalize():f}"}


def _number(quantity: dict[str, str] | int) -> Decimal:
    return Decimal(quantity if isinstance(quantity, int) else quantity["quantity"])


def _compared(one: dict[str, str], other: dict[str, str]) -> int:
    left, right = _number(one), _number(other)
    return (left > right) - (left < right)


def _is_integer(quantity: dict[str, str]) -> bool:
    number = _number(quantity)
    return number == number.to_integral_value() and abs(number) < _LARGEST_INTEGER


def _integer(quantity: dict[str, str]) -> int:
    if not _is_integer(quantity):
        raise ValueError("cannot convert value to integer")
    return int(_number(quantity))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address.scope_id):
        raise ValueError("IPv4-mapped addresses and zones are not allowed")
    return address


def _network(text: str) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface:
    host, slash, length = text.partition("/")
    if not slash or not length.isdecimal():
        raise ValueError(f"network address parse error: {text}")
    _address(host)
    return ipaddress.ip_interface(text)


def _contains(network: dict[str, str], other: str | dict[str, str]) -> bool:
    outer = ipaddress.ip_interface(network["cidr"]).network
    if isinstance(other, dict):
        other = other.get("ip") or other["cidr"]
    inner = ipaddress.ip_interface(other).network
    return outer.version == inner.version and outer.supernet_of(inner)  # type: ignore[arg-type]


def _holds(check: Callable[[str], Any]) -> Callable[[str], bool]:
    """Whether a text is what a function reads."""

    def holds(text: str) -> bool:
        try:
            check(text)
        except (ValueError, ArithmeticError):
            return False
        return True

    return holds


def _pattern(text: str) -> re.Pattern[str]:
    if _OTHERWISE.search(text):
        raise NotImplementedError(f"Assay cannot evaluate the regular expression {text!r} as Go does")
    return re.compile(re.sub(r"(?<!\\)\$(?=\)|$|\|)", r"\\Z", text), re.ASCII)


def _find(text: str, pattern: str) -> str:
    match = _pattern(pattern).search(text)
    return match[0] if match else ""


def _find_all(text: str, pattern: str, most: int = -1) -> list[str]:
    found = [match[0] for match in _pattern(pattern).finditer(text)]
    return found if most < 0 else found[:most]


def _same(one: Any, other: Any) -> bool:
    """CEL's equality, where true is not one."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _within(item: Any, items: Sequence[Any]) -> bool:
    return any(_same(item, other) for other in items)


def _all_in(items: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(_within(item, others) for item in items)


def _distinct(items: list[Any]) -> list[Any]:
    return reduce(lambda found, item: found if _within(item, found) else [*found, item], items, [])


def _least(items: list[Any], choose: Callable[[list[Any]], Any]) -> Any:
    if not items:
        raise ValueError("called on empty list")
    return choose(items)


class _Table:
    """The functions of an environment; a name that begins with a dot is a method of a value."""

    def __init__(self) -> None:
        from cel_expr_python import cel

        self._cel = cel
        kind = cel.Type
        self._kinds = {"text": kind.STRING, "int": kind.INT, "bool": kind.BOOL, "double": kind.DOUBLE, "any": kind.DYN}
        self._kinds |= {
            "list": kind.List(kind.DYN),
            "texts": kind.List(kind.STRING),
            "thing": kind.Map(kind.DYN, kind.DYN),
        }
        self._found: dict[str, list[runtime.Overload]] = {}

    def add(self, name: str, given: str, result: str, does: Callable[..., Any]) -> None:
        """Add a function from kinds of values (with blanks between them) to a kind."""
        plain = name.removeprefix(".")
        overloads = self._found.setdefault(plain, [])
        own = f"{plain.replace('.', '_')}_{len(overloads)}"
        kinds = [self._kinds[kind] for kind in given.split()]
        overloads.append(self._cel.Overload(own, self._kinds[result], kinds, is_member=name != plain, impl=does))

    def declarations(self) -> list[runtime.FunctionDecl]:
        """All of them."""
        return [self._cel.FunctionDecl(name, overloads) for name, overloads in self._found.items()]


def declarations() -> list[runtime.FunctionDecl]:
    """The functions, for an environment of the runtime."""
    table = _Table()
    for add in (_quantities, _addresses, _texts_and_lists, _authorizer):
        add(table)
    return table.declarations()


def _quantities(table: _Table) -> None:
    table.add("quantity", "text", "thing", _quantity)
    table.add("isQuantity", "text", "bool", _holds(_quantity))
    table.add(".sign", "thing", "int", lambda one: _compared(one, {"quantity": "0"}))
    table.add(".isGreaterThan", "thing thing", "bool", lambda one, other: _compared(one, other) > 0)
    table.add(".isLessThan", "thing thing", "bool", lambda one, other: _compared(one, other) < 0)
    table.add(".compareTo", "thing thing", "int", _compared)
    table.add(".asApproximateFloat", "thing", "double", lambda one: float(_number(one)))
    table.add(".asInteger", "thing", "int", _integer)
    table.add(".isInteger", "thing", "bool", _is_integer)
    for other in ("thing", "int"):
        table.add(".add", f"thing {other}", "thing", lambda one, more: _of_number(_number(one) + _number(more)))
        table.add(".sub", f"thing {other}", "thing", lambda one, less: _of_number(_number(one) - _number(less)))


def _addresses(table: _Table) -> None:
    table.add("ip", "text", "thing", lambda one: {"ip": str(_address(one))})
    table.add(".ip", "thing", "thing", lambda net: {"ip": str(ipaddress.ip_interface(net["cidr"]).ip)})
    table.add("isIP", "text", "bool", _holds(_address))
    table.add("ip.isCanonical", "text", "bool", lambda one: str(_address(one)) == one)
    table.add(".family", "thing", "int", lambda one: _address(one["ip"]).version)
    table.add(".isUnspecified", "thing", "bool", lambda one: _address(one["ip"]).is_unspecified)
    table.add(".isLoopback", "thing", "bool", lambda one: _address(one["ip"]).is_loopback)
    table.add(".isLinkLocalUnicast", "thing", "bool", lambda one: _address(one["ip"]).is_link_local)
    table.add("cidr", "text", "thing", lambda one: {"cidr": str(_network(one))})
    table.add("isCIDR", "text", "bool", _holds(_network))
    for inner in ("text", "thing"):
        table.add(".containsIP", f"thing {inner}", "bool", _contains)
        table.add(".containsCIDR", f"thing {inner}", "bool", _contains)
    table.add(".prefixLength", "thing", "int", lambda net: ipaddress.ip_interface(net["cidr"]).network.prefixlen)
    table.add(".masked", "thing", "thing", lambda net: {"cidr": str(ipaddress.ip_interface(net["cidr"]).network)})


def _texts_and_lists(table: _Table) -> None:
    table.add(".find", "text text", "text", _find)
    table.add(".findAll", "text text", "texts", _find_all)
    table.add(".findAll", "text text int", "texts", _find_all)
    table.add(".isSorted", "list", "bool", lambda given: given == sorted(given))
    table.add(".sum", "list", "any", sum)
    table.add(".min", "list", "any", lambda given: _least(given, min))
    table.add(".max", "list", "any", lambda given: _least(given, max))
    table.add(".distinct", "list", "list", _distinct)
    table.add(".sort", "list", "list", sorted)
    table.add("sets.contains", "list list", "bool", lambda own, asked: _all_in(asked, own))
    table.add("sets.intersects", "list list", "bool", lambda own, asked: any(_within(item, own) for item in asked))
    table.add("sets.equivalent", "list list", "bool", lambda one, other: _all_in(one, other) and _all_in(other, one))


def _authorizer(table: _Table) -> None:
    """The methods of `authorizer`.

    They are never called, because files have no authorizer, but expressions must compile.
    """

    def none(*_: Any) -> Any:
        raise NotImplementedError("files do not state an authorizer")

    for step in (
        "group",
        "resource",
        "subresource",
        "namespace",
        "name",
        "path",
        "check",
        "fieldSelector",
        "labelSelector",
    ):
        table.add(f".{step}", "any text", "any", none)
    table.add(".serviceAccount", "any text text", "any", none)
    for answer in ("allowed", "errored"):
        table.add(f".{answer}", "any", "bool", none)
    for answer in ("reason", "error"):
        table.add(f".{answer}", "any", "text", none)
