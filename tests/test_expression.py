"""What a compiled expression reads, told from its syntax tree."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.policy.cel import compile_expression
from scanner.policy.expression import reads
from tests import shipped

NAMES = ("container", "object")
FILES = shipped.rule_files()
CASES = [
    ("!container.?a.?b.orValue(false)", "container.a.b", ""),
    ("facts.exposed.all(x, x.port in params.known)", "facts.exposed.*.port params.known", "facts.exposed"),
    ("object.data.exists(k, k == 'facts')", "object.data.*", "object.data"),
    ("has(object.a.b)", "", "object.a.b"),
    ("object.labels['a-b'] == 'object.c'", "object.labels.a-b", ""),
    ("object[params.field] == 1", "object.* params.field", ""),
    ("object.list[0].name == 'x'", "object.list.*.name", ""),
    ("object.l.filter(i, i.n > 1).all(j, j.name == 'x')", "object.l.*.n object.l.*.name", "object.l"),
    ("object.l.map(i, i.inner).exists(j, j.z == 1)", "object.l.*.inner.z", "object.l"),
    ("object.m.all(k, object.m[k].v == 1)", "object.m.* object.m.*.v", "object.m"),
    ("cel.bind(s, object.spec, s.a && s.b)", "object.spec.a object.spec.b", ""),
    ("object.?a.?b.optMap(v, v.size()).orValue(0) > 1", "", "object.a.b"),
    ("(has(object.a) ? object.a : object.b).all(q, q.n == 1)", "object.a.*.n object.b.*.n", "object.a object.b"),
    ("(object.a + object.b).all(q, q.n == 1)", "object.a.*.n object.b.*.n", "object.a object.b"),
    ("[container, object.c].exists(c, c.name == 'a')", "container.name object.c.name", ""),
    ("object.a == object.b ? item.x : key == 'k'", "item.x key object.a object.b", ""),
    ("{'a': object.q, object.k: 1}.a == 1", "object.k object.q", ""),
    ("size(object.a) > 0 && 'facts' != ''", "", "object.a"),
    ("object.l.all(object, object.n == 1)", "object.l.*.n", "object.l"),
]


def dotted(text: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(path.split(".")) for path in text.split())


@pytest.mark.parametrize(("source", "values", "shapes"), CASES, ids=[case[0] for case in CASES])
def test_paths_are_told_from_the_syntax_tree(source: str, values: str, shapes: str) -> None:
    found = reads(compile_expression(source, NAMES, "here"))
    assert found.values == dotted(values)
    assert found.shapes == dotted(shapes)


def test_every_name_that_is_read_stands_in_the_text() -> None:
    for file in FILES:
        text = file.data.value["require"]
        words = {*re.findall(r"[\w.@/-]+", text), *re.findall(r"\w+", text)}
        found = reads(file.rule.require)
        assert bool(found.paths) == (text != "false"), file.rule.info.id
        assert found.words <= words, file.rule.info.id


@given(st.binary(max_size=200))
def test_other_bytes_raise_nothing_but_a_value_error(data: bytes) -> None:
    with suppress(ValueError):
        reads(data)


@given(st.integers(min_value=1))
def test_a_form_cut_short_is_refused_or_reads_less(cut: int) -> None:
    whole = compile_expression("object.a.all(i, i.b == facts.c)", NAMES, "here")
    short = whole[: cut % len(whole)]
    try:
        found = reads(short)
    except ValueError:
        return
    assert found.paths <= reads(whole).paths
