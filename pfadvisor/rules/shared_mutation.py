"""All iterations change one object, and read what the others did to it.

## What it does

Names the object from outside of the loop that the expensive part of the body changes, directly or
through calls, and the two places that conflict.

## Why it matters

Worker processes would change copies, and the changes would be lost; threads would change it in an
order that nobody chose.

## Example

```python
class Index:
    def __init__(self):
        self.words = {}
        self.size = 0

    def add(self, text):
        for word in text.split():
            self.size += len(self.words) % 3
            self.words.setdefault(word, self.size)


def build(texts):
    index = Index()
    for text in texts:  # PFA203
        index.add(text)
    return index.size


if __name__ == "__main__":
    print(build(["a b c", "b c d", "d e f"]))
```

## What frees the loop

Computing a result without touching the object, and merging the results in order:

```python
def words_of(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


def build(texts):
    index = {}
    for text in texts:
        index.update(words_of(text))
    return index


if __name__ == "__main__":
    print(build(["a b c", "b c d", "d e f"]))
```

## When it is silent

The object was made in the same iteration, so no other iteration can see it:

```python
def histograms(texts):
    out = []
    for text in texts:
        counts = {}
        for letter in text:
            counts[letter] = counts.get(letter, 0) + 1
        out.append(counts)
    return out


if __name__ == "__main__":
    print(histograms(["abba", "cab"]))
```

## References

- [Sharing state between processes](https://docs.python.org/3/library/multiprocessing.html#sharing-state-between-processes)
"""

from __future__ import annotations

from typing import Final

code: Final = "PFA203"
name: Final = "shared-mutation"
