"""Plans set as PDF files, as offices print them: 公文 layout with 28 characters a line, ruled tables, scans.

The built-in Chinese font is drawn by the reader's program, so that no font file is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

FONT = "STSong-Light"
LEFT, TOP, WIDTH = 79.4, 105.0, 442.4  # points: the frame of an official document on A4
SIZE = WIDTH / 28
PITCH = 28.9
LINES = 22
_MAY_NOT_BEGIN = "，。、；：？！）》】”"
_MAY_NOT_END = "（《【“"

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


@dataclass(frozen=True)
class Look:
    """How a plan is set: whether paragraphs are indented, what stands at the pages' heads, and their numbers."""

    indent: float = 2.0
    head: str = ""
    numbers: str = "— {} —"
    size: float = SIZE
    pitch: float = PITCH


OFFICIAL = Look()


class Setter:
    """A document being set from the top down."""

    def __init__(self, look: Look = OFFICIAL) -> None:
        self.look, self.file = look, BytesIO()
        self.canvas: Any = canvas.Canvas(self.file, pagesize=A4, invariant=1)
        self.page, self.y = 0, 0.0
        self._begin()

    def bytes(self) -> bytes:
        """The finished file."""
        self.canvas.showPage()
        self.canvas.save()
        return self.file.getvalue()

    def paragraph(self, text: str) -> None:
        """A paragraph, broken into lines; nothing that may not stands at a line's beginning or end."""
        indent = self.look.indent * self.look.size
        for at, line in enumerate(broken(text, WIDTH, self.look.size, indent)):
            self.line(line, LEFT + (0 if at else indent))

    def centred(self, text: str, size: float = 22) -> None:
        """A title's line."""
        self.line(text, A4[0] / 2 - width_of(text, size) / 2, size)

    def right(self, text: str) -> None:
        """A signature's line, four characters from the right."""
        self.line(text, LEFT + WIDTH - 4 * self.look.size - width_of(text, self.look.size))

    def line(self, text: str, x: float, size: float | None = None) -> None:
        """One line at the left edge ``x``, on the next page if this one is full."""
        if self.y + self.look.pitch > TOP + LINES * PITCH:
            self.new_page()
        self.y += self.look.pitch
        self.write(text, x, self.y, size or self.look.size)

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], size: float = 12) -> None:
        """A ruled table, its header repeated on every page; ``None`` for a cell merged with the one above."""
        header = rows[0]
        for at, row in enumerate(rows):
            cells = [broken(cell, wide - 11, size, 0) for cell, wide in zip(row, widths, strict=True)]
            high = max(len(cell) for cell in cells) * size * 1.3 + 8
            if at and self.y + high > TOP + LINES * PITCH:
                self.new_page()
                self.y += 8
                self._row(
                    [broken(cell, wide - 11, size, 0) for cell, wide in zip(header, widths, strict=True)], widths, size
                )
            self._row(cells, widths, size)

    def _row(self, cells: Sequence[Sequence[str]], widths: Sequence[float], size: float) -> None:
        high = max(len(cell) for cell in cells) * size * 1.3 + 8
        x = LEFT
        for cell, wide in zip(cells, widths, strict=True):
            self.canvas.rect(x, A4[1] - self.y - high, wide, high)
            for at, line in enumerate(cell):
                self.write(line, x + 5.4, self.y + 4 + size * (1 + 1.3 * at), size)
            x += wide
        self.y += high

    def write(self, text: str, x: float, y: float, size: float) -> None:
        """Words at a place, ``y`` from the page's top."""
        self.canvas.setFont(FONT, size)
        self.canvas.drawString(x, A4[1] - y, text)

    def picture(self) -> None:
        """A picture over the whole page, as a scanner makes."""
        self.canvas.drawImage(ImageReader(Image.new("L", (60, 84), 200)), 0, 0, *A4)

    def new_page(self) -> None:
        """Ends the page."""
        self.canvas.showPage()
        self._begin()

    def _begin(self) -> None:
        self.page, self.y = self.page + 1, TOP
        if self.look.head:
            self.write(self.look.head, LEFT, 60, 9)
        if self.look.numbers:
            words = self.look.numbers.format(self.page)
            self.write(words, A4[0] / 2 - width_of(words, 14) / 2, A4[1] - 62, 14)


def width_of(text: str, size: float) -> float:
    """How wide words are, in points."""
    return float(pdfmetrics.stringWidth(text, FONT, size))


def broken(text: str, room: float, size: float, indent: float) -> list[str]:
    """The text in lines that fit; a line break in it stays one."""
    lines = [line for part in text.split("\n") for line in _broken(part, room, size, indent)]
    return lines or [""]


def _broken(text: str, room: float, size: float, indent: float) -> Iterator[str]:
    line, left = "", room - indent
    for unit in _units(text):
        if line and width_of(line + unit.rstrip(), size) > left + 0.01:
            yield line
            line, left = "", room
        line += unit
    yield line


def _units(text: str) -> Iterator[str]:
    """What may not be parted: a character with its punctuation, a number, a Latin word."""
    unit = ""
    for char in text:
        word = unit[-1:].isascii() and unit[-1:].isalnum() and char.isascii() and char.isalnum()
        if unit and not word and char not in _MAY_NOT_BEGIN and unit[-1] not in _MAY_NOT_END:
            yield unit
            unit = ""
        unit += char
    if unit:
        yield unit


def plan_pdf(text: str, look: Look = OFFICIAL) -> bytes:
    """A plan's text as a file: every line a paragraph, lines with tabs rows of ruled tables."""
    setter = Setter(look)
    for block in _blocks(text.splitlines()):
        if isinstance(block, str):
            setter.paragraph(block)
        else:
            columns = max(len(row) for row in block)
            rows = [[*row, *[""] * (columns - len(row))] for row in block]
            setter.table(rows, [WIDTH / columns] * columns)
    return setter.bytes()


def _blocks(lines: Iterable[str]) -> Iterator[str | list[list[str]]]:
    table: list[list[str]] = []
    for line in lines:
        if "\t" in line.strip():
            table.append(line.split("\t"))
            continue
        if table:
            yield table
            table = []
        if line.strip():
            yield line.strip()
    if table:
        yield table


def scan_pdf(pages: int) -> bytes:
    """Pages that are pictures and nothing else."""
    setter = Setter(Look(numbers=""))
    for page in range(pages):
        if page:
            setter.new_page()
        setter.picture()
    return setter.bytes()
