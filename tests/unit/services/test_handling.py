"""The 责任分解表: rows filed by the unit's liaison, each by its version, with its row of history."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden, Office
from tracker.domain.lifecycle import Event, State
from tracker.services.errors import Invalid, NotFound
from tracker.services.handling import (
    Filed,
    FiledRow,
    HandlingRow,
    Names,
    checked,
    file_rows,
    handling_sheet,
    table_of,
)
from tracker.services.lit import When
from tracker.services.task_pages import part_page
from tracker.services.work import Changed, act
from tracker.store.handling import Handling
from tracker.store.tasks import Assignment, HistoryEntry

ZONE = ZoneInfo("Asia/Shanghai")
WHEN = When(TODAY, ZONE)
LI = Names("李局长", "办公室", "小李", "0316-1234567")


@pytest.fixture
def parts(session: Session, city: City) -> list[Assignment]:
    """Two open parts of the education bureau, and a closed one."""
    plan = a_plan(session, city.root)
    states = (State.IN_PROGRESS, State.DISPATCHED, State.COMPLETED)
    tasks = [a_task(session, plan, city.education, state=state, title=f"任务{n}") for n, state in enumerate(states)]
    session.commit()
    return [task.assignments[0] for task in tasks]


def rows(session: Session, city: City) -> dict[int, HandlingRow]:
    table = table_of(session, the_actor(city.liaison), WHEN, city.education.id)
    return {row.part.assignment.id: row for row in table.rows}


def filed(session: Session, city: City, *given: FiledRow, by: Any = None) -> Filed:
    return file_rows(session, the_actor(by or city.liaison), NOW, city.education.id, given)


def names_of(session: Session, part: Assignment) -> Names | None:
    row = session.get(Handling, part.id, populate_existing=True)
    return Names(row.leader, row.section, row.handler, row.phone) if row else None


def told(session: Session, part: Assignment) -> list[str | None]:
    query = select(HistoryEntry.words).where(HistoryEntry.assignment_id == part.id)
    return list(session.scalars(query.where(HistoryEntry.event == "name_handler").order_by(HistoryEntry.id)))


def test_several_rows_at_once(session: Session, city: City, parts: list[Assignment]) -> None:
    before = {part.id: part.version for part in parts}
    shown = rows(session, city)
    assert set(shown) == {part.id for part in parts[:2]}
    mark = {key: row.mark for key, row in shown.items()}
    one = FiledRow(parts[0].id, mark[parts[0].id], LI)
    two = FiledRow(parts[1].id, mark[parts[1].id], Names(handler=" 小 王 "))
    assert filed(session, city, one, two) == Filed(2, {}, {})
    assert names_of(session, parts[0]) == LI
    assert names_of(session, parts[1]) == Names(handler="小 王")
    assert told(session, parts[0]) == ["分管领导：李局长；承办科室：办公室；承办人：小李；电话：0316-1234567"]
    session.refresh(parts[0])
    assert parts[0].version == before[parts[0].id] + 1
    # The same form a second time: nothing is left to do.
    assert filed(session, city, one, two) == Filed(0, {}, {})
    assert len(told(session, parts[0])) == 1


def test_a_row_that_changed_meanwhile_is_told_and_the_others_are_saved(
    session: Session, city: City, parts: list[Assignment]
) -> None:
    stale = {key: row.mark for key, row in rows(session, city).items()}
    other = a_person(session, "second", (Office.LIAISON, city.education), name="王联络")
    filed(session, city, FiledRow(parts[0].id, stale[parts[0].id], LI), by=other)
    mine = Names(handler="小赵")
    done = filed(
        session,
        city,
        FiledRow(parts[0].id, stale[parts[0].id], mine),
        FiledRow(parts[1].id, stale[parts[1].id], mine),
    )
    assert (done.saved, set(done.clashes), done.faults) == (1, {parts[0].id}, {})
    assert "王联络已改为“分管领导：李局长" in done.clashes[parts[0].id]
    assert names_of(session, parts[0]) == LI
    # Told what stands, the next press means it.
    fresh = rows(session, city)[parts[0].id].mark
    assert filed(session, city, FiledRow(parts[0].id, fresh, mine)).saved == 1
    assert names_of(session, parts[0]) == mine


def test_a_row_that_was_not_touched_does_not_clash(session: Session, city: City, parts: list[Assignment]) -> None:
    stale = rows(session, city)[parts[0].id].mark
    filed(session, city, FiledRow(parts[0].id, stale, LI))
    assert filed(session, city, FiledRow(parts[0].id, stale, Names())) == Filed(0, {}, {})
    assert names_of(session, parts[0]) == LI


def test_what_cannot_be_saved_is_told_by_row(session: Session, city: City, parts: list[Assignment]) -> None:
    foreign = a_task(session, a_plan(session, city.root), city.finance).assignments[0]
    session.commit()
    given = [FiledRow(part.id, "0-x", Names(phone="请打办公室")) for part in parts[:1]]
    given += [FiledRow(parts[2].id, "0-x", LI), FiledRow(foreign.id, "0-x", LI)]
    done = filed(session, city, *given)
    assert (done.saved, done.clashes) == (0, {})
    assert "电话只能有数字" in done.faults[parts[0].id][0].said
    assert "现为“已办结（销号）”" in done.faults[parts[2].id][0].said
    assert "已不属于本单位" in done.faults[foreign.id][0].said
    assert names_of(session, foreign) is None


def test_only_the_units_liaison_files_and_only_who_reaches_it_reads(session: Session, city: City) -> None:
    for person in (city.supervisor, city.neighbour, city.leader):
        with pytest.raises(Forbidden):
            filed(session, city, by=person)
    with pytest.raises(Forbidden):
        table_of(session, the_actor(city.neighbour), WHEN, city.education.id)
    with pytest.raises(NotFound):
        table_of(session, the_actor(city.supervisor), WHEN, 9999)
    assert not table_of(session, the_actor(city.supervisor), WHEN, city.education.id).may_file


def test_the_last_used_values_come_first(session: Session, city: City, parts: list[Assignment]) -> None:
    actor = the_actor(city.liaison)
    mark = {key: row.mark for key, row in rows(session, city).items()}
    file_rows(session, actor, NOW, city.education.id, [FiledRow(parts[0].id, mark[parts[0].id], Names("甲", "一科"))])
    later = NOW + timedelta(hours=1)
    file_rows(session, actor, later, city.education.id, [FiledRow(parts[1].id, mark[parts[1].id], Names("乙", "一科"))])
    found = table_of(session, actor, WHEN, city.education.id).suggestions
    assert found == {"leader": ["乙", "甲"], "section": ["一科"], "handler": [], "phone": []}


def test_the_sheet_has_the_columns_of_the_office(session: Session, city: City, parts: list[Assignment]) -> None:
    filed(session, city, FiledRow(parts[0].id, rows(session, city)[parts[0].id].mark, LI))
    unit, body = handling_sheet(session, the_actor(city.supervisor), WHEN, city.education.id)
    sheet = openpyxl.load_workbook(BytesIO(body)).worksheets[0]
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert unit == "市教育局"
    assert table[0][7:] == ["分管领导", "承办科室", "承办人", "电话"]
    assert table[1][1] == "任务0"
    assert table[1][7:] == ["李局长", "办公室", "小李", "0316-1234567"]
    assert table[2][7:] == [None] * 4
    assert len(table) == 3
    assert "未销号事项2项，已明确承办人员1项" in str(sheet["A2"].value)


def test_a_stale_page_of_the_part_tells_who_filed(session: Session, city: City, parts: list[Assignment]) -> None:
    seen = parts[0].version
    filed(session, city, FiledRow(parts[0].id, rows(session, city)[parts[0].id].mark, LI))
    with pytest.raises(Changed, match="李联络已“填报责任分解”"):
        act(session, the_actor(city.supervisor), NOW, TODAY, parts[0].id, Event.SUSPEND, seen, words="暂缓。")


def test_work_that_was_sent_back_is_still_told_after_filing(session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, state=State.SUBMITTED).assignments[0]
    session.commit()
    act(session, the_actor(city.supervisor), NOW, TODAY, part.id, Event.RETURN, part.version, words="请附名单。")
    filed(session, city, FiledRow(part.id, rows(session, city)[part.id].mark, LI))
    sent_back = part_page(session, the_actor(city.liaison), WHEN, part.id).sent_back
    assert sent_back is not None
    assert sent_back.words == "请附名单。"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (Names(leader="李" * 65), "分管领导不能超过64字"),
        (Names(phone="123"), "电话只能有"),
        (Names(phone="a12345"), "电话"),
    ],
)
def test_what_is_refused(names: Names, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        checked(names)


@pytest.mark.parametrize("phone", ["", "13800001111", "0316-1234567转8", "（0316）1234567、13800001111"])
def test_telephone_numbers_as_offices_write_them(phone: str) -> None:
    assert checked(Names(phone=phone)).phone == phone
