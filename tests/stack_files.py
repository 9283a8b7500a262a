"""A clean stack, a clean Compose file, and faults to plant in them one at a time."""

from __future__ import annotations

STACK = """\
version: "3.8"
services:
  api:
    image: registry.example/payments/api:1.8.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    user: "10001:10001"
    read_only: true
    cap_drop: [ALL]
    networks: [backend]
    ports:
      - {target: 8443, published: 8443}
    environment:
      DB_PASSWORD_FILE: /run/secrets/db_password
    secrets:
      - db_password
    volumes:
      - data:/data
    healthcheck:
      test: ["CMD", "/app/health"]
    deploy:
      replicas: 3
      labels:
        team: payments
      placement:
        constraints:
          - node.role == worker
      resources:
        limits: {cpus: "0.50", memory: 256M, pids: 200}
      update_config: {failure_action: rollback}
networks:
  backend:
    driver: overlay
    driver_opts:
      encrypted: "true"
volumes:
  data: {}
secrets:
  db_password:
    external: true
"""
COMPOSE = """\
name: shop
services:
  web:
    image: registry.example/shop/web:1.4.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    user: "10001:10001"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    ports:
      - 127.0.0.1:8080:8080
    environment:
      - DB_PASSWORD_FILE=/run/secrets/db_password
      - LOG_LEVEL=${LOG_LEVEL:-info}
    command: [server, --config=/etc/shop.yaml]
    secrets: [db_password]
    configs: [settings]
    volumes:
      - type: bind
        source: ./shop.yaml
        target: /etc/shop.yaml
        read_only: true
    healthcheck: {test: ["CMD", "/app/health"]}
    mem_limit: 256m
    pids_limit: 200
volumes:
  share: {driver_opts: {type: cifs, device: //files/share, o: "username=backup"}}
secrets:
  db_password: {file: ./db_password.txt}
configs:
  settings: {content: "colour: blue"}
"""

_USER = '    user: "10001:10001"\n'
_NETWORKS = "    networks: [backend]\n"
_PUBLISHED = "      - {target: 8443, published: 8443}"
_ADDRESS = "      - 127.0.0.1:8080:8080"
_VARIABLE = "      DB_PASSWORD_FILE: /run/secrets/db_password"
STACK_FAULTS: list[tuple[str, str, str]] = [
    (
        "api:1.8.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "api:latest",
        "service-image-tag-pinned",
    ),
    ("@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "", "service-image-digest-pinned"),
    ("      - data:/data", "      - /run/docker.sock:/run/docker.sock", "service-without-runtime-socket"),
    ("      - data:/data", "      - /:/host", "service-without-sensitive-host-path"),
    ("      - data:/data", "      - /srv/data:/data:rshared", "service-mount-propagation-private"),
    ("      - data:/data", "      - dta:/data", "service-references-defined"),
    (_USER, "    user: root\n", "service-user-not-root"),
    (_USER, "", "service-user-stated"),
    ("    read_only: true\n", "    read_only: false\n", "service-root-filesystem-read-only"),
    ("    cap_drop: [ALL]\n", "    cap_drop: [NET_RAW]\n", "service-capabilities-dropped"),
    (_NETWORKS, _NETWORKS + "    cap_add: [SYS_ADMIN]\n", "service-capabilities-within-baseline"),
    (_NETWORKS, "    networks: [bakend]\n", "service-references-defined"),
    (_NETWORKS, _NETWORKS + '    security_opt: ["no-new-privileges:true"]\n', "service-protections-in-force"),
    (_NETWORKS, "    network_mode: none\n", "service-protections-in-force"),
    (_NETWORKS, _NETWORKS + "    privileged: true\n", "service-without-ignored-danger"),
    (_NETWORKS, _NETWORKS + "    pid: host\n", "service-without-ignored-danger"),
    (_NETWORKS, _NETWORKS + "    container_name: api\n", "service-settings-in-force"),
    (_NETWORKS, _NETWORKS + "    depends_on: [db]\n", "service-settings-in-force"),
    (_NETWORKS, _NETWORKS + "    mem_limit: 64m\n", "system-accepted-by-stack-deploy"),
    (_NETWORKS, _NETWORKS + "    profiles: [debug]\n", "system-accepted-by-stack-deploy"),
    ('cpus: "0.50"', "cpus: 0.50", "system-accepted-by-stack-deploy"),
    ('version: "3.8"', 'version: "2.4"', "system-accepted-by-stack-deploy"),
    (_PUBLISHED, "      - 127.0.0.1:8443:8443", "service-protections-in-force"),
    (_PUBLISHED, "      - 6379:6379", "service-management-ports-unpublished"),
    (_PUBLISHED, "      - {target: 8443, published: 8443, mode: host}", "service-ports-through-ingress"),
    (_VARIABLE, "      DB_PASSWORD: Tr4vel-l1ght", "service-environment-without-secrets"),
    (_VARIABLE, "      DB_PASSWORD: ${DB_PASSWORD:-changeme}", "service-environment-without-default-passwords"),
    ("        team: payments", "        backup.password: Tr4vel-l1ght", "service-labels-without-credentials"),
    ('      test: ["CMD", "/app/health"]', "      test: [/app/health]", "service-health-check-valid"),
    (
        '    healthcheck:\n      test: ["CMD", "/app/health"]\n',
        "    healthcheck: {disable: true}\n",
        "service-health-check-enabled",
    ),
    ('    healthcheck:\n      test: ["CMD", "/app/health"]\n', "", "service-health-checked"),
    ("      replicas: 3", "      replicas: 1", "service-replicated"),
    ("          - node.role == worker", "          - node.role == manager", "service-outside-managers"),
    (", memory: 256M", "", "service-memory-limited"),
    (", pids: 200", "", "service-processes-limited"),
    ("      update_config: {failure_action: rollback}\n", "", "service-update-rolls-back"),
    ('    driver_opts:\n      encrypted: "true"\n', "", "network-encrypted"),
    ("    driver: overlay\n", "    driver: overlay\n    attachable: true\n", "network-not-attachable"),
    ("    external: true", "    file: ./db_password.txt", "secret-not-from-file"),
    ("  data: {}", "  data: {driver_opts: {type: none, o: bind, device: /etc}}", "volume-without-sensitive-host-path"),
]
"""(what is there, what takes its place, the rule that fails) in the stack."""
COMPOSE_FAULTS: list[tuple[str, str, str]] = [
    ("    cap_drop: [ALL]\n", "    cap_drop: [ALL]\n    privileged: true\n", "service-not-privileged"),
    ("    cap_drop: [ALL]\n", "    cap_drop: [ALL]\n    network_mode: host\n", "service-without-host-network"),
    ("    cap_drop: [ALL]\n", "    cap_drop: [ALL]\n    pid: host\n", "service-without-host-pid"),
    ("    cap_drop: [ALL]\n", "    cap_drop: [ALL]\n    ipc: host\n", "service-without-host-ipc"),
    ("    cap_drop: [ALL]\n", "    cap_drop: [ALL]\n    userns_mode: host\n", "service-without-host-user-namespace"),
    ("    cap_drop: [ALL]\n", "    cap_drop: [ALL]\n    devices: [/dev/sda]\n", "service-without-sensitive-devices"),
    ("    cap_drop: [ALL]\n", "    cap_drop: [ALL]\n    use_api_socket: true\n", "service-without-runtime-socket"),
    ("no-new-privileges:true", "seccomp:unconfined", "service-security-options-confined"),
    ('    security_opt: ["no-new-privileges:true"]\n', "", "service-privilege-escalation-off"),
    (_ADDRESS, "      - 8080:8080", "service-ports-on-one-address"),
    (_ADDRESS, "      - 5432:5432", "service-management-ports-unpublished"),
    ("LOG_LEVEL=${LOG_LEVEL:-info}", "API_TOKEN=${API_TOKEN:-Tr4vel-l1ght}", "service-environment-without-secrets"),
    ("--config=/etc/shop.yaml", "--password=Tr4vel-l1ght", "service-command-without-credentials"),
    ("        source: ./shop.yaml", "        source: /etc", "service-without-sensitive-host-path"),
    ("    mem_limit: 256m\n", "", "service-memory-limited"),
    (
        "    pids_limit: 200\n",
        "    deploy: {placement: {constraints: [a]}}\n    pids_limit: 200\n",
        "service-settings-in-force",
    ),
    ("username=backup", "username=backup,password=Tr4vel-l1ght", "volume-options-without-credentials"),
    ("colour: blue", "url: postgres://app:k4tz3nw@db/shop", "config-without-credentials"),
]
"""The same in the Compose file."""

DAEMON = """\
{
  "hosts": ["fd://", "tcp://192.0.2.7:2376"],
  "tlsverify": true,
  "insecure-registries": ["localhost:5000"],
  "icc": false,
  "userns-remap": "default",
  "no-new-privileges": true,
  "log-driver": "local",
  "iptables": true,
  "metrics-addr": "127.0.0.1:9323",
  "live-restore": true
}
"""
"""A clean configuration of the Docker daemon."""
DAEMON_FAULTS: list[tuple[str, str, str, int]] = [
    ('"tlsverify": true', '"tlsverify": false', "daemon-api-authenticates-clients", 2),
    ('"localhost:5000"', '"registry.example:5000"', "daemon-registries-encrypted", 4),
    ('"icc": false', '"icc": true', "daemon-containers-separated", 5),
    ('"userns-remap": "default"', '"userns-remap": ""', "daemon-users-remapped", 6),
    ('"no-new-privileges": true', '"no-new-privileges": false', "daemon-privilege-escalation-off", 7),
    ('"log-driver": "local"', '"log-driver": "none"', "daemon-logs-kept", 8),
    ('"iptables": true', '"iptables": false', "daemon-separates-networks", 9),
    ('"metrics-addr": "127.0.0.1:9323"', '"metrics-addr": ":9323"', "daemon-metrics-local", 10),
    (
        '"live-restore": true',
        '"live-restore": true, "swarm-default-advertise-addr": "192.0.2.7"',
        "daemon-live-restore-without-swarm",
        11,
    ),
]
"""(what is there, what takes its place, the rule that fails, its line) in the configuration of the daemon."""
