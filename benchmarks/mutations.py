"""The mutations of a module: conditions, boolean operators, comparisons, signs, 0 and 1, True and False.

Pure functions: source text in, source text out. Used by `benchmarks.mutants`.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

#: What each operator becomes. `<` becomes `<=`, not `>=`: only a test of the boundary notices it.
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SIGNS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One change: bytes `start` to `end` of a file become `words`. `before` and `after` show its first line."""

    path: str
    line: int
    start: int
    end: int
    kind: str
    words: str
    before: str
    after: str
    source: str  # a hash of the file: an outcome counts for this text only

    @property
    def key(self) -> str:
        return f"{self.path}:{self.source}:{self.start}:{self.end}:{self.words}"

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.words.encode() + source[self.end :]


def mutations(path: str, source: bytes) -> list[Mutation]:
    """List every mutation of a file, in the order of the text."""
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    found, version = {}, hashlib.sha256(source).hexdigest()[:12]
    for node, kind, words in _changes(tree, _skipped(tree)):
        start, end = starts[node.lineno - 1] + node.col_offset, starts[(node.end_lineno or 0) - 1] + node.end_col_offset
        before, last = lines[node.lineno - 1], lines[(node.end_lineno or 0) - 1]
        after = before[: node.col_offset] + words.encode() + last[node.end_col_offset :]
        found[start, end, words] = Mutation(
            path=path,
            line=node.lineno,
            start=start,
            end=end,
            kind=kind,
            words=words,
            before=before.decode().strip(),
            after=after.decode().strip(),
            source=version,
        )
    return [found[key] for key in sorted(found)]


def _skipped(tree: ast.Module) -> set[ast.AST]:
    """Find the nodes to leave alone: types, `if TYPE_CHECKING` and `if __name__`, which no test decides; and the inside of
    f-strings, because Python 3.11 gives wrong positions there."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        inner: list[ast.AST] = [node] if isinstance(node, ast.JoinedStr) else []
        if isinstance(node, ast.If) and re.search(r"\b(TYPE_CHECKING|__name__)\b", ast.unparse(node.test)):
            inner = [node]
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            inner = [node.annotation]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            inner = [node.returns]
        for each in inner:
            skipped.update(ast.walk(each))
    return skipped


def _changes(tree: ast.Module, skipped: set[ast.AST]) -> Iterator[tuple[ast.expr, str, str]]:
    """Yield (expression, kind of change, what it becomes)."""
    for node in ast.walk(tree):
        if node in skipped:
            continue
        tests = []
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            tests = [node.test]
        elif isinstance(node, ast.comprehension):
            tests = node.ifs
        for test in tests:
            if not isinstance(test, ast.Constant | ast.Compare) and test not in skipped:
                yield test, "condition", f"(not ({ast.unparse(test)}))"
        if isinstance(node, ast.expr):
            yield from ((node, kind, words) for kind, words in _turned(node))


def _turned(node: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield the changes of one expression as (kind, what it becomes)."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = copy.deepcopy(node)
            other.ops[place] = COMPARISONS[type(operator)]()
            yield "comparison", f"({ast.unparse(other)})"
    elif isinstance(node, ast.BoolOp):
        other_operator = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean", f"({ast.unparse(ast.BoolOp(other_operator, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield "sign" if isinstance(node.op, ast.USub) else "boolean", f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.BinOp) and type(node.op) in SIGNS and not _of_text(node):
        yield "sign", f"({ast.unparse(ast.BinOp(node.left, SIGNS[type(node.op)](), node.right))})"
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "constant", str(not node.value)
    elif isinstance(node, ast.Constant) and node.value in (0, 1) and type(node.value) is int:
        # Other numbers are limits and weights: one more or less is another setting, not a mistake in the logic.
        yield "constant", str(1 - node.value)


def _of_text(node: ast.BinOp) -> bool:
    """Whether an operand is a literal text or list: with another operator it always fails, which proves nothing."""
    written = (ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict)
    return any(
        isinstance(each, written) or (isinstance(each, ast.Constant) and isinstance(each.value, str | bytes))
        for each in (node.left, node.right)
    )
