"""`assay rules export`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner import library
from scanner.errors import UsageError
from scanner.model import PROFILES, Profile
from scanner.policy.evaluate import NEWEST_KUBERNETES

if TYPE_CHECKING:
    from scanner.policy.rule import RuleFile

_ACTIONS = ("warn", "deny")
_SUBJECTS = "kubernetes."


@click.command("export")
@click.argument("identities", nargs=-1, metavar="[RULE]...")
@click.option("--format", "form", type=click.Choice(("vap",)), default="vap", help="ValidatingAdmissionPolicies.")
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in PROFILES]),
    default=Profile.DEFAULT.value,
    show_default=True,
    help="Which rules.",
)
@click.option("--rules", "folders", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE|DIR", help="A folder gets a file per rule.")
@click.option("--action", type=click.Choice(_ACTIONS), default="warn", show_default=True, help="What bindings do.")
@click.option("--kubernetes-version", default=f"1.{NEWEST_KUBERNETES}", show_default=True, metavar="X.Y")
@click.option("--namespace", default="kube-system", show_default=True, help="Where parameters lie.")
def command(
    identities: tuple[str, ...],
    form: str,
    profile: str,
    folders: tuple[Path, ...],
    output: Path | None,
    action: str,
    kubernetes_version: str,
    namespace: str,
) -> None:
    """Write Kubernetes rules as ValidatingAdmissionPolicies, which the API server enforces itself.

    Each comes with a binding and, where the rule has parameters, a ConfigMap. Rules that no policy can express are
    named on standard error, with the reason.
    """
    from scanner.admission.exporting import ExportSettings, exported
    from scanner.admission.translating import NotExportableError
    from scanner.scan import minor_of

    settings = ExportSettings(action, minor_of(kubernetes_version), namespace)
    made: dict[str, list[dict[str, Any]]] = {}
    left: dict[str, list[str]] = {}
    for file in _chosen(identities, Profile(profile), folders):
        try:
            made[file.rule.info.id] = exported(file, settings)
        except NotExportableError as error:
            left.setdefault(str(error), []).append(file.rule.info.id)
    for reason, rules in left.items():
        click.echo(f"not exported, because {reason}: {', '.join(rules)}", err=True)
    if not made:
        raise UsageError("none of the rules can be exported", hint="assay rules list shows what there is")
    _write(made, output)


def _chosen(identities: Sequence[str], profile: Profile, folders: Iterable[Path]) -> list[RuleFile]:
    """The rules that are named, or those of Kubernetes in a profile."""
    from scanner.policy import pack
    from scanner.policy.rule import load_folder

    shipped = library.data_root() / "rules"
    rules = {file.rule.info.id: file for folder in (shipped, *folders) for file in load_folder(folder)}
    for identity in identities:
        if identity not in rules:
            raise pack.no_rule(identity, rules)
    if identities:
        return [rules[identity] for identity in identities]
    wanted = pack.included(profile)
    infos = ((file, file.rule.info) for file in rules.values())
    return [file for file, info in infos if info.profile in wanted and info.subject.startswith(_SUBJECTS)]


def _write(made: dict[str, list[dict[str, Any]]], output: Path | None) -> None:
    from scanner.documents.yaml_write import write

    if output is None:
        click.echo(write(thing for objects in made.values() for thing in objects), nl=False)
        return
    try:
        if output.is_dir() or not output.suffix:
            output.mkdir(parents=True, exist_ok=True)
            for identity, objects in made.items():
                (output / f"{identity}.yaml").write_text(write(objects), encoding="utf-8")
        else:
            text = write(thing for objects in made.values() for thing in objects)
            output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {(error.strerror or '').lower()}") from None
    click.echo(f"{len(made)} policies in {output}", err=True)
