"""One page of a PDF to values: its glyphs, its ruled lines and its images, all turned upright.

Only this module speaks with PDFium. Coordinates are points, x to the right, y downwards from the page's top. The
page is turned so that most of its glyphs stand upright; glyphs that stand otherwise (stamps, watermarks) are left out.
PDFium may be used by one thread at a time: the caller holds ``PDFIUM``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ctypes import c_double, c_float
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, hypot, pi
from threading import Lock
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

from tracker.reading.formats.pdf_font import use_square_font
from tracker.reading.formats.pdf_letters import letter, looks_unmapped

PDFIUM = Lock()
use_square_font()

_MOST_OBJECTS = 40_000
"""A page with more drawn objects is a map or a drawing: its lines are no table's."""
_THIN = 3.0  # points; a filled shape no thicker is a line
_MOST_SEGMENTS = 400
_LONGEST_WATERMARK = 1000
_DEEPEST_FORM = 6


class Glyph(NamedTuple):
    """A character: where it begins and ends, its baseline, and the size of its font (em), in points."""

    char: str
    x0: float
    x1: float
    y: float
    size: float


class Rule(NamedTuple):
    """A straight line: ``at`` on its own axis (x of an upright, y of a level one), from ``start`` to ``end``."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PageContent:
    """What stands on a page; ``unmapped`` counts characters whose meaning the file does not tell.

    ``aslant`` are the words that do not stand upright: a watermark's.
    """

    width: float
    height: float
    glyphs: list[Glyph]
    level: list[Rule]
    upright: list[Rule]
    pictured: float
    """The share of the page that images cover, each counted on its own: a scan may come in strips."""
    unmapped: int
    aslant: str


class _Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float


class _Raw(NamedTuple):
    char: str
    box: _Box
    x: float
    y: float
    size: float
    quarter: int | None


_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def page_content(document: Any, number: int) -> PageContent:
    """The page with index ``number``, closed again afterwards; raises PdfiumError when it cannot be loaded."""
    page = document[number]
    try:
        frame = _Box(*page.get_bbox())
        found, unmapped = _glyphs(page)
        quarters = Counter(one.quarter for one in found if one.quarter is not None)
        quarter = quarters.most_common(1)[0][0] if quarters else 0
        turn = _Turn(frame, quarter)
        level, upright, pictured = _drawn(page, turn)
        glyphs = [turn.glyph(one) for one in found if one.quarter == quarter]
        aslant = "".join(one.char for one in found if one.quarter != quarter)[:_LONGEST_WATERMARK].strip()
        return PageContent(*turn.size, glyphs, level, upright, pictured, unmapped, aslant)
    finally:
        page.close()


class _Turn:
    """Turns the page's own coordinates (y upwards) into those of a reader; ``quarter`` tells where text runs to."""

    def __init__(self, frame: _Box, quarter: int) -> None:
        self._frame, self._quarter = frame, quarter
        wide, high = frame.right - frame.left, frame.top - frame.bottom
        self.size = (wide, high) if quarter % 2 == 0 else (high, wide)

    def point(self, x: float, y: float) -> tuple[float, float]:
        frame = self._frame
        if self._quarter == 0:
            return x - frame.left, frame.top - y
        if self._quarter == 1:
            return y - frame.bottom, x - frame.left
        if self._quarter == 2:
            return frame.right - x, y - frame.bottom
        return frame.top - y, frame.right - x

    def glyph(self, one: _Raw) -> Glyph:
        x0, _ = self.point(one.box.left, one.box.top)
        x1, _ = self.point(one.box.right, one.box.bottom)
        return Glyph(one.char, min(x0, x1), max(x0, x1), self.point(one.x, one.y)[1], one.size)


def _glyphs(page: Any) -> tuple[list[_Raw], int]:
    """The characters that are written on the page, not those that PDFium makes up; and how many tell nothing."""
    text = page.get_textpage()
    found: list[_Raw] = []
    unmapped = 0
    probe = _Probe(text)
    try:
        for at in range(raw.FPDFText_CountChars(text)):
            if raw.FPDFText_IsGenerated(text, at):
                continue
            code = raw.FPDFText_GetUnicode(text, at)
            if looks_unmapped(code) or raw.FPDFText_HasUnicodeMapError(text, at) == 1:
                unmapped += code not in (0x20, 0xA0)
                continue
            one = probe.look(at, letter(code))
            if one:
                found.append(one)
    finally:
        text.close()
    return found, unmapped


class _Probe:
    """Asks PDFium where a character stands; keeps the places that the answers are written to."""

    def __init__(self, text: Any) -> None:
        self._text = text
        self._x, self._y = c_double(), c_double()
        self._box, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()

    def look(self, at: int, char: str) -> _Raw | None:
        """The character at a place; None when it stands nowhere."""
        text, box, matrix = self._text, self._box, self._matrix
        if not raw.FPDFText_GetMatrix(text, at, matrix) or not raw.FPDFText_GetLooseCharBox(text, at, box):
            return None
        quarter = _quarter(matrix.a, matrix.b)
        raw.FPDFText_GetCharOrigin(text, at, self._x, self._y)
        size = raw.FPDFText_GetFontSize(text, at) * hypot(matrix.c, matrix.d)
        bounds = _Box(box.left, box.bottom, box.right, box.top)
        return _Raw(char, bounds, self._x.value, self._y.value, size, quarter)


def _quarter(a: float, b: float) -> int | None:
    """Where text runs to whose matrix begins with these: 0 right, 1 up, 2 left, 3 down; None when it stands aslant."""
    turns = atan2(b, a) / (pi / 2)
    return round(turns) % 4 if abs(turns - round(turns)) < 0.03 else None


def _drawn(page: Any, turn: _Turn) -> tuple[list[Rule], list[Rule], float]:
    """The level and the upright lines, and the share that images cover."""
    level: list[Rule] = []
    upright: list[Rule] = []
    pictured = 0.0
    for count, (kind, thing, matrix) in enumerate(_objects(page, None, _IDENTITY, 0)):
        if count > _MOST_OBJECTS:
            return [], [], pictured
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            corners = [turn.point(*_moved(matrix, x, y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
            pictured += _share(corners, turn.size)
        else:
            for points, stroked in _shapes(thing, matrix):
                _sort_lines([turn.point(*point) for point in points], stroked, level, upright)
    return level, upright, pictured


def _objects(page: Any, form: Any, matrix: _Matrix, depth: int) -> Iterator[tuple[int, Any, _Matrix]]:
    """Paths and images with their matrices, also those inside of forms."""
    count = raw.FPDFFormObj_CountObjects(form) if form else raw.FPDFPage_CountObjects(page)
    for at in range(max(0, count)):
        thing = raw.FPDFFormObj_GetObject(form, at) if form else raw.FPDFPage_GetObject(page, at)
        kind = raw.FPDFPageObj_GetType(thing)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            yield from _objects(page, thing, _together(_matrix_of(thing), matrix), depth + 1)
        elif kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
            yield kind, thing, _together(_matrix_of(thing), matrix)


def _shapes(path: Any, matrix: _Matrix) -> Iterator[tuple[list[tuple[float, float]], bool]]:
    """The outlines of a path, and whether they are stroked; what has curves or too many points is no table's."""
    count = raw.FPDFPath_CountSegments(path)
    if not 2 <= count <= _MOST_SEGMENTS:
        return
    fill, stroke = raw.c_int(), raw.c_int()
    raw.FPDFPath_GetDrawMode(path, fill, stroke)
    if not fill.value and not stroke.value:
        return
    outline: list[tuple[float, float]] = []
    x, y = c_float(), c_float()
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, at)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO and outline:
            yield outline, bool(stroke.value)
            outline = []
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        outline.append(_moved(matrix, x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment):
            outline.append(outline[0])
    yield outline, bool(stroke.value)


def _sort_lines(points: list[tuple[float, float]], stroked: bool, level: list[Rule], upright: list[Rule]) -> None:
    """Adds an outline's lines: the whole as one when it is thin, else each straight side that is stroked."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    if high <= _THIN and wide > _THIN:
        level.append(Rule((min(ys) + max(ys)) / 2, min(xs), max(xs)))
    elif wide <= _THIN and high > _THIN:
        upright.append(Rule((min(xs) + max(xs)) / 2, min(ys), max(ys)))
    elif stroked:
        for (x0, y0), (x1, y1) in pairwise(points):
            if abs(y0 - y1) < 0.5 < abs(x0 - x1):
                level.append(Rule(y0, min(x0, x1), max(x0, x1)))
            elif abs(x0 - x1) < 0.5 < abs(y0 - y1):
                upright.append(Rule(x0, min(y0, y1), max(y0, y1)))


def _share(corners: list[tuple[float, float]], size: tuple[float, float]) -> float:
    """The part of the page between the corners."""
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    wide = min(size[0], xs[-1]) - max(0.0, xs[0])
    high = min(size[1], ys[-1]) - max(0.0, ys[0])
    return max(0.0, wide) * max(0.0, high) / max(1.0, size[0] * size[1])


def _matrix_of(thing: Any) -> _Matrix:
    found = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(thing, found)
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _together(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _moved(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def open_document(data: bytes) -> Any:
    """The document; raises PdfiumError, whose ``err_code`` tells a password (4) from damage."""
    return pypdfium2.PdfDocument(data)
