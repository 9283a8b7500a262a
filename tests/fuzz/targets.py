"""What is fuzzed: functions of bytes that return, or raise what a person could not mend.

An AssayError is an answer: it says what is wrong with a file. Anything else that is raised is a fault of Assay.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree as ET

from scanner import cli, facts, inputs, library, reports
from scanner import scan as scanning
from scanner.cli.environment import cache_folder
from scanner.errors import AssayError
from scanner.findings import separate_findings
from scanner.frameworks import catalogue
from scanner.masking import sealed
from scanner.model import Profile, Subject
from scanner.options import Options
from scanner.policy import examples, pack
from scanner.policy.evaluate import Evaluation, Evaluator
from scanner.policy.rule import load
from scanner.reports.html import page
from scanner.scan import evaluators
from scanner.sources import File, Source
from tests.fuzz import seeds
from tests.fuzz.structures import altered

_PLAIN = Options(
    profile=Profile.OPINION,
    include_passes=True,
    fixes=True,
    all_frameworks=True,
    jobs=1,
    cache_folder=cache_folder(os.environ),
)
_FRAMEWORKS = 3
"""Frameworks of a scan: all of them take most of its time."""
_FORMATS = tuple(reports.FORMATS)
_VISIBLE = tuple(name for name in seeds.NAMES if name != "-" and "/" not in name)


@cache
def _rules() -> tuple[Evaluator, Evaluator]:
    every = pack.load_all(library.Cache(_PLAIN.cache_folder))
    local, joined = evaluators(every.choose(every.of_profile(Profile.OPINION)), _PLAIN)
    return local, joined


@cache
def folder() -> Path:
    """A folder of this process; what a target leaves in it, the next run writes over."""
    return Path(tempfile.mkdtemp(prefix="assay-fuzz-"))


def _judge(name: str, content: bytes) -> None:
    """All that is done with one file, without the reports."""
    local, joined = _rules()
    found: list[Subject] = []
    whole = Evaluation()
    for portion in inputs.assess(File(name, content), local, inputs.Work(fixes=True)):
        found += portion.subjects
        whole.merge(portion.evaluation)
    whole.merge(joined.evaluate(found, facts.derive(found, whole=True)))
    sealed(tuple(separate_findings(whole, ())))


def documents(data: bytes) -> None:
    """Bytes -> documents -> subjects -> facts -> rules -> masking; the first byte says the name of the file."""
    _judge(seeds.NAMES[data[0] % len(seeds.NAMES)] if data else "a.yaml", data[1:])


def subjects(data: bytes) -> None:
    """The same for a structure of the examples that is altered here and there, so that it always can be read."""
    _judge(*altered(data))


def rules(data: bytes) -> None:
    """A rule file is loaded and its examples are run."""
    path = folder() / "kubernetes" / "container-drawn.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    with suppress(AssayError):
        for problem in examples.check(load(path, folder())):
            str(problem)


def configuration(data: bytes) -> None:
    """What `assay config show` says of an `assay.yaml` that is found, and of one that is named."""
    place = folder() / "found"
    place.mkdir(exist_ok=True)
    (place / "assay.yaml").write_bytes(data)
    with chdir(place), _in_this_process():
        for arguments in (["config", "show"], ["config", "show", "--config", "assay.yaml"]):
            with suppress(AssayError), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                cli.assay.main(arguments, standalone_mode=False)


def results(data: bytes) -> None:
    """A scan of one file and a report of it, which can be read back; the first two bytes say which name and format."""
    place = folder() / "scanned"
    place.mkdir(exist_ok=True)
    for old in place.iterdir():
        old.unlink()
    which, how, *_ = *data[:2], 0, 0
    name, form = _VISIBLE[which % len(_VISIBLE)], _FORMATS[how % len(_FORMATS)]
    (place / name).write_bytes(data[2:])
    with _in_this_process(*_QUICKER):
        text = "".join(reports.render(form, scanning.scan([str(place)], _PLAIN)))
    text.encode()
    if reports.find(form).media_type.endswith(("/json", "+json")):
        json.loads(text)
    elif reports.find(form).media_type == "application/xml":
        ET.fromstring(text)


@contextmanager
def _in_this_process(*also: tuple[Any, str, Any]) -> Iterator[None]:
    """Files are worked on here, where the fuzzer sees what runs, and what is shipped is loaded once."""
    with ExitStack() as stack:
        for module, name, instead in (*_INSTEAD, *also):
            stack.enter_context(patch.object(module, name, instead))
        yield


def _spread(
    work: Callable[[Source], Iterator[Any]], _: object, some: Iterable[Source], *__: object
) -> Iterator[tuple[Source, list[Any]]]:
    return ((source, list(work(source))) for source in some)


def _loaded_once(load: Callable[..., Any]) -> Callable[..., Any]:
    """What `load` gives of the shipped files; with files of a configuration beside them, it is called."""
    shipped: list[Any] = []

    def loaded(cache: library.Cache, extra: Sequence[Path] = (), *others: Any) -> Any:
        if extra:
            return load(cache, extra, *others)
        if not shipped:
            shipped.append(load(cache, extra, *others))
        return shipped[0]

    return loaded


_shipped = _loaded_once(catalogue.load)
_INSTEAD = (
    (inputs, "spread", _spread),
    (pack, "load_all", _loaded_once(pack.load_all)),
    (catalogue, "load", _shipped),
    (page, "_environment", cache(page._environment)),
)
_QUICKER = (
    (scanning, "evaluators", lambda *_, **__: _rules()),
    (catalogue, "load", lambda *given: _shipped(*given)[:_FRAMEWORKS]),
)
"""For a scan whose rules and frameworks are always the same."""


TARGETS: dict[str, tuple[Callable[[bytes], None], Callable[[], Iterator[bytes]]]] = {
    "documents": (documents, seeds.of_documents),
    "subjects": (subjects, seeds.of_subjects),
    "rules": (rules, seeds.of_rules),
    "configuration": (configuration, seeds.of_configuration),
    "results": (results, seeds.of_results),
}
"""Name -> the target and its seeds."""
