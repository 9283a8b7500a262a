"""Each row of the table of credentials finds its example, and not the text beside it that only resembles it."""

from __future__ import annotations

import base64
import re
import string
from collections import Counter
from random import Random

import pytest

from scanner.credentials import forms, hits, kind_of
from scanner.credentials.form import Form
from scanner.credentials.table import FORMS
from scanner.masking import mask, sealed
from tests import ordinary_strings
from tests.examples import drawn, secrets_of

AROUND = (
    *(
        "HERE",
        "see HERE, then go on",
        'x: "HERE"',
        "a=HERE;b",
        "<HERE>",
        "(HERE)",
        "[HERE]",
        "'HERE'",
        "`HERE`",
        "\u00e9HERE",
    ),
    *("web-HERE", "_HERE", "HERE-x", "HERE_x", "HERE.x", "HERE/x", "core/Pod/shop/HERE", "metadata.labels.HERE"),
    *("first\\nHERE\\nlast", "x%3DHERE", "\\u0026HERE", "${HERE}", "$HERE", "http://shop.test/HERE?a=b", "  - HERE\n"),
)
EACH = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)


@EACH
def test_a_form_has_its_example_and_not_what_is_beside_it(form: Form) -> None:
    example = drawn(form.example)
    assert form.kind in {hit.kind for hit in hits(example)}
    assert kind_of("VALUE", example) == form.kind
    assert form.kind not in {hit.kind for hit in hits(drawn(form.unlike))}


@EACH
def test_an_example_is_masked_among_other_words(form: Form) -> None:
    for around in AROUND:
        text = around.replace("HERE", drawn(form.example))
        for shown in (mask(text), sealed(text)):
            assert [secret for secret in secrets_of(form) if secret in shown] == [], around
        assert mask(text).count("\n") == text.count("\n")
        assert len(mask(text)) == len(text)


@EACH
def test_an_example_is_masked_in_base64(form: Form) -> None:
    text = base64.b64encode(drawn(form.example).encode()).decode()
    for around in ("HERE", "  token: HERE", '{"a":"HERE","b":"c"}', "core/Secret/shop-HERE x"):
        assert text not in mask(around.replace("HERE", text)), around


@EACH
def test_what_was_searched_before_does_not_matter(form: Form) -> None:
    example = drawn(form.example)
    encoded = base64.b64encode(example.encode()).decode()
    texts = (f"- {drawn(form.unlike)}\n- {example}", f"name: web\n{example}", f"data: {encoded}\nimage: {encoded[:30]}")
    first = [mask(text) for text in texts]
    assert [mask(text) for text in reversed(texts)] == first[::-1]
    assert all(secret not in shown for secret in secrets_of(form) for shown in first)


@pytest.mark.parametrize(
    "cut",
    [
        *("ghp_" + "aB3" * 6, "github_pat_" + "aB3" * 7, "glpat-" + "aB3" * 6, "xoxb-1" + "aB3" * 4),
        *("sk-" + "aB3" * 6, "AKIA" + "XB34" * 4, "AIza" + "aB3" * 11, "npm_" + "aB3" * 7),
    ],
)
def test_a_token_of_another_length_is_masked_each_time(cut: str) -> None:
    hidden = "\u2022" * len(cut)
    assert [mask(f"see {cut} {number}") for number in (1, 2)] == [f"see {hidden} {number}" for number in (1, 2)]


def test_rows_are_told_apart_and_say_where_they_come_from() -> None:
    assert [name for name, times in Counter(form.id for form in FORMS).items() if times > 1] == []
    assert [form.id for form in FORMS if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", form.id)] == []
    assert [form.id for form in FORMS if not form.source.startswith("https://")] == []
    assert [form.id for form in FORMS if not re.match(r"an? |HTTP |registry ", form.kind)] == []
    assert [form.id for form in FORMS if not any(word in drawn(form.example) for word in form.words)] == []
    assert [form.id for form in FORMS if not secrets_of(form)] == []


@pytest.mark.parametrize(
    "text",
    [
        "sk-learn-feature-store-service",
        "sk-production-cluster-01",
        "xoxb-service-account-name",
        "bearer authentication",
        "basic authentication",
        "glpat-rotator-5d8f7b9c4d-x2x9z",
        "sk-admin-console-5d8f7b9c4d-x2x9z",
        "secret-test-environment-of-the-whole-company-01",
        "secret_of_the_database_of_the_shop_in_the_cluster",
        "npm_config_registry_of_the_company_mirror",
        "https://shop.test/list?key=name-of-the-customer&token=none",
        "key-value-store-0f3a9c",
        "pat.example.test",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI",
        "PWD=/app",
        "127.0.0.1:5432:5432/tcp",
        "registry.test/web@sha256:" + "0f3a9c51" * 8,
        "AKIA-like-name",
        "the default login password of the machine is set on the first start",
    ],
)
def test_names_and_prose_that_begin_like_a_credential_are_shown(text: str) -> None:
    assert mask(text) == text
    assert sealed(text) == text


def test_ordinary_strings_of_manifests_are_shown() -> None:
    texts = ordinary_strings.drawn(2000, seed=1)
    assert len(set(texts)) == 2000
    assert [text for text in texts if mask(text) != text or sealed(text) != text] == []
    assert [text for text in texts if kind_of("VALUE", text)] == []
    whole = "\n".join(f"- {text}" for text in texts)
    assert mask(whole) == whole


@pytest.mark.parametrize("width", [64, 76])
def test_a_private_key_in_base64_is_found_over_many_lines(width: int) -> None:
    chance = Random(1)
    body = "\n".join("".join(chance.choices(string.ascii_letters + string.digits, k=64)) for _ in range(40))
    key = "-----BEGIN " + f"PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    encoded = base64.b64encode(key.encode()).decode()
    lines = [encoded[at : at + width] for at in range(0, len(encoded), width)]
    masked = mask("data:\n  tls: |\n" + "".join(f"    {line}\n" for line in lines))
    assert [line for line in lines[:-1] if line in masked] == []


def test_every_form_that_reaches_over_lines_is_a_form() -> None:
    assert set(forms._FURTHER) <= {form.id for form in FORMS}


@pytest.mark.parametrize("gap", range(24_900, 25_001, 10))
def test_a_credential_at_the_end_of_what_another_may_extend_to_is_found(gap: int) -> None:
    form = next(each for each in FORMS if each.id == "private-key-in-base64")
    key = drawn(form.example)
    text = f"{key}\n" + "x\n" * (gap // 2) + f"datastore {key}: not stated\n"
    assert [hit.start for hit in forms.matches(form, text)] == [0, text.rindex(key)]
