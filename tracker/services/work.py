"""The daily work on assignments: signing for, reporting, submitting, deciding; one act, one row of history, one commit.

What may happen stands in ``tracker.domain.lifecycle``; here it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.history import ADOPTED, label_of
from tracker.domain.lifecycle import TRANSITIONS, Event, Outcome, State, Transition, transition
from tracker.services.division_effects import follow_division
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.joint_check import demand_opinions
from tracker.services.moves import Act, move, settle_task
from tracker.store.task_queries import assignment_to_change, latest_entries
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit

LONGEST_WORDS = 5000
# A form that comes a second time within this span is the same press of a button, not a second deed.
SAME_PRESS = timedelta(minutes=10)
MOST_CHANGES_TOLD = 5
REPORTING = (Event.REPORT, Event.SUBMIT)

# Each event belongs to one kind of person, whatever state it starts from.
PERMISSION_FOR: dict[Event, Permission] = {event: row.permission for (_, event), row in TRANSITIONS.items()}


class Changed(Stale):
    """Somebody changed the assignment meanwhile; ``entries`` tells who did what, the latest last."""

    def __init__(self, entries: Sequence[HistoryEntry]) -> None:
        self.entries = tuple(entry for entry in entries if entry.event != ADOPTED)
        told = "；".join(f"{e.actor_name}已“{label_of(e.event)}”（现为“{e.to_state.label}”）" for e in self.entries)
        super().__init__(f"您打开页面之后，该事项已有变动：{told or '内容有更新'}。本次操作没有保存，请核对后再提交。")


def act(  # noqa: PLR0917 - the fields of a form
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    assignment_id: int,
    event: Event,
    version: int,
    words: str | None = None,
    percent: int | None = None,
    outcome: Outcome | None = None,
    unit_id: int | None = None,
) -> Assignment:
    """Does one event of the lifecycle and commits; the assignment as it then stands.

    ``version`` is the one the person saw. Raises NotFound, Forbidden, Refused (the state does not know the
    event), Invalid (words, outcome or percent missing or unusable) or Changed; then nothing was changed.
    The same form sent twice is done once: the second time answers as the first.
    """
    assignment = _found(session, actor, assignment_id, event)
    deed = _deed(session, event, words=words, percent=percent, outcome=outcome, unit_id=unit_id)
    if assignment.version != version:
        if _was_just_done(session, assignment, actor, deed, now):
            session.rollback()
            return assignment
        raise _changed(session, assignment, version)
    row = transition(assignment.state, event)
    _demand(row, deed)
    demand_opinions(session, assignment, event)
    written, unit_from = _words_to_keep(actor, assignment, deed), assignment.unit_id
    came_from = move(assignment, row, deed, now, today)
    entry = _history_row(assignment, came_from, written, deed, actor)
    if deed.to_unit is not None and deed.to_unit.id != unit_from:
        entry.unit_from_id, entry.unit_to_id = unit_from, deed.to_unit.id
    session.add(entry)
    settle_task(assignment.task)
    return _committed(session, actor, now, assignment)


def events_for(actor: Actor, assignment: Assignment) -> tuple[Event, ...]:
    """What this person may do with the assignment now, in the table's order."""
    path = assignment.unit.path
    return tuple(
        e for (state, e), row in TRANSITIONS.items() if state is assignment.state and actor.may(row.permission, path)
    )


def _found(session: Session, actor: Actor, assignment_id: int, event: Event) -> Assignment:
    assignment = assignment_to_change(session, assignment_id)
    if assignment is None:
        raise NotFound("没有这项分工，可能已被删除，请从任务清单重新进入。")
    if not actor.may(PERMISSION_FOR[event], assignment.unit.path):
        raise Forbidden(PERMISSION_FOR[event], f"对该事项“{event.label}”")
    return assignment


def _deed(
    session: Session,
    event: Event,
    *,
    words: str | None,
    percent: int | None,
    outcome: Outcome | None,
    unit_id: int | None,
) -> Act:
    """What was given, without what does not belong to the event; raises Invalid."""
    text = (words or "").replace("\r\n", "\n").strip() or None
    if text and len(text) > LONGEST_WORDS:
        raise Invalid(f"说明不能超过{LONGEST_WORDS}字，现有{len(text)}字，请精简后再提交。")
    if percent is not None and not 0 <= percent <= 100:
        raise Invalid("完成比例应为0到100之间的整数，请修改。")
    return Act(
        event,
        text,
        percent if event in REPORTING else None,
        outcome if event is Event.ACCEPT else None,
        _other_unit(session, unit_id) if event is Event.DISPATCH and unit_id else None,
    )


def _other_unit(session: Session, unit_id: int) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise Invalid("所选单位不存在或已停用，请重新选择。")
    return unit


def _was_just_done(session: Session, assignment: Assignment, actor: Actor, deed: Act, now: datetime) -> bool:
    """Whether the last thing that happened is this very deed by this very person, moments ago."""
    last = next(iter(latest_entries(session, assignment.id, 1)), None)
    if last is None or now - last.at > SAME_PRESS:
        return False
    done = (last.actor_id, last.event, last.percent, last.outcome)
    return done == (actor.person_id, deed.event.value, deed.percent, deed.outcome) and _same_words(last.words, deed)


def _same_words(written: str | None, deed: Act) -> bool:
    redirected = deed.to_unit is not None and (written or "").endswith(_redirection(deed.to_unit, deed.words))
    return written == deed.words or redirected


def _changed(session: Session, assignment: Assignment, version: int) -> Changed:
    """The refusal, with as many of the last entries as the version has moved on."""
    moved = min(max(assignment.version - version, 1), MOST_CHANGES_TOLD)
    return Changed(latest_entries(session, assignment.id, moved))


def _demand(row: Transition, deed: Act) -> None:
    if row.words_required and not deed.words:
        raise Invalid(f"“{deed.event.label}”须写明情况或理由，请填写说明后再提交。")
    if deed.event is Event.ACCEPT and deed.outcome is None:
        raise Invalid("请选择办结结果：A 已解决、B 列入计划逐步解决、C 暂不具备条件。")


def _words_to_keep(actor: Actor, assignment: Assignment, deed: Act) -> str | None:
    """The words of the history; work that goes to another unit tells from which to which.

    Refuses a unit that the actor does not reach, or that has a part in the task already.
    """
    unit = deed.to_unit
    if unit is None or unit.id == assignment.unit_id:
        return deed.words
    if not actor.may(Permission.DECIDE, unit.path):
        raise Forbidden(Permission.DECIDE, f"转办至“{unit.name}”")
    if any(part.unit_id == unit.id for part in assignment.task.assignments):
        raise Invalid(f"“{unit.name}”已承担本任务的另一分工，不能再转办给该单位，请另选单位或撤销本项分工。")
    return f"由“{assignment.unit.name}”{_redirection(unit, deed.words)}"


def _redirection(unit: Unit, words: str | None) -> str:
    return f"转办至“{unit.name}”。{words or ''}"


def _history_row(assignment: Assignment, came_from: State, words: str | None, deed: Act, actor: Actor) -> HistoryEntry:
    return HistoryEntry(
        assignment_id=assignment.id,
        event=deed.event.value,
        at=assignment.changed_at,
        actor_id=actor.person_id,
        actor_name=actor.name,
        from_state=came_from,
        to_state=assignment.state,
        words=words,
        percent=deed.percent,
        outcome=deed.outcome,
    )


def _committed(session: Session, actor: Actor, now: datetime, assignment: Assignment) -> Assignment:
    try:
        follow_division(session, actor, now, assignment)
        session.commit()
    except StaleDataError:
        session.rollback()
        raise _changed(session, assignment, assignment.version) from None
    return assignment
