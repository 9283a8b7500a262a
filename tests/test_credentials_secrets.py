"""Which values of a Secret are credentials: judged by key and value, and told in one finding for each Secret."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import assay
from tests.gate_repository import Repository
from tests.test_credentials import HEX, drawn, pem

RULES = ("kubernetes.secret-data-not-committed", "kubernetes.secret-string-data-not-committed")
ENVIRONMENT = "kubernetes.container-env-without-secrets"
PEM_HEADER = "-----BEGIN RSA " + "PRIVATE KEY-----"


def token(**claims: Any) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    coded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join((*coded, drawn(43)))


HELD = {
    "password": ("a password", drawn(12)),
    "tls.key": ("a private key", pem("RSA ")),
    "id_ed25519": ("the first line of a private key", PEM_HEADER),
    "HF": ("a Hugging Face token", "h" + "f_" + drawn(34)),
    "SMS": ("a Twilio key", "S" + "K" + drawn(32, HEX)),
    "auth": ("the hash of a password", "admin:$apr1$" + drawn(31)),
    "MYSQL_ROOT_PASSWORD": ("a default password", "postgres"),
    "cookie": ("a secret key", drawn(32)),
    "azurestorageaccountkey": ("a secret key", drawn(40) + "7Q"),
    "app.ini": ("a password", f"host = db\npassword = {drawn(12)}\n"),
    "DATABASE_URL": ("a URL with a password", f"postgres://app:{drawn(12)}@db:5432/shop"),
    "session": ("a JSON web token", token(sub="app", exp=4_102_444_800)),
    "config.json": ("a password", json.dumps({"user": "app", "password": drawn(12)})),
}
"""Key -> the kind of credential, and its value."""
OPEN = {
    "DEBUG": "true",
    "DB_PORT": "5432",
    "VMType": "standard",
    "username": "root",
    "region": "us-east-1",
    "CRYPTO_KEY_CIPHER": "aes-xts-plain64",
    "known_hosts": "git.test ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB",
    "run.sh": "#!/bin/sh\nexec app --listen :8080\n",
    "ca.crt": "-----BEGIN CERTIFICATE-----\nMIID\n",
    "client_id": "0oa1b2c3d4e5f6g7h8i9j0",
    "bucket": "models",
    "url": "https://git.test/shop.git",
    "token": "op://vault/shop/token",
    "api_key": "<your api key>",
    "apiToken": "YOUR_TOKEN",
    "password": "vault:secret/data/shop#password",
    "secret": "ENC[AES256_GCM,data:p7Y=,type:str]",
    "db_password": "changeme",
    "client_secret": "my-service-client-secret",
    "passphrase": "git_password",
    "root_password": "dein-passwort",
    "admin_password": "tu_clave",
    "user_password": "votre-mot-de-passe",
    "PASSWORD": "sua senha",
    "pass": "ваш_пароль",
    "password_1": "你的密码",
    "password_2": "cambiar-aqui",
    "auth_token": "not-used-by-the-proxy",
    "access_token": token(sub="app", exp=1_700_000_000),
    "jwt": token(sub="1234567890", name="John Doe"),
    "tls.key": "LS0t.....[example]",
    "age": "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n",
}
"""Values that are no credentials: configuration, references, placeholders, encrypted values, tokens of no use."""


def encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def secret(name: str, **more: Any) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "shop"}, **more})


def findings(folder: Path, *rules: str) -> list[dict[str, Any]]:
    chosen = [word for rule in rules for word in ("--select", rule)]
    done = assay("scan", ".", *chosen, "--output", "json", cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return [finding for finding in json.loads(done.stdout)["findings"] if finding["outcome"] == "fail"]


@pytest.mark.parametrize(("field", "form"), [("data", encoded), ("stringData", str)])
def test_one_finding_names_the_keys_that_hold_credentials(tmp_path: Path, field: str, form: Any) -> None:
    values = {key: form(value) for key, (_, value) in HELD.items()}
    tmp_path.joinpath("held.json").write_text(secret("held", **{field: values}))
    tmp_path.joinpath("open.json").write_text(secret("open", **{field: {k: form(v) for k, v in OPEN.items()}}))
    (finding,) = findings(tmp_path, *RULES)
    first, *others = HELD
    assert (finding["subject"]["name"], finding["location"]["field"]) == ("Secret held", f"{field}.{first}")
    assert f"under {first}; the finding also covers {', '.join(others)}" in finding["message"]
    assert len(finding["related"]) == len(others)


def test_each_kind_is_named(tmp_path: Path) -> None:
    for number, (key, (_, value)) in enumerate(HELD.items()):
        tmp_path.joinpath(f"{number:02}.json").write_text(secret("held", data={key: encoded(value)}))
    assert [finding["message"] for finding in findings(tmp_path, *RULES)] == [
        f"Secret held contains {kind} in base64 under {key}" for key, (kind, _) in HELD.items()
    ]


def test_a_variable_holds_what_a_secret_may_hold(tmp_path: Path) -> None:
    env = [{"name": f"V{number}", "value": HELD[key][1]} for number, key in enumerate(("HF", "SMS", "id_ed25519"))]
    env += [{"name": f"PASSWORD_{number}", "value": OPEN[key]} for number, key in enumerate(OPEN) if "assw" in key]
    pod = {"containers": [{"name": "app", "image": "registry.example/app:1.0", "env": env}]}
    tmp_path.joinpath("pod.json").write_text(
        json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app"}, "spec": pod})
    )
    found = [finding["message"].rpartition(" ")[2] for finding in findings(tmp_path, ENVIRONMENT)]
    assert found == ["V0", "V1", "V2"]


def test_a_further_key_of_a_secret_that_holds_one_is_a_new_finding_of_the_gate(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository")
    repository.write("secret.json", secret("held", stringData={"password": HELD["password"][1]}))
    repository.commit("one")
    both = {key: HELD[key][1] for key in ("password", "cookie")}
    repository.write("secret.json", secret("held", stringData=both))
    arguments = ("gate", "--base", "HEAD", "--select", RULES[1], "--output", "json")
    done = assay(*arguments, cwd=repository.folder)
    assert done.returncode == 1
    states = {f["location"]["field"]: f["baseline_state"] for f in json.loads(done.stdout)["findings"]}
    assert states == {"stringData.password": "unchanged", "stringData.cookie": "new"}
