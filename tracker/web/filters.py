"""How values are shown: days and instants in the office's zone, days left in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby

from flask import Flask

from tracker.domain.calendar_programs import known_name
from tracker.domain.day_words import in_words
from tracker.domain.doubts import ABOUT_PLAN
from tracker.domain.schedule import sent_late
from tracker.domain.titles import brief_title
from tracker.store.tasks import HistoryEntry
from tracker.web.context import parts, today
from tracker.web.when import when, when_on


def add_filters(app: Flask) -> None:
    app.jinja_env.filters.update(day=day, instant=instant, days_left=days_left, due_class=due_class, brief=brief_title)
    app.jinja_env.filters["urged"] = urged
    app.jinja_env.filters["day_of"] = day_of
    app.jinja_env.globals["sent_late"] = sent_late
    app.jinja_env.filters["file_size"] = file_size
    app.jinja_env.filters["known_name"] = known_name
    app.jinja_env.filters["own_lines"] = own_lines
    app.jinja_env.filters["said_at_once"] = said_at_once
    app.jinja_env.tests["about_the_plan"] = is_about_the_plan


def is_about_the_plan(doubt: Mapping[str, object]) -> bool:
    """Whether a plan's doubt is about its own facts, which can be filled in; else it is about the file."""
    return doubt["code"] in ABOUT_PLAN


def said_at_once(entries: Iterable[HistoryEntry]) -> list[list[HistoryEntry]]:
    """The entries in their order, those together that one person wrote at one moment and that say the same."""
    return [list(same) for _, same in groupby(entries, key=_what_it_says)]


def _what_it_says(entry: HistoryEntry) -> tuple[object, ...]:
    moved = (entry.from_state, entry.to_state) if entry.from_state != entry.to_state else None
    told = (entry.event, entry.words, entry.percent, entry.outcome, entry.due_from, entry.due_to)
    return (entry.at, entry.actor_id, entry.actor_name, moved, *told)


def day(value: date | None, empty: str = "未定") -> str:
    """2023年6月15日; the word for none when there is no day."""
    return in_words(value) if value else empty


def day_of(value: datetime) -> date:
    """The office's day in which an instant falls."""
    return parts().clock.day_of(value)


def instant(value: datetime | None, empty: str = "—") -> str:
    """2023-06-15 09:30 in the office's zone."""
    return value.astimezone(parts().settings.zone).strftime("%Y-%m-%d %H:%M") if value else empty


def urged(at: datetime) -> str:
    """今天已催办 10:32, 最近催办 6月12日; a day of another year has its year."""
    at = at.astimezone(parts().settings.zone)
    if at.date() == today():
        return f"今天已催办 {at:%H:%M}"
    this_year = f"{at.month}月{at.day}日" if at.year == today().year else in_words(at.date())
    return f"最近催办 {this_year}"


def own_lines(around: tuple[str, str, str]) -> tuple[str, str, str]:
    """A clause in its own lines alone; a bracket that fills its line has the line before it as well."""
    before, clause, after = around
    lines = before.split("\n")
    own = lines.pop()
    while lines and not own.strip():
        own = lines.pop() + "\n"
    return own, clause, after.split("\n")[0]


def file_size(count: int) -> str:
    """1.2 MB, 340 KB; a small file has 1 KB."""
    return f"{count / 1024**2:.1f} MB" if count >= 1024**2 else f"{max(1, round(count / 1024))} KB"


def days_left(value: date | None, on: date | None = None) -> str:
    """还有3天, 今天到期, 逾期2天, counted on a day, by default today; empty when there is no day."""
    if value is None:
        return ""
    days = (value - (on or today())).days
    if days < 0:
        return f"逾期{-days}天"
    return "今天到期" if days == 0 else f"还有{days}天"


def due_class(value: date | None, on: date | None = None) -> str:
    """The style of an open date: due-late once it has passed, due-soon in the last days, which turn a light yellow."""
    if value is None:
        return ""
    asked = when_on(on) if on else when()
    if (value - asked.today).days > asked.pack.due_soon_days:
        return ""
    return "due-late" if value < asked.today else "due-soon"
