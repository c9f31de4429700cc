"""A pool of processes is started when the module is imported.

## What it does

Finds `Pool` and `ProcessPoolExecutor` at the top level of a module, outside of
`if __name__ == "__main__":`.

## Why it matters

Where processes are not forked (macOS, Windows, and Linux from Python 3.14 on), a worker begins by
importing the main module, which starts a pool, whose workers import the module. `Pool` does so
for ever, executors end with `BrokenProcessPool`.

## Example

```python
from multiprocessing import Pool


def digits(n):
    return len(str(3**n))


with Pool(2) as pool:  # PFA301
    print(pool.map(digits, range(5)))
```

## Use instead

```python
from multiprocessing import Pool


def digits(n):
    return len(str(3**n))


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(digits, range(5)))
```

## When it is silent

Threads need no guard, and functions run when they are called:

```python
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor() as executor:
    print(list(executor.map(abs, [-1, 2])))
```

## Fix safety

No fix is offered: which lines belong under the guard is for the author to say.

## References

- [Safe importing of the main module](https://docs.python.org/3/library/multiprocessing.html#the-spawn-and-forkserver-start-methods)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from pfadvisor.rules._pools import FUNCTIONS, Module, own_nodes

code: Final = "PFA301"
name: Final = "unguarded-pool"

GUARD: Final = "__name__"
MESSAGE: Final = (
    "a pool of processes is started at import: workers that are not forked import the module "
    'again; put it under `if __name__ == "__main__":`'
)


def found(module: Module) -> Iterator[tuple[ast.expr, str]]:
    for statement in module.tree.body:
        if isinstance(statement, FUNCTIONS) or _is_guard(statement):
            continue
        for node in own_nodes(statement):
            pool = module.pool(node) if isinstance(node, ast.Call) else None
            if pool is not None and pool.workers == "processes":
                yield pool.call, MESSAGE


def _is_guard(statement: ast.stmt) -> bool:
    test = statement.test if isinstance(statement, ast.If) else None
    names = ast.walk(test) if test is not None else ()
    return any(isinstance(node, ast.Name) and node.id == GUARD for node in names)
