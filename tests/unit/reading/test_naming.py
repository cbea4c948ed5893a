"""Lists of units to units, for any place's names."""

from __future__ import annotations

import pytest

from tracker.domain.roles import Role
from tracker.reading.naming import read_units
from tracker.reading.unit_words import is_person, looks_like_unit

MARKS = {Role.LEAD: "^", Role.SUPPORT: "-", Role.RESPONSIBLE: ""}


def names(words: str) -> list[str]:
    return [unit.name + MARKS[unit.role] for unit in read_units(words).units]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("市发改委、市财政局，市住建局；市水利局", "市发改委 市财政局 市住建局 市水利局"),
        ("各县（市、区）人民政府、新港区（保税区）管委会", "各县（市、区）人民政府 新港区（保税区）管委会"),
        ("各市、县（市、区）人民政府", "各市、县（市、区）人民政府"),
        ("各乡镇人民政府、街道办事处", "各乡镇人民政府 街道办事处"),
        ("市自然资源和规划局、市教育和体育局", "市自然资源和规划局 市教育和体育局"),
        ("市教育局和市财政局", "市教育局 市财政局"),
        ("市残联等有关部门及各县政府", "市残联 有关部门 各县政府"),
        ("市审批局等市有关部门，各县政府", "市审批局 市有关部门 各县政府"),
        ("市发改委、市财政局等部门按职责分工负责", "市发改委 市财政局"),
        ("市发改委牵头，市财政局、市住建局配合", "市发改委^ 市财政局- 市住建局-"),
        ("市发改委牵头，市财政局按职责分工负责", "市发改委^ 市财政局"),
        ("市发改委（牵头）、市财政局（配合）", "市发改委^ 市财政局-"),
        ("由市发改委会同市财政局负责", "市发改委 市财政局"),
        ("市政协办公室、管委会办公室", "市政协办公室 管委会办公室"),
        ("市自然资源局（市林业局）、市委研究室（原市委改革办）", "市自然资源局（市林业局） 市委研究室"),
        ("省科技厅、工业和信息化厅、财政厅", "省科技厅 省工业和信息化厅 省财政厅"),
        ("市委组织部、宣传部，市发改委、教育局", "市委组织部 市委宣传部 市发改委 市教育局"),
        ("市财政局、银保监分局、国网某某供电公司、某某海关", "市财政局 银保监分局 国网某某供电公司 某某海关"),
        ("县住建局 县财政局 各乡镇（街道）", "县住建局 县财政局 各乡镇（街道）"),
        ("市中等职业学校、各高等院校", "市中等职业学校 各高等院校"),
        ("市市场监管局、市市场监管局", "市市场监管局"),
        ("各市人民政府（含甲州、乙市）", "各市人民政府（含甲州、乙市）"),
        ("具有监管职能的市有关部门", "具有监管职能的市有关部门"),
        ("团市委、市妇联、市总工会", "团市委 市妇联 市总工会"),
        ("无", ""),
        ("", ""),
    ],
)
def test_splits(words: str, expected: str) -> None:
    assert names(words) == expected.split()


def test_a_deadline_among_the_units_is_a_deadline() -> None:
    listed = read_units("市住建局、市财政局，2023年12月底前完成")
    assert ([unit.name for unit in listed.units], listed.deadlines) == (
        ["市住建局", "市财政局"],
        ["2023年12月底前完成"],
    )


def test_each_unit_may_bring_its_own_deadline() -> None:
    listed = read_units("市住建局2023年6月底前完成、市财政局")
    assert ([unit.name for unit in listed.units], listed.deadlines) == (["市住建局", "市财政局"], ["2023年6月底前完成"])


@pytest.mark.parametrize("name", ["张伟", "李 明", "王建国", "市长", "县住建局局长", "刘芳同志"])
def test_a_person_is_no_unit(name: str) -> None:
    assert is_person(name)
    assert names(f"市住建局、{name}") == ["市住建局"]


@pytest.mark.parametrize(
    "name",
    [
        "团市委",
        "高新区",
        "市委办",
        "市政协办",
        "人大常委会办",
        "政务公开办",
        "市委讲师团",
        "马关县",
        "石油公司",
        "各县区",
        "党工委",
        "海关",
    ],
)
def test_short_units_are_no_persons(name: str) -> None:
    assert looks_like_unit(name)
    assert not is_person(name)


def test_a_very_long_list_is_read() -> None:
    words = "和".join(f"第{at}中心" for at in range(3000))
    assert len(read_units(words).units) == 3000


def test_a_filled_in_prefix_is_doubted() -> None:
    assert "elided-prefix" in read_units("省科技厅、财政厅").doubts
    assert not read_units("省科技厅、省财政厅").doubts


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("花溪县、白泉县、柳河县人民政府", "花溪县人民政府 白泉县人民政府 柳河县人民政府"),
        ("东岭、西岭市人民政府", "东岭市人民政府 西岭市人民政府"),
        ("高新区、经开区管委会", "高新区管委会 经开区管委会"),
        ("高新区、白泉县人民政府", "高新区 白泉县人民政府"),
        ("城关镇、东门街道办事处", "城关镇 东门街道办事处"),
        ("花溪县、白泉县、临港开发区管委会", "花溪县 白泉县 临港开发区管委会"),
        ("花溪县、市水利局、柳河县人民政府", "花溪县 市水利局 柳河县人民政府"),
        ("白泉市委、市政府、柳河县委、县政府", "白泉市委 白泉市政府 柳河县委 柳河县政府"),
        ("市委、市政府", "市委 市政府"),
        ("临港开发区工委、管委会", "临港开发区工委 临港开发区管委会"),
        ("各县（市、区）委、政府", "各县（市、区）委、政府"),
        ("各乡镇（街道）党（工）委、政府（办事处）", "各乡镇（街道）党（工）委、政府（办事处）"),
        ("市公安局、检察院、政务服务中心管委会", "市公安局 市检察院 市政务服务中心管委会"),
        ("自治区林草局、农科院", "自治区林草局 自治区农科院"),
        ("县发改局、白泉供电局、白泉海关", "县发改局 白泉供电局 白泉海关"),
        ("县城管局、白泉生态环境局、规划和自然资源局", "县城管局 白泉生态环境局 县规划和自然资源局"),
        ("市人社局，各县（市）区、开发区", "市人社局 各县（市）区 开发区"),
        ("各市、县（区）人民政府", "各市、县（区）人民政府"),
    ],
)
def test_what_a_list_shares_is_told_for_each(words: str, names: str) -> None:
    assert [unit.name for unit in read_units(words).units] == names.split()


def test_a_part_taken_from_a_neighbour_is_doubted() -> None:
    assert "elided-prefix" in read_units("花溪县、白泉县人民政府").doubts
    assert not read_units("花溪县人民政府、白泉县人民政府").doubts


def test_names_and_a_time_set_apart_by_blanks_alone_are_told_apart() -> None:
    listed = read_units("市水利局 市住建局 6月底前")
    assert [unit.name for unit in listed.units] == ["市水利局", "市住建局"]
    assert listed.deadlines == ["6月底前"]


def test_an_unknown_label_gives_its_time_or_its_person_and_no_name() -> None:
    listed = read_units("市水利局，时间表：8月底，分管副市长：王某某")
    assert [unit.name for unit in listed.units] == ["市水利局"]
    assert listed.deadlines == ["8月底"] and listed.persons == ["王某某"]
