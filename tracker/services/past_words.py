"""What a list of a past day cannot tell, in a sentence beside it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.day_words import in_words
from tracker.services.lit import When
from tracker.store.former_queries import told_since


def past_words(session: Session, when: When) -> str:
    """The sentence for lists as of ``when``; empty for those of today.

    Titles, roles, handlers and days to sign are told from the audit log: not what was altered before it began.
    """
    if not when.is_past:
        return ""
    since = told_since(session)
    first = since.astimezone(when.zone).date() if since else None
    if first is None or first <= when.today:
        return f"{_NAMES}。"
    return f"{_NAMES}；审计日志自{in_words(first)}起才有记录，在此之前改过的任务名称、角色、承办人和签收期限无从还原。"


_NAMES = "来源文件、单位名称按现在登记的显示"
