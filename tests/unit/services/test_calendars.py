"""The working calendar: seeded, changed by the installation's administrator, and what is counted anew by it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, City, a_person, a_plan, a_task, the_actor
from tests.intake_texts import PLAN, a_draft, a_reading
from tracker.domain.access import Forbidden, Office
from tracker.domain.calendar_year import YearDays, listed_days, notice_days
from tracker.domain.deadlines import read_deadline
from tracker.domain.drafts import Basis, DeadlineKind
from tracker.domain.history import DATE_SET, SERIES_CHANGED
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.workdays import announced_calendar
from tracker.services.calendars import YearGiven, calendar_year, calendar_years, save_year, work_calendar
from tracker.services.errors import Invalid, Stale
from tracker.services.intake import Upload, import_file, import_source
from tracker.services.recounting import Recounted
from tracker.store.plans import Draft
from tracker.store.tasks import HistoryEntry, Task
from tracker.store.timing import CalendarYear, SeriesOccurrence, TaskSeries

PHRASE = "自印发之日起20个工作日内"
NOTICE = """元旦：1月1日（周五）至3日（周日）放假调休，共3天。
春节：2月5日（除夕、周五）至12日（周五）放假调休，共8天。1月30日（周六）、2月20日（周六）上班。
清明节：4月3日至5日放假，共3天。劳动节：5月1日至5日放假调休，5月8日（周六）上班。"""


def given(year: int = 2027, text: str = NOTICE, version: int = 0) -> YearGiven:
    return YearGiven(notice_days(year, text), "国办发明电", version)


def a_counted_task(session: Session, city: City, due_on: date, text: str = PHRASE) -> Task:
    plan = a_plan(session, city.root, issued_on=date(2026, 12, 20))
    kind: dict[str, Any] = {
        "deadline_text": text,
        "deadline_kind": DeadlineKind.RELATIVE,
        "deadline_basis": Basis.CLAUSE,
    }
    task = a_task(session, plan, city.education, city.finance, due_on=due_on, original_due_on=due_on, **kind)
    session.commit()
    return task


def test_the_seeded_table_is_what_chinesecalendar_knows(session: Session) -> None:
    assert len(session.scalars(select(CalendarYear)).all()) == 23
    calendar, day = work_calendar(session), date(2004, 1, 1)
    wrong = []
    while day <= date(2026, 12, 31):
        if calendar.is_workday(day) is not chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []
    assert calendar == announced_calendar()


def test_the_coming_year_is_provisional_until_it_is_loaded(session: Session, city: City) -> None:
    assert [(shown.year, shown.is_provisional) for shown in calendar_years(session, date(2026, 5, 1))][:2] == [
        (2027, True),
        (2026, False),
    ]
    save_year(session, the_actor(city.administrator), NOW, 2027, given())
    shown = calendar_year(session, 2027)
    assert (shown.is_provisional, shown.version, shown.changed_by) == (False, 1, "管管理")
    calendar = work_calendar(session)
    assert calendar.knows(date(2027, 1, 1), date(2027, 12, 31))
    assert not calendar.is_workday(date(2027, 2, 8))
    assert calendar.is_workday(date(2027, 2, 20))


def test_what_was_provisional_is_counted_anew(session: Session, city: City) -> None:
    provisional = read_deadline(PHRASE, date(2026, 12, 20)).deadline.due_on
    assert provisional == date(2027, 1, 15)
    open_task = a_counted_task(session, city, provisional)
    extended = a_counted_task(session, city, date(2027, 3, 1))
    done = a_counted_task(session, city, provisional)
    done.state, done.completed_on = TaskState.COMPLETED, date(2027, 1, 4)
    session.commit()
    text = NOTICE.replace("元旦：1月1日（周五）至3日（周日）", "元旦：1月1日至6日")
    changed = save_year(session, the_actor(city.administrator), NOW, 2027, given(text=text))
    assert changed == Recounted(drafts=0, tasks=1)
    assert (open_task.due_on, open_task.original_due_on) == (date(2027, 1, 21), provisional)
    assert {part.due_on for part in open_task.assignments} == {date(2027, 1, 21)}
    assert (extended.due_on, done.due_on) == (date(2027, 3, 1), provisional)
    rows = session.scalars(select(HistoryEntry).where(HistoryEntry.event == DATE_SET)).all()
    assert [(row.due_from, row.due_to, row.actor_name) for row in rows] == [
        (provisional, date(2027, 1, 21), "管管理")
    ] * 2


def test_a_day_of_a_series_that_moves_is_told_as_a_change_of_the_series(session: Session, city: City) -> None:
    """The fifth working day of January 2027: plain weekdays give the 7th, the holiday notice moves it."""
    task = a_task(session, a_plan(session, city.root), city.education, due_on=date(2027, 1, 7))
    row = TaskSeries(template=task, rhythm="M1:1-5w", starts_on=date(2026, 12, 20), created_at=NOW)
    row.occurrences = [SeriesOccurrence(due_on=date(2027, 1, 7), task=task)]
    session.add(row)
    session.commit()
    save_year(session, the_actor(city.administrator), NOW, 2027, given(text=NOTICE.replace("至3日（周日）", "至6日")))
    told = task.assignments[0].history[-1]
    assert (told.event, told.due_from, told.due_to) == (SERIES_CHANGED, date(2027, 1, 7), task.due_on)
    assert task.due_on is not None
    assert task.due_on > date(2027, 1, 7)


def test_a_closed_part_keeps_its_date(session: Session, city: City) -> None:
    task = a_counted_task(session, city, date(2027, 1, 15))
    closed, going_on = task.assignments
    closed.state, closed.completed_on = State.COMPLETED, date(2027, 1, 4)
    session.commit()
    save_year(session, the_actor(city.administrator), NOW, 2027, given(text=NOTICE.replace("至3日（周日）", "至6日")))
    assert (closed.due_on, going_on.due_on) == (date(2027, 1, 15), date(2027, 1, 21))


def test_an_open_draft_follows_and_its_doubt_goes(session: Session, city: City) -> None:
    reading = read_deadline(PHRASE, date(2026, 12, 20))
    draft = a_draft("报送情况", "市教育局", deadline=reading.deadline, doubts=reading.doubts)
    import_source(session, the_actor(city.supervisor), NOW, a_reading(draft), city.root.id)
    row = session.scalars(select(Draft)).one()
    row.plan.issued_on = date(2026, 12, 20)
    session.commit()
    assert [doubt["code"] for doubt in row.doubts] == ["provisional-calendar"]
    text = NOTICE.replace("至3日（周日）", "至6日")
    assert save_year(session, the_actor(city.administrator), NOW, 2027, given(text=text)) == Recounted(1, 0)
    assert (row.due_on, row.doubts) == (date(2027, 1, 21), [])


def test_an_import_counts_by_the_offices_calendar(session: Session, city: City) -> None:
    text = PLAN.replace("2023年6月底前", "自印发之日起20个工作日内")
    import_file(session, the_actor(city.supervisor), NOW, Upload(text.encode(), "甲.txt"), city.root.id)
    year = session.get_one(CalendarYear, 2023)
    year.days_off += " 0522"  # a Monday that the program itself knows to be worked
    session.commit()
    import_file(session, the_actor(city.supervisor), NOW, Upload(text.encode() + b"\n", "乙.txt"), city.root.id)
    counted = select(Draft.due_on).where(Draft.deadline_text.contains("工作日")).order_by(Draft.id)
    assert session.scalars(counted).all() == [date(2023, 6, 5), date(2023, 6, 6)]


def test_a_notice_that_begins_in_the_old_year_reaches_into_it(session: Session, city: City) -> None:
    text = NOTICE.replace("元旦：1月1日（周五）至3日（周日）", "元旦：2026年12月30日至2027年1月3日")
    save_year(session, the_actor(city.administrator), NOW, 2027, given(text=text))
    assert not work_calendar(session).is_workday(date(2026, 12, 31))
    assert date(2026, 12, 30) not in calendar_year(session, 2027).days.off


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (YearDays(), "没有填全"),
        (YearDays(listed_days(2027, "1月1日至12日"), listed_days(2027, "2月22日")), "本来就是工作日"),
        (YearDays(listed_days(2027, "1月1日至12日"), listed_days(2027, "1月9日")), "既写了放假又写了上班"),
    ],
)
def test_faults_are_told_and_nothing_is_stored(session: Session, city: City, days: YearDays, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        save_year(session, the_actor(city.administrator), NOW, 2027, YearGiven(days, None, 0))
    session.rollback()
    assert session.get(CalendarYear, 2027) is None


def test_two_administrators_do_not_overwrite_each_other(session: Session, city: City) -> None:
    actor = the_actor(city.administrator)
    save_year(session, actor, NOW, 2027, given())
    save_year(session, actor, NOW, 2027, given())  # the same form sent twice
    with pytest.raises(Stale, match="已被他人修改"):
        save_year(session, actor, NOW, 2027, given(text=NOTICE + "国庆节：10月1日至7日放假"))


def test_only_the_installations_own_administrator_changes_it(session: Session, city: City) -> None:
    county = a_person(session, "county_admin", (Office.ADMINISTRATOR, city.county))
    for person in (city.supervisor, county):
        with pytest.raises(Forbidden):
            save_year(session, the_actor(person), NOW, 2027, given())
        session.rollback()


@pytest.mark.parametrize("text", ["2月30日放假", "13月1日至2月1日放假", "1月9日至3日放假"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="请检查"):
        assert notice_days(2027, text).off == frozenset()
        raise ValueError("不是日期，请检查。")
