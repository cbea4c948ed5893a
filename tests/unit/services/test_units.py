"""What an administrator may change about units, their names and their groups."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_task, a_unit, the_actor
from tracker.domain.access import Actor, Forbidden, Office
from tracker.domain.lifecycle import State
from tracker.domain.units import UnitKind
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.groups import add_group, add_member, remove_member
from tracker.services.units import (
    UnitFacts,
    add_alias,
    add_unit,
    close_unit,
    edit_unit,
    remove_alias,
    reopen_unit,
)
from tracker.store.unit_directory import names_for
from tracker.store.unit_queries import PartCounts, part_counts, unit_named, units_page
from tracker.store.units import Unit, UnitGroup, UnitName

DEPARTMENT = UnitKind.DEPARTMENT


@pytest.fixture
def chief(city: City) -> Actor:
    return the_actor(city.administrator)


@pytest.fixture
def county_chief(session: Session, city: City) -> Actor:
    person = a_person(session, "county_chief", (Office.ADMINISTRATOR, city.county))
    session.commit()
    return the_actor(person)


def names(session: Session, unit: Unit) -> set[str]:
    return set(session.scalars(select(UnitName.name).where(UnitName.unit_id == unit.id)))


def facts_of(unit: Unit) -> UnitFacts:
    return UnitFacts(unit.name, unit.full_name, unit.kind)


def test_a_new_unit_has_its_place_and_its_names(session: Session, city: City, chief: Actor) -> None:
    made = add_unit(session, chief, NOW, city.root.id, UnitFacts(" 市水利局 ", "示例市水利局", DEPARTMENT))
    assert made.path == f"{city.root.path}{made.id}/"
    assert names(session, made) == {"市水利局", "示例市水利局"}
    assert unit_named(session, city.root, "示例市水利局") is made
    plain = add_unit(session, chief, NOW, made.id, UnitFacts("市水利局河道科", "", UnitKind.SECTION))
    assert (plain.full_name, plain.path) == ("市水利局河道科", f"{made.path}{plain.id}/")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (UnitFacts("", "", DEPARTMENT), "简称"),
        (UnitFacts("（）", "", DEPARTMENT), "简称"),
        (UnitFacts("长" * 101, "", DEPARTMENT), "简称"),
        (UnitFacts("市水利局", "长" * 201, DEPARTMENT), "全称"),
        (UnitFacts("市教育局", "", DEPARTMENT), "已属于单位“市教育局”"),
        (UnitFacts("市水利局", "市 教育局", DEPARTMENT), "已属于单位“市教育局”"),
    ],
)
def test_what_cannot_be_a_unit_is_told(session: Session, city: City, chief: Actor, facts: UnitFacts, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        add_unit(session, chief, NOW, city.root.id, facts)


def test_an_administrator_of_a_county_keeps_to_the_county(session: Session, city: City, county_chief: Actor) -> None:
    with pytest.raises(Forbidden):
        add_unit(session, county_chief, NOW, city.root.id, UnitFacts("市水利局", "", DEPARTMENT))
    session.rollback()
    with pytest.raises(Forbidden):
        edit_unit(session, county_chief, city.finance.id, facts_of(city.finance), UnitFacts("改名", "", DEPARTMENT))
    session.rollback()
    made = add_unit(session, county_chief, NOW, city.county.id, UnitFacts("县水利局", "", UnitKind.COUNTY_DEPARTMENT))
    # The county's own office knows it by that name; the city's plans mean nobody by it.
    assert unit_named(session, city.county, "县水利局") is made
    assert unit_named(session, city.root, "县水利局") is None


@pytest.mark.parametrize("login", ["liaison", "supervisor", "leader", "nobody"])
def test_others_change_no_unit(session: Session, city: City, login: str) -> None:
    actor = the_actor(getattr(city, login))
    with pytest.raises(Forbidden):
        add_alias(session, actor, city.education.id, "市教委")


def test_a_renamed_unit_is_still_found_by_its_old_name(session: Session, city: City, chief: Actor) -> None:
    edit_unit(
        session,
        chief,
        city.finance.id,
        facts_of(city.finance),
        UnitFacts("市财政国资局", "示例市财政国资局", DEPARTMENT),
    )
    assert names(session, city.finance) == {"市财政局", "市财政国资局", "示例市财政国资局"}
    assert unit_named(session, city.root, "市财政局") is city.finance


def test_two_who_edit_one_unit(session: Session, city: City, chief: Actor) -> None:
    seen = facts_of(city.finance)
    edit_unit(session, chief, city.finance.id, seen, UnitFacts("市财政国资局", "", DEPARTMENT))
    with pytest.raises(Stale, match="简称“市财政国资局”"):
        edit_unit(session, chief, city.finance.id, seen, UnitFacts("市财税局", "", DEPARTMENT))
    session.rollback()
    # The first form, sent a second time, stands already.
    edit_unit(session, chief, city.finance.id, seen, UnitFacts("市财政国资局", "", DEPARTMENT))


def test_an_alias_means_one_unit(session: Session, city: City, chief: Actor) -> None:
    for _ in range(2):
        add_alias(session, chief, city.education.id, "市教委")
    assert names(session, city.education) == {"市教育局", "市教委"}
    with pytest.raises(Invalid, match="“市 教委”已属于单位“市教育局”"):
        add_alias(session, chief, city.finance.id, "市 教委")


def test_an_alias_is_removed_but_not_the_name(session: Session, city: City, chief: Actor) -> None:
    add_alias(session, chief, city.education.id, "市教委")
    rows = {name.name: name.id for name in city.education.names}
    for _ in range(2):
        remove_alias(session, chief, city.education.id, rows["市教委"])
    assert names(session, city.education) == {"市教育局"}
    with pytest.raises(Invalid, match="不能删除"):
        remove_alias(session, chief, city.education.id, rows["市教育局"])


def test_another_units_alias_is_not_removed_through_this_one(session: Session, city: City, chief: Actor) -> None:
    other = city.finance.names[0].id
    remove_alias(session, chief, city.education.id, other)
    assert names(session, city.finance) == {"市财政局"}


def test_a_unit_with_open_parts_stays_in_use(session: Session, city: City, chief: Actor) -> None:
    plan = a_plan(session, city.root)
    for state in (State.IN_PROGRESS, State.SUSPENDED, State.COMPLETED):
        a_task(session, plan, city.education, state=state)
    session.commit()
    with pytest.raises(Invalid, match="还有 2 项未办结"):
        close_unit(session, chief, city.education.id)


def test_a_unit_is_closed_from_below(session: Session, city: City, chief: Actor) -> None:
    with pytest.raises(Invalid, match="下面还有 1 个单位"):
        close_unit(session, chief, city.county.id)
    session.rollback()
    for unit in (city.county_education, city.county, city.county):
        assert close_unit(session, chief, unit.id).active is False
    with pytest.raises(Invalid, match="先启用上级"):
        reopen_unit(session, chief, city.county_education.id)
    session.rollback()
    with pytest.raises(Invalid, match="最上级"):
        close_unit(session, chief, city.root.id)


def test_a_closed_unit_is_meant_by_no_plan_and_keeps_its_name(session: Session, city: City, chief: Actor) -> None:
    close_unit(session, chief, city.finance.id)
    assert unit_named(session, city.root, "市财政局") is None
    with pytest.raises(Invalid, match="已停用"):
        add_unit(session, chief, NOW, city.root.id, UnitFacts("市财政局", "", DEPARTMENT))
    session.rollback()
    reopen_unit(session, chief, city.finance.id)
    assert unit_named(session, city.root, "市财政局") is city.finance


def test_a_group_stands_for_its_members(session: Session, city: City, chief: Actor) -> None:
    group = add_group(session, chief, "各部门", "市教育局")
    for _ in range(2):
        add_member(session, chief, group.id, "市财政局")
    match = names_for(session, city.root).directory.resolve("各部门")
    assert match is not None
    assert getattr(match, "members", ()) == (city.education.id, city.finance.id)
    remove_member(session, chief, group.id, city.education.id)
    with pytest.raises(Invalid, match="至少要有一个成员"):
        remove_member(session, chief, group.id, city.finance.id)


def test_a_group_takes_no_name_and_no_member_that_cannot_be(session: Session, city: City, chief: Actor) -> None:
    with pytest.raises(Invalid, match="已属于单位"):
        add_group(session, chief, "市教育局", "市财政局")
    session.rollback()
    with pytest.raises(Invalid, match=r"没有单位“市教育厅”.*市教育局"):
        add_group(session, chief, "各部门", "市教育厅")


def test_the_citys_groups_are_not_the_countys_to_edit(
    session: Session, city: City, chief: Actor, county_chief: Actor
) -> None:
    group = add_group(session, chief, "各部门", "市教育局")
    with pytest.raises(Forbidden):
        add_member(session, county_chief, group.id, "市财政局")
    session.rollback()
    with pytest.raises(NotFound):
        add_member(session, chief, group.id + 1, "市财政局")
    session.rollback()
    own = add_group(session, county_chief, "县直各部门", "东河县教育局")
    assert session.get_one(UnitGroup, own.id).scope_id == city.county.id


def test_units_are_found_by_any_name_whatever_the_punctuation(session: Session, city: City, chief: Actor) -> None:
    add_alias(session, chief, city.education.id, "市教委（原市教育局）")

    def found(words: str, kind: UnitKind | None = None, *, closed: bool = False) -> list[str]:
        return [unit.name for unit in units_page(session, words, kind, closed=closed, page=1).rows]

    assert found("教委(原") == ["市教育局"]
    assert found("教育") == ["市教育局", "东河县教育局"]
    assert found("教育", UnitKind.COUNTY_DEPARTMENT) == ["东河县教育局"]
    assert found("％") == found("")
    close_unit(session, chief, city.finance.id)
    assert found("财政") == []
    assert found("财政", closed=True) == ["市财政局"]


def test_a_long_list_has_pages(session: Session, city: City) -> None:
    for number in range(60):
        a_unit(session, f"第{number}中学", city.root, kind=UnitKind.SCHOOL)
    session.commit()
    first, last = (units_page(session, "", UnitKind.SCHOOL, closed=False, page=n) for n in (1, 99))
    assert (len(first.rows), first.pages, first.total) == (50, 2, 60)
    assert (len(last.rows), last.number) == (10, 2)


def test_counts_are_told_of_units_that_the_actor_may_read(session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    a_task(session, plan, city.education, city.finance, due_on=TODAY.replace(day=1), state=State.IN_PROGRESS)
    a_task(session, plan, city.education, due_on=TODAY, state=State.IN_PROGRESS)
    a_task(session, plan, city.education, state=State.COMPLETED)
    session.commit()
    ids = [city.education.id, city.finance.id, city.county.id]
    all_of_them = {city.education.id: PartCounts(2, 1), city.finance.id: PartCounts(1, 1), city.county.id: PartCounts()}
    assert part_counts(session, the_actor(city.supervisor), TODAY, ids) == all_of_them
    assert part_counts(session, the_actor(city.liaison), TODAY, ids) == {city.education.id: PartCounts(2, 1)}
    assert part_counts(session, the_actor(city.administrator), TODAY, ids) == {}


def test_a_county_takes_no_name_in_the_citys_plans(session: Session, city: City, county_chief: Actor) -> None:
    add_alias(session, county_chief, city.county.id, "市大数据局")
    facts = UnitFacts("市数据和政务服务局", "", UnitKind.COUNTY)
    edit_unit(session, county_chief, city.county.id, facts_of(city.county), facts)
    for name in ("市大数据局", "市数据和政务服务局"):
        assert unit_named(session, city.county, name) is city.county
        assert unit_named(session, city.root, name) is None
    assert unit_named(session, city.root, "东河县政府") is city.county  # as before


def test_a_county_takes_no_name_away_from_the_citys_plans(
    session: Session, city: City, chief: Actor, county_chief: Actor
) -> None:
    unit = add_alias(session, chief, city.county.id, "东河")
    [alias] = [name for name in unit.names if name.name == "东河"]
    with pytest.raises(Invalid, match="由上级登记"):
        remove_alias(session, county_chief, city.county.id, alias.id)
    session.rollback()
    assert unit_named(session, city.root, "东河") is city.county
