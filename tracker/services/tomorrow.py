"""The page 明日提醒: what will be told tomorrow, to whom, and how each channel carries it.

Nothing is written. Foreseen is what follows from the present; what people do until then, and the recurring duties that
come tomorrow, are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.clock import Clock
from tracker.delivery import digest as digests
from tracker.domain.access import Actor, Permission
from tracker.domain.quiet import next_writing_day
from tracker.services.calendars import work_calendar
from tracker.services.digests import PartTold, digest_of
from tracker.services.foreseeing import PARTS_AT_ONCE, Foreseen, foresee_tomorrow
from tracker.services.foretelling import Foretold, ForetoldMail, ForetoldPost, Office, foretell
from tracker.services.group_digests import digest_title
from tracker.services.notice_policies import Policies, policies
from tracker.store.matter_queries import Matter
from tracker.store.people import Person
from tracker.store.robot_queries import active_robots
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

INBOX, NOBODY = "站内消息", "无人接收：该单位没有联络员"
MAIL, ROBOT = "邮件", "机器人"
COUNTED, REPLACED = "只计数，不逐项列出", "由同一任务的后一步提醒代替"


@dataclass(frozen=True, slots=True)
class Line:
    """A foreseen notice as the page shows it. ``channels``: what carries it and how, in words."""

    notice: Foreseen
    label: str
    part: Assignment
    person: Person | None
    channels: tuple[str, ...]

    @property
    def is_heard(self) -> bool:
        """Whether a person or a group gets it."""
        return self.channels != (NOBODY,)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message of tomorrow: how many parts it names, counts, and puts off; ``earlier`` of the named are not new."""

    channel: str
    to: str
    subject: str
    named: int
    earlier: int
    counted: int
    put_off: int


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """All that is foreseen within reach, by unit; ``leaves_on`` is the day on which mail and robots carry it.

    ``then_on`` is the next such day after it, to which the cap puts off. ``parcels`` are the messages of tomorrow;
    there are none when tomorrow is a day on which nothing goes out.
    """

    day: date
    leaves_on: date
    then_on: date
    lines: tuple[Line, ...]
    parcels: tuple[Parcel, ...]


@dataclass(frozen=True, slots=True)
class _Days:
    day: date
    leaves_on: date
    then_on: date
    cap: int


def tomorrow(session: Session, actor: Actor, clock: Clock, *, mail_is_set: bool, base_url: str) -> Tomorrow:
    """What will be told tomorrow of the units within this person's reach, if nobody does anything until then."""
    office = Office(clock, policies(session), mail_is_set, base_url)
    days = _days(session, clock, office.known)
    new, still = foresee_tomorrow(session, clock)
    goes_out = days.leaves_on == days.day
    foretold = foretell(session, office, days.day, new, still) if goes_out else None
    lines = tuple(_lines(session, actor, new, office, days, foretold))
    parcels = tuple(_parcels(session, actor, foretold, office.known, days.day)) if foretold else ()
    return Tomorrow(days.day, days.leaves_on, days.then_on, lines, parcels)


def _days(session: Session, clock: Clock, known: Policies) -> _Days:
    day, calendar = clock.today() + timedelta(days=1), work_calendar(session)
    leaves_on = next_writing_day(day, calendar, known.on(day))
    after = leaves_on + timedelta(days=1)
    return _Days(day, leaves_on, next_writing_day(after, calendar, known.on(after)), known.on(day).cap_per_unit_per_day)


def _lines(  # noqa: PLR0917 - of whom, as of when, by which rules
    session: Session, actor: Actor, new: Sequence[Foreseen], office: Office, days: _Days, foretold: Foretold | None
) -> Iterator[Line]:
    parts = _parts(session, [each.assignment_id for each in new])
    people = {each.id: each for each in _people(session, [each.person_id for each in new if each.person_id])}
    carried = _carried(foretold, days) if foretold else _carried_later(session, new, parts, people, office, days)
    for place in sorted(range(len(new)), key=lambda place: _place(new[place], parts)):
        each = new[place]
        part, person = parts[each.assignment_id], people.get(each.person_id or 0)
        if actor.may(Permission.SUPERVISE, part.unit.path):
            label, ways = office.known.on(each.planned_on).label_of(each.kind, each.step), carried.get(place, ())
            yield Line(each, label, part, person, (INBOX, *ways) if person else tuple(ways) or (NOBODY,))


def _place(each: Foreseen, parts: Mapping[int, Assignment]) -> tuple[str, date, int]:
    return parts[each.assignment_id].unit.path, each.due_on, each.assignment_id


def _carried(foretold: Foretold, days: _Days) -> dict[int, list[str]]:
    """What carries each of the new notices tomorrow, and how, by its place."""
    ways: dict[int, dict[str, None]] = {}

    def say(words: str, matters: Iterable[Matter]) -> None:
        for each in matters:
            if (place := foretold.place_of(each)) is not None:
                ways.setdefault(place, {})[words] = None

    put_off = f"{MAIL}顺延至{_short(days.then_on)}（超过每单位每日{days.cap}条上限）"
    for mail in foretold.mails:
        for words, found in ((MAIL, mail.split.told), (f"{MAIL}（{COUNTED}）", mail.split.folded)):
            say(words, _named(found))
            say(f"{MAIL}（{REPLACED}）", _replaced(found))
        say(put_off, (each for part in mail.split.put_off for each in part.all))
    for post in foretold.posts:
        say(ROBOT, _of_all(post.digest.listed))
        say(f"{ROBOT}（{COUNTED}）", _of_all(post.digest.counted))
    return {place: list(words) for place, words in ways.items()}


def _named(parts: Iterable[PartTold]) -> Iterator[Matter]:
    return (each for part in parts for each in part.told)


def _replaced(parts: Iterable[PartTold]) -> Iterator[Matter]:
    return (each for part in parts for each in part.overtaken)


def _of_all(parts: Iterable[PartTold]) -> Iterator[Matter]:
    return (each for part in parts for each in part.all)


def _carried_later(  # noqa: PLR0917 - what, about what, to whom, by which rules
    session: Session,
    new: Sequence[Foreseen],
    parts: Mapping[int, Assignment],
    people: Mapping[int, Person],
    office: Office,
    days: _Days,
) -> dict[int, list[str]]:
    """What will carry each of the new notices on the next day on which messages go out, when that is not tomorrow."""
    day = f"（{_short(days.leaves_on)}）"
    with_robot = {robot.unit_id for robot in active_robots(session)}
    ways: dict[int, list[str]] = {}
    for place, each in enumerate(new):
        person = people.get(each.person_id or 0)
        mail = [f"{MAIL}{day}"] if office.mail_is_set and person and person.email else []
        robot = [f"{ROBOT}{day}"] if parts[each.assignment_id].unit_id in with_robot else []
        ways[place] = [*mail, *robot]
    return ways


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _parcels(session: Session, actor: Actor, foretold: Foretold, known: Policies, day: date) -> Iterator[Parcel]:
    """The messages that tell something of a unit within reach."""
    told = [part.lead.unit_id for mail in foretold.mails for part in mail.split.all]
    units = session.execute(select(Unit.id, Unit.path).where(Unit.id.in_(set(told))))
    paths = {row.id: row.path for row in units}
    for mail in foretold.mails:
        if any(actor.may(Permission.SUPERVISE, paths[part.lead.unit_id]) for part in mail.split.all):
            yield _mail_parcel(mail, foretold, known, day)
    for post in foretold.posts:
        if actor.may(Permission.SUPERVISE, post.robot.unit.path):
            yield _post_parcel(post, foretold, day)


def _mail_parcel(mail: ForetoldMail, foretold: Foretold, known: Policies, day: date) -> Parcel:
    split = mail.split
    subject = digests.subject(digest_of(mail.name, day, split, known, ""))
    earlier = foretold.earlier(split.told)
    return Parcel(MAIL, mail.name, subject, len(split.told), earlier, len(split.folded), len(split.put_off))


def _post_parcel(post: ForetoldPost, foretold: Foretold, day: date) -> Parcel:
    listed, counted = post.digest.listed, post.digest.counted
    to = f"{post.robot.name}（{post.robot.unit.name}）"
    return Parcel(ROBOT, to, digest_title(day), len(listed), foretold.earlier(listed), len(counted), 0)


def _parts(session: Session, ids: Sequence[int]) -> dict[int, Assignment]:
    found: dict[int, Assignment] = {}
    for start in range(0, len(ids), PARTS_AT_ONCE):
        query = select(Assignment).where(Assignment.id.in_(ids[start : start + PARTS_AT_ONCE]))
        shown = query.options(joinedload(Assignment.unit), joinedload(Assignment.task).joinedload(Task.plan))
        found.update((part.id, part) for part in session.scalars(shown))
    return found


def _people(session: Session, ids: Sequence[int]) -> Sequence[Person]:
    return session.scalars(select(Person).where(Person.id.in_(set(ids)))).all()
