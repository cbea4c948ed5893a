"""Word's automatic numbering: which number (一、 （二） 3. ④) a paragraph shows, though it is in no run of text.

Rules of ECMA-376, part 1, 17.9: a list (num) points to a definition (abstractNum) and may replace levels of it or
restart them; lists of one definition go on counting together; a level starts again after each higher one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from tracker.reading.formats.number_words import number_words
from tracker.reading.formats.word_package import W, child, is_on, value, whole
from tracker.reading.formats.word_styles import Styles

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_WORDS = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list; ``text`` holds %1 … %9 for the numbers of the levels, ``restart`` as in lvlRestart."""

    start: int
    format: str
    text: str
    joined: bool
    restart: int | None
    legal: bool
    shown: bool
    style: str | None


@dataclass(frozen=True, slots=True)
class _List:
    definition: str
    levels: dict[int, Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The lists of a document and how far each has counted; paragraphs are to be given in their order."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._definitions: dict[str, dict[int, Level]] = {}
        self._linked: dict[str, str] = {}
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()
        self._found: dict[tuple[str, int], Level | None] = {}
        for element in root.iter(W + "abstractNum") if root is not None else ():
            self._define(element)
        for element in root.iter(W + "num") if root is not None else ():
            self._lists.setdefault(element.get(W + "numId", ""), _list(element))

    def label(self, properties: etree._Element | None) -> str:
        """The number that a paragraph with these properties (``w:pPr``) shows, with what parts it from the words.

        Counts the paragraph; a bullet gives "", for it numbers nothing.
        """
        place = self._place(properties)
        if place is None:
            return ""
        number, depth = place
        level = self._level(number, depth)
        if level is None:
            return ""
        counts = self._count(number, depth, level)
        return self._written(number, level, counts) if level.shown else ""

    def _place(self, properties: etree._Element | None) -> tuple[str, int] | None:
        """The list and the level a paragraph is in: as it says itself, else as its style says."""
        own = child(properties, "numPr")
        number, level = value(own, "numId"), value(own, "ilvl")
        if number is None:
            styled = self._styles.numbering(value(properties, "pStyle"))
            if styled is None:
                return None
            number, style_level, style = styled
            level = level or self._linked_level(number, style) or style_level
        depth = whole(level)
        return (number, depth) if number in self._lists and 0 <= depth < _LEVELS else None

    def _linked_level(self, number: str, style: str) -> str | None:
        """The level of the list that names the style as its own (pStyle)."""
        return next((str(depth) for depth in range(_LEVELS) if self._names(number, depth, style)), None)

    def _names(self, number: str, depth: int, style: str) -> bool:
        level = self._level(number, depth)
        return level is not None and level.style == style

    def _level(self, number: str, depth: int) -> Level | None:
        if (number, depth) not in self._found:
            one = self._lists.get(number)
            defined = self._definitions.get(self._definition(one), {}) if one else {}
            self._found[number, depth] = (one.levels.get(depth) if one else None) or defined.get(depth)
        return self._found[number, depth]

    def _definition(self, one: _List) -> str:
        """The definition that counts: one that only names a list style is followed to the style's own."""
        seen = set[str]()
        while (style := self._linked.get(one.definition)) and one.definition not in seen:
            seen.add(one.definition)
            styled = self._styles.numbering(style)
            following = self._lists.get(styled[0]) if styled else None
            if following is None:
                break
            one = following
        return one.definition

    def _count(self, number: str, depth: int, level: Level) -> list[int | None]:
        one = self._lists[number]
        counts = self._counts.setdefault(self._definition(one), [None] * _LEVELS)
        if number not in self._begun:
            self._begun.add(number)
            for restarted in one.starts:
                counts[restarted] = None
        before = counts[depth]
        counts[depth] = one.starts.get(depth, level.start) if before is None else before + 1
        for below in range(depth + 1, _LEVELS):
            if self._restarts(number, below, depth):
                counts[below] = None
        return counts

    def _restarts(self, number: str, below: int, depth: int) -> bool:
        level = self._level(number, below)
        return level is None or level.restart is None or depth < level.restart

    def _written(self, number: str, level: Level, counts: list[int | None]) -> str:
        def shown(found: re.Match[str]) -> str:
            depth = int(found[1]) - 1
            other = self._level(number, depth)
            count = counts[depth] if counts[depth] is not None else other.start if other else 1
            return number_words(count or 0, "decimal" if level.legal or other is None else other.format)

        if level.format == "bullet" and not _WORDS.search(level.text):
            return ""
        label = _PLACE.sub(shown, level.text).strip()
        return label if level.joined or not label or not _runs_on(label) else label + " "

    def _define(self, element: etree._Element) -> None:
        name = element.get(W + "abstractNumId", "")
        self._definitions.setdefault(name, dict(_levels(element)))
        linked = value(element, "numStyleLink")
        if linked:
            self._linked.setdefault(name, linked)


def _runs_on(label: str) -> bool:
    """Whether a label would run into the words without a blank: 第一章 and 1.1 would, 一、 and （一） would not."""
    return label[-1] == "." or unicodedata.category(label[-1]) in ("Lo", "Lu", "Ll", "Nd")


def _list(element: etree._Element) -> _List:
    one = _List(value(element, "abstractNumId") or "")
    for override in element.iterchildren(W + "lvlOverride"):
        depth = whole(override.get(W + "ilvl"), -1)
        start = value(override, "startOverride")
        if start is not None:
            one.starts[depth] = whole(start, 1)
        one.levels.update(_levels(override))
    one.starts.pop(-1, None)
    return _List(one.definition, one.levels, {depth: at for depth, at in one.starts.items() if depth < _LEVELS})


def _levels(element: etree._Element) -> Iterator[tuple[int, Level]]:
    for one in element.iterchildren(W + "lvl"):
        depth = whole(one.get(W + "ilvl"), -1)
        format = next((found.get(W + "val") or "" for found in reversed(list(one.iter(W + "numFmt")))), "decimal")
        restart = value(one, "lvlRestart")
        if 0 <= depth < _LEVELS:
            yield (
                depth,
                Level(
                    start=whole(value(one, "start"), 0),
                    format=format,
                    text=value(one, "lvlText") or "",
                    joined=value(one, "suff") == "nothing",
                    restart=None if restart is None else whole(restart),
                    legal=bool(is_on(one, "isLgl")),
                    shown=not is_on(one, "rPr", "vanish"),
                    style=value(one, "pStyle"),
                ),
            )
