"""A new version of a plan: found at import, held against the tasks, and accepted without losing what they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tests.revision_texts import (
    FIRST,
    LESSONS,
    LISTS,
    MONEY,
    PATROL,
    POSTS,
    ROADS,
    ROADS_LATER,
    SECOND,
    a_version,
)
from tracker.domain.access import Forbidden
from tracker.domain.drafts import Basis, DeadlineKind
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.domain.revision import Change
from tracker.domain.roles import Role
from tracker.reading import read_bytes
from tracker.services.assigning import UnknownUnits
from tracker.services.errors import Invalid, Stale
from tracker.services.intake import Imported, import_source
from tracker.services.intake_adopt import adopt, adopt_sure, confirm_dates
from tracker.services.intake_drafts import DraftEdit, UnitEdit, edit, edit_of
from tracker.services.intake_review import SharedDate
from tracker.services.revision_items import Group, Item, Wanted, items_of
from tracker.services.revision_links import likely_predecessors, link, unlink
from tracker.services.revision_marks import CODE
from tracker.services.revision_pages import RevisionPage, revision_page
from tracker.services.revision_sides import versions_of
from tracker.services.revisions import accept, accept_group, decline, separate, take_back
from tracker.services.work import act
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, DraftState, Plan, Source
from tracker.store.revision_queries import link_of, newer_of
from tracker.store.revisions import RevisionDecision
from tracker.store.tasks import Assignment, HistoryEntry, Task

LATER = NOW + timedelta(hours=1)
WORDS = "新版文件调整：依据新版《示例市护学行动实施方案》（示政办字〔2023〕31号）"
THIRD_UNIT = SECOND.replace("市教育局、东河县政府", "市教育局、东河县政府、市财政局")
UNKNOWN_UNIT = SECOND.replace("市财政局；完成时限：2023年11月", "市路政站；完成时限：2023年11月")
TITLE = "示例市人民政府办公室关于印发示例市护学行动实施方案的通知"


def taken_in(session: Session, city: City, text: str, name: str = "方案.txt") -> Imported:
    reading = read_bytes(text.encode(), name)
    return import_source(session, the_actor(city.supervisor), NOW, reading, city.root.id)


def plan_of(session: Session, done: Imported) -> Plan:
    return session.get_one(Source, done.source_id).plans[0]


def adopted(session: Session, city: City, text: str = FIRST) -> dict[str, Task]:
    """The tasks of a plan, all adopted, by title."""
    plan = plan_of(session, taken_in(session, city, text))
    adopt_sure(session, the_actor(city.supervisor), NOW, TODAY, plan.id)
    return by_title(session.scalars(select(Task).where(Task.plan_id == plan.id)).all())


def by_title(tasks: Sequence[Task]) -> dict[str, Task]:
    return {task.title: task for task in tasks}


@pytest.fixture
def tasks(session: Session, city: City) -> dict[str, Task]:
    return adopted(session, city)


def waiting(session: Session, plan: Plan) -> dict[str, Item]:
    """What waits for a decision, by the task's title."""
    session.expire_all()
    return {item.task.title: item for item in items_of(versions_of(session, plan))}


def wanted(item: Item) -> Wanted:
    return Wanted(item.task.id, item.draft.id if item.draft else None, item.effect.seen)


def accepted(session: Session, city: City, plan: Plan, title: str) -> Task:
    """The task after its change was accepted."""
    item = waiting(session, plan)[title]
    accept(session, the_actor(city.supervisor), LATER, TODAY, plan.id, wanted(item))
    session.expire_all()
    return session.get_one(Task, item.task.id)


def part_of(task: Task, name: str) -> Assignment:
    return next(part for part in task.assignments if part.unit.name == name)


def the_page(session: Session, city: City, plan: Plan) -> RevisionPage:
    return revision_page(session, the_actor(city.supervisor), plan.id, 1)


# Finding the version before -----------------------------------------------------------------------------------------


def test_a_changed_file_of_the_same_number_is_a_new_version(session: Session, city: City) -> None:
    old = plan_of(session, taken_in(session, city, FIRST))
    new = plan_of(session, taken_in(session, city, SECOND))
    found = link_of(session, new.id)
    assert found is not None
    assert (found.revises_id, found.linked_by_id, newer_of(session, old.id)) == (old.id, None, new)


def test_the_same_title_issuer_and_much_the_same_text_is_one_too(session: Session, city: City) -> None:
    old = plan_of(session, taken_in(session, city, FIRST))
    new = plan_of(session, taken_in(session, city, SECOND.replace("〔2023〕31号", "〔2023〕58号")))
    assert newer_of(session, old.id) == new


def test_the_same_title_with_another_text_is_another_document(session: Session, city: City) -> None:
    old = plan_of(session, taken_in(session, city, FIRST))
    said = "按照第{n}季度的安排完成有关工作并按时上报情况。" * 6
    other = "\n\n".join(f"（{n}）{said.format(n=n)}（责任单位：市教育局）" for n in "一二三四五六")
    text = a_version().replace("〔2023〕31号", "〔2024〕9号") + other
    new = plan_of(session, taken_in(session, city, text))
    assert new.title == old.title
    assert newer_of(session, old.id) is None


def test_another_plan_is_none(session: Session, city: City) -> None:
    old = plan_of(session, taken_in(session, city, FIRST))
    other = FIRST.replace("护学行动", "绿地更新").replace("〔2023〕31号", "〔2023〕32号")
    new = plan_of(session, taken_in(session, city, other))
    assert (newer_of(session, old.id), link_of(session, new.id)) == (None, None)


def test_the_same_bytes_again_change_nothing(session: Session, city: City) -> None:
    taken_in(session, city, FIRST)
    taken_in(session, city, SECOND)
    before = [session.scalar(select(func.count()).select_from(table)) for table in (Source, Plan, Draft)]
    assert taken_in(session, city, SECOND).already
    assert taken_in(session, city, FIRST).already
    assert [session.scalar(select(func.count()).select_from(table)) for table in (Source, Plan, Draft)] == before


def test_versions_form_a_chain(session: Session, city: City) -> None:
    first = plan_of(session, taken_in(session, city, FIRST))
    second = plan_of(session, taken_in(session, city, SECOND))
    third = plan_of(session, taken_in(session, city, SECOND.replace("当日处置", "两日内处置")))
    assert (newer_of(session, first.id), newer_of(session, second.id)) == (second, third)


def test_a_plan_of_another_office_is_not_revised(session: Session, city: City) -> None:
    taken_in(session, city, FIRST)
    reading = read_bytes(SECOND.encode(), "方案.txt")
    done = import_source(session, the_actor(city.county_supervisor), NOW, reading, city.county.id)
    assert link_of(session, plan_of(session, done).id) is None


def test_two_plans_of_one_file_do_not_revise_each_other(session: Session, city: City) -> None:
    done = taken_in(session, city, FIRST + "\n" + SECOND)
    plans = session.get_one(Source, done.source_id).plans
    assert [link_of(session, plan.id) for plan in plans] == [None] * len(plans)


# What is shown ------------------------------------------------------------------------------------------------------


def test_what_changed_is_told_against_the_tasks(session: Session, city: City, tasks: dict[str, Task]) -> None:
    new = plan_of(session, taken_in(session, city, SECOND))
    found = waiting(session, new)
    assert {title: (item.group, set(item.pair.changes) if item.pair else None) for title, item in found.items()} == {
        "建立清单": (Group.SAME, set()),
        "整修道路": (Group.CHANGED, {Change.MOVED, Change.DEADLINE}),
        "组织巡查": (Group.CHANGED, {Change.MOVED, Change.UNITS}),
        "保障经费": (Group.CHANGED, {Change.MOVED, Change.REWORDED}),
        "开展教育": (Group.REMOVED, None),
    }
    assert [row.draft.title for row in the_page(session, city, new).added] == ["设置护学岗"]


def test_clauses_without_numbers_move_when_their_order_changes(session: Session, city: City) -> None:
    first, *others = (clause.replace("（{n}）", "") for clause in (LISTS, ROADS, MONEY))
    adopted(session, city, a_version(first, *others))
    new = plan_of(session, taken_in(session, city, a_version(*others, first)))
    found = {title: item.pair.changes for title, item in waiting(session, new).items() if item.pair}
    assert sorted(map(set, found.values()), key=len) == [set(), set(), {Change.MOVED}]


def test_what_it_means_is_said_in_sentences(session: Session, city: City, tasks: dict[str, Task]) -> None:
    new = plan_of(session, taken_in(session, city, SECOND))
    found = {title: item.effect.sentences for title, item in waiting(session, new).items()}
    assert found["整修道路"] == ("市财政局的办理期限由2023年9月30日改为2023年11月30日",)
    assert found["组织巡查"] == (
        "东河县政府新增为责任单位，下达后待签收",
        "撤销市财政局的分工（现为待签收），办理记录保留",
    )
    assert found["保障经费"] == ("任务文字更新为新版，各单位的办理记录中注明",)
    assert found["开展教育"] == ("撤销市教育局的分工（现为待签收），办理记录保留",)


def test_a_clause_dropped_before_is_told_as_such(session: Session, city: City) -> None:
    old = plan_of(session, taken_in(session, city, FIRST))
    for draft in drafts_of(session, old.id):
        draft.state = DraftState.DROPPED if draft.title == "开展教育" else DraftState.OPEN
    session.commit()
    new = plan_of(session, taken_in(session, city, a_version(LESSONS, POSTS)))
    page = the_page(session, city, new)
    assert {row.draft.title: row.known for row in page.added} == {"开展教育": DraftState.DROPPED, "设置护学岗": None}
    assert page.removed == ()


# Accepting ----------------------------------------------------------------------------------------------------------


def test_a_moved_date_keeps_identity_state_and_history(session: Session, city: City, tasks: dict[str, Task]) -> None:
    task = tasks["整修道路"]
    (part,) = task.assignments
    act(session, the_actor(city.neighbour), NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    act(session, the_actor(city.neighbour), NOW, TODAY, part.id, Event.REPORT, part.version, "已完成招标", 40)
    uid, sequence, rows = part.uid, part.sequence, [entry.id for entry in part.history]
    new = plan_of(session, taken_in(session, city, SECOND))
    after = accepted(session, city, new, "整修道路")
    (kept,) = after.assignments
    assert (after.id, kept.id, kept.uid, kept.state, kept.percent) == (task.id, part.id, uid, State.IN_PROGRESS, 40)
    assert (after.due_on, after.original_due_on) == (date(2023, 11, 30), date(2023, 9, 30))
    assert (kept.due_on, kept.original_due_on) == (date(2023, 11, 30), date(2023, 9, 30))
    assert kept.sequence == sequence + 1
    assert [entry.id for entry in kept.history][:-1] == rows
    last = kept.history[-1]
    assert (last.event, last.words, last.from_state, last.to_state) == (
        "revise",
        WORDS,
        State.IN_PROGRESS,
        State.IN_PROGRESS,
    )
    assert (last.due_from, last.due_to, last.actor_name, last.at) == (
        date(2023, 9, 30),
        date(2023, 11, 30),
        "杜督查",
        LATER,
    )


def test_the_task_stands_in_the_new_text(session: Session, city: City, tasks: dict[str, Task]) -> None:
    new = plan_of(session, taken_in(session, city, SECOND))
    after = accepted(session, city, new, "整修道路")
    assert new.source is not None
    assert after.plan_id == new.id
    assert after.start is not None and after.end is not None
    assert new.source.text[after.start : after.end] == after.quote == "（责任单位：市财政局；完成时限：2023年11月底前）"
    assert (after.deadline_text, after.deadline_kind) == ("2023年11月底前", DeadlineKind.FIXED)
    assert after.path[-1].startswith("（三）")
    draft = session.get_one(Draft, after.draft_id)
    assert (draft.plan_id, draft.state) == (new.id, DraftState.ADOPTED)


def test_a_unit_more_is_dispatched_and_a_unit_less_withdrawn(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    sequence = part_of(tasks["组织巡查"], "市财政局").sequence
    new = plan_of(session, taken_in(session, city, SECOND))
    after = accepted(session, city, new, "组织巡查")
    county, finance = part_of(after, "东河县政府"), part_of(after, "市财政局")
    assert (county.state, county.due_on, county.original_due_on, county.dispatched_at) == (
        State.DISPATCHED,
        date(2023, 8, 31),
        date(2023, 8, 31),
        LATER,
    )
    assert [(row.event, row.words) for row in county.history] == [("adopt", f"{WORDS}，新增单位")]
    assert (finance.state, finance.withdrawn_on, finance.sequence) == (State.WITHDRAWN, TODAY, sequence + 1)
    assert [row.event for row in finance.history] == ["adopt", "revise"]
    assert part_of(after, "市教育局").role is Role.LEAD  # the first by custom, as before
    assert len(part_of(after, "市教育局").history) == 1


def test_a_completed_part_stays_completed_when_its_unit_is_left_out(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    part, who = part_of(tasks["组织巡查"], "市财政局"), the_actor(city.neighbour)
    act(session, who, NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    act(session, who, NOW, TODAY, part.id, Event.SUBMIT, part.version, "已完成")
    act(session, the_actor(city.supervisor), NOW, TODAY, part.id, Event.ACCEPT, part.version, outcome=Outcome.SOLVED)
    new = plan_of(session, taken_in(session, city, SECOND))
    assert "市财政局已办结，办结结果保留" in waiting(session, new)["组织巡查"].effect.sentences
    kept = part_of(accepted(session, city, new, "组织巡查"), "市财政局")
    assert (kept.state, kept.outcome, kept.due_on) == (State.COMPLETED, Outcome.SOLVED, date(2023, 8, 31))


def test_a_completed_task_stays_so_when_its_date_moves(session: Session, city: City, tasks: dict[str, Task]) -> None:
    part, who = part_of(tasks["整修道路"], "市财政局"), the_actor(city.neighbour)
    act(session, who, NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    act(session, who, NOW, TODAY, part.id, Event.SUBMIT, part.version, "已完成")
    act(session, the_actor(city.supervisor), NOW, TODAY, part.id, Event.ACCEPT, part.version, outcome=Outcome.SOLVED)
    new = plan_of(session, taken_in(session, city, SECOND))
    after = accepted(session, city, new, "整修道路")
    assert (after.state, part_of(after, "市财政局").due_on) == (TaskState.COMPLETED, date(2023, 9, 30))


def test_new_words_are_told_to_the_units_and_leave_calendars_alone(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    sequence = part_of(tasks["保障经费"], "市财政局").sequence
    new = plan_of(session, taken_in(session, city, SECOND))
    part = part_of(accepted(session, city, new, "保障经费"), "市财政局")
    assert (part.sequence, part.changed_at, part.history[-1].words) == (
        sequence,
        LATER,
        f"{WORDS}，任务文字有修改",
    )


def test_a_new_title_is_told_to_calendars(session: Session, city: City, tasks: dict[str, Task]) -> None:
    sequence = part_of(tasks["保障经费"], "市财政局").sequence
    new = plan_of(session, taken_in(session, city, a_version(LISTS, MONEY.replace("保障经费", "保障整治经费"))))
    part = part_of(accepted(session, city, new, "保障经费"), "市财政局")
    assert (part.task.title, part.sequence) == ("保障整治经费", sequence + 1)


def test_what_did_not_change_goes_over_without_a_trace_on_its_parts(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    part = part_of(tasks["建立清单"], "市教育局")
    version, rows = part.version, len(part.history)
    new = plan_of(session, taken_in(session, city, SECOND))
    after = accepted(session, city, new, "建立清单")
    kept = part_of(after, "市教育局")
    assert (after.plan_id, kept.version, len(kept.history)) == (new.id, version, rows)


def test_a_clause_that_is_gone_withdraws_what_is_open(session: Session, city: City, tasks: dict[str, Task]) -> None:
    old_plan = tasks["开展教育"].plan_id
    new = plan_of(session, taken_in(session, city, SECOND))
    after = accepted(session, city, new, "开展教育")
    assert (after.state, after.plan_id) == (TaskState.WITHDRAWN, old_plan)
    assert part_of(after, "市教育局").history[-1].words == f"{WORDS}，这一条已删去"
    assert "开展教育" not in waiting(session, new)


def test_a_date_of_its_own_is_not_cut_short(session: Session, city: City, tasks: dict[str, Task]) -> None:
    part = part_of(tasks["整修道路"], "市财政局")
    part.due_on = date(2023, 12, 20)
    session.commit()
    new = plan_of(session, taken_in(session, city, SECOND))
    assert waiting(session, new)["整修道路"].effect.sentences == ("市财政局的期限已单独定为2023年12月20日，保持不变",)
    after = accepted(session, city, new, "整修道路")
    assert (after.due_on, part_of(after, "市财政局").due_on) == (date(2023, 11, 30), date(2023, 12, 20))


def test_work_that_was_passed_on_stays_with_whom_it_is(session: Session, city: City, tasks: dict[str, Task]) -> None:
    part, chief = part_of(tasks["整修道路"], "市财政局"), the_actor(city.supervisor)
    act(session, the_actor(city.neighbour), NOW, TODAY, part.id, Event.DECLINE, part.version, "不属本单位职责")
    act(session, chief, NOW, TODAY, part.id, Event.DISPATCH, part.version, unit_id=city.county.id)
    new = plan_of(session, taken_in(session, city, SECOND))
    after = accepted(session, city, new, "整修道路")
    assert [(row.unit.name, row.state, row.due_on) for row in after.assignments] == [
        ("东河县政府", State.DISPATCHED, date(2023, 11, 30))
    ]


def test_a_unit_that_comes_back_has_its_part_dispatched_anew(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    second = plan_of(session, taken_in(session, city, SECOND))
    uid = part_of(accepted(session, city, second, "组织巡查"), "市财政局").uid
    third = plan_of(session, taken_in(session, city, THIRD_UNIT))
    after = accepted(session, city, third, "组织巡查")
    part = part_of(after, "市财政局")
    assert (part.uid, part.state, part.withdrawn_on, part.signed_at) == (uid, State.DISPATCHED, None, None)
    assert [row.event for row in part.history] == ["adopt", "revise", "revise"]
    assert len(after.assignments) == 3


def test_a_role_that_changed(session: Session, city: City) -> None:
    clause = PATROL.replace("责任单位：市教育局、市财政局", "牵头单位：市教育局；配合单位：市财政局")
    other = PATROL.replace("责任单位：市教育局、市财政局", "牵头单位：市财政局；配合单位：市教育局")
    adopted(session, city, a_version(LISTS, clause))
    new = plan_of(session, taken_in(session, city, a_version(LISTS, other)))
    assert set(waiting(session, new)["组织巡查"].effect.sentences) == {
        "市教育局由牵头单位改为配合单位",
        "市财政局由配合单位改为牵头单位",
    }
    after = accepted(session, city, new, "组织巡查")
    assert {part.unit.name: part.role for part in after.assignments} == {
        "市教育局": Role.SUPPORT,
        "市财政局": Role.LEAD,
    }


# Milestones, corrections, seeds -------------------------------------------------------------------------------------


def test_milestones_keep_their_calendar_ids(session: Session, city: City) -> None:
    targets = "2023年7月底前完成40座，2023年10月底前完成90座。"
    two = f"（{{n}}）改造厕所。{targets}（责任单位：市教育局；完成时限：2023年10月底前）"
    adopted(session, city, a_version(two, LISTS))
    task = by_title(session.scalars(select(Task)).all())["改造厕所"]
    assert len(task.milestones) == 2
    before = {row.text: row.uid for row in task.milestones}
    new = plan_of(session, taken_in(session, city, a_version(two.replace("90座", "95座"), LISTS)))
    after = accepted(session, city, new, "改造厕所")
    assert len(after.milestones) == 2
    assert {row.uid for row in after.milestones} == set(before.values())
    assert any("95座" in row.text for row in after.milestones)


def test_what_a_reviewer_corrected_is_not_asked_again(session: Session, city: City) -> None:
    """The reading of the very same words was mended by hand; the new version's reading of them is no change."""
    actor = the_actor(city.supervisor)
    old = plan_of(session, taken_in(session, city, FIRST))
    draft = next(row for row in drafts_of(session, old.id) if row.title == "整修道路")
    mended = edit_of(draft)
    given = DraftEdit(
        "整修通学道路",
        (UnitEdit("市教育局", Role.LEAD), UnitEdit("市财政局", Role.SUPPORT)),
        mended.deadline_text,
        mended.kind,
        date(2023, 9, 15),
        mended.milestones,
    )
    edit(session, actor, NOW, draft.id, given, version=draft.version)
    adopt(session, actor, NOW, TODAY, draft.id, draft.version)
    second = plan_of(session, taken_in(session, city, SECOND.replace("11月底前", "9月底前")))
    item = waiting(session, second)["整修通学道路"]
    assert item.group is Group.SAME
    after = accepted(session, city, second, "整修通学道路")
    assert (after.title, after.due_on, len(after.assignments)) == ("整修通学道路", date(2023, 9, 15), 2)
    # What stands is written onto the new clause, so that the next version is held against it too.
    third = plan_of(session, taken_in(session, city, SECOND.replace("11月底前", "9月底前").replace("当日", "次日")))
    assert waiting(session, third)["整修通学道路"].group is Group.SAME


def test_a_task_without_text_is_taken_over_by_title(session: Session, city: City) -> None:
    """As one that was loaded from a table: the import of its plan gives it its text."""
    plan = a_plan(
        session, city.root, "示例市人民政府办公室关于印发示例市护学行动实施方案的通知", number="示政办字〔2023〕31号"
    )
    values: dict[str, Any] = {
        "title": "整修道路",
        "path": ["二、重点任务"],
        "quote": None,
        "deadline_text": "2023年9月底前",
    }
    task = a_task(session, plan, city.finance, due_on=date(2023, 9, 30), **values)
    session.commit()
    new = plan_of(session, taken_in(session, city, FIRST))
    item = waiting(session, new)["整修道路"]
    assert (item.group, item.task.id) == (Group.SAME, task.id)
    after = accepted(session, city, new, "整修道路")
    assert (after.plan_id, after.quote) == (new.id, "（责任单位：市财政局；完成时限：2023年9月底前）")


# Not twice, not by others, not unseen -------------------------------------------------------------------------------


def test_a_continued_clause_is_not_adopted_as_a_second_task(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    actor = the_actor(city.supervisor)
    new = plan_of(session, taken_in(session, city, SECOND))
    assert adopt_sure(session, actor, NOW, TODAY, new.id) == 1  # the new clause alone
    draft = next(row for row in drafts_of(session, new.id) if row.title == "整修道路")
    with pytest.raises(Invalid, match="已有任务的新版条款"):
        adopt(session, actor, NOW, TODAY, draft.id, draft.version)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Task)) == len(tasks) + 1


def test_the_old_version_makes_no_more_tasks(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    old = plan_of(session, taken_in(session, city, FIRST))
    taken_in(session, city, SECOND)
    draft = drafts_of(session, old.id)[0]
    with pytest.raises(Invalid, match="已有新版"):
        adopt(session, actor, NOW, TODAY, draft.id, draft.version)
    with pytest.raises(Invalid, match="已有新版"):
        adopt_sure(session, actor, NOW, TODAY, old.id)


def test_accepting_twice_is_accepting_once(session: Session, city: City, tasks: dict[str, Task]) -> None:
    actor = the_actor(city.supervisor)
    new = plan_of(session, taken_in(session, city, SECOND))
    seen = wanted(waiting(session, new)["整修道路"])
    first = accept(session, actor, NOW, TODAY, new.id, seen)
    again = accept(session, actor, NOW, TODAY, new.id, seen)
    assert (first.already, again.already) == (False, True)
    rows = select(func.count()).select_from(HistoryEntry).where(HistoryEntry.event == "revise")
    assert (session.scalar(rows), session.scalar(select(func.count()).select_from(RevisionDecision))) == (1, 1)


def test_what_is_no_longer_as_it_was_seen_is_refused(session: Session, city: City, tasks: dict[str, Task]) -> None:
    new = plan_of(session, taken_in(session, city, SECOND))
    seen = wanted(waiting(session, new)["组织巡查"])
    part, who = part_of(tasks["组织巡查"], "市财政局"), the_actor(city.neighbour)
    act(session, who, NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    with pytest.raises(Stale):
        accept(session, the_actor(city.supervisor), NOW, TODAY, new.id, seen)
    session.rollback()
    assert part_of(session.get_one(Task, seen.task_id), "市财政局").state is State.IN_PROGRESS


def test_progress_reported_meanwhile_does_not_stand_in_the_way(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    part, who = part_of(tasks["整修道路"], "市财政局"), the_actor(city.neighbour)
    act(session, who, NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    new = plan_of(session, taken_in(session, city, SECOND))
    seen = wanted(waiting(session, new)["整修道路"])
    act(session, who, NOW, TODAY, part.id, Event.REPORT, part.version, "过半", 60)
    accept(session, the_actor(city.supervisor), NOW, TODAY, new.id, seen)
    assert session.get_one(Assignment, part.id).percent == 60


def test_only_those_who_decide_there_may_decide(session: Session, city: City, tasks: dict[str, Task]) -> None:
    new = plan_of(session, taken_in(session, city, SECOND))
    seen = wanted(waiting(session, new)["整修道路"])
    for person in (city.liaison, city.leader, city.county_supervisor, city.administrator):
        for deed in (
            lambda who: accept(session, who, NOW, TODAY, new.id, seen),
            lambda who: decline(session, who, NOW, new.id, seen),
            lambda who: separate(session, who, NOW, new.id, seen),
            lambda who: accept_group(session, who, NOW, TODAY, new.id, Group.SAME, ""),
            lambda who: unlink(session, who, NOW, new.id),
            lambda who: link(session, who, NOW, new.id, new.id),
        ):
            with pytest.raises(Forbidden):
                deed(the_actor(person))
            session.rollback()


def test_an_unknown_unit_has_to_be_told_first(session: Session, city: City, tasks: dict[str, Task]) -> None:
    new = plan_of(
        session,
        taken_in(session, city, UNKNOWN_UNIT),
    )
    item = waiting(session, new)["整修道路"]
    assert any("市路政站" in words for words in item.questions)
    with pytest.raises(UnknownUnits, match="市路政站"):
        accept(session, the_actor(city.supervisor), NOW, TODAY, new.id, wanted(item))


# Many at once -------------------------------------------------------------------------------------------------------


def test_a_whole_group_is_accepted_at_once(session: Session, city: City, tasks: dict[str, Task]) -> None:
    actor = the_actor(city.supervisor)
    new = plan_of(session, taken_in(session, city, SECOND))
    page = the_page(session, city, new)
    assert accept_group(session, actor, LATER, TODAY, new.id, Group.CHANGED, page.bulk[Group.CHANGED].seen) == 3
    assert accept_group(session, actor, LATER, TODAY, new.id, Group.CHANGED, page.bulk[Group.CHANGED].seen) == 0
    page = the_page(session, city, new)
    assert (page.changed.total, len(page.same), len(page.removed)) == (0, 1, 1)
    assert accept_group(session, actor, LATER, TODAY, new.id, Group.SAME, page.bulk[Group.SAME].seen) == 1
    assert accept_group(session, actor, LATER, TODAY, new.id, Group.REMOVED, page.bulk[Group.REMOVED].seen) == 1
    adopt_sure(session, actor, NOW, TODAY, new.id)
    assert the_page(session, city, new).is_settled


def test_what_was_not_shown_is_not_accepted_with_the_others(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    actor = the_actor(city.supervisor)
    new = plan_of(session, taken_in(session, city, SECOND))
    seen = the_page(session, city, new).bulk[Group.CHANGED].seen
    accept(session, actor, NOW, TODAY, new.id, wanted(waiting(session, new)["整修道路"]))
    with pytest.raises(Stale):
        accept_group(session, actor, NOW, TODAY, new.id, Group.CHANGED, seen)


def test_a_doubtful_date_is_not_accepted_with_the_others(session: Session, city: City, tasks: dict[str, Task]) -> None:
    early = ROADS.replace("2023年9月底前", "2023年4月底前")  # before the plan was issued
    new = plan_of(session, taken_in(session, city, a_version(LISTS, early, PATROL, MONEY, LESSONS)))
    page = the_page(session, city, new)
    assert page.changed.rows[0].item.questions
    assert (page.bulk[Group.CHANGED].items, page.bulk[Group.CHANGED].left) == ((), 1)
    assert accepted(session, city, new, "整修道路").due_on == date(2023, 4, 30)


# Other answers ------------------------------------------------------------------------------------------------------


def test_declining_leaves_the_task_as_it_is(session: Session, city: City, tasks: dict[str, Task]) -> None:
    actor = the_actor(city.supervisor)
    new = plan_of(session, taken_in(session, city, SECOND))
    item = waiting(session, new)["整修道路"]
    assert not decline(session, actor, NOW, new.id, wanted(item)).already
    assert decline(session, actor, NOW, new.id, wanted(item)).already
    with pytest.raises(Stale, match="不接受"):
        accept(session, actor, NOW, TODAY, new.id, wanted(item))
    session.rollback()
    task = session.get_one(Task, item.task.id)
    assert (task.due_on, task.plan_id) == (date(2023, 9, 30), tasks["整修道路"].plan_id)
    assert session.get_one(Draft, item.draft.id if item.draft else 0).state is DraftState.DROPPED
    assert "整修道路" not in waiting(session, new)


def test_a_declined_change_can_wait_again(session: Session, city: City, tasks: dict[str, Task]) -> None:
    actor = the_actor(city.supervisor)
    new = plan_of(session, taken_in(session, city, SECOND))
    decline(session, actor, NOW, new.id, wanted(waiting(session, new)["整修道路"]))
    (row,) = session.scalars(select(RevisionDecision)).all()
    assert not take_back(session, actor, NOW, new.id, row.id).already
    assert take_back(session, actor, NOW, new.id, row.id).already
    assert accepted(session, city, new, "整修道路").due_on == date(2023, 11, 30)


def test_a_task_kept_although_left_out_is_not_asked_about_again(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    actor = the_actor(city.supervisor)
    second = plan_of(session, taken_in(session, city, SECOND))
    decline(session, actor, NOW, second.id, wanted(waiting(session, second)["开展教育"]))
    assert tasks["开展教育"].state is TaskState.OPEN
    third = plan_of(session, taken_in(session, city, SECOND.replace("当日处置", "次日处置")))
    assert "开展教育" not in waiting(session, third)
    fourth = plan_of(session, taken_in(session, city, SECOND + "\n" + LESSONS.format(n="六")))
    assert waiting(session, fourth)["开展教育"].group is Group.SAME


def test_a_clause_that_is_another_matter_is_reviewed_as_any_other(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    actor = the_actor(city.supervisor)
    new = plan_of(session, taken_in(session, city, SECOND))
    item = waiting(session, new)["整修道路"]
    separate(session, actor, NOW, new.id, wanted(item))
    found = waiting(session, new)["整修道路"]
    assert (found.group, found.draft) == (Group.REMOVED, None)
    assert item.draft is not None
    assert CODE not in {doubt["code"] for doubt in session.get_one(Draft, item.draft.id).doubts}
    assert adopt_sure(session, actor, NOW, TODAY, new.id) == 2


def test_a_clerk_says_which_plan_is_revised(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    tasks = adopted(session, city)
    other = SECOND.replace("护学行动实施方案", "护学工作方案").replace("〔2023〕31号", "〔2023〕58号")
    new = plan_of(session, taken_in(session, city, other))
    assert link_of(session, new.id) is None
    old_id = tasks["整修道路"].plan_id
    assert [choice.id for choice in likely_predecessors(session, actor, new.id)] == [old_id]
    link(session, actor, NOW, new.id, old_id)
    link(session, actor, NOW, new.id, old_id)
    assert waiting(session, new)["整修道路"].group is Group.CHANGED
    with pytest.raises(Invalid):
        link(session, actor, NOW, old_id, new.id)  # no circle
    session.rollback()
    assert unlink(session, actor, NOW, new.id)
    assert not unlink(session, actor, NOW, new.id)
    assert link_of(session, new.id) is None
    assert CODE not in {doubt["code"] for draft in drafts_of(session, new.id) for doubt in draft.doubts}


def test_after_a_change_was_accepted_the_versions_stay_linked(
    session: Session, city: City, tasks: dict[str, Task]
) -> None:
    new = plan_of(session, taken_in(session, city, SECOND))
    accepted(session, city, new, "整修道路")
    with pytest.raises(Invalid, match="不能再取消关联"):
        unlink(session, the_actor(city.supervisor), NOW, new.id)


def test_a_third_version_is_held_against_what_both_left(session: Session, city: City, tasks: dict[str, Task]) -> None:
    """Some tasks went over to the second version, others are still with the first."""
    second = plan_of(session, taken_in(session, city, SECOND))
    accepted(session, city, second, "整修道路")
    third = plan_of(session, taken_in(session, city, a_version(LISTS, ROADS_LATER, PATROL, MONEY, LESSONS, POSTS)))
    found = waiting(session, third)
    assert {title: item.group for title, item in found.items()} == dict.fromkeys(tasks, Group.SAME)
    assert found["整修道路"].task.plan_id == second.id
    assert found["建立清单"].task.plan_id == tasks["建立清单"].plan_id


def test_a_confirmed_date_of_the_plan_is_not_asked_again(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    tail = "\n三、工作要求\n以上各项任务须于2023年12月底前全部完成。\n"
    clause = "（{n}）绘制地图。标出每所学校的上下学路线。（责任单位：市教育局）"
    old = plan_of(session, taken_in(session, city, a_version(clause, LISTS) + tail))
    draft = next(row for row in drafts_of(session, old.id) if row.title == "绘制地图")
    assert draft.deadline_basis is Basis.PLAN
    confirm_dates(session, actor, NOW, old.id, SharedDate(date(2023, 12, 31), draft.deadline_text, 1))
    adopt_sure(session, actor, NOW, TODAY, old.id)
    new = plan_of(session, taken_in(session, city, a_version(LISTS, clause.replace("每所", "各所")) + tail))
    item = waiting(session, new)["绘制地图"]
    assert item.pair is not None
    assert set(item.pair.changes) - {Change.MOVED} == {Change.REWORDED}
    assert item.questions == ()
    accepted(session, city, new, "绘制地图")
    assert session.get_one(Draft, item.pair.new.draft.id).deadline_basis is Basis.REVIEW
