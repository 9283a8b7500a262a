r"""Credentials that tell themselves by their form, whatever they are called: the one table of them.

A form has a word that every text of it holds. Looking for words takes a hundredth of the time that patterns take, and
a pattern is compiled when its word is met first, so that a scan without credentials pays for neither.

Patterns begin behind what their middle consists of (`(?<![\w-])`), so that a long hostile run is tried once and not
from each of its characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple


class Form(NamedTuple):
    """What a credential of a form is called in a sentence, the word that betrays it, and its pattern."""

    kind: str
    word: str
    pattern: str


_ALONE = r"(?<![A-Za-z0-9_-])"
_USER_AND_WORD = r"(?<=://)[^/\s:@\"'<>]{0,100}:(?P<secret>[^/\s@\"'<>]{1,300})@(?=[\w\[$({%.-])"
_TOKENS = (
    ("an AWS access key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"[A-Z2-7]{16}(?![A-Za-z0-9])"),
    ("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"[A-Za-z0-9]{36,251}"),
    ("a GitHub token", ("github_pat_",), r"\w{60,244}"),
    (
        "a GitLab token",
        ("glpat-", "gldt-", "glrt-", "glft-", "glsoat-", "glcbt-", "glptt-", "glimt-", "glagent-", "gloas-"),
        r"[\w.-]{20,300}",
    ),
    ("a Slack token", ("xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxe-"), r"[A-Za-z0-9-]{20,250}"),
    ("a Slack token", ("xapp-",), r"\d-[A-Za-z0-9-]{20,250}"),
    ("a Google API key", ("AIza",), r"[\w-]{35}(?![\w-])"),
    ("a Google client secret", ("GOCSPX-",), r"[\w-]{28}(?![\w-])"),
    ("a Stripe key", ("sk_live_", "rk_live_", "sk_test_", "rk_test_"), r"[A-Za-z0-9]{16,250}"),
    ("an npm token", ("npm_",), r"[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    ("a PyPI token", ("pypi-AgE",), r"[\w-]{50,400}"),
    ("a Docker Hub token", ("dckr_pat_", "dckr_oat_"), r"[\w-]{20,60}"),
    ("a Hugging Face token", ("hf_",), r"[A-Za-z]{34}(?![A-Za-z0-9])"),
    ("an Anthropic key", ("sk-ant-",), r"[\w-]{24,250}"),
    ("an OpenAI key", ("sk-proj-", "sk-svcacct-", "sk-admin-"), r"[\w-]{24,250}"),
    ("an OpenAI key", ("sk-",), r"(?=[a-zA-Z]*\d)[A-Za-z0-9]{32,64}(?![\w-])"),
    ("a SendGrid key", ("SG.",), r"[\w-]{22}\.[\w-]{43}(?![\w-])"),
    ("a Shopify token", ("shpat_", "shpca_", "shppa_", "shpss_"), r"[A-Fa-f0-9]{32}(?![A-Za-z0-9])"),
    ("a DigitalOcean token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"[a-f0-9]{64}(?![A-Za-z0-9])"),
    ("a Vault token", ("hvs.", "hvb.", "hvr."), r"[\w-]{24,300}"),
    ("a Grafana token", ("glsa_",), r"[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"),
    ("a Grafana token", ("glc_eyJ",), r"[A-Za-z0-9+/=]{30,400}"),
    ("a Databricks token", ("dapi",), r"[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])"),
    ("a New Relic key", ("NRAK-",), r"[A-Z0-9]{27}(?![A-Za-z0-9])"),
    ("a Sentry token", ("sntrys_", "sntryu_"), r"[\w+/=-]{40,400}"),
    ("an Atlassian token", ("ATATT3x", "ATCTT3x"), r"[\w=-]{100,300}"),
    ("a Linear key", ("lin_api_",), r"[A-Za-z0-9]{40}(?![A-Za-z0-9])"),
    ("a Doppler token", ("dp.pt.", "dp.st.", "dp.sa."), r"[\w.-]{40,80}"),
    ("a Postman key", ("PMAK-",), r"[a-f0-9]{24}-[a-f0-9]{34}"),
    ("a Square secret", ("sq0csp-",), r"[\w-]{43}(?![\w-])"),
    ("an age secret key", ("AGE-SECRET-KEY-1",), r"[0-9A-Z]{58}(?![A-Za-z0-9])"),
    ("a Groq key", ("gsk_",), r"[A-Za-z0-9]{52}(?![A-Za-z0-9])"),
    ("an Artifactory key", ("AKCp",), r"[A-Za-z0-9]{69}(?![A-Za-z0-9])"),
    ("a Tailscale key", ("tskey-",), r"[a-z]{2,8}-[A-Za-z0-9-]{20,80}"),
)
"""Kind, beginnings, and what follows a beginning: 20 characters or more in all, without a blank."""
_TELLING = (
    Form(
        "a private key",
        "PRIVATE KEY",
        r"-----BEGIN (?:[A-Z0-9]{1,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?P<secret>(?:\s|\\[nr]|[ >|]){0,40}"
        r"(?:(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\]{0,80}(?:\s|\\[nr]){1,40}){0,4}[A-Za-z0-9+/]{16}"
        r"(?:[A-Za-z0-9+/=]|\s|\\[nr]){8,20000})",
    ),
    Form("a URL with a password", "://", _USER_AND_WORD),
    Form(
        "a JSON web token",
        "eyJ",
        r"(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,8000}\.[\w-]{16,1500}",
    ),
    Form("a Slack webhook", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows)/(?P<secret>[\w/]{40,80})"),
    Form("a Discord webhook", "/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d+/(?P<secret>[\w-]{60,80})"),
    Form("an Azure storage key", "AccountKey=", r"AccountKey=(?P<secret>[A-Za-z0-9+/]{86}==)"),
    Form("an Azure access key", "SharedAccessKey=", r"SharedAccessKey=(?P<secret>[A-Za-z0-9+/]{43}=)"),
    Form("an Azure client secret", "8Q~", r"(?<![\w.~-])[\w.~-]{3}8Q~[\w.~-]{31,34}(?![\w.~-])"),
    Form("a Telegram token", ":AA", r"(?<![A-Za-z0-9_:])\d{8,10}:AA[\w-]{33}(?![\w-])"),
    Form("a Terraform Cloud token", ".atlasv1.", r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70}"),
    Form(
        "registry credentials",
        '"auth',
        r'\\{0,3}"auth\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"(?P<secret>[A-Za-z0-9+/]{8,4000}={0,2})\\{0,3}"',
    ),
    Form("HTTP basic credentials", "asic ", r"\b[Bb]asic (?P<secret>[A-Za-z0-9+/]{8,400}={0,2})(?![A-Za-z0-9+/=])"),
    Form(
        "a bearer token",
        "earer ",
        r"\b[Bb]earer (?P<secret>(?=[A-Za-z_.~+/=-]{0,60}\d)[\w.~+/=-]{20,4000})(?![\w.~+/=$<{-])",
    ),
    Form("a Stripe webhook secret", "whsec_", _ALONE + r"whsec_[A-Za-z0-9+/]{32,100}"),
)
_BEGINNING = tuple(Form(kind, word, _ALONE + re.escape(word) + rest) for kind, words, rest in _TOKENS for word in words)
_SHORTEST = 20


class Hit(NamedTuple):
    """A credential in a text: what it is, and where its secret part begins and ends."""

    kind: str
    start: int
    end: int


def hits(text: str) -> Iterator[Hit]:
    """Every text in a credential's form, placeholders too, form by form."""
    for form in _TELLING:
        if form.word in text:
            yield from _matches(form, text)
    long = " ".join(word for word in text.split() if len(word) >= _SHORTEST)
    for form in _BEGINNING if long else ():
        if form.word in long:
            yield from _matches(form, text)


def _matches(form: Form, text: str) -> Iterator[Hit]:
    for match in _compiled(form.pattern).finditer(text):
        yield Hit(form.kind, *match.span("secret" if "secret" in match.re.groupindex else 0))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
