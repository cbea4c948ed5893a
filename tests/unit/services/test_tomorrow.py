"""明日提醒 against what then happens, line by line, in an office in which much goes on.

Three weeks around 端午 (22 to 24 June; Sunday the 25th is worked): units with two liaisons, with a head, with nobody;
people without an address, without an account any more, and at two units; robots, one of them switched off; more than
the cap lets through. Every day people act, at some hour the preview is asked for, and then nobody acts until the
messages of the next day went out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.builders import City, a_person, a_plan, a_task, a_unit, the_actor
from tests.unit.services.digesting import BASE, Office, at, clock_at, parts_in
from tracker.delivery import digest as digests
from tracker.domain.access import Office as Post
from tracker.domain.lifecycle import State
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import LightPack
from tracker.domain.notices import NoticeKind
from tracker.domain.quiet import is_writing_day
from tracker.domain.report_rhythm import Every, ReportRhythm
from tracker.domain.workdays import announced_calendar
from tracker.services import foretelling
from tracker.services.digests import PUT_OFF, digest_of
from tracker.services.foreseeing import Foreseen, foresee_tomorrow
from tracker.services.foretelling import Foretold, foretell
from tracker.services.notice_policies import policies
from tracker.services.telling import tell
from tracker.services.tomorrow import Tomorrow, tomorrow
from tracker.store.notices import MailState, Notice
from tracker.store.people import Person
from tracker.store.robots import Robot, RobotKind
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit

FIRST, DAYS = date(2023, 6, 12), 19
ONE_DAY = timedelta(days=1)
CAP = 3
CALENDAR = announced_calendar()


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@dataclass
class Before:
    """What was foretold: the page, the messages, and the notices of tomorrow's sweep."""

    page: Tomorrow
    foretold: Foretold | None
    new: list[Foreseen]
    still: list[Foreseen]
    mails: dict[str, str] = field(default_factory=dict)
    posts: Counter[str] = field(default_factory=Counter)


def the_rules(session: Session) -> None:
    reports = rules_of(LightPack(reports=ReportRhythm(Every.DAYS, 9)))
    for kind, rules in ((PackKind.NOTICES, {"cap_per_unit_per_day": CAP}), (PackKind.LIGHTS, reports)):
        pack = RulePack(kind=kind, version=1, rules=rules, words="试行", in_force_on=date(2023, 1, 1))
        pack.made_at, pack.made_by_name = at(FIRST, 0), "杜督查"
        session.add(pack)


def the_units(session: Session, city: City) -> list[Unit]:
    """Units with their people and robots."""
    lonely, pair = a_unit(session, "市档案局", city.root), a_unit(session, "市气象局", city.root)
    city.liaison.email, city.neighbour.email = "li@example.cn", "lin@example.cn"
    a_person(session, "head", (Post.LEADER, city.education), name="分管", email="head@example.cn")
    a_person(session, "both", (Post.LIAISON, pair), (Post.LIAISON, city.finance), name="两处", email="two@example.cn")
    a_person(session, "second", (Post.LIAISON, pair), name="无邮箱")
    a_person(session, "county", (Post.LIAISON, city.county), name="县里", email="county@example.cn")
    a_person(session, "gone", (Post.LIAISON, pair), name="已离岗", email="gone@example.cn", active=False)
    for number, unit in enumerate((city.education, city.finance, lonely, pair)):
        robot = Robot(
            unit_id=unit.id, kind=RobotKind.DINGTALK, name=f"{unit.name}群", webhook=f"https://robots/{number}"
        )
        robot.created_at, robot.active = at(date(2023, 5, 15), 9), unit is not city.finance
        session.add(robot)
    return [city.education, city.finance, city.county, lonely, pair]


def a_busy_office(session: Session, city: City, dice: Random) -> None:
    the_rules(session)
    units, plan = the_units(session, city), a_plan(session, city.root)
    for number in range(70):
        days = dice.choice([None, *range(-8, 36), *range(28)])
        stones = ((f"节点{number}", FIRST + timedelta(days=dice.randint(0, 25))),) if dice.random() < 0.3 else ()
        due_on = None if days is None else FIRST + timedelta(days=days)
        state = dice.choice([State.IN_PROGRESS] * 4 + [State.DISPATCHED])
        task = a_task(
            session, plan, *dice.sample(units, dice.choice([1, 1, 2])), due_on=due_on, state=state, milestones=stones
        )
        task.title = f"任务{number}"
    session.commit()


def people_act(session: Session, city: City, dice: Random, instant: datetime) -> None:
    """Some read, some finish, some get a later date or an answer, some are pressed; and somebody moves away."""
    parts = list(
        session.scalars(select(Assignment).where(Assignment.state == State.IN_PROGRESS).order_by(Assignment.id))
    )
    for part in dice.sample(parts, 4):
        deed = dice.choice(["done", "moved", "pressed", "answered"])
        entry = HistoryEntry(assignment_id=part.id, event="return", at=instant, actor_name="杜督查", words="请补充")
        entry.from_state = entry.to_state = part.state
        if deed == "done":
            part.state, part.completed_on, part.changed_at = State.COMPLETED, instant.date(), instant
        elif deed == "moved":
            part.due_on = entry.due_to = instant.date() + timedelta(days=dice.randint(0, 9))
            part.changed_at = instant
        if deed != "done":
            session.add(entry)
            session.flush()
        if deed == "pressed":
            tell(
                session,
                part,
                NoticeKind.URGED,
                f"entry:{entry.id}",
                "请抓紧",
                "杜督查",
                now=instant,
                today=instant.date(),
            )
    unread = list(session.scalars(select(Notice).where(Notice.read_at.is_(None)).order_by(Notice.id)))
    for notice in dice.sample(unread, len(unread) // 8):
        notice.read_at = instant
    session.commit()


def ask(session: Session, city: City, instant: datetime) -> Before:
    """The preview as of an instant; writes nothing."""
    session.commit()
    known, clock = policies(session), clock_at(instant)
    page = tomorrow(session, the_actor(city.supervisor), clock, mail_is_set=True, base_url=BASE)
    new, still = foresee_tomorrow(session, clock)
    before = Before(page, None, new, still)
    if page.leaves_on == page.day:
        office = foretelling.Office(clock, known, True, BASE)
        before.foretold = foretell(session, office, page.day, new, still)
        for mail in before.foretold.mails:
            before.mails[mail.name] = digests.body(digest_of(mail.name, page.day, mail.split, known, BASE))
        before.posts = Counter(f"{post.robot.webhook}\n{post.digest.text}" for post in before.foretold.posts)
    assert not session.new
    assert not session.dirty
    session.rollback()
    return before


def the_rows(session: Session, after: int = 0) -> list[Notice]:
    """The notices as they are now, no longer bound to the session: it must not keep others from writing."""
    session.commit()
    session.expire_all()
    rows = list(session.scalars(select(Notice).where(Notice.id > after).order_by(Notice.id)))
    for each in rows:
        session.expunge(each)
    session.commit()
    return rows


def the_key(each: Any) -> tuple[Any, ...]:
    key = (each.assignment_id, str(each.kind), each.due_on, each.step, each.recipient_key, each.subject)
    return (*key, each.late_days, each.words, each.author_name)


def unread_keys(rows: list[Notice]) -> list[tuple[Any, ...]]:
    return sorted((the_key(each) for each in rows if each.read_at is None), key=str)


def carried_by_mail(notice: Notice, bodies: dict[str, str], people: dict[int, str]) -> str:
    """What the mail of the day did with a notice, in the page's words."""
    if notice.mail_state is MailState.WAITING and notice.mail_error == PUT_OFF:
        return "顺延"
    if notice.mail_state is not MailState.SENT:
        return ""
    named = notice.assignment_id in parts_in(bodies[people[notice.person_id or 0]])
    return "邮件" if named else "只计数"


def said_of_mail(channels: tuple[str, ...]) -> str:
    [words] = [each for each in channels if each.startswith("邮件")] or [""]
    return "顺延" if "顺延至" in words else "只计数" if "只计数" in words else words[:2]


def said_of_robot(channels: tuple[str, ...]) -> list[str]:
    return [each for each in channels if each.startswith("机器人")]


class Days:
    """The days of the office, one after another."""

    def __init__(self, engine: Engine, session: Session, city: City, dice: Random) -> None:
        self.office, self.session, self.city, self.dice = Office(engine), session, city, dice
        self.seen: Counter[str] = Counter()
        self.before: Before | None = None

    def rounds(self, day: date, hour: int) -> None:
        """Mail and robots, in either order, on days on which they may write."""
        if is_writing_day(day, CALENDAR):
            for work in self.dice.sample((self.office.send, self.office.post), 2):
                work(day, hour)

    def live(self, day: date) -> None:
        """Compares the morning with what was foretold; then people act and the preview is asked for."""
        last = max((each.id for each in the_rows(self.session)), default=0)
        self.office.sweep(day)
        recorded = the_rows(self.session, last)
        if self.before:
            assert sorted(map(the_key, self.before.new), key=str) == unread_keys(recorded)
        asked = self.early(day) if self.before is None or self.dice.random() < 0.3 else None
        self.office.mail.sent.clear()
        self.office.robots.posted.clear()
        self.rounds(day, 8)
        if self.before:
            self.compare(day, self.before)
        self.before = asked or self.late(day)

    def early(self, day: date) -> Before:
        """The preview before the messages of the same day; on the first day somebody acted before that."""
        if self.before is None:
            people_act(self.session, self.city, self.dice, at(day, 6, 30))
        asked = ask(self.session, self.city, at(day, 7))
        self.sweep_still(day, 7, asked)
        return asked

    def late(self, day: date) -> Before:
        """People act, and the preview is asked for before the sweep that tells of it, in quiet hours or before."""
        hour = self.dice.choice([9, 17, 20])
        people_act(self.session, self.city, self.dice, at(day, hour))
        asked = ask(self.session, self.city, at(day, hour, 1))
        self.sweep_still(day, hour, asked)
        if hour < 20:
            self.rounds(day, hour + 1)
        return asked

    def sweep_still(self, day: date, hour: int, asked: Before) -> None:
        """The sweep a few minutes after the preview, which said what it would tell."""
        last = max(each.id for each in the_rows(self.session))
        self.office.sweep(day, hour)
        assert sorted(map(the_key, asked.still), key=str) == unread_keys(the_rows(self.session, last))

    def compare(self, day: date, before: Before) -> None:
        """What was foretold for this day against what has happened on it."""
        sent = {mail.to_name: mail.body for mail in self.office.mail.sent}
        assert before.mails == sent
        assert before.posts == Counter(f"{webhook}\n{text}" for webhook, text in self.office.robots.posted)
        self.seen.update(mails=len(sent), posts=len(self.office.robots.posted))
        self.compare_lines(day, before, sent)
        self.compare_parcels(before, sent)

    def compare_lines(self, day: date, before: Before, sent: dict[str, str]) -> None:
        rows = {the_key(each): each for each in the_rows(self.session)}
        people = {person.id: person.name for person in self.session.scalars(select(Person))}
        texts = dict(self.office.robots.posted)
        robots = {robot.unit_id: robot for robot in self.session.scalars(select(Robot).where(Robot.active))}
        assert len(before.page.lines) == len(before.new)
        for line in before.page.lines:
            notice, said = rows[the_key(line.notice)], said_of_mail(line.channels)
            if not is_writing_day(day, CALENDAR):
                assert not sent
                assert said == ("邮件" if line.person and line.person.email else "")
                self.seen["on a day off"] += 1
                continue
            assert said == carried_by_mail(notice, sent, people), line
            self.seen[f"mail {said}"] += 1
            robot = robots.get(line.part.unit_id)
            named = robot is not None and line.part.id in parts_in(texts[robot.webhook])
            expected = [] if robot is None else ["机器人" if named else "机器人（只计数，不逐项列出）"]
            assert said_of_robot(line.channels) == expected, line
            self.seen[f"robot {expected}"] += 1
        self.session.commit()

    def compare_parcels(self, before: Before, sent: dict[str, str]) -> None:
        for parcel in before.page.parcels:
            if parcel.channel == "邮件":
                body = sent[parcel.to]
                subjects = [mail.subject for mail in self.office.mail.sent if mail.to_name == parcel.to]
                assert [parcel.subject] == subjects
                assert parcel.named == len(parts_in(body))
                assert (f"另有{parcel.put_off}项超过每单位每日条数上限，顺延" in body) == bool(parcel.put_off)
                assert (f"另有{parcel.counted}项超过每单位每日条数上限，不再" in body) == bool(parcel.counted)
                self.seen.update(earlier=parcel.earlier)
        assert len(before.page.parcels) == len(before.mails) + before.posts.total()


@pytest.mark.parametrize("seed", range(3))
def test_what_is_foretold_is_what_happens(engine: Engine, session: Session, city: City, seed: int) -> None:
    dice = Random(seed)
    a_busy_office(session, city, dice)
    days = Days(engine, session, city, dice)
    for number in range(DAYS):
        days.live(FIRST + number * ONE_DAY)
    wanted = ("mails", "posts", "earlier", "on a day off", "mail 邮件", "mail 顺延", "mail ", "robot []")
    assert min(days.seen[each] for each in wanted) > 5, days.seen
    assert days.seen["robot ['机器人（只计数，不逐项列出）']"] > 5
