"""Which items stand in a feed on a day."""

from __future__ import annotations

from datetime import date

from tracker.export.ical.values import FeedItem

PAST_DAYS = 90
FUTURE_DAYS = 400
KEPT_DAYS = 30  # how long what is completed or withdrawn is still shown

WINDOW_WORDS = (
    f"时间范围：今日前{PAST_DAYS}天至今日后{FUTURE_DAYS}天；逾期未办结的事项不受此限，一直保留；"
    f"已办结、已撤销的事项{KEPT_DAYS}天后移出。"
)


def in_window(item: FeedItem, today: date) -> bool:
    """Whether the item stands in a feed on ``today``.

    Never without a due date; never more than 400 days ahead. What is open stays however long it is overdue;
    what is closed stays for 30 days, as long as it was due within the last 90. Refuses a closed item without its day.
    """
    if item.due_on is None:
        return False
    days_past = (today - item.due_on).days
    if not item.state.is_closed:
        return days_past >= -FUTURE_DAYS
    return -FUTURE_DAYS <= days_past <= PAST_DAYS and (today - closed_on(item)).days <= KEPT_DAYS


def closed_on(item: FeedItem) -> date:
    """The day on which a closed item was completed or withdrawn; ValueError when the row does not say."""
    day = item.completed_on or item.withdrawn_on
    if day is None:
        raise ValueError(f"状态为“{item.state.label}”，却没有办结或撤销的日期。")
    return day
