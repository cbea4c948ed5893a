"""What a calendar subscription may be: whose items, as what kind of entry, and how much of them it tells."""

from __future__ import annotations

from enum import StrEnum


class FeedScope(StrEnum):
    """Whose items a subscription holds."""

    UNIT = "unit"
    UNIT_TREE = "unit_tree"
    PLAN = "plan"
    MINE = "mine"
    ALL = "all"
    OVERDUE = "overdue"
    KEY = "key"

    @property
    def label(self) -> str:
        return _SCOPES[self]

    @property
    def is_of_a_unit(self) -> bool:
        """Whether it goes with a unit."""
        return self in (FeedScope.UNIT, FeedScope.UNIT_TREE)


_SCOPES = {
    FeedScope.UNIT: "一个单位的事项",
    FeedScope.UNIT_TREE: "一个单位及其下属单位的事项",
    FeedScope.PLAN: "一份文件的事项",
    FeedScope.MINE: "我单位承办的事项",
    FeedScope.ALL: "全部事项",
    FeedScope.OVERDUE: "逾期的事项",
    FeedScope.KEY: "我批示过的事项",
}


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
