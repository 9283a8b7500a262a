"""The terms of Threagile as those of a spec: technologies, protocols, confidentiality, tags of data."""

from __future__ import annotations

from scanner.subjects.data_predicates import words

_OF = {
    "gateway": "gateway",
    "load-balancer": "load-balancer",
    "reverse-proxy": "reverse-proxy",
    "waf": "waf",
    "message-queue": "queue",
    "identity-provider": "identity-provider",
    "vault": "vault",
}
CLIENTS = frozenset(("browser", "cli", "client-system", "desktop", "devops-client", "mobile-app"))
"""Technologies that a person holds in the hand."""
ENCRYPTED = words(
    "https wss reverse-proxy-web-protocol-encrypted ssh ssh-tunnel ftps sftp scp ldaps jdbc-encrypted odbc-encrypted"
    " sql-access-protocol-encrypted nosql-access-protocol-encrypted binary-encrypted text-encrypted smtp-encrypted"
    " pop3-encrypted imap-encrypted smb-encrypted iiop-encrypted jrmp-encrypted"
)
PLAIN = words(
    "http ws reverse-proxy-web-protocol ftp ldap jdbc odbc sql-access-protocol nosql-access-protocol binary text smtp"
    " pop3 imap smb iiop jrmp nfs"
)
"""Protocols for which Threagile has an encrypted variant, and NFS. Its other protocols run with and without TLS."""
LOCAL = frozenset(("in-process-library-call", "inter-process-communication", "local-file-access", "container-spawning"))
"""Protocols that do not leave the machine."""
CLASSES = {
    "public": "public",
    "internal": "internal",
    "restricted": "internal",
    "confidential": "confidential",
    "strictly-confidential": "restricted",
}
"""In Threagile, `restricted` is less than `confidential`."""
_TAGS = {"pii": ["personal"], "phi": ["personal", "health"], "pci": ["pan"], "pan": ["pan"]}
NETWORKS = "network-"
"""What the types of boundaries begin with that are networks; `execution-environment` is none."""


def service_type(technologies: list[str]) -> str:
    """The type of a service by its technologies; empty for one that a spec has no type for."""
    return next((_OF[name] for name in technologies if name in _OF), "")


def categories(tags: list[str]) -> list[str]:
    """The categories of data that tags name."""
    return list(dict.fromkeys(category for tag in tags for category in _TAGS.get(tag.strip().lower(), ())))
