"""Facts of form that keep a loop serial whatever its accesses are."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function, Loop, ModuleFacts
from pfadvisor.effects.libraries import library_with
from pfadvisor.effects.values import parse_type
from pfadvisor.loops.consumer import consumer_of, taken_at_once, takes_items
from pfadvisor.loops.drawn import run_ahead
from pfadvisor.loops.locks import is_lock
from pfadvisor.loops.mentions import mentioning
from pfadvisor.loops.nodes import LAZY, Body
from pfadvisor.loops.starting import SUBMIT
from pfadvisor.loops.surroundings import context_blockers
from pfadvisor.loops.workers import run_at_exit, workers_of
from pfadvisor.model import Blocker

HOOKS: Final = frozenset(
    {"setprofile", "settrace", "setprofile_all_threads", "settrace_all_threads"}
)
VARS: Final = "vars"  # of an object, if it is given one
FRAME: Final = frozenset(
    {
        "exec",
        "eval",
        "locals",
        "globals",
        "vars",
        "breakpoint",
        "__import__",
        "sys._getframe",
        "inspect.stack",
        "inspect.currentframe",
        "traceback.extract_stack",
        "traceback.format_stack",
        "traceback.print_stack",
        "traceback.walk_stack",
    }
)
TRACE: Final = frozenset(  # they show the line and the function that an exception passed through
    f"traceback.{name}"
    for name in (
        "TracebackException",
        "TracebackException.from_exception",
        "extract_tb",
        "format_exc",
        "format_exception",
        "format_tb",
        "print_exc",
        "print_exception",
        "print_tb",
        "walk_tb",
    )
)


def structural_blockers(body: Body) -> list[Blocker]:
    code, loop = body.function.code, body.loop
    found: list[Blocker] = []

    def add(code_: str, name: str, at: int, message: str, advice: str = "") -> None:
        found.append(Blocker(code_, name, message, body.ev.location(at), (), advice))

    for i in range(loop.body, loop.end):
        op = code[i].op
        if op == "yield" and body.node_of.get(i) is not None:
            add("PFA209", "yields", i, "the body yields to its consumer between iterations")
            break
        if op == "call" and _looks_at_frame(body, i):
            add(
                "PFA218",
                "unsupported-construct",
                i,
                f"`{body.ev.text(code[i].args[0])}` looks at the frame it runs in",
            )
        if op == "attr" and code[i].args[1] == "__traceback__":
            text = "a traceback names the function and the line that the loop stands in"
            add("PFA218", "unsupported-construct", i, text)
    running = run_ahead(body).union(body.node_of)
    for unknown in body.whole.unknowns_of(running):
        if unknown.chain and unknown.subject in FRAME - {VARS}:
            add(
                "PFA218",
                "unsupported-construct",
                unknown.instr,
                f"`{unknown.subject}` looks at the frames that call it",
            )
    for i in body.header:
        if code[i].op in ("setattr", "setitem"):
            add("PFA218", "unsupported-construct", i, "the loop's target is an attribute or a slot")
    if loop.form == "async-for":
        add("PFA220", "awaits-in-order", loop.source, "the source itself is awaited item by item")
    found += _out_of_place(body)
    found += _inside_lock(body)
    found += _consumed_elsewhere(body)
    found += _already_parallel(body)
    found += context_blockers(body, [s for s, role in ancestors(body) if role == "with"])
    return found


def is_never_split(function: Function, loop: Loop) -> bool:
    """Whether the form alone, without any evaluation, keeps the loop serial."""
    if function.kind == "class" or loop.form == "async-for":
        return True
    iteration = function.code[loop.body : loop.end]
    return any(instr.op == "yield" and instr.stmt != loop.stmt for instr in iteration)


def _out_of_place(body: Body) -> list[Blocker]:
    """The loop runs at a time, or in a program, in which no worker can be started or find what it
    needs."""
    where, module = body.ev.location(body.loop.source), body.ev.module
    reasons = []
    if (module.name, body.index_in_module) in run_at_exit(body.ev.program, module):
        text = "the function runs when the program ends, and no worker can be started then"
        reasons.append((text, ""))
    if body.ev.program.table(_watched, module):
        text = "the program watches each call or line by a hook, which no worker has"
        reasons.append((text, ""))
    library = library_with(body.ev.program, module, "greenlets")
    if library:
        text = f"the program is {library}'s, which makes threads and locks its own"
        reasons.append((text, f"start {library}'s own pool"))
    if body.function.kind == "class":
        reasons.append(("the loop runs while a class is defined", "move it into a function"))
    return [
        Blocker("PFA218", "unsupported-construct", text, where, (), advice)
        for text, advice in reasons
    ]


def _watched(module: ModuleFacts) -> bool:
    return bool(mentioning(module, HOOKS))


def _consumed_elsewhere(body: Body) -> list[Blocker]:
    """A generator expression runs where it is consumed, which must be the call it stands in."""
    if body.loop.form not in LAZY:
        return []
    code, values, call = body.function.code, body.ev.values, consumer_of(body)
    if call >= 0:
        called = {f[0] for f in values[code[call].args[0]].funcs}
        targets = body.ev.targets.get(call, ())
        plain = all(t.kind in ("known", "method", "duck") for t in targets)
        consumed = called and called <= {"known", "method"} | ({"duck"} if plain else set())
        kept = values[call].lazy or not takes_items(body, call)
        if consumed and not kept and taken_at_once(body, call):
            return []
    return [
        Blocker(
            "PFA209",
            "yields",
            "the generator is consumed elsewhere, item by item",
            body.ev.location(body.loop.end),
            (),
            "use a list if it may be built at once",
        )
    ]


def _already_parallel(body: Body) -> list[Blocker]:
    """The loop stands in the `with` block of a pool, or iterates over what a pool yields."""
    code, values = body.function.code, body.ev.values
    around = {stmt for stmt, role in ancestors(body) if role == "with"}
    for at in sorted(i for stmt in around for i in body.whole.entered_by.get(stmt, ())):
        if any(_is_pool(t) for t in values[code[at].args[0]].types or ()):
            return [
                Blocker(
                    "PFA226",
                    "already-parallel",
                    "the loop runs beside a pool of its own",
                    body.ev.location(at),
                )
            ]
    if _fed_by_workers(body):
        return [
            Blocker(
                "PFA226",
                "already-parallel",
                "the loop is over what workers compute",
                body.ev.location(body.loop.source),
            )
        ]
    if body.index_in_module in workers_of(body.ev.program, body.ev.module):
        return [
            Blocker(
                "PFA226",
                "already-parallel",
                "the function runs in a pool's worker",
                body.ev.location(body.loop.source),
            )
        ]
    return []


def _fed_by_workers(body: Body) -> bool:
    """Whether evaluating the source starts tasks, threads or processes."""
    tasks = body.function.is_async and not all(
        body.inside(i) for i in body.whole.made(_tasks, body.ev)
    )
    header = body.whole.effects_within(body.loop.start, body.loop.body)
    return tasks or any(e.root == ("res", "threads") for e in header)


def _tasks(ev: Evaluation) -> list[int]:
    """Instructions that start tasks."""
    return [
        i
        for i, targets in ev.targets.items()
        if any(
            t.name.rpartition(".")[2] in SUBMIT and t.name.startswith("asyncio") for t in targets
        )
    ]


def _is_pool(type_name: str) -> bool:
    head = parse_type(type_name)[0]
    return head.startswith(("concurrent.futures", "multiprocessing.pool", "joblib.Parallel"))


def _inside_lock(body: Body) -> list[Blocker]:
    for stmt, role in ancestors(body):
        if role != "with":
            continue
        for i in body.whole.entered_by.get(stmt, ()):
            types = body.ev.values[body.function.code[i].args[0]].types or ()
            if any(is_lock(t) for t in types):
                text = "the loop runs while a lock is held"
                return [Blocker("PFA225", "inside-lock", text, body.ev.location(i))]
    return []


def ancestors(body: Body) -> list[tuple[int, str]]:
    """(compound statement, role of the suite) around the loop, innermost first."""
    stmts, blocks = body.function.stmts, body.function.blocks
    found = []
    current = body.loop.stmt
    while current >= 0:
        block = blocks[stmts[current].block]
        if block.owner >= 0:
            found.append((block.owner, block.role))
        current = block.owner
    return found


def handled(body: Body) -> bool:
    """Whether an exception of the loop may be seen by a handler or `finally` of the function."""
    return any(role in ("try", "tryelse", "handler", "with") for _, role in ancestors(body))


def _looks_at_frame(body: Body, i: int) -> bool:
    names = {t.name for t in body.ev.targets.get(i, ())}
    given = bool(body.function.code[i].args[1])
    return bool(names & (FRAME | TRACE)) and not (given and names == {VARS})
