"""Which items stand in a feed on a day."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

PAST_DAYS = 90
FUTURE_DAYS = 400
KEPT_DAYS = 30  # how long what is completed or withdrawn is still shown

WINDOW_WORDS = (
    f"时间范围：今日前{PAST_DAYS}天至今日后{FUTURE_DAYS}天；逾期未办结的事项不受此限，一直保留；"
    f"已办结、已撤销的事项{KEPT_DAYS}天后移出。"
)


class Outside(StrEnum):
    """Why an item does not stand in a feed."""

    UNDATED = "undated"
    FAR = "far"
    CLOSED = "closed"
    LONG_PAST = "long_past"

    @property
    def why(self) -> str:
        """One sentence for the owner of the feed."""
        return _WHY[self]


_WHY = {
    Outside.UNDATED: "没有确定完成时限，日历中无处显示；确定时限后自动出现。",
    Outside.FAR: f"完成时限在{FUTURE_DAYS}天以后，日历暂不显示，到时自动出现。",
    Outside.CLOSED: f"办结或撤销已超过{KEPT_DAYS}天，日历不再显示。",
    Outside.LONG_PAST: f"已办结或撤销，完成时限已过去{PAST_DAYS}天以上，日历不再显示。",
}


def outside(due_on: date | None, closed_on: date | None, today: date) -> Outside | None:
    """Why an item does not stand in a feed on ``today``; None when it does.

    Never without a due date; never more than 400 days ahead. What is open (``closed_on`` None) stays however long it
    is overdue; what is closed stays for 30 days, as long as it was due within the last 90.
    ``tracker.store.feed_queries`` says the same to databases.
    """
    if due_on is None:
        return Outside.UNDATED
    days_past = (today - due_on).days
    if days_past < -FUTURE_DAYS:
        return Outside.FAR
    if closed_on is None:
        return None
    if (today - closed_on).days > KEPT_DAYS:
        return Outside.CLOSED
    return Outside.LONG_PAST if days_past > PAST_DAYS else None
