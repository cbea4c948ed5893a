"""The last day to sign for a part (签收期限): given with a dispatch, or set while the unit has not signed yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.day_words import in_words
from tracker.domain.faults import Fault, Gathering
from tracker.domain.history import DATE_SET
from tracker.domain.lifecycle import Refused, State
from tracker.services.changing import changed_since, committed, part_to_change
from tracker.services.errors import Invalid
from tracker.services.noting import note
from tracker.store.tasks import Assignment

FARTHEST = timedelta(days=366)


def set_sign_by(  # noqa: PLR0917 - the fields of a form
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    assignment_id: int,
    version: int,
    day: date | None,
    unread: Sequence[Fault] = (),
) -> Assignment:
    """Sets the day, or with None leaves the limit to the office's rule again; one row of history, one commit.

    Raises NotFound, Forbidden, Refused (it has been signed for), Invalid or Changed; sent twice, it is done once.
    """
    part = part_to_change(session, actor, assignment_id, Permission.DECIDE, "设定签收期限")
    found = Gathering(unread)
    if not found and part.version != version and part.state is State.DISPATCHED and part.sign_by_on == day:
        session.rollback()
        return part
    if part.version != version:
        raise changed_since(session, part, version)
    if part.state is not State.DISPATCHED:
        raise Refused(f"该事项现为“{part.state.label}”，只有“{State.DISPATCHED.label}”的事项可以设定签收期限。")
    with found.about("day"):
        check_limit(day, today, part.due_on)
    found.refuse_as(Invalid)
    if part.sign_by_on != day:
        part.sign_by_on, part.changed_at = day, now
        words = f"签收期限定为{in_words(day)}。" if day else "取消单独的签收期限，按统一规定签收。"
        note(part, actor, now, DATE_SET, words)
    return committed(session, part)


def check_limit(day: date | None, today: date, due_on: date | None) -> None:
    """Raises Invalid for a last day to sign that has passed, or that lies beyond the date of the work itself."""
    if day is None:
        return
    if day < today:
        raise Invalid(f"签收期限{in_words(day)}已经过去，请选择今天或以后的日期。")
    if due_on is not None and today <= due_on < day:
        raise Invalid(f"签收期限{in_words(day)}晚于完成时限{in_words(due_on)}，请选择完成时限之前的日期。")
    if day - today > FARTHEST:
        raise Invalid(f"签收期限{in_words(day)}太远，请检查年份，应在一年之内。")
