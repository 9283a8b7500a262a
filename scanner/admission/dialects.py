"""What differs between the systems that have policies in CEL: their words, names and functions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field

from scanner.late import regex


class Dialect(Struct, frozen=True):
    """One kind of policy."""

    kind: str
    """The kind of its objects."""
    group: str
    """The API group of its objects."""
    denied: str
    """The message of a cluster that denies an object; `{policy}`, `{bound}` and `{text}` are filled in."""
    told: str
    """The same where it is allowed with a warning or a record."""
    title: str
    docs: str
    names: tuple[str, ...] = ()
    """The names that its expressions have beside those of every policy."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Patterns of calls that cannot be made here, and why."""
    severities: tuple[str, ...] = ()
    """Annotations that state the severity, the strongest first, after Assay's own."""
    descriptions: tuple[str, ...] = ("description",)
    """Annotations that state why there is the policy."""

    def refusal(self, source: str) -> str:
        """Why an expression cannot be evaluated here, if it makes a call that cannot be made; otherwise nothing."""
        for pattern, why in self.elsewhere.items():
            if match := regex(rf"(?<![\w.]){pattern}").search(source):
                return f"it uses `{re.sub(r'[ (]+$', '', match[0])}`, which {why}"
        return ""


_UNSUPPORTED = "is part of Kyverno's CEL, but Assay does not support it"
VAP = Dialect(
    kind="ValidatingAdmissionPolicy",
    group="admissionregistration.k8s.io",
    denied="ValidatingAdmissionPolicy '{policy}'{bound} denied request: {text}",
    told="Validation failed for ValidatingAdmissionPolicy '{policy}'{bound}: {text}",
    title="Objects satisfy the admission policy {policy}",
    docs="https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
    names=("authorizer",),
)
KYVERNO = Dialect(
    kind="ValidatingPolicy",
    group="policies.kyverno.io",
    denied="Policy {policy} failed: {text}",
    told="Policy {policy} failed: {text}",
    title="Objects satisfy the Kyverno policy {policy}",
    docs="https://kyverno.io/docs/policy-types/validating-policy/",
    names=("exceptions",),
    elsewhere={
        r"resource\.(?:[Gg]et|[Ll]ist|[Pp]ost)\s*\(": "asks a cluster for objects",
        r"globalContext\.\w+\s*\(": "reads the global context of a cluster",
        r"http\.\w+\s*\(": "makes an HTTP request",
        r"image\.[Gg]etMetadata\s*\(|(?:getImageData|verifyImageSignatures)\s*\(": "asks an image registry",
        r"(?:hash|json|yaml|random|time|x509|gzip|math|generator|regex)\.\w+\s*\(": _UNSUPPORTED,
        r"(?:image|parseImageReference|isImage|parseServiceAccount|listObjToMap|md5|sha1|sha256)\s*\(": _UNSUPPORTED,
    },
    severities=("policies.kyverno.io/severity",),
    descriptions=("policies.kyverno.io/description", "description"),
)
GATEKEEPER = Dialect(
    kind="Constraint",
    group="constraints.gatekeeper.sh",
    denied="[{policy}] {text}",
    told="[{policy}] {text}",
    title="Objects satisfy the Gatekeeper constraint {policy}",
    docs="https://open-policy-agent.github.io/gatekeeper/website/docs/validating-admission-policy/",
    names=("params",),
)
