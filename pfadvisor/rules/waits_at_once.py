"""Each piece of work is waited for before the next one is handed out.

## What it does

Finds `submit(...).result()`, `apply_async(...).get()` and `pool.apply(...)` in a loop.

## Why it matters

One worker works, the others and the parent wait: the loop is serial, and slower than without a
pool.

## Example

```python
from concurrent.futures import ThreadPoolExecutor


def sizes(words):
    out = []
    with ThreadPoolExecutor() as executor:
        for word in words:
            out.append(executor.submit(len, word).result())  # PFA304
    return out


if __name__ == "__main__":
    print(sizes(["ash", "birch"]))
```

## Use instead

```python
from concurrent.futures import ThreadPoolExecutor


def sizes(words):
    with ThreadPoolExecutor() as executor:
        return list(executor.map(len, words))


if __name__ == "__main__":
    print(sizes(["ash", "birch"]))
```

## When it is silent

Outside of a loop there may be other work to wait for:

```python
from concurrent.futures import ThreadPoolExecutor


def size(word):
    with ThreadPoolExecutor() as executor:
        return executor.submit(len, word).result()


if __name__ == "__main__":
    print(size("ash"))
```

## Fix safety

No fix is offered: the pieces may depend on each other.

## References

- [Future.result](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Future.result)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from pfadvisor.rules._pools import Module, own_nodes

code: Final = "PFA304"
name: Final = "waits-at-once"

WAITS: Final = {"submit": "result", "apply_async": "get"}
LOOPS: Final = (ast.For, ast.While, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp)


def found(module: Module) -> Iterator[tuple[ast.expr, str]]:
    for scope in module.scopes():
        loops = [node for node in own_nodes(scope) if isinstance(node, LOOPS)]
        inside = {node for loop in loops for node in own_nodes(loop)}
        waited = {node.value: node.attr for node in inside if isinstance(node, ast.Attribute)}
        for call, method, pool in module.calls(scope):
            at_once = method == "apply" and not pool.executor
            if call in inside and (at_once or waited.get(call) == WAITS.get(method, method)):
                yield call, "each piece of work is waited for before the next one is handed out"
