"""Programs by what a person or an agent can do with them: the one table of them.

A row is the beginning of a command, so that `npm exec` is a runner of packages and `npm run` is not. The order of
`REACHES` is that of danger; `python` stands for `python3.12` too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

REACHES = (
    *("any-command", "any-tool", "any-server-tool", "superuser", "shell"),
    *("interpreter", "runner", "remote-shell", "downloader", "remover", "finder", "stream-editor"),
    *("container-engine", "cluster", "infrastructure"),
    *("whole-file-system", "home", "credentials", "own-configuration", "any-domain", "narrow", "none"),
)
"""Every word that `reach` of a permission can be, the most dangerous first."""

_TABLE = {
    "superuser": ("sudo, su, doas, pkexec, runuser, gosu"),
    "shell": (
        "bash, sh, zsh, dash, ksh, fish, csh, tcsh, ash, busybox sh, cmd, cmd /c, powershell, pwsh, eval, "
        "exec, source, ., Invoke-Expression, iex, wsl"
    ),
    "interpreter": (
        "python, py, pypy, ipython, node, nodejs, deno, deno run, deno eval, bun, bun run, perl, ruby, irb, "
        "php, lua, Rscript, osascript, tclsh, groovy, jshell, tsx, ts-node, go run, cscript, wscript, julia, "
        "elixir, awk, gawk, mawk, nawk"
    ),
    "runner": (
        "npx, npx -c, bunx, pnpx, uvx, npm exec, npm x, pnpm dlx, pnpm exec, yarn dlx, yarn exec, bun x, pipx "
        "run, uv run, uv tool run, poetry run, pipenv run, conda run, mamba run, hatch run, rye run, bundle "
        "exec, nix run, nix shell, nix-shell, nix develop, devbox run, mise exec, direnv exec, env, xargs, "
        "parallel, tmux, screen, expect, script, command"
    ),
    "remote-shell": ("ssh, scp, sftp, mosh, telnet, nc, ncat, netcat, socat, rsync, rsh, ftp"),
    "downloader": (
        "curl, wget, aria2c, xh, httpie, Invoke-WebRequest, Invoke-RestMethod, iwr, irm, Start-BitsTransfer"
    ),
    "remover": ("rm, shred, unlink, srm, rimraf, mkfs, dd, del, rd, Remove-Item, ri"),
    "finder": ("find"),
    "stream-editor": ("sed, gsed"),
    "container-engine": (
        "docker, docker run, docker exec, docker container, docker compose run, docker compose exec, "
        "docker-compose run, docker-compose exec, podman, podman run, podman exec, nerdctl, nerdctl run, "
        "lxc exec"
    ),
    "cluster": ("kubectl, kubectl exec, kubectl run, kubectl debug, kubectl apply, kubectl delete, oc, oc exec"),
    "infrastructure": (
        "terraform, terraform apply, terraform destroy, tofu, tofu apply, tofu destroy, pulumi, pulumi up, pulumi "
        "destroy, aws, gcloud, az, helm, helm install, helm upgrade, helm uninstall"
    ),
}
_VALUED = {
    "curl": (
        "-X --request -H --header -d --data --data-raw -o --output -u --user -A -w -m --max-time -F --connect-timeout"
    ),
    "wget": ("-O -o -P -U -T --timeout --tries -t"),
    "ssh": ("-i -p -o -l -F -J -L -R"),
    "scp": ("-i -P -o -F"),
    "npx": ("-p --package"),
    "docker": ("-f --file -v --volume -e --env -w --workdir -u --user --name --network -p --publish"),
    "docker-compose": ("-f --file"),
    "kubectl": ("-n --namespace -c --container --context --kubeconfig"),
    "sudo": ("-u -g -p -C"),
    "powershell": ("-ExecutionPolicy -ep -Version -OutputFormat"),
    "pwsh": ("-ExecutionPolicy -ep -OutputFormat"),
    "xargs": ("-n -I -P -L -d"),
    "python": ("-W -X"),
    "uv": ("--with --python --extra --group -p --project --directory"),
}
"""Options that take the word behind them as their value, by program."""
_ENDING = {"python": "--version -V --help -h", "perl": "--version -v", "curl": "--version -V", "command": "-v -V"}
"""Options behind which a program prints a text and ends, whatever follows.

`node` is not among them: it runs `node --version --no-version -e CODE`.
"""
PACKAGE_RUNNERS = (
    *("npx", "bunx", "pnpx", "uvx", "npm exec", "npm x", "pnpm dlx", "yarn dlx", "bun x", "pipx run", "uv tool run"),
)
"""Runners that download what they run."""


def name_set(text: str) -> frozenset[str]:
    """The names of a text, which blanks divide."""
    return frozenset(text.split())


@cache
def rows() -> tuple[tuple[str, str], ...]:
    """(beginning of a command, reach) of every row of the table."""
    return tuple(
        (words.strip(), reach) for reach, commands in _TABLE.items() for words in commands.split(", ") if words.strip()
    )


def rows_of(program: str) -> list[tuple[str, str]]:
    """The rows whose first word is a program."""
    return _by_program().get(program, [])


@cache
def _by_program() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows():
        found.setdefault(row[0].partition(" ")[0], []).append(row)
    return found


@cache
def valued_options(program: str) -> frozenset[str]:
    """The options of a program that take a value."""
    return frozenset(_VALUED.get(program, "").split())


@cache
def ending_options(program: str) -> frozenset[str]:
    """The options behind which a program prints a text and ends."""
    return name_set(_ENDING.get(program, ""))


@cache
def rank(reach: str) -> int:
    """The place of a reach in the order of danger, the most dangerous first."""
    return REACHES.index(reach)


def worst(reaches: Iterator[str]) -> str:
    """The most dangerous of several reaches; `narrow` where there is none."""
    return min(reaches, key=rank, default="narrow")


def program_of(word: str) -> str:
    """The program that the first word of a command names, without its folder, version and ending."""
    folder, _, name = word.replace("\\", "/").rpartition("/")
    if folder and not folder.endswith(("bin", "Scripts", "System32")):
        return word
    name = name.removesuffix(".exe").removesuffix(".cmd")
    plain = name.rstrip("0123456789.")
    return plain if plain in ("python", "pypy", "node", "ruby", "perl", "php", "lua") else name
