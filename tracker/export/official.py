"""A paper as an editable .docx in the layout of official papers.

Source: GB/T 9704 (党政机关公文格式): A4, margins 37, 35, 28 and 26 mm (top, bottom, left, right); title in 小标宋 of
size 2 (22 pt), body in 仿宋 of size 3 (16 pt), first-level headings in 黑体, second-level ones in 楷体, lines 28.9 pt
apart so that 22 stand on a page, page numbers — 1 — in 宋体 of size 4 (14 pt), odd ones at the right, even ones at the
left. Fonts are named, not embedded: an office machine has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from tracker.export.papers import Block, Code, Form, Heading, Link, Paper, Paragraph, Run, Runs, Table, day_words
from tracker.export.qr import qr_png
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
TALL = 30  # millimetres of a box to write into
NARROW = 18  # millimetres: such a column holds a number, which stands in its middle
CODE = 45  # millimetres of a QR code: a link's modules are then wide enough for a phone
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
        self.references: dict[str, str] = {}

    def write(self, paper: Paper) -> None:
        if paper.number:
            self._line(paper.number, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.CENTER)
        title = self._line(paper.title, TITLE_FONT, SIZE_2, WD_ALIGN_PARAGRAPH.CENTER)
        title.paragraph_format.line_spacing = Pt(35)
        title.paragraph_format.space_before = Pt(LINE / 2)
        self.document.add_paragraph()
        if paper.addressee:
            self._line(paper.addressee, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.LEFT)
        for block in paper.blocks:
            self._block(block)
        self._signature(paper)

    def _block(self, block: Block) -> None:
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
            case Code():
                self._code(block)

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
        element = OxmlElement("w:hyperlink")
        element.set(qn("r:id"), self._reference(link.address))
        run = _style(paragraph.add_run(_kept(link.text)), font, size)
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
        """Written as XML in one piece: asked cell by cell, python-docx takes seconds for two hundred rows."""
        widths = [_twips(width) for _, width in table.head]
        head = "".join(
            self._cell_xml([heading], HEAD_FONT, width, centred=True)
            for (heading, _), width in zip(table.head, widths, strict=True)
        )
        rows = "".join(
            f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{self._row_xml(row, table, widths)}</w:tr>" for row in table.rows
        )
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        layout = (
            f'<w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/>'
            "</w:tblCellMar>"
        )
        made = parse_xml(
            f"<w:tbl {nsdecls('w', 'r')}><w:tblPr>{layout}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
            f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
        )
        self.document.add_paragraph()._p.addprevious(made)

    def _row_xml(self, row: Sequence[Runs], table: Table, widths: Sequence[int]) -> str:
        cells = zip(row, table.head, widths, strict=True)
        return "".join(self._cell_xml(runs, BODY_FONT, width, centred=mm <= NARROW) for runs, (_, mm), width in cells)

    def _cell_xml(self, runs: Runs, font: str, width: int, *, centred: bool) -> str:
        side = "center" if centred else "left"
        written = "".join(self._run_xml(run, font) for run in runs)
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr>'
            f'<w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="{side}"/></w:pPr>{written}</w:p></w:tc>'
        )

    def _run_xml(self, run: Run, font: str) -> str:
        text, line = (run.text, '<w:u w:val="dotted"/>') if isinstance(run, Link) else (run, "")
        written = (
            f'<w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
            f'<w:sz w:val="{int(2 * SIZE_TABLE)}"/>{line}</w:rPr>'
            f'<w:t xml:space="preserve">{escape(_kept(text))}</w:t></w:r>'
        )
        if not isinstance(run, Link):
            return written
        return f'<w:hyperlink r:id="{self._reference(run.address)}">{written}</w:hyperlink>'

    def _form(self, form: Form) -> None:
        made = self.document.add_table(rows=0, cols=4)
        made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(made.columns, BOXES, strict=True):
            column.width = Mm(width)
        for boxes in form.rows:
            cells = _new_row(made, BOXES)
            row = made.rows[-1]
            row.height, row.height_rule = Mm(10), WD_ROW_HEIGHT_RULE.AT_LEAST
            if len(boxes) == 1:
                cells = [cells[0], cells[1].merge(cells[3])]
            for place, (label, text) in enumerate(boxes):
                self._cell(cells[2 * place], [label], HEAD_FONT, centred=True, size=12)
                self._cell(cells[2 * place + 1], [text], BODY_FONT, size=12)
                if label in form.tall:
                    row.height = Mm(TALL)
            for cell in cells:
                cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER

    def _cell(self, cell: Any, runs: Runs, font: str, *, centred: bool = False, size: float = SIZE_TABLE) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        self._runs(paragraph, runs, font, size)

    def _code(self, code: Code) -> None:
        """The code in the middle, its words below it; all on one page."""
        picture = self.document.add_paragraph()
        picture.alignment = WD_ALIGN_PARAGRAPH.CENTER
        picture.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        picture.paragraph_format.keep_with_next = True
        picture.add_run().add_picture(BytesIO(qr_png(code.address)), width=Mm(CODE))
        for line in code.lines:
            words = self._line(line, BODY_FONT, 12, WD_ALIGN_PARAGRAPH.CENTER)
            words.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            words.paragraph_format.keep_with_next = line is not code.lines[-1]

    def _signature(self, paper: Paper) -> None:
        """Who signs and the day, four characters in from the right."""
        self.document.add_paragraph()
        for text in (paper.signed_by, day_words(paper.signed_on)):
            line = self._line(text, BODY_FONT, SIZE_3, WD_ALIGN_PARAGRAPH.RIGHT)
            line.paragraph_format.right_indent = Pt(4 * SIZE_3)
            line.paragraph_format.keep_with_next = text == paper.signed_by


def _new_row(table: Any, widths: Sequence[float]) -> list[Any]:
    """The cells of a new row. Asked of the row's own elements: python-docx counts the whole table for each cell."""
    cells = [_Cell(element, table) for element in table.add_row()._tr.tc_lst]
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Mm(width)
    return cells


def _twips(millimetres: float) -> int:
    """Twentieths of a point, in which tables are measured."""
    return round(millimetres * 1440 / 25.4)


def _kept(text: str) -> str:
    """The text in one line without control characters; blanks at its ends stay, for runs follow each other."""
    ahead = " " if text.startswith(" ") else ""
    return ahead + one_line(text) + (" " if len(text) > 1 and text.endswith(" ") else "")
