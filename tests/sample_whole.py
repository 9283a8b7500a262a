"""A finished scan that holds everything a report can be given, for golden files.

Statuses and figures of controls are worked out as a scan does it; everything else is made by hand.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from msgspec.structs import replace

from scanner import configured, gate
from scanner.controls import Checkable, Measure, Platform, Relation, Strength
from scanner.finished_scan import Scan
from scanner.frameworks.assess import OutcomesInScope, assess, by_control, failures
from scanner.frameworks.catalogue import Control, ControlMapping, Framework
from scanner.frameworks.figures import summarise
from scanner.frameworks.links import Mappings, links
from scanner.frameworks.population import Population
from scanner.model import Finding, Input, InputStatus, Outcome, Profile, RuleInfo, Severity
from scanner.places import Edit, Fix, Location, Related
from tests.sample import MANIFEST, SPEC, fixed_scan, place
from tests.sample_waivers import PORTS as WAIVER_OF_PORTS
from tests.sample_waivers import sample_waivers

LEDGER = "deploy/帳簿\nledger.yaml"
"""A name with a line break and wide characters."""
PORTS = 9
"""One more than a control links to."""
UNKNOWNS = 6
"""One more than the table shows of a rule."""

TEXT = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger, namespace: shop}
spec:
  template:
    spec:
      containers:
        - name: 帳簿
          image: "registry.example.com/帳簿:1.4"\t# ::error:: not pinned yet
          args: ["--greeting=<b>LONG</b>"]
          securityContext:
            allowPrivilegeEscalation: true
            runAsUser: 0
          ports:
PORTS          resources: {}
""".replace("LONG", "hello " * 50).replace(
    "PORTS", "".join(f"            - hostPort: {8000 + number}\n" for number in range(PORTS))
)

PINNED, PRIVILEGED = "kubernetes.image-pinned", "kubernetes.container-not-privileged"
HOST_PORT, ESCALATES, ROOT = (
    "kubernetes.container-without-host-port",
    "kubernetes.container-escalation-off",
    "kubernetes.container-not-root",
)
OTHER = "checkov.CKV_K8S_99"
CONTAINER = ("kubernetes.container", "shop/StatefulSet/ledger/帳簿", "帳簿")


def whole_scan() -> Scan:
    """The fixed sample with further inputs, rules, findings, fixes and frameworks; a limit of each list is passed."""
    scan = fixed_scan()
    rules = {**scan.rules, **_rules(scan)}
    findings = tuple(sorted((*scan.findings, *_findings(rules)), key=_order))
    findings = tuple(replace(item, severity=rules[item.rule].severity, waiver=_waiver(item)) for item in findings)
    counts: dict[str, Counter[Outcome]] = {}
    for finding in findings:
        counts.setdefault(finding.rule, Counter())[finding.outcome] += 1
    frameworks = _frameworks()
    linked = links(frameworks, rules.values())
    population = Population(incomplete=True)
    seen = OutcomesInScope(counts, failures(findings), population, accepted={WAIVER_OF_PORTS: ("pci 2.2.1",)})
    bearing = by_control(linked)
    not_run = Mappings(frameworks).bearing([rules[next(iter(linked))]])
    assessments = {
        item.id: assess(
            item,
            seen,
            bearing.get((item.id, item.edition), {}),
            _not_applicable(item.id),
            not_run.get((item.id, item.edition)) if item.id == "soc2" else None,
        )
        for item in frameworks
    }
    scope = ("deploy/", "!deploy/old/")
    summaries = (
        summarise(
            item,
            assessments[item.id],
            scope if item.id == "pci" else (),
            2 if item.id == "pci" else None,
            incomplete=True,
        )
        for item in frameworks
    )
    total = Counter(finding.outcome for finding in findings)
    return replace(
        scan,
        run=replace(
            scan.run,
            git_dirty=True,
            arguments=("scan", "with space", "--output", "html=a.html"),
            configuration=_configuration(),
        ),
        inputs=(*scan.inputs, *_inputs()),
        findings=findings,
        rules=rules,
        links=linked,
        assessments=tuple(item for each in assessments.values() for item in each),
        frameworks=tuple(summaries),
        outcomes={outcome.value: total[outcome] for outcome in Outcome},
        counts=counts,
        texts={**scan.texts, LEDGER: tuple(TEXT.split("\n"))},
        verdict=gate.judge((*scan.inputs, *_inputs()), findings, scan.run.fail_on, allow_incomplete=False),
        waivers=sample_waivers(),
        notes=("checkov: a module was not looked up",),
    )


def _waiver(finding: Finding) -> str:
    """The waiver that covers a finding: one of the file, or a comment in the manifest."""
    if finding.outcome is not Outcome.FAIL:
        return ""
    return {HOST_PORT: WAIVER_OF_PORTS, PRIVILEGED: "inline:deploy/payments.yaml:13"}.get(finding.rule, "")


def _order(finding: Finding) -> tuple[str, int, int, str]:
    return finding.location.path, finding.location.line, finding.location.column, finding.rule


def _inputs() -> tuple[Input, ...]:
    digest = sha256(TEXT.encode()).hexdigest()
    return (
        Input("-", "0" * 64, 12, InputStatus.UNREADABLE, "not UTF-8: the byte 0xff at offset 3"),
        Input(LEDGER, digest, len(TEXT.encode()), InputStatus.ASSESSED, "", 0, ("kubernetes", "checkov"), 2),
        Input("deploy/\x1b[2J\udcff.tpl", "1" * 64, 0, InputStatus.SKIPPED, "empty"),
        Input("deploy/old.png", "2" * 64, 2_048, InputStatus.SKIPPED, "not a text file"),
    )


def _configuration() -> configured.Configuration:
    """One change of each kind, and a pattern that names more rules than a sentence does."""
    many = tuple(f"kubernetes.rule-{number}" for number in range(6))
    rules = configured.RuleChanges(
        selected=(configured.Pattern("kubernetes.*", "--select"),),
        not_selected=12,
        skipped=(
            configured.SkippedRules("kubernetes.rule-*", "assay.yaml:3", many),
            configured.SkippedRules("swarm.one", "--skip", ("swarm.one",)),
        ),
        off=(configured.SwitchedOff("kubernetes.quota", "Set by the platform\n::error::team", "assay.yaml:5"),),
        on=(configured.SwitchedOn("kubernetes.opinion", "assay.yaml:6"),),
        severities=(configured.SeverityChange(ROOT, "high", "low", "Only in the sandbox", "assay.yaml:7"),),
        parameters=(configured.ParameterValue(PINNED, "allowed", ["a/", {"b": "c" * 250}], "assay.yaml:8"),),
    )
    settings = (
        configured.Setting("exclude", "vendor/", "assay.yaml:9"),
        configured.Setting("fail-on", "high", "--fail-on"),
    )
    ignored = (configured.NotUsed("policies", "assay.yaml:10", "the file was only found"),)
    return configured.Configuration(
        "assay.yaml", "3" * 64, named=False, rules=rules, settings=settings, not_used=ignored
    )


def _rules(scan: Scan) -> dict[str, RuleInfo]:
    known = scan.rules[PRIVILEGED]
    made = (
        replace(
            known,
            id=HOST_PORT,
            title="Containers open no port of the node",
            severity=Severity.MEDIUM,
            profile=Profile.STRICT,
            why="A port of the node passes by\n  every `NetworkPolicy`.",
            limits="",
            objectives=("host-isolation",),
            same_as=(),
            references=(),
        ),
        replace(
            known,
            id=ESCALATES,
            title="Containers cannot gain privileges",
            severity=Severity.HIGH,
            profile=Profile.STRICT,
            remediation="Set `allowPrivilegeEscalation: false`.",
            objectives=("workload-least-privilege", "host-isolation"),
            references=("http://insecure.example/", "https://kubernetes.io/docs/concepts/security/"),
            formerly=("kubernetes.container-escalation-forbidden", "kubernetes.container-cannot-escalate"),
        ),
        replace(
            known,
            id=ROOT,
            title="Containers do not run as root",
            severity=Severity.LOW,
            profile=Profile.OPINION,
            objectives=(),
        ),
        replace(
            known,
            id=OTHER,
            title="A check of another engine",
            severity=Severity.INFO,
            subject="checkov.kubernetes",
            objectives=("host-isolation",),
            platform=Platform.OTHER,
        ),
    )
    return {rule.id: rule for rule in made}


def _findings(rules: dict[str, RuleInfo]) -> list[Finding]:
    lines = TEXT.split("\n")
    first = next(number for number, line in enumerate(lines, 1) if "hostPort" in line)
    opened = [
        _finding(rules, HOST_PORT, Outcome.FAIL, first + number, "hostPort", f"opens port {8000 + number}")
        for number in range(PORTS)
    ]
    undecided = [
        replace(
            _finding(rules, HOST_PORT, Outcome.UNKNOWN, first + number, "-", f"port {number} is not stated"),
            provide=f"state port {min(number, 4)}\n::warning::forged",
        )
        for number in range(UNKNOWNS)
    ]
    service = Related(place(MANIFEST, "type: LoadBalancer", "spec.type"), "the Service [public](x) that opens it.")
    flow = Related(place(SPEC, "protocol: http", "protocol"), "")
    escalates = _finding(rules, ESCALATES, Outcome.FAIL, 11, "securityContext", "container 帳簿 gains privileges.")
    block = replace(escalates.location, end_line=14, end_column=1)
    safe = Fix(
        safe=True,
        words="set allowPrivilegeEscalation to false",
        edits=(Edit(12, 39, 12, 43, "false"), Edit(23, 29, 23, 29, "\n          stdin: false\n")),
    )
    rendered = Fix(safe=True, words="set runAsUser to 1000", why_not="the file is rendered by helm")
    return [
        *opened,
        *undecided,
        replace(escalates, location=block, related=(service, flow), fix=safe),
        replace(_finding(rules, ROOT, Outcome.FAIL, 13, "runAsUser: 0", "container 帳簿 runs as root"), fix=rendered),
        _finding(rules, PINNED, Outcome.FAIL, 9, '"registry', "container 帳簿 runs an image without a digest"),
        _finding(rules, PINNED, Outcome.PASS, 9, "image", "the registry is known"),
        _finding(rules, OTHER, Outcome.FAIL, 10, "args", "the arguments greet\n::error::forged"),
        _finding(rules, OTHER, Outcome.ERROR, 24, "resources", "CKV_K8S_99 gave up"),
    ]


def _finding(rules: dict[str, RuleInfo], rule: str, outcome: Outcome, line: int, word: str, message: str) -> Finding:
    text = TEXT.split("\n")[line - 1]
    column = text.index(word) + 1
    where = Location(LEDGER, line, column, line, len(text) + 1, word)
    fingerprint = sha256(f"{rule} {outcome} {line}".encode()).hexdigest()
    kind, identity, name = CONTAINER
    return Finding(rule, outcome, rules[rule].severity, message, kind, identity, name, where, fingerprint)


def _bears(
    objective: str,
    relation: Relation = Relation.VIOLATES,
    strength: Strength = Strength.HIGH,
    rule: str = "",
) -> ControlMapping:
    named = f"the rule `{rule}`" if rule else objective
    return ControlMapping("" if rule else objective, relation, strength, f"It asks for {named} <in words>.", rule)


def _control(identity: str, checkable: Checkable, *bearings: ControlMapping, parent: str = "") -> Control:
    evidence = "" if checkable is Checkable.FULL else f"Records of {identity}."
    return Control(identity, f"Title of {identity}", checkable, evidence, parent, objectives=bearings)


def _not_applicable(framework: str) -> dict[str, str]:
    reasons = {"cis-kubernetes": {"5.2.10": "No node runs Windows."}, "left-out": {"L-1": "Nobody asks for it."}}
    return reasons.get(framework, {})


def _frameworks() -> tuple[Framework, ...]:
    full, partial, manual = Checkable
    supports, violates, declares = Relation
    low, medium = Strength.LOW, Strength.MEDIUM
    least, isolated = _bears("workload-least-privilege"), _bears("host-isolation", strength=medium)
    pods, access = "5.2 Pod security", "CC6 Access"
    cis = (
        _control("5.2.2", full, _bears("", rule=PRIVILEGED), parent=pods),
        _control("5.2.9", full, _bears("", supports, rule="kubernetes.capabilities-dropped"), parent=pods),
        _control("5.2.10", full, least, parent=pods),
        _control("5.4.1", full, _bears("secret-not-in-plain-text", strength=medium), parent="5.4 Secrets"),
        _control("5.7.1", partial, parent="5.7 General"),
        _control("1.1.1", manual),
    )
    soc2 = (
        _control("CC1.4", manual, parent="CC1 Control environment"),
        _control("CC6.1", partial, _bears("encryption-at-rest", declares), parent=access),
        _control("CC6.3", partial, _bears("workload-least-privilege", supports, low), parent=access),
        _control("CC6.6", full, _bears("", declares, rule="kubernetes.capabilities-dropped"), parent=access),
        _control("CC6.7", partial, _bears("encryption-in-transit-internal", violates), parent=access),
        _control("CC6.8", partial, _bears("host-isolation", supports, low), parent=access),
        _control("CC8.1", partial, _bears("inventory", supports, low), parent="CC8 Change"),
    )
    risks = (_control("K01:2025", full, least, isolated), _control("K02:2025", partial))
    steps = (_control("Devices: initial", partial, least), _control("Data: optimal", manual))
    pci = tuple(_control(f"2.2.{number}", partial, isolated, least, parent="2 Settings") for number in range(1, 7))
    own = "Ids only; titles in our own words."
    agents, kube = Platform.AGENTS, Platform.KUBERNETES
    return (
        _framework("cis-kubernetes", "2.0.1", "CIS Kubernetes Benchmark", Measure.CONTROLS, cis, own, kube),
        _framework("left-out", "1", "Nothing of it applies", Measure.CONTROLS, (_control("L-1", full, least),)),
        _framework("owasp-kubernetes", "2025", "OWASP Kubernetes Top Ten", Measure.CATEGORIES, risks, "CC-BY-SA-4.0"),
        _framework("pci", "4.0.1", "A scoped standard", Measure.CONTROLS, pci, own),
        _framework("quiet", "1 draft", "Nothing speaks of it", Measure.CONTROLS, (_control("Q-1", partial),)),
        _framework("soc2", "2017", "SOC 2 Trust Services Criteria", Measure.CONTROLS, soc2, own),
        _framework("swarm", "3", "For agents", Measure.CATEGORIES, (_control("S-1", partial, least),), own, agents),
        _framework("zero-trust-cisa", "2.0", "Maturity Model", Measure.MATURITY, steps),
        _framework("zta", "1", "Another", Measure.CONTROLS, (_control("Z-1", partial, least),)),
    )


def _framework(
    identity: str,
    edition: str,
    title: str,
    measure: Measure,
    controls: tuple[Control, ...],
    licence: str = "",
    platform: Platform | None = None,
) -> Framework:
    source = f"https://{identity}.example/" if licence else "http://insecure.example/"
    return Framework(identity, edition, title, "", "", source, licence, measure, controls, platform=platform)
