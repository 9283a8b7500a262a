"""Recognised and not read: descriptions of systems and of stacks."""

from __future__ import annotations

from typing import Any

from scanner.late import regex
from scanner.subjects.data_predicates import either, fits, holding, starting
from scanner.subjects.unread.format import FormatSignature, UnreadFormat

_BACKSTAGE = regex(r"(?:[\w.-]+\.)?backstage\.io/")
_CALM = {"$schema": holding("calm.finos.org")}
_SCHEMA = either({"properties": dict}, {"$defs": dict}, {"defs": dict}, {"definitions": dict}, {"allOf": list})


def _has_threat_model(components: Any) -> bool:
    """Whether a list of components has a threat model."""
    return isinstance(components, list) and any(fits(each, {"type": holding("threat-model")}) for each in components)


def is_backstage(api_version: str) -> bool:
    """Whether an `apiVersion` is one of Backstage, whose entities no cluster knows."""
    return bool(_BACKSTAGE.match(api_version))


STACKS = (
    UnreadFormat(
        "score",
        "a Score workload",
        "its containers and resources",
        "`apiVersion: score.dev/…`",
        (FormatSignature({"apiVersion": starting("score.dev/")}),),
    ),
)

ARCHITECTURES = (
    UnreadFormat(
        "calm-part",
        "a part of a CALM architecture, such as a control, a decorator or a timeline",
        "its requirements",
        "a `$schema` of calm.finos.org, without `nodes`, in a document that is not itself a schema",
        (FormatSignature(lambda value: fits(value, _CALM) and "nodes" not in value and not fits(value, _SCHEMA)),),
    ),
    UnreadFormat(
        "structurizr-dsl",
        "a Structurizr workspace in the DSL",
        "its elements and relationships",
        "a file `.dsl` with a `workspace`",
        (FormatSignature(path=r"\.dsl$", text=r"^[ \t]*workspace\b"),),
        "export it as JSON, which Assay reads: `structurizr export -workspace workspace.dsl -format json`",
    ),
    UnreadFormat(
        "cyclonedx-threat-model",
        "a threat model in CycloneDX",
        "its blueprints, threats and risks",
        "`specFormat: CycloneDX` with `blueprints` or `threats`; `bomFormat: CycloneDX` with a component of the type "
        "`threat-model`",
        (
            FormatSignature({"specFormat": holding("CycloneDX"), "blueprints": list}),
            FormatSignature({"specFormat": holding("CycloneDX"), "threats": list}),
            FormatSignature({"bomFormat": holding("CycloneDX"), "components": _has_threat_model}),
        ),
        because="the schema of threat models, CycloneDX 2.0, is a draft",
    ),
    UnreadFormat(
        "tosca",
        "a TOSCA template",
        "its nodes and policies",
        "`tosca_definitions_version`",
        (FormatSignature({"tosca_definitions_version": str}),),
    ),
    UnreadFormat(
        "tm7",
        "a model of the Microsoft Threat Modeling Tool",
        "its flows, stores and boundaries",
        "a file `.tm7` that says `ThreatModeling.Model`",
        (FormatSignature(path=r"\.tm7$", text=r"ThreatModeling\.Model"),),
    ),
    UnreadFormat(
        "archimate",
        "an ArchiMate model",
        "its elements and relationships",
        "a file `.xml` or `.archimate` that names the namespace of ArchiMate",
        (
            FormatSignature(
                path=r"\.(?:xml|archimate)$", text=r"opengroup\.org/xsd/archimate|archimatetool\.com/archimate"
            ),
        ),
    ),
)
