"""Rule files -> compiled rules; (rule, subject) -> outcome. Knows nothing of formats, frameworks and reports."""
