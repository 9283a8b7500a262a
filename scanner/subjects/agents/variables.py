"""Environment variables that a setup sets: those that change whom an agent talks to, and how it checks them."""

from __future__ import annotations

from typing import Any

from scanner.documents.positions import MISSING, Node
from scanner.late import regex
from scanner.subjects.agents.building import entries, has_computed, is_plain, text_of
from scanner.subjects.agents.local_network import is_local_address
from scanner.subjects.agents.placeholders import has_placeholder
from scanner.subjects.agents.secret_values import secret_kind
from scanner.subjects.subject_builder import SubjectBuilder

_ENDPOINT = regex(
    r"(?i)(?:ANTHROPIC|OPENAI|CLAUDE|GEMINI|GOOGLE_GEMINI|AZURE_OPENAI|BEDROCK|VERTEX|MISTRAL|OLLAMA|LITELLM|OPENROUTER|DEEPSEEK"
    r"|COHERE|GROQ|XAI)\w*_(?:BASE_URL|API_BASE|ENDPOINT|API_URL|API_HOST)|ANTHROPIC_(?:UNIX_SOCKET)"
)
_PROXY = regex(r"(?i)(?:HTTPS?|ALL|FTP)_PROXY")
_ROOTS = regex(
    r"NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|CLAUDE_CODE_CERT_STORE"
)
_UNVERIFIED = {
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0", "false"),
    "PYTHONHTTPSVERIFY": ("0", "false"),
    "GIT_SSL_NO_VERIFY": ("1", "true"),
    "NPM_CONFIG_STRICT_SSL": ("false", "0"),
    "npm_config_strict_ssl": ("false", "0"),
    "CURL_INSECURE": ("1", "true"),
    "OPENAI_VERIFY_SSL": ("0", "false"),
}
_TELEMETRY = regex(r"OTEL_EXPORTER_OTLP(?:_\w+)?_ENDPOINT")
_CONTENT = regex(r"OTEL_LOG_(?:USER_PROMPTS|TOOL_DETAILS|TOOL_CONTENT|RAW_API_BODIES)")
_PRELOADED = regex(
    r"LD_PRELOAD|LD_LIBRARY_PATH|DYLD_INSERT_LIBRARIES|NODE_OPTIONS|BASH_ENV|PYTHONSTARTUP|GIT_SSH_COMMAND|PROMPT_COMMAND"
)

_DEEPEST = 4
_ADDRESSES = ("endpoint", "proxy", "telemetry")


def role(name: str, value: str) -> str:
    """What a variable changes: endpoint, proxy, roots, unverified, telemetry, content, preload; else empty."""
    if value.strip().lower() in _UNVERIFIED.get(name, ()):
        return "unverified"
    for word, pattern in (
        ("endpoint", _ENDPOINT),
        ("proxy", _PROXY),
        ("roots", _ROOTS),
        ("telemetry", _TELEMETRY),
        ("content", _CONTENT),
        ("preload", _PRELOADED),
    ):
        if pattern.fullmatch(name):
            return word
    return ""


def variables(shape: SubjectBuilder, node: Node, settings: Node = MISSING) -> None:
    """Environment variables as `env`, each with what it changes (`role`), and the settings of what runs."""
    entries(shape, "env", [*rows(node), *settings_rows(settings)], node or settings)
    if has_computed(node):
        shape.unknowns.add("env")


def rows(node: Node, before: str = "") -> list[tuple[dict[str, Any], Node]]:
    """`{name, value, role, credential}` of each variable of a mapping; the names begin with `before`."""
    return [(_row(name, text_of(value), before), value) for name, value in node.items() if is_plain(value.value)]


def _row(name: str, text: str, before: str) -> dict[str, Any]:
    """A variable; without its value where that is an address whose host the reader has to write."""
    its_role = role(name, text)
    found = _entry(before + name, text, its_role, secret_kind(name, text))
    if its_role in _ADDRESSES and not text.startswith("$") and has_placeholder(text):
        del found["value"]
    return found


def settings_rows(node: Node, before: str = "settings.", depth: int = 0) -> list[tuple[dict[str, Any], Node]]:
    """The plain values of settings and of mappings in them, each by its path."""
    found = rows(node, before)
    for name, inner in node.items() if depth < _DEEPEST else ():
        found += settings_rows(inner, f"{before}{name}.", depth + 1)
    return found


def row(name: str, node: Node, its_role: str = "") -> list[tuple[dict[str, Any], Node]]:
    """One value of another place as a variable, with the role that it has there; nothing where it is not stated."""
    if not is_plain(node.value):
        return []
    text = text_of(node)
    credential = secret_kind(name.rpartition(".")[2], text)
    return [(_entry(name, text, its_role, credential), node)]


def _entry(name: str, text: str, its_role: str, credential: str) -> dict[str, Any]:
    """A variable as rules see it; of an address with the host's network."""
    told: dict[str, Any] = {"name": name, "value": text, "role": its_role, "credential": credential}
    return {**told, "localNetwork": is_local_address(text)} if its_role in _ADDRESSES else told
