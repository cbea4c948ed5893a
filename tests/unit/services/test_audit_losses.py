"""Whatever way rows go, the audit log holds each watched one: deleted itself, or by the database's own cascade."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, Table, bindparam, delete, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_source, a_task, a_unit, the_actor
from tests.intake_texts import TARGET, a_draft, a_reading
from tracker.domain.access import Office
from tracker.domain.audit import Head
from tracker.domain.drafts import DeadlineKind, Form
from tracker.domain.feeds import FeedScope
from tracker.domain.roles import Role
from tracker.domain.units import name_key
from tracker.services.audit import audit_page, verify
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt_sure
from tracker.services.intake_undo import WantedBatch, batches, undo_batch
from tracker.services.source_deletion import delete_source
from tracker.store.audit import AuditEntry
from tracker.store.audit_losses import cascades_from, leads_to_watched, watched_tables
from tracker.store.audit_queries import AuditFilter
from tracker.store.audit_trail import DELETED, MASKED, Who, acts_as
from tracker.store.base import Base
from tracker.store.column_mappings import ColumnMapping
from tracker.store.evidence import Evidence
from tracker.store.extensions import Extension
from tracker.store.feeds import Feed
from tracker.store.handling import Division, Handling
from tracker.store.measures import IndicatorReading, MilestoneReport
from tracker.store.plans import Draft, Indicator, Plan, Source
from tracker.store.report_links import ReportLink
from tracker.store.revisions import PlanRevision, RevisionDecision, Verdict
from tracker.store.robots import Robot, RobotKind
from tracker.store.schema import metadata
from tracker.store.tasks import Task
from tracker.store.timing import TaskAnchor, TaskSeries
from tracker.store.undo_queries import delete_tasks
from tracker.store.units import Unit, UnitGroup, UnitGroupMember, UnitName

Key = tuple[Any, ...]
BY_NAME = {kind.__tablename__: kind for kind in (mapper.class_ for mapper in Base.registry.mappers)}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def url(request: pytest.FixtureRequest) -> str:
    """Both kinds of database."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def world(session: Session, city: City) -> City:
    """A row in every table that goes with another or takes others with it, committed."""
    source = a_source(session, city.root, "全文")
    older, plan = a_plan(session, city.root, "旧方案"), a_plan(session, city.root, source_id=source.id)
    reads = {"path": [], "form": Form.BRACKET, "quote": "引文", "start": 0, "end": 2}
    draft = Draft(plan_id=plan.id, position=0, title="待核", deadline_kind=DeadlineKind.NONE, **reads)
    indicator = Indicator(plan_id=plan.id, position=0, name="绿化率", start=0, end=2)
    session.add_all([draft, indicator, PlanRevision(plan_id=plan.id, revises_id=older.id, linked_at=NOW)])
    units = city.education, (city.county, Role.SUPPORT)
    task = a_task(session, older, *units, milestones=(("过半", TODAY), ("建成", TODAY)))
    child = a_task(session, older, city.county_education)
    _about(session, city, task, child)
    decided = {"verdict": Verdict.DECLINED, "words": "另议", "actor_name": "杜督查", "at": NOW}
    session.add_all(
        [
            IndicatorReading(indicator_id=indicator.id, year=2023, value=3, reported_at=NOW, reported_by_name="李联络"),
            RevisionDecision(plan_id=plan.id, task_id=task.id, draft_id=draft.id, **decided),
            *_feeds(city, plan),
        ]
    )
    _lone_unit(session, city)
    session.commit()
    session.expunge_all()
    return city


def _about(session: Session, city: City, task: Task, child: Task) -> None:
    part, milestone = task.assignments[0], task.milestones[0]
    said = {"at": NOW, "actor_name": "李联络"}
    session.add_all(
        [
            TaskAnchor(task_id=task.id, day=TODAY, entered_at=NOW),
            TaskSeries(template_id=task.id, rhythm="month:25", starts_on=TODAY, created_at=NOW),
            Division(task_id=child.id, parent_id=task.assignments[1].id, made_at=NOW),
            Handling(assignment_id=part.id, handler="王办理", changed_at=NOW),
            Extension(assignment_id=part.id, wanted_on=TODAY, reason="汛期", asked_at=NOW, asked_by_name="李联络"),
            MilestoneReport(milestone_id=milestone.id, assignment_id=part.id, is_reached=False, **said),
            ReportLink(secret_hash="a" * 64, assignment_id=part.id, made_by_name="杜督查", made_at=NOW, expires_at=NOW),
            Evidence(
                assignment_id=part.id,
                name="照片.png",
                media_type="image/png",
                size=3,
                sha256="b" * 64,
                data=b"png",
                added_by_name="李联络",
                added_at=NOW,
            ),
        ]
    )


def _feeds(city: City, plan: Plan) -> list[Feed]:
    shared = {"owner_id": city.nobody.id, "created_at": NOW}
    return [
        Feed(name="按文件", scope=FeedScope.PLAN, plan_id=plan.id, token_hash="1" * 64, **shared),
        Feed(name="按单位", scope=FeedScope.UNIT, unit_id=city.finance.id, token_hash="2" * 64, **shared),
    ]


def _lone_unit(session: Session, city: City) -> None:
    """A unit on which nothing rests, so that the database lets it go, with all that goes with a unit."""
    lone = a_unit(session, "独立市政府")
    group = UnitGroup(scope_id=lone.id, name="各区", members=[UnitGroupMember(unit_id=city.finance.id)])
    group.names = [UnitName(scope_id=lone.id, name="各区政府", key=name_key("各区政府"))]
    robot = Robot(unit_id=lone.id, kind=RobotKind.WECOM, name="群", webhook="https://robot", created_at=NOW)
    mapping = ColumnMapping(scope_id=lone.id, digest="c" * 64, header=["任务"], uses=["title"], set_at=NOW)
    feed = Feed(
        name="独立", scope=FeedScope.UNIT, unit_id=lone.id, token_hash="3" * 64, owner_id=city.leader.id, created_at=NOW
    )
    session.add_all([group, robot, mapping, feed])
    a_person(session, "leaving", (Office.LIAISON, city.finance))


def by_statement(session: Session, table: Table, key: Key) -> None:
    kind = BY_NAME[table.name]
    columns = [getattr(kind, column.name) for column in table.primary_key]
    session.execute(delete(kind).where(*(column == value for column, value in zip(columns, key, strict=True))))


def by_table(session: Session, table: Table, key: Key) -> None:
    columns = table.primary_key.columns
    session.execute(delete(table).where(*(column == value for column, value in zip(columns, key, strict=True))))


def by_object(session: Session, table: Table, key: Key) -> None:
    session.delete(session.get_one(BY_NAME[table.name], key))
    session.flush()


def keys_of(session: Session, table: Table) -> set[Key]:
    return {tuple(row) for row in session.execute(select(*table.primary_key.columns))}


def everything(session: Session) -> dict[str, set[Key]]:
    return {table.name: keys_of(session, table) for table in watched_tables()}


WAYS: list[Callable[[Session, Table, Key], None]] = [by_statement, by_table, by_object]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_row_that_goes_is_told_once(session: Session, world: City, way: Any) -> None:
    """Every row of the world is deleted, each alone and then put back; what is gone is held against what is told."""
    refused, taken_along = set(), set()
    for table in filter(leads_to_watched, reversed(metadata.sorted_tables)):
        for key in keys_of(session, table):
            before, numbers = everything(session), numbers_of(session)
            trial = session.begin_nested()
            try:
                way(session, table, key)
            except IntegrityError:
                trial.rollback()
                refused.add(table.name)
                continue
            after, told = everything(session), told_gone(session)
            trial.rollback()
            session.expunge_all()
            gone = {(name, each) for name, keys in before.items() for each in keys - after[name]}
            assert told == sorted((name, numbers[name, each]) for name, each in gone), (table.name, key)
            taken_along |= {name for name, _ in gone} - {table.name}
    cascades = {child.name for table in metadata.sorted_tables for child, *_ in cascades_from(table)}
    assert taken_along == cascades & {table.name for table in watched_tables()}, "a cascade that was not tried"
    assert refused == {"unit", "plan"}


def told_gone(session: Session) -> list[tuple[str, str]]:
    """(table, number) of each deletion that the coming commit would tell."""
    found = [change for change in session.info.get("audit", []) if change.act == DELETED]
    return sorted((change.detail["table"], change.subject_id) for change in found)


def numbers_of(session: Session) -> dict[tuple[str, Key], str]:
    """By table and primary key: the number under which the log tells of a row."""
    return {
        (table.name, tuple(key)): str(number)
        for table, watched in watched_tables().items()
        for *key, number in session.execute(select(*table.primary_key, table.c[watched.key]))
    }


def taken_in(session: Session, city: City, drafts: int) -> int:
    """A plan of so many drafts, each with two units and a milestone; its number."""
    read = [a_draft(f"整修第{n}条道路", "市教育局", "市财政局", milestones=(TARGET,)) for n in range(drafts)]
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(*read), city.root.id)
    return session.get_one(Source, done.source_id).plans[0].id


def deletions(session: Session) -> dict[str, list[dict[str, Any]]]:
    """What the log keeps of the rows that are gone, by table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for detail in session.scalars(select(AuditEntry.detail).where(AuditEntry.act == DELETED).order_by(AuditEntry.id)):
        told = json.loads(detail)
        found.setdefault(told["table"], []).append(told["was"])
    return found


def counted(engine: Engine, deed: Callable[[], object]) -> int:
    """How many statements a deed sends to the database."""
    sent: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        deed()
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return len(sent)


def test_an_import_that_is_deleted_is_told_with_all_that_was_in_it(session: Session, city: City) -> None:
    supervisor = the_actor(city.supervisor)
    acts_as(session, lambda: Who(supervisor.person_id, supervisor.name, NOW))
    plan_id = taken_in(session, city, 3)
    indicator = Indicator(plan_id=plan_id, position=0, name="绿化率", target="42%", target_year=2025, start=0, end=2)
    session.add(indicator)
    session.commit()
    source_id = session.get_one(Plan, plan_id).source_id
    assert source_id
    delete_source(session, supervisor, source_id, 3)
    gone = deletions(session)
    assert {table: len(rows) for table, rows in gone.items()} == {"source": 1, "plan": 1, "indicator": 1, "draft": 3}
    assert gone["plan"][0]["title"] == "示例市整治方案"
    assert gone["indicator"][0].items() >= {"name": "绿化率", "target": "42%", "target_year": 2025}.items()
    assert [draft["due_on"] for draft in gone["draft"]] == ["2023-09-30"] * 3
    assert {unit["name"] for unit in gone["draft"][0]["units"]} == {"市教育局", "市财政局"}
    who = session.scalars(select(AuditEntry.actor_name).where(AuditEntry.act == DELETED).distinct()).all()
    assert who == ["杜督查"]
    assert isinstance(verify(session), Head)


def test_an_adoption_that_is_undone_is_told_with_its_parts_and_milestones(session: Session, city: City) -> None:
    supervisor = the_actor(city.supervisor)
    plan_id = taken_in(session, city, 2)
    assert adopt_sure(session, supervisor, NOW, TODAY, plan_id) == 2
    tasks = session.scalars(select(Task).order_by(Task.id)).all()
    parts = [part for task in tasks for part in task.assignments]
    said = [(part.task_id, part.unit_id, "dispatched", "2023-09-30") for part in parts]
    assert len(parts) == 4
    (batch,) = batches(session, supervisor, plan_id)
    undo_batch(session, supervisor, NOW, plan_id, WantedBatch(batch.at, batch.by_id, 2))
    gone = deletions(session)
    assert [task["due_on"] for task in gone["task"]] == ["2023-09-30"] * 2
    assert [(row["task_id"], row["unit_id"], row["state"], row["due_on"]) for row in gone["assignment"]] == said
    assert [row["text"] for row in gone["milestone"]] == [TARGET.text] * 2
    assert isinstance(verify(session), Head)


def test_more_rows_need_no_more_statements(engine: Engine, session: Session, city: City) -> None:
    counts = []
    for drafts in (2, 12):
        plan_id = taken_in(session, city, drafts)
        assert adopt_sure(session, the_actor(city.supervisor), NOW, TODAY, plan_id) == drafts
        ids = session.scalars(select(Task.id)).all()
        session.commit()
        session.expunge_all()

        def undo(task_ids: Any = ids) -> None:
            delete_tasks(session, task_ids)
            session.commit()

        counts.append(counted(engine, undo))
    assert counts[0] == counts[1]


def test_what_is_taken_out_of_a_list_is_told_and_what_is_put_into_another_is_not(session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    one, other = a_task(session, plan, milestones=(("甲", TODAY), ("乙", TODAY))), a_task(session, plan)
    session.commit()
    first, second = one.milestones
    one.milestones.remove(first)
    one.milestones.remove(second)
    other.milestones.append(second)
    session.commit()
    assert [row["text"] for row in deletions(session)["milestone"]] == ["甲"]


def test_a_secret_that_goes_is_masked(session: Session, world: City) -> None:
    session.execute(delete(Robot))
    session.commit()
    (robot,) = deletions(session)["robot"]
    assert (robot["name"], robot["webhook"]) == ("群", MASKED)


def test_what_is_deleted_without_condition_is_told_too(session: Session, world: City) -> None:
    session.execute(delete(Indicator))
    session.commit()
    gone = deletions(session)
    assert [row["name"] for row in gone["indicator"]] == ["绿化率"]
    assert [row["value"] for row in gone["indicator_reading"]] == [3]


def test_a_condition_with_parameters_is_asked_with_them(session: Session, world: City) -> None:
    session.execute(delete(Draft).where(Draft.title == bindparam("title")), {"title": "待核"})
    session.commit()
    assert [row["title"] for row in deletions(session)["draft"]] == ["待核"]
    with pytest.raises(TypeError, match="one condition"):
        session.execute(delete(metadata.tables["draft"]).where(Draft.title == bindparam("title")), [{"title": "a"}])


def test_the_page_names_what_is_gone_by_what_it_was_called(session: Session, city: City) -> None:
    """The number may belong to another row by now: SQLite gives it anew."""
    task = a_task(session, a_plan(session, city.root), city.education, title="整修旧路")
    session.commit()
    delete_tasks(session, [task.id])
    session.commit()
    session.expunge_all()
    root, finance = session.get_one(Unit, city.root.id), session.get_one(Unit, city.finance.id)
    a_task(session, a_plan(session, root), finance, title="另一件事", id=task.id)
    session.commit()
    page = audit_page(session, the_actor(city.supervisor), AuditFilter(words="整修旧路"))
    newest = page.lines[0]
    assert (newest.subject, newest.name, newest.act) == ("任务", "整修旧路", "删除")
    page = audit_page(session, the_actor(city.supervisor), AuditFilter(subject="assignment"))
    assert [line.name for line in page.lines if line.act == "删除"] == ["市教育局"]
