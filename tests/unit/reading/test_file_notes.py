"""What is known about a file reaches the clerk, whatever the file's format and wherever its first task stands."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import Workbook

from tests.pdfs import OFFICIAL, Setter
from tests.unit.reading.formats.word_files import docx, p, r
from tracker.domain.drafts import Doubt, Draft, Form, PlanReading
from tracker.reading import read_bytes
from tracker.reading.file_notes import noted, notes_of

CLAUSE = "（一）清理河道。（责任单位：市水利局，完成时限：2024年6月底前）"
NOTE = Doubt("pdf-cut-off", "文件结尾不完整")
OWN = Doubt("no-number", "没有读出文号")


def a_workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("任务", "责任单位", "完成时限"), ("修渠", "市水利局", "2024年6月"), ("清淤", "市水利局", "2024年7月")):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def a_pdf() -> bytes:
    setter = Setter(OFFICIAL)
    setter.paragraph(CLAUSE)
    setter.new_page()
    setter.picture()
    return setter.bytes()


def a_document() -> bytes:
    return docx(p(CLAUSE, runs=f'<w:ins w:id="1" w:author="x">{r("另行通知。")}</w:ins>'))


def a_page() -> bytes:
    return f"<html><head><meta charset=utf-8></head><body><p>{CLAUSE}</p><p>附".encode() + b"\xff</p></body></html>"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (a_pdf(), "方案.pdf", "pdf-scanned-pages"),
        (a_workbook(), "清单.xlsx", "hidden-cells"),
        (a_document(), "方案.docx", "tracked-changes"),
        (a_page(), "方案.html", "lost-characters"),
    ],
)
def test_the_notes_of_every_format_stand_with_the_plan(data: bytes, name: str, code: str) -> None:
    (plan,) = read_bytes(data, name).plans
    assert plan.drafts
    assert code in [doubt.code for doubt in plan.doubts]


def a_plan(*, assigns: bool) -> PlanReading:
    drafts = (Draft("修渠", (), Form.LINE, "责任单位：市水利局", 0, 9),) if assigns else ()
    return PlanReading("方案", None, None, None, None, 0, 9, drafts, (OWN,))


def test_a_note_stands_with_the_first_plan_that_a_clerk_reviews() -> None:
    silent, assigning = a_plan(assigns=False), a_plan(assigns=True)
    assert noted([silent, assigning, assigning], [NOTE]) == (
        silent,
        replace(assigning, doubts=(NOTE, OWN)),
        assigning,
    )
    assert noted([silent, silent], [NOTE]) == (replace(silent, doubts=(NOTE, OWN)), silent)
    assert noted([], [NOTE]) == ()


def test_notes_are_told_from_what_a_plan_itself_leaves_open() -> None:
    assert notes_of(noted([a_plan(assigns=True)], [NOTE])) == (NOTE,)
