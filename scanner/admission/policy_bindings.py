"""What bindings make of a policy: where it holds, what it does, and with which parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct, field

from scanner.admission.compiled_policy import CompiledPolicy
from scanner.admission.dialects import VAP
from scanner.admission.matching import Cluster, Request, selects
from scanner.admission.policy_files import PolicyObject
from scanner.facts.kubernetes.objects import path
from scanner.model import Subject
from scanner.places import Location
from scanner.policy.truth import Truth


class Undetermined(Struct, frozen=True):
    """Why a result is not known. With a place in a policy file, the policy itself is the cause."""

    reason: str
    place: Location | None = None
    provide: str = ""
    """What a user can do to get a result; empty where the policy itself is the cause."""


class Binding(Struct, frozen=True):
    """Where a policy holds and what it does there."""

    name: str
    """Empty where the files hold no binding: then it denies whatever it matches."""
    resources: dict[str, Any]
    denies: bool
    reference: dict[str, Any] | None
    """How it names parameters."""
    place: Location
    """The place of the binding in its file."""


class Params(Struct, frozen=True):
    """The parameters with which a policy is run, one after the other, or why they are not known."""

    values: tuple[dict[str, Any] | None, ...] = ()
    error: str = ""
    """The error that the cluster reports for the binding."""
    undetermined: Undetermined | None = None
    """Why it is not known which they are."""


def bindings_of(policy: CompiledPolicy, objects: Iterable[PolicyObject]) -> list[Binding]:
    """The bindings of a policy, those that deny first; one to everything where the files hold none.

    Only a ValidatingAdmissionPolicy has bindings.
    """
    if policy.dialect is not VAP:
        return [Binding("", {}, policy.denies, None, policy.place)]
    found = [
        Binding(
            each.name,
            each.spec.get("matchResources") or {},
            "Deny" in each.spec["validationActions"],
            each.spec.get("paramRef"),
            each.place("spec", "paramRef"),
        )
        for each in objects
        if each.spec["policyName"] == policy.name
    ]
    return sorted(found, key=lambda one: not one.denies) or [Binding("", {}, True, None, policy.place)]


class ParameterStore(Struct):
    """The objects that may be parameters."""

    cluster: Cluster
    subjects: Sequence[Subject]
    _by_kind: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def params(self, policy: CompiledPolicy, binding: Binding, request: Request) -> Params:
        """The parameters for a request, as the API server collects them."""
        if policy.params is not None:
            return Params((policy.params,))
        kind = policy.spec.get("paramKind")
        if kind is None:
            return Params((None,))
        if binding.reference is None:
            if binding.name:
                return Params((None,))
            return Params(
                undetermined=Undetermined(
                    "the policy needs parameters (`paramKind`), and no binding is given that sets `paramRef`",
                    binding.place,
                )
            )
        reference = binding.reference
        example = self.cluster.request({"apiVersion": kind["apiVersion"], "kind": kind["kind"]})
        namespace = reference.get("namespace") or request.namespace
        if example.namespace and not namespace:
            return Params(
                error="cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
            )
        found = tuple(
            thing
            for thing in self._of_kind(kind["apiVersion"], kind["kind"])
            if _meant(reference, thing)
            and (not example.namespace or self.cluster.request(thing).namespace == namespace)
        )
        return Params(found) if found else Params(undetermined=_none(kind["kind"], reference, namespace, binding))

    def _of_kind(self, version: str, kind: str) -> list[dict[str, Any]]:
        if not self._by_kind:
            for subject in self.subjects:
                thing = subject.bindings["object"]
                self._by_kind.setdefault((thing["apiVersion"], thing["kind"]), []).append(thing)
        return self._by_kind.get((version, kind), [])


def _meant(reference: dict[str, Any], thing: dict[str, Any]) -> bool:
    if "name" in reference:
        return bool(path(thing, "metadata", "name") == reference["name"])
    labels = path(thing, "metadata", "labels")
    return selects(reference.get("selector") or {}, labels if isinstance(labels, dict) else {}) is Truth.TRUE


def _none(kind: str, reference: dict[str, Any], namespace: str, binding: Binding) -> Undetermined:
    """Nothing is found: where the binding lets that pass, the cluster may hold it all the same."""
    named = f" {reference['name']}" if "name" in reference else " with the selected labels"
    reason = f"the parameters of the policy ({kind}{named}) are in none of the policy files and scanned files"
    if reference.get("parameterNotFoundAction") == "Allow":
        instruction = f"scan the folder that holds the {kind} with the parameters of the policy"
        return Undetermined(f"{reason} (namespace {namespace})", provide=instruction)
    return Undetermined(reason, binding.place)
