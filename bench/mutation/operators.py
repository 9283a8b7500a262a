"""One-line changes to Python source that a test should notice.

Places come from the syntax tree, changes are made in the text of one line, so that a person can read and repeat them.
Docstrings, annotations, imports, prose for people (`help=`, messages) and what only tunes speed (`slots`, the size of a
cache) are left alone.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

_SWAPS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
_PROSE = {"help", "metavar", "hint", "short_help", "message", "show_default", "epilog"}
"""Keyword arguments that are read by people only."""
_TUNING = {"dataclass", "lru_cache", "cache", "TypeVar", "NewType", "cast"}
"""Calls whose arguments change speed or typing only."""
_TEXT_METHODS = {"split", "startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "get"}
_LOGGING = {"debug", "info", "warning", "log"}


@dataclass(frozen=True, order=True)
class Mutation:
    """One change of one line."""

    path: str
    line: int
    column: int
    before: str
    """The whole line."""
    after: str
    kind: str

    def applied(self, source: str) -> str:
        """The source with the line changed."""
        lines = source.split("\n")
        assert lines[self.line - 1] == self.before
        lines[self.line - 1] = self.after
        return "\n".join(lines)


def mutations(path: str, source: str) -> list[Mutation]:
    """All changes of a source, of which a few give no other program."""
    finder = _Finder(path, source.split("\n"))
    finder.visit(ast.parse(source))
    return sorted(set(finder.found))


class _Finder(ast.NodeVisitor):
    """Collects changes while it walks a tree."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path, self.lines = path, lines
        self.found: list[Mutation] = []

    # What is not looked into.

    def visit_Import(self, node: ast.Import) -> None:
        """Nothing in it is behaviour."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Nothing in it is behaviour."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Python 3.11 does not say where its parts stand."""

    def visit_Raise(self, node: ast.Raise) -> None:
        """What is said in it is prose; that it is raised at all is left to the conditions around it."""

    def visit_Assert(self, node: ast.Assert) -> None:
        """A thing that holds anyway."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and not (isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias"):
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in ("__repr__", "__str__"):
            return
        for part in (*node.decorator_list, *node.args.defaults, *(each for each in node.args.kw_defaults if each)):
            self.visit(part)
        for statement in node.body:
            self.visit(statement)

    # What is changed.

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" not in ast.dump(node.test):
            self._negate(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for index, operator in enumerate(node.ops):
            before, after = _SWAPS[type(operator)]
            self._between(sides[index], sides[index + 1], before, after, "comparison")
        for side in sides:
            self._text(side)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        before, after = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, before, after, "and/or")
            self._cut(left, right, "operand removed")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not) and (inner := self._source(node.operand)):
            self._replace(node, inner, "not removed")
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            self._replace(node, "0" if node.operand.value == 1 else str(node.operand.value), "number")
            return
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        texts = (ast.JoinedStr, ast.Constant, ast.List, ast.Tuple)
        swap = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "+"), ast.FloorDiv: ("//", "*")}
        if type(node.op) in swap and not (isinstance(node.left, texts) and not _is_number(node.left)):
            self._between(node.left, node.right, *swap[type(node.op)], "arithmetic")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._replace(node, str(not node.value), "constant")
        elif isinstance(node.value, int):
            self._replace(node, str(node.value + 1), "number")
            if node.value > 0:
                self._replace(node, str(node.value - 1), "number")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.slice, ast.Slice):
            for bound in (node.slice.lower, node.slice.upper):
                if bound is not None:
                    self._replace(bound, "", "slice")
        elif isinstance(node.slice, ast.Constant) and node.slice.value == 0:
            self._replace(node.slice, "-1", "index")
        self._text(node.slice)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            for element in node.value.elts:  # without one of them Python itself would refuse it
                self.visit(element)
        else:
            self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if len(node.elts) == 2 and isinstance(node.ctx, ast.Load) and (text := self._source(node)):  # noqa: PLR2004
            form = "({},)" if text.startswith("(") and text.endswith(")") else "{},"
            for element in node.elts:
                self._replace(node, form.format(self._source(element)), "element removed")
                self._text(element)
                self.visit(element)
        else:
            self._elements(node, node.elts)

    def visit_List(self, node: ast.List) -> None:
        self._elements(node, node.elts)

    def visit_Set(self, node: ast.Set) -> None:
        self._elements(node, node.elts)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and key.lineno == value.end_lineno:
                self._drop(key, value, "item removed")
                self._text(key)
                self._text(value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _TUNING or name in _LOGGING:
            return
        if name in _TEXT_METHODS and node.args:
            self._text(node.args[0])
        self.visit(node.func)
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            if keyword.arg not in _PROSE:
                self.visit(keyword.value)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            return
        if isinstance(node.value, ast.Compare | ast.BoolOp):
            self._negate(node.value)
        elif isinstance(node.value, ast.Constant) and (not node.value.value or node.value.value is True):
            self._text(node.value)  # who asks for its truth only sees no difference between False and None
        else:
            self._replace(node.value, "None", "return value")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._replace(node, "pass", "statement removed")

    def visit_Break(self, node: ast.Break) -> None:
        self._replace(node, "pass", "statement removed")

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self._replace(node, "pass", "statement removed")
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._replace(node, "pass", "statement removed")
        self.generic_visit(node)

    # How it is changed.

    def _elements(self, node: ast.Tuple | ast.List | ast.Set, elements: list[ast.expr]) -> None:
        if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            return
        for element in elements:
            if len(elements) > 1 or isinstance(node, ast.List):
                self._drop(element, element, "element removed")
            self._text(element)
        for element in elements:
            self.visit(element)

    def _text(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (text := self._source(node)):
            self._replace(node, text[:-1] + "~" + text[-1], "text")

    def _negate(self, test: ast.expr) -> None:
        if not isinstance(test, ast.UnaryOp) and (text := self._source(test)):
            self._replace(test, f"not ({text})", "negated")

    def _source(self, node: ast.expr) -> str:
        """The text of what stands on one line; empty for anything else."""
        if node.lineno != node.end_lineno or node.end_col_offset is None:
            return ""
        return self.lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()

    def _replace(self, node: ast.stmt | ast.expr, text: str, kind: str) -> None:
        if node.lineno == node.end_lineno and node.end_col_offset is not None:
            self._add(node.lineno, node.col_offset, node.end_col_offset, text, kind)

    def _between(self, left: ast.expr, right: ast.expr, before: str, after: str, kind: str) -> None:
        """Change an operator that stands on one line between its operands."""
        if left.end_lineno == right.lineno and left.end_col_offset is not None:
            text = self.lines[right.lineno - 1].encode()[left.end_col_offset : right.col_offset].decode()
            if before in text:
                changed = text.replace(before, after, 1)
                self._add(right.lineno, left.end_col_offset, right.col_offset, changed, kind)

    def _cut(self, left: ast.expr, right: ast.expr, kind: str) -> None:
        """Remove the right one of two operands and the operator before it."""
        if left.end_lineno == right.lineno == right.end_lineno and left.end_col_offset is not None:
            self._add(right.lineno, left.end_col_offset, right.end_col_offset or 0, "", kind)

    def _drop(self, first: ast.expr, last: ast.expr, kind: str) -> None:
        """Remove an element with its comma; a comma before it stays, which keeps a tuple of one a tuple."""
        if first.lineno != last.end_lineno or last.end_col_offset is None:
            return
        rest = self.lines[first.lineno - 1].encode()[last.end_col_offset :].decode()
        end = last.end_col_offset
        if rest.lstrip().startswith(","):
            after = rest.lstrip()[1:]
            end += len(rest.encode()) - len(after.lstrip(" ").encode())
        self._add(first.lineno, first.col_offset, end, "", kind)

    def _add(self, line: int, start: int, end: int, text: str, kind: str) -> None:
        before = self.lines[line - 1]
        raw = before.encode()
        after = (raw[:start] + text.encode() + raw[end:]).decode().rstrip()
        if after.strip() in ("", ")", "]", "}") and before.strip():
            after = before[: len(before) - len(before.lstrip())] + after.strip()
        self.found.append(Mutation(self.path, line, start, before, after, kind))


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)
