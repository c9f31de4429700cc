"""The loop awaits one thing after the other, and the order is part of the protocol.

## What it does

Names the source whose items are awaited one by one, or the awaits that use one stream.

## Why it matters

Two awaits on one stream at the same time raise, or answers end up with the wrong question.

## Example

```python
import asyncio


async def questions():
    for question in ("a", "b"):
        await asyncio.sleep(0.001)
        yield question


async def dialogue():
    out = []
    async for question in questions():  # PFA220
        await asyncio.sleep(0.001)
        out.append(question.upper())
    return out


if __name__ == "__main__":
    print(asyncio.run(dialogue()))
```

## What frees the loop

Having the questions before the answers are awaited:

```python
import asyncio


async def ask(question):
    await asyncio.sleep(0.001)
    return question.upper()


async def dialogue(questions):
    out = []
    for question in questions:
        out.append(await ask(question))
    return out


if __name__ == "__main__":
    print(asyncio.run(dialogue(["a", "b"])))
```

## When it is silent

The awaits share nothing: they can be gathered.

```python
import asyncio


async def pause(seconds):
    await asyncio.sleep(seconds)
    return seconds


async def pauses(durations):
    return [await pause(duration) for duration in durations]


if __name__ == "__main__":
    print(asyncio.run(pauses([0.001, 0.002])))
```

## References

- [asyncio streams](https://docs.python.org/3/library/asyncio-stream.html)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA220"
name: Final = "awaits-in-order"
