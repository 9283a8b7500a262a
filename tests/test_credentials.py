"""Credentials of every form are found in every place of a manifest, and none of them reaches an output.

They are put together here from parts, so that no scanner of repositories takes this file for a leak.
"""

from __future__ import annotations

import base64
import json
import random
import string
from pathlib import Path
from typing import Any

import pytest

from scanner.credentials import DEFAULT, find, kind_of
from scanner.masking import mask
from scanner.scan import scan
from tests import output_formats
from tests.command_line import assay

RANDOM = random.Random(7)
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def drawn(length: int, letters: str = ALNUM) -> str:
    while True:
        text = "".join(RANDOM.choices(letters, k=length))
        if any(sign.isdigit() for sign in text[:20]) or not any(sign.isdigit() for sign in letters):
            return text


def pem(kind: str) -> str:
    lines = "\n".join(drawn(64) for _ in range(4))
    return f"-----BEGIN {kind}PRIVATE" + f" KEY-----\n{lines}\n-----END {kind}PRIVATE" + " KEY-----\n"


def pair() -> str:
    return base64.b64encode(f"app:{drawn(12)}".encode()).decode()


JWT = ".".join(("ey" + "J" + drawn(20), "ey" + "J" + drawn(60), drawn(43)))
CREDENTIALS = {
    "an AWS access key": "AK" + "IA" + drawn(16, string.ascii_uppercase + "234567"),
    "a GitHub token": "gh" + "p_" + drawn(36),
    "a GitLab token": "gl" + "pat-" + drawn(20),
    "a Slack token": "xo" + "xb-" + drawn(12, string.digits) + "-" + drawn(24),
    "a Google API key": "AI" + "za" + drawn(35),
    "a Stripe key": "sk" + "_live_" + drawn(24),
    "a Stripe webhook secret": "wh" + "sec_" + drawn(32),
    "an npm token": "np" + "m_" + drawn(36),
    "a PyPI token": "py" + "pi-AgE" + drawn(80),
    "a Docker Hub token": "dc" + "kr_pat_" + drawn(27),
    "a Hugging Face token": "h" + "f_" + drawn(34, string.ascii_letters),
    "an Anthropic key": "sk" + "-ant-" + drawn(40),
    "an OpenAI key": "sk" + "-proj-" + drawn(48),
    "a SendGrid key": "S" + "G." + drawn(22) + "." + drawn(43),
    "a Shopify token": "sh" + "pat_" + drawn(32, HEX),
    "a DigitalOcean token": "do" + "p_v1_" + drawn(64, HEX),
    "a Vault token": "hv" + "s." + drawn(24),
    "a Grafana token": "gl" + "sa_" + drawn(32) + "_" + drawn(8, HEX),
    "a Databricks token": "da" + "pi" + drawn(32, HEX),
    "an Azure storage key": "Account" + "Key=" + drawn(86) + "==",
    "a Telegram token": drawn(9, "123456789") + ":A" + "A" + drawn(33),
    "a Slack webhook": "https://hooks.sla" + "ck.com/services/T" + drawn(8) + "/B" + drawn(8) + "/" + drawn(24),
    "a JSON web token": JWT,
    "a URL with a password": "postgres://app:" + drawn(12) + "@db:5432/shop",
    "HTTP basic credentials": "Authorization: Basic " + pair(),
    "a bearer token": "Authorization: Bearer " + drawn(32),
    "registry credentials": '{"auths": {"registry.test": {"auth": "' + pair() + '"}}}',
    "a private key": pem("RSA "),
}
"""What it is -> a fake of it, as it would stand under a name that tells nothing."""

NAMED = {
    "DB_PASSWORD": ("a password", drawn(12)),
    "spring.datasource.password": ("a password", drawn(10) + "!"),
    "adminPassphrase": ("a password", drawn(10)),
    "AWS_SECRET_ACCESS_KEY": ("a secret key", drawn(40)),
    "clientSecret": ("a secret key", "3f1c2a44-9a4b-4d43-8f0e-" + drawn(12, HEX)),
    "apiKey": ("a secret key", drawn(32, HEX)),
    "ACCESS_TOKEN": ("a token", drawn(24)),
    "SESSION_SECRET": ("a secret key", drawn(24)),
    "SERVICE_TOKEN": ("a token", drawn(24)),
    "UPLOAD_TOKEN": ("a token", "xKqPw" + "ZmTrVbNcHdJ"),  # letters alone, in no order of a name
    "MYSQL_ROOT_PASSWORD": (DEFAULT, "changeme"),
    "DATABASE_PASSWORD": (DEFAULT, "change_pg_password"),
    "FLASK_SECRET_KEY": (DEFAULT, "mude_esta_chave_em_producao"),
    "POSTGRES_PASSWORD": (DEFAULT, "postgres"),
    "REDIS_PASSWORD": (DEFAULT, "P@ssw0rd"),
    "PGPASSWORD": (DEFAULT, "123456"),
    "MINIO_SECRET_KEY": (DEFAULT, "minio123"),
}

HARMLESS = [
    ("token", "ghp_MH/tlLZWMvLcAqUdXcVF/IFo8tX7G67lfdqY"),
    ("github_token", "github_pat_fromTheSettings"),
    ("NSM_NETWORK_SERVICES", "vfio://vfio2noop?sriovToken=worker.domain/10G"),
    ("DEVICE_TOKEN", "intel.com/sriov-vf4"),
    ("enablebanking_secretKey", "actual-budget-secret-name"),
    ("secretKey", "shop-payment-credentials"),
    *(("DB_PASSWORD", value) for value in ("", "<password>", "${DB_PASSWORD}", "$(DB_PASSWORD)", "{{ .Values.pw }}")),
    *(("DB_PASSWORD", value) for value in ("xxxx", "********", "YOUR_PASSWORD", "your-password", "REPLACE_ME", "TODO")),
    *(("DB_PASSWORD", value) for value in ("true", "3600", "1h", "/run/secrets/db", "file:/run/pw", "vault:kv/db#pw")),
    ("DB_PASSWORD", "ENC[AES256_GCM,data:p7Y=,type:str]"),
    ("ADMIN_PASSWORD", "$2a$10$" + drawn(53)),
    ("ADMIN_PASSWORD", "{SSHA}" + drawn(32)),
    ("API_KEY", "my-api-key"),
    ("API_KEY", "mock-api-key-12345"),
    ("API_KEY", "payment-api-key:latest"),
    ("API_KEY", "test-key-for-mock-responses"),
    ("API_KEY", "personal-key-12345"),
    ("SESSION_SECRET", "dev-session-secret-change-in-prod"),
    ("deploy.sh", "gcloud run deploy shop --set-secrets=API_KEY=payment-api-key:latest\n"),
    ("API_KEY", "https://keys.test/v1"),
    ("SECRET", "db-credentials"),
    ("TOKEN", "web-token-v2"),
    ("TOKEN", "frontendServiceAccount"),
    ("IMAGE_PULL_SECRET", "registry-0f3a9c"),
    ("MAX_TOKENS", "4096"),
    ("PASSWORD_FILE", "/etc/pw"),
    ("PASSWORD_MIN_LENGTH", "12"),
    ("PUBLIC_API_KEY", drawn(32)),
    ("checksum/secret", drawn(64, HEX)),
    ("PWD", "/app"),
    ("BYPASS", "localhost1"),
    ("--secret", "HF_TOKEN=$HF_TOKEN"),
    ("--secret", "HF_TOKEN=${TOKEN_OF_A_COLLEAGUE}"),
    ("image", "registry.test/web@sha256:" + drawn(64, HEX)),
    ("ca.crt", "-----BEGIN CERTIFICATE-----\n" + drawn(64) + "\n-----END CERTIFICATE-----\n"),
    ("key.pub", "ssh-rsa " + drawn(200)),
    ("URL", "https://user@shop.test/path"),
    ("URL", "postgres://app:$(DB_PASSWORD)@db/shop"),
    ("URL", "postgres://app:<password>@db/shop"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7" + "EXAMPLE"),
    ("GITHUB_TOKEN", "ghp_" + "x" * 36),
    ("settings.py", "password = os.environ['DB_PASSWORD']\ntoken = get_token(user)\n"),
    ("settings.py", "os.environ['MYSQL_PWD'] = db_password\nif other:\n    os.environ[\"PGPASSWORD\"] = postgres\n"),
    ("values.yaml", 'password: required\nadminPassword: ""\nexistingSecret: db\npasswordKey: admin-password\n'),
    ("nsswitch.conf", "passwd:         compat\ngroup:          compat\n"),
    ("help", "Password: the password of the database, of twelve characters or more\n"),
    ("server.key", "-----BEGIN PRIVATE" + " KEY-----\n<your key>\n-----END PRIVATE" + " KEY-----\n"),
]


@pytest.mark.parametrize(("kind", "text"), CREDENTIALS.items())
def test_a_form_tells_itself_wherever_it_stands(kind: str, text: str) -> None:
    assert kind_of("VALUE", text) == kind
    around = f"# settings\nvalue = {text}\nmore: words\n"
    assert kind_of("app.conf", around) == kind
    assert next(hit.kind for hit in find(around)) == kind


@pytest.mark.parametrize("name", NAMED)
def test_a_value_is_told_by_its_name(name: str) -> None:
    kind, value = NAMED[name]
    assert kind_of(name, value) == kind
    for line in (
        f"{name}={value}",
        f"  {name}: {value}",
        f'{{"{name}": "{value}", "x": 1}}',
        f"  --{name} {value} --x",
    ):
        assert kind_of("app.conf", f"a: b\n{line}\nc: d\n") == kind, line
        assert value not in mask(line)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("apiKey: q7Rk2mPx9vTz", "a secret key"),
        ("apiKey: q7Rk2mPx9vTz  # of staging", "a secret key"),
        ("{apiKey: q7Rk2mPx9vTz, x: 1}", "a secret key"),
        ("the apiKey: q7Rk2mPx9vTz is what the gateway sent", ""),
        ("the password = hunterhunter of nobody", ""),
        ("password = hunterhunter", "a password"),
        ("- password = hunterhunter", "a password"),
        ("run --password hunterhunter now", "a password"),
        ("run it: password = hunterhunter", ""),
        ("mysql -u root -ppassword1 blog_dev", ""),
        ("password = get(x)", ""),
        ('echo "PASS: Authentication"', ""),
        ("# PASS: the bucket is private", ""),
        ("PASS: hunter2hunter2", "a password"),
        ("Token: 0x1f9840a85d5af5bf1d1762f925bdaddc4201f984", ""),
        ("password: abcde", ""),
    ],
)
def test_prose_and_code_are_no_settings(text: str, kind: str) -> None:
    assert kind_of("notes.txt", f"first line\n{text}\nlast line") == kind


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_what_holds_no_credential_is_left_alone(name: str, value: str) -> None:
    assert kind_of(name, value) == ""
    assert "\n" in value or kind_of("app.conf", f"{name}: {value}\n") == ""


def manifests() -> list[dict[str, Any]]:
    """Every fake in every place that holds texts."""
    texts = {**CREDENTIALS, **{name: value for name, (_, value) in NAMED.items()}}
    named = [{"name": name if name in NAMED else "VALUE", "value": text} for name, text in texts.items()]
    words = [f"--{name}={text}" if name in NAMED else text for name, text in texts.items()]
    files = {f"file-{n}": f"{entry['name']}: {entry['value']}\n" for n, entry in enumerate(named)}
    container = {
        "name": "web",
        "image": "web",
        "env": named,
        "args": words,
        "securityContext": {"privileged": True},
        "livenessProbe": {"httpGet": {"port": 80, "httpHeaders": named}},
    }
    pod = {"metadata": {"annotations": files}, "spec": {"hostPID": True, "containers": [container]}}
    heads = {name: {"name": name, "namespace": "shop", "annotations": files} for name in ("web", "conf")}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": heads["web"], "spec": {"template": pod}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": heads["conf"], "data": files},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": files},
    ]


def remarks() -> str:
    """A pod for each fake of one line, which stands in a comment beside what is wrong: no rule looks there."""
    told = [f"value = {text}" for text in CREDENTIALS.values() if "\n" not in text]
    told += [f"{name} = {value}" for name, (_, value) in NAMED.items()]
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: web-%d}\nspec:\n  # %s\n  hostPID: true\n  containers: []\n"
    return "---\n".join(head % pair for pair in enumerate(told))


def secrets() -> list[str]:
    parts = [part for text in CREDENTIALS.values() for part in text.split()]
    long = [part.rpartition("/")[2].strip('"{}') for part in parts if len(part) > 20 and "://app:" not in part]
    return [*long, *(value for _, value in NAMED.values() if len(value) > 8)]


@pytest.mark.slow
@pytest.mark.parametrize("indent", [None, 1])
def test_every_place_is_found_and_no_output_holds_a_value(tmp_path: Path, indent: int | None) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, thing in enumerate(manifests()):
        (folder / f"{number}.json").write_text(json.dumps(thing, indent=indent))
    (folder / "remarks.yaml").write_text(remarks())
    rules = {finding.rule for finding in scan([str(folder)]).findings if finding.outcome == "fail"}
    places = ("env-without-secrets", "env-without-default-passwords", "command-without-credentials")
    assert rules >= {f"kubernetes.container-{place}" for place in (*places, "probes-without-credentials")}
    assert rules >= {f"kubernetes.{place}-without-credentials" for place in ("config-map", "metadata", "pod-metadata")}
    outputs = [f"--output={output_formats.asked(name, tmp_path)}" for name in output_formats.ALL]
    arguments = ("scan", str(folder), "--profile", "opinion", "--include-passes", *outputs, "--output=table")
    done = assay(*arguments, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != folder]
    said = "\n".join(
        (done.stdout, done.stderr, *(path.read_text(encoding="utf-8", errors="replace") for path in written))
    )
    assert [secret for secret in secrets() if secret in said or json.dumps(secret)[1:-1] in said] == []


def test_a_credential_in_other_findings_excerpts_is_masked_without_its_own_rule() -> None:
    value = drawn(16)
    entry = f"- name: DB_PASSWORD\n  value: {value}\n"
    assert value not in mask(entry)
    assert mask(entry).replace("\u2022" * 16, value) == entry
    assert value not in mask(json.dumps({"applied": json.dumps([{"name": "DB_PASSWORD", "value": value}])}))
    key = pem("")
    assert mask(key).count("\n") == key.count("\n")
    assert key.split("\n")[2] not in mask(key)


@pytest.mark.parametrize(
    "piece", ["password=a", "eyJ", "://a:", "api_key=ab1", "xxxx-", "key:key:", "sk-", '\\"', "\n"]
)
def test_the_work_grows_with_the_length(piece: str) -> None:
    text = (piece * 60_000)[:60_000]
    assert mask(text).count("\n") == text.count("\n")  # a pattern that took exponential time would never end


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("curl -H 'Authorization: bearer ", "abcd", "'"),
        ("client_secret=", "abcd", ""),
        ('{"client-secret": "', "abcd", '"}'),
        ("my_pw = ", "ab1d", " # old"),
        ("run --token ", "abcd", " --x"),
        ("run --api-key=", "abcd", ""),
        ("got gh" + "p_", "0123456789abcdef", " from the log"),
        ("key sk" + "-", "0123456789abcdef", ""),
        ("id AK" + "IA", "0123456789ABCDEF", "."),
    ],
)
def test_outputs_also_hide_what_may_be_a_credential(before: str, value: str, after: str) -> None:
    masked = mask(f"first\n{before}{value}{after}\nlast")
    assert value not in masked
    assert (masked.startswith("first\n"), masked.endswith("\nlast")) == (True, True)
    assert len(masked) == len(f"first\n{before}{value}{after}\nlast")
    assert after in masked


@pytest.mark.parametrize(
    "text",
    [
        "secret-key: ${SECRET_KEY}",
        "access_token: none",
        "access_token: required",
        "x_secret: <from the vault>",
        "api_key: {{ .Values.key }}",
        "gh" + "p_short",
        "tokens: 4096",
    ],
)
def test_outputs_show_references_and_blanks(text: str) -> None:
    assert mask(text) == text
