"""A paper as an editable .docx in the layout of official papers.

Source: GB/T 9704 (党政机关公文格式): A4, margins 37, 35, 28 and 26 mm (top, bottom, left, right); title in 小标宋 of
size 2 (22 pt), body in 仿宋 of size 3 (16 pt), first-level headings in 黑体, second-level ones in 楷体, lines 28.9 pt
apart so that 22 stand on a page, page numbers — 1 — in 宋体 of size 4 (14 pt), odd ones at the right, even ones at the
left. Fonts are named, not embedded: an office machine has them.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tracker.export.papers import Form, Heading, Link, Paper, Paragraph, Runs, Table, day_words
from tracker.export.text import one_line

TITLE_FONT, BODY_FONT, HEAD_FONT, SUBHEAD_FONT, NUMBER_FONT = (
    "方正小标宋简体",
    "仿宋_GB2312",
    "黑体",
    "楷体_GB2312",
    "宋体",
)
SIZE_2, SIZE_3, SIZE_4, SIZE_TABLE = 22, 16, 14, 10.5  # points
LINE = 28.9  # points between lines
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26  # millimetres
WIDTH, HEIGHT = 210, 297
TALL = 38  # millimetres of a box to write into
BOXES = (28, 50, 28, 50)  # millimetres of a form's columns


def docx_bytes(paper: Paper) -> bytes:
    """The bytes of the paper as a .docx; control characters in its texts are dropped."""
    document = docx.Document()
    _set_page(document)
    _set_body(document)
    _Writer(document).write(paper)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(WIDTH), Mm(HEIGHT)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.footer_distance = Mm(25)
    document.settings.odd_and_even_pages_header_footer = True
    _number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _number(paragraph: Any, side: WD_ALIGN_PARAGRAPH) -> None:
    """— 1 —, one character in from the side."""
    paragraph.alignment = side
    indent = "right_indent" if side is WD_ALIGN_PARAGRAPH.RIGHT else "left_indent"
    setattr(paragraph.paragraph_format, indent, Pt(SIZE_4))
    _style(paragraph.add_run("— "), NUMBER_FONT, SIZE_4)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = _style(paragraph.add_run(), NUMBER_FONT, SIZE_4)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
    _style(paragraph.add_run(" —"), NUMBER_FONT, SIZE_4)


def _set_body(document: Any) -> None:
    """The plain style, which every paragraph builds upon."""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY_FONT, Pt(SIZE_3)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    spacing = normal.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE)


def _style(run: Any, font: str, size: float) -> Any:
    """The run in that font, for Chinese characters too."""
    run.font.name, run.font.size = font, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


class _Writer:
    """A document being written, from the top down."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def write(self, paper: Paper) -> None:
        if paper.number:
            self._line(paper.number, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.CENTER)
            self.document.add_paragraph()
        title = self._line(paper.title, TITLE_FONT, SIZE_2, WD_ALIGN_PARAGRAPH.CENTER)
        title.paragraph_format.line_spacing = Pt(35)
        self.document.add_paragraph()
        if paper.addressee:
            self._line(paper.addressee, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.LEFT)
        for block in paper.blocks:
            self._block(block)
        self._signature(paper)

    def _block(self, block: Heading | Paragraph | Table | Form) -> None:
        match block:
            case Heading():
                font = HEAD_FONT if block.level == 1 else SUBHEAD_FONT
                heading = self._line(block.text, font, SIZE_3, WD_ALIGN_PARAGRAPH.LEFT)
                heading.paragraph_format.first_line_indent = Pt(2 * SIZE_3)
                heading.paragraph_format.keep_with_next = True
            case Paragraph():
                paragraph = self.document.add_paragraph()
                paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
                if block.indented:
                    paragraph.paragraph_format.first_line_indent = Pt(2 * SIZE_3)
                self._runs(paragraph, block.runs, BODY_FONT, SIZE_3)
            case Table():
                self._table(block)
            case Form():
                self._form(block)

    def _line(self, text: str, font: str, size: float, side: WD_ALIGN_PARAGRAPH) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = side
        _style(paragraph.add_run(one_line(text)), font, size)
        return paragraph

    def _runs(self, paragraph: Any, runs: Runs, font: str, size: float) -> None:
        for run in runs:
            if isinstance(run, Link):
                self._link(paragraph, run, font, size)
            else:
                _style(paragraph.add_run(_kept(run)), font, size)

    def _link(self, paragraph: Any, link: Link, font: str, size: float) -> None:
        """A hyperlink that looks like the text around it, but for a dotted line below."""
        reference = paragraph.part.relate_to(link.address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        element = OxmlElement("w:hyperlink")
        element.set(qn("r:id"), reference)
        run = _style(paragraph.add_run(_kept(link.text)), font, size)
        underline = OxmlElement("w:u")
        underline.set(qn("w:val"), "dotted")
        run._r.get_or_add_rPr().append(underline)
        element.append(run._r)
        paragraph._p.append(element)

    def _table(self, table: Table) -> None:
        made = self.document.add_table(rows=1, cols=len(table.head))
        made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for cell, (heading, _) in zip(made.rows[0].cells, table.head, strict=True):
            self._cell(cell, [heading], HEAD_FONT, centred=True)
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        made.rows[0]._tr.get_or_add_trPr().append(repeated)
        for row in table.rows:
            for place, (cell, runs) in enumerate(zip(made.add_row().cells, row, strict=True)):
                self._cell(cell, runs, BODY_FONT, centred=table.head[place][1] <= 18)
        for place, (_, width) in enumerate(table.head):
            for cell in made.columns[place].cells:
                cell.width = Mm(width)
        self.document.add_paragraph()

    def _form(self, form: Form) -> None:
        made = self.document.add_table(rows=0, cols=4)
        made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for boxes in form.rows:
            row = made.add_row()
            row.height, row.height_rule = Mm(10), WD_ROW_HEIGHT_RULE.AT_LEAST
            cells = list(row.cells)
            for cell, width in zip(cells, BOXES, strict=True):
                cell.width = Mm(width)
            if len(boxes) == 1:
                cells = [cells[0], cells[1].merge(cells[3])]
            for place, (label, text) in enumerate(boxes):
                self._cell(cells[2 * place], [label], HEAD_FONT, centred=True, size=12)
                self._cell(cells[2 * place + 1], [text], BODY_FONT, size=12)
                if label in form.tall:
                    row.height = Mm(TALL)
        self.document.add_paragraph()

    def _cell(self, cell: Any, runs: Runs, font: str, *, centred: bool = False, size: float = SIZE_TABLE) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        self._runs(paragraph, runs, font, size)

    def _signature(self, paper: Paper) -> None:
        """Who signs and the day, four characters in from the right."""
        self.document.add_paragraph()
        for text in (paper.signed_by, day_words(paper.signed_on)):
            line = self._line(text, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.RIGHT)
            line.paragraph_format.right_indent = Pt(4 * SIZE_3)
            line.paragraph_format.keep_with_next = text == paper.signed_by


def _kept(text: str) -> str:
    """The text in one line without control characters; blanks at its ends stay, for runs follow each other."""
    ahead = " " if text.startswith(" ") else ""
    return ahead + one_line(text) + (" " if len(text) > 1 and text.endswith(" ") else "")
