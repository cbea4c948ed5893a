"""Titles, names, roles, handlers and dates of a past day are those of that day, on the page and in the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task, the_actor
from tests.revision_texts import LISTS, MONEY, PATROL, a_version
from tests.web.browsing import Visitor
from tests.web.queries import counted
from tracker.clock import Clock
from tracker.domain.lifecycle import Event, State
from tracker.domain.roles import Role
from tracker.domain.units import UnitKind
from tracker.reading import read_bytes
from tracker.services.extensions import Decision, ask, decide
from tracker.services.handling import FiledRow, Names, file_rows, mark_of
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt_sure
from tracker.services.intake_facts import correct_facts, facts_of
from tracker.services.ledger import LedgerFilter, ledger
from tracker.services.ledger_sheet import COLUMNS
from tracker.services.lit import When
from tracker.services.revision_items import Wanted, items_of
from tracker.services.revision_sides import versions_of
from tracker.services.revisions import accept
from tracker.services.units import UnitFacts, edit_unit
from tracker.services.work import act
from tracker.store.audit_trail import Who, acts_as
from tracker.store.handling import Handling
from tracker.store.plans import Plan, Source
from tracker.store.tasks import Assignment, Task
from tracker.web.context import EXTENSION

ZONE = ZoneInfo("Asia/Shanghai")
BEGUN, BEFORE, CHANGED, AFTER, TODAY = (date(2023, 6, day) for day in (1, 5, 6, 7, 10))
COLUMN = {column.heading: place for place, column in enumerate(COLUMNS)}
PATROL_LED = PATROL.replace("责任单位：市教育局、市财政局", "牵头单位：市教育局；配合单位：市财政局")
MONEY_RENAMED = MONEY.replace("保障经费。", "保障专项经费。")
OLD = a_version(LISTS, PATROL, MONEY)
NEW = a_version(LISTS, PATROL_LED, MONEY_RENAMED, issued="2023年6月1日")


def instant(day: date) -> datetime:
    return datetime.combine(day, time(10), ZONE)


@pytest.fixture
def supervisor(app: Flask, page: Visitor, city: City) -> Visitor:
    """A supervisor who looks on 10 June."""
    parts = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(parts, clock=Clock(ZONE).fixed_at(instant(TODAY)))
    return page.sign_in("supervisor")


class Office:
    """Does things on given days, as the services do them."""

    def __init__(self, session: Session, city: City) -> None:
        self.session, self.city = session, city

    def on(self, day: date) -> datetime:
        """The instant of a day; what is done next is logged as of it."""
        acts_as(self.session, lambda: Who(None, "测试", instant(day)))
        return instant(day)

    def take_in(self, text: str, day: date) -> Plan:
        now, actor = self.on(day), the_actor(self.city.supervisor)
        done = import_source(self.session, actor, now, read_bytes(text.encode(), "方案.txt"), self.city.root.id)
        return self.session.get_one(Source, done.source_id).plans[0]

    def accept_all(self, plan: Plan, day: date) -> None:
        now = self.on(day)
        while found := items_of(versions_of(self.session, plan)):
            item = found[0]
            wanted = Wanted(item.task.id, item.draft.id if item.draft else None, item.effect.seen)
            accept(self.session, the_actor(self.city.supervisor), now, day, plan.id, wanted)
            self.session.expire_all()

    def file(self, part: Assignment, day: date, names: Names) -> None:
        now, filed = self.on(day), self.session.get(Handling, part.id)
        row = FiledRow(part.id, mark_of(filed), names)
        assert file_rows(self.session, the_actor(self.city.liaison), now, part.unit_id, [row]).saved == 1

    def act(self, part: Assignment, day: date, event: Event, **given: Any) -> None:
        now = self.on(day)
        decides = event in (Event.DISPATCH, Event.WITHDRAW)
        who = self.city.supervisor if decides else self.city.liaison
        act(self.session, the_actor(who), now, day, part.id, event, part.version, "说明", **given)


@pytest.fixture
def office(session: Session, city: City) -> Office:
    return Office(session, city)


@pytest.fixture
def part(session: Session, city: City, office: Office) -> Iterator[Assignment]:
    """One part, given out on 1 June."""
    now = office.on(BEGUN)
    task = a_task(session, a_plan(session, city.root), city.education, due_on=date(2023, 8, 30), title="公示")
    made = task.assignments[0]
    made.dispatched_at = made.changed_at = made.history[0].at = now
    session.commit()
    yield made


def sheet(page: Visitor, path: str) -> list[tuple[Any, ...]]:
    answer = page.answer(path)
    assert answer.status_code == 200
    return list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]


def ledger_on(page: Visitor, day: date) -> list[tuple[Any, ...]]:
    return sheet(page, f"/papers/ledger.xlsx?until={day}")[3:]


def listed_on(page: Visitor, day: date) -> dict[str, str]:
    """The units with their roles, by the title on the list of tasks of the day."""
    rows = page(f"/tasks?as_of={day}").main.one("tbody").all("tr")
    return {row.all("td")[0].text: row.all("td")[1].text for row in rows}


class TestANewVersionOfThePlan:
    @pytest.fixture(autouse=True)
    def _revised(self, session: Session, office: Office) -> None:
        self.city = office.city
        old = office.take_in(OLD, BEGUN)
        adopt_sure(session, the_actor(office.city.supervisor), instant(BEGUN), BEGUN, old.id)
        office.accept_all(office.take_in(NEW, AFTER), AFTER)

    def test_the_day_before_has_the_title_and_roles_of_then(self, session: Session, supervisor: Visitor) -> None:
        assert session.scalar(select(func.count(Task.id)).where(Task.title == "保障专项经费")) == 1
        now, then = listed_on(supervisor, TODAY), listed_on(supervisor, BEFORE)
        assert now["保障专项经费"].startswith("市财政局 责任")
        assert now["组织巡查"] == "市教育局 牵头 待签收 市财政局 配合 待签收"
        assert then["保障经费"].startswith("市财政局 责任")
        # The first that a clause lists leads by the office's custom.
        assert then["组织巡查"] == "市教育局 牵头 待签收 市财政局 责任 待签收"
        assert "保障专项经费" not in then

    def test_so_has_the_sheet(self, supervisor: Visitor) -> None:
        told = {
            day: {(row[COLUMN["任务"]], row[COLUMN["牵头/责任单位"]], row[COLUMN["配合单位"]]) for row in rows}
            for day in (BEFORE, AFTER)
            if (rows := ledger_on(supervisor, day))
        }
        assert {row for row in told[BEFORE] if row[0] != "建立清单"} == {
            ("组织巡查", "市教育局（牵头）", None),
            ("组织巡查", "市财政局（责任）", None),
            ("保障经费", "市财政局（责任）", None),
        }
        assert {row for row in told[AFTER] if row[0] != "建立清单"} == {
            ("组织巡查", "市教育局（牵头）", "市财政局"),
            ("组织巡查", "市教育局", "市财政局"),
            ("保障专项经费", "市财政局（责任）", None),
        }

    def test_the_words_of_then_are_looked_for(self, supervisor: Visitor) -> None:
        assert list(listed_on(supervisor, BEFORE)) != list(listed_on(supervisor, TODAY))
        assert "没有符合条件的任务" in supervisor(f"/tasks?as_of={BEFORE}&q=专项经费").text
        assert "没有符合条件的任务" in supervisor("/tasks?q=保障经费").text
        assert supervisor(f"/tasks?as_of={BEFORE}&q=保障经费").main.one("p", role="status").one("strong").text == "1"

    def test_the_day_before_the_tasks_stood_in_the_old_version(self, session: Session, supervisor: Visitor) -> None:
        old, new = session.scalars(select(Plan.id).order_by(Plan.id)).all()
        for day, plan_id in ((BEFORE, old), (AFTER, new)):
            rows = supervisor(f"/tasks?as_of={day}").main.one("tbody").all("td", class_="row-plan")
            assert {cell.one("a").get("href") for cell in rows} == {f"/plans/{plan_id}"}
            found = {
                key: len(ledger(session, the_actor(self.city.supervisor), When(day, ZONE), LedgerFilter(plan_id=key)))
                for key in (old, new)
            }
            assert found == {plan_id: 4, old + new - plan_id: 0}

    def test_what_a_task_waited_for_goes_by_the_roles_of_then(self, session: Session, supervisor: Visitor) -> None:
        """The finance bureau's part was counted while it was responsible, and is not since it supports."""
        counts = [
            supervisor(f"/figures/list?show=assigned&since={BEGUN}&until={day}").main.one("p", role="status")
            for day in (BEFORE, AFTER)
        ]
        assert [each.one("strong").text for each in counts] == ["4", "3"]
        assert session.scalars(select(Assignment.role)).all().count(Role.SUPPORT) == 1


class TestHandlers:
    def test_the_sheet_names_those_of_the_day(self, office: Office, part: Assignment, supervisor: Visitor) -> None:
        office.file(part, BEFORE, Names("林局", "基教科", "王一", "0316-1234567"))
        office.file(part, AFTER, Names("林局", "督导科", "赵二", ""))
        names = [COLUMN[name] for name in ("分管领导", "承办科室", "承办人", "电话")]
        told = {day: [ledger_on(supervisor, day)[0][place] for place in names] for day in (BEGUN, CHANGED, AFTER)}
        assert told == {
            BEGUN: [None] * 4,
            CHANGED: ["林局", "基教科", "王一", "0316-1234567"],
            AFTER: ["林局", "督导科", "赵二", None],
        }

    def test_names_that_were_taken_away_stood_before(
        self, session: Session, office: Office, part: Assignment, supervisor: Visitor
    ) -> None:
        office.file(part, BEFORE, Names(handler="王一"))
        office.on(AFTER)
        session.delete(session.get_one(Handling, part.id))
        session.commit()
        assert [ledger_on(supervisor, day)[0][COLUMN["承办人"]] for day in (CHANGED, AFTER)] == ["王一", None]


class TestTheDayToSign:
    def test_a_new_dispatch_leaves_the_limit_of_the_old_one(
        self, office: Office, part: Assignment, supervisor: Visitor
    ) -> None:
        office.act(part, date(2023, 6, 2), Event.DECLINE)
        office.act(part, date(2023, 6, 2), Event.DISPATCH, sign_by_on=date(2023, 6, 4))
        office.act(part, CHANGED, Event.DECLINE)
        office.act(part, CHANGED, Event.DISPATCH, sign_by_on=date(2023, 6, 9))
        told = {day: supervisor(f"/tasks?as_of={day}").main.one("tbody").text for day in (date(2023, 6, 4), BEFORE)}
        assert "应于" not in told[date(2023, 6, 4)]
        assert "应于2023年6月4日前签收，至今未签收。" in told[BEFORE]
        assert "应于2023年6月9日前签收，至今未签收。" in supervisor("/tasks").main.one("tbody").text
        lights = [ledger_on(supervisor, day)[0][COLUMN["亮灯"]] for day in (BEFORE, AFTER)]
        assert lights == ["黄灯", "绿灯"]


class TestNamesOfPlanAndUnit:
    """Both are altered on 7 June; the part is overdue from 3 June."""

    @pytest.fixture(autouse=True)
    def _altered(self, session: Session, city: City, office: Office, part: Assignment) -> None:
        part.due_on = part.task.due_on = part.history[0].due_to = date(2023, 6, 2)
        session.commit()
        now, plan = office.on(AFTER), part.task.plan
        given = replace(facts_of(plan), title="优化营商环境方案", number="示政办〔2023〕9号")
        correct_facts(session, the_actor(city.supervisor), now, AFTER, plan.id, given, facts_of(plan).mark)
        seen = UnitFacts("市教育局", "市教育局", UnitKind.DEPARTMENT)
        renamed = UnitFacts("市教体局", "示例市教育和体育局", UnitKind.DEPARTMENT)
        edit_unit(session, the_actor(city.administrator), city.education.id, seen, renamed)

    OLD_NAMES, NEW_NAMES = ("市教育局", "优化服务实施方案"), ("市教体局", "优化营商环境方案")

    @pytest.mark.parametrize(("day", "names"), [(BEFORE, OLD_NAMES), (AFTER, NEW_NAMES)])
    def test_the_pages_have_those_of_the_day(
        self, city: City, part: Assignment, supervisor: Visitor, day: date, names: tuple[str, str]
    ) -> None:
        asked = f"plan={part.task.plan_id}&unit={city.education.id}"
        for path in (f"/tasks?as_of={day}&{asked}", f"/overdue?as_of={day}&{asked}", f"/figures/list?until={day}"):
            shown = supervisor(path).main.one("tbody").text
            assert all(name in shown for name in names), path
            assert not any(name in shown for name in {*self.OLD_NAMES, *self.NEW_NAMES} - {*names}), path

    @pytest.mark.parametrize(("day", "names"), [(BEFORE, OLD_NAMES), (AFTER, NEW_NAMES)])
    def test_so_have_the_figures_and_the_dashboard(
        self, supervisor: Visitor, day: date, names: tuple[str, str]
    ) -> None:
        for path in (f"/dashboard?day={day}", f"/figures?since={BEGUN}&until={day}"):
            assert names[0] in supervisor(path).main.text, path
            told = " ".join(node.text for node in supervisor(path).main.all("td") + supervisor(path).main.all("th"))
            assert [name for name in ("市教育局", "市教体局") if name in told] == [names[0]], path
        by_plan = supervisor(f"/figures?by=plan&since={BEGUN}&until={day}").main.all("table")[0].text
        assert names[1] in by_plan

    @pytest.mark.parametrize(("day", "names"), [(BEFORE, OLD_NAMES), (AFTER, NEW_NAMES)])
    def test_so_have_the_sheets(
        self, city: City, part: Assignment, supervisor: Visitor, day: date, names: tuple[str, str]
    ) -> None:
        asked = f"plan={part.task.plan_id}&unit={city.education.id}"
        note, _, row = sheet(supervisor, f"/overdue.xlsx?as_of={day}&{asked}")[1:4]
        number = "示政办〔2023〕1号" if day == BEFORE else "示政办〔2023〕9号"
        assert (row[2], row[4], row[5]) == (*names, number)
        assert f"单位：{names[0]}（含下属单位）；文件：{names[1]}。" in note[0]
        (line,) = ledger_on(supervisor, day)
        told = [line[COLUMN[heading]] for heading in ("牵头/责任单位", "文件", "文号")]
        assert told == [f"{names[0]}（责任）", names[1], number]

    def test_the_names_of_then_are_looked_for(self, supervisor: Visitor) -> None:
        for words, day, found in (
            ("教育局 优化服务", BEFORE, True),
            ("教体局", BEFORE, False),
            ("教体局", AFTER, True),
        ):
            rows = supervisor(f"/tasks?as_of={day}&q={words}").main.all("tbody")
            assert bool(rows) is found, (words, day)


class TestTheDateOfATask:
    def test_an_extension_of_a_part_that_was_withdrawn_later_still_counts(
        self, session: Session, city: City, office: Office, supervisor: Visitor
    ) -> None:
        """The task's date was moved out with the part's, and is not brought forward when the part is withdrawn."""
        now = office.on(BEGUN)
        units = (city.education, city.finance)
        task = a_task(session, a_plan(session, city.root), *units, due_on=date(2023, 6, 20), state=State.IN_PROGRESS)
        for each in task.assignments:
            each.dispatched_at = each.changed_at = each.history[0].at = now
            each.history[0].to_state = State.IN_PROGRESS
        session.commit()
        part = task.assignments[0]
        asked = ask(session, the_actor(city.liaison), now, BEGUN, part.id, part.version, date(2023, 7, 20), "协调中")
        decider = the_actor(city.supervisor)
        decide(session, decider, office.on(BEFORE), BEFORE, asked.id, part.version, Decision(date(2023, 7, 20)))
        office.act(part, AFTER, Event.WITHDRAW)
        days = {day: supervisor(f"/tasks?as_of={day}").main.one("tbody").text for day in (BEGUN, BEFORE, AFTER)}
        assert "2023年7月20日" in supervisor("/tasks").main.one("tbody").text
        assert ["2023年7月20日" in text for text in days.values()] == [False, True, True]
        assert ["原定2023年6月20日" in text for text in days.values()] == [False, True, True]


class TestWhatNothingHolds:
    def test_it_says_since_when_alterations_are_known(self, part: Assignment, supervisor: Visitor) -> None:
        """The log's first entries are those of the city, of 15 May."""
        day = date(2023, 5, 14)
        unknown = "任务、文件和单位名称，角色、承办人、签收期限和任务时限"
        said = f"审计日志自2023年5月15日起才有记录，在此之前改过的{unknown}无从还原。"
        for path in (f"/tasks?as_of={day}", f"/overdue?as_of={day}", f"/dashboard?day={day}"):
            assert said in supervisor(path).alerts[0], path
        assert said in supervisor(f"/figures/list?since={day}&until={day}").main.one("p", role="status").text
        for path in (f"/overdue.xlsx?as_of={day}", f"/papers/ledger.xlsx?since={day}&until={day}"):
            assert sheet(supervisor, path)[1][0].endswith(said), path

    def test_from_that_day_on_nothing_is_said(self, part: Assignment, supervisor: Visitor) -> None:
        day = date(2023, 5, 15)
        for path in (
            f"/tasks?as_of={day}",
            f"/overdue?as_of={day}",
            f"/dashboard?day={day}",
            "/tasks",
            "/figures/list",
        ):
            assert "无从还原" not in supervisor(path).text, path
        assert "无从还原" not in sheet(supervisor, f"/overdue.xlsx?as_of={day}")[1][0]
        assert "无从还原" not in sheet(supervisor, "/papers/ledger.xlsx")[1][0]


def test_as_many_statements_whatever_was_altered(
    session: Session, city: City, office: Office, part: Assignment, supervisor: Visitor
) -> None:
    paths = (f"/tasks?as_of={BEFORE}", f"/overdue?as_of={BEFORE}", f"/figures/list?show=all&until={BEFORE}")
    book = f"/papers/ledger.xlsx?until={BEFORE}"

    def asked() -> list[int]:
        found = [counted(supervisor, path) for path in paths]
        return [*found, counted(supervisor, book, supervisor.answer), counted(supervisor, "/dashboard")]

    few = asked()
    office.on(BEGUN)
    plan = part.task.plan
    tasks = [
        a_task(session, plan, city.education, city.finance, title=f"任务{number}", due_on=BEGUN) for number in range(40)
    ]
    session.commit()
    office.on(AFTER)
    for number, task in enumerate(tasks):
        task.title, task.assignments[0].role = f"改名{number}", Role.LEAD
        session.add(Handling(assignment_id=task.assignments[1].id, handler="王", changed_at=instant(AFTER)))
    session.commit()
    *lists, first_page = few
    *lists_now, first_page_now = asked()
    assert lists_now == lists
    assert max(lists) <= 30
    # A few for each month that is not remembered yet: by now those are that ended before anything was altered.
    assert first_page_now <= first_page <= 45
    assert "任务39" in supervisor(paths[0] + "&q=任务39").main.one("tbody").text
    assert len(ledger_on(supervisor, BEFORE)) == 81
