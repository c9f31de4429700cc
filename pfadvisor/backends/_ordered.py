"""The general form: a generator that runs a bounded number of items ahead, in order.

It yields results; or futures, where an exception must not come before what the
loop does with an item before it takes the result.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from pfadvisor.backends._job import Context

_TEMPLATE: Final = '''\
def {name}({parameters}):
    """Yield (item, {what}) in order, running a bounded number of items ahead."""
{setup}    ahead = max(64, 4 * {workers})
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
                    if not window:
                        raise
                    failure, more = error, False
                else:
                    window.append((item, {submit}))
            if window:
{step}
        if failure is not None:
            raise failure
    finally:
{leave}
'''


class Window(NamedTuple):
    """Where a target's window differs from that of an executor.

    workers   expression for how many items can run at once
    setup     lines that come first, each with its indentation and newline
    submit    expression that starts `item`
    taken     expression for the result of `future`
    leave     lines for what is left in the window when the loop ends
    """

    parameters: str
    workers: str
    submit: str
    setup: str = ""
    taken: str = "future.result()"
    leave: str = """\
        for _, future in window:
            future.cancel()"""


_SUBMIT: Final = "executor.submit(function, item)"
_RESULT: Final = """\
                item, future = window.popleft()
                yield item, {taken}"""
_FUTURE: Final = """\
                yield window[0]
                window.popleft()"""


def share(context: Context, *, futures: bool = False) -> str:
    """The name in the file of the generator over an executor."""
    cpu_count = context.spell("os", "cpu_count")
    window = Window("executor, function, items", f"({cpu_count}() or 1)", _SUBMIT)
    return share_window(context, "submitted" if futures else "ordered", window, futures=futures)


def share_window(context: Context, base: str, window: Window, *, futures: bool) -> str:
    """The generator's name in the file."""
    parts = {
        "deque": context.spell("collections", "deque"),
        "what": "future of function(item)" if futures else "function(item)",
        "step": _FUTURE if futures else _RESULT.replace("{taken}", window.taken),
        **window._asdict(),
    }
    return context.share(base, lambda name: _TEMPLATE.format(name=name, **parts))
