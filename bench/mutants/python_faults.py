"""The faults that Python code is given: mutmut's operators, conditions turned round and keyword arguments left out.

mutmut itself passes over decorated functions, and every coverage rule has a decorator; hence its operators only. None
put in the place of a value is left out, since mypy refuses it long before a test could.
"""

import ast
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any, cast

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_arg_removal, operator_assignment, operator_string

_LEFT_OUT = (operator_arg_removal, operator_assignment)
_WORDS = {"say"}
"""Calls whose strings are sentences for people: a reader judges them, no test compares them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One change of one node; `code` is the function or statement that holds it, `owner` its class."""

    module: str
    owner: str
    function: str
    """Empty for a statement of the module or of a class body."""
    lines: tuple[int, int]
    """Of the innermost statement around it."""
    before: str
    after: str
    code: str

    def __str__(self) -> str:
        """How a survivor is reported."""
        where = ".".join(part for part in (self.module, self.owner, self.function) if part)
        return f"{where}:{self.lines[0]}: {self.before}  ->  {self.after}"


def faults_of(path: Path, module: str) -> list[Fault]:
    """Every fault of a file, in its order."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text("utf-8")))
    visitor = _Visitor(module, wrapper.module)
    wrapper.visit(visitor)
    return visitor.faults


def _turned_round(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """`not (condition)` where an `if`, `while` or comprehension has neither comparison nor `not` to mutate."""
    if not isinstance(node, cst.If | cst.While | cst.CompIf):
        return
    if isinstance(node.test, cst.UnaryOperation | cst.Comparison):
        return
    bracketed = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(cst.Not(), bracketed))


def _left_out(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The call without one of its keyword arguments: a default steps in, or a fact is not recorded."""
    if isinstance(node, cst.Call):
        for argument in node.args:
            if argument.keyword is not None:
                yield node.with_changes(args=[each for each in node.args if each is not argument])


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, module: str, tree: cst.Module) -> None:
        super().__init__()
        self.faults: list[Fault] = []
        self._module = module
        self._tree = tree
        self._path: list[cst.CSTNode] = []
        self._quiet = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
            return False
        if isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], cst.Expr) and _is_text(node.body[0]):
            return False
        self._path.append(node)
        self._quiet += _speaks(node)
        for changed in self._changes(node):
            self._add(node, changed)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self._path and self._path[-1] is original_node:
            self._path.pop()
            self._quiet -= _speaks(original_node)

    def _changes(self, node: cst.CSTNode) -> Iterable[cst.CSTNode]:
        for kind, operator in mutation_operators:
            if not isinstance(node, kind) or operator in _LEFT_OUT:
                continue
            if operator is operator_string and isinstance(node, cst.BaseString):
                yield from [] if self._quiet else list(operator(node))[:1]
            else:
                yield from operator(node)
        yield from _turned_round(node)
        yield from _left_out(node)

    def _add(self, node: cst.CSTNode, changed: cst.CSTNode) -> None:
        holder = _holder(self._path)
        if holder is None:
            return
        inner = next(
            each
            for each in reversed(self._path)
            if isinstance(each, cst.SimpleStatementLine | cst.BaseCompoundStatement | cst.MatchCase)
        )
        span = self.get_metadata(PositionProvider, inner)
        owner = next((each.name.value for each in self._path if isinstance(each, cst.ClassDef)), "")
        mutated: Any = changed if holder is node else holder.deep_replace(node, changed)
        function = ""
        if isinstance(holder, cst.FunctionDef):
            function = holder.name.value
            mutated = mutated.with_changes(decorators=[], leading_lines=[])
        source = cst.Module(body=[mutated]).code
        if not _compiles(source) or _same(source, holder):
            return
        self.faults.append(
            Fault(
                self._module,
                owner,
                function,
                (span.start.line, span.end.line),
                _brief(self._tree.code_for_node(node)),
                _brief(self._tree.code_for_node(changed)),
                source,
            )
        )


def _holder(path: list[cst.CSTNode]) -> cst.CSTNode | None:
    """The function or method, else the top-level statement, that is run anew with the fault in it."""
    for each in path:
        if isinstance(each, cst.FunctionDef):
            return each
    return next((each for each in path if isinstance(each, cst.SimpleStatementLine | cst.ClassDef)), None)


def _is_text(statement: cst.Expr) -> bool:
    return isinstance(statement.value, cst.SimpleString | cst.ConcatenatedString | cst.Ellipsis)


def _speaks(node: cst.CSTNode) -> bool:
    """A sentence for a person, in both languages or in an error's message, or a list of names for import."""
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Name) and node.func.value in _WORDS
    if isinstance(node, cst.Assign):
        target = node.targets[0].target
        return isinstance(target, cst.Name) and target.value in {"message", "__all__"}
    return False


def _compiles(source: str) -> bool:
    try:
        compile(source, "<fault>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def _same(source: str, holder: cst.CSTNode) -> bool:
    plain: Any = holder.with_changes(decorators=[], leading_lines=[]) if isinstance(holder, cst.FunctionDef) else holder
    return ast.dump(ast.parse(source)) == ast.dump(ast.parse(cst.Module(body=[plain]).code))


def _brief(code: str) -> str:
    return shorten(" ".join(code.split()), 90, placeholder=" ...")


def constants(code: str) -> list[str]:
    """The names that a statement of a module assigns; none for a class."""
    return [
        each.id for each in ast.walk(ast.parse(code)) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    ]


def lines_that_read(folder: Path) -> dict[str, list[tuple[str, int]]]:
    """Where a name is read, in any module of the folder."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for path in folder.glob("*.py"):
        for each in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
                found[each.id].append((f"rules.{path.stem}", each.lineno))
    return found


def plant(fault: Fault, module: types.ModuleType, everywhere: Iterable[types.ModuleType]) -> None:
    """Put the fault into the running process."""
    if fault.function:
        _plant_function(fault, module)
        return
    names: dict[str, object] = {}
    exec(compile(fault.code, "<fault>", "exec"), module.__dict__, names)  # noqa: S102 - our own code, changed
    for name, new in names.items():
        old = module.__dict__.get(name)
        for other in everywhere:
            if other.__dict__.get(name) is old:
                other.__dict__[name] = new


def function_of(fault: Fault, module: types.ModuleType) -> types.FunctionType:
    """The function that the fault is in, as it is called."""
    holder = getattr(module, fault.owner) if fault.owner else module
    found = holder.__dict__[fault.function]
    return cast("types.FunctionType", getattr(found, "fget", None) or getattr(found, "__func__", found))


def _plant_function(fault: Fault, module: types.ModuleType) -> None:
    names: dict[str, object] = {}
    exec(compile(fault.code, "<fault>", "exec"), module.__dict__, names)  # noqa: S102 - our own code, changed
    new, found = cast("types.FunctionType", names[fault.function]), function_of(fault, module)
    found.__code__, found.__defaults__, found.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
