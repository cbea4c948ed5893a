"""Names of units: their keys, the directory that resolves them, and the nearest known names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.units import (
    GroupEntry,
    GroupMatch,
    UnitDirectory,
    UnitEntry,
    UnitKind,
    UnitMatch,
    name_key,
    nearest_names,
)

# A made-up city: nothing here may lean on the names of a real gazette.
UNITS = (
    UnitEntry(1, "市政府", "云岭市人民政府"),
    UnitEntry(2, "市教育局", "云岭市教育局"),
    UnitEntry(3, "市文广旅局", "云岭市文化广电和旅游局", ("市文化广电和旅游局",)),
    UnitEntry(4, "市委组织部", "中共云岭市委组织部"),
    UnitEntry(5, "青溪区", "云岭市青溪区人民政府"),
    UnitEntry(6, "白石县", "白石县人民政府"),
    UnitEntry(7, "高新区管委会", "云岭高新技术产业开发区管理委员会", ("高新区",)),
    UnitEntry(8, "市科技局", "云岭市科学技术局"),
    UnitEntry(9, "市体育局", "云岭市体育局"),
)
GROUPS = (GroupEntry(1, "各县（市、区）", (5, 6), ("各县（市、区）人民政府",)),)
CITY = UnitDirectory.of(UNITS, GROUPS)


@pytest.mark.parametrize("kind", UnitKind)
def test_every_kind_has_a_label_of_its_own(kind: UnitKind) -> None:
    assert [other for other in UnitKind if other.label == kind.label] == [kind]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("各县（市、区）人民政府", "各县(市,区)人民政府"),
        ("市 教育局", "市教育局"),
        ("市　教育局", "市教育局"),
        ("ＡＩ办", "ai办"),
        ("市残联·办公室", "市残联办公室"),
    ],
)
def test_key_passes_over_width_case_blanks_and_punctuation(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@given(st.text())
def test_key_of_a_key_is_the_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@pytest.mark.parametrize(
    ("written", "ref"),
    [
        ("市教育局", 2),
        ("云岭市教育局", 2),
        ("南屏省云岭市教育局", 2),
        ("市科学技术局", 8),  # only the full name is registered
        ("市文化广电和旅游局", 3),
        ("市委组织部", 4),
        ("云岭市委组织部", 4),
        ("中共云岭市委组织部", 4),
        ("市人民政府", 1),
        ("云岭市政府", 1),
        ("青溪区", 5),
        ("青溪区政府", 5),
        ("青溪区人民政府", 5),
        ("云岭市青溪区人民政府", 5),
        ("白石县政府", 6),
        ("云岭市白石县人民政府", 6),
        ("高新区", 7),
        ("高新区 管委会", 7),
    ],
)
def test_a_unit_is_found_under_the_ways_of_writing_it(written: str, ref: int) -> None:
    match = CITY.resolve(written)
    assert isinstance(match, UnitMatch)
    assert match.ref == ref


@pytest.mark.parametrize(
    "written", ["", "教育局", "县教育局", "云岭市", "省教育厅", "市交通局", "邻州市教育局", "（）"]
)
def test_what_fits_nothing_is_not_guessed(written: str) -> None:
    assert CITY.resolve(written) is None


@pytest.mark.parametrize("written", ["各县（市、区）", "各县(市、区)政府", "各县（市、区）人民政府"])
def test_a_group_comes_with_its_members(written: str) -> None:
    match = CITY.resolve(written)
    assert isinstance(match, GroupMatch)
    assert (match.name, match.members) == ("各县（市、区）", (5, 6))


def test_a_match_says_under_which_registered_name_it_was_found() -> None:
    match = CITY.resolve("市 文化广电和旅游局")
    assert match is not None
    assert (match.name, match.known_as) == ("市文广旅局", "市文化广电和旅游局")


def test_a_name_two_units_bear_is_left_to_a_person() -> None:
    directory = UnitDirectory.of([UnitEntry("a", "教育局", "青溪区教育局"), UnitEntry("b", "教育局", "白石县教育局")])
    assert directory.resolve("教育局") is None
    assert {match.ref for match in directory.candidates("教育局")} == {"a", "b"}
    found = directory.resolve("白石县教育局")
    assert found is not None
    assert found.ref == "b"


def test_a_registered_name_goes_before_a_plain_form() -> None:
    directory = UnitDirectory.of(
        [UnitEntry(1, "市政府", "云岭市人民政府"), UnitEntry(2, "市医院", "云岭市医院"), UnitEntry(3, "云岭市 医院")]
    )
    assert {match.ref for match in directory.candidates("市医院")} == {2}
    assert {match.ref for match in directory.candidates("云岭市医院")} == {2, 3}


def test_the_place_can_be_told_and_a_county_office_works_alike() -> None:
    county = UnitDirectory.of([UnitEntry(1, "县政府", "白石县人民政府"), UnitEntry(2, "县教育局")])
    assert county.place == "白石县"
    told = UnitDirectory.of([UnitEntry(2, "县教育局")], place="白石县")
    for directory in (county, told):
        match = directory.resolve("白石县教育局")
        assert match is not None
        assert match.ref == 2


def test_an_empty_directory_knows_nothing() -> None:
    empty: UnitDirectory[int] = UnitDirectory.of([])
    assert empty.resolve("市教育局") is None
    assert empty.nearest("市教育局") == ()


KNOWN = (
    *(
        "市政府",
        "市政府办公室",
        "市发改委",
        "市教育局",
        "市体育局",
        "市科技局",
        "市工信局",
        "市公安局",
        "市民政局",
        "市司法局",
        "市财政局",
    ),
    *(
        "市人社局",
        "市生态环境局",
        "市住建局",
        "市城管行政执法局",
        "市交通运输局",
        "市水利局",
        "市农业农村局",
        "市商务局",
        "市文广旅局",
    ),
    *(
        "市卫生健康委",
        "市应急管理局",
        "市审计局",
        "市市场监督管理局",
        "市统计局",
        "市医疗保障局",
        "市地方金融监管局",
        "市中级人民法院",
    ),
    *("市人民检察院", "市税务局", "市文联", "市文明办", "市总工会", "市残联"),
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("市文旅局", "市文广旅局"),
        ("市发改局", "市发改委"),
        ("市环保局", "市生态环境局"),
        ("市金融办", "市地方金融监管局"),
        ("市城管局", "市城管行政执法局"),
        ("市住建委", "市住建局"),
        ("市市场监管局", "市市场监督管理局"),
        ("市医保局", "市医疗保障局"),
        ("市法院", "市中级人民法院"),
        ("市检察院", "市人民检察院"),
        ("财政部门", "市财政局"),
        ("税务机关", "市税务局"),
        ("市卫健委", "市卫生健康委"),
        ("市应急局", "市应急管理局"),
        ("市教肓局", "市教育局"),  # a slip of the scanner
    ],
)
def test_the_unit_that_is_meant_is_named_first(written: str, meant: str) -> None:
    assert nearest_names(written, KNOWN)[:1] == (meant,)


def test_of_two_names_alike_but_for_their_form_the_very_one_comes_first() -> None:
    assert nearest_names("市政府", ["市政府办公室", "市政府"]) == ("市政府", "市政府办公室")


def test_both_halves_of_a_merged_name_are_named() -> None:
    assert set(nearest_names("市教育体育局", KNOWN)[:2]) == {"市教育局", "市体育局"}


@pytest.mark.parametrize("written", ["", "？？", "qwerty", "某某"])
def test_nothing_alike_gives_no_names(written: str) -> None:
    assert nearest_names(written, KNOWN) == ()


def test_the_limit_holds_and_the_directory_names_each_unit_once() -> None:
    assert len(nearest_names("市政", KNOWN, limit=2)) == 2
    assert CITY.nearest("市文化旅游局") == ("市文广旅局",)


@given(
    st.lists(st.text(alphabet="市县教育文旅局委办发改财政", min_size=1, max_size=9), max_size=30), st.text(max_size=9)
)
def test_nearest_names_are_known_distinct_and_few(known: list[str], written: str) -> None:
    found = nearest_names(written, known)
    assert len(found) <= 5
    assert len(set(found)) == len(found)
    assert set(found) <= set(known)


@given(st.lists(st.sampled_from(KNOWN), min_size=1, unique=True), st.data())
def test_a_known_name_is_nearest_to_itself(known: list[str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(known))
    assert nearest_names(name, known)[:1] == (name,)


def test_two_thousand_names_are_searched_quickly() -> None:
    many = [f"{rank}{name[1:]}第{number}分局" for number in range(15) for rank in "省市县区" for name in KNOWN]
    started = time.process_time()
    nearest_names("市文旅局", many)
    assert len(many) > 2000
    assert time.process_time() - started < 1  # 0.04 s on two shared cores; the margin is for slower machines
