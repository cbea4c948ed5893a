"""The words over columns, and headers as a whole: what each column holds, which tells the task, what is no header."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.domain.roles import Role
from tracker.domain.text import compact
from tracker.reading.cells import as_deadline, as_task, as_units, is_blank, is_ditto, items_of, title_of_task
from tracker.reading.columns import read_header
from tracker.reading.fitting import fitted
from tracker.reading.header_words import is_header_word, kind_of

LEAD, SUPPORT, RESPONSIBLE = Role.LEAD, Role.SUPPORT, Role.RESPONSIBLE
LINES = (Path(__file__).parents[2] / "corpus" / "table_headers.tsv").read_text("utf-8").splitlines()[1:]
WORDS = [tuple(line.split("\t")) for line in LINES]


@pytest.mark.parametrize(("kind", "role", "word"), [row for row in WORDS if row[0] != "task"])
def test_words_over_columns(kind: str, role: str, word: str) -> None:
    found = kind_of(compact(word))
    assert (found[0], found[1] if kind == "units" else "-") == (kind, role)


@pytest.mark.parametrize("word", [word for kind, _, word in WORDS if kind == "task"])
def test_words_over_tasks(word: str) -> None:
    columns = read_header(["序号", word, "责任单位", "完成时限", "备注"])
    assert columns is not None
    assert (columns.task, columns.units, columns.deadlines) == (1, {2: RESPONSIBLE}, (3,))


@pytest.mark.parametrize(
    "words",
    [
        ["序号", "姓名", "单位", "职务", "联系电话"],
        ["序号", "河流名称", "县级河长", "责任单位", "联系电话"],
        ["姓名", "职务", "责任分工"],
        ["专班名称", "牵头单位", "成员单位", "组长", "联络员"],
        ["序号", "单位", "联系人", "联系电话"],
        ["1", "改造管网", "市城管局", "6月底"],
        ["地区", "区片价", "补偿费"],
        ["责任单位", "完成时限"],
        ["责任单位"],
        [],
    ],
)
def test_what_heads_no_table_of_tasks(words: list[str]) -> None:
    assert read_header(words) is None


@pytest.mark.parametrize(
    "word", ["重点任务分解表", "整改台账", "附件1", "市公安局、", "2024年6月", "推进城市更新行动，改善人居环境"]
)
def test_what_is_no_word_of_a_header(word: str) -> None:
    assert not is_header_word(word)


def test_the_task_is_the_detail_where_the_name_before_it_is_merged() -> None:
    columns = read_header(["序号", "重点任务", "具体措施", "牵头单位", "配合单位", "时限"])
    assert columns is not None
    assert (columns.task, columns.named, columns.units) == (2, 1, {3: LEAD, 4: SUPPORT})
    assert columns.shape.merged == {1}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["1", "修路", "县交通局", "县财政局", "6月底前"], ["1", "修路", "县交通局", "县财政局", "6月底前", ""]),
        (["2", "建桥", "县交通局", "2024年底"], ["2", "建桥", "县交通局", "", "2024年底", ""]),
        (
            ["3", "疏浚", "县水利局", "县财政局", "各乡镇人民政府", "长期坚持", "已启动"],
            ["3", "疏浚", "县水利局", "县财政局\n各乡镇人民政府", "长期坚持", "已启动"],
        ),
        (["没有编号", "县水利局"], None),
        (["4"], None),
    ],
)
def test_words_find_their_columns(words: list[str], expected: list[str] | None) -> None:
    columns = read_header(["序号", "任务", "牵头单位", "配合单位", "时限", "进展"])
    assert columns is not None
    assert fitted(words, columns) == expected


@pytest.mark.parametrize(
    ("written", "units"),
    [
        ("市财政局\n市公安局", "市财政局\n市公安局"),
        ("市人力资源和社\n会保障局", "市人力资源和社会保障局"),
        ("市发展改革委、市财\n政局", "市发展改革委、市财政局"),
        ("各县\n（市、区）人民政府", "各县（市、区）人民政府"),
        ("市政府办\n公室", "市政府办公室"),
        ("市文化广电\n和旅游局", "市文化广电和旅游局"),
        ("市公安局、\n市司法局", "市公安局、市司法局"),
        ("牵头单位：市公安局\n配合单位：市司法局", "牵头单位：市公安局\n配合单位：市司法局"),
    ],
)
def test_line_ends_in_a_cell_of_units(written: str, units: str) -> None:
    assert as_units(written) == units


@pytest.mark.parametrize(
    ("written", "phrase"),
    [
        ("2023年\n10月底前", "2023年10月底前"),
        ("2023年6月底前启动\n2023年底前完成", "2023年6月底前启动；2023年底前完成"),
        ("长期\n坚持", "长期坚持"),
        ("2024年6\n月底", "2024年6月底"),
    ],
)
def test_line_ends_in_a_cell_of_time(written: str, phrase: str) -> None:
    assert as_deadline(written) == phrase


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("建设政务云", "建设政务云"),
        ("统一外网出口，清理\n自建专线", "统一外网出口，清理自建专线"),
        ("建设灾备中心\n依托现有机房扩容改造，分两期建成双活的灾备体系。", "建设灾备中心"),
        ("1.公布清单；\n2.清退保证金。", "1.公布清单；2.清退保证金"),
        ("推进河道治理。" + "统筹水资源、水环境、水生态治理，落实管护责任。" * 4, "推进河道治理"),
    ],
)
def test_the_title_of_a_row(written: str, title: str) -> None:
    assert title_of_task(as_task(written)) == title


def test_signs_for_nothing_and_for_the_same() -> None:
    assert all(is_blank(words) for words in ("", "无", "—", "/", "- ", "暂无"))
    assert not any(is_blank(words) for words in ("无锡市财政局", "1"))
    assert all(is_ditto(words) for words in ("同上", "〃", "（同上）"))
    assert not is_ditto("同上级对接")


def test_numbered_items_of_a_cell() -> None:
    assert items_of("1.公布清单；2.清退保证金。") == ["1.公布清单；", "2.清退保证金。"]
    assert items_of("2.5公里道路，3.6公里管网") == []
    assert items_of("推进1.5万亩；2.清退") == []
