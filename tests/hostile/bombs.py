"""Small texts that stand for large ones, and large ones."""

from __future__ import annotations

from tests.hostile.row import HERE, POD, assessed, pod, skipped, unreadable

_DEEP = "nested deeper than 200 levels"
_BORROWED = "its YAML aliases expand to more than 400,000 values"


def _list_bomb(levels: int) -> str:
    """Each list holds the one before ten times."""
    lists = ["&a0 [" + ", ".join("x" * 10) + "]"]
    lists += [f"&a{level} [" + ", ".join([f"*a{level - 1}"] * 10) + "]" for level in range(1, levels)]
    return "- " + "\n- ".join(lists) + "\n"


def _merge_bomb(levels: int, width: int) -> str:
    """Each mapping merges the one before several times."""
    maps = ["&a0 {k: v}"]
    maps += [f"&a{level} {{<<: [" + ", ".join([f"*a{level - 1}"] * width) + "]}" for level in range(1, levels)]
    return "- " + "\n- ".join(maps) + "\n"


def _wide_merge_bomb() -> str:
    """A mapping of 400 keys, merged into each of 2,000 others."""
    keys = ", ".join(f"k{number}: v" for number in range(400))
    return f"- &a {{{keys}}}\n" + "- {<<: *a}\n" * 2000


ROWS = (
    unreadable("a list that stands for 10,000,000,000 others", "x.yaml", _list_bomb(10), _BORROWED, 6),
    unreadable("a list bomb before a good document", "x.yaml", _list_bomb(10) + "---\n" + POD, _BORROWED, 6, [23]),
    unreadable("a mapping that merges 9 ** 20 others", "x.yaml", _merge_bomb(20, 9), _BORROWED, 7),
    unreadable("a thousand merges of themselves, twice each", "x.yaml", _merge_bomb(1000, 2), _BORROWED, 16),
    unreadable("a large mapping merged often", "x.yaml", _wide_merge_bomb(), _BORROWED, 501),
    unreadable("[ 100,000 times", "x.yaml", "[" * 100_000, _DEEP, 1),
    unreadable("[ 100,000 times, beside a good document", "x.yaml", POD + "---\n" + "[" * 100_000, _DEEP, 14, [HERE]),
    unreadable("{a: 50,000 times", "x.yaml", "{a: " * 50_000, _DEEP, 1),
    unreadable("- 50,000 times", "x.yaml", "- " * 50_000 + "a", _DEEP, 1),
    unreadable("? 50,000 times", "x.yaml", "? " * 50_000 + "a", "a mapping key must not be", 1),
    unreadable("2,000 levels of indentation", "x.yaml", lambda: _stairs(2000), _DEEP, 201),
    assessed("190 levels of brackets", "x.yaml", pod("[" * 190 + "]" * 190), [HERE]),
    assessed("a text of 9 MB on one line", "x.yaml", lambda: pod("x" * 9_000_000).encode(), [HERE]),
    unreadable("a text of 20 MB on one line", "x.yaml", lambda: pod("x" * 20_000_000).encode(), "--limit scalar=N", 6),
    assessed("a quoted text of 2 MB on one line", "x.yaml", lambda: pod('"' + "é " * 700_000 + '"').encode(), [HERE]),
    assessed("a comment of 20 MB", "x.yaml", lambda: POD.encode() + b"# " + b"x" * 20_000_000, [HERE]),
    assessed("200,000 empty lines", "x.yaml", lambda: b"\n" * 200_000 + POD.encode(), [HERE + 200_000]),
    assessed("100,000 blanks behind a value", "x.yaml", pod("text" + " " * 100_000), [HERE]),
    assessed("20,000 anchors", "x.yaml", lambda: _anchors(20_000), [HERE]),
    assessed("20,000 aliases", "x.yaml", lambda: pod("[&a x" + ", *a" * 20_000 + "]").encode(), [HERE]),
    assessed("20,000 keys", "x.yaml", lambda: _keys(20_000), [HERE]),
    assessed("2,000 times one key", "x.yaml", lambda: pod("{" + "k: v, " * 2_000 + "}").encode(), [HERE]),
    skipped("100,000 empty documents", "x.yaml", b"---\n" * 100_000, "only comments"),
    assessed("20,000 empty documents before a pod", "x.yaml", b"---\n" * 20_000 + POD.encode(), [HERE + 20_000]),
    unreadable("100,000 broken documents", "x.yaml", b"--- ]\n" * 100_000, "not valid YAML", 1),
    unreadable("100,000 closing brackets", "x.yaml", b"]" * 100_000, "not valid YAML", 1),
    unreadable("100,000 quotes", "x.yaml", b'"' * 100_001, "not valid YAML", 1),
    unreadable("100,000 question marks in brackets", "x.yaml", b"[" + b"? " * 100_000, "not valid YAML", 1),
    unreadable(
        "100,000 control characters",
        "x.yaml",
        b"a: \x01\n---\n" * 50_000,
        "U+0001 is not allowed at line 1 (and 100 more)",
        1,
    ),
    unreadable("a tag of 100,000 characters", "x.yaml", pod("!" + "a" * 100_000 + "{ x"), "not valid YAML", 6),
)


def _stairs(levels: int) -> bytes:
    return "".join(" " * level + "a:\n" for level in range(levels)).encode()


def _anchors(number: int) -> bytes:
    return pod("[" + ", ".join(f"&a{each} x" for each in range(number)) + "]").encode()


def _keys(number: int) -> bytes:
    return pod("{" + ", ".join(f"k{each}: v" for each in range(number)) + "}").encode()
