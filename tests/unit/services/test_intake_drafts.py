"""Editing, dropping and matching: two reviewers never overwrite each other, and names are learnt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, City, a_unit, the_actor
from tests.intake_texts import DOUBT, TARGET, a_draft, a_reading
from tracker.domain.drafts import Basis, DeadlineKind, Doubt, UnitMention
from tracker.domain.roles import Role
from tracker.domain.units import UnitKind
from tracker.services.errors import Invalid
from tracker.services.intake import import_source
from tracker.services.intake_drafts import DraftEdit, StaleDraft, UnitEdit, drop, edit, edit_of, restore
from tracker.services.intake_lists import Show, Wanted
from tracker.services.intake_matching import Match, NewUnit, match_name
from tracker.services.intake_review import review
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, DraftState, Source
from tracker.store.units import Unit, UnitName


@pytest.fixture
def drafts(session: Session, city: City) -> list[Draft]:
    """甲 with a doubt and a target, 乙 and 丙 with a unit nobody knows."""
    reading = a_reading(
        a_draft("甲", "市教育局", doubts=(DOUBT, Doubt("no-unit", "没有读出责任单位")), milestones=(TARGET,)),
        a_draft("乙", "市教育委", UnitMention("市财政局", Role.SUPPORT)),
        a_draft("丙", "市教育委"),
    )
    done = import_source(session, the_actor(city.supervisor), NOW, reading, city.root.id)
    return list(drafts_of(session, session.get_one(Source, done.source_id).plans[0].id))


def test_an_edit_is_kept_and_signed(session: Session, city: City, drafts: list[Draft]) -> None:
    given = replace(
        edit_of(drafts[0]),
        title=" 新名称 ",
        units=(UnitEdit("市财政局", Role.LEAD), UnitEdit("市教育局", Role.SUPPORT)),
        due_on=date(2023, 12, 31),
        milestones=(),
    )
    draft = edit(session, the_actor(city.supervisor), NOW, drafts[0].id, given, version=1)
    assert (draft.title, draft.due_on, draft.milestones, draft.edited) == ("新名称", date(2023, 12, 31), [], True)
    assert [(row["name"], row["role"]) for row in draft.units] == [("市财政局", "lead"), ("市教育局", "support")]
    assert (draft.deadline_basis, draft.deadline_rule) == (Basis.REVIEW, None)
    assert (draft.version, draft.changed_by_id, draft.changed_at) == (2, city.supervisor.id, NOW)


def test_a_new_date_settles_doubts_about_the_date(session: Session, city: City, drafts: list[Draft]) -> None:
    given = replace(edit_of(drafts[0]), due_on=date(2024, 1, 31))
    draft = edit(session, the_actor(city.supervisor), NOW, drafts[0].id, given, version=1)
    assert {row["code"]: row["settled"] for row in draft.doubts} == {"due-before-issue": True, "no-unit": False}


def test_ticked_doubts_are_settled_and_others_stay(session: Session, city: City, drafts: list[Draft]) -> None:
    actor = the_actor(city.supervisor)
    given = replace(edit_of(drafts[0]), settled=frozenset({"no-unit"}))
    draft = edit(session, actor, NOW, drafts[0].id, given, version=1)
    assert {row["code"]: row["settled"] for row in draft.doubts} == {"due-before-issue": False, "no-unit": True}
    assert (draft.due_on, draft.deadline_basis) == (date(2023, 9, 30), Basis.CLAUSE)


def test_a_confirmed_date_is_the_reviewers(session: Session, city: City, drafts: list[Draft]) -> None:
    given = replace(edit_of(drafts[0]), date_confirmed=True)
    draft = edit(session, the_actor(city.supervisor), NOW, drafts[0].id, given, version=1)
    assert draft.deadline_basis is Basis.REVIEW
    assert draft.due_on == date(2023, 9, 30)


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(
    session: Session, city: City, drafts: list[Draft]
) -> None:
    first, second = replace(edit_of(drafts[0]), title="第一人"), replace(edit_of(drafts[0]), title="第二人")
    edit(session, the_actor(city.supervisor), NOW, drafts[0].id, first, version=1)
    with pytest.raises(StaleDraft, match="杜督查修改") as told:
        edit(session, the_actor(city.supervisor), NOW, drafts[0].id, second, version=1)
    assert told.value.draft.title == "第一人"
    assert (told.value.who, told.value.draft.changed_at) == ("杜督查", NOW)


def test_the_same_edit_sent_twice_is_no_conflict(session: Session, city: City, drafts: list[Draft]) -> None:
    given = replace(edit_of(drafts[0]), title="改过", settled=frozenset({"no-unit"}), date_confirmed=True)
    edit(session, the_actor(city.supervisor), NOW, drafts[0].id, given, version=1)
    again = edit(session, the_actor(city.supervisor), NOW, drafts[0].id, given, version=1)
    assert again.version == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": "  "}, "任务名称"),
        ({"units": (UnitEdit("市教育局", Role.LEAD), UnitEdit("市 教育局", Role.SUPPORT))}, "两次"),
        ({"due_on": None}, "请填写完成日期"),
        ({"kind": DeadlineKind.ONGOING}, "不应有完成日期"),
        ({"kind": DeadlineKind.NONE}, "不应有完成日期"),
    ],
)
def test_what_cannot_become_a_task_is_refused(
    session: Session, city: City, drafts: list[Draft], changes: dict[str, object], says: str
) -> None:
    given: DraftEdit = replace(edit_of(drafts[0]), **changes)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match=says):
        edit(session, the_actor(city.supervisor), NOW, drafts[0].id, given, version=1)
    session.rollback()
    assert session.get_one(Draft, drafts[0].id).version == 1


def test_a_dropped_draft_can_be_taken_back(session: Session, city: City, drafts: list[Draft]) -> None:
    actor, one = the_actor(city.supervisor), drafts[0].id
    assert drop(session, actor, NOW, one, 1).state is DraftState.DROPPED
    assert drop(session, actor, NOW, one, 1).version == 2  # the same press again
    with pytest.raises(Invalid, match="已舍弃"):
        edit(session, actor, NOW, one, replace(edit_of(drafts[0]), title="改"), version=2)
    assert restore(session, actor, NOW, one, 2).state is DraftState.OPEN
    with pytest.raises(StaleDraft):
        drop(session, actor, NOW, one, 1)


def test_a_name_remembered_counts_for_every_draft(session: Session, city: City, drafts: list[Draft]) -> None:
    actor, plan_id = the_actor(city.supervisor), drafts[0].plan_id
    before = review(session, actor, plan_id)
    assert before.unknown == {"市教育委": 2}
    choices = before.page.rows[1].units[0].choices
    assert choices[0].label == "市教育局"
    meaning = match_name(session, actor, NOW, drafts[1].id, Match("市教育委", choices[0].key), version=1)
    assert meaning.unit_ids == (city.education.id,)
    assert review(session, actor, plan_id).unknown == {}
    assert session.scalar(select(UnitName.unit_id).where(UnitName.name == "市教育委")) == city.education.id


def test_a_name_not_remembered_counts_for_its_draft_alone(session: Session, city: City, drafts: list[Draft]) -> None:
    actor = the_actor(city.supervisor)
    match = Match("市教育委", "市教育局", remember=False)
    match_name(session, actor, NOW, drafts[1].id, match, version=1)
    assert review(session, actor, drafts[0].plan_id).unknown == {"市教育委": 1}
    assert session.scalar(select(UnitName).where(UnitName.name == "市教育委")) is None


def test_a_new_unit_is_registered_below_the_scope(session: Session, city: City, drafts: list[Draft]) -> None:
    actor = the_actor(city.supervisor)
    match = Match("市教育委", new=NewUnit("市教委", "示例市教育委员会", UnitKind.DEPARTMENT))
    match_name(session, actor, NOW, drafts[1].id, match, version=1)
    unit = session.scalars(select(Unit).where(Unit.name == "市教委")).one()
    assert (unit.parent_id, unit.path) == (city.root.id, f"{city.root.path}{unit.id}/")
    names = session.scalars(select(UnitName.name).where(UnitName.unit_id == unit.id))
    assert set(names) == {"市教委", "示例市教育委员会", "市教育委"}
    assert review(session, actor, drafts[0].plan_id).unknown == {}
    # The same press again finds the name known.
    assert match_name(session, actor, NOW, drafts[1].id, match, version=1).unit_ids == (unit.id,)


@pytest.mark.parametrize(
    ("match", "says"),
    [
        (Match("市教育委", ""), "请选择"),
        (Match("市教育委", "市没有局"), "没有找到"),
        (Match("市教育委", "unit:987654"), "没有找到"),
        (Match("没写过的名字", "市教育局"), "没有单位"),
        (Match("市教育委", new=NewUnit("", None, UnitKind.OTHER)), "名称"),
        (Match("市教育委", new=NewUnit("市财政局", None, UnitKind.OTHER)), "已登记"),
    ],
)
def test_a_match_that_means_nothing_is_refused(
    session: Session, city: City, drafts: list[Draft], match: Match, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        match_name(session, the_actor(city.supervisor), NOW, drafts[1].id, match, version=1)
    session.rollback()
    assert review(session, the_actor(city.supervisor), drafts[0].plan_id).unknown == {"市教育委": 2}


def test_the_second_to_match_a_changed_draft_is_told(session: Session, city: City, drafts: list[Draft]) -> None:
    actor = the_actor(city.supervisor)
    edit(session, actor, NOW, drafts[1].id, replace(edit_of(drafts[1]), title="改过"), version=1)
    with pytest.raises(StaleDraft):
        match_name(session, actor, NOW, drafts[1].id, Match("市教育委", "市教育局"), version=1)


def test_a_name_that_fits_several_offers_them(session: Session, city: City) -> None:
    a_unit(session, "示例市审计局", city.root)
    a_unit(session, "市审计局", city.county)
    session.commit()
    reading = a_reading(a_draft("甲", "中共示例市审计局"))
    done = import_source(session, the_actor(city.supervisor), NOW, reading, city.root.id)
    plan_id = session.get_one(Source, done.source_id).plans[0].id
    (row,) = review(session, the_actor(city.supervisor), plan_id).page.rows
    assert row.units[0].meaning is None
    assert [choice.label for choice in row.units[0].choices] == ["示例市审计局", "市审计局"]


def test_lists_and_pages(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    reading = a_reading(*(a_draft(f"任务{n}", "市教育局" if n % 2 else "市教育委") for n in range(120)))
    done = import_source(session, actor, NOW, reading, city.root.id)
    plan_id = session.get_one(Source, done.source_id).plans[0].id
    first = review(session, actor, plan_id)
    assert (len(first.page.rows), first.page.pages, first.page.total) == (25, 5, 120)
    assert (first.counts[Show.SURE], first.counts[Show.DOUBTED]) == (60, 60)
    doubted = review(session, actor, plan_id, Wanted(Show.DOUBTED, page=3))
    assert [row.draft.title for row in doubted.page.rows] == [f"任务{n}" for n in range(100, 120, 2)]
    last = first.page.rows[-1].draft.id + 60
    found = review(session, actor, plan_id, Wanted(Show.ADOPTED), draft_id=last)
    assert (found.show, found.page.number) == (Show.ALL, 4)
    assert last in {row.draft.id for row in found.page.rows}
