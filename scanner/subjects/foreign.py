"""What a document is that is none of ours, told by its content and never by its file's name.

It only says why an input was skipped, after every format of ours has declined it and `unread` too. What content cannot
tell (the values of a Helm chart are plain settings) is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.subjects.data_predicates import Shape, either, every, fits, holding, some

UNKNOWN = "not in a format that Assay reads"

_EMPTY = "empty"
_CALM = holding("calm.finos.org")
_SCHEMA = either({"properties": dict}, {"$defs": dict}, {"defs": dict}, {"definitions": dict}, {"allOf": list})
_STEP = either({"uses": str}, {"run": str})

_METHODS = ("get", "put", "post", "delete", "patch")

_KINDS: tuple[tuple[str, Shape], ...] = (
    (_EMPTY, lambda value: value in (None, {}, [], "")),
    ("a CALM pattern or schema, not an architecture", lambda value: fits(value, {"$schema": _CALM}) and _SCHEMA(value)),
    ("a CALM pattern or schema, not an architecture", {"$schema": holding("json-schema.org"), "$id": _CALM}),
    ("a CALM document without nodes", {"$schema": _CALM}),
    ("a JSON Schema", {"$schema": holding("json-schema.org")}),
    ("a JSON Schema", {"type": holding("object"), "properties": dict}),
    ("results of Assay", {"format": holding("assay-results/")}),
    ("waivers of Assay", {"apiVersion": holding("assay.dev/"), "kind": holding("Waivers"), "waivers": list}),
    ("a rule of Assay", {"title": str, "severity": str, "subject": str, "examples": list}),
    ("a framework of Assay", {"id": str, "edition": str, "measure": str, "controls": list}),
    ("a Backstage template or setting, not an entity", {"apiVersion": holding("backstage.io/"), "kind": str}),
    ("an OpenAPI description", {"openapi": either(str, int), "info": dict}),
    ("an OpenAPI description", {"swagger": either(str, float), "info": dict}),
    ("an AsyncAPI description", {"asyncapi": either(str, float, int), "info": dict}),
    ("a part of an OpenAPI description", either(*({name: {"responses": dict}} for name in _METHODS))),
    ("a part of an OpenAPI description", {"operationId": str, "responses": dict}),
    ("a SARIF log", {"version": str, "runs": [{"tool": dict}]}),
    ("a CycloneDX bill of materials", {"bomFormat": holding("CycloneDX")}),
    ("an SPDX bill of materials", {"spdxVersion": str}),
    ("a Jupyter notebook", {"nbformat": int, "cells": list}),
    ("the metadata of a Helm chart", {"apiVersion": str, "name": str, "version": str}),
    ("the lock file of a Helm chart", {"dependencies": list, "digest": str, "generated": str}),
    ("the index of a Helm repository", {"apiVersion": str, "entries": dict}),
    ("a GitHub Actions workflow", {"on": object, "jobs": dict}),
    ("the metadata of a GitHub action", {"runs": {"using": str}}),
    ("a Dependabot configuration", {"updates": [{"package-ecosystem": str}]}),
    ("a GitHub issue form", {"name": str, "description": str, "body": [{"type": str}]}),
    ("a CircleCI configuration", {"version": object, "jobs": dict, "workflows": dict}),
    ("an Azure Pipelines configuration", {"pool": object, "steps": list}),
    ("an Azure Pipelines configuration", {"trigger": object, "stages": list}),
    ("a Bitbucket Pipelines configuration", {"pipelines": dict}),
    ("a Cloud Build configuration", {"steps": [{"name": str, "args": list}]}),
    ("a GitLab CI configuration", some({"stage": str, "script": object})),
    ("a GitLab CI configuration", lambda value: fits(value, {"stages": list}) and some({"script": object})(value)),
    ("tests of a Helm chart", {"suite": str, "tests": list}),
    ("a Checkov policy", {"metadata": {"id": str}, "definition": object}),
    ("a Semgrep rule", {"rules": [{"id": str, "languages": list}]}),
    ("an Ansible playbook", [either({"hosts": object, "tasks": list}, {"hosts": object, "roles": list})]),
    ("a CloudFormation template", {"AWSTemplateFormatVersion": object}),
    ("a CloudFormation template", {"Resources": every({"Type": holding("::")})}),
    ("a Terraform plan", {"terraform_version": str, "planned_values": dict}),
    ("a Terraform plan", {"terraform_version": str, "resource_changes": list}),
    ("a Terraform state", {"terraform_version": str, "serial": int}),
    ("a Terraform configuration", {"resource": every(every(either(dict, list)))}),
    ("a package lock file", {"lockfileVersion": object}),
    ("an npm package", {"name": str, "version": str, "dependencies": dict}),
    ("an npm package", {"name": str, "version": str, "scripts": dict}),
    ("an npm package", {"devDependencies": dict}),
    ("a TypeScript configuration", {"compilerOptions": dict}),
    ("an OpenTelemetry Collector configuration", {"receivers": dict, "exporters": dict, "service": dict}),
    ("a Prometheus configuration", {"scrape_configs": list}),
    ("Prometheus rules", {"groups": [{"name": str, "rules": list}]}),
    ("an Alertmanager configuration", {"route": dict, "receivers": list}),
    ("a Grafana dashboard", {"panels": list, "schemaVersion": int}),
    ("an MkDocs configuration", {"site_name": str}),
    ("a pre-commit configuration", {"repos": [{"hooks": list}]}),
    ("pre-commit hooks", [{"id": str, "entry": str, "language": str}]),
    ("a `kind` without an `apiVersion`, so not a Kubernetes object", {"kind": str, "metadata": dict}),
    ("an `apiVersion` without a `kind`, so not a Kubernetes object", {"apiVersion": str}),
)
"""What it is called -> how it is known; the first that fits counts."""


def reason(kinds: Iterable[str]) -> str:
    """What the documents of one input are, by their kinds; empty ones only where there are no others."""
    told = [kind for kind in kinds if kind != _EMPTY]
    return "; ".join(told or [_EMPTY])


def kind(value: Any) -> str:
    """The kind of an unsupported document, by its plain data."""
    return next((name for name, shape in _KINDS if fits(value, shape)), UNKNOWN)
