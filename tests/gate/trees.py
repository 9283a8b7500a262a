"""The files that changes begin with. In the first ones, three rules fail: three findings."""

from __future__ import annotations

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1.4.2
          securityContext:
            privileged: true
        - name: side
          image: registry.example/side:2.0.1
          securityContext:
            privileged: false
      volumes:
        - name: settings
          hostPath: {path: /etc}
        - name: scratch
          emptyDir: {}
"""
"""Two findings: a privileged container and a sensitive host path."""
ACCESS = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
  namespace: shop
rules:
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [get]
  - apiGroups: [""]
    resources: [secrets, pods]
    verbs: [get, list]
"""
"""One finding: it permits reading all Secrets."""
NETWORK = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
"""
UNDECIDED = """\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: guard}
spec: {selector: "app in { 'web', 'job' }", types: [Ingress]}
"""
"""A policy whose selector is not judged."""
SHOP = {"shop/web.yaml": WEB, "shop/access.yaml": ACCESS, "shop/network.yaml": NETWORK}
ALL = f"{WEB}---\n{ACCESS}---\n{NETWORK}"
ONE = {"shop/all.yaml": ALL}
"""The same objects in one file."""
TWINS = {**SHOP, "other/web.yaml": WEB}
"""One of the objects in two files: two findings more."""
BROKEN = "kind: Deployment\nmetadata: {name: [\n"
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: job
  namespace: shop
  labels: {app: job}
spec:
  containers:
    - name: job
      image: registry.example/job:1.0.0
      securityContext:
        privileged: true
"""
"""One finding: a privileged container."""
SERVER = """\
apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver, namespace: kube-system}
spec:
  hostNetwork: true
  containers:
    - name: kube-apiserver
      image: registry.example/kube-apiserver:v1.35.0
      command:
        - kube-apiserver
        - --audit-log-path=/var/log/audit.log
        - --audit-log-maxbackup=4
"""
"""One finding: too few files of the audit log are kept. The rule states that a lower number is worse."""
SPEC = """\
apiVersion: assay.dev/v1
kind: Architecture
metadata: {name: shop}
spec:
  dataAssets:
    - {id: profile, categories: [personal]}
  services: [{id: web}]
  datastores:
    - id: customers
      technology: postgresql
      encryption:
        atRest: none
      data: [profile]
"""
"""One finding: a store with personal data is not encrypted."""
CHART = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "web/values.yaml": "privileged: false\nhost: /etc\n",
    "web/templates/web.yaml": WEB.replace("privileged: true", "privileged: {{ .Values.privileged }}").replace(
        "path: /etc", "path: {{ .Values.host }}"
    ),
    "network.yaml": NETWORK,
}
"""One finding, whose value comes from values.yaml."""
OVERLAY = {
    "base/kustomization.yaml": "resources: [web.yaml, network.yaml]\n",
    "base/web.yaml": WEB,
    "base/network.yaml": NETWORK,
    "production/kustomization.yaml": "resources: [../base]\npatches:\n  - path: patch.yaml\n",
    "production/patch.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
""",
}
"""Two findings in a base that one overlay builds."""
_PATCH = OVERLAY["production/patch.yaml"]
PRIVILEGED = _PATCH + "  template: {spec: {containers: [{name: side, securityContext: {privileged: true}}]}}\n"
USED = "resources: [../base]\ncomponents: [../open]\n"
OVERLAYS = {
    **OVERLAY,
    "base/web.yaml": WEB.replace("privileged: true", "privileged: false").replace(
        "hostPath: {path: /etc}", "emptyDir: {}"
    ),
    "open/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - path: patch.yaml
""",
    "open/patch.yaml": PRIVILEGED,
    "production/kustomization.yaml": USED,
    "test/kustomization.yaml": "resources: [../base]\n",
}
"""Two overlays of one base, of which one has a finding, through the patch of a component."""
