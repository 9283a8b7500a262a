"""No credential, from any place that a pack is made from, is in a pack, and no home folder, user or host."""

from __future__ import annotations

import hashlib
import json
import platform
import random
import shutil
import socket
import string
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.command_line import assay
from tests.conftest import REPOSITORY
from tests.evidence_repository import git, make_key

pytestmark = pytest.mark.slow

USER, HOST = "grace-hopper", "mainframe-7.bank.example"
_LETTERS = string.ascii_letters + string.digits


class Seeded:
    """Tokens by the place that they are put in, the same in every run."""

    def __init__(self) -> None:
        self._source = random.Random(20)
        self.values: dict[str, str] = {}

    def __call__(self, place: str, prefix: str = "ghp_", length: int = 36, of: str = _LETTERS) -> str:
        return self.put(place, prefix + "".join(self._source.choice(of) for _ in range(length)))

    def put(self, place: str, value: str) -> str:
        assert place not in self.values
        self.values[place] = value
        return value

    def jwt(self, place: str) -> str:
        parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": "".join(self._source.choices(_LETTERS, k=20))})
        head, body = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        return self.put(place, f"{head}.{body}." + "".join(self._source.choices(_LETTERS, k=43)))


def manifest(token: Seeded, pem: str) -> str:
    """Objects with a credential in each kind of place."""
    stored = token("stored in a Secret", "sk_live_", 24)
    return f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: {{team: {token("label", "AKIA", 16, string.ascii_uppercase)}}}
  annotations: {{note: {token("annotation", "github_pat_", 82)}, login: {token.jwt("JWT in an annotation")}}}
data:
  url: postgres://app:{token("password in an address", "", 14)}@db.example:5432/x
  password: {token("password in a ConfigMap", "", 16)}
  key.pem: |
{"".join(f"    {line}{chr(10)}" for line in pem.splitlines())}
---
apiVersion: v1
kind: Secret
metadata: {{name: stored}}
data: {{token: {b64encode(stored.encode()).decode()}}}
stringData: {{slack: {token("text of a Secret", "xoxb-123456789012-123456789012-", 24)}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: shop, namespace: shop}}
spec:
  containers:
    - name: shop
      image: registry.example/{token("image")}:1
      args: ["--password={token("argument of a container", "", 15)}"]
      command: [sh, -c, "curl -H 'Authorization: Bearer {token("command", "", 40)}' https://x.example"]
      env:
        - {{name: AWS_SECRET_ACCESS_KEY, value: {token("environment of a container", "", 40)}}}
        - {{name: HOOK, value: https://hooks.slack.com/services/TABCDEFGH/BABCDEFGH/{token("Slack hook", "", 24)}}}
      securityContext: {{privileged: true}}
"""


def make(folder: Path, token: Seeded, pem: str) -> None:
    """The repository of the example, with credentials in its files, names, settings, branch and remote."""
    shutil.copytree(REPOSITORY / "examples/digital-bank", folder)
    texts = {
        "deploy/app.yaml": manifest(token, pem),
        f"deploy/{token('name of a file')}.yaml": "kind: Pod\napiVersion: v1\nmetadata: {name: x}\n",
        f"deploy/{token('name of a broken file')}.yaml": "kind: [\n",
        f"{token('name of a folder', 'glpat-', 20)}/skipped.txt": "x",
        f"board/{token('name of an attachment')}.txt": "x",
        "assay.yaml": f"# {token('comment of the configuration')}\nrules:\n  kubernetes.container-not-privileged: "
        f"{{enabled: false, reason: 'see https://x:{token('reason', '', 13)}@wiki.example'}}\n",
        "scope.yaml": f"soc2: {{not-applicable: {{'P*': 'no personal data {token('scope')} anywhere'}}}}\n",
        "evidence.yaml": json.dumps({"records": [record(token)]}),
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "init", "--quiet", "--initial-branch", f"fix/{token('branch')}")
    git(folder, "remote", "add", "origin", f"https://ci:{token('remote', '', 18)}@git.example/bank.git")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", token("message of the commit"))
    (folder / f"{token('file that is not committed')}.yaml").write_text("a: 1\n")


def record(token: Seeded) -> dict[str, object]:
    attachment = {"path": f"board/{token.values['name of an attachment']}.txt", "sha256": "0" * 64, "bytes": 1}
    texts = {name: f"some {token(name)}" for name in ("statement", "owner", "reviewer")}
    return {"framework": "soc2", "control": "CC1.2", **texts, "attachments": [attachment]}


def forms(value: str) -> Iterator[tuple[str, bytes]]:
    """A value as it may stand in a file: itself, encoded, and by its digest."""
    data = value.encode()
    yield from (("plain", data), ("lower case", data.lower()), ("reversed", data[::-1]), ("hex", data.hex().encode()))
    yield "quoted", quote(value, safe="").encode()
    for offset in range(3):
        whole = b64encode(bytes(offset) + data)
        yield "base64", whole[4 if offset else 0 : -4 if (offset + len(data)) % 3 else None]
    for name in ("md5", "sha1", "sha256", "sha512"):
        for text in (data, data + b"\n"):
            digest = hashlib.new(name, text)
            yield from ((name, digest.hexdigest().encode()), (f"{name} in base64", b64encode(digest.digest())))


def test_no_credential_home_folder_user_or_host_is_in_a_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((socket, "gethostname"), (platform, "node")):
        monkeypatch.setattr(module, name, lambda: HOST)
    token, home = Seeded(), tmp_path / "home" / USER
    home.mkdir(parents=True)
    key = make_key(home)
    pem = make_key(tmp_path / "pem").read_text()
    token.put("PEM", pem.splitlines()[1])
    make(home / "bank", token, pem)
    out = tmp_path / f"out-{token('name of the pack')}"
    signs = f"sh -c 'openssl dgst -sha256 -sign {key} # --token={token('key command', '', 20)}'"
    done = assay(
        *("evidence", "build", ".", "--framework", "soc2", "--framework", "pci-dss", "--scope", "scope.yaml"),
        *("--out", str(out), "--key-command", signs, "--public-key", str(key.with_suffix(".pub"))),
        *("--actor", f"Ada {token('actor')}"),
        cwd=home / "bank",
        HOME=str(home),
        USER=USER,
        LOGNAME=USER,
        HOSTNAME=HOST,
        GITHUB_ACTIONS="true",
        GITHUB_REPOSITORY="bank/bank",
        GITHUB_RUN_ID="7",
        GITHUB_SERVER_URL=f"https://u:{token('address of the CI service', '', 14)}@github.example",
        GITHUB_REF=f"refs/heads/{token('reference of the CI run')}",
        GITHUB_ACTOR=token("actor of the CI run"),
        GITHUB_TOKEN=token("token of the CI run", "ghs_"),
    )
    assert done.returncode == 0, done.stderr
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert files
    searched = {**token.values, "home": str(home), "user": USER, "host": HOST}
    found = [
        (place, form, name)
        for place, value in searched.items()
        for form, text in forms(value)
        for name, data in files.items()
        if text in data or text in name.encode()
    ]
    assert found == []
    assert not any(value in done.stderr for value in token.values.values())
    run = json.loads(files["run.json"])
    assert (run["folder"], run["root"]) == ("~/bank", "~/bank")
