"""A paper as an editable .docx in the layout of official papers.

Source: GB/T 9704 (党政机关公文格式): A4, margins 37, 35, 28 and 26 mm (top, bottom, left, right); title in 小标宋 of
size 2 (22 pt), body in 仿宋 of size 3 (16 pt), first-level headings in 黑体, second-level ones in 楷体, lines 28.9 pt
apart so that 22 stand on a page, page numbers — 1 — in 宋体 of size 4 (14 pt), odd ones at the right, even ones at the
left.
"""

from __future__ import annotations

from io import BytesIO
from itertools import zip_longest
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tracker.export.official_form import GAP, add_coded_foot, add_form, add_gap
from tracker.export.official_tables import table_element
from tracker.export.official_type import (
    BODY_FONT,
    BOTTOM,
    HEAD_FONT,
    HEIGHT,
    LEFT,
    LINE,
    NUMBER_FONT,
    RIGHT,
    SIZE_2,
    SIZE_3,
    SIZE_4,
    SIZE_SMALL,
    SUBHEAD_FONT,
    TITLE_FONT,
    TITLE_LINE,
    TOP,
    WIDTH,
    exact_lines,
    kept,
    styled,
)
from tracker.export.papers import Block, Code, Form, Heading, Link, Paper, Paragraph, Runs, Table, day_words
from tracker.export.text import one_line

NOTE_LINE = 20  # points between the lines of a note below a table


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
    styled(paragraph.add_run("— "), NUMBER_FONT, SIZE_4)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = styled(paragraph.add_run(), NUMBER_FONT, SIZE_4)
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
    styled(paragraph.add_run(" —"), NUMBER_FONT, SIZE_4)


def _set_body(document: Any) -> None:
    """The plain style, which every paragraph builds upon."""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY_FONT, Pt(SIZE_3)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    exact_lines(normal, LINE)


class _Writer:
    """A document being written, from the top down."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.references: dict[str, str] = {}

    def write(self, paper: Paper) -> None:
        self._head(paper)
        if paper.addressee:
            self._line(paper.addressee, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.LEFT)
        code = next((block for block in paper.blocks if isinstance(block, Code)), None)
        shown = [block for block in paper.blocks if block is not code]
        for block, following in zip_longest(shown, shown[1:]):
            self._block(block, has_code=code is not None)
            if isinstance(following, Table):
                self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        if code:
            add_coded_foot(self.document, code, paper)
        else:
            self._signature(paper)

    def _head(self, paper: Paper) -> None:
        """Number and title; a form follows closer than a text does."""
        if paper.number:
            self._line(paper.number, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.CENTER)
        title = self._line(paper.title, TITLE_FONT, SIZE_2, WD_ALIGN_PARAGRAPH.CENTER)
        title.paragraph_format.line_spacing = Pt(TITLE_LINE)
        title.paragraph_format.space_before = Pt(LINE / 2)
        if any(isinstance(block, Form) for block in paper.blocks[:1]):
            add_gap(self.document, GAP)
        else:
            self.document.add_paragraph()

    def _block(self, block: Block, *, has_code: bool) -> None:
        match block:
            case Heading():
                font = HEAD_FONT if block.level == 1 else SUBHEAD_FONT
                heading = self._line(block.text, font, SIZE_3, WD_ALIGN_PARAGRAPH.LEFT)
                heading.paragraph_format.first_line_indent = Pt(2 * SIZE_3)
                heading.paragraph_format.keep_with_next = True
            case Paragraph():
                self._paragraph(block)
            case Table():
                self._table(block)
            case Form():
                add_form(self.document, block, has_code=has_code)

    def _paragraph(self, block: Paragraph) -> None:
        size = SIZE_SMALL if block.small else SIZE_3
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
        if block.small:
            exact_lines(paragraph, NOTE_LINE)
        self._runs(paragraph, block.runs, BODY_FONT, size)

    def _line(self, text: str, font: str, size: float, side: WD_ALIGN_PARAGRAPH) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = side
        styled(paragraph.add_run(one_line(text)), font, size)
        return paragraph

    def _runs(self, paragraph: Any, runs: Runs, font: str, size: float) -> None:
        for run in runs:
            if isinstance(run, Link):
                self._link(paragraph, run, font, size)
            else:
                styled(paragraph.add_run(kept(run)), font, size)

    def _link(self, paragraph: Any, link: Link, font: str, size: float) -> None:
        """A hyperlink that looks like the text around it, but for a dotted line below."""
        element = OxmlElement("w:hyperlink")
        element.set(qn("r:id"), self._reference(link.address))
        run = styled(paragraph.add_run(kept(link.text)), font, size)
        underline = OxmlElement("w:u")
        underline.set(qn("w:val"), "dotted")
        run._r.get_or_add_rPr().append(underline)
        element.append(run._r)
        paragraph._p.append(element)

    def _reference(self, address: str) -> str:
        """The document's name for an address; python-docx would look through all of them for each one more."""
        if address not in self.references:
            name = self.references[address] = f"rIdLink{len(self.references) + 1}"
            self.document.part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, address, name, is_external=True)
        return self.references[address]

    def _table(self, table: Table) -> None:
        """The table, and a little room below it."""
        add_gap(self.document, GAP)
        self.document.paragraphs[-1]._p.addprevious(table_element(table, self._reference))

    def _signature(self, paper: Paper) -> None:
        """Who signs and the day, four characters in from the right; never alone on a page."""
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        self.document.add_paragraph().paragraph_format.keep_with_next = True
        for text in (paper.signed_by, day_words(paper.signed_on)):
            line = self._line(text, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.RIGHT)
            line.paragraph_format.right_indent = Pt(4 * SIZE_3)
            line.paragraph_format.keep_with_next = text == paper.signed_by
