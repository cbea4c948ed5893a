"""What a calendar subscription may be: whose items, as what kind of entry, and how much of them it tells."""

from __future__ import annotations

from enum import StrEnum


class FeedScope(StrEnum):
    """Whose items a subscription holds."""

    UNIT = "unit"
    PLAN = "plan"
    ALL = "all"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        words = {"unit": "一个单位的事项", "plan": "一份文件的事项", "all": "全部事项", "overdue": "逾期的事项"}
        return words[self.value]


class Flavour(StrEnum):
    """The kind of component: VEVENT, or VTODO, which most phone calendars do not show."""

    EVENT = "event"
    TODO = "todo"

    @property
    def label(self) -> str:
        return {"event": "日历日程（推荐）", "todo": "待办事项"}[self.value]


class Redaction(StrEnum):
    """How much a feed tells: everything, titles and units, or how many fall due on a day."""

    FULL = "full"
    TITLE_UNIT = "title_unit"
    COUNT = "count"

    @property
    def label(self) -> str:
        return {"full": "完整内容", "title_unit": "仅标题和单位", "count": "仅数量"}[self.value]
