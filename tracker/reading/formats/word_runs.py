"""What one paragraph of a Word file says: its runs, with changes accepted, fields as their results, nothing hidden."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from tracker.reading.formats.number_words import number_words
from tracker.reading.formats.word_package import W, child, is_on, value
from tracker.reading.formats.word_styles import Styles

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_MATHS = re.compile(r"\{[^}]*/math\}t")
_XML_BLANKS = str.maketrans("\t\r\n", "   ")
_ODD = {ord(c): " " for c in "\xa0\u2028\u2029\x0b\x0c\x85"} | dict.fromkeys(map(ord, "\u200b\ufeff\xad"), "")
_CONTENTS = re.compile(r"\s*(?:TOC\b|PAGEREF\s+_Toc)", re.IGNORECASE)
_CIRCLED = re.compile(r"\\o\s*\\ac\s*\(\s*[○〇◯]\s*[,，;；]\s*(\d{1,2})\s*\)", re.IGNORECASE)
_SYMBOLS = {
    0xA8: "□",
    0x6F: "□",
    0x71: "□",
    0xA3: "□",
    0xFE: "☑",
    0x52: "☑",
    0xFD: "☒",
    0x54: "☒",
    0xFC: "√",
    0x50: "√",
}
_DROPPED = frozenset(
    W + tag
    for tag in (
        "del",
        "moveFrom",
        "pPr",
        "rPr",
        "sdtPr",
        "sdtEndPr",
        "rt",
        "delText",
        "delInstrText",
        "tbl",
        "p",
        "pgNum",
    )
)
_PLAIN = {
    W + "tab": " ",
    W + "ptab": " ",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    W + "softHyphen": "",
}


@dataclass(slots=True)
class _Field:
    instruction: list[str] = field(default_factory=list)
    shows: bool = False


@dataclass(slots=True)
class Said:
    """What a paragraph says: words (``\\n`` for a line break), text boxes in it, and notes it refers to."""

    words: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    in_contents: bool = False
    _fields: list[_Field] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words as one string, without the blanks of type-setting that mean nothing."""
        return "".join(self.words).translate(_ODD)

    def say(self, words: str) -> None:
        """Adds words, unless they are part of a field's instruction."""
        if all(one.shows for one in self._fields):
            self.words.append(words)

    def begin_field(self) -> None:
        """A field begins with its instruction."""
        self._fields.append(_Field())

    def instruct(self, words: str) -> None:
        """Words of the innermost field's instruction."""
        if self._fields:
            self._fields[-1].instruction.append(words)

    def show_field(self) -> None:
        """The innermost field's instruction is over, its result begins."""
        if self._fields:
            self._fields[-1].shows = True
            self.in_contents |= bool(_CONTENTS.match("".join(self._fields[-1].instruction)))

    def end_field(self) -> None:
        """The innermost field is over; a figure set in a circle (EQ) has no result, and is written as ①."""
        if not self._fields:
            return
        over = self._fields.pop()
        circled = _CIRCLED.search("".join(over.instruction)) if not over.shows else None
        if circled:
            self.say(number_words(int(circled[1]), "decimalEnclosedCircle"))


def said_by(paragraph: etree._Element, styles: Styles) -> Said:
    """What a paragraph (``w:p``) says."""
    said = Said()
    _gather(paragraph, said, styles, styles.hides(value(paragraph, "pPr", "pStyle")))
    return said


def _gather(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    for one in element:
        tag = one.tag
        if tag == W + "r":
            _run(one, said, styles, hidden)
        elif tag in _HANDLERS:
            _HANDLERS[tag](one, said, styles, hidden)
        elif isinstance(tag, str) and _MATHS.fullmatch(tag):
            said.say(one.text or "")
        elif isinstance(tag, str) and tag not in _DROPPED:
            _gather(one, said, styles, hidden)


def _run(run: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    properties = child(run, "rPr")
    style, own = value(properties, "rStyle"), is_on(properties, "vanish")
    if own if own is not None else (hidden or (style is not None and styles.hides(style))):
        _gather_marks_of_fields(run, said)
    else:
        _gather(run, said, styles, hidden)


def _gather_marks_of_fields(run: etree._Element, said: Said) -> None:
    """A hidden run says nothing; but a field that begins in it has begun."""
    for one in run.iterchildren(W + "fldChar"):
        _field_mark(one, said)


def _text(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    words = (element.text or "").translate(_XML_BLANKS)
    said.say(words if element.get(_SPACE) == "preserve" else words.strip(" "))


def _plain(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    said.say(_PLAIN[element.tag])


def _symbol(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    """A sign chosen from a font: one of a symbol font stands at F0xx and is known or left out."""
    try:
        code = int(element.get(W + "char", ""), 16)
    except ValueError:
        return
    if 0xE000 <= code <= 0xF8FF:
        said.say(_SYMBOLS.get(code & 0xFF, ""))
    elif 0x20 <= code < 0x11_0000 and not 0xD800 <= code <= 0xDFFF:
        said.say(chr(code))


def _instruction(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    said.instruct(element.text or "")


def _field_char(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    _field_mark(element, said)


def _field_mark(element: etree._Element, said: Said) -> None:
    kind = element.get(W + "fldCharType")
    if kind == "begin":
        said.begin_field()
    elif kind == "separate":
        said.show_field()
    elif kind == "end":
        said.end_field()


def _simple_field(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    said.in_contents |= bool(_CONTENTS.match(element.get(W + "instr", "")))
    _gather(element, said, styles, hidden)


def _control(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    """A content control: what was filled in, not the invitation to fill it in."""
    if not is_on(element, "sdtPr", "showingPlcHdr"):
        _gather(element, said, styles, hidden)


def _note(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    kind = "footnotes" if element.tag == W + "footnoteReference" else "endnotes"
    said.notes.append((kind, element.get(W + "id", "")))


def _box(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    said.boxes.append(element)


def _alternatives(element: etree._Element, said: Said, styles: Styles, hidden: bool) -> None:
    """The same thing twice, for new programs and for old ones: the first that says anything."""
    for one in element:
        before = (len(said.words), len(said.boxes), len(said.notes))
        _gather(one, said, styles, hidden)
        if (len(said.words), len(said.boxes), len(said.notes)) != before:
            return


_HANDLERS: dict[str, Callable[[etree._Element, Said, Styles, bool], None]] = {
    **dict.fromkeys(_PLAIN, _plain),
    W + "t": _text,
    W + "sym": _symbol,
    W + "instrText": _instruction,
    W + "fldChar": _field_char,
    W + "fldSimple": _simple_field,
    W + "sdt": _control,
    W + "footnoteReference": _note,
    W + "endnoteReference": _note,
    W + "txbxContent": _box,
    _MC + "AlternateContent": _alternatives,
}


def mark_is_deleted(paragraph: etree._Element) -> bool:
    """Whether a tracked change deletes the paragraph's end: its words belong to the next paragraph, its number goes."""
    mark = child(paragraph, "pPr", "rPr")
    return mark is not None and any(child(mark, tag) is not None for tag in ("del", "moveFrom"))


def mark_is_hidden(paragraph: etree._Element) -> bool:
    """Whether the paragraph's end is a style separator: the next paragraph goes on in its line."""
    return bool(is_on(paragraph, "pPr", "rPr", "specVanish"))
