"""Text that is no JSON, or JSON that few programs write."""

from __future__ import annotations

import json

from tests.hostile.row import assessed, skipped, unreadable


def _pod(odd: str = '"text"', *, before: str = "", after: str = "") -> str:
    """A privileged pod with something odd in line 5; what makes it privileged is in line 8."""
    return f"""\
{before}{{
 "apiVersion": "v1",
 "kind": "Pod",
 "metadata": {{"name": "odd", "annotations": {{
  "odd": {odd}
 }}}},
 "spec": {{"containers": [{{"name": "odd",
  "securityContext": {{"privileged": true}}}}]}}
{after}}}
"""


_POD = _pod()
_LINE = json.dumps(json.loads(_POD), separators=(",", ":"))

ROWS = (
    unreadable("a comma too many", "x.json", _pod(after=" ,\n"), "not valid JSON: found '}'", 10),
    unreadable("a comma too many, on one line", "x.json", _LINE[:-1] + ",}", "not valid JSON: found '}'", 1),
    unreadable("a comma too few", "x.json", _POD.replace('"v1",', '"v1"'), "not valid JSON: found", 3),
    unreadable("a comment", "x.json", _pod('"text" // why'), "not valid JSON: found '// why", 5),
    unreadable("a comment in front", "x.json", "/* why */\n" + _POD, "not valid JSON: found '/* why", 1),
    unreadable("not a number", "x.json", _pod("NaN"), "not valid JSON: found 'NaN", 5),
    unreadable("infinity", "x.json", _pod("-Infinity"), "not valid JSON: found '-Infinity", 5),
    unreadable("a number that starts with nought", "x.json", _pod("012"), "not valid JSON: found '12'", 5),
    unreadable("a number in hexadecimal", "x.json", _pod("0x1F"), "not valid JSON: found 'x1F", 5),
    unreadable("single quotes", "x.json", _pod("'text'"), "not valid JSON: found", 5),
    unreadable("a key without quotes", "x.json", _pod("{odd: 1}"), "not valid JSON: found 'odd", 5),
    unreadable("a text over two lines", "x.json", _pod('"a\nb"'), "not valid JSON: found", 5),
    unreadable("an escape that is none", "x.json", _pod(r'"\x41"'), "an escape sequence that is not valid JSON", 5),
    unreadable("a tab in a text", "x.json", _pod('"a\tb"'), "not valid JSON: found", 5),
    unreadable("the end too early", "x.json", _POD[:-3], "unexpected end of file", 8),
    unreadable("the end within a text", "x.json", _POD[: _POD.index("odd") + 2], "not valid JSON: found '\"od'", 4),
    unreadable("two documents", "x.json", _POD + _POD, "found '{' after the end", 10),
    unreadable("a document in each line", "x.json", f"{_LINE}\n{_LINE}\n", "found '{' after the end", 2),
    unreadable("a document in each line, by no name", "x", f"{_LINE}\n{_LINE}\n", "found '{' after the end", 2),
    unreadable("a document in each line of a log", "x.jsonl", f'{{"a": 1}}\n{_LINE}\n', "found '{' after the end", 2),
    unreadable("two documents without a line between", "x.txt", _LINE + _LINE, "found '{' after the end", 1),
    unreadable("a bracket too many", "x.json", _POD + "}", "found '}' after the end", 10),
    unreadable("[ 100,000 times", "x.json", _pod("[" * 100_000), "nested deeper than 200 levels", 5),
    unreadable('{"a": 50,000 times', "x.json", _pod('{"a":' * 50_000), "nested deeper than 200 levels", 5),
    unreadable("YAML under the name of JSON", "x.json", "apiVersion: v1\nkind: Pod\n", "not valid JSON", 1),
    unreadable("a template", "x.json", _pod("{{ .Values.a | toJson }}"), "a template", 5),
    unreadable(
        "a merge conflict", "x.json", _pod('"a"\n<<<<<<< HEAD\n'), "not valid JSON: resolve the conflict of two", 6
    ),
    assessed("190 levels of brackets", "x.json", _pod("[" * 190 + "]" * 190), [8]),
    assessed("a byte-order mark", "x.json", b"\xef\xbb\xbf" + _POD.encode(), [8]),
    assessed("UTF-16", "x.json", _POD.encode("utf-16"), [8]),
    assessed("lines that end in CR LF", "x.json", _POD.replace("\n", "\r\n"), [8]),
    assessed("everything on one line", "x.json", _LINE, [1]),
    assessed("half a surrogate pair", "x.json", _pod(r'"\ud800"'), [8]),
    assessed("halves of surrogate pairs the wrong way round", "x.json", _pod(r'"\udc00\ud800"'), [8]),
    assessed("an escaped NUL", "x.json", _pod(r'"\u0000"'), [8]),
    assessed("a number of 100,000 digits", "x.json", _pod("9" * 100_000), [8]),
    assessed("a number of 100,000 places", "x.json", _pod("0." + "9" * 100_000), [8]),
    assessed("a number beyond all numbers", "x.json", _pod("1e999999999"), [8]),
    assessed("a whole number of 64 bits and one", "x.json", _pod(str(2**63)), [8]),
    assessed("a key that stands twice", "x.json", _POD.replace("true}", 'true,\n "privileged": true}'), [9]),
    assessed("an empty key", "x.json", _pod('{"": 1}'), [8]),
    assessed("a line separator in a text", "x.json", _pod('"a\u2028b"'), [8]),
    assessed("1,000,000 blanks", "x.json", _POD.replace("\n", "\n" + " " * 100_000), [8]),
    assessed("200,000 empty lines", "x.json", _POD + "\n" * 200_000, [8]),
    assessed("5 MB of text on one line", "x.json", lambda: _pod('"' + "x" * 5_000_000 + '"').encode(), [8]),
    assessed("200,000 escapes", "x.json", lambda: _pod('"' + r"\n" * 200_000 + '"').encode(), [8]),
    assessed("20,000 items", "x.json", lambda: _pod("[" + "1," * 20_000 + "1]").encode(), [8]),
    skipped("nothing", "x.json", "", "empty"),
    skipped("a word", "x.json", "null", "empty"),
    skipped("settings with comments", "x.json", '{\n// a comment\n"strict": true, /* b\n */\n}\n', "not strict JSON"),
    skipped("20,000 comments", "x.json", "{" + "/* a\n */ // b\n" * 20_000 + '"a": 1}', "not strict JSON"),
    unreadable("a comment that is not closed", "x.json", '{"a": 1 /* b\n}', "not valid JSON", 1),
    unreadable("a comma and nothing else", "x.json", "{,}", "not valid JSON", 1),
    unreadable("two commas too many", "x.json", '{"a": [1,,]}', "not valid JSON", 1),
    unreadable("empty lines without end", "x.json", b"{" + b"\n" * 500_000 + b",}", "at line 500001", 500_001),
    skipped("records, one in a line", "x.jsonl", '{"a": 1}\n{"a": 2}\n', "contains no YAML"),
)
