"""Figures and promises in the own statements of a Markdown text, and the settings of its code blocks.

A figure is a quantity of one thing: users at the same time, regions, microservices, a worldwide response time, or a
growth of the load. `50+` is read as 50 or somewhat more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from scanner.late import regex
from scanner.subjects.own_statements import OwnStatements
from scanner.subjects.quantities import seconds


class Figure(Struct, frozen=True):
    """A stated quantity: what is counted, the range that the words leave open, and where it stands."""

    metric: str
    text: str
    low: float
    high: float
    line: int
    column: int


class Promise(Struct, frozen=True):
    """A statement without a figure, and where it stands."""

    topic: str
    text: str
    line: int
    column: int
    evidence: str = ""


_NUMBER = (
    r"(?<![\w.,$€£/#<>≤≥-])(?<![<>≤≥] )(?P<number>\d{1,3}(?:,\d{3}){1,3}|\d{1,9}(?:\.\d{1,3})?)"
    r"\s?(?P<unit>k|m|b|thousand|million|billion)?(?P<more>\s?\+)?"
)
_UNITS = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
_MORE = 1.25
"""`50+` is read as 50 to 62: who has 80 says `80+`."""
_COUNTED = {
    "concurrent users": regex(_NUMBER + r"\s(?:concurrent|simultaneous)\s(?:active\s)?users\b", re.IGNORECASE),
    "regions": regex(
        _NUMBER + r"\s(?:global\s|geographic\s|cloud\s|aws\s|azure\s|gcp\s)?regions\b(?!\s(?:of|in)\b)", re.IGNORECASE
    ),
    "services": regex(
        r"(?:\b(?:architectures?|platform|system)\s(?:with|of)\s)?"
        + _NUMBER
        + r"\s(?P<kind>micro-?services|services)\b",
        re.IGNORECASE,
    ),
}
_DURATION = r"(?P<value>\d{1,6}(?:\.\d{1,3})?\s?(?:ms|milliseconds?|s|sec|seconds?))\b"
_BOUND = r"(?P<bound>sub-?|<\s?|≤\s?|under\s|below\s|less than\s|within\s)"
_LATENCY = (
    regex(_BOUND + _DURATION + r"\s(?:\w{1,20}\s){0,2}(?:response times?|latency)\b", re.IGNORECASE),
    regex(
        r"\b(?:response times?|latency)\W{0,6}(?:of\s|is\s)?(?:\*\*\s?)?" + _BOUND + _DURATION + r"(?!\s?\w)",
        re.IGNORECASE,
    ),
    regex(r"\bresponse times?\W{1,6}" + _BOUND + _DURATION, re.IGNORECASE),
)
_WORLDWIDE = regex(r"(?i)\b(?:globally|global|worldwide|world-wide|anywhere)\b")
_LOCAL = regex(r"(?i)\b(?:p\d\d|percentile|average|mean|median|cached?|database|query|internal|edge only)\b")
_GROWTH = regex(
    r"(?<![\w.,-])(?P<number>\d{1,5})\s?[x\u00d7]\s(?:\w{1,20}\s){0,2}(?:spikes?|surges?|bursts?|peaks?)\b",
    re.IGNORECASE,
)
_NAME = (
    r"(?:SOC\s?2|SOX|GDPR|CCPA|CPRA|HIPAA|PCI[- ]?DSS"
    r"|PCI|ISO[ /-]?27001|FedRAMP|DORA|NIS ?2|FIPS 140-[23]|HITRUST|LGPD)"
)
_END = r"(?=\s{0,3}\**\s{0,3}(?:$|[.,;:!()\[|\u2705\u2713\u2013\u2014\n]|by design\b|out of the box\b))"
_TOPICS = {
    "compliance": regex(
        rf"\b{_NAME}(?:(?:\s?/\s?|,\s|\sand\s|\s&\s){_NAME}){{0,4}}(?:[ -]?Type (?:II?|[12]))?[ -](?:fully |now )?"
        rf"(?:compliant|certified|ready|compliance[- ](?:ready|complete|achieved|certified)){_END}"
        rf"|\b100\s?% (?:regulatory )?complian(?:ce|t)\b|\bfully compliant\b"
        rf"|\bcompliance (?:verification|certification|audit)s?\s(?:is\s|are\s)?"
        rf"(?:complete|completed|passed|achieved){_END}",
        re.IGNORECASE,
    ),
    "end-to-end encryption": regex(r"\bend-to-end encrypt(?:ion|ed)\b|\bE2EE\b", re.IGNORECASE),
    "payload logs": regex(
        r"\b(?:complete|full|entire|all) (?:request|response|payload|message|conversation)s?"
        r"(?:\s?(?:/|&|and)\s?(?:request|response|payload|message)s?)? (?:payload |bod(?:y|ies) )?"
        r"(?:logging|logs|logged|recording)\b"
        r"|\blog(?:s|ged|ging)? (?:all |full |complete |entire )(?:request|response|message)s?"
        r"(?:\s?(?:/|and)\s?(?:request|response)s?)? (?:bod(?:y|ies)|payloads?|contents?)\b",
        re.IGNORECASE,
    ),
    "stored logs": regex(
        r"\b(?:petabytes?|terabytes?)(?:-scale| of) (?:\w{1,20} )?(?:logs|transcripts|recordings|messages)\b",
        re.IGNORECASE,
    ),
}
_WHOLE = regex(r"(?i)100|fully")
"""How a claim begins that names nothing that is complied with."""
_RULED = regex(rf"(?i)\b{_NAME}\b|regulat|\blaws?\b|\blegal|statut|\baudit|privacy|data protection|security standard")
"""What is complied with, where it is more than the specification of a format."""
_EVIDENCE = regex(r"(?i)\]|\b(?:reports?|attestations?|certificate (?:no|number|id)|audited by|assessed by|see )\b")
_SETTING = regex(
    r"""^\s*["']?(?P<key>[A-Za-z][\w.-]{1,60})["']?\s*:\s*["']?(?P<value>[^"'#\n]{1,300}?)["']?\s*,?\s*$"""
)
_REGION = regex(r"(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]{4,12}-\d")
_LIMIT = regex(r"(?i)max[_-]?concurrent[_-]?(?:users|agents|connections|sessions|clients)|maxConcurrentUsers")


def figures(own: OwnStatements) -> Iterator[Figure]:
    """The figures in the statements, in their order."""
    for number, line in enumerate(own.lines):
        if any(sign.isdigit() for sign in line):
            for metric, pattern in _COUNTED.items():
                for match in pattern.finditer(line):
                    if metric != "services" or match["kind"].lower().startswith("micro") or _is_led(match):
                        yield _counted(metric, match, number)
            yield from _latencies(line, number)
            for match in _GROWTH.finditer(line):
                times = float(match["number"])
                yield Figure("growth of the load", match[0].strip(), times, times, number, match.start())


def _is_led(match: re.Match[str]) -> bool:
    """Whether a number of services is said of a system."""
    return match.start("number") > match.start()


def _counted(metric: str, match: re.Match[str], line: int) -> Figure:
    low = float(match["number"].replace(",", "")) * _UNITS[(match["unit"] or "").lower()]
    text = match.string[match.start("number") : match.end()]
    return Figure(metric, text.strip(), low, low * _MORE if match["more"] else low, line, match.start("number"))


def _latencies(line: str, number: int) -> Iterator[Figure]:
    if not _WORLDWIDE.search(line) or _LOCAL.search(line):
        return
    met: set[int] = set()
    for pattern in _LATENCY:
        for match in pattern.finditer(line):
            value = seconds(re.sub(r"(?i)milliseconds?", "ms", match["value"]))
            if value is not None and match.start("value") not in met:
                met.add(match.start("value"))
                text = (match["bound"] + match["value"]).strip()
                yield Figure("worldwide response time", text, value, value, number, match.start("bound"))


def promises(own: OwnStatements) -> Iterator[Promise]:
    """The promises in the statements; of compliance only what is said to be met."""
    for number, line in enumerate(own.lines):
        for topic, pattern in _TOPICS.items():
            match = pattern.search(line)
            if match and not (topic == "compliance" and (number in own.demanded or _is_technical(match))):
                evidence = _EVIDENCE.search(line, match.end())
                yield Promise(topic, match[0].strip(), number, match.start(), evidence[0] if evidence else "")


def _is_technical(claim: re.Match[str]) -> bool:
    """Whether what a claim says to be complied with may be a specification of a format, or rules of the authors."""
    return bool(_WHOLE.match(claim[0])) and not _RULED.search(claim.string)


class Settings(Struct):
    """What code blocks of a text set."""

    figures: list[Figure]
    regions: tuple[str, ...] = ()
    """Regions of a cloud provider that one setting lists."""
    where: tuple[int, int] = (0, 0)
    """The line and the column of that list."""


def settings(lines: Iterable[tuple[int, str]]) -> Settings:
    """The lists of regions, limits and ranges of replicas that lines of YAML set."""
    found = Settings([])
    fewest: Mapping[str, float] = {}
    for number, line in lines:
        match = _SETTING.match(line)
        if not match:
            continue
        key, value = match["key"], match["value"].strip()
        codes = _REGION.findall(value)
        if key.lower() == "regions" and len(codes) > 1 and not found.regions:
            found.regions, found.where = tuple(codes), (number, match.start("key"))
            told = f"{len(codes)} regions in `{key}`"
            found.figures.append(Figure("regions", told, len(codes), len(codes), number, match.start("key")))
        if value.isdigit() and _LIMIT.fullmatch(key):
            told = f"`{key}` {value}"
            found.figures.append(Figure("concurrent users", told, 0, float(value), number, match.start("key")))
        if value.isdigit() and key == "minReplicas":
            fewest = {"replicas": float(value)}
        if value.isdigit() and key == "maxReplicas" and fewest.get("replicas"):
            times = float(value) / fewest["replicas"]
            told = f"{fewest['replicas']:g} to {value} replicas, which is {times:g}x"
            found.figures.append(Figure("growth of the load", told, 0, times, number, match.start("key")))
            fewest = {}
    return found
