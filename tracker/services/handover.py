"""A liaison's work goes to another (工作移交): the unit's open parts are told, unread notices follow, the role may end.

A supervisor in reach passes work between people who are liaisons of the unit. An administrator may give the role to
the one who takes over, and end that of the one who leaves, in the same act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Office, Permission
from tracker.domain.history import HANDED_OVER
from tracker.domain.notices import NoticeKind
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.lit import Part, When, part_of
from tracker.services.noting import note
from tracker.services.turns import in_turn
from tracker.services.work import SAME_PRESS
from tracker.store import handover_queries as ask
from tracker.store.handling_queries import handling_of
from tracker.store.notices import MailState, Notice
from tracker.store.people import Person, PersonStanding
from tracker.store.people_queries import managed_by
from tracker.store.reach import within
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.undo_queries import hold_tasks
from tracker.store.units import Unit

LONGEST_NOTE = 500
SHOWN_FOR = timedelta(days=30)
"""So long the new liaison's own page leads to what was handed over."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who leaves, who takes over, why, and whether the role of the one who leaves ends."""

    leaver_id: int | None
    taker_id: int | None
    note: str = ""
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form offers. ``giving`` are people who would be given the role with the work: administrators' alone."""

    unit: Unit
    leavers: Mapping[int, str]
    liaisons: Mapping[int, str]
    giving: Mapping[int, str]
    manages: bool
    open_parts: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was done: how many open parts and unread notices went over; ``entry_id`` leads to the summary."""

    entry_id: int | None
    parts: int
    notices: int
    already: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What one hand-over brought, as it stands today; ``handlers`` names who does the work inside the unit."""

    entry: HistoryEntry
    unit: Unit
    parts: Sequence[Part]
    handlers: Mapping[int, str]


def may_hand_over(actor: Actor, unit: Unit) -> bool:
    """Administrators and supervisors, within their reach."""
    return actor.may(Permission.HAND_OVER, unit.path)


def choice_of(session: Session, actor: Actor, unit_id: int) -> Choice:
    """What can be chosen at a unit; raises NotFound or Forbidden."""
    unit = _unit(session, actor, unit_id)
    standings = ask.liaison_standings(session, unit.id)
    manages = actor.may(Permission.MANAGE_PEOPLE, unit.path)
    liaisons = {held.person_id: held.person.name for held in standings if held.person.active}
    others = ask.active_people(session, managed_by(actor)) if manages else ()
    giving = {each.id: f"{each.name}（{each.login}）" for each in others if each.id not in liaisons}
    leavers = {each.person_id: _called(each.person) for each in standings}
    return Choice(unit, leavers, liaisons, giving, manages, len(ask.open_parts_of(session, unit.id)))


def _called(person: Person) -> str:
    return person.name if person.active else f"{person.name}（账号已停用）"


@in_turn
def hand_over(  # noqa: PLR0917 - the fields of a form
    session: Session, actor: Actor, now: datetime, today: date, unit_id: int, wish: Wish
) -> HandedOver:
    """Passes a liaison's work on and commits.

    Raises NotFound, Forbidden, Invalid, or Stale when the database was quicker. The same form sent twice acts once.
    """
    unit = _unit(session, actor, unit_id)
    leaver, taker = _people(session, wish)
    words = _words(leaver, taker, _note(wish.note))
    before = ask.latest_hand_over(session, unit, actor.person_id, now - SAME_PRESS, words)
    if before is not None:
        return HandedOver(before.id, len(ask.entries_beside(session, before)), 0, already=True)
    _check_roles(session, actor, unit, wish, leaver, taker)
    parts = _held(session, unit)
    entries = [note(part, actor, now, HANDED_OVER, words) for part in parts]
    session.flush()
    moved = _pass_notices(session, leaver, taker, unit, now)
    if entries:
        session.add(_news(parts[0], entries[0], taker, leaver, now, today))
    if wish.ends:
        _end_role(leaver, unit)
    try:
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        raise Stale("其他人员正在办理该单位的事项，本次没有移交。请稍后再提交。") from None
    return HandedOver(entries[0].id if entries else None, len(parts), moved)


def _unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise NotFound("没有这个单位，或单位已停用。")
    if not may_hand_over(actor, unit):
        raise Forbidden(Permission.HAND_OVER, f"移交“{unit.name}”的工作")
    return unit


def _people(session: Session, wish: Wish) -> tuple[Person, Person]:
    leaver = session.get(Person, wish.leaver_id) if wish.leaver_id else None
    taker = session.get(Person, wish.taker_id) if wish.taker_id else None
    if leaver is None:
        raise Invalid("请选择移交人。")
    if taker is None:
        raise Invalid("请选择接手人。")
    if leaver.id == taker.id:
        raise Invalid("移交人和接手人不能是同一人，请另选接手人。")
    return leaver, taker


def _note(text: str) -> str:
    clean = text.replace("\r\n", "\n").strip()
    if len(clean) > LONGEST_NOTE:
        raise Invalid(f"移交说明不能超过{LONGEST_NOTE}字，现有{len(clean)}字，请精简。")
    return clean


def _words(leaver: Person, taker: Person, said: str) -> str:
    return f"由{leaver.name}移交{taker.name}。{said}"


def _check_roles(  # noqa: PLR0917 - who does what to whom
    session: Session, actor: Actor, unit: Unit, wish: Wish, leaver: Person, taker: Person
) -> None:
    """Sees that both may stand for the unit, and gives the role to the one who takes over where it is missing."""
    held = {each.person_id for each in ask.liaison_standings(session, unit.id)}
    manages = actor.may(Permission.MANAGE_PEOPLE, unit.path)
    if leaver.id not in held:
        raise Invalid(f"{leaver.name}已不是“{unit.name}”的联络员，请重新选择移交人。")
    if wish.ends and not manages:
        raise Forbidden(Permission.MANAGE_PEOPLE, f"撤销在“{unit.name}”的岗位")
    if not taker.active:
        raise Invalid(f"{taker.name}的账号已停用，请先启用，或另选接手人。")
    if taker.id in held:
        return
    if not manages or taker.id not in {each.id for each in ask.active_people(session, managed_by(actor))}:
        raise Invalid(f"{taker.name}还不是“{unit.name}”的联络员，请先请管理员为其添加联络员岗位，再移交。")
    taker.standings.append(PersonStanding(unit=unit, office=Office.LIAISON))


def _held(session: Session, unit: Unit) -> Sequence[Assignment]:
    """The unit's open parts, held until the commit and read again."""
    hold_tasks(session, [part.task_id for part in ask.open_parts_of(session, unit.id)])
    return ask.open_parts_of(session, unit.id)


def _pass_notices(session: Session, leaver: Person, taker: Person, unit: Unit, now: datetime) -> int:
    """Makes the unread notices the taker's; one that the taker has already is done with. Returns how many went over."""
    unread, key = ask.unread_about(session, leaver.id, unit.id), f"person:{taker.id}"
    known = ask.keys_of(session, key, [notice.assignment_id for notice in unread])
    moved = 0
    for notice in unread:
        if (notice.assignment_id, notice.kind, notice.due_on, notice.step, notice.subject) in known:
            notice.read_at = now
            continue
        notice.person_id, notice.recipient_key = taker.id, key
        moved += 1
    return moved


def _news(  # noqa: PLR0917 - what a notice is made of
    part: Assignment, entry: HistoryEntry, taker: Person, leaver: Person, now: datetime, today: date
) -> Notice:
    """One notice to the new liaison, however many parts there are; it hangs on the first of them."""
    return Notice(
        assignment_id=part.id,
        kind=NoticeKind.HANDED_OVER,
        due_on=part.due_on or today,
        step=0,
        recipient_key=f"person:{taker.id}",
        subject=f"entry:{entry.id}",
        words=entry.words,
        author_name=entry.actor_name,
        person_id=taker.id,
        planned_on=today,
        recorded_at=now,
        mail_state=MailState.WAITING,
    )


def _end_role(leaver: Person, unit: Unit) -> None:
    leaver.standings = [
        held for held in leaver.standings if not (held.unit_id == unit.id and held.office is Office.LIAISON)
    ]


def summary_of(session: Session, actor: Actor, when: When, entry_id: int) -> Summary:
    """What a hand-over brought; raises NotFound, or Forbidden when the unit lies outside the actor's reach."""
    entry = ask.entry_shown(session, entry_id)
    if entry is None:
        raise NotFound("没有这次移交的记录。")
    unit = entry.assignment.unit
    if not actor.may(Permission.READ, unit.path):
        raise Forbidden(Permission.READ, "查看这次移交")
    parts = [part_of(each.assignment, when) for each in ask.entries_beside(session, entry)]
    filed = handling_of(session, [part.assignment.id for part in parts])
    handlers = {key: "，".join(filter(None, (row.section, row.handler, row.phone))) for key, row in filed.items()}
    return Summary(entry, unit, parts, handlers)


def recent(session: Session, actor: Actor, now: datetime) -> Sequence[HistoryEntry]:
    """The hand-overs of the last thirty days at units whose work the actor does, one row of each."""
    return ask.hand_overs_since(session, within(actor, Permission.WORK_OWN), now - SHOWN_FOR)
