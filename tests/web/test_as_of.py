"""Lists as of a past day show what they showed on that day, whatever has happened since."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task, the_actor
from tests.web.browsing import Page, Visitor, fields_of
from tracker.clock import Clock
from tracker.domain.history import DATE_SET, EXTENSION_GRANTED
from tracker.domain.lifecycle import Event, Outcome, State
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import LightPack
from tracker.domain.report_rhythm import Every, ReportRhythm
from tracker.domain.roles import Role
from tracker.services.redating import Move, follow_parts, redate
from tracker.services.signing import set_sign_by
from tracker.services.work import act, events_for
from tracker.store.audit_trail import Who, acts_as
from tracker.store.handling import Handling
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit
from tracker.web.context import EXTENSION

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2023, 5, 15), date(2023, 6, 4)
RARE = (Event.WITHDRAW, Event.SUSPEND, Event.REOPEN, Event.DECLINE)
PEOPLE = ("supervisor", "county_supervisor", "liaison")
LISTS = (
    "/tasks?",
    "/tasks?page=2&sort=state&dir=desc",
    "/tasks?q=便民 财政",
    "/tasks?state=in_progress&sort=plan&dir=asc",
    "/tasks?light=yellow",
    "/tasks?light=green&sort=title&dir=desc",
    "/tasks?overdue=y&unit={county}",
    "/tasks?due_from=2023-05-20&due_to=2023-06-10&sort=due&dir=desc",
    "/tasks?plan={plan}&unit={finance}",
    "/overdue?",
    "/overdue?sort=unit&dir=asc&days=3",
    "/overdue?role=support&sort=state&dir=desc",
    "/overdue?unit={county}&q=应急",
    "/overdue?sort=plan&dir=desc",
    "/units/{finance}?",
)
LEDGER = "/papers/ledger.xlsx"


def instant(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def set_clock(app: Flask, at: datetime) -> None:
    parts = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(parts, clock=Clock(ZONE).fixed_at(at))


def seen(page: Page) -> list[list[str]]:
    """What a person reads of the list: its rows, how many there are, and the numbers of a unit."""
    rows = [[cell.text for cell in row.all("td")] for body in page.main.all("tbody") for row in body.all("tr")]
    told = [node.text for node in page.main.all("p") if node.get("role") == "status"]
    counts = [node.text for box in page.main.all("div", class_="counts") for node in box.all("a")]
    most = [node.text for box in page.main.all("nav", class_="kinds") for node in box.all("a")]
    return [*rows, told, counts, most]


PAST = re.compile(r"审计日志自[^。]*无从还原。$")


def told(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The sheet without what it says of a past day in its note."""
    return [rows[0], (PAST.sub("", rows[1][0]), *rows[1][1:]), *rows[2:]]


def sheet(page: Visitor, path: str) -> list[tuple[Any, ...]]:
    answer = page.answer(path)
    assert answer.status_code == 200
    return list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]


class World:
    """A small office at work, day by day, at random."""

    def __init__(self, session: Session, city: City, seed: int) -> None:
        self.session, self.city, self.chance = session, city, Random(seed)
        self.plans = [a_plan(session, city.root, name) for name in ("便民方案", "应急规划")]
        self.plans[1].issued_on = date(2023, 3, 1)
        session.commit()
        self.people = [the_actor(each) for each in (city.liaison, city.neighbour, city.supervisor)]

    def give_out(self, day: date, count: int) -> None:
        """New tasks of that day."""
        units = (
            (self.city.education, Role.LEAD),
            (self.city.finance, Role.RESPONSIBLE),
            (self.city.county, Role.SUPPORT),
        )
        for _ in range(count):
            number = self.session.query(Task).count()
            due_on = None if self.chance.random() < 0.15 else day + timedelta(days=self.chance.randrange(-4, 25))
            chosen = self.chance.sample(units, self.chance.randrange(1, 4))
            plan = self.chance.choice(self.plans)
            task = a_task(self.session, plan, *chosen, due_on=due_on, title=f"任务{number:03}", position=number)
            for part in task.assignments:
                part.dispatched_at = part.changed_at = part.history[0].at = instant(day)
        self.session.commit()

    def live(self, day: date) -> None:
        """What happens on a day."""
        acts_as(self.session, lambda: Who(None, "测试", instant(day, 10)))
        self.give_out(day, self.chance.randrange(3))
        for _ in range(8):
            self._alter(self.chance.choice(self.session.scalars(select(Assignment).order_by(Assignment.id)).all()), day)
        for step in range(30):
            self.session.expire_all()
            part = self.chance.choice(self.session.scalars(select(Assignment).order_by(Assignment.id)).all())
            if self.chance.random() < 0.1:
                self._move_date(part, instant(day, 10, step))
            else:
                self._do_something(part, instant(day, 10, step))

    def _alter(self, part: Assignment, day: date) -> None:
        """Another title, role, day to sign or handler, or another name of the plan or the unit."""
        match self.chance.randrange(6):
            case 0:
                part.task.title = f"{part.task.title[:5]}（{day.day}日改）"
            case 1 if part.role.completes:
                part.role = Role.RESPONSIBLE if part.role is Role.LEAD else Role.LEAD
            case 4:
                part.task.plan.title = f"{part.task.plan.title[:4]}（{day.day}日改）"
                part.task.plan.issued_on = date(2023, 1, 1 + self.chance.randrange(28))
            case 5:
                part.unit.name = f"{part.unit.name[:4]}（{day.day}日改）"
                part.unit.full_name = f"示例市{part.unit.name}"
            case 2 if part.state is State.DISPATCHED:
                limit, (_, _, supervisor) = day + timedelta(days=self.chance.randrange(3)), self.people
                if part.due_on is None or part.due_on < day or limit <= part.due_on:
                    set_sign_by(self.session, supervisor, instant(day, 10), day, part.id, part.version, limit)
            case _:
                filed = self.session.get(Handling, part.id) or Handling(assignment_id=part.id)
                filed.leader, filed.handler, filed.changed_at = "林局", f"王{day.day}", instant(day, 10)
                self.session.add(filed)
        self.session.commit()

    def _do_something(self, part: Assignment, now: datetime) -> None:
        actor = self.chance.choice(self.people)
        events = [each for each in events_for(actor, part) if each not in RARE or self.chance.random() < 0.1]
        if events:
            event = self.chance.choice(events)
            taken = {each.unit_id for each in part.task.assignments}
            free = [unit for unit in self.session.scalars(select(Unit).order_by(Unit.id)) if unit.id not in taken]
            unit_id = self.chance.choice(free).id if event is Event.DISPATCH and free else None
            words, percent = f"{now:%d日%M分}的情况", self.chance.randrange(101)
            given = {"unit_id": unit_id}
            act(
                self.session,
                actor,
                now,
                now.date(),
                part.id,
                event,
                part.version,
                words,
                percent,
                Outcome.SOLVED,
                **given,  # type: ignore[arg-type]
            )

    def _move_date(self, part: Assignment, now: datetime) -> None:
        """An extension of one part, or another date for the whole task."""
        if part.state is not State.IN_PROGRESS or part.due_on is None:
            return
        later = part.due_on + timedelta(days=self.chance.randrange(1, 20))
        if self.chance.random() < 0.5:
            entry = HistoryEntry(assignment_id=part.id, event=EXTENSION_GRANTED, at=now, actor_name="杜督查")
            entry.from_state, entry.to_state, entry.due_from, entry.due_to = part.state, part.state, part.due_on, later
            self.session.add(entry)
            part.due_on, part.changed_at = later, now
            follow_parts(part.task)
        elif part.task.due_on == part.due_on:
            # Where every open part has a date of its own, the task's date moves without a row of history.
            redate(self.people[-1], now, part.task, Move(part.task.due_on, later, DATE_SET))
        self.session.commit()


def a_pack(session: Session, version: int, start: date, pack: LightPack) -> None:
    row = RulePack(kind=PackKind.LIGHTS, version=version, rules=rules_of(pack), in_force_on=start, words="议定")
    row.made_at, row.made_by_name = instant(start), "杜督查"
    session.add(row)
    session.commit()


def test_a_past_day_shows_what_the_pages_showed_then(session: Session, city: City, app: Flask) -> None:
    world = World(session, city, seed=2)
    ids = {"county": city.county.id, "finance": city.finance.id, "plan": world.plans[0].id}
    people = {who: Visitor(app).sign_in(who) for who in PEOPLE}
    paths = [path.format(**ids) for path in LISTS]
    sheets = [path.replace("/overdue", "/overdue.xlsx") for path in paths if path.startswith("/overdue")]

    def look(extra: str, day: date) -> dict[tuple[str, str], Any]:
        found: dict[tuple[str, str], Any] = {}
        for who, page in people.items():
            open_to = paths if who == "supervisor" else paths[:1] + paths[4:6]
            found |= {(who, path): seen(page(f"{path}&{extra}")) for path in open_to}
        asked = {path: f"{path}&{extra}" for path in sheets} | {LEDGER: f"{LEDGER}?since={FIRST}&until={day}"}
        return found | {("supervisor", path): told(sheet(people["supervisor"], full)) for path, full in asked.items()}

    remembered: dict[date, dict[tuple[str, str], Any]] = {}
    world.give_out(FIRST, 40)
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    for day in days:
        if day == days[7]:
            a_pack(session, 1, day, LightPack(2, 5, ReportRhythm(Every.DAYS, 4), support_red=False))
        if day == days[14]:
            a_pack(session, 2, day, LightPack(12, 1, ReportRhythm(Every.WEEK, 3)))
        world.live(day)
        if day in days[::5]:
            set_clock(app, instant(day, 23, 59))
            remembered[day] = look("", day)
    set_clock(app, instant(LAST + timedelta(days=1)))
    for day, then in remembered.items():
        now = look(f"as_of={day.isoformat()}", day)
        assert now.keys() == then.keys()
        for asked, shown in then.items():
            assert now[asked] == shown, (day, asked)
    lengths = {path: len(remembered[days[-1]]["supervisor", path]) for path in paths}
    assert lengths["/tasks?"] == 53, "the list is longer than a page"
    assert all(length > 3 for path, length in lengths.items() if not path.startswith("/units")), lengths


@pytest.fixture
def moved(session: Session, city: City, page: Visitor) -> Iterator[Visitor]:
    """A supervisor; one part was overdue from 6 June and completed on 12 June."""
    task = a_task(session, a_plan(session, city.root), city.education, due_on=date(2023, 6, 5), state=State.SUBMITTED)
    part = task.assignments[0]
    part.history[0].to_state = State.SUBMITTED
    session.commit()
    supervisor = the_actor(city.supervisor)
    at = instant(date(2023, 6, 12))
    act(session, supervisor, at, at.date(), part.id, Event.ACCEPT, part.version, None, None, Outcome.SOLVED)
    yield page.sign_in("supervisor")


class TestTheDay:
    def test_a_past_list_says_so_and_leads_back(self, moved: Visitor) -> None:
        shown = moved("/overdue?as_of=2023-06-10&days=2")
        assert "截至2023年6月10日" in shown.alerts[0]
        assert "逾期事项共 1 项" in shown.text
        assert "5天" in shown.text
        (back,) = [link.get("href") for link in shown.main.all("a") if link.text == "回到今天"]
        assert back == "/overdue?days=2"
        assert "逾期事项共 0 项" in moved(back).text

    def test_page_and_sheet_agree(self, moved: Visitor) -> None:
        answer = moved.answer("/overdue.xlsx?as_of=2023-06-10")
        assert "overdue-2023-06-10.xlsx" in answer.headers["Content-Disposition"]
        rows = sheet(moved, "/overdue.xlsx?as_of=2023-06-10")
        assert str(rows[1][0]).startswith("截至2023年6月10日，共1项。")
        assert rows[3][2:9] == (
            "市教育局",
            "责任",
            "优化服务实施方案",
            "示政办〔2023〕1号",
            datetime.combine(date(2023, 6, 5), time()),
            datetime.combine(date(2023, 6, 5), time()),
            5,
        )
        link = [a.get("href") for a in moved("/overdue?as_of=2023-06-10").main.all("a") if "导出" in a.text]
        assert link == ["/overdue.xlsx?as_of=2023-06-10"]

    def test_the_lists_that_a_unit_leads_to_are_of_the_same_day(self, city: City, moved: Visitor) -> None:
        shown = moved(f"/units/{city.education.id}?as_of=2023-06-10")
        assert "截至2023年6月10日" in shown.alerts[0]
        (box,) = shown.main.all("div", class_="counts")
        assert [link.text for link in box.all("a")] == ["全部 1", "逾期 1", "待审核 1"]
        for link in box.all("a"):
            assert len(moved(link.get("href")).main.all("td", class_="row-title")) == 1

    @pytest.mark.parametrize("path", ["/tasks", "/overdue", "/units/{education}"])
    @pytest.mark.parametrize(
        ("day", "said"),
        [
            ("2023-06-16", "不能晚于今天（2023年6月15日），以后的情况还不知道。请改为今天或以前的日期。"),
            ("9999-12-31", "不能晚于今天（2023年6月15日），以后的情况还不知道。请改为今天或以前的日期。"),
            ("2023-06-31", "请填写2023-06-15这样的日期。"),
            ("上月底", "请填写2023-06-15这样的日期。"),
        ],
    )
    def test_a_day_that_cannot_be_is_refused(self, city: City, moved: Visitor, path: str, day: str, said: str) -> None:
        shown = moved(f"{path.format(education=city.education.id)}?as_of={day}")
        assert [node.text for node in shown.main.all("div", class_="invalid-feedback")] == [said]
        assert not shown.alerts

    def test_no_sheet_is_made_of_a_day_to_come(self, moved: Visitor) -> None:
        answer = moved.answer("/overdue.xlsx?as_of=2023-06-16&q=甲")
        assert (answer.status_code, answer.location) == (302, "/overdue?as_of=2023-06-16&q=%E7%94%B2")

    @pytest.mark.parametrize("day", [TODAY.isoformat(), ""])
    def test_today_is_the_list_of_today(self, moved: Visitor, day: str) -> None:
        assert not moved(f"/tasks?as_of={day}").alerts

    def test_before_the_first_task_there_was_nothing(self, moved: Visitor) -> None:
        assert "当时还没有任务。" in moved("/tasks?as_of=0001-01-01").text
        assert "当时没有逾期事项。" in moved("/overdue?as_of=2020-01-01").text

    def test_the_filters_stay_on_the_day(self, moved: Visitor) -> None:
        shown = moved("/tasks?as_of=2023-06-10&q=分流&sort=title&dir=asc")
        assert fields_of(shown.form("/tasks"))["as_of"] == "2023-06-10"
        (clear,) = [link.get("href") for link in shown.main.all("a") if link.text == "清除条件"]
        assert clear == "/tasks?as_of=2023-06-10"
        assert all("as_of=2023-06-10" in link.get("href") for link in shown.main.all("a", class_="sort-link"))

    def test_a_day_alone_is_no_filter(self, moved: Visitor) -> None:
        assert "清除条件" not in moved("/tasks?as_of=2023-06-10").text


def test_every_list_with_lights_has_their_sentences(
    session: Session, city: City, visitor: type[Visitor], app: Flask
) -> None:
    plan = a_plan(session, city.root)
    for state in (State.IN_PROGRESS, State.SUBMITTED):
        task = a_task(session, plan, city.education, due_on=TODAY + timedelta(days=3), state=state)
        task.assignments[0].history.append(
            HistoryEntry(event="submit", at=instant(TODAY), actor_name="李联络", to_state=state, words="已办")
        )
    session.commit()
    liaison, supervisor = visitor(app).sign_in("liaison"), visitor(app).sign_in("supervisor")
    pages = [liaison("/my"), supervisor("/tasks"), supervisor("/tasks?as_of=2023-06-14"), supervisor("/pending")]
    for page in pages:
        badges = page.main.all("span", class_="light-yellow") + page.main.all("span", class_="light-green")
        assert badges, page.path
        assert all(badge.get("title").endswith("。") for badge in badges), page.path
        assert sum(page.text.count(badge.get("title")) for badge in badges) >= len(badges), page.path
