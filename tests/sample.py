"""A finished scan built by hand, for tests of everything that is made from one."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from msgspec.structs import replace

from scanner.controls import (
    Assessment,
    Checkable,
    ControlLink,
    ControlStatus,
    FrameworkSummary,
    Measure,
    Relation,
    ShownBy,
    Strength,
)
from scanner.finished_scan import Run, Scan, Verdict
from scanner.frameworks.catalogue import Framework
from scanner.frameworks.figures import summarise
from scanner.model import Finding, Input, InputStatus, Outcome, Profile, RuleInfo, Severity
from scanner.places import Edit, Fix, Location, Related

SPEC = "architecture/digital bänk.yaml"
MANIFEST = "deploy/payments.yaml"
BROKEN = "deploy/broken.yaml"
PICTURE = "deploy/logo.png"
SECRET = "correct horse battery"
"""The value that no report may show."""


TEXTS = {
    SPEC: """\
apiVersion: assay/v1
kind: Architecture
metadata: {name: digital bänk}
components:
  - id: web
    owner: team-web
  - id: payments
flows:
  - from: web
    to: payments
    protocol: http
    data: [card-number]
stores:
  - id: ledger
    encryption: ${KEY}
""",
    MANIFEST: """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: payments
  namespace: shop
spec:
  template:
    spec:
      containers:
        - name: api
          image: registry.example.com/payments:latest
          securityContext:
            privileged: true
            capabilities: {drop: [ALL]}
          env:
            - name: DB_PASSWORD
              value: "correct horse battery"
---
apiVersion: v1
kind: Service
metadata:
  name: payments
  namespace: shop
  annotations: {note: "<b>public</b>"}
spec:
  type: LoadBalancer
  ports:
    - port: 80
""",
}

SOC2, CIS, K8S = ("soc2", "2017"), ("cis-kubernetes", "2.0.1"), ("owasp-kubernetes", "2025")

API = ("kubernetes.container", "shop/Deployment/payments/api", "api")
SERVICE = ("kubernetes.service", "shop/Service/payments", "payments")
FLOW = ("architecture.flow", "digital bänk/web->payments", "web to payments")
PAYMENTS = ("architecture.component", "digital bänk/payments", "payments")
LEDGER = ("architecture.store", "digital bänk/ledger", "ledger")
BANK = ("architecture.system", "digital bänk", "digital bänk")

WHOLE_SERVICE = Location(MANIFEST, 25, 1, 29, 1, "spec")
"""A block ends where the next line would begin, here after the last line of the file."""

LEAST, SECRETS, ENCRYPTED = "workload-least-privilege", "secret-not-in-plain-text", "encryption-in-transit-internal"


def sample_scan() -> Scan:
    """Return one realistic scan that holds every kind of input, outcome, severity and control status.

    Two inputs were assessed (a manifest of two documents and a spec whose path holds a space and an umlaut), one was
    skipped, one is unreadable. Nine findings: a fail of each severity, a second high one of a sensitive rule, an
    unknown, an error and a pass. Three frameworks: SOC 2 and CIS print figures, the OWASP list of categories does not.
    """
    findings = _findings()
    assessments = _assessments({finding.rule: finding.fingerprint for finding in findings})
    return Scan(
        run=_run(),
        inputs=_inputs(),
        findings=findings,
        rules=_rules(),
        links=_links(),
        assessments=assessments,
        frameworks=_frameworks(assessments),
        outcomes={"fail": 6, "error": 1, "unknown": 1, "pass": 31},
        counts=_counts(findings),
        verdict=Verdict(
            4, "incomplete: 1 input and 1 outcome could not be assessed; 5 outcomes failed at or above low"
        ),
        texts={path: tuple(text.split("\n")) for path, text in TEXTS.items()},
    )


def _counts(findings: tuple[Finding, ...]) -> dict[str, Counter[Outcome]]:
    counts: dict[str, Counter[Outcome]] = {}
    for finding in findings:
        counts.setdefault(finding.rule, Counter())[finding.outcome] += 1
    return counts


def _run() -> Run:
    return Run(
        version="0.1.0",
        started="2026-03-02T09:15:00Z",
        ended="2026-03-02T09:15:01Z",
        arguments=("scan", ".", "--framework", "soc2", "--include-passes"),
        profile=Profile.DEFAULT,
        kubernetes_version="1.33",
        fail_on=Severity.LOW,
        pack_digest="sha256:" + _digest("rule pack"),
        ruleset_digest="sha256:" + _digest("rules that ran"),
        all_frameworks=True,
        git_commit=_digest("commit")[:40],
        git_dirty=False,
    )


def _inputs() -> tuple[Input, ...]:
    def assessed(path: str, form: str, subjects: int) -> Input:
        text = TEXTS[path]
        return Input(path, _digest(text), len(text.encode()), InputStatus.ASSESSED, "", 0, (form,), subjects)

    return (
        assessed(SPEC, "architecture", 5),
        Input(
            BROKEN, _digest("broken"), 412, InputStatus.UNREADABLE, 'the quote that opens here is never closed: "', 7
        ),
        Input(PICTURE, _digest("logo"), 20481, InputStatus.SKIPPED, "not a text file"),
        assessed(MANIFEST, "kubernetes", 4),
    )


MESSAGES = {
    "architecture.system-described": "architecture digital bänk does not say what it is for",
    "architecture.component-has-owner": "component payments has no owner",
    "architecture.flow-encrypted": "flow web to payments carries card-number over plain HTTP",
    "architecture.store-encrypted": "store ledger takes its encryption from a variable, whose value no file states",
    "kubernetes.image-pinned": "container api runs registry.example.com/payments:latest, which has no digest",
    "kubernetes.container-not-privileged": "container api runs privileged",
    "kubernetes.capabilities-dropped": "container api drops all capabilities",
    "kubernetes.no-secret-in-environment": "container api states the value of DB_PASSWORD in plain text",
    "kubernetes.service-selects-workload": "service payments could not be evaluated: iteration budget exceeded",
}


def fixed_scan() -> Scan:
    """Return the sample with a fix of the privileged container: a line goes, another comes."""
    scan = sample_scan()
    number = 1 + scan.texts[MANIFEST].index("            privileged: true")
    edits = (
        Edit(number, 1, number + 1, 1, ""),
        Edit(number + 1, 1, number + 1, 1, "            readOnlyRootFilesystem: true\n"),
    )
    fix = Fix(safe=False, words="remove securityContext.privileged", edits=edits)
    findings = tuple(
        replace(item, fix=fix) if item.location.path == MANIFEST and item.location.line == number else item
        for item in scan.findings
    )
    return replace(scan, findings=findings)


def _findings() -> tuple[Finding, ...]:
    fail = Outcome.FAIL
    carries = Related(place(MANIFEST, "type: LoadBalancer", "spec.type"), "this Service carries the flow on port 80")
    secret = place(MANIFEST, f'value: "{SECRET}"', "env[0].value")
    return (
        _finding("architecture.system-described", fail, BANK, place(SPEC, "metadata: {name: digital bänk}")),
        _finding("architecture.component-has-owner", fail, PAYMENTS, place(SPEC, "id: payments", "owner")),
        _finding("architecture.flow-encrypted", fail, FLOW, place(SPEC, "protocol: http"), (carries,)),
        _finding("architecture.store-encrypted", Outcome.UNKNOWN, LEDGER, place(SPEC, "encryption: ${KEY}")),
        _finding("kubernetes.image-pinned", fail, API, place(MANIFEST, "image: registry.example.com/payments:latest")),
        _finding("kubernetes.container-not-privileged", fail, API, place(MANIFEST, "privileged: true")),
        _finding("kubernetes.capabilities-dropped", Outcome.PASS, API, place(MANIFEST, "capabilities: {drop: [ALL]}")),
        _finding("kubernetes.no-secret-in-environment", fail, API, secret),
        _finding("kubernetes.service-selects-workload", Outcome.ERROR, SERVICE, WHOLE_SERVICE),
    )


def place(path: str, text: str, field: str = "") -> Location:
    """Return the region of the first place in a sample text where `text` stands; the field is its key by default."""
    for number, line in enumerate(TEXTS[path].splitlines(), 1):
        if text in line:
            column = line.index(text) + 1
            return Location(path, number, column, number, column + len(text), field or text.partition(":")[0])
    raise ValueError(text)


def _finding(
    rule: str, outcome: Outcome, subject: tuple[str, str, str], where: Location, related: tuple[Related, ...] = ()
) -> Finding:
    severity, fingerprint = _rules()[rule].severity, _digest("/".join((rule, *subject, where.field)))
    return Finding(rule, outcome, severity, MESSAGES[rule], *subject, where, fingerprint, related)


def _rules() -> dict[str, RuleInfo]:
    rules = (
        _rule("architecture.component-has-owner", Severity.LOW, "Every component has an owner", "ownership-defined"),
        _rule("architecture.flow-encrypted", Severity.HIGH, "Flows of sensitive data are encrypted", ENCRYPTED),
        _rule("architecture.store-encrypted", Severity.HIGH, "Stores are encrypted at rest", "encryption-at-rest"),
        _rule("architecture.system-described", Severity.INFO, "An architecture says what it is for", "documentation"),
        _rule("kubernetes.capabilities-dropped", Severity.MEDIUM, "Containers drop all capabilities", LEAST),
        _rule("kubernetes.container-not-privileged", Severity.CRITICAL, "Containers do not run privileged", LEAST),
        _rule("kubernetes.image-pinned", Severity.MEDIUM, "Images are pinned by digest", "artifact-pinned"),
        _rule("kubernetes.no-secret-in-environment", Severity.HIGH, "No secret stands in the environment", SECRETS),
        _rule("kubernetes.service-selects-workload", Severity.MEDIUM, "Services select a workload", "inventory"),
    )
    return {rule.id: rule for rule in rules}


def _rule(identity: str, severity: Severity, title: str, objective: str) -> RuleInfo:
    kind, _, name = identity.partition(".")
    return RuleInfo(
        id=identity,
        title=title,
        severity=severity,
        profile=Profile.DEFAULT,
        why=f"{title}: without it an intruder <or an accident> takes more than one part of the system.",
        remediation=f"Set the field that `{name}` asks for, then scan again.",
        limits="Does not see what a mutating webhook adds later." if kind == "kubernetes" else "",
        subject=f"{kind}.{'container' if kind == 'kubernetes' else 'component'}",
        shown_by=ShownBy.MANIFEST if kind == "kubernetes" else ShownBy.DECLARED,
        objectives=(objective,),
        same_as=("CKV_K8S_16", "KSV-0017") if name == "container-not-privileged" else (),
        references=("https://kubernetes.io/docs/concepts/security/",) if kind == "kubernetes" else (),
        sensitive=name == "no-secret-in-environment",
    )


def _links() -> dict[str, tuple[ControlLink, ...]]:
    return {
        "architecture.flow-encrypted": (_link(SOC2, "CC6.7", ENCRYPTED, Strength.HIGH),),
        "architecture.store-encrypted": (_link(SOC2, "CC6.1", "encryption-at-rest", Strength.MEDIUM),),
        "kubernetes.capabilities-dropped": (
            _link(CIS, "5.2.9", LEAST, Strength.HIGH),
            _link(SOC2, "CC6.3", LEAST),
        ),
        "kubernetes.container-not-privileged": (
            _link(CIS, "5.2.2", LEAST, Strength.HIGH),
            _link(K8S, "K01:2025", LEAST),
        ),
        "kubernetes.image-pinned": (replace(_link(SOC2, "CC7.1", "artifact-pinned"), relation=Relation.SUPPORTS),),
        "kubernetes.no-secret-in-environment": (_link(CIS, "5.4.1", SECRETS), _link(K8S, "K03:2025", SECRETS)),
        "kubernetes.service-selects-workload": (_link(SOC2, "CC8.1", "inventory"),),
    }


def _link(
    framework: tuple[str, str], control: str, objective: str, strength: Strength = Strength.MEDIUM
) -> ControlLink:
    return ControlLink(
        *framework,
        control,
        Relation.VIOLATES,
        strength,
        ShownBy.MANIFEST,
        objective,
        f"{control} asks for {objective}.",
    )


def _assessments(fingerprints: dict[str, str]) -> tuple[Assessment, ...]:
    error, failed, partial = ControlStatus.ERROR, ControlStatus.NOT_SATISFIED, ControlStatus.PARTIAL
    weakened, manual = ControlStatus.WEAKENED, ControlStatus.MANUAL
    silent, apart = ControlStatus.NOT_ASSESSED, ControlStatus.NOT_APPLICABLE
    access, pods = "CC6 Logical and physical access", "5.2 Pod security standards"
    rows = (
        (CIS, "5.2.2", "Privileged containers not admitted", pods, Checkable.FULL, failed),
        (CIS, "5.2.9", "Few capabilities assigned", pods, Checkable.FULL, ControlStatus.SATISFIED),
        (CIS, "5.2.10", "Windows HostProcess containers not admitted", pods, Checkable.FULL, apart),
        (CIS, "5.4.1", "Secrets as files rather than env vars", "5.4 Secrets management", Checkable.FULL, failed),
        (K8S, "K01:2025", "Insecure Workload Configurations", "", Checkable.FULL, failed),
        (K8S, "K03:2025", "Secrets Management Failures", "", Checkable.PARTIAL, failed),
        (
            SOC2,
            "CC1.4",
            "Competent people are hired, developed, kept",
            "CC1 Control environment",
            Checkable.MANUAL,
            manual,
        ),
        (SOC2, "CC6.1", "Logical access controls protect information assets", access, Checkable.PARTIAL, silent),
        (SOC2, "CC6.3", "Access is role based, least privilege", access, Checkable.PARTIAL, partial),
        (SOC2, "CC6.7", "Data movement and removal is restricted", access, Checkable.PARTIAL, failed),
        (SOC2, "CC7.1", "Changed software is detected", "CC7 Operations", Checkable.PARTIAL, weakened),
        (SOC2, "CC8.1", "Changes are authorised, tested, approved", "CC8 Change management", Checkable.PARTIAL, error),
    )
    links = _links()
    reasons = {
        weakened: "failed: kubernetes.image-pinned",
        partial: "files can show only a part of the control",
        apart: "the scanned files contain nothing that the control is about",
    }
    found = []
    for framework, control, title, parent, checkable, status in rows:
        bearing = {
            rule: link
            for rule, all_ in links.items()
            for link in all_
            if link.control == control and status is not manual
        }
        against = tuple(fingerprints[rule] for rule in bearing) if status in (failed, weakened) else ()
        evidence = f"Records that show: {title.lower()}"
        head = (*framework, control, title, parent, checkable, evidence, status)
        decided = status not in (silent, manual, apart)
        found.append(
            Assessment(
                *head,
                reason=reasons.get(status, ""),
                rules=tuple(bearing),
                findings=against,
                links=tuple(bearing.values()),
                shown_by=(ShownBy.MANIFEST,) if decided else (),
            )
        )
    return tuple(found)


def _frameworks(assessments: tuple[Assessment, ...]) -> tuple[FrameworkSummary, ...]:
    cis, k8s, soc2 = "CIS Kubernetes Benchmark", "OWASP Kubernetes Top Ten", "SOC 2 Trust Services Criteria"
    own, share = "ids only; titles in our own words", "CC-BY-SA-4.0"
    made = []
    for key, title, measure, licence, source in (
        (CIS, cis, Measure.CONTROLS, own, "https://www.cisecurity.org/"),
        (K8S, k8s, Measure.CATEGORIES, share, "https://owasp.org/"),
        (SOC2, soc2, Measure.CONTROLS, own, "https://www.aicpa-cima.com/"),
    ):
        framework = Framework(*key, title, "", "", source, licence, measure, ())
        mine = [item for item in assessments if (item.framework, item.edition) == key]
        made.append(summarise(framework, mine))
    return tuple(made)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
