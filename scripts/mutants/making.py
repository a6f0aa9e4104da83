"""Every mutant of a source file: one small change to one node of its syntax tree."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    Change = tuple[ast.AST, ast.AST]  # what stands there, what comes in its place

COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
RECKONED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLED = {"any": "all", "all": "any", "min": "max", "max": "min"}
WORDS = ("name", "says", "because", "unit")  # of a rule or goal: the rulebook page holds them, and a test the page


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where, in words that stay the same when lines move, and how to make it."""

    file: str
    name: str
    parent: ast.AST
    field: str
    place: int | None
    node: ast.AST

    @property
    def key(self) -> str:
        """Give the file and the change as the list of equivalents writes them."""
        return f"{self.file} {self.name}"

    def apply(self) -> None:
        """Make the change in the tree."""
        if self.place is None:
            setattr(self.parent, self.field, self.node)
        else:
            getattr(self.parent, self.field)[self.place] = self.node


def mutants_of(file: str, tree: ast.Module) -> list[Mutant]:
    """List the mutants of a file's functions and of what its rule or goal holds beside words."""
    times: Counter[str] = Counter()
    found = []
    for function, parent, field, place, node in _places(tree, ""):
        for new in _changes(node):
            name = f"{function}: {_told(node, new)}"
            times[name] += 1
            if times[name] > 1:
                name = f"{name} ({times[name]})"
            found.append(Mutant(file, name, parent, field, place, new))
    return found


def _told(old: ast.AST, new: ast.AST) -> str:
    """Tell a change in one line."""
    if isinstance(old, ast.If) and isinstance(new, ast.If):
        return f"if {_show(old.test)} -> if {_show(new.test)}"
    if isinstance(old, ast.Call) and isinstance(new, ast.Call) and len(new.keywords) < len(old.keywords):
        (gone,) = (keyword for keyword in old.keywords if keyword not in new.keywords)
        return f"{_show(old.func)}({gone.arg}={_show(gone.value)}) -> without {gone.arg}"
    return f"{_show(old)} -> {_show(new)}"


def _show(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


def _places(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST, str, int | None, ast.AST]]:
    """Walk over what runs when the code is used: no docstring, annotation, decorator, import or type-checking block."""
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "args"} and not isinstance(node, ast.Call):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _left_alone(child):
                continue
            within = child.name if isinstance(child, ast.FunctionDef) else function
            if isinstance(child, ast.Assign) and not function and not _is_made_of_functions(child):
                continue
            if not isinstance(child, ast.FunctionDef | ast.ClassDef):
                yield within or "whole file", node, field, place, child
            yield from _places(child, within)


def _left_alone(node: ast.AST) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    typing = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    words = isinstance(node, ast.keyword) and node.arg in WORDS
    declared = isinstance(node, ast.AnnAssign) and node.value is None
    return docstring or typing or words or declared or isinstance(node, ast.Import | ast.ImportFrom)


def _is_made_of_functions(node: ast.Assign) -> bool:
    """Tell whether this is the file's rule or goal; other module constants are read where they are used."""
    return isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Give every node that may stand in this one's place."""
    for change in (_changed_compare, _changed_logic, _changed_sum, _changed_value, _changed_call, _changed_statement):
        yield from change(node)


def _changed_compare(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            operators = [*node.ops[:place], COMPARED[type(operator)](), *node.ops[place + 1 :]]
            yield ast.Compare(left=node.left, ops=operators, comparators=node.comparators)


def _changed_logic(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(op=ast.Or() if isinstance(node.op, ast.And) else ast.And(), values=node.values)
        for place in range(len(node.values)):
            rest = [*node.values[:place], *node.values[place + 1 :]]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(op=node.op, values=rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            kept = [*node.ifs[:place], *node.ifs[place + 1 :]]
            yield ast.comprehension(target=node.target, iter=node.iter, ifs=kept, is_async=0)


def _changed_sum(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp) and type(node.op) in RECKONED:
        yield ast.BinOp(left=node.left, op=RECKONED[type(node.op)](), right=node.right)


def _changed_value(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(value=not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(value=node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield ast.Constant(value=f"{node.value}?")


def _changed_call(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name) and node.func.id in CALLED:
        other = ast.Name(id=CALLED[node.func.id], ctx=ast.Load())
        yield ast.Call(func=other, args=node.args, keywords=node.keywords)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "fromkeys":
        yield node.args[0]
    for place, keyword in enumerate(node.keywords):
        if keyword.arg not in WORDS:
            kept = [*node.keywords[:place], *node.keywords[place + 1 :]]
            yield ast.Call(func=node.func, args=node.args, keywords=kept)


def _changed_statement(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If):
        for answer in (True, False):
            yield ast.If(test=ast.Constant(value=answer), body=node.body, orelse=node.orelse)
    elif isinstance(node, ast.Expr | ast.AugAssign | ast.Continue) or (
        isinstance(node, ast.Return) and node.value is None
    ):
        yield ast.Pass()
