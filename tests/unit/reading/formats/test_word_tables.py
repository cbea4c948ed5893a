"""Tables of Word files: one row per line, every row with as many cells as the table has columns."""

from __future__ import annotations

import pytest

from tests.unit.reading.formats.word_files import definition, docx, item, level, num, p, tbl, tc, tr
from tracker.reading.formats import extract
from tracker.reading.formats.contract import CELL_BREAK, UnreadableFile


def rows(body: str, **parts: str) -> list[list[str]]:
    text = extract(docx(body, None, **parts), "方案.docx").text
    return [line.split("\t") for line in text.split("\n") if "\t" in line]


def down(content: str = "", *, begins: bool = False) -> str:
    return tc(content or "<w:p/>", '<w:vMerge w:val="restart"/>' if begins else "<w:vMerge/>")


def span(content: str, columns: int) -> str:
    return tc(content, f'<w:gridSpan w:val="{columns}"/>')


def test_a_table_stands_between_empty_lines() -> None:
    text = extract(docx(p("上") + tbl(tr(tc("甲"), tc("乙"))) + p("下")), "方案.docx").text
    assert text == "上\n\n甲\t乙\n\n下\n"


def test_a_cell_merged_downwards_is_repeated() -> None:
    table = tbl(
        tr(down("甲", begins=True), tc("1")),
        tr(down(), tc("2")),
        tr(down("乙", begins=True), tc("3")),
        tr(down(), tc("4")),
    )
    assert rows(table) == [["甲", "1"], ["甲", "2"], ["乙", "3"], ["乙", "4"]]


def test_a_cell_merged_sideways_stands_in_its_first_column() -> None:
    table = tbl(tr(tc("甲"), span("责任单位", 2)), tr(tc("乙"), tc("牵头"), tc("配合")))
    assert rows(table) == [["甲", "责任单位", ""], ["乙", "牵头", "配合"]]


def test_both_ways_and_in_the_old_way() -> None:
    both = '<w:gridSpan w:val="2"/><w:vMerge {}/>'
    table = tbl(
        tr(tc("甲乙", both.format('w:val="restart"')), tc("1")),
        tr(tc("<w:p/>", both.format("")), tc("2")),
        tr(tc("丙", '<w:hMerge w:val="restart"/>'), tc("<w:p/>", "<w:hMerge/>"), tc("3")),
    )
    assert rows(table) == [["甲乙", "", "1"], ["甲乙", "", "2"], ["丙", "", "3"]]


def test_a_row_may_begin_late_and_end_early() -> None:
    late = tr(tc("乙"), properties='<w:gridBefore w:val="1"/><w:gridAfter w:val="1"/>')
    assert rows(tbl(tr(tc("甲"), tc("子"), tc("丑")), late)) == [["甲", "子", "丑"], ["", "乙", ""]]


def test_columns_in_which_nothing_begins_are_no_columns() -> None:
    table = tbl(tr(span("甲", 2), span("乙", 3)), tr(span("丙", 2), span("丁", 3)), widths=(500,) * 5)
    assert rows(table) == [["甲", "乙"], ["丙", "丁"]]


def test_edges_a_hair_apart_are_one_edge() -> None:
    widths = (2000, 60, 1940, 2000)
    table = tbl(
        tr(span("任务", 1), span("单位", 2), tc("时限")),
        tr(span("排查", 2), span("市教育局", 1), tc("5月")),
        widths=widths,
    )
    assert rows(table) == [["任务", "单位", "时限"], ["排查", "市教育局", "5月"]]


def test_a_narrow_column_of_its_own_stays() -> None:
    table = tbl(tr(tc("甲"), tc("乙"), tc("丙")), tr(span("丁", 2), tc("戊")), widths=(2000, 60, 2000))
    assert rows(table) == [["甲", "乙", "丙"], ["丁", "", "戊"]]


def test_lines_of_a_cell_are_kept_apart() -> None:
    inside = p("市教育局", runs="<w:r><w:br/><w:t>市财政局</w:t></w:r>") + p() + p("市公安局")
    assert rows(tbl(tr(tc(inside), tc("乙")))) == [[f"市教育局{CELL_BREAK}市财政局{CELL_BREAK}市公安局", "乙"]]


def test_a_table_in_a_cell_is_flattened_into_it() -> None:
    inner = tbl(tr(tc("子"), tc("丑")), tr(tc("寅"), tc("卯")))
    assert rows(tbl(tr(tc(p("甲") + inner + p("末")), tc("乙")))) == [
        [f"甲{CELL_BREAK}子 丑{CELL_BREAK}寅 卯{CELL_BREAK}末", "乙"]
    ]


def test_automatic_ordinals_stand_in_their_cells() -> None:
    table = tbl(tr(tc("序号"), tc("任务")), tr(tc(item("")), tc("排查")), tr(tc(item("")), tc("整治")))
    got = rows(table, numbering=definition(level(0, "decimal", "%1")) + num())
    assert got == [["序号", "任务"], ["1", "排查"], ["2", "整治"]]


def test_a_table_of_one_column_only_frames_its_words() -> None:
    text = extract(docx(tbl(tr(tc(p("一、排查。") + p("二、整治。"))))), "方案.docx").text
    assert text == "一、排查。\n二、整治。\n"


def test_rows_that_a_change_deletes_are_left_out_and_empty_rows_too() -> None:
    table = tbl(tr(tc("甲"), tc("乙")), tr(tc("丙"), tc("丁"), properties="<w:del w:id='1'/>"), tr(tc(""), tc("")))
    assert rows(table) == [["甲", "乙"]]


def test_rows_and_cells_in_content_controls_are_read() -> None:
    control = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    table = tbl(tr(tc("甲"), control.format(tc("乙"))), control.format(tr(tc("丙"), tc("丁"))))
    assert rows(table) == [["甲", "乙"], ["丙", "丁"]]


def test_a_footnote_in_a_table_follows_the_table() -> None:
    cell = tc(p("市教育局", runs='<w:r><w:footnoteReference w:id="1"/></w:r>'))
    notes = f'<w:footnote w:id="1">{p("排名第一的为牵头单位")}</w:footnote>'
    text = extract(docx(tbl(tr(cell, tc("乙")), tr(tc("丙"), tc("丁"))), footnotes=notes), "方案.docx").text
    assert text == "市教育局\t乙\n丙\t丁\n\n注：排名第一的为牵头单位\n"


def test_a_text_box_in_a_cell_stays_in_the_cell() -> None:
    boxed = p("甲", runs=f"<w:r><w:pict><w:txbxContent>{p('框')}</w:txbxContent></w:pict></w:r>")
    assert rows(tbl(tr(tc(boxed), tc("乙")))) == [[f"甲{CELL_BREAK}框", "乙"]]


@pytest.mark.parametrize("wrap", ["{}", "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"])
def test_a_long_cell_repeated_in_thousands_of_rows_is_refused(wrap: str) -> None:
    table = tbl(tr(down("甲" * 200_000, begins=True), tc("1")), *[tr(down(), tc("2"))] * 3000)
    with pytest.raises(UnreadableFile, match="表格过大"):
        extract(docx(wrap.format(table)), "方案.docx")


def test_first_and_last_cells_may_be_empty() -> None:
    assert rows(tbl(tr(tc("甲"), tc("乙")), tr(tc(""), tc("丁")), tr(tc("戊"), tc("")))) == [
        ["甲", "乙"],
        ["", "丁"],
        ["戊", ""],
    ]
