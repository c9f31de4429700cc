"""The code of one scope under construction: values, environments, joins."""

from __future__ import annotations

import ast
from typing import Any

from pfadvisor.effects.environments import Env, Numbers
from pfadvisor.effects.facts import Block, Instr, Loop, Stmt
from pfadvisor.effects.scopes import Scope
from pfadvisor.model import Span

_made: Any = tuple.__new__  # of a NamedTuple in a third of the time


class Columns:
    """Turns the byte offsets of `ast` into code points, 1-based."""

    def __init__(self, text: str) -> None:
        self.ascii = text.isascii()
        self._lines = [] if self.ascii else text.split("\n")

    def span(self, node: ast.AST) -> Span:
        row, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        end_row, end = node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
        if self.ascii:
            made: Span = _made(Span, (row, column + 1, end_row, end + 1))
            return made
        return Span(row, self._point(row, column), end_row, self._point(end_row, end))

    def _point(self, row: int, offset: int) -> int:
        line = self._lines[row - 1]
        if line.isascii():
            return offset + 1
        return len(line.encode()[:offset].decode(errors="replace")) + 1


class Builder:
    """`env` maps local names to the values that reach this point; `dead` marks code that
    control does not reach, which is still lowered so that its loops are listed."""

    def __init__(self, columns: Columns, scope: Scope, shared: frozenset[str]) -> None:
        self.columns = columns
        self.scope = scope
        self.shared = shared  # locals that nested functions rebind
        self.code: list[Instr] = []
        self.stmts: list[Stmt] = []
        self.blocks: list[Block] = [Block(-1, "body")]
        self.loops: list[Loop | None] = []
        self.loop_stack: list[int] = []
        self.env = Env(Numbers())
        self.dead = False
        self.block = 0
        self.stmt = -1
        self.comp_scopes: list[dict[str, int]] = []
        self.breaks: list[list[Env]] = []
        self.continues: list[list[Env]] = []
        self.logs: list[list[tuple[str, int]]] = []
        self.annotations: list[tuple[int, str]] = []
        self.is_generator = False
        self.phi_names: list[tuple[int, str]] = []
        self.unreached: list[tuple[int, int]] = []
        self.never = 0  # how many suites around are known not to run
        self._unbound = -1

    def emit(self, op: str, args: tuple[Any, ...], span: Span) -> int:
        code = self.code
        code.append(_made(Instr, (op, args, span, self.stmt)))
        return len(code) - 1

    def open_stmt(self, kind: str, span: Span, block: int | None = None) -> int:
        self.stmts.append(Stmt(kind, span, self.block if block is None else block))
        self.stmt = len(self.stmts) - 1
        return self.stmt

    def new_block(self, owner: int, role: str, test: int = -1) -> int:
        self.blocks.append(Block(owner, role, test))
        return len(self.blocks) - 1

    def unbound(self) -> int:
        if self._unbound < 0:
            self._unbound = self.emit("unbound", (), Span(1, 1, 1, 1))
        return self._unbound

    def set_local(self, name: str, value: int, span: Span) -> None:
        self.env[name] = value
        for log in self.logs:
            log.append((name, value))
        if self.stmt >= 0:
            self.emit("bind", (name, value), span)
        if name in self.scope.inner_reads:
            self.emit("setcell", (name, value), span)

    def merge(self, environments: list[Env], span: Span) -> None:
        """Make `env` the join of the environments; none of them: this point is dead."""
        if not environments:
            self.dead = True
            return
        self.dead = False
        first, *others = environments
        joined = first.copy()
        for name, values in first.differing(others):
            values = [self.unbound() if v < 0 else v for v in values]
            joined[name] = self.emit("phi", tuple(dict.fromkeys(values)), span)
            self.phi_names.append((joined[name], name))
        self.env = joined

    def open_loop(self, names: set[str], span: Span) -> list[tuple[str, int]]:
        """Place a loopphi for every local that the body may bind."""
        phis = []
        for name in sorted(names):
            if name not in self.scope.bound or name in self.shared:
                continue
            before = self.env[name]
            value = self.emit("loopphi", (self.unbound() if before < 0 else before,), span)
            self.env[name] = value
            phis.append((name, value))
            self.phi_names.append((value, name))
        self.breaks.append([])
        self.continues.append([])
        return phis

    def close_loop(self, phis: list[tuple[str, int]]) -> list[Env]:
        """Patch the loopphis with what comes round; the environments of `break` are returned."""
        back = self.continues.pop()
        if not self.dead:
            back.append(self.env)
        for name, value in phis:
            instr = self.code[value]
            ends = [env[name] for env in back]
            args = (instr.args[0], *dict.fromkeys(e for e in ends if e != value))
            self.code[value] = instr._replace(args=args)
        self.env = self.env.copy()
        for name, value in phis:
            self.env[name] = value
        self.dead = False
        return self.breaks.pop()
