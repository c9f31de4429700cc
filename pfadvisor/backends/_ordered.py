"""The general form: a generator that runs a bounded number of items ahead, in order.

It yields results; or futures, where an exception must not come before what the
loop does with an item before it takes the result.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.backends._job import Context

_TEMPLATE: Final = '''\
def {name}(executor, function, items):
    """Yield (item, {what}) in order, running a bounded number of items ahead."""
    ahead = max(64, 4 * ({cpu_count}() or 1))
    source = iter(items)
    window = {deque}()
    failure = None
    more = True
    try:
        while more or window:
            while more and len(window) < ahead:
                try:
                    item = next(source)
                except StopIteration:
                    more = False
                except (Exception, SystemExit) as error:
                    failure, more = error, False
                else:
                    window.append((item, executor.submit(function, item)))
            if window:
{step}
        if failure is not None:
            raise failure
    finally:
        for _, future in window:
            future.cancel()
'''


_RESULT: Final = """\
                item, future = window.popleft()
                yield item, future.result()"""
_FUTURE: Final = """\
                yield window[0]
                window.popleft()"""


def share(context: Context, *, futures: bool = False) -> str:
    """The generator's name in the file."""
    deque = context.spell("collections", "deque")
    cpu_count = context.spell("os", "cpu_count")
    parts = {
        "deque": deque,
        "cpu_count": cpu_count,
        "what": "future of function(item)" if futures else "function(item)",
        "step": _FUTURE if futures else _RESULT,
    }
    base = "submitted" if futures else "ordered"
    return context.share(base, lambda name: _TEMPLATE.format(name=name, **parts))
