"""What is none of ours is told by its content, and never hides what is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner import documents
from scanner.subjects import RecognitionResult, foreign, recognise

PATTERN = {"$schema": "https://calm.finos.org/release/1.2/meta/calm.json"}
STEP = {"name": "gcr.io/x", "args": ["build"]}
WORKFLOW = {"jobs": {"build": {"steps": [{"run": "make"}]}}}
GENERAL = "not in a format that Assay reads"

KNOWN: list[tuple[str, Any]] = [
    ("empty", {}),
    ("empty", []),
    ("a CALM pattern or schema, not an architecture", PATTERN | {"properties": {"nodes": {"type": "array"}}}),
    (
        "a CALM pattern or schema, not an architecture",
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://calm.finos.org/meta/core.json"},
    ),
    ("a CALM document without nodes", PATTERN | {"nodes": [], "relationships": []}),
    ("a JSON Schema", {"$schema": "https://json-schema.org/draft/2020-12/schema"}),
    ("a JSON Schema", {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}),
    ("a JSON Schema", {"type": "object", "properties": {"name": {"type": "string"}}}),
    ("results of Assay", {"format": "assay-results/1", "findings": []}),
    ("waivers of Assay", {"apiVersion": "assay.dev/v1", "kind": "Waivers", "waivers": []}),
    ("a rule of Assay", {"title": "x", "severity": "low", "subject": "kubernetes.container", "examples": []}),
    ("a framework of Assay", {"id": "soc2", "edition": "2017", "measure": "controls", "controls": []}),
    ("a Backstage template or setting, not an entity", {"apiVersion": "backstage.io/v1", "kind": "Template"}),
    ("an OpenAPI description", {"openapi": 3, "info": {"title": "x"}}),
    ("an AsyncAPI description", {"asyncapi": 3, "info": {"title": "x"}}),
    ("a part of an OpenAPI description", {"get": {"responses": {}}, "parameters": []}),
    ("a part of an OpenAPI description", {"operationId": "list", "responses": {}}),
    ("a SARIF log", {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}),
    ("a CycloneDX bill of materials", {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}),
    ("an SPDX bill of materials", {"spdxVersion": "SPDX-2.3", "packages": []}),
    ("a Jupyter notebook", {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}),
    ("the metadata of a Helm chart", {"apiVersion": "v2", "name": "shop", "version": "1.0.0"}),
    ("the lock file of a Helm chart", {"dependencies": [], "digest": "sha256:0", "generated": "2026-01-01T00:00:00Z"}),
    ("the index of a Helm repository", {"apiVersion": "v1", "entries": {"shop": []}}),
    ("a GitHub Actions workflow", {"on": "push", **WORKFLOW}),
    ("the metadata of a GitHub action", {"name": "x", "runs": {"using": "node20", "main": "x.js"}}),
    ("a Dependabot configuration", {"version": 2, "updates": [{"package-ecosystem": "pip", "directory": "/"}]}),
    ("a GitHub issue form", {"name": "Bug", "description": "x", "body": [{"type": "textarea"}]}),
    ("a CircleCI configuration", {"version": 2.1, **WORKFLOW, "workflows": {"all": {"jobs": ["build"]}}}),
    ("an Azure Pipelines configuration", {"trigger": ["main"], "pool": {"vmImage": "x"}, "steps": [{"script": "x"}]}),
    ("an Azure Pipelines configuration", {"trigger": "none", "stages": [{"stage": "build"}]}),
    ("a Bitbucket Pipelines configuration", {"pipelines": {"default": [{"step": {"script": ["make"]}}]}}),
    ("a Cloud Build configuration", {"steps": [STEP], "timeout": "60s"}),
    ("a GitLab CI configuration", {"build": {"stage": "build", "script": ["make"]}}),
    ("a GitLab CI configuration", {"stages": ["build"], "build": {"script": "make"}}),
    ("tests of a Helm chart", {"suite": "shop", "tests": [{"it": "renders"}]}),
    ("a Checkov policy", {"metadata": {"id": "CKV2_X_1", "name": "x"}, "definition": {"cond_type": "attribute"}}),
    ("a Semgrep rule", {"rules": [{"id": "x", "languages": ["python"], "pattern": "x"}]}),
    ("an Ansible playbook", [{"hosts": "all", "tasks": [{"name": "x", "command": "x"}]}]),
    ("an Ansible playbook", [{"hosts": "all", "roles": ["web"]}]),
    ("a CloudFormation template", {"AWSTemplateFormatVersion": "2010-09-09", "Description": "x"}),
    ("a CloudFormation template", {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}),
    ("a Terraform plan", {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {}}),
    ("a Terraform plan", {"terraform_version": "1.9.0", "resource_changes": []}),
    ("a Terraform state", {"version": 4, "terraform_version": "1.9.0", "serial": 1, "resources": []}),
    ("a Terraform configuration", {"resource": {"aws_s3_bucket": {"logs": {"bucket": "x"}}}}),
    ("a package lock file", {"name": "x", "version": "1", "lockfileVersion": 3, "packages": {}}),
    ("an npm package", {"name": "x", "version": "1.0.0", "dependencies": {"y": "^1"}}),
    ("an npm package", {"name": "x", "version": "1.0.0", "scripts": {"test": "x"}}),
    ("an npm package", {"private": True, "devDependencies": {"y": "^1"}}),
    ("a TypeScript configuration", {"compilerOptions": {"strict": True}}),
    (
        "an OpenTelemetry Collector configuration",
        {"receivers": {"otlp": {}}, "exporters": {"debug": {}}, "service": {"pipelines": {}}},
    ),
    ("a Prometheus configuration", {"global": {}, "scrape_configs": [{"job_name": "x"}]}),
    ("Prometheus rules", {"groups": [{"name": "x", "rules": [{"alert": "x", "expr": "up"}]}]}),
    ("an Alertmanager configuration", {"route": {"receiver": "x"}, "receivers": [{"name": "x"}]}),
    ("a Grafana dashboard", {"title": "x", "panels": [], "schemaVersion": 39}),
    ("an MkDocs configuration", {"site_name": "x", "nav": []}),
    ("a pre-commit configuration", {"repos": [{"repo": "x", "rev": "1", "hooks": [{"id": "y"}]}]}),
    ("pre-commit hooks", [{"id": "x", "entry": "x", "language": "python"}]),
    ("a `kind` without an `apiVersion`, so not a Kubernetes object", {"kind": "Pod", "metadata": {"name": "x"}}),
    ("an `apiVersion` without a `kind`, so not a Kubernetes object", {"apiVersion": "v1", "metadata": {"name": "x"}}),
]

LIKENESSES: list[Any] = [
    {"replicaCount": 2, "image": {"repository": "x", "tag": "1"}, "service": {"port": 80}},  # values of a Helm chart
    {"services": {"web": {"port": 80}}},
    {"services": ["web"]},
    {"on": "push"},
    {"jobs": {}},
    {"stages": ["build"]},
    {"stage": "build", "script": "make"},
    {"Resources": {"x": {"Type": "Bucket"}}},
    {"Resources": {}},
    {"resource": {"aws_s3_bucket": "logs"}},
    {"$schema": "https://json.schemastore.org/other.json", "extends": "x"},
    {"name": "x", "version": "1"},
    {"swagger": None, "info": {}},
    {"runs": [{"on": "monday"}], "version": "1"},
    [{"hosts": "all"}],
    [1, 2],
    "words",
    7,
    True,
]


def read(value: Any, path: str = "a.yaml") -> RecognitionResult:
    return recognise(documents.read(path, json.dumps(value)))


@pytest.mark.parametrize(("reason", "value"), KNOWN, ids=lambda value: value if isinstance(value, str) else "")
def test_what_it_is_is_told_whatever_its_name(reason: str, value: Any) -> None:
    assert {read(value, path).foreign for path in ("a.yaml", "a.json", "notes", "deployment.yml")} == {reason}


def test_every_reason_is_tested() -> None:
    assert {reason for reason, _ in KNOWN} == {name for name, _ in foreign._KINDS}


@pytest.mark.parametrize("value", LIKENESSES, ids=json.dumps)
def test_nothing_is_claimed_that_content_cannot_tell(value: Any) -> None:
    assert read(value).foreign == GENERAL


@pytest.mark.parametrize(("reason", "value"), KNOWN, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_ours_is_ours_whatever_else_it_holds(reason: str, value: Any) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"name": "a"}]}}
    if isinstance(value, dict):
        found = read(value | pod)
        assert (found.foreign, found.formats) == ("", ("kubernetes",))
    beside = recognise(documents.read("a.yaml", f"{json.dumps(value)}\n---\n{json.dumps(pod)}\n"))
    assert (beside.foreign, beside.formats) == ("", ("kubernetes",)), reason


def test_a_custom_resource_definition_is_a_kubernetes_object() -> None:
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": {"versions": []}}
    assert read(crd).formats == ("kubernetes",)


def test_several_foreign_documents_are_told_once_each() -> None:
    texts = ('{"on": "push", "jobs": {}}', "{a: 1}", '{"on": "push", "jobs": {}}', "{}")
    found = recognise(documents.read("a.yaml", "\n---\n".join(texts)))
    assert found.foreign == f"a GitHub Actions workflow; {GENERAL}"


def test_code_blocks_are_told_from_files() -> None:
    found = recognise(documents.read("a.md", "# Start\n\n```yaml\nopenapi: 3.1.0\ninfo: {title: a}\n```\n"))
    assert found.foreign == "in code blocks: an OpenAPI description"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        (
            "a.json",
            "{\n// settings of the editor\n}",
            "empty (not strict JSON: it has comments or a trailing comma)",
        ),
        ("a.md", "# Nothing", "contains no YAML, JSON or tool calls"),
        ("a.js", "let a = 1", "contains no YAML, JSON or tool calls"),
    ],
)
def test_what_holds_nothing_to_read_says_so(path: str, text: str, reason: str) -> None:
    assert recognise(documents.read(path, text)).foreign == reason


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.yaml", "", "empty"),
        ("a.json", " \n", "empty"),
        ("-", "\n", "empty"),
        ("a.yaml", "# one\n\n  # two", "only comments"),
        ("a.yml", "---\n# one\n--- # two\n...\n", "only comments"),
        ("a.yaml", "--- one", ""),
        ("a.yaml", "# one\na: 1", ""),
        ("a.md", "# A title", ""),
    ],
)
def test_a_bare_text_is_known(path: str, text: str, reason: str) -> None:
    told = documents.classify(path, text.encode(), stream=path == "-")
    assert (told.reason if isinstance(told, documents.EmptyText) else "") == reason
