"""The daily work on assignments: signing for, reporting, submitting, deciding; one act, one row of history, one commit.

What may happen stands in ``tracker.domain.lifecycle``; here it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.day_words import in_words
from tracker.domain.faults import Fault, Gathering
from tracker.domain.lifecycle import TRANSITIONS, Event, Outcome, State, Transition, transition
from tracker.services.changing import (
    LONGEST_WORDS,
    SAME_PRESS,
    Changed,
    changed_since,
    committed,
    part_to_change,
    tidy,
)
from tracker.services.division_effects import follow_division
from tracker.services.errors import Invalid
from tracker.services.evidence import SentFile, Upload, keep, sent_files
from tracker.services.extensions import end_request
from tracker.services.joint_check import demand_opinions
from tracker.services.moves import Act, move, settle_task
from tracker.services.signing import check_limit
from tracker.store.evidence_queries import digests_with, has_evidence
from tracker.store.task_queries import latest_entries
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit

__all__ = ["LONGEST_WORDS", "PERMISSION_FOR", "REPORTING", "SAME_PRESS", "Changed", "act", "events_for"]
REPORTING = (Event.REPORT, Event.SUBMIT)

# Each event belongs to one kind of person, whatever state it starts from.
PERMISSION_FOR: dict[Event, Permission] = {event: row.permission for (_, event), row in TRANSITIONS.items()}


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
    sign_by_on: date | None = None,
    files: Sequence[Upload] = (),
    unread: Sequence[Fault] = (),
) -> Assignment:
    """Does one event of the lifecycle and commits; the assignment as it then stands.

    ``version`` is the one the person saw. Raises NotFound, Forbidden, Refused (the state does not know the
    event), Invalid (everything given that is missing or unusable, by the names of these arguments) or Changed; then
    nothing was changed. The same form sent twice is done once: the second time answers as the first.
    ``files`` come with reports and submissions, ``sign_by_on`` with a dispatch, and with nothing else.
    """
    assignment = part_to_change(session, actor, assignment_id, PERMISSION_FOR[event], event.label)
    found = Gathering(unread)
    deed = _deed(
        session,
        found,
        event,
        words=words,
        percent=percent,
        outcome=outcome,
        unit_id=unit_id,
        sign_by_on=sign_by_on,
        files=files,
    )
    if assignment.version != version:
        if not found and _was_just_done(session, assignment, actor, deed, now):
            session.rollback()
            return assignment
        raise changed_since(session, assignment, version)
    row = transition(assignment.state, event)
    _demand(session, found, assignment, row, deed)
    with found.about("sign_by_on"):
        check_limit(deed.sign_by_on, today, assignment.due_on)
    with found.about():
        demand_opinions(session, assignment, event)
    written, unit_from = deed.words, assignment.unit_id
    with found.about("unit_id"):
        written = _words_to_keep(actor, assignment, deed)
    found.refuse_as(Invalid)
    came_from = move(assignment, row, deed, now, today)
    entry = _history_row(assignment, came_from, written, deed, actor)
    if deed.to_unit is not None and deed.to_unit.id != unit_from:
        entry.unit_from_id, entry.unit_to_id = unit_from, deed.to_unit.id
    session.add(entry)
    keep(session, entry, deed.files)
    if row.to.is_closed:
        end_request(session, actor, now, assignment)
    settle_task(assignment.task)
    return committed(session, assignment, partial(follow_division, session, actor, now, assignment))


def events_for(actor: Actor, assignment: Assignment) -> tuple[Event, ...]:
    """What this person may do with the assignment now, in the table's order."""
    path = assignment.unit.path
    return tuple(
        e for (state, e), row in TRANSITIONS.items() if state is assignment.state and actor.may(row.permission, path)
    )


def _deed(
    session: Session,
    found: Gathering,
    event: Event,
    *,
    words: str | None,
    percent: int | None,
    outcome: Outcome | None,
    unit_id: int | None,
    sign_by_on: date | None,
    files: Sequence[Upload],
) -> Act:
    """What was given, without what does not belong to the event; what cannot be used is noted, and left out."""
    text: str | None = None
    to_unit: Unit | None = None
    sent: tuple[SentFile, ...] = ()
    with found.about("words"):
        text = tidy(words)
    if percent is not None and not 0 <= percent <= 100:
        found.add("完成比例应为0到100之间的整数，请修改。", "percent")
    with found.about("unit_id"):
        to_unit = _other_unit(session, unit_id) if event is Event.DISPATCH and unit_id else None
    with found.about("files"):
        sent = sent_files(files) if event in REPORTING else ()
    sign_by_on = sign_by_on if event is Event.DISPATCH else None
    return Act(
        event,
        f"{text or ''}签收期限：{in_words(sign_by_on)}。" if sign_by_on else text,
        percent if event in REPORTING else None,
        outcome if event is Event.ACCEPT else None,
        to_unit,
        sign_by_on,
        sent,
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
    if done != (actor.person_id, deed.event.value, deed.percent, deed.outcome) or not _same_words(last.words, deed):
        return False
    return digests_with(session, last.id) == {file.sha256 for file in deed.files}


def _same_words(written: str | None, deed: Act) -> bool:
    redirected = deed.to_unit is not None and (written or "").endswith(_redirection(deed.to_unit, deed.words))
    return written == deed.words or redirected


def _demand(session: Session, found: Gathering, assignment: Assignment, row: Transition, deed: Act) -> None:
    if row.words_required and not deed.words:
        found.add(f"“{deed.event.label}”须写明情况或理由，请填写说明后再提交。", "words")
    if deed.event is Event.ACCEPT and deed.outcome is None:
        found.add("请选择办结结果：A 已解决、B 列入计划逐步解决、C 暂不具备条件。", "outcome")
    lacks_proof = assignment.task.evidence_required and not deed.files
    if deed.event is Event.SUBMIT and lacks_proof and not has_evidence(session, assignment.id):
        found.add("督查室要求本任务附佐证材料，目前一份也没有。请在“佐证材料”处选择文件后再申请办结。", "files")


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
