"""Loading with positions beside PyYAML's CSafeLoader without them, in turn, on the same texts in one process.

    python bench/throughput.py [PATH ...] [--rounds N]

Without paths: the YAML files of examples/ and a few megabytes of manifests made here, the same ones at each run. Files
that either refuses, such as templates, are left out for both. The seconds are those of the processor, and each file is
read by one loader right after the other, so that a machine whose speed drifts does not decide.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from scanner import documents

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
MADE = 600
"""Applications that the made corpus deploys."""

APPLICATION = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: team-{team}
  labels: {{app.kubernetes.io/name: {name}, app.kubernetes.io/version: "1.{number}"}}
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "{port}"
    spec:
      serviceAccountName: {name}
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
        # The program itself; what it needs is in the ConfigMap below.
        - name: {name}
          image: registry.example/team-{team}/{name}:1.{number}.0
          imagePullPolicy: IfNotPresent
          args: ["--listen=:{port}", "--config=/etc/{name}/config.yaml", '--level=info']
          ports:
            - name: http
              containerPort: {port}
          env:
            - name: DATABASE_HOST
              value: postgres.team-{team}.svc
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: {name}-database
                  key: password
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits:
              cpu: "1"
              memory: 256Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            initialDelaySeconds: 3
            periodSeconds: 10
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: config
              mountPath: /etc/{name}
              readOnly: true
      volumes:
        - name: config
          configMap:
            name: {name}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: team-{team}
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
      protocol: TCP
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: team-{team}
data:
  region: eu-central-1
  config.yaml: |
    server:
      listen: ":{port}"
      timeout: 30s
    features: [search, export, audit]
    greeting: >-
      Welcome to {name},
      the service of team {team}.
  nginx.conf: |
    server {{
      listen {port};
      location / {{ proxy_pass http://{name}; }}
    }}
"""

DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets{number}.example.com
spec:
  group: example.com
  names: {{kind: Widget{number}, plural: widgets{number}}}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
{properties}\
"""

PROPERTY = """\
            field{number}:
              description: |-
                Field {number} says how often the widget is asked for its state,
                and what happens to those that do not answer: they are left out
                of the list until they do.
              type: object
              required:
              - name
              properties:
                name:
                  description: Name of the thing that is referred to. It is unique in its namespace.
                  minLength: 1
                  type: string
                optional:
                  description: Whether the thing may be missing.
                  type: boolean
              x-kubernetes-map-type: atomic
"""


def made() -> Iterator[str]:
    """The made corpus: one file for each application, and a large definition for each thirty."""
    properties = "".join(PROPERTY.format(number=number) for number in range(100))
    for number in range(MADE):
        name, team, port = f"service-{number:04}", number % 7, 8000 + number % 100
        yield APPLICATION.format(name=name, team=team, port=port, number=number, replicas=number % 5 + 1)
        if number % 30 == 0:
            yield DEFINITION.format(number=number, properties=properties)


def found(paths: list[Path]) -> Iterator[str]:
    """The text of each YAML file among paths and below them."""
    for path in paths:
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in below:
            if file.suffix in documents.YAML_SUFFIXES and file.is_file():
                yield documents.decode(file.read_bytes())


def ours(text: str) -> list[Any]:
    """The documents of a text, as a scan loads them."""
    return list(documents.read("manifests.yaml", text))


def theirs(text: str) -> list[Any]:
    """The documents of a text, without positions."""
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def is_read(text: str) -> bool:
    """Whether both read the whole of a text; CSafeLoader raises ValueError for a date that is none."""
    try:
        return bool(theirs(text)) and not any(isinstance(part, documents.Fault) for part in ours(text))
    except (yaml.YAMLError, ValueError):
        return False


def seconds(load: Callable[[str], list[Any]], text: str) -> float:
    """Processor seconds of one load."""
    start = time.process_time()
    load(text)
    return time.process_time() - start


def round_of(texts: list[str], *, ours_first: bool) -> tuple[float, float]:
    """Processor seconds of both loaders over all texts, text by text: ours, theirs."""
    gc.collect()
    own = other = 0.0
    for text in texts:
        if ours_first:
            own += seconds(ours, text)
        other += seconds(theirs, text)
        if not ours_first:
            own += seconds(ours, text)
    return own, other


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    candidates = list(found(options.paths)) if options.paths else [*found([EXAMPLES]), *made()]
    texts = [text for text in candidates if is_read(text)]
    if not texts:
        sys.exit("bench: no YAML file there that both read")
    size = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts)} files, {size:.2f} MB; {len(candidates) - len(texts)} left out")
    pairs = [round_of(texts, ours_first=number % 2 == 0) for number in range(options.rounds)]
    for name, times in zip(("assay", "CSafeLoader"), zip(*pairs, strict=True), strict=True):
        print(f"{name:<12} median {size / statistics.median(times):.2f} MB/s  best {size / min(times):.2f} MB/s")
    ratios = [other / own for own, other in pairs]
    print(f"assay reads {statistics.median(ratios):.2f} times as fast (median of {options.rounds} rounds)")


if __name__ == "__main__":
    main()
