"""Adopting drafts: one task each, groups expanded, roles by the clause or by custom, never twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_unit, the_actor
from tests.intake_texts import DOUBT, TARGET, a_draft, a_reading
from tracker.domain.access import Forbidden
from tracker.domain.drafts import Basis, Deadline, DeadlineKind, Doubt, Form, UnitMention
from tracker.domain.drafts import Draft as DraftReading
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.roles import Role
from tracker.domain.units import name_key
from tracker.services import intake_adopt
from tracker.services.assigning import UnknownUnits
from tracker.services.errors import Invalid, Stale
from tracker.services.intake import import_source
from tracker.services.intake_adopt import Adopted, adopt, adopt_sure, confirm_dates, sure_drafts
from tracker.services.intake_drafts import StaleDraft, drop, edit, edit_of
from tracker.services.intake_lists import Show, Wanted
from tracker.services.intake_questions import Question, QuestionKind
from tracker.services.intake_review import planned_for, review
from tracker.store.engine import make_engine, write_session
from tracker.store.office import OfficeSetting
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, DraftState, Plan, Source
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit, UnitGroup, UnitGroupMember, UnitName

FROM_PLAN = Deadline("3月30日前", DeadlineKind.FIXED, date(2023, 3, 30), Basis.PLAN, "day")
PLAN_DOUBT = Doubt("date-from-plan", "日期取自文件的总时限，请核对")


def imported(session: Session, city: City, *drafts: DraftReading) -> list[Draft]:
    """The drafts as rows, in the order given."""
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(*drafts), city.root.id)
    return list(drafts_of(session, session.get_one(Source, done.source_id).plans[0].id))


def the_task(session: Session, adopted: Adopted) -> Task:
    return session.get_one(Task, adopted.task_id)


def parts(task: Task) -> list[tuple[str, Role]]:
    return [(part.unit.name, part.role) for part in task.assignments]


def a_group(session: Session, scope: Unit, name: str, *members: Unit) -> UnitGroup:
    group = UnitGroup(scope_id=scope.id, name=name)
    group.members = [UnitGroupMember(unit_id=unit.id, position=n) for n, unit in enumerate(members)]
    group.names = [UnitName(scope_id=scope.id, name=name, key=name_key(name))]
    session.add(group)
    session.commit()
    return group


def test_a_draft_becomes_a_task_with_everything_it_says(session: Session, city: City) -> None:
    (draft,) = imported(session, city, a_draft("整修道路", "市教育局", milestones=(TARGET,)))
    task = the_task(session, adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version))
    assert (task.title, task.path, task.form, task.quote) == (
        "整修道路",
        ["二、重点任务"],
        Form.BRACKET,
        "（整修道路）",
    )
    assert (task.start, task.end, task.state) == (draft.start, draft.end, TaskState.OPEN)
    assert (task.deadline_text, task.deadline_kind, task.deadline_basis, task.deadline_rule) == (
        "2023年9月底前",
        DeadlineKind.FIXED,
        Basis.CLAUSE,
        "month-end",
    )
    assert task.original_due_on == task.due_on == date(2023, 9, 30)
    assert (task.adopted_by_id, task.created_at, task.draft_id) == (city.supervisor.id, NOW, draft.id)
    assert [(m.text, m.due_on) for m in task.milestones] == [("完成排查", date(2023, 7, 31))]
    (part,) = task.assignments
    assert (part.state, part.due_on, part.original_due_on) == (State.DISPATCHED, task.due_on, task.due_on)
    (entry,) = part.history
    assert (entry.event, entry.actor_name, entry.from_state, entry.to_state, entry.at) == (
        "adopt",
        "杜督查",
        None,
        State.DISPATCHED,
        NOW,
    )
    assert session.get_one(Draft, draft.id).state is DraftState.ADOPTED


def test_a_double_click_makes_one_task_and_says_so(session: Session, city: City) -> None:
    (draft,) = imported(session, city, a_draft("整修道路", "市教育局"))
    actor, seen = the_actor(city.supervisor), draft.version
    first = adopt(session, actor, NOW, TODAY, draft.id, seen)
    again = adopt(session, actor, NOW, TODAY, draft.id, seen)
    assert (first.already, again.already) == (False, True)
    assert first.task_id == again.task_id
    assert session.scalar(select(func.count()).select_from(Task)) == 1


def test_the_first_unit_leads_by_custom_and_it_is_noted(session: Session, city: City) -> None:
    (draft,) = imported(session, city, a_draft("甲", "市财政局", "市教育局"))
    task = the_task(session, adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version))
    assert [(p.unit.name, p.role, p.leads_by_custom) for p in task.assignments] == [
        ("市财政局", Role.LEAD, True),
        ("市教育局", Role.RESPONSIBLE, False),
    ]


def test_the_custom_can_be_switched_off(session: Session, city: City) -> None:
    session.add(OfficeSetting(name="first_listed_leads", value=False))
    (draft,) = imported(session, city, a_draft("甲", "市财政局", "市教育局"))
    task = the_task(session, adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version))
    assert parts(task) == [("市财政局", Role.RESPONSIBLE), ("市教育局", Role.RESPONSIBLE)]


def test_role_words_of_the_clause_go_before_the_custom(session: Session, city: City) -> None:
    mentions = (UnitMention("市财政局", Role.SUPPORT), UnitMention("市教育局", Role.LEAD))
    (draft,) = imported(session, city, a_draft("甲", *mentions))
    task = the_task(session, adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version))
    assert parts(task) == [("市财政局", Role.SUPPORT), ("市教育局", Role.LEAD)]
    assert not any(part.leads_by_custom for part in task.assignments)


def test_a_group_is_expanded_and_a_unit_named_twice_has_one_part(session: Session, city: City) -> None:
    a_group(session, city.root, "市直各部门", city.education, city.finance)
    mentions = (UnitMention("市教育局", Role.LEAD), UnitMention("市直各部门", Role.SUPPORT))
    (draft,) = imported(session, city, a_draft("甲", *mentions))
    task = the_task(session, adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version))
    assert [(p.unit.name, p.role, p.written_name) for p in task.assignments] == [
        ("市教育局", Role.LEAD, "市教育局"),
        ("市财政局", Role.SUPPORT, "市直各部门"),
    ]


def test_members_that_are_no_longer_active_get_no_part(session: Session, city: City) -> None:
    gone = a_unit(session, "市旧局", city.root, active=False)
    a_group(session, city.root, "市直各部门", city.education, gone)
    (draft,) = imported(session, city, a_draft("甲", "市直各部门"))
    task = the_task(session, adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version))
    assert parts(task) == [("市教育局", Role.RESPONSIBLE)]


@pytest.mark.parametrize(
    ("units", "fault", "says"),
    [
        ((), Invalid, "没有责任单位"),
        (("市住建委",), UnknownUnits, "市住建委"),
        (("市教育局", "市住建委"), UnknownUnits, "市住建委"),
        (("市空组",), UnknownUnits, "市空组"),
    ],
)
def test_a_draft_whose_units_are_not_all_known_is_not_adopted(
    session: Session, city: City, units: tuple[str, ...], fault: type[Exception], says: str
) -> None:
    a_group(session, city.root, "市空组")
    (draft,) = imported(session, city, a_draft("甲", *units))
    with pytest.raises(fault, match=says):
        adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Task)) == 0
    assert session.get_one(Draft, draft.id).state is DraftState.OPEN


def test_doubts_do_not_stop_a_reviewer_who_has_seen_them(session: Session, city: City) -> None:
    (draft,) = imported(session, city, a_draft("甲", "市教育局", doubts=(DOUBT,)))
    assert not adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version).already


def test_a_draft_changed_meanwhile_is_not_adopted(session: Session, city: City) -> None:
    (draft,) = imported(session, city, a_draft("甲", "市教育局"))
    with pytest.raises(StaleDraft):
        adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version - 1)


def test_a_dropped_draft_is_not_adopted(session: Session, city: City) -> None:
    (draft,) = imported(session, city, a_draft("甲", "市教育局"))
    actor = the_actor(city.supervisor)
    drop(session, actor, NOW, draft.id, draft.version)
    with pytest.raises(Invalid, match="已舍弃"):
        adopt(session, actor, NOW, TODAY, draft.id, draft.version)


@pytest.mark.parametrize("login", ["liaison", "leader", "administrator", "county_supervisor"])
def test_only_a_supervisor_in_reach_adopts(session: Session, city: City, login: str) -> None:
    (draft,) = imported(session, city, a_draft("甲", "市教育局"))
    actor = the_actor(getattr(city, login))
    with pytest.raises(Forbidden):
        adopt(session, actor, NOW, TODAY, draft.id, draft.version)
    with pytest.raises(Forbidden):
        adopt_sure(session, actor, NOW, TODAY, draft.plan_id)
    assert session.scalar(select(func.count()).select_from(Task)) == 0


NOT_SURE = {
    "a doubt": a_draft("甲", "市教育局", doubts=(DOUBT,)),
    "an unknown unit": a_draft("甲", "市住建委"),
    "no unit": a_draft("甲"),
    "a date from the paragraph": a_draft("甲", "市教育局", deadline=replace(FROM_PLAN, basis=Basis.PARAGRAPH)),
    "a date from the plan": a_draft("甲", "市教育局", deadline=FROM_PLAN),
    "an event without a day": a_draft(
        "甲", "市教育局", deadline=Deadline("入汛前", DeadlineKind.EVENT, None, Basis.CLAUSE)
    ),
    "a series": a_draft("甲", "市教育局", deadline=Deadline("每季度末", DeadlineKind.RECURRING, None, Basis.CLAUSE)),
    "prose": a_draft("甲", "市教育局", form=Form.PROSE),
    "a duty": a_draft("甲", "市教育局", form=Form.DUTY),
}
SURE = {
    "a clause date": a_draft("甲", "市教育局"),
    "ongoing": a_draft("甲", "市教育局", deadline=Deadline("长期坚持", DeadlineKind.ONGOING, None, Basis.CLAUSE)),
    "no date at all": a_draft("甲", "市教育局", deadline=Deadline()),
}


@pytest.mark.parametrize("name", NOT_SURE)
def test_what_needs_a_second_look_is_never_adopted_in_bulk(session: Session, city: City, name: str) -> None:
    (draft,) = imported(session, city, NOT_SURE[name])
    actor = the_actor(city.supervisor)
    (row,) = review(session, actor, draft.plan_id).page.rows
    assert row.questions
    assert adopt_sure(session, actor, NOW, TODAY, draft.plan_id) == 0
    assert session.get_one(Draft, draft.id).state is DraftState.OPEN


@pytest.mark.parametrize("name", SURE)
def test_what_is_sure_is_adopted_in_bulk(session: Session, city: City, name: str) -> None:
    (draft,) = imported(session, city, SURE[name])
    actor = the_actor(city.supervisor)
    assert review(session, actor, draft.plan_id).counts[Show.SURE] == 1
    assert adopt_sure(session, actor, NOW, TODAY, draft.plan_id, 1) == 1
    assert session.get_one(Draft, draft.id).state is DraftState.ADOPTED
    assert adopt_sure(session, actor, NOW, TODAY, draft.plan_id, 1) == 0


def test_bulk_adoption_is_refused_when_the_list_has_changed(session: Session, city: City) -> None:
    drafts = imported(session, city, a_draft("甲", "市教育局"), a_draft("乙", "市教育局"))
    with pytest.raises(Stale, match="2条"):
        adopt_sure(session, the_actor(city.supervisor), NOW, TODAY, drafts[0].plan_id, 5)
    assert session.scalar(select(func.count()).select_from(Task)) == 0


def test_the_preview_is_what_is_made_or_nothing(session: Session, city: City) -> None:
    drafts = imported(session, city, a_draft("甲", "市财政局", "市教育局"), a_draft("乙", "市教育局"))
    actor, plan_id = the_actor(city.supervisor), drafts[0].plan_id
    shown = sure_drafts(session, actor, plan_id)
    assert (len(shown.rows), shown.parts, shown.units_concerned) == (2, 3, 2)
    assert [shown.units[part.unit_id] for part in shown.rows[0].planned] == ["市财政局", "市教育局"]
    # The same number, and yet another task than the one that was looked at.
    edit(session, actor, NOW, drafts[1].id, replace(edit_of(drafts[1]), title="丙"), version=drafts[1].version)
    with pytest.raises(Stale, match="被改动"):
        adopt_sure(session, actor, NOW, TODAY, plan_id, 2, shown.seen)
    assert adopt_sure(session, actor, NOW, TODAY, plan_id, 2, sure_drafts(session, actor, plan_id).seen) == 2
    made = [part.unit.name for task in session.scalars(select(Task)) for part in task.assignments]
    assert sorted(made) == sorted(["市财政局", "市教育局", "市教育局"])


def test_a_date_stated_once_is_confirmed_for_all_it_is_stated_for(session: Session, city: City) -> None:
    plan_date = {"deadline": FROM_PLAN, "doubts": (PLAN_DOUBT,)}
    drafts = imported(
        session,
        city,
        a_draft("甲", "市教育局", **plan_date),
        a_draft("乙", "市教育局", **plan_date),
        a_draft("丙", "市教育局", deadline=FROM_PLAN, doubts=(PLAN_DOUBT, DOUBT)),
        a_draft("丁", "市教育局", deadline=replace(FROM_PLAN, due_on=date(2025, 12, 31))),
    )
    actor, plan_id = the_actor(city.supervisor), drafts[0].plan_id
    shared = next(date for date in review(session, actor, plan_id).shared_dates if date.drafts == 3)
    with pytest.raises(Stale):
        confirm_dates(session, actor, NOW, plan_id, replace(shared, drafts=9))
    assert confirm_dates(session, actor, NOW, plan_id, shared) == 3
    assert confirm_dates(session, actor, NOW, plan_id, shared) == 0
    # 丙 has a doubt of its own still, 丁 another date.
    assert adopt_sure(session, actor, NOW, TODAY, plan_id, 2) == 2
    assert {task.deadline_basis for task in session.scalars(select(Task))} == {Basis.REVIEW}


def test_many_tasks_are_adopted_in_one_commit(session: Session, city: City) -> None:
    drafts = imported(session, city, *(a_draft(f"任务{n}", "市教育局", "市财政局") for n in range(60)))
    assert adopt_sure(session, the_actor(city.supervisor), NOW, TODAY, drafts[0].plan_id, 60) == 60
    assert session.scalar(select(func.count()).select_from(Assignment)) == 120
    assert session.get_one(Plan, drafts[0].plan_id).drafts[0].state is DraftState.ADOPTED


def race(url: str) -> list[Adopted]:
    """Two reviewers adopt the same draft at one moment: what each was told."""
    engine = make_engine(url)
    with write_session(engine) as session:
        city = a_city(session)
        (draft,) = imported(session, city, a_draft("甲", "市教育局"))
    start, told = threading.Barrier(2), list[Adopted]()

    def both_plan_first(*args: object, **more: object) -> object:
        if engine.dialect.name != "sqlite":
            start.wait(10)
        return planned_for(*args, **more)  # type: ignore[arg-type]

    def run() -> None:
        with write_session(engine) as session:
            told.append(adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, 1))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake_adopt, "planned_for", both_plan_first)
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    with write_session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Task)) == 1
        assert session.scalar(select(func.count()).select_from(Assignment)) == 1
    engine.dispose()
    return told


def test_two_reviewers_adopt_at_once_on_sqlite(sqlite_url: str) -> None:
    assert sorted(done.already for done in race(sqlite_url)) == [False, True]


@pytest.mark.needs("postgresql")
def test_two_reviewers_adopt_at_once_on_postgresql(postgres_url: str) -> None:
    assert sorted(done.already for done in race(postgres_url)) == [False, True]


def imported_by_the_county(session: Session, city: City, *drafts: DraftReading) -> list[Draft]:
    done = import_source(session, the_actor(city.county_supervisor), NOW, a_reading(*drafts), city.county.id)
    return list(drafts_of(session, session.get_one(Source, done.source_id).plans[0].id))


@pytest.mark.parametrize("name", ["市财政局", "各有关部门"])
def test_a_county_gives_no_work_to_units_beside_or_above_it(session: Session, city: City, name: str) -> None:
    a_group(session, city.root, "各有关部门", city.county, city.finance)
    actor, (draft,) = the_actor(city.county_supervisor), imported_by_the_county(session, city, a_draft("修路", name))
    with pytest.raises(Invalid, match=f"“{name}”不在本级管理范围内"):
        adopt(session, actor, NOW, TODAY, draft.id, draft.version)
    session.rollback()
    assert adopt_sure(session, actor, NOW, TODAY, draft.plan_id) == 0
    assert not session.scalar(select(func.count(Assignment.id)))
    shown = review(session, actor, draft.plan_id, Wanted(Show.DOUBTED))
    said = f"单位“{name}”不在本级管理范围内，不能下达任务"
    assert shown.page.rows[0].questions == (Question(QuestionKind.BEYOND, said),)


def test_a_county_divides_its_work_among_its_own(session: Session, city: City) -> None:
    (draft,) = imported_by_the_county(session, city, a_draft("修路", "东河县教育局"))
    assert adopt_sure(session, the_actor(city.county_supervisor), NOW, TODAY, draft.plan_id) == 1
