"""What a list of a past day cannot tell, in a sentence beside it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.day_words import in_words
from tracker.services.lit import When
from tracker.store.former_queries import told_since


def past_words(session: Session, when: When) -> str:
    """The sentence for lists as of ``when``; empty where all is known.

    Titles, names, roles, handlers and dates of tasks are told from the audit log: not what was altered before it began.
    """
    if not when.is_past:
        return ""
    since = told_since(session)
    first = since.astimezone(when.zone).date() if since else None
    if first is None or first <= when.today:
        return ""
    return f"审计日志自{in_words(first)}起才有记录，在此之前改过的{_UNKNOWN}无从还原。"


_UNKNOWN = "任务、文件和单位名称，角色、承办人、签收期限和任务时限"
