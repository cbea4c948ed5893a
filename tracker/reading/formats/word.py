"""Word files (.docx, .docm, .dotx) to text: what the page shows, in its order, with automatic numbers written out.

Tracked changes are accepted; comments, hidden words and tables of contents are left out. A text box stands after its
paragraph, a footnote (注：…) after its paragraph or its table. Headers and footers are read for marks of secrecy only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from tracker.domain.doubts import doubt
from tracker.domain.drafts import Doubt
from tracker.reading.formats.contract import Extracted, Progress
from tracker.reading.formats.grid import cell_words, refuse_swollen, table_lines, tidied
from tracker.reading.formats.word_numbering import Numbering
from tracker.reading.formats.word_package import Package, W, child, open_package, value
from tracker.reading.formats.word_runs import mark_is_deleted, mark_is_hidden, said_by
from tracker.reading.formats.word_styles import Styles
from tracker.reading.formats.word_tables import grid_of

_TELL_EVERY = 100
_PARAGRAPHS = (b"<w:p>", b"<w:p ")
_CONTAINERS = frozenset(W + tag for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
_MARGINS = ("header", "footer")
_CHANGE = re.compile(rb"<w:(?:ins|del|moveFrom|moveTo|cellIns|cellDel)[ />]")
_WATERMARK = "{urn:schemas-microsoft-com:vml}textpath"


def extract_docx(data: bytes, name: str, progress: Progress) -> Extracted:
    """The text of a Word file; refuses (UnreadableFile) damaged and encrypted ones. Macros are never looked at."""
    package = open_package(data, name)
    with package.archive:
        reader = _Reader(package, progress)
        text = tidied(list(reader.body()))
        return Extracted(text, "docx", tuple(reader.remarks()), margins=reader.margins())


class _Reader:
    """One document while it is read: styles, how far lists have counted, and what a person should be told."""

    def __init__(self, package: Package, progress: Progress) -> None:
        self._package = package
        self._styles = Styles(self._part("styles"))
        self._numbering = Numbering(self._part("numbering"), self._styles)
        self._notes = {kind: self._notes_of(kind) for kind in ("footnotes", "endnotes")}
        self._pending: list[tuple[str, str]] = []
        self._done, self._total, self._progress = 0, 0, progress
        self._changed = self._embeds = False

    def body(self) -> Iterator[str]:
        """The lines of the document."""
        xml = self._package.xml(self._package.main)
        self._total = sum(xml.count(mark) for mark in _PARAGRAPHS)
        self._changed = bool(_CHANGE.search(xml))
        yield from self._lines(self._package.blocks(xml), top=True)
        self._progress(self._total, self._total)

    def margins(self) -> str:
        """The words of all headers and footers, watermarks among them."""
        roots = [self._package.root(part) for kind in _MARGINS for part in self._package.related(kind)]
        watermarks = [mark.get("string", "") for root in roots for mark in root.iter(_WATERMARK)]
        lines = [line for root in roots for line in self._lines(root)]
        return tidied(list(dict.fromkeys(watermarks + lines)))

    def remarks(self) -> Iterator[Doubt]:
        """What a person should know about the file."""
        if self._changed:
            yield doubt("tracked-changes")
        if self._embeds:
            yield doubt("embedded-document")
        if self._package.has_macros:
            yield doubt("macros-ignored")

    def _part(self, kind: str) -> etree._Element | None:
        found = self._package.related(kind)
        return self._package.root(found[0]) if found else None

    def _notes_of(self, kind: str) -> dict[str, etree._Element]:
        root = self._part(kind)
        notes = [] if root is None else [note for note in root if note.get(W + "type", "normal") == "normal"]
        return {note.get(W + "id", ""): note for note in notes}

    def _lines(self, blocks: Iterable[etree._Element], *, in_cell: bool = False, top: bool = False) -> Iterator[str]:
        """The lines of paragraphs and tables; a paragraph whose end is gone goes on in the next one."""
        begun = ""
        for block in _unwrapped(blocks):
            if block.tag == W + "p":
                words = self._paragraph(block, begun, in_cell)
                if mark_is_deleted(block) or mark_is_hidden(block):
                    begun = words
                    continue
                yield from words.split("\n")
                begun = ""
            elif block.tag == W + "tbl":
                yield from filter(None, [begun])
                yield from self._table(block, in_cell)
                begun = ""
            elif block.tag == W + "altChunk":
                self._embeds = True
            if top:
                yield from self._pending_notes()
        yield from filter(None, [begun])

    def _paragraph(self, paragraph: etree._Element, begun: str, in_cell: bool) -> str:
        """A paragraph with its number and its text boxes. One without words shows its number only in a cell (序号)."""
        self._tell()
        said = said_by(paragraph, self._styles)
        self._pending += said.notes
        properties = child(paragraph, "pPr")
        if said.in_contents or self._styles.lists_contents(value(properties, "pStyle")):
            return begun
        words = begun + said.text.strip()
        label = "" if mark_is_deleted(paragraph) else self._numbering.label(properties)
        own = label + words if words else label.strip() if in_cell else ""
        boxes = [line for box in said.boxes for line in self._lines(box, in_cell=in_cell)]
        return "\n".join([own, *boxes] if own or not boxes else boxes)

    def _table(self, table: etree._Element, in_cell: bool) -> list[str]:
        rows = grid_of(table, self._cell)
        if in_cell:
            refuse_swollen(rows)
            lines = [" ".join(filter(None, map(cell_words, row.values()))) for row in rows]
            return [line for line in lines if line]
        return table_lines(rows)

    def _cell(self, cell: etree._Element) -> str:
        return "\n".join(self._lines(cell, in_cell=True))

    def _pending_notes(self) -> Iterator[str]:
        """The footnotes that the last paragraph or table refers to, each once."""
        while self._pending:
            kind, number = self._pending.pop(0)
            note = self._notes[kind].pop(number, None)
            lines = [] if note is None else [line for line in self._lines(note) if line.strip()]
            for at, line in enumerate(lines):
                yield line if at or line.startswith(("注", "备注")) else f"注：{line}"

    def _tell(self) -> None:
        self._done += 1
        if self._done % _TELL_EVERY == 0:
            self._progress(min(self._done, self._total), self._total)


def _unwrapped(blocks: Iterable[etree._Element]) -> Iterator[etree._Element]:
    """The paragraphs and tables, also those inside content controls; a generated table of contents is left out."""
    for block in blocks:
        if block.tag in _CONTAINERS:
            if not _is_contents(block):
                yield from _unwrapped(block)
        else:
            yield block


def _is_contents(control: etree._Element) -> bool:
    gallery = child(control, "sdtPr", "docPartObj", "docPartGallery")
    return gallery is not None and "contents" in (gallery.get(W + "val") or "").lower()
