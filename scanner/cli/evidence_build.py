"""`assay evidence build`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from scanner import sources
from scanner.cli.environment import git_state
from scanner.cli.evidence_manual import ManualFile
from scanner.cli.evidence_run import actor_of, configuration_of, home, repository_of, settings_files, tool, tracked_of
from scanner.cli.option_groups import INPUT, OUTPUT, Command, option
from scanner.cli.progress import Progress
from scanner.cli.reading import fails_on, options, reads_files, reports_on, resolved_options, strict, taking
from scanner.cli.running import now, runs_engines
from scanner.cli.waiver_options import accepts_waivers, waiver_options
from scanner.configuration.resolve import ResolvedOptions
from scanner.errors import UsageError
from scanner.evidence.content import PackFiles, SealedPack
from scanner.evidence.manifest import pack_digest
from scanner.evidence.manual import NAME as MANUAL
from scanner.evidence.packing import is_zip, write_pack
from scanner.evidence.policy_files import policy_files
from scanner.evidence.relative import shown_from, without_absolute, without_home
from scanner.evidence.run_record import UNSIGNED, Circumstances
from scanner.evidence.signing import KeyCommand, KeyFile, Signer
from scanner.finished_scan import Scan
from scanner.masking import mask
from scanner.model import Severity
from scanner.options import Options
from scanner.reports.safe_text import safe
from scanner.scan import scan
from scanner.sources import git_tree

_FIGURES = 4
_PACKED = (
    option(
        OUTPUT,
        "--out",
        required=True,
        metavar="DIR|FILE.zip",
        help="Write the pack to this new or empty folder, or to this new ZIP file.",
    ),
    option(OUTPUT, "--key", metavar="FILE", help="Sign the pack with this ECDSA P-256 private key in PEM."),
    option(
        OUTPUT,
        "--key-command",
        metavar="COMMAND",
        help="Sign with this program: it reads bytes from standard input and prints an ECDSA P-256 signature in DER.",
    ),
    option(OUTPUT, "--public-key", metavar="FILE", help="The public key in PEM that --key-command signs with."),
    option(
        INPUT,
        "--evidence",
        "evidence_file",
        metavar="FILE",
        help=f"Read from this file what people collected for controls.  [default: {MANUAL}, if it exists]",
    ),
    option(
        OUTPUT,
        "--actor",
        metavar="NAME",
        help="Record this as who runs the command.  [default: the user that the CI service states]",
    ),
)


@click.command("build", cls=Command)
@click.argument("paths", nargs=-1)
@reports_on
@lambda command: taking(command, _PACKED)
@runs_engines
@fails_on(Severity.LOW, "Record the verdict for findings of this severity or a higher one.")
@accepts_waivers
@reads_files
@strict
@option(INPUT, "--git-revision", metavar="REV", help="Read the files of this commit, not those on disk.")
@click.pass_context
def command(context: click.Context, /, **given: Any) -> int:
    """Scan PATHS and write an evidence pack.

    The pack has the population, the outcome of every rule for every subject, a page for each control of the
    frameworks, the results, the rules and mappings, and a manifest of all files, signed if a key is given.

    Exits with 0 when the pack is written, whatever was found, and with 2 for wrong usage.
    """
    target = Path(given["out"])
    _refuse_occupied(target)
    signer = _signer(given)
    chosen = resolved_options(context)
    if not chosen.value("framework"):
        raise UsageError("no framework is named", hint="name one or more: --framework soc2 --framework pci-dss")
    signature = signer.public.fingerprint if signer else UNSIGNED
    made = built(chosen, given, signature)
    pack = SealedPack(made.files, signer)
    write_pack(target, pack)
    _tell(target, made.scan, pack, signature)
    return 0


class BuiltPack(Struct, frozen=True):
    """The files of a pack before they are sealed, and the scan that they were made from."""

    files: PackFiles
    scan: Scan


def built(chosen: ResolvedOptions, given: dict[str, Any], signature: str) -> BuiltPack:
    """Scan, and prepare the files of a pack."""
    started, paths = now(), chosen.value("paths") or (".",)
    revision = given["git_revision"] or ""
    if given["git_revision"] == "" or sources.STDIN in paths:
        raise UsageError("a pack needs files and folders, and a revision with a name")
    manual = ManualFile.of(given["evidence_file"])
    state = git_tree.state_of(paths[0], revision)
    how = _options(chosen, given, state, revision)
    with Progress(shown=True) as progress:
        result = scan(paths, how, progress)
    root = str(sources.scope(paths, replace(how.selection, may_be_missing=True)).root)
    circumstances = Circumstances(
        tool=tool(),
        actor=actor_of(given["actor"], os.environ),
        arguments=tuple(map(mask, sys.argv[1:])),
        folder=mask(os.getcwd()),
        repository=repository_of(state, root, now() if os.environ.get("SOURCE_DATE_EPOCH") else ""),
        root=mask(os.path.realpath(root)),
        paths=tuple(map(mask, paths)),
        configuration=configuration_of(chosen, _in_force(given, how, result)),
        settings_files=settings_files(_settings(chosen, how, manual)),
        started=started,
        ended=now(),
        signature=signature,
    )
    record = without_home(circumstances, home()).record(result)
    shown = without_absolute(result, shown_from(root, _named(chosen, how)))
    policy = policy_files(how, chosen.configuration.file, manual.path)
    files = PackFiles(shown, record, policy, tracked_of(state, root), manual.states(result, how))
    return BuiltPack(files, result)


def _in_force(given: dict[str, Any], how: Options, result: Scan) -> dict[str, Any]:
    """Settings that are in no configuration file, and those that another setting or a found file decides."""
    return {
        "engines": given["engines"],
        "git_revision": given["git_revision"] or "",
        "profile": result.run.profile,
        "waivers": how.waivers.path if how.waivers else None,
        "no-ignore": given["no_ignore"],
        "allow-incomplete": given["allow_incomplete"],
        "today": str(how.today) if how.today else None,
    }


def _options(
    chosen: ResolvedOptions, given: dict[str, Any], state: git_tree.CheckoutState | None, revision: str
) -> Options:
    """What the options mean for a scan that a pack is made from."""
    how = options(chosen, given, revision)
    inside = state is not None and all(
        os.path.realpath(path) == os.path.realpath(state.top)
        or os.path.realpath(path).startswith(f"{os.path.realpath(state.top)}{os.sep}")
        for path in chosen.value("paths") or (".",)
    )
    commit, dirty = git_state(Path(state.top)) if state and not revision else ("", None)
    return replace(
        how,
        **waiver_options(chosen, given, origins=True),
        include_passes=True,
        lists_subjects=True,
        reuse=False,
        engines=given["engines"],
        git_commit=commit,
        git_dirty=dirty,
        selection=replace(how.selection, named_from=state.top if state and inside else ""),
    )


def _settings(chosen: ResolvedOptions, how: Options, manual: ManualFile) -> dict[str, str]:
    """The files that decide by what they are."""
    return {
        "configuration": chosen.configuration.file,
        "scope": str(how.scope or ""),
        "waivers": how.waivers.path if how.waivers else "",
        "evidence": manual.path,
    }


def _named(chosen: ResolvedOptions, how: Options) -> list[str]:
    """The files that options name besides the scanned ones."""
    files = (chosen.configuration.file, how.scope, how.waivers.path if how.waivers else "")
    folders = (*how.framework_files, *how.rule_folders, *how.policies, *how.values)
    return [str(each) for each in (*files, *folders) if each]


def _signer(given: dict[str, Any]) -> Signer | None:
    key, program, public = given["key"], given["key_command"], given["public_key"]
    if key and program:
        raise UsageError("--key and --key-command cannot be combined", hint="name one of them")
    if bool(program) != bool(public):
        raise UsageError("--key-command and --public-key belong together", hint="name both")
    if program:
        return KeyCommand(program, public)
    return KeyFile(key) if key else None


def _refuse_occupied(target: Path) -> None:
    """Refuse a target before the scan that would be refused after it."""
    if is_zip(target) and os.path.lexists(target):
        raise UsageError(f"{target} already exists", hint="name a new file")
    if target.is_dir() and os.listdir(target):
        raise UsageError(f"the folder {target} is not empty", hint="name an empty folder")


def _tell(target: Path, result: Scan, pack: SealedPack, signature: str) -> None:
    """Say on standard error what was written."""
    click.echo(f"assay: {result.verdict.reason} (exit code {result.verdict.exit_code} of a scan)", err=True)
    signed = UNSIGNED if signature == UNSIGNED else f"signed by {signature}"
    digest = pack_digest(pack.manifest)
    click.echo(f"assay: wrote {safe(mask(str(target)))}: {pack.number} files, sha256:{digest}, {signed}", err=True)
