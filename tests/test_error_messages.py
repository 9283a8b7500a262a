"""What an error says of a file that an option names: the place, what was expected, and little of what stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command_line import Done, assay

TOKEN = "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz"
LONG = "Q" * 3000
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\n"
TEXTS = {
    "netrc": "machine example.org login bob password %s\n",
    "passwd": "root:%s:0:0:root:/root:/bin/bash\nbob:x:1:1::/home/bob:/bin/sh\n",
    "key": "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n",
    "environment": "export TOKEN=%s\n",
    "docker": '{"auths": {"example.org": {"auth": "%s"}}, "%s": 1}\n',
    "kubeconfig": "apiVersion: v1\nkind: Config\nusers: [{name: a, user: {token: %s}}]\n%s: 1\n",
    "ini": "[default]\naws_secret_access_key = %s\n",
    "list": "- %s\n- %s\n",
    "alias": "a: *%s\n",
    "anchor": "a: &%s b\n &%s c\n",
    "tag": "a: !%s b\n",
    "twice": "%s: 1\n%s: 2\n",
    "flow": "a: {%s: *b\n",
    "directive": "%%%s\n---\na: 1\n",
    "indicator": "@%s\n",
    "rule": "title: %s\nsubject: %s\nseverity: %s\nobjectives: [%s]\nrequire: '%s =='\nmessage: '{%s}'\nprofile: %s\n",
    "expression": "title: Titles are whole sentences\nsubject: kubernetes.pod\nseverity: high\n"
    "objectives: [least-privilege]\nrequire: 'object.a == ''%s'\nwhy: a\nremediation: a\nlimits: a\nmessage: a\n",
    "framework": "id: %s\ntitle: x\ncontrols: [{id: %s, title: '<%s is it>', checkable: %s}]\n",
    "scope": "soc2: {paths: [a], not-applicable: {%s: x}}\n%s: {}\n",
    "entity": "soc2: {entity: [%s]}\n",
    "configuration": "profile: %s\nselect: [%s]\nframework: [%s]\nlimit: {%s: 1, bytes: '%s'}\npaths: ['%s']\n",
    "select": "select: [%s]\n",
    "rules": "rules: {%s: {enabled: true}}\n",
    "parameter": "rules: {kubernetes.container-not-privileged: {parameters: {%s: 1}}}\n",
    "chosen": "framework: [%s]\n",
    "version": "kubernetes-version: '%s'\n",
    "bytes": "limit: {bytes: '%s'}\n",
    "paths": "paths: ['%s']\n",
    "folders": "rule-folders: ['%s']\n",
    "policy": "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: %s}\n"
    "spec: {failurePolicy: %s, %s: 1, matchConstraints: {}, validations: [{expression: '%s ==='}]}\n",
    "binding": "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n"
    "metadata: {namespace: %s}\nspec: {policyName: %s}\n",
}
OPTIONS = ("--rules", "--policies", "--framework-file", "--scope", "--values", "--config")


def shown(folder: Path, option: str, name: str, secret: str) -> Done:
    """What a scan says where an option names a file of some text with a secret in it."""
    text = TEXTS[name].replace("%%", "%").replace("%s", secret)
    (folder / "pod.yaml").write_text(POD)
    (folder / "own").mkdir()
    file = folder / ("own/named.yaml" if option in {"--rules", "--policies"} else "named.yaml")
    file.write_text(text)
    return assay("scan", "pod.yaml", option, "own" if file.parent != folder else "named.yaml", cwd=folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("option", OPTIONS)
def test_an_error_shows_no_credential_of_a_file(tmp_path: Path, option: str, name: str) -> None:
    done = shown(tmp_path, option, name, TOKEN)
    assert TOKEN[4:] not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode == 2:
        assert "named.yaml" in done.stderr or "own" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("option", OPTIONS)
def test_an_error_shows_the_beginning_of_a_long_value_at_most(tmp_path: Path, option: str, name: str) -> None:
    done = shown(tmp_path, option, name, LONG)
    longest = max((len(found) for found in re.findall("Q+", done.stdout + done.stderr)), default=0)
    assert longest <= 120, done.stderr


@pytest.mark.parametrize("name", ["netrc", "passwd", "key", "environment", "ini"])
@pytest.mark.parametrize("option", OPTIONS)
def test_a_file_that_is_something_else_shows_nothing_of_itself(tmp_path: Path, option: str, name: str) -> None:
    done = shown(tmp_path, option, name, "Zq7pLx93VbTTkk01")
    assert done.returncode == 2
    assert "Zq7pLx93VbTTkk01" not in done.stdout + done.stderr


def test_the_rules_command_shows_no_credential_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "named.yaml").write_text(TEXTS["rule"].replace("%s", TOKEN))
    done = assay("rules", "test", "named.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert TOKEN[4:] not in done.stdout + done.stderr
    assert "named.yaml:3: severity is" in done.stderr


def test_in_github_actions_an_error_is_an_annotation_too(tmp_path: Path) -> None:
    plain = assay("scan", "gone.yaml", cwd=tmp_path)
    done = assay("scan", "gone.yaml", cwd=tmp_path, GITHUB_ACTIONS="true")
    assert done.stderr.startswith(plain.stderr)
    (annotation,) = done.stderr.removeprefix(plain.stderr).splitlines()
    assert annotation.startswith("::error title=assay::no such file or folder: gone.yaml")
