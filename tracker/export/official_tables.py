"""Tables of official papers, with their headings on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tracker.export.official_type import BODY_FONT, HEAD_FONT, SIZE_TABLE, kept, twips
from tracker.export.papers import Column, Link, Run, Runs, Table

ROW = 6  # millimetres that a row is high at least
MARGIN = 0.7  # millimetres beside the text of a cell
Reference = Callable[[str], str]


def table_element(table: Table, reference: Reference) -> Any:
    """The table; ``reference`` gives the document's name for an address.

    Written as XML in one piece: asked cell by cell, python-docx takes seconds for two hundred rows.
    """
    return _TableXml(table.head, reference).whole(table.rows)


class _TableXml:
    """The parts of one table as XML."""

    def __init__(self, head: Sequence[Column], reference: Reference) -> None:
        self.head, self.reference = head, reference

    def whole(self, rows: Sequence[Sequence[Runs]]) -> Any:
        widths = [twips(column.width) for column in self.head]
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        beside = twips(MARGIN)
        layout = (
            f'<w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{beside}" w:type="dxa"/>'
            f'<w:right w:w="{beside}" w:type="dxa"/></w:tblCellMar>'
        )
        return parse_xml(
            f"<w:tbl {nsdecls('w', 'r')}><w:tblPr>{layout}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
            f"{self._headings()}{''.join(self._row(row) for row in rows)}</w:tbl>"
        )

    def _headings(self) -> str:
        cells = (self._cell([column.heading], HEAD_FONT, column.width, "center") for column in self.head)
        return f"<w:tr><w:trPr>{_AS_ONE}<w:tblHeader/></w:trPr>{''.join(cells)}</w:tr>"

    def _row(self, row: Sequence[Runs]) -> str:
        cells = (
            self._cell(runs, BODY_FONT, column.width, "left" if column.is_words else "center")
            for runs, column in zip(row, self.head, strict=True)
        )
        return f"<w:tr><w:trPr>{_AS_ONE}</w:trPr>{''.join(cells)}</w:tr>"

    def _cell(self, runs: Runs, font: str, width: float, side: str) -> str:
        written = "".join(self._run(run, font) for run in runs)
        box = f'<w:tcPr><w:tcW w:w="{twips(width)}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        line = f'<w:pPr><w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="{side}"/></w:pPr>'
        return f"<w:tc>{box}<w:p>{line}{written}</w:p></w:tc>"

    def _run(self, run: Run, font: str) -> str:
        text, line = (run.text, '<w:u w:val="dotted"/>') if isinstance(run, Link) else (run, "")
        written = (
            f'<w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
            f'<w:sz w:val="{int(2 * SIZE_TABLE)}"/>{line}</w:rPr>'
            f'<w:t xml:space="preserve">{escape(kept(text))}</w:t></w:r>'
        )
        if not isinstance(run, Link):
            return written
        return f'<w:hyperlink r:id="{self.reference(run.address)}">{written}</w:hyperlink>'


_AS_ONE = f'<w:cantSplit/><w:trHeight w:val="{twips(ROW)}" w:hRule="atLeast"/>'
