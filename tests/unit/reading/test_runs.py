"""Lines of copied rows: which run of them is which cell, and where that is only guessed."""

from __future__ import annotations

from tracker.reading.columns import Columns, read_header
from tracker.reading.runs import divided


def _columns(words: str) -> Columns:
    columns = read_header(words.split())
    assert columns is not None
    return columns


def _cells(header: str, *lines: str) -> list[str]:
    found = divided(lines, _columns(header))
    assert found is not None
    return ["".join(lines[begin:end]) for begin, end in found.ranges]


_RECTIFICATION = "序号 问题清单 整改措施 责任领导 责任单位 责任人 整改时限 完成情况"
_WORK = "序号 任务类别 目标任务 牵头单位 责任单位 完成时限"


def test_units_and_times_end_the_words_before_them() -> None:
    lines = (
        "4",
        "修建环湖绿道二期并完成沿线亮",
        "化工程",
        "市园林",
        "局",
        "市财政局、湖东区",
        "政府",
        "2025年8",
        "月底前",
    )
    assert _cells(_WORK, *lines) == [
        "4",
        "",
        "修建环湖绿道二期并完成沿线亮化工程",
        "市园林局",
        "市财政局、湖东区政府",
        "2025年8月底前",
    ]


def test_a_narrow_column_of_categories_ends_on_its_short_line() -> None:
    lines = ("1", "绿色低碳转", "型", "新增分布式光伏装机容量三", "万千瓦", "市能源局", "各县政府", "2025年12月")
    assert _cells(_WORK, *lines)[1:3] == ["绿色低碳转型", "新增分布式光伏装机容量三万千瓦"]


def test_measures_begin_with_what_is_done() -> None:
    lines = (
        "2",
        "合同台账登记不全,部分合同",
        "未归档",
        "建立合同电子台账",
        "何某",
        "法务部",
        "邓某",
        "2024年9月",
        "已完成",
    )
    assert _cells(_RECTIFICATION, *lines)[1:3] == ["合同台账登记不全,部分合同未归档", "建立合同电子台账"]


def test_a_state_and_a_person_are_no_part_of_a_time() -> None:
    lines = ("3", "会议记录不全", "修订会议制度", "何某", "办公室、人事", "部", "邓某", "2024年9月30日", "前", "已完成")
    assert _cells(_RECTIFICATION, *lines)[3:] == ["何某", "办公室、人事部", "邓某", "2024年9月30日前", "已完成"]


def test_a_border_that_no_sign_shows_is_a_guess() -> None:
    lines = [
        "5",
        "档案库房温湿度长期超标",
        "增加除湿设备并专人值守",
        "何某",
        "综合管理部",
        "邓某",
        "2024年9月",
        "已完成",
    ]
    sure = divided(lines, _columns(_RECTIFICATION))
    assert sure is not None
    assert not sure.is_guessed
    guessed = divided(
        [*lines[:2], "人员值守记录也长期空白", "专人值守库房且登记造册", *lines[3:]], _columns(_RECTIFICATION)
    )
    assert guessed is not None
    assert guessed.is_guessed


def test_lines_without_units_are_no_row() -> None:
    assert divided(["6", "会议记录不全", "修订会议制度", "2024年9月"], _columns(_RECTIFICATION)) is None


def test_a_unit_is_not_made_of_a_task_that_ends_like_one() -> None:
    lines = ("7", "投运110千伏河口变电站", "国网河口供电", "公司", "河口县政府", "2025年11月")
    assert _cells(_WORK, *lines)[2:5] == ["投运110千伏河口变电站", "国网河口供电公司", "河口县政府"]
