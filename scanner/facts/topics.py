"""What an escalation, an alert or a decision is about, by its name."""

from __future__ import annotations

from scanner.late import regex

_TOPICS = {
    "security": regex(r"secur|breach|intrus|threat|attack|malware|ransom|exfiltrat|vulnerab"),
    "privacy": regex(r"privacy|personal|data-?protect|gdpr|dsgvo"),
    "compliance": regex(r"complian|regulat|legal|audit"),
    "technical": regex(r"technic|technolog|engineer|infrastruct"),
    "finance": regex(r"financ|budget|cost|payment|fraud"),
}
_LONGEST = 200
"""Characters of a name that are read."""
_WORD = regex(r"[a-z]{4,}")
_GENERAL = frozenset(
    [
        "alert",
        "alerts",
        "critical",
        "decision",
        "decisions",
        "default",
        "detected",
        "emergency",
        "error",
        "errors",
        "event",
        "events",
        "failure",
        "failures",
        "general",
        "high",
        "incident",
        "incidents",
        "issue",
        "issues",
        "level",
        "major",
        "medium",
        "minor",
        "none",
        "other",
        "path",
        "priority",
        "problem",
        "problems",
        "risk",
        "severe",
        "system",
        "urgent",
        "violation",
        "violations",
    ]
)


def known_topics(name: str) -> frozenset[str]:
    """The topics of a fixed list that a name mentions."""
    text = name[:_LONGEST].lower().replace("_", "-").replace(" ", "-")
    return frozenset(topic for topic, pattern in _TOPICS.items() if pattern.search(text))


def topics(name: str) -> frozenset[str]:
    """The topics that a name mentions; for a name without a known topic, its words without general ones."""
    return known_topics(name) or frozenset(_WORD.findall(name[:_LONGEST].lower())) - _GENERAL
