"""A lambda or a nested function is handed to a pool of processes.

## What it does

Finds a `lambda`, or the name of a function that was defined inside of the enclosing one, as the
function of `map`, `submit`, `apply` and their kin.

## Why it matters

A worker finds a function by the name of its module and its own. These have none there:
`PicklingError: Can't pickle local object`.

## Example

```python
from concurrent.futures import ProcessPoolExecutor


def doubled(numbers):
    with ProcessPoolExecutor() as executor:
        return list(executor.map(lambda n: 2 * n, numbers))  # PFA303


if __name__ == "__main__":
    print(len([1, 2]))
```

## Use instead

```python
from concurrent.futures import ProcessPoolExecutor


def double(n):
    return 2 * n


def doubled(numbers):
    with ProcessPoolExecutor() as executor:
        return list(executor.map(double, numbers))


if __name__ == "__main__":
    print(len([1, 2]))
```

## When it is silent

Threads share the memory in which the function lives:

```python
from concurrent.futures import ThreadPoolExecutor


def doubled(numbers):
    with ThreadPoolExecutor() as executor:
        return list(executor.map(lambda n: 2 * n, numbers))


if __name__ == "__main__":
    print(doubled([1, 2]))
```

## Fix safety

No fix is offered.

## References

- [What can be pickled](https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from pfadvisor.rules._pools import Module, Scope, own_nodes

code: Final = "PFA303"
name: Final = "local-function-to-processes"

METHODS: Final = frozenset(
    {
        "map",
        "imap",
        "imap_unordered",
        "starmap",
        "map_async",
        "starmap_async",
        "submit",
        "apply",
        "apply_async",
    }
)


def found(module: Module) -> Iterator[tuple[ast.expr, str]]:
    for scope in module.scopes():
        local = _local_functions(scope)
        for call, method, pool in module.calls(scope):
            if pool.workers != "processes" or method not in METHODS or not call.args:
                continue
            function = call.args[0]
            if isinstance(function, ast.Lambda):
                yield function, "a lambda cannot be sent to another process; name it in the module"
            elif isinstance(function, ast.Name) and function.id in local:
                yield (
                    function,
                    f"`{function.id}` is defined inside of a function: other processes cannot "
                    "find it; move it to the module",
                )


def _local_functions(scope: Scope) -> set[str]:
    if isinstance(scope, ast.Module):
        return set()
    nodes = own_nodes(scope)
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
