"""Names whose values the loop leaves to the code after it."""

from __future__ import annotations

from pfadvisor.loops.nodes import Body


def conditional_last_values(body: Body, counters: set[str]) -> set[int]:
    """Bindings made in some iterations only whose value is used after the loop; `counters` are
    joined otherwise."""
    uses, found = body.whole.uses, set()
    for name in set(live_names(body, uses)) - counters:
        for node, instrs in enumerate(body.nodes):
            for i in instrs:
                instr = body.function.code[i]
                if (
                    instr.op == "bind"
                    and instr.args[0] == name
                    and (body.place_of[node].guards or _after_jump(body, node))
                ):
                    found.add(node)
    return found


def _after_jump(body: Body, node: int) -> bool:
    return any(body.jumps(i) for n in range(node) for i in body.nodes[n])


def live_names(body: Body, uses: dict[int, list[int]]) -> tuple[str, ...]:
    """Names bound by the loop whose values are used after it."""
    code, loop = body.function.code, body.loop
    values: dict[str, set[int]] = {name: {phi} for name, phi in loop.phis}
    for i in range(loop.body, loop.end):
        if code[i].op == "bind":
            values.setdefault(code[i].args[0], set()).add(code[i].args[1])
    found = []
    for name, its in values.items():
        if any(_used_outside(body, v, uses) for v in its) or _read_globally(body, name):
            found.append(name)
    return tuple(found)


def _used_outside(body: Body, value: int, uses: dict[int, list[int]]) -> bool:
    waiting, seen = [value], {value}
    while waiting:
        for use in uses.get(waiting.pop(), ()):
            op = body.function.code[use].op
            if op in ("phi", "loopphi"):
                if use not in seen:
                    seen.add(use)
                    waiting.append(use)
            elif not body.loop.start <= use < body.loop.end and op != "bind":
                return value in {p for _, p in body.loop.phis} or body.inside(value)
    return False


def _read_globally(body: Body, name: str) -> bool:
    if body.function.kind != "module":
        return False
    return any(
        instr.op == "name" and instr.args[0] == name
        for function in body.ev.module.functions
        if function.kind != "module"
        for instr in function.code
    )
