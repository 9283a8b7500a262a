"""Bundles of files that between them show every fact, and every field that a step of the derivation reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from scanner import documents, subjects
from scanner.model import Subject
from tests import shipped

ROOT = Path(__file__).parent.parent
RULES = shipped.rule_files()
FILES = sorted((ROOT / "examples" / "digital-bank").rglob("*.*"))
RARE = {
    "scope.yaml": """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: cards}
spec:
  dataAssets: [{id: numbers, categories: [pan]}, {id: codes, categories: [sad]}, {id: tokens}]
  boundaries: [{id: zone, kind: cde, defaultDeny: true, allow: [jobs]}, {id: apart, kind: internal, defaultDeny: true}]
  services:
    - {id: pay, boundary: zone, data: [numbers], audit: logs}
    - {id: till, data: [numbers, codes], tokenises: [numbers], drops: [codes]}
    - {id: hub, type: queue, tokenises: [numbers]}
    - {id: gate, type: gateway, drops: [codes]}
    - {id: logs, type: log-sink}
    - {id: archive, type: log-sink}
    - {id: jobs}
    - {id: canteen, boundary: apart}
    - {id: far}
    - {id: near}
  datastores: [{id: safe, boundary: zone, data: [numbers], audit: archive}]
  flows:
    - {id: one, from: till, to: hub}
    - {id: two, from: hub, to: far}
    - {id: three, from: till, to: gate}
    - {id: four, from: gate, to: near}
    - {id: five, from: pay, to: hub, data: [numbers]}
    - {id: six, from: pay, to: gate, data: [codes]}
""",
    "rare.yaml": """\
apiVersion: example.org/v1
kind: Widget
metadata: {name: w}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: h}
spec: {minReplicas: 2, scaleTargetRef: {apiVersion: example.org/v1, kind: Widget, name: w}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: example.org/disk
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: fast}
""",
    "ecosystem.yaml": """\
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: by-variable}
spec:
  variables: [{name: bad, expression: object.spec.hostNetwork}]
  validations: [{expression: "!variables.bad"}]
---
apiVersion: policies.kyverno.io/v1
kind: NamespacedValidatingPolicy
metadata: {name: warns, namespace: shop}
spec: {validationActions: [Warn], validations: [{expression: "true"}], variables: [{expression: object.spec.hostPID}]}
---
apiVersion: policies.kyverno.io/v1
kind: NamespacedValidatingPolicy
metadata: {name: proxy, namespace: shop}
spec: {evaluation: {mode: Envoy}, validations: [{expression: object.spec.hostPID}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: by-variable}
spec:
  variables: [{name: bad, expression: object.spec.hostNetwork}]
  validations: [{expression: "!variables.bad"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: by-variable}
spec: {policyName: by-variable, validationActions: [Warn]}
---
apiVersion: kyverno.io/v1
kind: Policy
metadata: {name: partly, namespace: shop}
spec:
  admission: false
  validationFailureAction: Enforce
  rules: [{name: a, validate: {podSecurity: {level: baseline}}}]
---
apiVersion: kyverno.io/v1
kind: Policy
metadata: {name: in-some, namespace: shop}
spec:
  validationFailureActionOverrides: [{action: Enforce, namespaces: [shop]}]
  rules: [{name: a, validate: {podSecurity: {level: baseline}}}]
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: p, namespace: shop}
spec: {plugins: [{name: backup.example}]}
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: {name: p, namespace: shop}
spec: {cluster: {name: p}, method: plugin, pluginConfiguration: {name: backup.example}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: r, namespace: shop}
spec: {rules: [{backendRefs: [{name: web, namespace: door}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {name: r, namespace: shop}
spec: {rules: [{backendRefs: [{name: web, namespace: door}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: {name: r, namespace: shop}
spec: {rules: [{backendRefs: [{name: web, namespace: door}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: UDPRoute
metadata: {name: r, namespace: shop}
spec: {rules: [{backendRefs: [{name: web, namespace: door}]}]}
""",
    "spec.yaml": """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec:
  services:
    - {id: s, availability: "99 %", recovery: {rto: 1 hour}}
    - {id: t, name: Late}
    - {id: web, name: Front}
  datastores:
    - {id: d}
  flows:
    - {id: f, from: d, to: s, interaction: sync}
""",
    "compose.yaml": """\
services:
  web: {image: "a:1", networks: [front]}
  s: {image: "s:1"}
  late: {extends: {file: base.yaml, service: web}}
networks: {front: {}}
""",
    "compose.override.yaml": """\
include: [more.yaml]
services:
  web: {read_only: true, volumes: ["data:/data"]}
volumes: {data: {}}
secrets: {token: {file: a}}
configs: {settings: {file: b}}
""",
    "data.yaml": """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: depot}
spec:
  environment: production
  jurisdictions: [EU]
  dataAssets:
    - {id: cards, categories: [pan], retention: 90 days}
    - {id: people, categories: [personal], transferMechanism: SCC}
    - {id: codes, categories: [sad], retention: 1 day}
  services:
    - {id: bus, type: queue, drops: [cards], tokenises: [people, ghost]}
    - {id: till, name: Till, data: [cards, people, codes], drops: [codes, ghost], tokenises: [cards], identity: one}
    - {id: desk, name: Desk, identity: one, lifecycle: retired, criticality: high, environment: test}
    - {id: plant, data: [cards, people]}
  datastores:
    - {id: vault, data: [cards, people, codes], backup: {region: us-east-1}, environment: test}
  flows:
    - {id: f, from: till, to: bus, data: [cards, people, codes]}
    - {id: g, from: bus, to: desk}
    - {id: h, from: till, to: desk}
    - {id: i, from: till, to: desk, interaction: sync, oneOf: x}
    - {id: j, from: till, to: plant, interaction: sync, oneOf: x}
    - {id: k, from: plant, to: vault}
    - {id: l, from: desk, to: till, data: [people], tls: "1.3"}
  domains:
    - {name: shop, services: [Till, ghost]}
  thirdParties:
    - {id: post, services: [desk], data: [people], regions: [IN]}
""",
    "agents.js": """\
mcp__s__agent_spawn({name: "cto", type: "architect"})
mcp__s__coordination_sync({decisions: {deploy: {proposer: "ghost", approver: "cto"}}})
""",
}
"""What no example of a rule has."""
SETUP = {
    ".mcp.json": '{"mcpServers": {"issues": {"command": "npx", "args": ["@example/server-github@1.2.3"]}}}',
    ".claude/agents/a.md": "---\nname: a\ndescription: A\ntools: Read, Task, mcp__issues__get_issue\n---\n",
    ".claude/agents/b.md": "---\nname: b\ndescription: B\ntools: mcp__issues__create_issue\n---\n",
    ".github/agents/c.agent.md": "---\nname: c\ndescription: C\ntools: [read, ledger/query]\n---\n",
    ".claude/agents/d.md": "---\nname: d\ndescription: D\ntools: Read, WebFetch\n---\n",
    ".claude/settings.json": '{"permissions": {"allow": ["WebSearch"], "deny": ["WebFetch"]}}',
    ".claude/settings.local.json": '{"permissions": {"allow": ["Bash(python3:*)"]}}',
}
"""Agents, a server and settings of one setup in several files."""
SPEC = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec:
  boundaries:
    - {id: outside, kind: internet}
  dataAssets:
    - {id: cards, categories: [pan], residency: [eu]}
  services:
    - {id: s, boundary: outside, availability: "99 %"}
  datastores:
    - {id: d, data: [cards], regions: [us], recovery: {rpo: 1 hour}}
    - {id: e, data: [cards], recovery: {rpo: 2 hours}}
  flows:
    - {id: f, from: s, to: d, protocol: https}
    - {id: g, from: d, to: e, protocol: https}
    - {id: h, from: outside, to: s, protocol: https}
"""
ROUTES = """\
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: a, namespace: shop}
spec: {parentRefs: [{name: gate}], rules: [{backendRefs: [{name: s, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: {name: b, namespace: shop}
spec: {parentRefs: [{name: gate}], rules: [{backendRefs: [{name: s, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {name: c, namespace: shop}
spec: {parentRefs: [{name: gate}], rules: [{backendRefs: [{name: s, port: 80}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: UDPRoute
metadata: {name: d, namespace: shop}
spec: {parentRefs: [{name: gate}], rules: [{backendRefs: [{name: s, port: 80}]}]}
---
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: e, namespace: shop}
spec: {virtualhost: {fqdn: a.example.org}, routes: [{services: [{name: s, port: 80}]}]}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: f, namespace: shop}
spec: {routes: [{services: [{name: s, port: 80}]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: g, namespace: shop}
spec: {gateways: [door], http: [{route: [{destination: {host: s, port: {number: 80}}}]}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: shop}
spec: {servers: [{port: {number: 443}, tls: {mode: SIMPLE}}]}
---
apiVersion: v1
kind: Service
metadata: {name: s, namespace: shop, labels: {app: p}}
spec: {selector: {app: p}, externalIPs: [192.0.2.1], ports: [{port: 80, targetPort: web}, {port: 81, targetPort: late}]}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop, labels: {app: p}}
spec:
  initContainers: [{name: i, restartPolicy: Always, ports: [{name: late, containerPort: 1}]}]
  containers: [{name: c, ports: [{name: web, containerPort: 2}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: q, namespace: shop}
spec: {containers: [{name: c, ports: [{hostPort: 3, containerPort: 3}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: r, namespace: shop}
spec: {containers: [{name: c}], initContainers: [{name: i, restartPolicy: Always, ports: [{hostPort: 3}]}]}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: m, namespace: shop}
spec: {selector: {matchLabels: {app: p}}, podMetricsEndpoints: [{port: late}, {port: web}]}
"""
POOLS = """\
apiVersion: cilium.io/v2
kind: CiliumLoadBalancerIPPool
metadata: {name: a}
spec: {blocks: [{cidr: 10.1.0.0/24}, {start: 10.2.0.1, stop: 10.2.0.9}]}
---
apiVersion: v1
kind: Service
metadata: {name: s, namespace: shop, annotations: {a: b}}
spec: {type: LoadBalancer, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: t, namespace: shop}
spec: {type: LoadBalancer, loadBalancerClass: service.k8s.aws/nlb, ports: [{port: 80}]}
"""
MADE = """\
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: shop}
spec: {instances: 3}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b, namespace: shop}
spec: {minAvailable: 1, selector: {matchLabels: {cnpg.io/cluster: db, role: replica}}}
"""
POOLS_NAMED = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: a}
spec: {addresses: [192.168.1.10-192.168.1.20]}
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: b}
spec: {addresses: [203.0.113.0/24]}
---
apiVersion: v1
kind: Service
metadata: {name: s, namespace: shop, annotations: {metallb.io/address-pool: a}}
spec: {type: LoadBalancer, ports: [{port: 80}]}
"""
POLICIES = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: mesh, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop, labels: {app: p}}
spec: {containers: [{name: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: m}
spec:
  podSelector: {}
  ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: p}}}]}]
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: b, namespace: shop}
specs: [{endpointSelector: {}, ingress: [{fromEndpoints: [{}]}], egress: [{toEndpoints: [{}]}]}]
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: c, namespace: mesh}
spec: {endpointSelector: {}, ingress: [{fromEndpoints: [{}]}]}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: d}
spec: {selector: "", types: [Egress], egress: [{action: Deny}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: mesh}
spec: {mtls: {mode: STRICT}}
---
apiVersion: v1
kind: Pod
metadata: {name: q, namespace: mesh, annotations: {sidecar.istio.io/inject: "false"}}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: r, namespace: mesh, annotations: {inject.istio.io/templates: gateway}}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: s, namespace: shop}
spec: {serviceAccount: robot, containers: [{name: c}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: all}
subjects: [{kind: ServiceAccount, name: robot, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: all, namespace: shop}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: t, namespace: shop}
spec:
  automountServiceAccountToken: false
  containers: [{name: c}]
  volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: token}}]}}]
"""
VOLUMES = """\
apiVersion: v1
kind: PersistentVolume
metadata: {name: named}
spec: {hostPath: {path: /a}, accessModes: [ReadWriteOnce]}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: kept}
spec: {local: {path: /b}, claimRef: {name: kept, namespace: shop}, accessModes: [ReadWriteOnce]}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: red, labels: {colour: red}}
spec: {local: {path: /c}, storageClassName: hand, accessModes: [ReadWriteOnce]}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: blue, labels: {colour: blue}}
spec: {hostPath: {path: /d}, storageClassName: hand, accessModes: [ReadWriteOnce]}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: hand}
provisioner: kubernetes.io/no-provisioner
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: named, namespace: shop}
spec: {volumeName: named, accessModes: [ReadWriteOnce]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: kept, namespace: shop}
spec: {storageClassName: hand, accessModes: [ReadWriteOnce]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: blue, namespace: shop}
spec: {storageClassName: hand, accessModes: [ReadWriteOnce], selector: {matchLabels: {colour: blue}}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: shop}
spec:
  containers: [{name: c}]
  volumes:
    - {name: a, persistentVolumeClaim: {claimName: named}}
    - {name: b, persistentVolumeClaim: {claimName: kept}}
    - {name: c, persistentVolumeClaim: {claimName: blue}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: s, namespace: shop}
spec:
  serviceName: s
  selector: {matchLabels: {app: s}}
  template: {metadata: {labels: {app: s}}, spec: {containers: [{name: c}]}}
  volumeClaimTemplates:
    - {metadata: {name: a}, spec: {volumeName: named, accessModes: [ReadWriteOnce]}}
    - metadata: {name: b}
      spec: {storageClassName: hand, accessModes: [ReadWriteOnce], selector: {matchLabels: {colour: blue}}}
"""
OPENSHIFT = {
    "apps/a.yaml": "".join(
        f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: w{number}, namespace: {namespace}}}
spec: {{template: {{metadata: {{annotations: {{{note}}}}}, spec: {{{pod}}}}}}}
---
"""
        for number, (namespace, note, pod) in enumerate(
            [
                *(
                    ("shop", "", f"{field}: [{{name: c, {each}}}]{other}")
                    for field, other in (("containers", ""), ("initContainers", ", containers: [{name: c}]"))
                    for each in (
                        "args: [oc get pods]",
                        "command: [oc get pods]",
                        "image: 'registry.redhat.io/openshift4/x:1'",
                    )
                ),
                *(
                    ("openshift-a", "", f"{field}: [{{name: c, {each}}}]{other}")
                    for field, other in (("containers", ""), ("initContainers", ", containers: [{name: c}]"))
                    for each in ("ports: [{hostPort: 80}]", "securityContext: {privileged: true}")
                ),
                *(
                    ("openshift-a", "", f"{each}, containers: [{{name: c}}]")
                    for each in (
                        *("hostIPC: true", "hostNetwork: true", "hostPID: true", "securityContext: {runAsUser: 0}"),
                        *(
                            "serviceAccountName: a",
                            "serviceAccount: a",
                            "serviceAccountName: b",
                            "serviceAccountName: c",
                        ),
                        *("serviceAccountName: d", "serviceAccountName: e", "serviceAccountName: f"),
                        "volumes: [{name: v, hostPath: {path: /a}}]",
                    )
                ),
                ("openshift-a", "openshift.io/required-scc: anyuid", "containers: [{name: c}]"),
                ("openshift-b", "", "containers: [{name: c}]"),
            ]
        )
    ),
    "cluster/a.yaml": """\
apiVersion: v1
kind: Namespace
metadata: {name: openshift-b, labels: {openshift.io/run-level: "1"}}
---
apiVersion: security.openshift.io/v1
kind: SecurityContextConstraints
metadata: {name: own}
users: ["system:serviceaccount:openshift-a:a"]
---
apiVersion: security.openshift.io/v1
kind: SecurityContextConstraints
metadata: {name: groups}
groups: ["system:serviceaccounts:openshift-c"]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: c, namespace: openshift-c}
spec: {template: {spec: {containers: [{name: c}]}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: use, namespace: openshift-a}
rules: [{apiGroups: [security.openshift.io], resources: [securitycontextconstraints], verbs: [use]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: view, namespace: openshift-a}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: use}
rules: [{apiGroups: [security.openshift.io], resources: [securitycontextconstraints], verbs: [use]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: part, labels: {part: all}}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: whole}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: all}}]}
---
"""
    + "---\n".join(
        f"""\
apiVersion: rbac.authorization.k8s.io/v1
kind: {kind}Binding
metadata: {{name: {account}, namespace: openshift-a}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {role}, name: {name}}}
subjects: [{{kind: ServiceAccount, name: {account}, namespace: openshift-a}}]
"""
        for kind, account, role, name in (
            ("Role", "b", "Role", "use"),
            ("Role", "c", "Role", "view"),
            ("ClusterRole", "d", "ClusterRole", "use"),
            ("ClusterRole", "e", "ClusterRole", "whole"),
            ("Role", "f", "ClusterRole", "nowhere"),
        )
    ),
}
"""Workloads that OpenShift admits under its default security context constraint, and those that it may not."""
PROSE = """\
# Bank

The platform offers 99.99 % availability.

```javascript
mcp__s__agent_spawn({name: "cto", type: "architect", authority: {reports: "Keeper"}})
mcp__s__agent_spawn({name: "coder", type: "coder", authority: {reports: "Head of Audit"}})
Task("Keeper", "Keep the records.", "researcher")
mcp__s__coordination_sync({governance: {decisionFramework: {d: {authority: "Keeper", approval: "cto"}}}})
mcp__s__coordination_sync({governance: {escalationMatrix: {e: {path: ["Keeper", "cto"]}}}})
mcp__s__backup_create({strategy: {"recovery-objectives": {rto: "1h"}}})
```

```yaml
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: bank}
spec:
  services: [{id: s, recovery: {rto: 1 hour}}]
  governance: {roles: [Head of Audit]}
```
"""


def read_all(texts: dict[str, str]) -> list[Subject]:
    """The subjects of files, by their names."""
    return [found for name, text in texts.items() for found in subjects.recognise(documents.read(name, text)).subjects]


OVERLAYS = {
    "web/kustomization.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "registry.example/web:1"}]}
""",
    "network/kustomization.yaml": """\
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: every-pod}
spec: {endpointSelector: {}, egress: [{toEntities: [cluster]}]}
""",
}
"""What overlays build."""


def _built(overlays: Mapping[str, str]) -> list[Subject]:
    """The subjects of what each overlay builds."""
    return [
        replace(subject, group=path, overlay=path)
        for path, text in overlays.items()
        for subject in read_all({f"{path}.yaml": text})
    ]


@cache
def bundles() -> Sequence[tuple[list[Subject], bool]]:
    """The texts of all examples of rules, the bank, and what is rare; each with whether it is whole."""
    examples = (
        (read_all({value.get("file", "a.yaml"): value["text"]}), not value.get("part", False))
        for file in RULES
        for value in file.data.value["examples"]
        if "text" in value
    )
    rare = [
        RARE,
        SETUP,
        {"prose.md": PROSE},
        *({"a.yaml": text} for text in (SPEC, ROUTES, MADE, POOLS, POOLS_NAMED, POLICIES, VOLUMES)),
        OPENSHIFT,
    ]
    bank = read_all({path.name: path.read_text(encoding="utf-8") for path in FILES if path.is_file()})
    return [*examples, *((read_all(texts), True) for texts in rare), (_built(OVERLAYS), True), (bank, True)]
