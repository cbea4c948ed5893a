"""What a list of a past day cannot tell, in a sentence beside it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.day_words import in_words
from tracker.services.lit import Day
from tracker.store.former_queries import told_since


def past_words(session: Session, day: Day) -> str:
    """The sentence for lists as of ``day``; empty where all is known.

    Titles, names, roles, handlers and dates of tasks are told from the audit log: not what was altered before it began.
    """
    if not day.is_past:
        return ""
    since = told_since(session)
    first = since.astimezone(day.zone).date() if since else None
    if first is None or first <= day.today:
        return ""
    return f"审计日志自{in_words(first)}起才有记录，在此之前改过的{_UNKNOWN}无从还原。"


_UNKNOWN = "任务、文件和单位名称，角色、承办人、签收期限和任务时限"
