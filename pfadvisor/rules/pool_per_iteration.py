"""A pool of processes is started in every iteration of a loop.

## What it does

Finds `Pool(...)` and `ProcessPoolExecutor(...)` in the body of a loop.

## Why it matters

Starting workers takes 10 to 300 ms each time, and their caches are cold. A pool can be used many
times.

## Example

```python
from multiprocessing import Pool


def digits(n):
    return len(str(3**n))


def tables(rows):
    out = []
    for row in rows:
        with Pool(2) as pool:  # PFA305
            out.append(pool.map(digits, row))
    return out


if __name__ == "__main__":
    print(tables([[1, 2], [3]]))
```

## Use instead

```python
from multiprocessing import Pool


def digits(n):
    return len(str(3**n))


def tables(rows):
    with Pool(2) as pool:
        return [pool.map(digits, row) for row in rows]


if __name__ == "__main__":
    print(tables([[1, 2], [3]]))
```

## When it is silent

The pool is made for the loop's source, once:

```python
from multiprocessing import Pool


def digits(n):
    return len(str(3**n))


def shown(numbers):
    with Pool(2) as pool:
        for n in pool.imap(digits, numbers):
            print(n)


if __name__ == "__main__":
    shown([1, 2])
```

## Fix safety

No fix is offered: an initializer may be meant to run each time.

## References

- [multiprocessing.pool](https://docs.python.org/3/library/multiprocessing.html#module-multiprocessing.pool)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from pfadvisor.rules._pools import Module, own_nodes

code: Final = "PFA305"
name: Final = "pool-per-iteration"


def found(module: Module) -> Iterator[tuple[ast.expr, str]]:
    for scope in module.scopes():
        bodies = [
            statement
            for loop in own_nodes(scope)
            if isinstance(loop, ast.For | ast.While | ast.AsyncFor)
            for statement in loop.body
        ]
        inside = {node for body in bodies for node in own_nodes(body)}
        for node in sorted(_calls(inside), key=lambda call: (call.lineno, call.col_offset)):
            pool = module.pool(node)
            if pool is not None and pool.workers == "processes":
                yield node, "a pool of processes is started in every iteration; make it once"


def _calls(nodes: set[ast.AST]) -> list[ast.Call]:
    return [node for node in nodes if isinstance(node, ast.Call)]
