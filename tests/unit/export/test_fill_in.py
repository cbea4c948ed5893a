"""Sheets to fill in: what is written stays what it was, and the same values give the same bytes."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from tracker.export.fill_in import Field, FillRow, fill_in_bytes, header_row

FIELDS = (
    Field("序号", 6),
    Field("进展", 40, editable=True, longest=100, tells="太长。"),
    Field("比例", 8, editable=True, most=100, tells="应为整数。"),
    Field("办结", 8, editable=True, choices=("是", "否"), tells="是或否。"),
    Field("日期", 12),
    Field("错误", 20, faulty=True),
    Field("标识", 8, hidden=True),
)
NOTES = ("请填写。", "再上传。")
ROWS = (
    FillRow((1, "=1+1", 40, "否", date(2023, 6, 30), "有误", "token")),
    FillRow((2, None, "", None, None, None, "http://example.org"), is_open=False),
)


def test_cells_hold_what_was_given_and_nothing_is_a_formula_or_a_link() -> None:
    page = load_workbook(BytesIO(fill_in_bytes("表", NOTES, FIELDS, ROWS))).worksheets[0]
    head = header_row(NOTES)
    assert [cell.value for cell in page[head]] == [field.heading for field in FIELDS]
    assert [cell.data_type for cell in page[head + 1]] == ["n", "s", "n", "s", "d", "s", "s"]
    assert page.cell(head + 1, 2).value == "=1+1"
    assert page.cell(head + 2, 7).hyperlink is None


def test_only_open_rows_can_be_typed_into() -> None:
    page = load_workbook(BytesIO(fill_in_bytes("表", NOTES, FIELDS, ROWS))).worksheets[0]
    head = header_row(NOTES)
    assert [not cell.protection.locked for cell in page[head + 1]] == [False, True, True, True, False, False, False]
    assert all(cell.protection.locked for cell in page[head + 2])
    assert page.protection.sheet
    assert page.column_dimensions["G"].hidden
    assert {str(rule.sqref) for rule in page.data_validations.dataValidation} == {"B5:B6", "C5:C6", "D5:D6"}


def test_the_same_values_give_the_same_bytes() -> None:
    assert fill_in_bytes("表", NOTES, FIELDS, ROWS) == fill_in_bytes("表", NOTES, FIELDS, ROWS)


def test_a_sheet_without_rows_opens() -> None:
    assert load_workbook(BytesIO(fill_in_bytes("表", (), FIELDS, ()))).worksheets[0].cell(2, 1).value == "序号"
