"""All unknown names of a plan settled at once: one by one told, all or none stored, once for all drafts."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, City, the_actor
from tests.intake_texts import a_draft, a_reading
from tracker.domain.access import Forbidden
from tracker.domain.drafts import Draft as DraftReading
from tracker.domain.units import UnitKind
from tracker.services.intake import import_source
from tracker.services.intake_lists import Show
from tracker.services.intake_matching import Match, NewUnit
from tracker.services.intake_names import NAMES_AT_ONCE, NameTrouble, settle_names, unknown_names
from tracker.services.intake_review import review
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Source
from tracker.store.units import Unit, UnitName


def imported(session: Session, city: City, *drafts: DraftReading) -> int:
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(*drafts), city.root.id)
    return session.get_one(Source, done.source_id).plans[0].id


def left(session: Session, city: City, plan_id: int) -> list[str]:
    return [row.name for row in unknown_names(session, the_actor(city.supervisor), plan_id).rows]


def a_new_unit(name: str) -> Match:
    return Match(name, new=NewUnit(name, None, UnitKind.INSTITUTION))


def test_names_are_listed_by_how_many_drafts_write_them(session: Session, city: City) -> None:
    drafts = a_draft("甲", "市照明所"), a_draft("乙", "市教委", "市财政局"), a_draft("丙", "市教委", "市照明所")
    plan_id = imported(session, city, *drafts, a_draft("丁", "市教委"))
    found = unknown_names(session, the_actor(city.supervisor), plan_id)
    assert [(row.name, row.drafts, row.first.title, row.kind) for row in found.rows] == [
        ("市教委", 3, "乙", UnitKind.DEPARTMENT),
        ("市照明所", 2, "甲", UnitKind.INSTITUTION),
    ]
    assert f"unit:{city.education.id}" in {choice.key for choice in found.rows[0].choices}


def test_several_names_are_settled_in_one_go(session: Session, city: City) -> None:
    drafts = a_draft("甲", "市教委"), a_draft("乙", "市教委", "市照明所"), a_draft("丙", "财政")
    plan_id = imported(session, city, *drafts, a_draft("丁", "市养护站"))
    matches = [Match("市教委", f"unit:{city.education.id}"), a_new_unit("市照明所"), Match("财政", "市财政局")]
    settled = settle_names(session, the_actor(city.supervisor), NOW, plan_id, matches)
    assert settled.names == (("市教委", "市教育局"), ("市照明所", "市照明所"), ("财政", "市财政局"))
    assert settled.kept == ()
    assert left(session, city, plan_id) == ["市养护站"]
    assert review(session, the_actor(city.supervisor), plan_id).counts[Show.SURE] == 3
    # The drafts themselves are untouched: whoever has one open may go on.
    assert {draft.version for draft in drafts_of(session, plan_id)} == {1}
    assert session.scalars(select(Unit).where(Unit.name == "市照明所")).one().parent_id == city.root.id


def test_one_that_cannot_be_stops_all_and_is_named(session: Session, city: City) -> None:
    plan_id = imported(session, city, a_draft("甲", "市教委"), a_draft("乙", "市照明所"))
    matches = [Match("市教委", f"unit:{city.education.id}"), Match("市照明所", "市没有局")]
    with pytest.raises(NameTrouble, match="没有找到名为“市没有局”的单位") as trouble:
        settle_names(session, the_actor(city.supervisor), NOW, plan_id, matches)
    assert trouble.value.name == "市照明所"
    session.rollback()
    assert left(session, city, plan_id) == ["市教委", "市照明所"]


def test_two_new_units_of_one_name_are_refused(session: Session, city: City) -> None:
    plan_id = imported(session, city, a_draft("甲", "照明所"), a_draft("乙", "城区照明所"))
    matches = [a_new_unit("照明所"), Match("城区照明所", new=NewUnit("照明所", None, UnitKind.INSTITUTION))]
    with pytest.raises(NameTrouble, match="已登记为“照明所”的名称"):
        settle_names(session, the_actor(city.supervisor), NOW, plan_id, matches)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Unit).where(Unit.name == "照明所")) == 0


def test_a_name_settled_meanwhile_keeps_its_meaning(session: Session, city: City) -> None:
    plan_id = imported(session, city, a_draft("甲", "市教委"))
    actor = the_actor(city.supervisor)
    settle_names(session, actor, NOW, plan_id, [Match("市教委", f"unit:{city.education.id}")])
    settled = settle_names(session, actor, NOW, plan_id, [Match("市教委", f"unit:{city.finance.id}")])
    assert (settled.names, settled.kept) == ((), (("市教委", "市教育局"),))
    assert session.scalars(select(UnitName.unit_id).where(UnitName.name == "市教委")).all() == [city.education.id]


def test_a_name_too_long_to_be_registered_is_settled_in_the_drafts(session: Session, city: City) -> None:
    long = "市教育局等负责校园周边环境整治工作的有关单位" * 12
    plan_id = imported(session, city, a_draft("甲", long), a_draft("乙", long))
    actor = the_actor(city.supervisor)
    settle_names(session, actor, NOW, plan_id, [Match(long, f"unit:{city.education.id}")])
    assert left(session, city, plan_id) == []
    meanings = [row.units[0].meaning for row in review(session, actor, plan_id).page.rows]
    assert [meaning and meaning.label for meaning in meanings] == ["市教育局", "市教育局"]


def test_forty_at_a_time(session: Session, city: City) -> None:
    plan_id = imported(session, city, *(a_draft(f"任务{n}", f"第{n}养护站") for n in range(NAMES_AT_ONCE + 7)))
    actor = the_actor(city.supervisor)
    found = unknown_names(session, actor, plan_id)
    assert (len(found.rows), found.total) == (NAMES_AT_ONCE, NAMES_AT_ONCE + 7)
    settle_names(session, actor, NOW, plan_id, [a_new_unit(row.name) for row in found.rows])
    assert len(left(session, city, plan_id)) == 7


@pytest.mark.parametrize("login", ["liaison", "administrator", "county_supervisor"])
def test_only_a_supervisor_in_reach_settles(session: Session, city: City, login: str) -> None:
    plan_id = imported(session, city, a_draft("甲", "市教委"))
    actor = the_actor(getattr(city, login))
    with pytest.raises(Forbidden):
        unknown_names(session, actor, plan_id)
    with pytest.raises(Forbidden):
        settle_names(session, actor, NOW, plan_id, [Match("市教委", f"unit:{city.education.id}")])
