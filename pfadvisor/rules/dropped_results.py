"""Work is handed to a pool, and its results are never looked at.

## What it does

Finds `executor.map(...)`, and `imap`, `map_async` and their kin of a `Pool`, as statements of
their own.

## Why it matters

Exceptions of the work travel with its results: nobody hears of them. A `Pool` that is left at the
end of its `with` also ends the work that is still going on.

## Example

```python
from concurrent.futures import ThreadPoolExecutor


def shown(words):
    with ThreadPoolExecutor() as executor:
        executor.map(print, words)  # PFA302


if __name__ == "__main__":
    shown(["ash"])
```

## Use instead

```python
from concurrent.futures import ThreadPoolExecutor


def shown(words):
    with ThreadPoolExecutor() as executor:
        for _ in executor.map(print, words):
            pass


if __name__ == "__main__":
    shown(["ash"])
```

## When it is silent

`Pool.map` waits and raises by itself:

```python
from multiprocessing.pool import ThreadPool


def shown(words):
    with ThreadPool() as pool:
        pool.map(print, words)


if __name__ == "__main__":
    shown(["ash"])
```

## Fix safety

No fix is offered: hearing of exceptions changes what the program does.

## References

- [Executor.map](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor.map)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from pfadvisor.rules._pools import Module, own_nodes

code: Final = "PFA302"
name: Final = "dropped-results"

LAZY: Final = frozenset({"imap", "imap_unordered", "map_async", "starmap_async", "apply_async"})


def found(module: Module) -> Iterator[tuple[ast.expr, str]]:
    for scope in module.scopes():
        alone = {node.value for node in own_nodes(scope) if isinstance(node, ast.Expr)}
        for call, method, pool in module.calls(scope):
            lazy = method == "map" if pool.executor else method in LAZY
            callback = any(word.arg and "callback" in word.arg for word in call.keywords)
            if call in alone and lazy and not callback:
                yield call, f"the results of `{method}` are dropped, and with them its exceptions"
