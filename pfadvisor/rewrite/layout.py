"""Long lines broken as black breaks them: at the last bracket, then one element a line."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from keyword import iskeyword

WIDTH = 88
_DEF = re.compile(r"\s*(?:async )?def ")
_SPANNING = ('"""', "'''")
_FOR = re.compile(r"(\s*)((?:async )?for )(.*?)( in .*[:(\[{])")
_CLINGING = re.compile(r"\s*([)\]}]|\.\w)")
_REMARK = re.compile(r"(\s*[)\]}][^#\"']*?)(  #.*)")


def fitted(line: str, unit: str, width: int = WIDTH) -> list[str]:
    """`line` (with its indentation) as one or several lines."""
    first, *rest = _fitted_at_end(line, unit, width)
    return [*_heading(first, unit, width), *rest]


def _heading(line: str, unit: str, width: int) -> list[str]:
    """The first row of a `for`, its target broken if the row is still too long."""
    found = _FOR.fullmatch(line)
    if found is None or len(line.expandtabs(4)) <= width:
        return [line]
    opened = _last_bracket(found[3]) if found[3].endswith(")") else None
    start, end = opened or (0, len(found[3]))
    inner = found[3][start + bool(opened) : end]
    parts = [f"{found[1]}{unit}{part}," for part in _split(inner)]
    return [f"{found[1]}{found[2]}{found[3][:start]}(", *parts, f"{found[1]}){found[4]}"]


def _fitted_at_end(line: str, unit: str, width: int) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    if "\n" in line or len(line.expandtabs(4)) <= width:
        return line.split("\n")
    opened = _last_bracket(line)
    if opened is None:
        return [line]
    start, end = opened
    inner = line[start + 1 : end]
    first, last = line[: start + 1], indent + line[end:]
    if not inner.strip():
        return [line]
    single = indent + unit + inner
    parts = _split(inner)
    display = len(parts) > 1 and not _is_call_list(first) and not _clauses(inner)
    if len(single.expandtabs(4)) <= width and not display:
        alone = len(parts) == 1 and _DEF.match(line) and not inner.startswith("*")
        return [first, f"{single}," if alone else single, last]
    if len(parts) == 1 and (not _is_call_list(first) or inner.endswith(")")):
        return [first, *fitted(single, unit, width), last]
    bare = bool(_clauses(inner)) or (len(parts) == 1 and inner.startswith("*"))
    comma = "" if bare else ","
    body = [row for part in parts for row in fitted(f"{indent}{unit}{part}{comma}", unit, width)]
    return [first, *body, last]


def listed(head: str, values: list[str], tail: str, unit: str, width: int) -> list[str]:
    """The values one below the other, each of one row or several at `unit`; nothing if there are
    strings of several rows."""
    if any(mark in value for value in values for mark in _SPANNING):
        return []
    if not any("\n" in value for value in values):
        return fitted(f"{unit}{head}{', '.join(values)}{tail}", unit, width)
    found = [f"{unit}{head}"]
    for value in values:
        first, *rest = f"{value},".split("\n")
        found += fitted(f"{unit * 2}{first}", unit, width) if not rest else [f"{unit * 2}{first}"]
        found += [f"{unit}{row}" for row in rest]
    return [*found, f"{unit}{tail}"]


def _is_call_list(head: str) -> bool:
    return len(head) > 1 and (head[-2].isalnum() or head[-2] in "_)]")


def _scan(line: str) -> list[tuple[int, int, int]]:
    """(position, depth before, 1 open | -1 close | 0 comma) of brackets outside of strings."""
    marks: list[tuple[int, int, int]] = []
    depth = position = 0
    while position < len(line):
        char = line[position]
        if char in "\"'":
            position = _string_end(line, position)
            continue
        if char in "([{":
            marks.append((position, depth, 1))
            depth += 1
        elif char in ")]}":
            depth -= 1
            marks.append((position, depth, -1))
        elif char == ",":
            marks.append((position, depth, 0))
        elif char == "#":
            break
        position += 1
    return marks


def _string_end(line: str, start: int) -> int:
    quote = line[start : start + 3] if line[start : start + 3] in ('"""', "'''") else line[start]
    position = start + len(quote)
    while position < len(line) and not line.startswith(quote, position):
        position += 2 if line[position] == "\\" else 1
    return position + len(quote)


def _last_bracket(line: str) -> tuple[int, int] | None:
    marks = [mark for mark in _scan(line) if mark[1] == 0 and mark[2]]
    if _DEF.match(line) and len(marks) > 1:
        return marks[0][0], marks[1][0]
    if len(marks) < 2 or marks[-1][2] != -1 or marks[-2][2] != 1:
        return None
    return marks[-2][0], marks[-1][0]


def _split(inner: str) -> list[str]:
    """The elements between brackets, or the clauses of a comprehension."""
    clauses = _clauses(inner)
    if clauses:
        return clauses
    cuts = [position for position, depth, kind in _scan(inner) if depth == 0 and kind == 0]
    bounds = zip([-1, *cuts], [*cuts, len(inner)], strict=True)
    return [part for a, b in bounds if (part := inner[a + 1 : b].strip())]


def _clauses(inner: str) -> list[str]:
    outside = _outside(inner)
    first = re.search(r" (?:async )?for ", outside)
    if not first:
        return []
    later = re.finditer(r" (?=(?:async for|(?<!async )for|if) )", outside[first.start() :])
    cuts = [first.start() + found.start() for found in later]
    bounds = zip([0, *cuts], [*cuts, len(inner)], strict=True)
    return [inner[a:b].strip() for a, b in bounds]


def _outside(line: str) -> str:
    """The line with everything inside of strings and brackets blanked."""
    shown = list(line)
    position = depth = 0
    while position < len(line):
        end = position + 1
        if line[position] in "\"'":
            end = _string_end(line, position)
        opens, closes = line[position] in "([{", line[position] in ")]}"
        depth -= closes
        if depth or end > position + 1 or opens or closes:
            shown[position:end] = "." * (min(end, len(line)) - position)
        depth += opens
        position = end
    return "".join(shown)


def parses(expression: str) -> bool:
    """Whether it can stand by itself after `=`."""
    try:
        body = ast.parse(f"_ = {expression}").body
    except SyntaxError:
        return False
    return len(body) == 1


def standing(expression: str, indent: str = "", unit: str = "", width: int = WIDTH) -> str:
    """The expression, in parentheses if it needs them to stand by itself; several rows of it are
    at `indent`, and go between the parentheses if there is a `unit`."""
    if parses(expression):
        return expression
    rows = expression.split("\n")
    if not unit or len(rows) == 1 or any(mark in expression for mark in _SPANNING):
        return f"({expression})"
    head = f"{rows[0]} {rows[1].strip()}"
    opens = "#" not in head and head.endswith(("(", "[", "{"))
    bare = "\n".join([head, *rows[2:]])
    if opens and len(indent) + len(head) <= width and parses(bare):
        return bare
    inside = [unit + row for row in (indent + rows[0], *rows[1:])]
    return "\n".join(["(", *inside, f"{indent})"])


def argument(source: str) -> str:
    """An expression's source as one argument of a call."""
    try:
        call = ast.parse(f"_({source})", mode="eval").body
    except SyntaxError:
        return f"({source})"
    one = isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords
    bare = one and isinstance(call.args[0], ast.Starred | ast.GeneratorExp)  # type: ignore[attr-defined]
    return source if one and not (bare and not source.startswith("(")) else f"({source})"


def joined(lines: list[str], width: int = WIDTH) -> list[str]:
    """A bracketed statement put on one line where black would put it there."""
    if lines and (not lines[0].strip() or lines[0].lstrip().startswith("#")):
        return [lines[0], *joined(lines[1:], width)]
    if len(lines) < 2 or any("#" in line or '"""' in line or "'''" in line for line in lines):
        return lines
    first, *rest = lines
    single = first
    for line in rest:
        glue = "" if single.endswith(("(", "[", "{")) or _CLINGING.match(line) else " "
        if glue == "" and single.endswith(","):
            return lines
        single += glue + line.strip()
    return [single] if len(single) <= width else lines


def one_line(expression: str) -> str:
    """An expression's text on one line, if nothing in it forbids that."""
    if "\n" not in expression:
        return expression
    single = joined(expression.split("\n"), len(expression))
    return single[0] if len(single) == 1 else expression


def closed_up(expression: str, room: int) -> str:
    """The expression on one line, if it has the room there."""
    single = one_line(expression)
    return single if len(single) <= room else expression


def broken(lines: list[str], unit: str, width: int = WIDTH) -> list[str]:
    """Lines of moved code, those that became too long broken where that is simple."""
    if any(mark in line for line in lines for mark in _SPANNING) or _continued(lines):
        return lines
    found: list[str] = []
    for line in lines:
        opened = bool(found) and found[-1].rstrip()[-1:] in ("(", "[", "{")
        found += _fitted_body(line, unit, width) if opened else _fitted(line, unit, width)
    return found


def _fitted(line: str, unit: str, width: int) -> list[str]:
    return [line] if "#" in line else fitted(line, unit, width)


def _fitted_body(line: str, unit: str, width: int) -> list[str]:
    """A row that is all between two brackets: one element a row, if it is too long."""
    indent = line[: len(line) - len(line.lstrip())]
    parts = [] if _clauses(line.strip()) else _split(line.strip())
    if len(line.expandtabs(4)) <= width or "#" in line or len(parts) < 2:
        return _fitted(line, unit, width)
    return [row for part in parts for row in fitted(f"{indent}{part},", unit, width)]


def _continued(lines: list[str]) -> bool:
    return any(line.endswith("\\") for line in lines)


def tightened(lines: list[str], width: int = WIDTH) -> list[str]:
    """Lines of code that moved to the left, brackets closed where black would close them.

    Only what is broken as black breaks it, the brackets on rows of their own ends.
    """
    if any(mark in line for line in lines for mark in _SPANNING) or _continued(lines):
        return lines
    done: list[str] = []
    row = 0
    while row < len(lines):
        end = _closing(lines, row)
        within, remark = _without_remark(lines[row : end + 1])
        remarked = any("#" in line for line in within)
        single = "" if end == row or remarked else _closed_up(within)
        if single and len(single.expandtabs(4)) + len(remark) <= width:
            done.append(single + remark)
            row = end + 1
        else:
            done.append(lines[row])
            row += 1
    return done


def _without_remark(lines: list[str]) -> tuple[list[str], str]:
    """The rows without the comment behind the bracket that closes them, and that comment."""
    found = _REMARK.fullmatch(lines[-1])
    return ([*lines[:-1], found[1]], found[2]) if found else (lines, "")


def _closing(lines: list[str], row: int) -> int:
    """The row that closes the bracket at the end of `row`, `row` if there is none."""
    if lines[row].rstrip()[-1:] not in ("(", "[", "{"):
        return row
    indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
    for end in range(row + 1, len(lines)):
        if lines[end].startswith(indent) and lines[end][len(indent) :][:1] in (")", "]", "}"):
            return end
        if not lines[end].startswith(indent + " ") and not lines[end].startswith(indent + "\t"):
            return row
    return row


def _closed_up(lines: list[str]) -> str:
    """The rows as one line, "" if a trailing comma or another bracket keeps them apart."""
    single = joined(lines, len("".join(lines)) + len(lines))
    if len(single) != 1 or single[0].rstrip()[-1:] in ("(", "[", "{"):
        return ""
    found = re.fullmatch(r"(\s*(?:if|elif|while|return|assert|.*[^=!<>]=) )\((.*)\)(:?)", single[0])
    if found and not _clauses(found[2]) and len(_split(found[2])) == 1 and _paired(found[2]):
        return f"{found[1]}{found[2]}{found[3]}"
    return single[0]


def _paired(inner: str) -> bool:
    """Whether the brackets of `inner` match within it."""
    return all(depth >= 0 for _, depth, _ in _scan(inner))


def either(header: str, indent: str, unit: str, yes: list[str], no: list[str]) -> list[str]:
    """The two branches under `header`; what is nothing but another `if` becomes `elif`."""
    first = [header, *yes] if yes else []
    if not no:
        return first
    inside = indent + unit
    chained = (
        bool(yes)
        and no[0].startswith(f"{inside}if ")
        and not any(quote in line for line in no for quote in ('"""', "'''", "\\\n"))
        and all(_belongs(line, inside, unit) for line in no[1:])
    )
    if not chained:
        return [*first, f"{indent}else:", *no]
    rest = [line[len(unit) :] if line.strip() else line for line in no]
    return [*first, f"{indent}el{rest[0][len(indent) :]}", *rest[1:]]


def called_on(name: str, text: str, indent: str, unit: str) -> str:
    """A call with the expression, several rows of which are at `indent`, as its only argument."""
    first, *rest = text.split("\n")
    if not rest or any(mark in text for mark in _SPANNING):
        return f"{name}({text})"
    rows = [f"{indent}{unit}{first}", *(f"{unit}{row}" for row in rest)]
    return "\n".join([f"{name}(", *rows, f"{indent})"])


def from_code(lines: list[str]) -> list[str]:
    """The rows without blank ones before them."""
    return lines[next((row for row, line in enumerate(lines) if line), len(lines)) :]


def without_idle_return(lines: list[str], unit: str) -> list[str]:
    """Without a last `if NAME:` that returns what is returned anyway, nor a NAME for that alone."""
    if len(lines) < 3 or lines[-2] != unit + lines[-1] or not lines[-3].startswith(f"{unit}if "):
        return lines
    name = lines[-3][len(unit) + 3 : -1]
    if not name.isidentifier():
        return lines
    lines = [*lines[:-3], lines[-1]]
    start = f"{unit}{name} = "
    if len(lines) > 1 and lines[-2].startswith(start) and lines[-1] == f"{unit}return {name}":
        return [*lines[:-2], f"{unit}return {lines[-2][len(start) :]}"]
    return lines


def _belongs(line: str, inside: str, unit: str) -> bool:
    """Whether the row is part of the `if` that begins at indentation `inside`."""
    below = line.startswith(inside + unit) or not line.strip()
    return below or line.startswith((f"{inside}elif ", f"{inside}else:", f"{inside})"))


def closed(text: str) -> bool:
    """Whether one pair of brackets encloses the whole text."""
    if text[:1] not in "([":
        return False
    try:
        return isinstance(ast.parse(text + ".x", mode="eval").body, ast.Attribute) and (
            len(ast.parse(text + ", ()", mode="eval").body.elts) == 2  # type: ignore[attr-defined]
        )
    except SyntaxError:
        return False


def bare(text: str) -> str:
    """A target without brackets around it."""
    return text[1:-1] if text.startswith("(") and closed(text) else text


def grouped(text: str) -> str:
    """A target as part of another one."""
    return text if text.isidentifier() or closed(text) else f"({text})"


def closed_on(lines: list[str], names: Sequence[str]) -> list[str]:
    """The rows of a statement, calls whose only argument has become one of the names closed."""
    for row in range(len(lines) - 2):
        opening, inner, closing = lines[row : row + 3]
        called = re.search(r"(\w+|[)\]])\($", opening)
        only = inner.strip().rstrip(",")
        whole = called and closing.lstrip().startswith(")") and not iskeyword(called[1])
        if whole and only in names:
            return [*lines[:row], opening + only + closing.lstrip(), *lines[row + 3 :]]
    return lines
