"""The mutants of a source text: one small fault each, only where a fault could change a number.

Left alone on purpose: annotations, docstrings and texts, decorators, imports, aliases of types, the
arguments of ``raise``, and constants so small that they are tolerances of an iteration. A fault there changes
no number, and a score that counts it says nothing.
"""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
ARITHMETIC |= {ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}
COMPARISON: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
SKIPPED = {"annotation", "returns", "decorator_list", "bases", "keywords_of_class", "type_params"}
LONGEST = 100
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Mutant:
    """One fault: where it stands, what it replaces and by what."""

    name: str
    operator: str
    line: int
    first_line: int
    last_line: int
    inside: bool
    before: str
    after: str
    node: int
    variant: int


@dataclass(frozen=True)
class _Place:
    """A node with the statement that a tracer would see."""

    node: ast.AST
    first: int
    last: int
    inside: bool


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_alias(node: ast.AST) -> bool:
    """Tell whether a statement of the module names a type or its public names."""
    return isinstance(node, ast.Assign) and (
        isinstance(node.value, ast.Subscript)
        or any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)
    )


def _header(statement: ast.stmt) -> tuple[int, int]:
    """Return the first and last line of a statement without the statements in it."""
    body = getattr(statement, "body", None)
    last = statement.end_lineno or statement.lineno
    return statement.lineno, max(statement.lineno, body[0].lineno - 1) if body else last


def _walk(node: ast.AST, place: _Place) -> Iterator[_Place]:
    """Yield every place where a fault may be set, always in the same order."""
    skipped = (ast.Raise, ast.Import, ast.ImportFrom, ast.AnnAssign)
    if (isinstance(node, skipped) and getattr(node, "value", None) is None) or _is_text(node):
        return
    if isinstance(node, ast.Module | ast.stmt) and not place.inside and _is_alias(node):
        return
    if isinstance(node, ast.stmt):
        place = _Place(node, *_header(node), place.inside)
    yield _Place(node, place.first, place.last, place.inside)
    for field, value in ast.iter_fields(node):
        if field in SKIPPED or (isinstance(node, ast.ClassDef) and field == "keywords"):
            continue
        inside = place.inside or (isinstance(node, ast.FunctionDef | ast.Lambda) and field == "body")
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child, _Place(child, place.first, place.last, inside))


def _constants(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int):
        yield "constant", ast.Constant(value + 1)
        yield "constant", ast.Constant(value - 1)
    elif isinstance(value, float) and not 0 < abs(value) < TOLERANCE:
        yield "constant", ast.Constant(value + 1)
        yield "constant", ast.Constant(value / 2 if value else -1.0)


def _binary(node: ast.BinOp | ast.AugAssign) -> Iterator[tuple[str, ast.AST]]:
    if type(node.op) in ARITHMETIC:
        changed = deepcopy(node)
        changed.op = ARITHMETIC[type(node.op)]()
        yield "arithmetic", changed


def _compared(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for position, operator in enumerate(node.ops):
        for other in COMPARISON[type(operator)]:
            changed = deepcopy(node)
            changed.ops[position] = other()
            yield "comparison", changed


def _unary(node: ast.UnaryOp) -> Iterator[tuple[str, ast.AST]]:
    yield "sign" if isinstance(node.op, ast.USub | ast.UAdd) else "boolean", node.operand


def _joined(node: ast.BoolOp) -> Iterator[tuple[str, ast.AST]]:
    changed = deepcopy(node)
    changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "boolean", changed


def _condition(node: ast.If | ast.IfExp | ast.While) -> Iterator[tuple[str, ast.AST]]:
    changed = deepcopy(node)
    changed.test = ast.UnaryOp(ast.Not(), changed.test)
    yield "boolean", changed


def _returned(node: ast.Return) -> Iterator[tuple[str, ast.AST]]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield "return", ast.Return(ast.Constant(None))


def _swapped(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    for first in range(len(node.args) - 1):
        pair = node.args[first : first + 2]
        texts = [ast.unparse(argument) for argument in pair]
        starred = any(isinstance(argument, ast.Starred) for argument in pair)
        # a type in `isinstance` or a pair of equals is no fault of numbers
        if not starred and texts[0] != texts[1] and ast.unparse(node.func) not in {"isinstance", "getattr"}:
            changed = deepcopy(node)
            changed.args[first], changed.args[first + 1] = changed.args[first + 1], changed.args[first]
            yield "argument", changed


def _sliced(node: ast.Slice) -> Iterator[tuple[str, ast.AST]]:
    if node.lower is not None:
        yield "slice", ast.Slice(None, node.upper, node.step)
    if node.upper is not None:
        yield "slice", ast.Slice(node.lower, None, node.step)
    if node.step is not None:
        yield "slice", ast.Slice(node.lower, node.upper, None)


def _faults(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:  # noqa: PLR0911 - one line a kind of node
    match node:
        case ast.Constant():
            return _constants(node)
        case ast.BinOp() | ast.AugAssign():
            return _binary(node)
        case ast.Compare():
            return _compared(node)
        case ast.UnaryOp():
            return _unary(node)
        case ast.BoolOp():
            return _joined(node)
        case ast.If() | ast.IfExp() | ast.While():
            return _condition(node)
        case ast.Return():
            return _returned(node)
        case ast.Call():
            return _swapped(node)
        case ast.Slice():
            return _sliced(node)
    return iter(())


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.While):
        node = node.test
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def mutants(module: str, source: str) -> list[Mutant]:
    """Return every mutant of a module's source, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for number, place in enumerate(_walk(tree, _Place(tree, 1, 1, inside=False))):
        for variant, (operator, fault) in enumerate(_faults(place.node)):
            line = getattr(place.node, "lineno", place.first)
            found.append(
                Mutant(
                    name=f"{module}:{line}:{number}.{variant}",
                    operator=operator,
                    line=line,
                    first_line=place.first,
                    last_line=place.last,
                    inside=place.inside,
                    before=_short(place.node),
                    after=_short(fault),
                    node=number,
                    variant=variant,
                )
            )
    return found


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, fault: ast.AST) -> None:
        self.target, self.fault = target, fault

    def visit(self, node: ast.AST) -> ast.AST:
        return self.fault if node is self.target else super().generic_visit(node)


def mutated(source: str, mutant: Mutant) -> str:
    """Return the source with the fault in it."""
    tree = ast.parse(source)
    target = next(
        place.node
        for number, place in enumerate(_walk(tree, _Place(tree, 1, 1, inside=False)))
        if number == mutant.node
    )
    fault = list(_faults(target))[mutant.variant][1]
    return ast.unparse(ast.fix_missing_locations(_Replace(target, fault).visit(tree)))
