"""Scalars, tags, keys and anchors that readers take for something else, or stumble over."""

from __future__ import annotations

from tests.hostile.row import HERE, POD, assessed, pod, unreadable

_KEYS = "text\n    ? {}\n    : a"

ROWS = (
    *(
        assessed(f"the value {shown}", "x.yaml", pod(value), [HERE])
        for shown, value in (
            ("=", "="),
            ("2024-13-45", "2024-13-45"),
            ("2024-01-01T25:61:61Z", "2024-01-01T25:61:61Z"),
            ("2001-01-01 00:00:00 +99:00", "2001-01-01 00:00:00 +99:00"),
            ("12:30:45", "12:30:45"),
            ("1e999", "1e999"),
            ("0x", "0x"),
            ("089", "089"),
            ("1__0", "1__0"),
            ("+.inf", "+.inf"),
            ("-.", "-."),
            (".nan", ".nan"),
            ("~", "~"),
            ("y", "y"),
            ("<<", "<<"),
            ("a number of 100,000 digits", "9" * 100_000),
            ("a fraction of 100,000 digits", "0." + "9" * 100_000),
            ("-9223372036854775809", "-9223372036854775809"),
            ("a binary number of 10,000 digits", "0b" + "1" * 10_000),
        )
    ),
    *(
        assessed(f"the tag {tag.partition(' ')[0]}", "x.yaml", pod(tag), [HERE])
        for tag in (
            "!Sub '${A}'",
            "!Ref A",
            "!reference [.a, script]",
            "!reset null",
            "!!python/object/apply:os.system ['touch canary']",
            "!!binary aGVsbG8=",
            "!!timestamp 2024-13-45",
            "!!set {a, b}",
            "!!omap [a: 1]",
            "!!int '12x'",
            "!!float abc",
            "!!bool maybe",
            "!!null full",
            "!!str 1",
            "!<tag:example.org,2024:x> a",
            "! a",
        )
    ),
    assessed("privilege under a tag of one's own", "x.yaml", POD.replace("true", "!odd true"), errors=True),
    assessed("privilege as a tagged text", "x.yaml", POD.replace("true", "!!bool 'true'"), [HERE]),
    assessed("a key that stands twice", "x.yaml", POD + "        privileged: true\n", [HERE + 1]),
    assessed("a key that is taken back", "x.yaml", POD + "        privileged: false\n"),
    assessed("numbers and words that are one key to Python", "x.yaml", pod("{1: a, true: b, '1': c, 1.0: d}"), [HERE]),
    assessed("a null key", "x.yaml", pod("{~: a, null: b, '': c}"), [HERE]),
    unreadable("an empty key", "x.yaml", pod("text\n    : a"), "not valid YAML", 7),
    assessed("a date as a key", "x.yaml", pod("{2024-13-45: a}"), [HERE]),
    assessed("an equals sign as a key", "x.yaml", pod("{=: a}"), [HERE]),
    unreadable("a list as a key", "x.yaml", pod(_KEYS.format("[a, b]")), "a mapping key must not be", 7),
    unreadable("a mapping as a key", "x.yaml", pod(_KEYS.format("{a: b}")), "a mapping key must not be", 7),
    unreadable("braces in place of a template", "x.yaml", pod("{{a: b}: c}"), "a template", 6),
    assessed("a key of 1,000 characters", "x.yaml", pod(f"text\n    {'k' * 1000}: a"), [HERE + 1]),
    unreadable("a key of 2,000 characters", "x.yaml", pod(f"text\n    {'k' * 2000}: a"), "not valid YAML", 7),
    assessed("an anchor that is set anew", "x.yaml", pod("[&a 1, *a, &a 2, *a]"), [HERE]),
    assessed("privilege by an alias", "x.yaml", pod("&a yes").replace("true", "*a"), [HERE]),
    assessed("an alias as a key", "x.yaml", pod("{&a k: 1, *a : 2}"), [HERE]),
    unreadable("an alias of a list as a key", "x.yaml", pod("[&a [k], {*a : 2}]"), "a mapping key must not be", 6),
    unreadable("an alias of nothing", "x.yaml", pod("*nothing"), "the alias *nothing has no anchor before it", 6),
    unreadable("an alias of another document", "x.yaml", "a: &a 1\n---\n" + pod("*a"), "has no anchor", 8),
    unreadable("a list that holds itself", "x.yaml", pod("&a [*a]"), "the alias *a refers to itself", 6),
    unreadable("a mapping that holds itself", "x.yaml", pod("&a {b: {c: *a}}"), "the alias *a refers to itself", 6),
    unreadable("a mapping merged with itself", "x.yaml", pod("&a {<<: *a, b: c}"), "the alias *a refers to itself", 6),
    assessed(
        "privilege that is merged in",
        "x.yaml",
        "x: &x\n  privileged: true\n" + POD.replace("privileged: true", "<<: *x"),
        [2],
    ),
    unreadable("a merge of a text", "x.yaml", pod("{<<: text, a: b}"), "the merge key << takes a mapping", 6),
    unreadable(
        "a merge of a list of texts", "x.yaml", pod("{<<: [a, b], a: b}"), "the merge key << takes a mapping", 6
    ),
    assessed("a key in quotes that looks like a merge", "x.yaml", pod("{'<<': {a: b}}"), [HERE]),
)
