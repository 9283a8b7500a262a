"""The words of the files of a pack, in plain words, for a reader who has the pack only."""

from __future__ import annotations

from collections.abc import Iterator

_NUMBERS = {
    "subject": "one thing that rules are about, such as a container, a flow or a waiver: one line of "
    "`subjects.jsonl`. `subjects` of a file counts those that it states or builds, also if the file was skipped as "
    "an input",
    "`evaluated`": "outcomes of a rule, one for each subject, or for each item of a subject: pass, fail, error (it "
    "could not be evaluated) or unknown (the files do not state enough)",
    "`merged`": "outcomes that have the same cause as a listed finding, which stands for them",
    "`outside_scope`": "outcomes that count for no control of the requested frameworks: outside of the paths of the "
    "scope, about other data, of a control that does not apply, or only mapped with low strength. Those that are "
    "not passes are in `left_out.jsonl` with the reasons",
    "`listed`": "findings: outcomes that count for a control, or that the rules of an organisation report. Each is "
    "in `results.json`",
    "`findings`": "in `totals.json`: listed failures, and how many of these a waiver accepts. The verdict counts "
    "those that are not waived. In OSCAL, a finding is a conclusion about one control, so the two numbers are about "
    "different things",
    "`severity`, `counted_severity`": "in `results.json`, `severity` is the one of the rule; `counted_severity` is "
    "there only if another one counts, because a configuration changed it, or for the reason in `counted_because`. "
    "`totals.json` and SARIF count by the one that counts. In "
    "`controls/`, `severity` is the one that counts, and `rule_severity` the one of the rule",
    "`in_scope_of`": "in `population.jsonl`: the requested frameworks whose scope holds the file",
    "`committed`": "in `population.jsonl`: the commit has the file with this content",
}
_STATUS = {
    "mapping": "the written opinion that the outcome of a rule says something about a control, with a reason. All "
    "are in `policy/`",
    "relation": "*violates*: a failure contradicts the control (`not-satisfied`). *Supports*: a failure weakens it "
    "(`weakened`), and a pass is design evidence. *Declares*: the same, for what only a document states",
    "strength": "how closely the rule is about the control. Rules that are mapped with high or medium strength "
    "decide the status. Those with low strength decide nothing: their failures are listed and do not change "
    "the status",
    "`counts`": "in the tables of `controls/`: `yes`, or `no` and why the outcome does not decide the status. The "
    "columns `pass`, `fail`, `error` and `unknown` of `controls/index.csv` count those with `yes`, the columns "
    "`…_not_counted` the others",
    "a pass is not evidence": "a failure of the rule counts, but a pass says too little to count, by the reason of "
    "the mapping",
    "`fail_elsewhere`": "in `controls/index.csv`: failures of its rules that are outside of the scope, about other "
    "data, or of a control that does not apply. They are not in the table of the control",
    "`partial`": "of the rules that decide, some passed and none failed, and this does not show all of the control",
    "`not-assessed`": "no rule that decides failed, and none had a pass that counts, or it is not known whether the "
    "control applies",
    "`(waived)`": "waivers accept every failure that counts; the status is what it would be without the waivers",
    "`not_run`": "rules that are mapped to the control and did not run, because a profile or a setting leaves them out",
    "`by_word`": "in `results.json`: controls that are supported only by statements in documents",
    "`evidence`": "in `results.json`: controls that are decided by `manifest` (files that configure a platform), by "
    "`declared` (statements in documents only), or `low` (only by rules with low strength, so not assessed)",
    "`manual_evidence`": "in `controls/index.csv`: the state of what people collected, from `evidence.yaml`",
}
_PACK = {
    "`ruleset_digest`": "SHA-256 of all rules and catalogues, the rules that ran with their parameters, and the "
    "version of Kubernetes",
    "`pack_digest`": "SHA-256 of all rules, policies and catalogues; it is not the digest of this pack, which is "
    "the one of `MANIFEST.sha256`",
    "`cel`": "in `run.json`: the version of the library that evaluates the conditions of rules",
    "`signature`": "the fingerprint of the key that signs the pack, or UNSIGNED; the signature itself is "
    "`MANIFEST.sha256.sig`",
    "`fingerprint`": "the identity of a finding, which is the same in later scans",
    "`start`, `end`, `collected` in OSCAL": "the time of the commit, SOURCE_DATE_EPOCH where it is set, or "
    "1980-01-01 outside of Git, so that two builds give the same bytes. The scan ran at `started` and `ended` of "
    "`run.json`",
}
_SECTIONS = {
    "Of each rule and in total, evaluated = merged + outside_scope + listed in `totals.json`.": _NUMBERS,
    "How a control gets its status:": _STATUS,
    "How the pack was made:": _PACK,
}


def glossary() -> Iterator[str]:
    """The section of the page, in parts."""
    yield "## What the words mean\n\n"
    for lead, words in _SECTIONS.items():
        yield f"{lead}\n\n| word | meaning |\n|---|---|\n"
        yield from (f"| {word} | {meaning} |\n" for word, meaning in words.items())
        yield "\n"
