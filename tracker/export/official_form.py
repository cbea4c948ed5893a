"""A form and the code below it, so that a slip stays on one page."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.table import _Cell

from tracker.export.official_type import (
    BODY_FONT,
    BOTTOM,
    HEAD_FONT,
    HEIGHT,
    LINE,
    SIZE_3,
    SIZE_SMALL,
    SIZE_TABLE,
    TITLE_LINE,
    TOP,
    exact_lines,
    in_mm,
    kept,
    lines_of,
    styled,
    twips,
)
from tracker.export.papers import Code, Form, Paper, day_words
from tracker.export.qr import qr_png

BOXES = (28, 50, 28, 50)  # millimetres of a form's columns
BESIDE, ABOVE = 1.9, 1  # millimetres of a box that stay free beside and above its text
ROW = 9  # millimetres that a row is high at least
TALL, LEAST_TALL = 30, 13  # millimetres of a box to write into: where there is room, and where there is little
BOX_LINE = 15.5  # points between the lines in a box
GAP = 4  # millimetres between title, form and what stands below it
CODE = 32  # millimetres of a QR code: as wide as on the printed page
FOOT = (36, 54, 66)  # millimetres for the code, its words, and the signature
SPARE = 5  # millimetres of the page left free, for machines with other fonts


def add_form(document: Any, form: Form, *, has_code: bool) -> None:
    """The form, its tall boxes as high as the page has room for: with a code below it, or a signature alone."""
    made = document.add_table(rows=0, cols=len(BOXES))
    made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    made._tbl.tblPr.find(qn("w:tblLook")).addprevious(_margins(ABOVE))
    _set_columns(made, BOXES)
    tall = tall_height(form, has_code=has_code)
    for boxes in form.rows:
        row, cells = _new_row(made, BOXES)
        row.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
        row.height = Mm(tall if _is_tall(form, boxes) else ROW)
        _fill(cells, boxes)


def tall_height(form: Form, *, has_code: bool) -> float:
    """How high a tall box is, in millimetres: what the other rows leave of one page, within the limits above."""
    head = in_mm(2 * LINE + TITLE_LINE) - in_mm(LINE / 2) + GAP
    foot = GAP + CODE if has_code else in_mm(3 * LINE)
    others = sum(_height(boxes) for boxes in form.rows if not _is_tall(form, boxes))
    left = HEIGHT - TOP - BOTTOM - head - foot - others - SPARE
    return min(TALL, max(LEAST_TALL, left / max(1, len(form.tall))))


def _is_tall(form: Form, boxes: Sequence[tuple[str, str]]) -> bool:
    return any(label in form.tall for label, _ in boxes)


def _height(boxes: Sequence[tuple[str, str]]) -> float:
    """About how high a row becomes by its text."""
    width = (BOXES[1] if len(boxes) > 1 else sum(BOXES[1:])) - 2 * BESIDE
    lines = max(lines_of(text, SIZE_SMALL, width) for _, text in boxes)
    return max(ROW, lines * in_mm(BOX_LINE) + 2 * ABOVE)


def _fill(cells: list[Any], boxes: Sequence[tuple[str, str]]) -> None:
    if len(boxes) == 1:
        cells = [cells[0], cells[1].merge(cells[3])]
    for place, (label, text) in enumerate(boxes):
        _write(cells[2 * place], label, HEAD_FONT, WD_ALIGN_PARAGRAPH.CENTER)
        _write(cells[2 * place + 1], text, BODY_FONT, WD_ALIGN_PARAGRAPH.LEFT)
    for cell in cells:
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER


def _write(cell: Any, text: str, font: str, side: WD_ALIGN_PARAGRAPH) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = side
    exact_lines(paragraph, BOX_LINE)
    styled(paragraph.add_run(kept(text)), font, SIZE_SMALL)


def add_coded_foot(document: Any, code: Code, paper: Paper) -> None:
    """The code with its words beside it at the left, who signs and the day at the right, in a table without lines."""
    add_gap(document, GAP)
    made = document.add_table(rows=0, cols=len(FOOT))
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _set_columns(made, FOOT)
    row, (picture, words, signature) = _new_row(made, FOOT)
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    for cell in (picture, words, signature):
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    shown = picture.paragraphs[0]
    shown.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    shown.add_run().add_picture(BytesIO(qr_png(code.address)), width=Mm(CODE))
    _lines(words, code.lines, SIZE_TABLE, BOX_LINE)
    _lines(signature, (paper.signed_by, day_words(paper.signed_on)), SIZE_3, LINE)
    for paragraph in signature.paragraphs:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_gap(document, 0.5)


def add_gap(document: Any, millimetres: float) -> None:
    """An empty line as high as that: two tables would grow together without it."""
    exact_lines(document.add_paragraph(), millimetres / in_mm(1))


def _lines(cell: Any, texts: Sequence[str], size: float, apart: float) -> None:
    """A paragraph for each text, its lines so many points apart."""
    for place, text in enumerate(texts):
        paragraph = cell.add_paragraph() if place else cell.paragraphs[0]
        exact_lines(paragraph, apart)
        styled(paragraph.add_run(kept(text)), BODY_FONT, size)


def _set_columns(table: Any, widths: Sequence[float]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _new_row(table: Any, widths: Sequence[float]) -> tuple[Any, list[Any]]:
    """A new row and its cells, asked of the row's own elements: python-docx counts the whole table for each cell."""
    row = table.add_row()
    cells = [_Cell(element, table) for element in row._tr.tc_lst]
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Mm(width)
    return row, cells


def _margins(above: float) -> Any:
    """The room above and below the text of a table's cells."""
    sides = "".join(f'<w:{side} w:w="{twips(above)}" w:type="dxa"/>' for side in ("top", "bottom"))
    return parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")
