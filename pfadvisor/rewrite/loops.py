"""A `for` statement rewritten: collected, streamed, run for its effects, or in a window."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pfadvisor.backends._choice import traits_of
from pfadvisor.backends._job import Emission, Want
from pfadvisor.model import Edit, Plan, Source, Span
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.direct import direct_work
from pfadvisor.rewrite.emit import Emitter, Options, Rewritten
from pfadvisor.rewrite.flow import has_inside, stored_at
from pfadvisor.rewrite.head import Head
from pfadvisor.rewrite.layout import argument, bare, broken, from_code, grouped
from pfadvisor.rewrite.lifting import left_behind
from pfadvisor.rewrite.outline import TAKEN, Outliner
from pfadvisor.rewrite.piece import Piece
from pfadvisor.rewrite.projection import Projection, projected
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.results import result_types
from pfadvisor.rewrite.scope import binds, enclosing_function, names_in, stores
from pfadvisor.rewrite.shape import Collect, appended_to, collected, paired, replaceable, without
from pfadvisor.rewrite.signature import tuple_of
from pfadvisor.rewrite.spread import flat, spread_work
from pfadvisor.rewrite.stages import STANDING, Loop, Stages
from pfadvisor.rewrite.text import Text, moved
from pfadvisor.rewrite.worker import Worker


class LoopRewriter:
    """One use: `LoopRewriter(...).run()`."""

    def __init__(self, context: FileContext, plan: Plan, loop: Loop, options: Options) -> None:
        self.context, self.plan, self.loop = context, plan, loop
        self.text: Text = context.text
        self.base = self.text.indent(plan.statement.row)
        self.emitter = Emitter(context, plan, options, self.text.of(loop.iter), loop.iter)
        self.called = "the body"
        around = enclosing_function(context.path) or self.text.tree
        self.stages = Stages(self.text, plan, loop, names_in(around))
        self.targets, self.target = stores(loop.target), self.text.target(loop.target)
        self.options, self.late, self.work = options, False, list[ast.AST]()
        self.projection: Projection | None = None
        self.future = context.local("task" if plan.mode == "async" else "future")

    def run(self) -> Rewritten:
        self._refuse()
        head = Head(self.context, self.plan, self.stages)
        if head.call:
            self.targets, self.target = set(head.names), head.target
            source = Source(reiterable=False, sized=False, finite=self.plan.source.finite)
            self.plan = replace(self.plan, source=source)
            self.emitter = Emitter(self.context, self.plan, self.options, head.call, None)
        worker = Worker(
            self.context, self.plan, self.loop, self.target, self.targets, self.options.backend
        )
        worker.own = self.stages.own
        self.swaps = worker.swaps(self.loop.body)
        outliner = self._outliner(self.base + self.text.unit * 2)
        piece = outliner.run()
        self.commit, self.work = outliner.committed, outliner.compute
        if not outliner.compute:
            raise Refused("nothing of it is work for the workers")
        self.late = outliner.late and self.plan.raises and not self.plan.collected
        if self.late and outliner.split:
            raise Refused("an exception of the work would come before what it follows")
        self.late = self.late or self._stands_behind()
        self._check_live(piece)
        self._check_compute(outliner)
        self._check_handed(outliner.compute)
        if not head.call:
            self._project(worker, outliner)
        unpack = bool(self.targets & {*self.plan.handed}.union(*map(names_in, self.work)))
        function = direct_work(
            self.context, self.plan, outliner.compute, self.stages.results, self.target
        )
        item = None if head.call else self._item_type()
        self.called = function = function or self._spread(outliner.compute, item)
        self.emitter.grows = worker.grows()
        if not function:
            returns = tuple_of(result_types(self.context.types, self.stages, self.commit, piece))
            function = worker.define(piece.worker, outliner.compute, unpack, item, returns)
            self.emitter.initializer, self.called = worker.initializer, worker.name
        how = self._collects()
        made = self._collected(how, function) if how else self._committed(piece, function)
        if self.options.threshold:
            return made
        unused = left_behind(self.context, worker.lifted, self.loop)
        return replace(made, edits=(*unused, *made.edits))

    def _project(self, worker: Worker, outliner: Outliner) -> None:
        """Give the workers but the part of an item that they read."""
        used = {name for node in outliner.compute for name in names_in(node)}
        found = projected(self.text, self.plan, self.loop, used)
        if found is None or {*self.stages.results} & stores(found.left):
            return
        if found.mapping and self._is_window(found):
            return
        self.projection = found
        self.emitter = Emitter(self.context, self.plan, self.options, found.source, found.node)
        self.target = worker.target = self.text.target(found.target)
        worker.names = found.names

    def _is_window(self, found: Projection) -> bool:
        return self._needs_target() and self._want(True) in ("window", "futures")

    def _spread(self, compute: Sequence[ast.AST], item: str | None) -> str:
        """The function that a pool can call with the parts of the items, if that is all."""
        names = flat(self.loop.target, self.context.types.parts(self.loop.target, item))
        found = spread_work(self.context, self.plan, compute, self.stages.results, names)
        want: Want = "list" if self._collects() else self._want(self._needs_target())
        self.emitter.spread = bool(found) and self.emitter.spreads(want, self.plan.handled)
        return found if self.emitter.spread else ""

    def _item_type(self) -> str | None:
        whole = self.context.types.element(self.loop.iter)
        if self.projection is None:
            return whole
        parts = self.context.types.parts(self.loop.target, whole)
        target = self.projection.target
        return parts.get(target.id) if isinstance(target, ast.Name) else None

    def _outliner(self, outer: str) -> Outliner:
        return Outliner(self.stages, self.swaps, outer, self.targets, self.context)

    # -- may it be rewritten -----------------------------------------------------------

    def _refuse(self) -> None:
        plan, text = self.plan, self.text
        if not text.alone(text.span(self.loop)):
            raise Refused("the loop shares its line with another statement")
        if isinstance(self.loop, ast.AsyncFor):
            raise Refused("the source of the loop is asynchronous")
        for name in set(self.stages.results) & self.targets:
            if not self._set_before_commit(name):
                raise Refused("the body assigns to the loop's own variable between its commits")
        for node in ast.walk(self.loop.target):
            if isinstance(node, (ast.Attribute, ast.Subscript)):
                raise Refused("the loop's target is not a plain name")
        if plan.handled and plan.live_after:
            raise Refused("a handler of the loop's exceptions may read its variables")

    def _set_before_commit(self, name: str) -> bool:
        """Whether compute, if it names the target anew, does so before any of the commit runs."""
        body = self.loop.body
        setting = [n for n, s in enumerate(body) if name in stores(s)]
        committing = [n for n, s in enumerate(body) if self.stages.commits([s])]
        return not committing or max(setting, default=-1) < min(committing)

    def _check_handed(self, compute: Sequence[ast.AST]) -> None:
        """The plan must agree with the text: nothing passes between the stages unseen."""
        read = {name for statement in self.commit for name in self._read(statement)}
        made = {name for node in compute for name in binds(node)}
        lost = sorted((read & made) - set(self.stages.results) - self.stages.had_anyway)
        if lost:
            raise Refused(f"{lost[0]!r} is read by the commit, but not handed to it")
        given = {i.name for i in self.plan.inputs if i.origin == "capture"}
        for name in sorted(made & {*self.plan.handed}):
            if stored_at(compute, name)[-1:] > stored_at(self.commit, name)[:1] != []:
                raise Refused(f"{name!r} is bound by the commit, then by the work")
        written = {name for statement in self.commit for name in stores(statement)}
        if given & written:
            raise Refused(f"{sorted(given & written)[0]!r} changes while the work reads it")

    def _check_compute(self, outliner: Outliner) -> None:
        outer = (ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal)
        asynchronous = (ast.Await, ast.AsyncFor, ast.AsyncWith)
        for node in outliner.compute:
            if has_inside(node, outer) or isinstance(node, outer):
                raise Refused("the work of an iteration yields or declares outer names")
            if self.plan.mode != "async" and has_inside(node, asynchronous):
                raise Refused("the work of an iteration awaits")

    def _check_live(self, piece: Piece) -> None:
        live = set(self.plan.live_after) - (self.targets - set(self.stages.results))
        given = set(self.stages.results) | self.stages.read_again
        if live - (given & ((piece.bound or set()) | self.targets)) or (live and self.stages.kept):
            raise Refused("a variable of the body is read after the loop, but not always set")

    def _collects(self) -> Collect | None:
        if self.loop.orelse or self.plan.privates or len(self.commit) != 1:
            return None
        if not self.stages.single:
            return paired(self.text, self.plan, self.commit, self.stages.hole_spans)
        value = self._result()
        key = self.text.of(self.projection.left) if self.projection else self.target
        target = ast.parse(f"({key})", mode="eval").body
        how = collected(self.text, self.plan, self.commit, value, target)
        known = self.projection is not None or self.emitter.once_more
        return None if how and how.how == "keyed" and not known else how

    def _result(self) -> ast.expr | None:
        """Where the only statement of the commit takes the results."""
        value: ast.expr | None = self.stages.packed
        for node in ast.walk(self.commit[0]) if self.commit and not value else ():
            if isinstance(node, ast.expr) and self.text.span(node) in self.stages.holes:
                return node
            if isinstance(node, ast.Name) and node.id == self.stages.results[0]:
                value = node
        return value

    def _collected(self, how: Collect, function: str) -> Rewritten:
        known, to = how.accumulator, self.emitter
        whole = not self.options.threshold
        replaced = replaceable(self.text, self.plan, known, self.loop.iter) if whole else ""
        if how.how == "keyed" and not self.projection:
            to.doubled()
        emission = to.emit("list", function, earliest=self.plan.handled)
        run = emission.expression
        pairs = self.projection.numbered(run) if self.projection else f"zip({to.source}, {run})"
        made = {
            "list": run if emission.gives == "list" else f"list({run})",
            "set": f"set({run})",
            "keyed": f"dict({pairs})",
            "pairs": f"dict({run})",
        }[how.how]
        method = "extend" if how.how == "list" else "update"
        given = pairs if how.how == "keyed" else run
        line = f"{replaced} = {made}" if replaced else f"{known.name}.{method}({given})"
        edits = [self._edit(to.statement([*self._notes(), *to.line(line)], self._comment()))]
        if replaced and known.init is not None:
            edits.insert(0, Edit(Span(known.init.row, 1, known.init.end_row + 1, 1), ""))
        return to.rewritten(edits, f"collect the results of {self.called} in order")

    def _edit(self, content: str) -> Edit:
        """The edit that puts `content` for the loop and the comment after its last statement."""
        span = self.text.span(self.loop)
        comment = self.text.after(span).strip()
        if comment and comment not in "\n".join([content, *self.context.functions]):
            content += f"  {comment}"
        return Edit(span._replace(end_column=len(self.text.row(span.end_row)) + 1), content)

    def _notes(self) -> list[str]:
        """Comments of the loop's rows that did not move with compute."""
        moved_away = "\n".join(self.context.functions)
        comments = self.text.comments(self.text.span(self.loop))
        if self._comment():
            comments.remove(self._comment().strip())
        return [self.emitter.inside + each for each in comments if each not in moved_away]

    def _committed(self, piece: Piece, function: str) -> Rewritten:
        """The old loop, over results."""
        needs, to = self._needs_target() and not self._needs_left_only(), self.emitter
        want = self._want(needs)
        if needs and want not in ("window", "futures"):
            to.doubled()
        emission = to.emit(want, function, self.plan.handled)
        if to.inside == self.base and piece.commit:
            piece = self._outliner(to.inside + self.text.unit).run()
        if self._extends(emission, needs):
            line = f"{self.plan.accumulators[0].name}.extend({emission.expression})"
            edit = self._edit(to.statement([*self._notes(), *to.line(line)], self._comment()))
            return to.rewritten([edit], f"collect the results of {self.called} in order")
        kept = self.loop.orelse or {*self.stages.taken_as} & {*self.plan.live_after}
        idle = not needs and not kept and {*piece.commit} <= {TAKEN}
        if emission.gives == "list" and idle:
            lines = [*self._notes(), *to.line(emission.expression)]
            edit = self._edit(to.statement(lines, self._comment()))
            return to.rewritten([edit], f"run {self.called} for each item")
        taken = f"{to.inside}{self.text.unit}{self._take(emission.take)}"
        behind = argument(emission.take.format(self.future)) if self._stands_behind() else ""
        body = self._inlined(behind) if behind else piece.commit
        body = [taken if line == TAKEN else line for line in body]
        body = body if want == "futures" else [line for line in body if line != taken]
        body = from_code(body) or [f"{to.inside}{self.text.unit}pass"]
        before, emission = to.named(emission)
        header = f"{emission.loop} {self._header(emission, needs)}:{self._comment()}"
        said = self.text.comments(self.text.span(self.loop.target))
        before = [*before, *(to.inside + each for each in said)]
        lines = [*before, *to.line(header), *body, *self._orelse(to.inside)]
        edit = self._edit(to.statement(lines))
        what = "commit the results of" if self.commit else "run"
        what = "join the results of" if self.plan.privates else what
        return to.rewritten([edit], f"{what} {self.called} in order")

    def _extends(self, emission: Emission, needs: bool) -> bool:
        """Whether all that is left is to append each result: a list keeps what came so far."""
        if needs or self.loop.orelse or self.projection or not self.stages.single:
            return False
        if emission.gives not in ("iterator", "list"):
            return False
        owner = appended_to(self.text, self.plan, self.commit, self._result())
        untold = self.context.signature.complete and not self.context.types.name(owner)
        return bool(owner) and not (untold and emission.gives == "iterator")

    def _stands_behind(self) -> bool:
        """Whether a statement may fail before the work in it: it takes the result where it did."""
        if not self.plan.overtaken or self.plan.collected:
            return False
        before = any(self.text.span(each) not in self.stages.holes for each in self.work)
        if len(self.stages.hole_spans) != 1 or (before and self.plan.raises):
            raise Refused("the commit may fail before the work that stands in it")
        return True

    def _inlined(self, taken: str) -> list[str]:
        """The rows with the result taken where the work stood."""
        with self.stages.standing():
            body = self._outliner(self.emitter.inside + self.text.unit).run().commit
        rows = [line.replace(STANDING, taken) for line in body if line != TAKEN]
        return broken(rows, self.text.unit, self.context.width)

    def _take(self, form: str) -> str:
        """The statement that takes an iteration's result from its future."""
        taken = form.format(self.future)
        results = ", ".join(self.stages.taken_as)
        return f"{results} = {taken}" if results else taken

    def _want(self, needs: bool) -> Want:
        """All at once where nobody can tell, else in order as they come, else in a window."""
        plan = self.plan
        if self.late:
            return "futures"
        if not plan.source.finite or (needs and not self.emitter.once_more):
            return "window"
        far = traits_of(self.options.backend).elsewhere
        if plan.collected and not plan.leaves_early and not far:
            return "list"
        ahead = not plan.leaves_early or (plan.pure and not plan.source.counted)
        lazily = plan.mode != "async" and plan.source.reiterable and ahead
        return "stream" if lazily else "window"

    def _needs_target(self) -> bool:
        """Whether the parent reads the loop's own variables."""
        again = () if self.late else {*self.stages.results}  # of what is taken at once
        return bool((self._used() & self.targets).difference(again))

    def _needs_left_only(self) -> bool:
        """Whether all that the parent needs of an item is what the workers do not get."""
        read = self._used() - {*self.stages.results}
        return self.projection is not None and not read & self.projection.names

    def _used(self) -> set[str]:
        """What commit and all that comes after the loop read."""
        used = set(self.plan.live_after)
        for statement in [*self.commit, *self.loop.orelse]:
            used |= self._read(statement)
        return used

    def _read(self, node: ast.AST) -> set[str]:
        return {name.id for name in self._names(node)}

    def _names(self, node: ast.AST) -> Iterator[ast.Name]:
        """The names that the parent evaluates in `node`: those in holes are the worker's."""
        if isinstance(node, ast.expr) and self.text.span(node) in self.stages.holes:
            return
        if isinstance(node, ast.Name):
            yield node
        for child in ast.iter_child_nodes(node):
            yield from self._names(child)

    def _header(self, emission: Emission, needs: bool) -> str:
        """`TARGET in EXPRESSION` of the new loop."""
        results, run = self.stages.taken_as, emission.expression
        part = self.projection
        numbered = part is not None and self._needs_target()
        left = self.text.of(part.left) if part is not None else ""
        if emission.gives in ("futures", "pairs"):
            second = self.future if emission.gives == "futures" else self._pattern(results)
            pair = f"{self._item(needs)}, {second}"
            if part is None or not numbered or part.mapping:
                return f"{pair} in {run}"
            return f"{left}, ({pair}) in {part.numbered(run)}"
        if needs and part is not None:
            whole = bare(self.text.target(self.loop.target))
            source = part.whole(self.emitter.source)
            return f"({whole}), {self._pattern(results)} in zip({source}, {run})"
        if needs:
            return f"{self._item(needs)}, {self._pattern(results)} in zip({self.emitter.source}, {run})"
        if numbered and part is not None:
            return f"{left}, {self._pattern(results)} in {part.numbered(run)}"
        return f"{', '.join(results) or self.emitter.unused()} in {run}"

    def _item(self, needs: bool) -> str:
        if not needs:
            return self.emitter.unused()
        again = {*self.stages.results} if self.emitter.unused() == "_" and not self.late else ()
        return grouped(without(self.target, again))

    def _pattern(self, results: tuple[str, ...]) -> str:
        return grouped(", ".join(results)) if results else self.emitter.unused()

    def _comment(self) -> str:
        """The comment at the end of the loop's header."""
        row = self.text.span(self.loop.iter).end_row
        if self.text.span(self.loop.body[0]).row == row:
            return ""
        rest = self.text.row(row)[self.text.span(self.loop.iter).end_column - 1 :]
        found = re.search(r":\s*(#.*)$", rest)
        return f"  {found[1]}" if found else ""

    def _orelse(self, inside: str) -> list[str]:
        if not self.loop.orelse:
            return []
        first = self.text.span(self.loop.body[-1]).end_row + 1
        last = self.text.span(self.loop).end_row
        return list(moved(self.text.rows(first, last), self.base, inside))
