"""Spreadsheets: what a person sees in a sheet is what is read, as the contract flattens tables."""

from __future__ import annotations

import time as clock
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from openpyxl import Workbook

from tracker.domain.text import CELL_BREAK
from tracker.export.sheets import sheet_bytes
from tracker.reading import UnreadableFile, read_bytes
from tracker.reading.columns import read_header
from tracker.reading.formats.contract import Extracted
from tracker.reading.formats.sheet import extract_xlsx
from tracker.reading.formats.sheet_values import words_of
from tracker.services.overdue_sheet import OVERDUE_COLUMNS

HEADER = ("序号", "重点任务", "责任单位", "完成时限")
ROWS = ((1, "修渠", "市水利局", date(2024, 6, 30)), (2, "植树", "市林业局", date(2024, 9, 30)))


def made(fill: Callable[[Any], None], title: str = "任务台账") -> bytes:
    """A workbook whose only sheet ``fill`` writes."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    fill(sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_rows(*rows: Sequence[Any]) -> bytes:
    def fill(sheet: Any) -> None:
        for row in rows:
            sheet.append(row)

    return made(fill)


def extracted(data: bytes, name: str = "台账.xlsx") -> Extracted:
    return extract_xlsx(data, name, lambda done, total: None)


def test_a_ledger_gives_its_drafts() -> None:
    source = read_bytes(with_rows(("平安市2024年重点任务台账",), HEADER, *ROWS), "台账.xlsx")
    (plan,) = source.plans
    assert (source.format, plan.title) == ("xlsx", "平安市2024年重点任务台账")
    assert [(one.title, one.units[0].name, one.deadline.due_on) for one in plan.drafts] == [row[1:] for row in ROWS]
    assert all(source.text[one.start : one.end] == one.quote for one in plan.drafts)


def test_the_overdue_list_of_this_program_is_a_ledger_with_a_known_header() -> None:
    row = (
        1,
        "修渠",
        "市水利局",
        "牵头",
        "平安市治水方案",
        "平政〔2024〕3号",
        date(2024, 6, 30),
        date(2024, 5, 31),
        15,
        "办理中",
        "已开工",
    )
    data = sheet_bytes("逾期清单", OVERDUE_COLUMNS, [row], "截至2024年7月15日，共1项。")
    header, only = (line.split("\t") for line in extracted(data).text.split("\n") if "\t" in line)
    columns = read_header(header)
    assert columns is not None
    assert (only[columns.task], [only[at] for at in columns.units]) == ("修渠", ["市水利局"])
    assert [only[at] for at in columns.deadlines] == ["2024-06-30"]


def test_title_and_notes_are_lines_and_the_rest_is_a_table() -> None:
    text = extracted(with_rows(("台账",), (), ("填报单位：市政府督查室",), HEADER, *ROWS, ("注：按季度更新",))).text
    assert text.split("\n") == [
        "台账", "填报单位：市政府督查室", "", "\t".join(HEADER),
        "1\t修渠\t市水利局\t2024-06-30", "2\t植树\t市林业局\t2024-09-30", "", "注：按季度更新", "",
    ]  # fmt: skip


def test_a_sheet_without_a_title_is_called_by_its_name_or_the_files() -> None:
    assert extracted(made(lambda sheet: sheet.append(HEADER), "民生实事")).text.startswith("民生实事\n")
    assert extracted(made(lambda sheet: sheet.append(HEADER), "Sheet1"), "2024台账.xlsx").text.startswith("2024台账\n")


def test_merged_cells_are_repeated_downwards_and_stand_first_sideways() -> None:
    def fill(sheet: Any) -> None:
        for row in (
            ("类别", "任务", "单位"),
            ("水务", "修渠", "市水利局"),
            ("", "清淤\n疏浚", "市住建局"),
            ("合计", "", ""),
        ):
            sheet.append(row)
        sheet.append(("无关", "另一项", "市教育局"))
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("A4:C4")

    assert [line.split("\t") for line in extracted(made(fill)).text.split("\n") if "\t" in line][1:] == [
        ["水务", "修渠", "市水利局"],
        ["水务", f"清淤{CELL_BREAK}疏浚", "市住建局"],
        ["合计", "", ""],
        ["无关", "另一项", "市教育局"],
    ]


def test_what_is_hidden_is_left_out_and_noted() -> None:
    def fill(sheet: Any) -> None:
        for row in (("任务", "内部意见", "单位"), ("修渠", "缓办", "市水利局"), ("植树", "快办", "市林业局")):
            sheet.append(row)
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True
        secret = sheet.parent.create_sheet("底稿")
        secret.append(("甲", "乙"))
        secret.sheet_state = "hidden"

    told = extracted(made(fill))
    assert [line for line in told.text.split("\n") if "\t" in line] == ["任务\t单位", "修渠\t市水利局"]
    assert [note.code for note in told.notes] == ["hidden-cells", "hidden-sheets"]
    assert "1 行、1 列" in told.notes[0].message and "《底稿》" in told.notes[1].message


def test_a_category_merged_from_a_hidden_row_still_holds_for_the_others() -> None:
    def fill(sheet: Any) -> None:
        for row in (("类别", "任务"), ("水务", "修渠"), ("", "清淤")):
            sheet.append(row)
        sheet.merge_cells("A2:A3")
        sheet.row_dimensions[2].hidden = True

    assert "水务\t清淤" in extracted(made(fill)).text


def test_results_of_formulas_are_read_and_missing_ones_noted() -> None:
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("台账")
    sheet.write_row(0, 0, ("任务", "单位"))
    sheet.write_formula(1, 0, '="修"&"渠"', None, "修渠")
    sheet.write(1, 1, "市水利局")
    book.close()
    assert "修渠\t市水利局" in extracted(out.getvalue()).text
    assert extracted(out.getvalue()).notes == ()
    never_calculated = with_rows(("任务", "单位"), ('="修"&"渠"', "市水利局"))
    assert [note.code for note in extracted(never_calculated).notes] == ["not-calculated"]


def test_several_sheets_follow_each_other_and_progress_counts_them() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(("任务", "单位"))
        sheet.parent.create_sheet("第二批").append(("项目", "部门"))

    told: list[tuple[int, int]] = []
    text = extract_xlsx(made(fill, "第一批"), "x.xlsx", lambda done, total: told.append((done, total))).text
    assert text == "第一批\n\n任务\t单位\n\n第二批\n\n项目\t部门\n"
    assert told == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("value", "number_format", "words"),
    [
        (date(2024, 6, 30), "yyyy-mm-dd", "2024-06-30"),
        (datetime(2024, 6, 30), 'yyyy"年"m"月"d"日"', "2024-06-30"),  # noqa: DTZ001 - a cell has no zone
        (datetime(2024, 6, 1), 'yyyy"年"m"月"', "2024年6月"),  # noqa: DTZ001
        (datetime(2024, 1, 1), 'yyyy"年"', "2024年"),  # noqa: DTZ001
        (datetime(2024, 6, 30), 'm"月"d"日"', "6月30日"),  # noqa: DTZ001
        (datetime(2024, 6, 30, 17, 30), "yyyy/m/d h:mm", "2024-06-30 17:30"),  # noqa: DTZ001
        (time(8, 5), "h:mm", "08:05"),
        (3, "General", "3"),
        (3.0, "0.00", "3"),
        (0.95, "0%", "95%"),
        (0.1 + 0.2, "General", "0.3"),
        (True, "General", "是"),
        ("一行_x000D_\n二行", "@", "一行\n二行"),
        (None, "General", ""),
    ],
)
def test_a_value_reads_as_it_is_shown(value: object, number_format: str, words: str) -> None:
    assert words_of(value, number_format) == words


def test_a_million_formatted_rows_cost_little_and_are_noted() -> None:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(4, 1_000_001))
    data = replaced(with_rows(HEADER, *ROWS), "xl/worksheets/sheet1.xml", b"</sheetData>", rows + b"</sheetData>")
    began = clock.process_time()
    told = extracted(data)
    assert clock.process_time() - began < 5
    assert "植树" in told.text
    assert [note.code for note in told.notes] == ["long-empty"]


def test_a_sheet_of_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(sheet: Any) -> None:
        for number in range(1, 4):
            sheet.cell(number, 16_384, "远")

    assert "远" in extracted(made(fill)).text
    monkeypatch.setattr("tracker.reading.formats.sheet.MOST_CELLS", 40_000)
    with pytest.raises(UnreadableFile, match="表格过大"):
        extracted(made(fill))


def replaced(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The archive with bytes of one part replaced."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name)
            target.writestr(name, body.replace(old, new, 1) if name == part else body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("part", "old", "new", "says"),
    [
        ("xl/workbook.xml", b"<workbook", b"<!DOCTYPE x><workbook", "实体声明"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetDat", "已损坏"),
        ("xl/workbook.xml", b"</workbook>", b"", "已损坏"),
        ("xl/styles.xml", b'numFmtId="164" fontId="0"', b'numFmtId="164" fontId="99999999999"', "已损坏"),
    ],
)
def test_a_hostile_or_damaged_workbook_is_refused(part: str, old: bytes, new: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read_bytes(replaced(with_rows(HEADER, *ROWS), part, old, new), "台账.xlsx")


def test_a_cut_or_empty_workbook_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="已损坏"):
        read_bytes(with_rows(HEADER, *ROWS)[:3000], "台账.xlsx")
    with pytest.raises(UnreadableFile, match="没有文字"):
        read_bytes(with_rows(), "台账.xlsx")
