"""A comment to pfadvisor says something that means nothing where it stands.

## What it does

Finds `# pfadvisor: pure` that stands at no `def`, words that are none of `assume`, `ignore`,
`file-ignore` and `pure`, and `assume[...]` and `ignore[...]` that name no assumption and no rule.

## Why it matters

Who wrote it believes that a question is answered or a finding is silenced. It is not.

## Example

```python
import time


class Client:  # pfadvisor: pure  # PFA401
    def fetch(self, key):
        time.sleep(0.001)
        return key


if __name__ == "__main__":
    print(Client().fetch("ash"))
```

## Use instead

```python
import time


class Client:
    def fetch(self, key):  # pfadvisor: pure
        time.sleep(0.001)
        return key


if __name__ == "__main__":
    print(Client().fetch("ash"))
```

## When it is silent

At a `def`, above it or above its decorators, whatever else the comment says:

```python
import functools


# pfadvisor: pure, but for the log
@functools.cache
def square(number):
    return number * number


if __name__ == "__main__":
    print(square(3))
```

A mark speaks of the body of its function: decorators are judged on their own.

## Fix safety

No fix is offered: what was meant is not in the code.

## References

- `pfadvisor explain trust`: what is taken for granted, your word included
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from pfadvisor.config import suggestion
from pfadvisor.loops.assumptions import NAMES, misspelt
from pfadvisor.model import Span
from pfadvisor.rules import _catalog
from pfadvisor.source.suppress import ALL, VERBS, Comment, means

code: Final = "PFA401"
name: Final = "misplaced-comment"

DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def found(comments: Iterable[Comment], tree: ast.Module) -> Iterator[tuple[Span, str]]:
    rows = {
        row
        for node in ast.walk(tree)
        if isinstance(node, DEFINITIONS)
        for row in (node.lineno, *(one.lineno for one in node.decorator_list))
    }
    for comment in comments:
        message = _wrong(comment, rows)
        if message and comment.span is not None:
            yield comment.span, message


def _wrong(comment: Comment, definitions: set[int]) -> str:
    """What is wrong with a comment, "" if nothing is."""
    match comment.verb:
        case "pure":
            at_one = not definitions.isdisjoint(comment.rows)
            return "" if at_one else "`pure` stands at no `def`: it says nothing"
        case "assume":
            if ALL in comment.names:
                return f"it names no assumption: `assume[{NAMES[0]}]`"
            return next(filter(None, map(misspelt, comment.names)), "")
        case "ignore" | "file-ignore" | "noqa":
            return _no_rule(comment.names)
    near = suggestion(comment.verb, VERBS)
    return "" if comment.prose and not near else f"`{comment.verb}` says nothing{near}"


def _no_rule(names: Iterable[str]) -> str:
    rules = _catalog.rules()
    for one in names:
        if one != ALL and not any(means([one], rule.code, rule.name) for rule in rules):
            known = tuple(word for rule in rules for word in (rule.code, rule.name))
            return f"`{one}` is no rule{suggestion(one, known)}"
    return ""
