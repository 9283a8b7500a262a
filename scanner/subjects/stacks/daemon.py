"""The configuration file of the Docker daemon, `daemon.json` -> the daemon.

dockerd reads it beside the options of its command line, and does not start if an option is in both.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.controls import ShownBy
from scanner.documents import Document
from scanner.documents.positions import Node
from scanner.late import regex
from scanner.marks import NOWHERE
from scanner.model import Subject
from scanner.subjects.format import Format, KnownBy
from scanner.subjects.kind import Kind
from scanner.subjects.stacks.kinds import DAEMON

IN_PLACE = (DAEMON,)
"""The kind whose focus is the text as it is."""
_NAMED = regex(r"(?:^|/)(?:docker[._-])?daemon\.json$|(?:^|/)\.?docker/[\w.-]*daemon[\w.-]*\.json$")
_OPTIONS = """
    allow-direct-routing authorization-plugins bip bip6 bridge builder cdi-spec-dirs cgroup-parent containerd
    containerd-namespace containerd-plugin-namespace cpu-rt-period cpu-rt-runtime data-root debug
    default-address-pools default-cgroupns-mode default-gateway default-gateway-v6 default-ipc-mode
    default-network-opts default-runtime default-shm-size default-ulimits dns dns-opts dns-search exec-opts exec-root
    experimental features firewall-backend fixed-cidr fixed-cidr-v6 graph group host-gateway-ips hosts
    http-proxy https-proxy icc init init-path insecure-registries ip ip-forward ip-forward-no-drop ip-masq ip6tables
    iptables ipv6 labels live-restore log-driver log-format log-level log-opts max-concurrent-downloads
    max-concurrent-uploads max-download-attempts metrics-addr mtu no-new-privileges node-generic-resources
    no-proxy oom-score-adjust pidfile proxies raw-logs registry-mirrors runtimes seccomp-profile selinux-enabled
    shutdown-timeout storage-driver storage-opts swarm-default-advertise-addr tls tlscacert tlscert tlskey tlsverify
    userland-proxy userland-proxy-path userns-remap
    """
"""The options of dockerd that the file may have, and `graph` of older releases."""
_KNOWN = frozenset(_OPTIONS.split())


def recognise(document: Document) -> Iterator[Subject] | None:
    """The daemon of a `daemon.json`; None for any other document."""
    value = document.root.value
    if not _NAMED.search(document.origin.path) or not isinstance(value, dict) or _KNOWN.isdisjoint(value):
        return None
    return _subjects(document)


def _subjects(document: Document) -> Iterator[Subject]:
    from scanner.subjects.stacks import forms

    whole, misfits = forms.fitting(document.root, forms.DAEMON)
    node = Node({key: value for key, value in whole.value.items() if value is not None}, whole.mark)
    reasons = {misfit.field[0]: misfit.reason(()) for misfit in misfits}
    bindings, marks = {"daemon": node.value}, {"daemon": node.mark or NOWHERE}
    name, unknowns = "the Docker daemon", frozenset(reasons)
    yield Subject(DAEMON, DAEMON, name, document.origin, bindings, marks, "daemon", unknowns, reasons=reasons)


FORMAT = Format(
    "docker-daemon",
    "Configuration of the Docker daemon",
    KnownBy.CONTENT,
    recognise,
    {DAEMON: Kind(("daemon",), ShownBy.MANIFEST)},
    documents=("json",),
)
