"""Requests for a later date (延期申请): asked for by the unit, decided by a supervisor, taken back by the unit.

The original date is never touched; a granted request moves the current one, and writes both into the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.day_words import in_words
from tracker.domain.faults import Fault, Gathering
from tracker.domain.history import EXTENSION_ASKED, EXTENSION_GRANTED, EXTENSION_RECALLED, EXTENSION_REFUSED
from tracker.domain.lifecycle import Refused, State
from tracker.services.changing import SAME_PRESS, changed_since, committed, part_to_change, tidy
from tracker.services.errors import Invalid, NotFound
from tracker.services.noting import note
from tracker.services.redating import follow_parts
from tracker.store import extension_queries as queries
from tracker.store.extensions import Extension, ExtensionState
from tracker.store.tasks import Assignment

FARTHEST = timedelta(days=3660)
# What to do first, where the state of the work leaves nothing to be extended.
_FIRST = {
    State.DISPATCHED: "请先签收，再申请延期。",
    State.DECLINED: "退办的事项由督查室转办或撤销，不需要申请延期。",
    State.SUBMITTED: "已申请办结，请等待审核；退回补充后仍可申请延期。",
    State.SUSPENDED: "挂账期间不催办，恢复办理后再申请延期。",
    State.COMPLETED: "已办结的事项不需要延期。",
    State.WITHDRAWN: "已撤销的事项不需要延期。",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a supervisor decides: the day that is granted, or None for a refusal, with the words that go with it."""

    granted_on: date | None
    words: str | None = None

    @property
    def state(self) -> ExtensionState:
        return ExtensionState.GRANTED if self.granted_on else ExtensionState.REFUSED


def ask(  # noqa: PLR0917 - the fields of a form
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    assignment_id: int,
    version: int,
    wanted_on: date | None,
    reason: str | None,
    unread: Sequence[Fault] = (),
) -> Extension:
    """Asks for a later date, and commits; one row of history.

    ``version`` is the part's as the person saw it. Raises NotFound, Forbidden, Refused (nothing to be extended, or a
    request waits already), Invalid or Changed. The same form sent twice is done once.
    """
    part = part_to_change(session, actor, assignment_id, Permission.WORK_OWN, "申请延期")
    found, said = Gathering(unread), ""
    with found.about("reason"):
        said = tidy(reason) or ""
    waiting = queries.waiting_of(session, part.id)
    if part.version != version:
        if waiting and not found and _just_asked(waiting, actor, now, wanted_on, said):
            session.rollback()
            return waiting
        raise changed_since(session, part, version)
    _must_be_askable(part, waiting)
    if not said:
        found.add("请写明申请延期的理由。", "reason")
    day = today
    with found.about("wanted_on"):
        day = _later_day(wanted_on, part, today, "申请延期到的日期")
    found.refuse_as(Invalid)
    request = Extension(
        assignment_id=part.id,
        due_from=part.due_on,
        wanted_on=day,
        reason=said,
        asked_at=now,
        asked_by_id=actor.person_id or None,
        asked_by_name=actor.name,
    )
    session.add(request)
    note(part, actor, now, EXTENSION_ASKED, f"申请延期至{in_words(day)}。{said}")
    committed(session, part)
    return request


def decide(  # noqa: PLR0917 - the fields of a form
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    extension_id: int,
    version: int,
    decision: Decision,
    unread: Sequence[Fault] = (),
) -> Extension:
    """Grants the request, for the day asked for or another, or refuses it with words; commits.

    ``version`` is the part's as the person saw it. Raises NotFound, Forbidden, Refused (it is decided already, or the
    part is closed), Invalid or Changed. The same form sent twice is done once.
    """
    request, part = _request_and_part(session, actor, extension_id, Permission.DECIDE, "批复延期申请")
    words, found = None, Gathering(unread)
    with found.about("words"):
        words = tidy(decision.words)
    if part.version != version:
        if not found and _just_decided(request, actor, now, decision, words):
            session.rollback()
            return request
        raise changed_since(session, part, version)
    _must_wait(request, part)
    if decision.granted_on is not None:
        with found.about("granted_on"):
            _later_day(decision.granted_on, part, today, "同意延期到的日期")
    elif not words and not found.knows("granted_on"):  # a day that could not be read is no refusal
        found.add("不同意延期须写明理由，请填写意见后再提交。", "words")
    found.refuse_as(Invalid)
    if decision.granted_on is None:
        return _refuse(session, actor, now, request, part, words)
    return _grant(session, actor, now, request, part, decision.granted_on, words)


def recall(session: Session, actor: Actor, now: datetime, extension_id: int, version: int) -> Extension:
    """Takes a request back while it waits, and commits; raises as ``decide`` does."""
    request, part = _request_and_part(session, actor, extension_id, Permission.WORK_OWN, "撤回延期申请")
    if part.version != version:
        if request.state is ExtensionState.RECALLED and request.decided_by_id == (actor.person_id or None):
            session.rollback()
            return request
        raise changed_since(session, part, version)
    _must_wait(request, part)
    _settle(request, ExtensionState.RECALLED, actor, now, None)
    note(part, actor, now, EXTENSION_RECALLED, None)
    committed(session, part)
    return request


def end_request(session: Session, actor: Actor, now: datetime, part: Assignment) -> None:
    """Ends a request that still waits when its part is closed; the history tells the closing. Commits nothing."""
    waiting = queries.waiting_of(session, part.id)
    if waiting:
        _settle(waiting, ExtensionState.RECALLED, actor, now, f"事项{part.state.label}，申请自动终止。")


def part_of(session: Session, extension_id: int) -> int:
    """The id of the part whose date a request is about; raises NotFound."""
    assignment_id = queries.part_of_request(session, extension_id)
    if assignment_id is None:
        raise NotFound("没有这份延期申请，可能已被删除，请从任务清单重新进入。")
    return assignment_id


def may_ask(actor: Actor, part: Assignment, requests: list[Extension]) -> bool:
    """Whether this person may ask for a later date of the part now."""
    waits = any(each.state is ExtensionState.ASKED for each in requests)
    works = part.state is State.IN_PROGRESS and part.due_on is not None
    return works and not waits and actor.may(Permission.WORK_OWN, part.unit.path)


def _request_and_part(
    session: Session, actor: Actor, extension_id: int, permission: Permission, what: str
) -> tuple[Extension, Assignment]:
    """The request and its part, read once the part is held, so that nobody decides about it meanwhile."""
    part = part_to_change(session, actor, part_of(session, extension_id), permission, what)
    return queries.request_afresh(session, extension_id), part


def _must_be_askable(part: Assignment, waiting: Extension | None) -> None:
    if part.state is not State.IN_PROGRESS:
        raise Refused(f"该事项现为“{part.state.label}”，不能申请延期。{_FIRST[part.state]}")
    if part.due_on is None:
        raise Refused("该事项没有定完成时限，不需要申请延期。")
    if waiting:
        raise Refused(f"已有一份申请延期至{in_words(waiting.wanted_on)}的申请待批复，批复或撤回之后才能再申请。")


def _must_wait(request: Extension, part: Assignment) -> None:
    if request.state is not ExtensionState.ASKED:
        raise Refused(f"这份延期申请{request.state.label}，不能再批复或撤回；需要改变的，由承办单位重新申请。")
    if part.state.is_closed:
        raise Refused(f"该事项现为“{part.state.label}”，延期申请不必再批复。")


def _later_day(day: date | None, part: Assignment, today: date, what: str) -> date:
    """The day, if it is one to which the part's date can be moved; raises Invalid."""
    if day is None:
        raise Invalid(f"请填写{what}，如{in_words(today)}。")
    if part.due_on is not None and day <= part.due_on:
        raise Invalid(f"{what}须晚于现行时限{in_words(part.due_on)}，请修改。")
    if day < today:
        raise Invalid(f"{what}{in_words(day)}已经过去，请选择今天或以后的日期。")
    if day - today > FARTHEST:
        raise Invalid(f"{what}{in_words(day)}太远，请检查年份，应在十年之内。")
    return day


def _grant(  # noqa: PLR0917 - what is granted, of what, by whom
    session: Session,
    actor: Actor,
    now: datetime,
    request: Extension,
    part: Assignment,
    day: date,
    words: str | None,
) -> Extension:
    _settle(request, ExtensionState.GRANTED, actor, now, words)
    request.granted_on = day
    otherwise = (
        "" if day == request.wanted_on else f"申请延期至{in_words(request.wanted_on)}，同意延期至{in_words(day)}。"
    )
    moved = {"due_from": part.due_on, "due_to": day}
    part.due_on, part.overdue_flagged_on = day, None
    part.sequence, part.changed_at = part.sequence + 1, now
    note(part, actor, now, EXTENSION_GRANTED, f"{otherwise}{words or ''}" or None, **moved)
    follow_parts(part.task)
    committed(session, part)
    return request


def _refuse(  # noqa: PLR0917 - what is refused, by whom
    session: Session, actor: Actor, now: datetime, request: Extension, part: Assignment, words: str | None
) -> Extension:
    _settle(request, ExtensionState.REFUSED, actor, now, words)
    note(part, actor, now, EXTENSION_REFUSED, words)
    committed(session, part)
    return request


def _settle(request: Extension, state: ExtensionState, actor: Actor, now: datetime, words: str | None) -> None:
    request.state, request.decided_at, request.decision_words = state, now, words
    request.decided_by_id, request.decided_by_name = actor.person_id or None, actor.name


def _just_asked(waiting: Extension, actor: Actor, now: datetime, wanted_on: date | None, reason: str | None) -> bool:
    """Whether the request that waits is this very one, asked moments ago by this very person."""
    asked = (waiting.asked_by_id, waiting.wanted_on, waiting.reason)
    return asked == (actor.person_id or None, wanted_on, reason) and now - waiting.asked_at <= SAME_PRESS


def _just_decided(request: Extension, actor: Actor, now: datetime, decision: Decision, words: str | None) -> bool:
    """Whether the request was decided in just this way, moments ago, by this very person."""
    if request.decided_at is None or now - request.decided_at > SAME_PRESS:
        return False
    made = (request.decided_by_id, request.state, request.granted_on, request.decision_words)
    return made == (actor.person_id or None, decision.state, decision.granted_on, words)
