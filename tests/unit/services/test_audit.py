"""The audit log on a real database: what is told, in one chain, and what the database itself refuses."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden, Office
from tracker.domain.audit import Broken, Head
from tracker.domain.lifecycle import Event, Outcome
from tracker.services.audit import audit_page, may_read, verify
from tracker.services.people import change_password
from tracker.services.work import act
from tracker.store.audit import AuditEntry
from tracker.store.audit_queries import AuditFilter
from tracker.store.audit_trail import MASKED, Who, acts_as, note
from tracker.store.engine import write_session
from tracker.store.office import OfficeSetting
from tracker.store.people import Person
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Assignment
from tracker.store.units import Unit


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def url(request: pytest.FixtureRequest) -> str:
    """Both kinds of database."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    task = a_task(session, a_plan(session, city.root), city.education)
    session.commit()
    return task.assignments[0]


def told(session: Session) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(person, subject, act, detail) of every entry."""
    found = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(each.actor_name, each.subject, each.act, json.loads(each.detail)) for each in found]


def newest(session: Session) -> tuple[str, str, str, dict[str, Any]]:
    return told(session)[-1]


def test_a_deed_is_told_once_with_what_it_changed(session: Session, city: City, part: Assignment) -> None:
    before = len(told(session))
    act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    assert told(session)[before:] == [
        (
            "李联络",
            "assignment",
            "sign_for",
            {
                "changed": {"state": ["dispatched", "in_progress"]},
                "from_state": "dispatched",
                "to_state": "in_progress",
            },
        )
    ]


def test_acceptance_tells_of_the_task_too(session: Session, city: City, part: Assignment) -> None:
    liaison, supervisor = the_actor(city.liaison), the_actor(city.supervisor)
    act(session, liaison, NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    act(session, liaison, NOW, TODAY, part.id, Event.SUBMIT, part.version, "全部完成", 100)
    before = len(told(session))
    act(session, supervisor, NOW, TODAY, part.id, Event.ACCEPT, part.version, None, None, Outcome.SOLVED)
    entries = {subject: detail for _, subject, _, detail in told(session)[before:]}
    assert entries["assignment"]["changed"]["outcome"] == [None, "A"]
    assert entries["task"]["changed"] == {"state": ["open", "completed"], "completed_on": [None, "2023-06-15"]}


def test_a_person_a_pack_and_a_setting_are_told_by_whoever_is_named(session: Session, city: City) -> None:
    acts_as(session, lambda: Who(city.administrator.id, "管管理", NOW))
    city.liaison.phone = "0316-1234567"
    session.add(OfficeSetting(name="first_listed_leads", value=False))
    pack = RulePack(kind=PackKind.LIGHTS, version=1, rules={"due_soon_days": 5}, in_force_on=TODAY, made_at=NOW)
    pack.made_by_name = "管管理"
    session.add(pack)
    before = len(told(session))
    session.commit()
    entries = told(session)[before:]
    assert {name for name, *_ in entries} == {"管管理"}
    assert {subject: detail.get("changed") or detail["now"] for _, subject, _, detail in entries} == {
        "person": {"phone": [None, "0316-1234567"]},
        "setting": {"value": False},
        "rule_pack": {
            "kind": "lights",
            "version": 1,
            "rules": {"due_soon_days": 5},
            "words": "",
            "in_force_on": "2023-06-15",
        },
    }


def test_no_password_comes_into_the_log(session: Session, city: City) -> None:
    change_password(session, city.liaison.id, "four plain words here", "another five plain words here")
    _, subject, _, detail = newest(session)
    assert (subject, detail["changed"]["password_hash"]) == ("person", [MASKED, MASKED])
    session.refresh(city.liaison)
    everything = " ".join(session.scalars(select(AuditEntry.detail)))
    assert city.liaison.password_hash not in everything


def test_what_is_rolled_back_is_not_told(session: Session, city: City) -> None:
    before = len(told(session))
    session.rollback()
    city.liaison.phone = "1"
    session.flush()
    session.rollback()
    city.finance.full_name = "示例市财政局"
    try:
        with session.begin_nested():
            city.liaison.phone = "2"
            session.flush()
            raise LookupError
    except LookupError:
        pass
    with session.begin_nested():
        city.liaison.phone = "3"
    session.commit()
    changes = [detail["changed"] for *_, detail in told(session)[before:]]
    assert changes == [{"full_name": ["市财政局", "示例市财政局"]}, {"phone": [None, "3"]}]


def test_a_session_closed_without_commit_leaves_nothing_for_the_next(engine: Engine, city: City) -> None:
    session = write_session(engine)
    session.get_one(Person, city.liaison.id).phone = "1"
    session.flush()
    session.close()
    session.get_one(Unit, city.finance.id).full_name = "示例市财政局"
    session.commit()
    assert newest(session)[1] == "unit"
    assert "phone" not in " ".join(session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "change")))
    session.close()


def test_a_bulk_statement_can_say_what_it_did(session: Session, city: City) -> None:
    note(session, "task", 12, "delete", {"was": {"title": "整修道路", "due_on": date(2023, 6, 30)}})
    session.commit()
    assert newest(session) == ("系统", "task", "delete", {"was": {"title": "整修道路", "due_on": "2023-06-30"}})


@pytest.mark.parametrize(
    "forbidden",
    [
        update(AuditEntry).where(AuditEntry.id == 1).values(actor_name="别人"),
        delete(AuditEntry).where(AuditEntry.id == 1),
    ],
)
def test_the_database_refuses_to_change_the_log(session: Session, city: City, forbidden: Any) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        session.connection().execute(forbidden)
    session.rollback()
    assert isinstance(verify(session), Head)


@pytest.mark.needs("postgresql")
def test_another_account_with_every_right_on_the_tables_cannot_change_the_log(postgres_url: str) -> None:
    """Not even one that was granted everything: the trigger asks nobody for rights."""
    from tracker.store.engine import make_engine  # noqa: PLC0415

    engine = make_engine(postgres_url)
    account = f"account_{engine.url.database}"  # accounts are the server's, and the server may be others' too
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {account}"))
        connection.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {account}"))
    values = "1, now(), NULL, '系统', 'task', '1', 'create', '{}', repeat('0', 64), repeat('a', 64)"
    with engine.connect() as connection:
        connection.execute(text(f"SET LOCAL ROLE {account}"))
        connection.execute(text(f"INSERT INTO audit_entry VALUES ({values})"))
        connection.commit()
    for deed in ("UPDATE audit_entry SET actor_name = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(f"SET LOCAL ROLE {account}"))
            connection.execute(text(deed))
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {account}"))
        connection.execute(text(f"DROP ROLE {account}"))
    engine.dispose()


def test_a_rewritten_row_is_found(session: Session, city: City) -> None:
    assert isinstance(verify(session), Head)
    _without_guard(session, "UPDATE audit_entry SET actor_name = '别人' WHERE id = 3")
    found = verify(session)
    assert isinstance(found, Broken)
    assert (found.number, found.why) == (3, "内容与校验值不符，被改动过")


def _without_guard(session: Session, statement: str) -> None:
    """As somebody could who owns the database."""
    if session.connection().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
    else:
        session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
    session.execute(text(statement))
    session.commit()


def test_many_writers_at_once_make_one_chain(engine: Engine, city: City) -> None:
    """Eight sessions commit ten changes each."""

    def write(worker: int) -> None:
        for turn in range(10):
            with write_session(engine) as session:
                a_person(
                    session, f"someone-{worker}-{turn}", (Office.LIAISON, session.get_one(Unit, city.education.id))
                )
                session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with write_session(engine) as session:
        found = verify(session)
        assert isinstance(found, Head)
        logins = session.scalars(select(AuditEntry).where(AuditEntry.detail.contains("someone-"))).all()
        assert len(logins) == 80


def test_only_who_reaches_everything_reads_the_log(session: Session, city: City) -> None:
    allowed = {city.supervisor.id, city.administrator.id}
    for person in (city.liaison, city.leader, city.supervisor, city.county_supervisor, city.administrator, city.nobody):
        assert may_read(session, the_actor(person)) is (person.id in allowed), person.name
    with pytest.raises(Forbidden):
        audit_page(session, the_actor(city.county_supervisor), AuditFilter())


def test_the_page_says_it_in_words_and_leads_on(session: Session, city: City, part: Assignment) -> None:
    liaison = the_actor(city.liaison)
    act(session, liaison, NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    for number in range(60):
        act(session, liaison, NOW, TODAY, part.id, Event.REPORT, part.version, f"进展{number}", number)
    supervisor = the_actor(city.supervisor)
    page = audit_page(session, supervisor, AuditFilter(subject="assignment", subject_id=str(part.id)))
    first = page.lines[0]
    assert (first.subject, first.act, first.entry.actor_name) == ("分工", "报进展", "李联络")
    assert ("说明", "进展59") in first.facts
    assert page.next_before
    older = audit_page(session, supervisor, AuditFilter(subject="assignment"), page.next_before)
    assert ("状态", "待签收 → 办理中") in older.lines[-2].facts
    assert len(page.lines) + len(older.lines) == 62
    found = audit_page(session, supervisor, AuditFilter(words="进展7 李联络"))
    assert [dict(line.facts)["说明"] for line in found.lines] == ["进展7"]
