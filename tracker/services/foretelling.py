"""What mail and robots will carry on a day, when nobody does anything until then: asked of the functions that send.

What waits now is told today as long as messages may still go out today, and the rest waits for the day asked for.
Nothing is written. What a failure will hold up is not foreseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.domain.quiet import first_hour, may_still_write
from tracker.services.calendars import work_calendar
from tracker.services.digests import PUT_OFF, Capped, PartTold, by_part, is_promised, within_cap
from tracker.services.foreseeing import Foreseen
from tracker.services.group_digests import GroupDigest, group_digest
from tracker.services.matters import is_needed, is_needed_by_group
from tracker.services.notice_policies import Policies
from tracker.services.robot_posting import digest_key, told_from
from tracker.store import robot_queries
from tracker.store.mail_queries import STALE_AFTER, WAITING, Addressee, addressees, mailed_since
from tracker.store.matter_queries import Matter, facts_about, matters
from tracker.store.notices import Notice
from tracker.store.robots import Robot

ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Office:
    """What the messages are made with. ``mail_is_set``: the office has a mail server."""

    clock: Clock
    known: Policies
    mail_is_set: bool
    base_url: str


@dataclass(frozen=True, slots=True)
class ForetoldMail:
    """The digest that a person will get: which parts it names, which it counts, and which it puts off."""

    person_id: int
    name: str
    split: Capped


@dataclass(frozen=True, slots=True)
class ForetoldPost:
    """The digest that a robot will be given."""

    robot: Robot
    digest: GroupDigest


@dataclass(frozen=True, slots=True)
class Foretold:
    """All messages of a day. ``new`` is how many notices the sweep of that day will record."""

    mails: tuple[ForetoldMail, ...]
    posts: tuple[ForetoldPost, ...]
    new: int

    def place_of(self, matter: Matter) -> int | None:
        """The place of its notice among those that the sweep of the day will record; None when it is older."""
        return -matter.notice_id - 1 if -self.new <= matter.notice_id < 0 else None

    def earlier(self, parts: Iterable[PartTold]) -> int:
        """How many of the parts are told of nothing that the sweep of the day will record."""
        return sum(all(self.place_of(each) is None for each in part.all) for part in parts)


@dataclass(slots=True)
class _Waiting:
    """What is left for mail once today is over, and what today's digests will have told."""

    left: dict[int, Matter] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)


def foretell(
    session: Session, office: Office, day: date, new: Sequence[Foreseen], today: Sequence[Foreseen]
) -> Foretold:
    """The messages of ``day``, which is after today and one on which messages go out.

    ``new`` is what the sweep will record on it, ``today`` what it still has to record today.
    """
    coming = tuple(_unwritten(session, office.clock.start_of(day), new, 0))
    still = list(_unwritten(session, office.clock.now(), today, len(new)))
    waiting = _after_today(session, office, day, still) if office.mail_is_set else _Waiting()
    mails = tuple(_mails(session, office, day, [*waiting.left.values(), *coming])) if office.mail_is_set else ()
    posts = tuple(_posts(session, office, day, waiting, still, coming))
    return Foretold(mails, posts, len(new))


def _unwritten(session: Session, at: datetime, found: Sequence[Foreseen], place: int) -> Iterator[Matter]:
    """The matters of notices that a sweep will write at that instant; their ids are negative."""
    for start in range(0, len(found), ASKED_AT_ONCE):
        batch = found[start : start + ASKED_AT_ONCE]
        about = {each: (each.assignment_id, each.person_id or 0, each.subject) for each in batch}
        facts = facts_about(session, list(about.values()))
        for number, each in enumerate(batch, place + start + 1):
            if about[each] not in facts:
                continue  # deleted at this very moment
            # How many hours late depends on the minute of the sweep.
            notice = (-number, each.kind, each.subject, each.step, each.late_days, 0, each.due_on, each.planned_on, at)
            sending = (None, each.words, each.author_name, None, None, each.person_id)
            yield Matter(*notice, *sending, *facts[about[each]])


def _after_today(session: Session, office: Office, day: date, still: Sequence[Matter]) -> _Waiting:
    """Lets the rest of today's mail go out, where there is time for it, and takes away what grows stale meanwhile."""
    clock, today = office.clock, office.clock.today()
    fresh = WAITING & (Notice.recorded_at >= _first_round(office, day) - STALE_AFTER)
    waits = [*matters(session, fresh), *(each for each in still if each.person_id)]
    waiting = _Waiting({each.notice_id: each for each in waits})
    if may_still_write(clock.now().astimezone(clock.zone), work_calendar(session), office.known.on(today)):
        people = {each.person_id for each in waits if each.person_id}
        mailed = mailed_since(session, people, clock.start_of(today))
        for mail in _mails(session, office, today, [each for each in waits if each.person_id not in mailed]):
            _go_out(waiting, mail)
    return waiting


def _first_round(office: Office, day: date) -> datetime:
    """The instant from which on messages go out on that day."""
    return office.clock.start_of(day) + timedelta(hours=first_hour(office.known.on(day)))


def _go_out(waiting: _Waiting, mail: ForetoldMail) -> None:
    """Notes what a digest of today tells, and what it puts off."""
    for part in (*mail.split.told, *mail.split.folded):
        waiting.told.update(part.ids)
    for part in mail.split.put_off:
        waiting.left.update((each.notice_id, replace(each, held=PUT_OFF)) for each in part.all)
    for notice_id in waiting.told:
        waiting.left.pop(notice_id, None)


def _mails(session: Session, office: Office, day: date, waiting: Iterable[Matter]) -> Iterator[ForetoldMail]:
    """The digest of each person who needs one and can be written to."""
    by_person: dict[int, list[Matter]] = {}
    for each in filter(is_needed, waiting):
        by_person.setdefault(each.person_id or 0, []).append(each)
    people = _readers(session, sorted(by_person))
    for person_id, needed in sorted(by_person.items()):
        reader = people.get(person_id)
        if reader and reader.active and reader.address:
            split = within_cap(by_part(needed, day), office.known.on(day).cap_per_unit_per_day)
            yield ForetoldMail(person_id, reader.name, split)


def _readers(session: Session, ids: Sequence[int]) -> Mapping[int, Addressee]:
    found: dict[int, Addressee] = {}
    for start in range(0, len(ids), ASKED_AT_ONCE):
        found.update(addressees(session, ids[start : start + ASKED_AT_ONCE]))
    return found


def _posts(  # noqa: PLR0917 - of what stands, what is to come
    session: Session,
    office: Office,
    day: date,
    waiting: _Waiting,
    still: Sequence[Matter],
    coming: Sequence[Matter],
) -> Iterator[ForetoldPost]:
    for robot in robot_queries.active_robots(session):
        found = [*_stood(session, office, day, robot, waiting, still), *_of_unit(robot, coming)]
        needed = [each for each in found if is_needed_by_group(each)]
        digest = group_digest(robot, needed, office.known, day, office.base_url)
        if digest.text:
            yield ForetoldPost(robot, digest)


def _of_unit(robot: Robot, found: Iterable[Matter]) -> Iterator[Matter]:
    return (each for each in found if each.unit_id == robot.unit_id)


def _stood(  # noqa: PLR0917 - as above
    session: Session, office: Office, day: date, robot: Robot, waiting: _Waiting, still: Sequence[Matter]
) -> Iterator[Matter]:
    """What is on record when the day begins and has its turn on it: what is new to the group, and what mail put off."""
    since = _told_by_then(session, office, day, robot)
    condition = robot_queries.of_unit(robot.unit_id, since, office.clock.start_of(day), PUT_OFF)
    stood = {each.notice_id: each for each in (*matters(session, condition), *_of_unit(robot, still))}
    stood.update((each.notice_id, each) for each in _of_unit(robot, waiting.left.values()))
    for each in stood.values():
        now = replace(each, held=None) if each.mailed_at or each.notice_id in waiting.told else each
        if robot_queries.is_new(now.recorded_at, since) or is_promised(now):
            yield now


def _told_by_then(session: Session, office: Office, day: date, robot: Robot) -> datetime:
    """The instant up to which the group will have been told when today is over."""
    clock, now, today = office.clock, office.clock.now(), office.clock.today()
    may_write = may_still_write(now.astimezone(clock.zone), work_calendar(session), office.known.on(today))
    if may_write and robot_queries.still_to_post(session, robot.id, digest_key(today)):
        return max(now, _first_round(office, today))
    return told_from(session, robot, _first_round(office, day))
