"""A rule as a ValidatingAdmissionPolicy with its binding, and with the parameters it takes.

A rule comes to unknown where a field is missing, and that denies nothing; so an error of a policy denies nothing
either (`failurePolicy: Ignore`), while one container that fails is found although another cannot be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from scanner.admission import cel_tokens
from scanner.admission.compiled_policy import SEVERITY
from scanner.admission.dialects import VAP
from scanner.admission.expressions import Composer
from scanner.admission.kinds import resource_rules
from scanner.admission.translating import ItemLoop, NotExportableError, text, translated
from scanner.policy import object_kinds
from scanner.policy.rule import RuleFile
from scanner.subjects.kubernetes import CONTAINER, KINDS, RESOURCE, WORKLOAD

RULE = "assay/rule"
"""The annotation of a policy that names the rule, where that is called otherwise by now."""
_VERSION = "admissionregistration.k8s.io/v1"
_FOCUS = {RESOURCE: "object", WORKLOAD: "variables.pod", CONTAINER: "container"}
_LISTS = {"init": "initContainers", "app": "containers", "ephemeral": "ephemeralContainers"}
_TEMPLATE = (
    "object.kind == 'Pod' ? object : object.kind == 'PodTemplate' ? object.template"
    " : object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template : object.spec.template"
)
_POD = "variables.template.?spec.orValue({})"
_CONTAINERS = " + ".join(f"variables.pod.?{field}.orValue([])" for field in _LISTS.values())
_NAME = "object.kind + ' ' + object.?metadata.?name.orValue(object.?metadata.?generateName.orValue(''))"
_ACTIONS = {"deny": ["Deny"], "warn": ["Audit", "Warn"]}
ACTIONS = tuple(_ACTIONS)
"""What a binding may do: deny requests, or let them pass with a warning and a note in the audit log."""


class ExportSettings(Struct, frozen=True):
    """How to export."""

    action: str = "warn"
    minor: int = 0
    """The version of the cluster, 1.minor."""
    namespace: str = "kube-system"
    """The namespace of the ConfigMaps with parameters."""


def exported(file: RuleFile, settings: ExportSettings) -> list[dict[str, Any]]:
    """The objects with which a cluster enforces a rule.

    Raises NotExportableError with the reason where a policy cannot express the rule.
    """
    return _Export(file, settings).objects()


class _Export:
    """One rule on its way."""

    def __init__(self, file: RuleFile, settings: ExportSettings) -> None:
        self._rule = dict(file.data.value)
        if applies := object_kinds.condition(self._rule):
            self._rule["when"] = applies
        self._info = file.rule.info
        self._each = file.rule.each
        self._parameters: Mapping[str, Any] = file.rule.parameters
        self._settings = settings
        if self._info.subject not in _FOCUS:
            raise NotExportableError(f"its subject, {self._info.subject}, is not a Kubernetes API object")
        if file.rule.joined:
            raise NotExportableError("it compares several objects")
        if ("serviceAccount",) in cel_tokens.paths(cel_tokens.tokens(self._rule.get("when", "")), "pod"):
            raise NotExportableError("the API server sets the field `serviceAccount` itself")
        if len(file.rule.each) > 1 or any(path.split(".")[0] in self._elsewhere() for path in file.rule.each):
            raise NotExportableError("it checks several lists, or a list outside of its subject")
        self._given = {
            name: value for name, value in self._parameters.items() if not isinstance(value, dict)
        }  # a ConfigMap holds texts: mappings stay as they are
        self._fields = {("cluster", "minor"): str(settings.minor)}
        for name, value in self._parameters.items():
            self._fields["params", name] = f"variables.{name}" if name in self._given else _literal(value)
        self._names = {"template": "variables.template", "pod": "variables.pod"}

    def _elsewhere(self) -> tuple[str, ...]:
        """What the rule sees beside its subject."""
        return KINDS[self._info.subject].names[1:]

    def objects(self) -> list[dict[str, Any]]:
        """The policy, its binding, and its parameters, named by the first id of the rule.

        So a newer export takes the place of the older one in a cluster, and bindings that others wrote go on holding.
        """
        name = self._info.first_id
        binding: dict[str, Any] = {"policyName": name, "validationActions": _ACTIONS[self._settings.action]}
        made = [_object(_VERSION, "ValidatingAdmissionPolicy", name, spec=self._spec())]
        renamed = {RULE: self._info.id} if self._info.formerly else {}
        told = {SEVERITY: str(self._info.severity), **renamed, "description": self._info.why}
        made[0]["metadata"]["annotations"] = told
        if self._given:
            where = {"name": name, "namespace": self._settings.namespace}
            binding["paramRef"] = {**where, "parameterNotFoundAction": "Deny"}
            data = {key: _line(value) for key, value in self._given.items()}
            made.append(_object("v1", "ConfigMap", name, data=data))
            made[-1]["metadata"]["namespace"] = self._settings.namespace
        return [*made, _object(_VERSION, "ValidatingAdmissionPolicyBinding", name, spec=binding)]

    def _spec(self) -> dict[str, Any]:
        variables = self._variables()
        composer = Composer((*VAP.names, *(["params"] if self._given else [])), VAP.refusal)
        spec: dict[str, Any] = {"failurePolicy": "Ignore"}
        if self._given:
            spec["paramKind"] = {"apiVersion": "v1", "kind": "ConfigMap"}
        spec["matchConstraints"] = {"resourceRules": resource_rules(self._info.subject, self._rule.get("when", ""))}
        if "when" in self._rule and not self._inside:
            condition = translated(self._rule["when"], self._names, self._fields)
            spec["matchConditions"] = [{"name": "applies", "expression": condition}]
            composer.compile(condition)
        if variables:
            spec["variables"] = [{"name": name, "expression": value} for name, value in variables.items()]
        for name, value in variables.items():
            composer.define(name, value)
        spec["validations"] = [self._validation(composer, kinds) for kinds in self._groups()]
        return spec

    def _variables(self) -> dict[str, str]:
        """What the expressions use beside the object."""
        named = {f"{name}": _parameter(name, value) for name, value in self._given.items()}
        if self._info.subject == RESOURCE:
            return named
        shared = {"template": _TEMPLATE, "pod": _POD}
        if self._info.subject == CONTAINER and self._groups() == [""]:
            shared["containers"] = _CONTAINERS
        if clash := shared.keys() & named.keys():
            raise NotExportableError(f"its parameter `{min(clash)}` has the name of a variable of the policy")
        return {**shared, **named}

    @property
    def _inside(self) -> bool:
        """Whether `when` belongs into the validations: match conditions know the object alone."""
        names = cel_tokens.names(cel_tokens.tokens(self._rule.get("when", "")))
        return bool(names & {"pod", "template", "container", "container_kind", "params"})

    def _groups(self) -> list[str]:
        """The kinds of containers that need an expression of their own, because the rule uses `container_kind`."""
        asked = cel_tokens.names(cel_tokens.tokens(f"{self._rule['require']} {self._rule.get('when', '')}"))
        return list(_LISTS) if "container_kind" in asked else [""]

    def _validation(self, composer: Composer, kind: str) -> dict[str, Any]:
        loop = self._loop(kind)
        if self._info.subject == CONTAINER:
            containers = f"variables.pod.?{_LISTS[kind]}.orValue([])" if kind else "variables.containers"
            condition = f"{containers}.all(container, {loop.condition()})"
            told = f"{containers}.map(container, {loop.texts()}).filter(text, text != '').join('; ')"
        else:
            condition, told = loop.condition(), loop.texts()
        compiled = composer.compile(condition)
        if compiled.program.return_type().name() != "BOOL":
            condition = f"!!({condition})"
        composer.compile(told)
        return {"expression": condition, "message": self._info.title, "messageExpression": told}

    def _loop(self, kind: str) -> ItemLoop | _Once | _Guarded:
        """The rule's question of its subject, or of each item in it."""
        focus = _FOCUS[self._info.subject]
        names = {**self._names, **({"container_kind": f"'{kind}'"} if kind else {})}
        when = translated(self._rule["when"], names, self._fields) if self._inside else ""
        asked = cel_tokens.names(cel_tokens.tokens(self._rule["require"]))

        each = self._each

        def ask(item: str) -> str:
            if each and "key" in asked and item == "item":
                raise NotExportableError("it uses the index of a list item")
            own = {**names, "item": item} if item and item != "item" else names
            return translated(self._rule["require"], own, self._fields)

        def say(item: str) -> str:
            return text(self._rule["message"], self._told(item))

        if each:
            loop = ItemLoop.over(focus, each[0], ask, say)
            return _Guarded(loop, when) if when else loop
        return _Once(f"!({when}) || ({ask('')})" if when else ask(""), say(""))

    def _told(self, item: str) -> dict[str, str]:
        """The names that a message may use, each as an expression."""
        named = {**self._names, "object": "object", "container": "container", "key": "key", "item": item}
        named |= {f"params.{name}": f"variables.{name}" for name in self._given}
        named |= {"params": "params", "cluster": "cluster", "cluster.minor": str(self._settings.minor)}
        if "detail" in self._rule:
            own = {**self._names, "item": item} if item and item != "item" else self._names
            named["detail"] = f"({translated(self._rule['detail'], own, self._fields)})"
        inner = " + ', container ' + container.?name.orValue('')" if self._info.subject == CONTAINER else ""
        return {**named, "subject": _NAME + inner}


class _Once(Struct, frozen=True):
    """A condition that is evaluated once for a subject."""

    asked: str
    said: str

    def condition(self) -> str:
        """That it holds."""
        return self.asked

    def texts(self) -> str:
        """The message where the condition is false."""
        return f"{self.asked_again()} ? '' : {self.said}"

    def asked_again(self) -> str:
        """The condition as a part of a larger expression."""
        return f"({self.asked})"


class _Guarded(Struct, frozen=True):
    """A condition on items that is evaluated only where `when` is true."""

    loop: ItemLoop
    when: str

    def condition(self) -> str:
        """The condition that all items satisfy the rule, or that `when` is false."""
        return f"!({self.when}) || {self.loop.condition()}"

    def texts(self) -> str:
        """The messages of the items that fail."""
        return f"({self.when}) ? {self.loop.texts()} : ''"


def _object(version: str, kind: str, name: str, **content: Any) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "assay"}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": labels}, **content}


def _parameter(name: str, default: Any) -> str:
    """A parameter as the ConfigMap has it, or as the rule has it where the ConfigMap has none."""
    held = f"params.?data[?'{name}']"
    if isinstance(default, bool):
        return f"{held}.optMap(text, text == 'true').orValue({_literal(default)})"
    if isinstance(default, list):
        numbers = bool(default) and all(isinstance(item, int) for item in default)
        if not (numbers or all(isinstance(item, str) for item in default)):
            raise NotExportableError(f"the items of its parameter `{name}` are neither text nor whole numbers")
        each = ".map(line, int(line.trim()))" if numbers else ""
        return f"{held}.optMap(text, text.split('\\n').filter(line, line != ''){each}).orValue({_literal(default)})"
    if isinstance(default, int | float):
        number = "int" if isinstance(default, int) else "double"
        return f"{held}.optMap(text, {number}(text.trim())).orValue({_literal(default)})"
    return f"{held}.orValue({_literal(default)})"


def _line(value: Any) -> str:
    """A parameter as a text of a ConfigMap: lists have a line for each item."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _literal(value: Any) -> str:
    """A value as CEL writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        return f"'{escaped}'"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_literal(key)}: {_literal(item)}" for key, item in value.items()) + "}"
    return str(value)
