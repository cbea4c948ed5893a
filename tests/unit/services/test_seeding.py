"""Loading a seed: once, again, changed, and beside what the office did itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, a_unit
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.roles import Role
from tracker.domain.seed import Seed
from tracker.domain.units import name_key
from tracker.reading.seed_file import read_seed
from tracker.services.errors import Invalid
from tracker.services.seeding import Loaded, SeedConflict, load_seed
from tracker.store.engine import make_engine, write_session
from tracker.store.office import OfficeSetting
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task
from tracker.store.units import Unit, UnitGroup, UnitName

SEED = """
plans:
  - {key: p1, title: 关于做好示范工作的通知, number: 示政办〔2023〕3号, issued_on: 2023-01-04}
units:
  - {name: 市政府, kind: government, full_name: 示例市人民政府}
  - {name: 市教育局, kind: department, full_name: 示例市教育局, parent: 市政府, aliases: [市教委]}
  - {name: 市财政局, kind: department, parent: 市政府}
  - {name: 东区, kind: county, parent: 市政府}
  - {name: 西县, kind: county, parent: 市政府}
  - {name: 西县教育局, kind: county_department, parent: 西县}
groups:
  - {name: 各县（区）, members: [东区, 西县], aliases: [各县（区）人民政府]}
tasks:
  - key: p1-1
    plan: p1
    title: 修订办法
    path: [一、任务]
    form: bracket
    units: [市教委, 市财政局, 各县（区）人民政府]
    deadline: {text: 2023年6月底前, kind: fixed, due_on: 2023-06-30, basis: clause}
    milestones: [{text: 完成初稿, due_on: 2023-04-30}]
  - key: p1-2
    plan: p1
    title: 提供材料
    form: supply
    units: [市财政局, 市教育局]
"""
NEXT_DAY = datetime(2023, 6, 16, 1, 0, tzinfo=UTC)


def seed_of(text: str = SEED) -> Seed:
    return read_seed(text, "seed.yaml")


def load(session: Session, text: str = SEED, at: datetime = NOW) -> Loaded:
    return load_seed(session, seed_of(text), at)


def unit(session: Session, name: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.name == name)).one()


def parts(session: Session, key: str) -> dict[str, Assignment]:
    task = session.scalars(select(Task).where(Task.seed_key == key)).one()
    session.refresh(task)
    return {part.unit.name: part for part in task.assignments}


def everything(session: Session) -> list[list[tuple[object, ...]]]:
    """Every row of every table that a seed touches."""
    tables = (Unit, UnitName, UnitGroup, Plan, Task, Assignment, Milestone, HistoryEntry)
    return [[tuple(row) for row in session.execute(select(*t.__table__.columns).order_by("id"))] for t in tables]


def test_units_form_the_tree_of_the_file(session: Session) -> None:
    load(session)
    root, county, bureau = (unit(session, name) for name in ("市政府", "西县", "西县教育局"))
    assert (root.path, county.path) == (f"/{root.id}/", f"/{root.id}/{county.id}/")
    assert bureau.path == f"{county.path}{bureau.id}/"
    assert bureau.parent_id == county.id


def test_every_name_is_registered_once_in_the_roots_scope(session: Session) -> None:
    load(session)
    root = unit(session, "市政府")
    names = session.scalars(select(UnitName)).all()
    assert {name.scope_id for name in names} == {root.id}
    assert {name.name for name in names if name.unit_id == unit(session, "市教育局").id} == {
        "市教育局",
        "示例市教育局",
        "市教委",
    }
    assert {name.name for name in names if name.group_id} == {"各县（区）", "各县（区）人民政府"}
    assert all(name.key == name_key(name.name) for name in names)


def test_a_task_is_adopted_with_its_group_expanded(session: Session) -> None:
    load(session)
    found = parts(session, "p1-1")
    assert [(name, part.role, part.written_name) for name, part in found.items()] == [
        ("市教育局", Role.LEAD, "市教委"),
        ("市财政局", Role.RESPONSIBLE, "市财政局"),
        ("东区", Role.RESPONSIBLE, "各县（区）人民政府"),
        ("西县", Role.RESPONSIBLE, "各县（区）人民政府"),
    ]
    assert {part.due_on for part in found.values()} == {date(2023, 6, 30)}
    assert [entry.event for part in found.values() for entry in part.history] == ["adopt"] * 4
    assert [part.leads_by_custom for part in found.values()] == [True, False, False, False]


def test_contributors_have_no_lead(session: Session) -> None:
    load(session)
    assert {part.role for part in parts(session, "p1-2").values()} == {Role.RESPONSIBLE}


def test_the_office_may_switch_the_lead_by_custom_off(session: Session) -> None:
    session.add(OfficeSetting(name="first_listed_leads", value=False))
    load(session)
    assert parts(session, "p1-1")["市教育局"].role is Role.RESPONSIBLE


def test_a_second_run_changes_nothing_and_says_so(session: Session) -> None:
    first = load(session)
    before = everything(session)
    second = load(session, at=NEXT_DAY)
    assert not first.is_unchanged
    assert second.is_unchanged
    assert everything(session) == before
    assert all("没有变化" in line for line in second.lines())
    assert first.lines()[0] == "单位 6（新增 6）"


def test_a_changed_file_updates_facts_and_leaves_states_and_history(session: Session) -> None:
    load(session)
    part = parts(session, "p1-1")["市教育局"]
    part.state, part.percent, part.signed_at = State.IN_PROGRESS, 40, NOW
    session.commit()
    changed = SEED.replace("title: 修订办法", "title: 修订并公布办法").replace("[市教委]", "[市教委, 市教体局]")
    loaded = load(session, changed, NEXT_DAY)
    task = session.scalars(select(Task).where(Task.seed_key == "p1-1")).one()
    assert task.title == "修订并公布办法"
    assert session.scalar(select(UnitName.unit_id).where(UnitName.name == "市教体局")) == unit(session, "市教育局").id
    assert (part.state, part.percent, part.changed_at) == (State.IN_PROGRESS, 40, NEXT_DAY)
    assert [entry.event for entry in part.history] == ["adopt"]
    assert (loaded.counts["任务"].changed, loaded.counts["单位名称"].added, loaded.counts["分工"].added) == (1, 1, 0)


def test_a_corrected_date_reaches_open_parts_that_were_not_extended(session: Session) -> None:
    load(session)
    found = parts(session, "p1-1")
    found["市财政局"].due_on = date(2023, 12, 31)  # extended
    found["东区"].state, found["东区"].completed_on = State.COMPLETED, date(2023, 6, 1)
    session.commit()
    load(session, SEED.replace("due_on: 2023-06-30", "due_on: 2023-07-31"), NEXT_DAY)
    dues = {name: (part.original_due_on, part.due_on) for name, part in parts(session, "p1-1").items()}
    june, july = date(2023, 6, 30), date(2023, 7, 31)
    assert dues == {
        "市教育局": (june, july),
        "市财政局": (june, date(2023, 12, 31)),
        "东区": (june, june),
        "西县": (june, july),
    }
    assert found["市教育局"].sequence == 1


def test_a_corrected_title_reaches_calendars(session: Session) -> None:
    load(session)
    title = session.scalars(select(Task.title).where(Task.seed_key == "p1-1")).one()
    load(session, SEED.replace(title, f"{title}（更正）"), NEXT_DAY)
    assert {(part.sequence, part.changed_at) for part in parts(session, "p1-1").values()} == {(1, NEXT_DAY)}
    assert {part.sequence for part in parts(session, "p1-2").values()} == {0}


def test_a_unit_added_to_a_completed_task_opens_it(session: Session) -> None:
    load(session)
    task = session.scalars(select(Task).where(Task.seed_key == "p1-2")).one()
    for part in task.assignments:
        part.state, part.completed_on = State.COMPLETED, date(2023, 6, 1)
    task.state, task.completed_on = TaskState.COMPLETED, date(2023, 6, 1)
    session.commit()
    load(session, SEED.replace("[市财政局, 市教育局]", "[市财政局, 市教育局, 东区]"), NEXT_DAY)
    assert parts(session, "p1-2")["东区"].state is State.DISPATCHED
    opened = session.execute(select(Task.state, Task.completed_on).where(Task.id == task.id)).one()
    assert tuple(opened) == (TaskState.OPEN, None)


def test_milestones_follow_the_file_and_keep_their_calendar_ids(session: Session) -> None:
    load(session)
    uid = session.scalars(select(Milestone.uid)).one()
    more = SEED.replace(
        "[{text: 完成初稿, due_on: 2023-04-30}]",
        "[{text: 完成初稿, due_on: 2023-05-15}, {text: 公布, due_on: 2023-06-30}]",
    )
    load(session, more, NEXT_DAY)
    found = session.scalars(select(Milestone).order_by(Milestone.position)).all()
    assert [(m.text, m.due_on) for m in found] == [("完成初稿", date(2023, 5, 15)), ("公布", date(2023, 6, 30))]
    assert found[0].uid == uid
    load(session, SEED, NEXT_DAY)
    assert session.scalars(select(Milestone.text)).all() == ["完成初稿"]


def test_what_the_office_edited_stays_until_the_files_own_entry_changes(session: Session) -> None:
    load(session)
    bureau = unit(session, "市财政局")
    bureau.name, bureau.full_name = "市财政国资局", "示例市财政国资局"
    task = session.scalars(select(Task).where(Task.seed_key == "p1-1")).one()
    task.title = "修订办法（更正）"
    session.commit()
    assert load(session, at=NEXT_DAY).is_unchanged
    load(session, SEED.replace("市财政局, kind: department,", "市财政局, kind: institution,"), NEXT_DAY)
    assert (bureau.name, bureau.full_name, bureau.kind) == ("市财政国资局", "示例市财政国资局", "institution")
    assert task.title == "修订办法（更正）"


def test_a_unit_that_the_office_made_before_is_taken_over(session: Session) -> None:
    root = a_unit(session, "市政府")
    made = a_unit(session, "市财政局", root)
    session.commit()
    load(session)
    assert unit(session, "市财政局").id == made.id
    assert made.seed_key == "市财政局"
    assert session.scalar(select(func.count(Unit.id))) == 6
    assert load(session).is_unchanged


def test_a_name_that_belongs_to_another_unit_here_stops_everything(session: Session) -> None:
    root = a_unit(session, "市政府")
    other = a_unit(session, "市教育研究院", root)
    other.names.append(UnitName(scope_id=root.id, name="市教委", key=name_key("市教委")))
    session.commit()
    with pytest.raises(SeedConflict, match="“市教委”在系统中已属于“市教育研究院”"):
        load(session)
    session.rollback()
    assert session.scalar(select(func.count(Unit.id))) == 2
    assert session.scalar(select(func.count(Task.id))) == 0


def test_a_unit_moved_in_the_file_takes_its_subtree_along(session: Session) -> None:
    load(session)
    moved = SEED.replace("{name: 西县, kind: county, parent: 市政府}", "{name: 西县, kind: county, parent: 东区}")
    load(session, moved, NEXT_DAY)
    east, west, bureau = (unit(session, name) for name in ("东区", "西县", "西县教育局"))
    assert west.path == f"{east.path}{west.id}/"
    assert bureau.path == f"{west.path}{bureau.id}/"


def test_dispatch_may_be_dated_by_plan(session: Session) -> None:
    issued = datetime(2023, 1, 6, 1, 0, tzinfo=UTC)
    load_seed(session, seed_of(), NOW, lambda plan: issued)
    assert {(part.dispatched_at, part.history[0].at) for part in parts(session, "p1-1").values()} == {(issued, issued)}


def test_a_seed_without_units_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="没有单位"):
        load_seed(session, Seed(), NOW)


@pytest.mark.needs("postgresql")
def test_the_same_on_postgresql(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with write_session(engine) as opened:
        assert load(opened).counts["分工"].added == 6
        assert load(opened, at=NEXT_DAY).is_unchanged
        assert load(opened, SEED.replace("修订办法", "修订并公布办法"), NEXT_DAY).counts["任务"].changed == 1
        # Ids that the database gives next do not clash with those that were loaded.
        root = unit(opened, "市政府")
        assert a_unit(opened, "市水利局", root).path.startswith(root.path)
    engine.dispose()
