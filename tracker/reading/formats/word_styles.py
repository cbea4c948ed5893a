"""Word's styles, as far as they say something about the words: numbering, hidden text, tables of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from tracker.reading.formats.word_package import W, child, is_on, value

_TOC = re.compile(r"(?:toc|目录)\s*\d|table of figures", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """One style; ``number`` and ``level`` are its own numbering (numId, ilvl), None where it sets none."""

    id: str
    name: str
    based_on: str | None
    number: str | None
    level: str | None
    hidden: bool | None


class Styles:
    """All styles of a document, each with what it inherits."""

    def __init__(self, root: etree._Element | None = None) -> None:
        self._styles: dict[str, Style] = {}
        self._usual: str | None = None
        for element in root.iter(W + "style") if root is not None else ():
            style = _style(element)
            self._styles.setdefault(style.id, style)
            if element.get(W + "type") == "paragraph" and element.get(W + "default") in ("1", "true", "on"):
                self._usual = style.id

    def numbering(self, style_id: str | None) -> tuple[str, str | None, str] | None:
        """The numId a paragraph style gives, its level if it names one, and the style that sets it."""
        chain = list(self._chain(style_id or self._usual))
        level = next((style.level for style in chain if style.level is not None), None)
        return next(((style.number, level, style.id) for style in chain if style.number is not None), None)

    def hides(self, style_id: str | None) -> bool:
        """Whether text in this style is hidden."""
        return next((style.hidden for style in self._chain(style_id) if style.hidden is not None), False)

    def lists_contents(self, style_id: str | None) -> bool:
        """Whether the style is that of an entry in a table of contents."""
        style = self._styles.get(style_id or "")
        return bool(style and _TOC.match(style.name))

    def _chain(self, style_id: str | None) -> Iterator[Style]:
        seen = set[str]()
        while style_id is not None and style_id not in seen and style_id in self._styles:
            seen.add(style_id)
            yield self._styles[style_id]
            style_id = self._styles[style_id].based_on


def _style(element: etree._Element) -> Style:
    numbering = child(element, "pPr", "numPr")
    return Style(
        id=element.get(W + "styleId", ""),
        name=value(element, "name") or "",
        based_on=value(element, "basedOn"),
        number=value(numbering, "numId"),
        level=value(numbering, "ilvl"),
        hidden=is_on(element, "rPr", "vanish"),
    )
