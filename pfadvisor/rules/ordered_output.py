"""The work itself writes to the terminal, in an order that is its meaning.

## What it does

Names the output and the input that alternate in the expensive part: a dialogue, a progress
display, text that ends up in a redirected stream.

## Why it matters

Output from workers comes in the order in which they happen to get there; a worker process has no
standard input at all. Output of plain results does not block: it is printed in order afterwards.

## Example

```python
import sys


def ask(question):
    print(question, end=" ", flush=True)
    return sys.stdin.readline().strip()


def survey(questions):
    answers = []
    for question in questions:  # PFA214
        answers.append(ask(question))
    return answers


if __name__ == "__main__":
    print(survey(["name?", "age?"]))
```

## What frees the loop

Returning the text, and printing it where the results are used:

```python
def digits(n):
    return len(str(3**n))


def show(numbers):
    for n in numbers:
        print(n, digits(n))


if __name__ == "__main__":
    show(range(20))
```

## When it is silent

The loop prints what was computed, and nothing that it computes prints:

```python
def checksum(text):
    value = 7
    for letter in text:
        value = (value * 31 + ord(letter)) % 1_000_003
    return value


def listing(texts):
    for text in texts:
        print(checksum(text))


if __name__ == "__main__":
    listing(["abc" * 30, "def" * 30])
```

## References

- [Standard input in worker processes](https://docs.python.org/3/library/multiprocessing.html#all-start-methods)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA214"
name: Final = "ordered-output"
