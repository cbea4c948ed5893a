"""Papers as .docx, looked at as pages: a slip stays on one, and no number of a table is broken."""

from __future__ import annotations

import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pypdfium2 as pdfium
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from tracker.export.official import docx_bytes
from tracker.export.official_form import LEAST_TALL, TALL, tall_height
from tracker.export.official_type import lines_of
from tracker.export.papers import Block, Code, Column, Form, Link, Paper, Paragraph, Runs, Table

LINK = "https://tracker.example.gov.cn/r/" + "k" * 43
USUAL, LONG = (
    "建立政务服务便民热线与报警服务台分流转办机制",
    "推动政务服务便民热线与报警服务台平台对接、数据共享和联动处置，",
)
PLAN = "某某市人民政府办公室关于印发政务服务便民热线与报警服务台高效对接联动实施方案的通知　某政办字〔2023〕1号"
UNITS = "市发展和改革委员会、临空经济区管理委员会、市文化广电和旅游局"
TOLD = "实施细则已形成征求意见稿，向46个单位书面征求意见，正在汇总修改。"


def form_of(title: str = USUAL, helpers: str = "—", told: str = TOLD) -> Form:
    """The boxes of a 督办单."""
    return Form(
        [
            [("督办事项", title)],
            [("来源文件", PLAN)],
            [("责任单位", "市公安局（责任）"), ("配合单位", helpers)],
            [("分管领导", ""), ("承办科室", "")],
            [("承办人", ""), ("联系电话", "")],
            [("完成时限", "2022年12月31日，已逾期166天")],
            [("目前状态", "办理中"), ("完成比例", "60%")],
            [("最近进展", told)],
            [("督办要求", "请抓紧办理，于收到本单后　　个工作日内书面反馈办理情况。")],
            [("办理情况", "")],
            [("领导意见", "")],
        ],
        frozenset({"办理情况", "领导意见"}),
    )


def paper(*blocks: Block, title: str = "督办单") -> Paper:
    return Paper(title, "督办〔2023〕　　号", "", blocks, "市政府督查室", date(2023, 6, 15), title)


def slip(form: Form, *, coded: bool) -> Paper:
    code = Code(LINK, ["用手机扫码填报办理情况，不需要账号，只能填报一次，有效至2023年6月29日。"])
    return paper(form, *([code] if coded else []))


def pages_of(paper: Paper, folder: Path) -> list[str]:
    """The text of each page, as LibreOffice lays the paper out."""
    file = folder / "paper.docx"
    file.write_bytes(docx_bytes(paper))
    home = f"-env:UserInstallation={(folder / 'home').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    made = pdfium.PdfDocument(folder / "paper.pdf")
    try:
        return [page.get_textpage().get_text_range() for page in made]
    finally:
        made.close()


@pytest.mark.needs("libreoffice")
@pytest.mark.parametrize("coded", [False, True], ids=["plain", "coded"])
@pytest.mark.parametrize(
    "form",
    [form_of(), form_of(told="尚未报送进展。"), form_of(title=LONG * 2, helpers=UNITS), form_of(told=TOLD * 3)],
    ids=["usual", "short", "long title and three units", "long progress"],
)
def test_a_slip_is_one_page(tmp_path: Path, form: Form, coded: bool) -> None:
    (page,) = pages_of(slip(form, coded=coded), tmp_path)
    assert "领导意见" in page
    assert "市政府督查室" in page
    assert ("扫码填报" in page) == coded


def test_boxes_to_write_in_take_what_the_page_leaves() -> None:
    assert tall_height(form_of(told="尚未报送进展。"), has_code=False) == TALL
    heights = [tall_height(form_of(told=TOLD * times), has_code=True) for times in range(2, 14)]
    assert heights == sorted(heights, reverse=True)
    assert TALL > heights[0] > heights[2] > heights[-1] == LEAST_TALL


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", 1), ("督" * 9, 1), ("督" * 11, 2), ("2023" * 4, 1), ("2023" * 5, 2), ("督" * 38, 4), ("督" * 39, 5)],
)
def test_how_many_lines_a_text_takes(text: str, lines: int) -> None:
    """In a box of 45 mm, nine or ten characters of 12 points stand in a line."""
    assert lines_of(text, 12, 45) == lines


UNIT_TABLE = (Column("名次", 9.5), Column("单位", 28, is_words=True), Column("应办结", 13.5), Column("按期率", 17))


def unit_table(rows: int) -> Table:
    cells: list[list[Runs]] = [
        [[str(n)], [f"第{n}个单位"], [Link(str(1000 + n), f"https://x/{n}")], ["100.0%"]] for n in range(rows)
    ]
    return Table(UNIT_TABLE, cells)


@pytest.mark.needs("libreoffice")
def test_a_long_table_has_its_headings_on_each_page_and_breaks_no_number(tmp_path: Path) -> None:
    pages = pages_of(paper(Paragraph(["如下："]), unit_table(90), title="通报"), tmp_path)
    assert len(pages) > 2
    assert all("名次" in page and "应办结" in page for page in pages[:-1])
    lines = [line.strip() for page in pages for line in page.splitlines()]
    assert sum("1089" in line for line in lines) == 1
    assert sum("100.0%" in line for line in lines) == 90


def test_words_begin_at_the_left_and_numbers_stand_in_the_middle() -> None:
    table = docx.Document(BytesIO(docx_bytes(paper(unit_table(3))))).tables[0]
    sides = [cell.paragraphs[0].alignment for cell in table.rows[1].cells]
    assert sides == [WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, *[WD_ALIGN_PARAGRAPH.CENTER] * 2]
    heads = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
    assert heads == [True, False, False, False]
