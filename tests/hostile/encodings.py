"""Bytes that are no text, or text in another encoding."""

from __future__ import annotations

import gzip
import zlib

from tests.hostile.row import HERE, POD, assessed, pod, skipped, unreadable

LATIN = POD.replace("odd: text", "odd: café").encode("latin-1")
BOM = b"\xef\xbb\xbf"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + zlib.compress(b"\0" * 100)
CALL = "mcp__swarm__swarm_init({topology: 'mesh'}) // café\n"


def _padded(odd: bytes) -> bytes:
    """A pod with something odd behind its first 4096 bytes, in line 1002."""
    return b"# 2\n" * 990 + b"# 2345678901234567890\n" * 11 + b"# " + odd + b"\n" + POD.encode()


ROWS = (
    unreadable("latin-1 in a value", "x.yaml", LATIN, "not UTF-8 text", 6),
    unreadable("latin-1 in a comment", "x.yaml", b"# caf\xe9\n" + POD.encode(), "not UTF-8 text", 1),
    unreadable("a byte that no UTF-8 has", "x.yaml", POD.encode() + b"# \xff\n", "not UTF-8 text", 13),
    unreadable("an overlong NUL", "x.yaml", POD.encode() + b"# \xc0\x80\n", "not UTF-8 text", 13),
    unreadable("half a surrogate pair", "x.yaml", POD.encode() + b"# \xed\xa0\x80\n", "not UTF-8 text", 13),
    unreadable("a character cut off at the end", "x.yaml", POD.encode() + b"# \xf0\x9f\x98", "not UTF-8 text", 13),
    unreadable("latin-1 JSON", "x.json", b'{"a":\n"caf\xe9"}', "not UTF-8 text", 2),
    unreadable("latin-1 in a script with a tool call", "x.js", CALL.encode("latin-1"), "not UTF-8 text", 1),
    unreadable("latin-1 in prose with a tool call", "x.md", CALL.encode("latin-1"), "not UTF-8 text", 1),
    skipped("latin-1 in prose about other things", "x.md", b"# Caf\xe9\n", "not UTF-8 text"),
    assessed("a byte-order mark", "x.yaml", BOM + POD.encode(), [HERE]),
    skipped("nothing but a byte-order mark", "x.yaml", BOM, "empty"),
    assessed("UTF-16, little end first, marked", "x.yaml", b"\xff\xfe" + POD.encode("utf-16-le"), [HERE]),
    assessed("UTF-16, big end first, marked", "x.yaml", b"\xfe\xff" + POD.encode("utf-16-be"), [HERE]),
    unreadable("UTF-16, little end first, not marked", "x.yaml", POD.encode("utf-16-le"), "not text", 1),
    unreadable("UTF-16, big end first, not marked", "x.yaml", POD.encode("utf-16-be"), "not text", 1),
    unreadable("UTF-16 cut off in the middle", "x.yaml", POD.encode("utf-16")[:-1], "not UTF-16 text", 12),
    unreadable("UTF-32, little end first, marked", "x.yaml", POD.encode("utf-32"), "U+0000", 1),
    unreadable("UTF-32, big end first, marked", "x.yaml", b"\0\0\xfe\xff" + POD.encode("utf-32-be"), "not text", 1),
    unreadable("UTF-32, not marked", "x.yaml", POD.encode("utf-32-le"), "not text", 1),
    assessed("lines that end in CR LF", "x.yaml", POD.replace("\n", "\r\n"), [HERE]),
    assessed("lines that end in CR", "x.yaml", POD.replace("\n", "\r"), [HERE]),
    assessed("lines that end in each way", "x.yaml", POD.replace("\n", "\r\n", 3).replace("\nspec", "\rspec"), [HERE]),
    unreadable("a NUL at the start", "x.yaml", "\0" + POD, "not text", 1),
    unreadable("a NUL in the middle", "x.yaml", pod('"\0"'), "not text", 6),
    unreadable("a NUL at the end", "x.yaml", POD + "\0", "not text", 13),
    unreadable("a NUL behind the first pages", "x.yaml", _padded(b"\0"), "U+0000", 1002),
    unreadable("a control character in a text", "x.yaml", pod('"\x1b[31m"'), "U+001B", 6),
    unreadable("a control character in a comment", "x.yaml", "# \x07\n" + POD, "U+0007", 1),
    unreadable("a vertical tab between two keys", "x.yaml", POD.replace("\nspec", "\n\x0b\nspec"), "U+000B", 7),
    unreadable("a delete character", "x.yaml", pod('"\x7f"'), "U+007F", 6),
    unreadable("a C1 control character", "x.yaml", pod('"\x9b31m"'), "U+009B", 6),
    unreadable("a character that is none", "x.yaml", pod('"\ufffe"'), "U+FFFE", 6),
    assessed("a next-line character in a text", "x.yaml", pod('"a\x85b"'), [HERE]),
    assessed("a line separator in a text", "x.yaml", pod('"a\u2028b"'), [HERE]),
    assessed("a paragraph separator in a comment", "x.yaml", "# a\u2029# b\n" + POD, [HERE + 1]),
    assessed("marks that turn the direction of text", "x.yaml", pod('"\u202egnp.exe\u202c"'), [HERE]),
    assessed("characters beyond the first plane", "x.yaml", pod('"😀\U0001d4b3"'), [HERE]),
    unreadable("a program", "x.yaml", b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0>\0", "not text", 1),
    unreadable("a compressed manifest", "x.yaml", lambda: gzip.compress(POD.encode(), mtime=0), "not text", 1),
    unreadable("an image", "x.json", PNG, "not text", 3),
    skipped("an image that says so", "x.png", PNG, "not text"),
)
