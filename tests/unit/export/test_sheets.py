"""Lists as .xlsx, read back by openpyxl."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.unit.export.items import ANY_TEXT
from tracker.export.sheets import Column, sheet_bytes
from tracker.export.text import plain_text

COLUMNS = (Column("事项", 40), Column("牵头单位", 24), Column("完成时限", 12), Column("逾期天数", 10))
ROWS = (
    ("建立分流转办机制", "市教育局", date(2023, 6, 10), 5),
    ("公布服务清单", "市财政局", None, None),
)


def read(data: bytes) -> Worksheet:
    sheet = load_workbook(BytesIO(data)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def cell_of(value: Any) -> Any:
    """The single cell of a list that holds the value."""
    return read(sheet_bytes("清单", [Column("列")], [(value,)]))["A3"]


def test_title_note_header_and_rows_stand_in_this_order() -> None:
    sheet = read(sheet_bytes("逾期清单", COLUMNS, ROWS, "截至 2023-06-15，共 2 项"))
    assert list(sheet.values) == [
        ("逾期清单", None, None, None),
        ("截至 2023-06-15，共 2 项", None, None, None),
        ("事项", "牵头单位", "完成时限", "逾期天数"),
        ("建立分流转办机制", "市教育局", datetime(2023, 6, 10), 5),  # noqa: DTZ001 - so openpyxl gives a date
        ("公布服务清单", "市财政局", None, None),
    ]
    assert sheet.title == "逾期清单"


def test_the_header_is_frozen_filtered_and_repeated_in_print() -> None:
    sheet = read(sheet_bytes("逾期清单", COLUMNS, ROWS, "说明"))
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:D5"
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.page_setup.orientation == "landscape"


def test_without_a_note_the_header_moves_up() -> None:
    sheet = read(sheet_bytes("逾期清单", COLUMNS, ROWS))
    assert sheet.freeze_panes == "A3"
    assert sheet["A2"].value == "事项"


def test_columns_have_their_widths_and_cells_the_font() -> None:
    sheet = read(sheet_bytes("逾期清单", COLUMNS, ROWS))
    assert [round(sheet.column_dimensions[letter].width) for letter in "ABCD"] == [41, 25, 13, 11]
    assert {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"宋体"}


def test_days_are_real_dates_shown_as_offices_write_them() -> None:
    cell = cell_of(date(2023, 6, 10))
    assert cell.is_date
    assert cell.number_format == "yyyy-mm-dd"
    assert cell.value.date() == date(2023, 6, 10)


def test_a_day_before_excel_s_calendar_is_text() -> None:
    assert cell_of(date(1900, 2, 28)).value == "1900-02-28"
    assert cell_of(date(1900, 3, 1)).is_date


@pytest.mark.parametrize(
    "text",
    ["=1+1", '=HYPERLINK("http://a.example.cn")', "+86", "-1", "@SUM(A1)", "{=1}", "http://a.example.cn", "007", "1e5"],
)
def test_text_stays_text_whatever_it_begins_with(text: str) -> None:
    cell = cell_of(text)
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.hyperlink is None


@pytest.mark.parametrize(("value", "expected"), [(5, 5), (2.5, 2.5), (True, "是"), (False, "否"), (None, None)])
def test_numbers_stay_numbers_and_truth_is_said_in_words(value: Any, expected: Any) -> None:
    assert cell_of(value).value == expected


@given(ANY_TEXT)
def test_any_text_makes_a_book_that_opens_and_tells_it(text: str) -> None:
    sheet = read(sheet_bytes(text, [Column(text)], [(text,)], text and "说明"))
    shown = sheet.cell(sheet.max_row, 1).value
    assert (shown or "") == plain_text(text)


def test_a_text_longer_than_a_cell_is_cut_with_a_mark_not_lost() -> None:
    shown = cell_of("字" * 40_000).value
    assert len(shown) == 32_767
    assert shown.endswith("字…")
    emoji = cell_of("😀" * 20_000).value  # two UTF-16 units each
    assert len(emoji.encode("utf-16-le")) // 2 <= 32_767
    assert emoji.endswith("😀…")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("市教育局：[2023]/逾期*清单?", "市教育局： 2023  逾期 清单"),
        ("长" * 40, "长" * 31),
        ("", "清单"),
        ("'//'", "清单"),
        ("History", "清单"),
    ],
)
def test_the_sheet_s_name_is_one_that_excel_takes(title: str, expected: str) -> None:
    assert read(sheet_bytes(title, COLUMNS, ROWS)).title == expected


def test_an_empty_list_keeps_its_header() -> None:
    sheet = read(sheet_bytes("逾期清单", COLUMNS, []))
    assert [cell.value for cell in sheet[2]] == ["事项", "牵头单位", "完成时限", "逾期天数"]
    assert sheet.max_row == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [(("一",), "第 1 行有 1 格，表头有 4 格"), ((datetime(2023, 6, 1, tzinfo=UTC), "", "", ""), "时刻须先换算")],
)
def test_what_would_be_told_wrongly_is_refused(row: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sheet_bytes("清单", COLUMNS, [row])


def test_the_same_list_gives_the_same_bytes() -> None:
    made_at = datetime(2023, 6, 15, 8, tzinfo=UTC)
    assert sheet_bytes("清单", COLUMNS, ROWS) == sheet_bytes("清单", COLUMNS, ROWS)
    assert load_workbook(BytesIO(sheet_bytes("清单", COLUMNS, ROWS, "", made_at))).properties.created.year == 2023


def test_no_link_and_no_formula_is_in_the_file() -> None:
    data = sheet_bytes("清单", [Column("列")], [("=1+1",), ("http://a.example.cn",)])
    with zipfile.ZipFile(BytesIO(data)) as book:
        inside = b"".join(book.read(name) for name in book.namelist() if "worksheets" in name)
    assert b"<f>" not in inside
    assert b"hyperlink" not in inside


def test_rows_are_as_high_as_their_longest_text() -> None:
    rows = [["短", ""], ["汉" * 30, ""], ["一行\n又一行", ""], ["", "x" * 5000]]
    sheet = read(sheet_bytes("行高", [Column("甲", 21), Column("乙", 11)], rows))
    heights = [sheet.row_dimensions[place].height for place in range(3, 7)]
    assert heights == [None, 45, 30, 405]
