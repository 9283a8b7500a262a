"""What all OSCAL documents of a pack share: identifiers, properties, texts, metadata, and the tool itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from scanner.controls import Assessment, ControlLink, FrameworkSummary, Measure
from scanner.evidence.canonical import compact
from scanner.evidence.left_out import LEFT_OUT
from scanner.evidence.manifest import digest_of
from scanner.evidence.population import POPULATION, SUBJECTS
from scanner.evidence.run_record import RUN, PackSource
from scanner.evidence.totals import RESULTS
from scanner.finished_scan import Scan
from scanner.late import regex
from scanner.reports.ci.markdown import prose
from scanner.reports.safe_text import safe

Json: TypeAlias = dict[str, Any]

OSCAL_VERSION = "1.2.3"
NAMESPACE = "urn:assay:oscal"
"""Of the names of properties that OSCAL does not define."""
SSP = "system-security-plan.json"
"""Where a reader puts the system security plan, which a pack does not have."""
METHOD = "EXAMINE"
"""A static scan inspects files and exercises nothing, which OSCAL would call TEST."""
CATALOG, PROFILE, DEFINITION, PLAN, RESULTS_DOCUMENT, POAM = (
    *("catalog.json", "profile.json", "component-definition.json"),
    *("assessment-plan.json", "assessment-results.json", "poam.json"),
)
_SPACE = uuid5(NAMESPACE_URL, NAMESPACE)
_NO_TOKEN = regex(r"[^A-Za-z0-9._-]+")
_LONGEST = 1500
TIMES = (
    "Every time in this document is the time of the commit, or SOURCE_DATE_EPOCH where it is set, or 1980-01-01 for "
    "files outside of Git, so that two builds of one commit give the same bytes. run.json in the pack states when the "
    "scan ran, by whom and with which arguments."
)
OF_COMMIT = ("time-is", "of the commit or SOURCE_DATE_EPOCH, not of the scan: that is in run.json, started and ended")
"""Beside every time of a result."""
_FILES = {
    RESULTS: ("All findings", "application/json"),
    SUBJECTS: ("Every subject with the outcome of each rule, passes included", "application/x-ndjson"),
    POPULATION: ("Every file, and what became of it", "application/x-ndjson"),
    LEFT_OUT: ("What failed, or was not decided, and counts for no control", "application/x-ndjson"),
    RUN: ("Who ran the scan, when, with which arguments", "application/json"),
}
"""Files of the pack that documents refer to."""


def text(value: str, longest: int = _LONGEST) -> str:
    """A text of anybody for a field with markup: it is shown, and nothing in it is read as markup."""
    return prose(value, longest) or "none"


def prop(name: str, value: str | int, remarks: str = "") -> Json:
    """A property of our own."""
    return {
        "name": name,
        "ns": NAMESPACE,
        "value": safe(str(value)).strip(),
        **({"remarks": remarks} if remarks else {}),
    }


def props(*pairs: tuple[str, str | int]) -> list[Json]:
    """Those of the properties that have a value."""
    return [each for name, value in pairs if (each := prop(name, value))["value"]]


def some(name: str, values: Sequence[Any]) -> Json:
    """A list under its name; nothing where it is empty, as OSCAL wants it."""
    return {name: list(values)} if values else {}


def is_address(value: str) -> bool:
    """Whether a text is an address of the web and nothing else."""
    return value.startswith(("https://", "http://")) and " " not in value


class Basis:
    """A scan with the identifiers that its documents use."""

    def __init__(self, scan: Scan, source: PackSource) -> None:
        self.scan = scan
        self.source = source
        self.time = source.time
        parts = (source.commit, source.files.get(POPULATION, ""), scan.run.ruleset_digest, scan.run.pack_digest)
        self._salt = digest_of(compact(parts))
        self.tool = str(uuid5(_SPACE, f"tool {source.version} {source.digest}"))
        self.origins: list[Json] = [{"actors": [{"type": "tool", "actor-uuid": self.tool}]}]

    def uuid(self, *parts: str | int) -> str:
        """The identifier of something in this scan: the same in every build of the commit by the same rules."""
        return str(uuid5(_SPACE, compact([self._salt, *parts]).decode()))

    @cached_property
    def frameworks(self) -> list[FrameworkSummary]:
        """Those that were requested."""
        return [each for each in self.scan.frameworks if f"{each.id}@{each.edition}" in self.scan.run.asked]

    @cached_property
    def controls(self) -> list[Assessment]:
        """The controls of these frameworks, in the order of the catalogues."""
        asked = {(each.id, each.edition) for each in self.frameworks}
        return [each for each in self.scan.assessments if (each.framework, each.edition) in asked]

    @cached_property
    def lists(self) -> set[tuple[str, str]]:
        """Frameworks that are lists of risks or steps and not sets of requirements: nothing satisfies an item."""
        return {(each.id, each.edition) for each in self.frameworks if each.measure is not Measure.CONTROLS}

    @cached_property
    def _tokens(self) -> dict[tuple[str, str, str], str]:
        """(framework, edition, control) -> its id in the catalog."""
        found: dict[tuple[str, str, str], str] = {}
        taken: set[str] = set()
        for each in self.controls:
            name = f"{self.group_id(each.framework, each.edition)}_{_NO_TOKEN.sub('-', each.control).strip('-')}"
            token, number = name, 1
            while token in taken:
                number += 1
                token = f"{name}-{number}"
            taken.add(token)
            found[each.framework, each.edition, each.control] = token
        return found

    @staticmethod
    def group_id(framework: str, edition: str) -> str:
        """The id of a framework in the catalog."""
        token = _NO_TOKEN.sub("-", f"{framework}-{edition}")
        return token if token[0].isalpha() else f"_{token}"

    def control_id(self, control: Assessment) -> str:
        """The id of a control in the catalog."""
        return self._tokens[control.framework, control.edition, control.control]

    @cached_property
    def _linked(self) -> dict[str, dict[tuple[str, str, str], bool]]:
        """Rule -> controls that it is mapped to -> whether its outcome counts for their status."""
        found: dict[str, dict[tuple[str, str, str], bool]] = {}
        for rule, links in self.scan.links.items():
            own = found.setdefault(rule, {})
            for link in links:
                key = _key(link)
                own[key] = own.get(key, False) or link.strength.bears
        return found

    def bears(self, rule: str, control: Assessment) -> bool:
        """Whether the outcome of a rule counts for the status of a control."""
        return self._linked.get(rule, {}).get((control.framework, control.edition, control.control), False)

    def controls_of(self, rule: str) -> list[Assessment]:
        """The controls that the outcome of a rule counts for."""
        return self._by_rule.get(rule, [])

    @cached_property
    def _by_rule(self) -> dict[str, list[Assessment]]:
        known = {(each.framework, each.edition, each.control): each for each in self.controls}
        places = {key: number for number, key in enumerate(known)}
        return {
            rule: [
                known[key] for key in sorted((key for key in own if own[key] and key in known), key=places.__getitem__)
            ]
            for rule, own in self._linked.items()
        }

    def metadata(self, title: str, remarks: str = "") -> Json:
        """The metadata of a document."""
        version = self.source.commit or self.source.files.get(POPULATION, "") or "none"
        return {
            "title": title,
            "last-modified": self.time,
            "version": version,
            "oscal-version": OSCAL_VERSION,
            "props": props(("assay-version", self.source.version), ("ruleset-sha256", self.scan.run.ruleset_digest)),
            "remarks": " ".join(filter(None, (remarks, TIMES))),
        }

    def component(self) -> Json:
        """Assay as a component."""
        return {
            "uuid": self.tool,
            "type": "software",
            "title": "Assay",
            "description": "A static scanner: it reads files and evaluates rules on what they state.",
            "props": [{"name": "version", "value": self.source.version}, *props(("sha256", self.source.digest))],
            "status": {"state": "operational"},
        }

    def assets(self) -> Json:
        """What the assessment is carried out with."""
        platform = {
            "uuid": self.uuid("platform"),
            "title": "The machine that run.json describes",
            "uses-components": [{"component-uuid": self.tool}],
        }
        return {"components": [self.component()], "assessment-platforms": [platform]}

    def resource(self, name: str) -> str:
        """The identifier of a file of the pack as a resource."""
        return self.uuid("resource", name)

    def back_matter(self, names: Iterable[str], further: Sequence[Json] = ()) -> Json:
        """Files of the pack as resources; only that of `run.json`, which has times, stands without a digest."""
        return {"resources": [*further, *map(self._resource, names)]}

    def _resource(self, name: str) -> Json:
        title, media = _FILES[name]
        digest = self.source.files.get(name)
        hashes = some("hashes", [{"algorithm": "SHA-256", "value": digest}] if digest else [])
        link = {"href": f"../{name}", "media-type": media, **hashes}
        return {"uuid": self.resource(name), "title": title, "rlinks": [link]}

    def no_ssp(self) -> tuple[Json, Json]:
        """The import of a system security plan, and the resource that says that there is none."""
        identity = self.uuid("ssp")
        resource = {
            "uuid": identity,
            "title": "The system security plan, which this pack does not have",
            "description": "Assay writes no system security plan. If you have one, put it beside this file as "
            f"{SSP} and let it import {PROFILE}: references to controls then resolve.",
            "rlinks": [{"href": SSP, "media-type": "application/json"}],
        }
        return {"href": f"#{identity}", "remarks": "There is no system security plan in this pack."}, resource


def _key(link: ControlLink) -> tuple[str, str, str]:
    return link.framework, link.edition, link.control
