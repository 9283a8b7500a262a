"""`VERIFY.md`: how anybody verifies a pack, with programs that every system has."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.evidence.glossary import glossary
from scanner.evidence.run_record import PackSource
from scanner.finished_scan import DISCLAIMER, Scan
from scanner.reports import waivers
from scanner.reports.configuration import sentences, title
from scanner.reports.safe_text import safe

PAGE = "VERIFY.md"

_UNSIGNED = """UNSIGNED: the manifest shows that no file was changed after it was written. It does not show who made the
pack, and whoever changes a file can write the manifest anew.
"""
_SIGNED = """The key with the fingerprint `{fingerprint}` signs the manifest. Compare
the fingerprint with one that you received in another way: a pack with another key can name that key here.
"""
_FILES = r"""
Run the commands in the folder of the pack. `assay evidence verify FOLDER` does the same and more.

## No file was changed

```sh
sha256sum --check --strict --quiet MANIFEST.sha256
```

## No file was added, and none is a link

The first command prints nothing. The other two print the same digest.

```sh
find . ! -type d ! -type f -o -type d -empty
find . -type f | sed 's|^\./||' | grep -vxE 'MANIFEST\.sha256(\.sig)?|attestation\.(dsse|sigstore)\.json' |
  LC_ALL=C sort | sha256sum
cut -c67- MANIFEST.sha256 | sha256sum
```
"""
_SIGNATURES = r"""
## The key signs the manifest

```sh
openssl pkey -pubin -in key.pub -outform DER | sha256sum
openssl dgst -sha256 -verify key.pub -signature MANIFEST.sha256.sig MANIFEST.sha256
```

## The key signs the attestation

The last command of the first group prints `Verified OK`. `sha256sum` prints the digest of the manifest that the
attestation names, and `grep` prints how often it contains this digest: 1.

```sh
work=$(mktemp -d)
sed 's/.*"payload":"\([^"]*\)".*/\1/' attestation.dsse.json | base64 -d >"$work/statement"
sed 's/.*"sig":"\([^"]*\)".*/\1/' attestation.dsse.json | base64 -d >"$work/signature"
printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <"$work/statement")" >"$work/signed"
cat "$work/statement" >>"$work/signed"
openssl dgst -sha256 -verify key.pub -signature "$work/signature" "$work/signed"
sha256sum MANIFEST.sha256
grep -c "$(sha256sum MANIFEST.sha256 | cut -c-64)" "$work/statement"
```

`cosign verify-blob-attestation --key key.pub --bundle attestation.sigstore.json MANIFEST.sha256` does the same.
"""
_GIT = r"""
## The files are those of the commit

Run these in a clone of the repository. The first prints the tree that `run.json` names. A file of `population.jsonl`
with `"committed":true` stands in the second list with its `blob`. Each file of the list that lies in the scanned paths
has a line there, or is in a folder that has one.

```sh
git rev-parse {commit}^{{tree}}
git -c core.quotePath=false ls-tree -r {commit}
```
"""
_NO_GIT = """
## The files are those that were scanned

The files were not in a Git checkout. `sha256sum` of a file equals its line in `population.jsonl`.
"""
_WHAT = """
## What is where

| question | file |
|---|---|
| who ran it, when, with which version, arguments, configuration and commit | `run.json` |
| which files were in scope, which were not read and why | `population.jsonl` |
| what was tested, with each result | `subjects.jsonl`, `controls/index.csv`, `controls/` |
| what failed and counts for no control, and why | `left_out.jsonl` |
| how the numbers add up | `totals.json` |
| all findings | `results.json`, `results.sarif`, `report.html` |
| the same for programs that read OSCAL or Gemara | `oscal/`, `gemara/` |
| by which rules, mappings, scope, waivers and configuration | `policy/` |

"""


def verify_page(scan: Scan, source: PackSource) -> bytes:
    """The page of a pack."""
    return "".join(_parts(scan, source)).encode("utf-8", "backslashreplace")


def _parts(scan: Scan, source: PackSource) -> Iterator[str]:
    yield "# How to verify this pack\n\n"
    yield _SIGNED.format(fingerprint=source.signature) if source.is_signed else _UNSIGNED
    yield _FILES
    if source.is_signed:
        yield _SIGNATURES
    yield _GIT.format(commit=source.commit) if source.commit else _NO_GIT
    yield _WHAT
    yield from glossary()
    yield from _changes(scan)
    yield f"{DISCLAIMER}\n"


def _changes(scan: Scan) -> Iterator[str]:
    """What a configuration changed, and every waiver, indented, so that nothing of it is read as Markdown."""
    if scan.run.configuration:
        yield f"## Configuration\n\n    {safe(title(scan.run.configuration))}\n"
        yield from (f"    - {safe(each)}\n" for each in sentences(scan.run.configuration))
        yield "\n"
    if scan.waivers:
        yield f"## Waivers\n\n    {safe(waivers.title(scan.waivers))}\n"
        yield from (f"    - {safe(each)}\n" for each in waivers.sentences(scan.waivers))
        yield "\n"
