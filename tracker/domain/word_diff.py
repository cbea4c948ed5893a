"""Two wordings beside each other, with the words that differ marked.

Nothing is lost: the parts of each side, joined, are its text again. Blanks and the width of signs make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# A run of Latin letters or digits is one word, any other sign is its own; blanks go with the word before them.
_WORD = re.compile(r"(?:[0-9A-Za-z]+(?:[.%][0-9A-Za-z]+)*%?|\S)\s*|\s+")
_SENTENCE = re.compile(r"[^。；;！？\n]*[。；;！？\n]+\s*|[^。；;！？\n]+")
MOST_WORDS = 500
"""Words on one side that are still compared one by one; the time grows with their square."""
ISLAND = 2
"""Words that are the same between two changes, but too few to help the eye, are marked with them."""

Block = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Some text of one side; ``changed`` when the other side does not have it."""

    text: str
    changed: bool = False


Side = tuple[Part, ...]


def marked(old: str, new: str) -> tuple[Side, Side]:
    """Both texts in parts."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) <= MOST_WORDS:
        return _sides(before, after)
    return _by_sentences(_SENTENCE.findall(old), _SENTENCE.findall(new))


def _by_sentences(old: Sequence[str], new: Sequence[str]) -> tuple[Side, Side]:
    """Long texts: sentences first, then words where one run of sentences became another short one."""
    left, right = list[Part](), list[Part]()
    for tag, i1, i2, j1, j2 in _blocks(_keys(old), _keys(new)):
        before, after = "".join(old[i1:i2]), "".join(new[j1:j2])
        words = _WORD.findall(before), _WORD.findall(after)
        if tag == "replace" and max(map(len, words)) <= MOST_WORDS:
            mine, theirs = _sides(*words)
        else:
            mine, theirs = (Part(before, tag != "equal"),), (Part(after, tag != "equal"),)
        left += mine
        right += theirs
    return _joined(left), _joined(right)


def _sides(old: Sequence[str], new: Sequence[str]) -> tuple[Side, Side]:
    blocks = list(_without_islands(_blocks(_keys(old), _keys(new))))
    return (
        _joined(Part("".join(old[i1:i2]), tag != "equal") for tag, i1, i2, _, _ in blocks),
        _joined(Part("".join(new[j1:j2]), tag != "equal") for tag, _, _, j1, j2 in blocks),
    )


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """What is equal and what is not; the common beginning and end are cut off first, which is most of it."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    last, end = len(old) - tail, len(new) - tail
    matcher = SequenceMatcher(None, old[head:last], new[head:end], autojunk=False)
    middle = [(tag, i1 + head, i2 + head, j1 + head, j2 + head) for tag, i1, i2, j1, j2 in matcher.get_opcodes()]
    return [("equal", 0, head, 0, head), *middle, ("equal", last, len(old), end, len(new))]


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    return next(
        (n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _without_islands(blocks: Sequence[Block]) -> Iterator[Block]:
    for n, (tag, i1, i2, j1, j2) in enumerate(blocks):
        inside = 0 < n < len(blocks) - 1 and blocks[n - 1][0] != "equal" and blocks[n + 1][0] != "equal"
        yield ("replace" if tag == "equal" and inside and i2 - i1 < ISLAND else tag), i1, i2, j1, j2


def _keys(words: Sequence[str]) -> list[str]:
    return [unicodedata.normalize("NFKC", word.strip()) for word in words]


def _joined(parts: Sequence[Part] | Iterator[Part]) -> Side:
    """Neighbours of one kind as one part; empty ones are left out."""
    found = list[Part]()
    for part in parts:
        if not part.text:
            continue
        if found and found[-1].changed == part.changed:
            found[-1] = Part(found[-1].text + part.text, part.changed)
        else:
            found.append(part)
    return tuple(found)
