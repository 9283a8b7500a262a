"""Whether the templates of a chart give the same whenever they are rendered: they use no clock and no chance.

The functions that are known to depend on their arguments alone are listed, so that one that a later Helm adds is not
taken for one of them. `tpl` is none of them: it runs a text that may be put together from any pieces. Nor are `date`,
`now` and the like, what makes keys, certificates and random texts, and `lookup`. `keys` and `values` give a map in
another order each time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.errors import UnreadableError
from scanner.late import regex
from scanner.rendering import values_schema

_OPEN = b"{{"
_COMMENT = regex(rb"\{\{(?:-[ \t\r\n])?/\*.*?\*/(?:[ \t\r\n]-)?\}\}", re.DOTALL)
_STRING = rb'"(?:[^"\\\n]|\\.)*+"|`[^`]*+`|' + rb"'(?:[^'\\\n]|\\.)*+'"
_ACTION = regex(rb"\{\{((?>" + _STRING + rb"""|[^"`'}]|\}(?!\}))*+)\}\}""")
_STRINGS = regex(_STRING)
_SORTED = regex(rb"\bkeys(?=\s[^|()]*\|\s*sortAlpha\b)")
_NAME = regex(rb"(?<![\w.$])[A-Za-z_]\w*")
_KNOWN = frozenset(
    b"""
    if else end range with define template block break continue nil true false
    and or not len index slice print printf println html js urlquery eq ne lt le gt ge
    include required fail toYaml toYamlPretty mustToYaml fromYaml fromYamlArray toJson mustToJson fromJson fromJsonArray
    toToml fromToml toPrettyJson mustToPrettyJson toRawJson mustToRawJson mustFromJson
    abbrev abbrevboth trunc trim upper lower title untitle substr repeat trimall trimAll trimSuffix trimPrefix nospace
    initials swapcase snakecase camelcase kebabcase wrap wrapWith contains hasPrefix hasSuffix quote squote cat indent
    nindent replace plural sha1sum sha256sum sha512sum adler32sum toString toStrings join sortAlpha split splitn
    splitList default empty coalesce all any compact mustCompact ternary deepCopy mustDeepCopy typeOf typeIs typeIsLike
    kindOf kindIs deepEqual base dir clean ext isAbs osBase osDir osClean osExt osIsAbs b64enc b64dec b32enc b32dec
    tuple list dict get set unset hasKey pluck pick omit merge mergeOverwrite mustMerge mustMergeOverwrite dig chunk
    mustChunk append mustAppend push mustPush prepend mustPrepend first mustFirst rest mustRest last mustLast initial
    mustInitial reverse mustReverse uniq mustUniq without mustWithout has mustHas mustSlice concat
    regexMatch mustRegexMatch regexFindAll mustRegexFindAll regexFind mustRegexFind regexReplaceAll
    mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit regexQuoteMeta
    int int64 float64 atoi toDecimal seq until untilStep add1 add sub div mod mul max min biggest add1f addf subf divf
    mulf maxf minf ceil floor round semver semverCompare urlParse urlJoin
    """.split()
)


def repeats(files: Mapping[str, bytes]) -> bool:
    """Whether a chart with these files, by their paths in it, is rendered the same each time."""
    try:
        return all(
            not inner.endswith(".tgz") and _repeats(text)
            for name, content in files.items()
            for inner, text in values_schema.files_in(name, content, _is_template)
        )
    except UnreadableError:
        return False


def _is_template(name: str) -> bool:
    """Whether Helm may take a file for a template: more than it does, as a part of a chart may have any name."""
    return "templates/" in name.replace("\\", "/")


def _repeats(template: bytes) -> bool:
    at = template.find(_OPEN)
    while at >= 0:
        found = _COMMENT.match(template, at)
        if not found:
            found = _ACTION.match(template, at)
            if not found or not _KNOWN.issuperset(_NAME.findall(_SORTED.sub(b"", _STRINGS.sub(b'""', found[1])))):
                return False
        at = template.find(_OPEN, found.end())
    return True
