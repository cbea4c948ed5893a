"""Looking at a subscription for its owner: who reads it, what is wrong, and why an item is or is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.roles import Role
from tracker.export.ical import outside
from tracker.services.feeds import own_feed
from tracker.services.kept_feeds import FeedUnrenderable, Place, Wanted, make_feed_body, wanted_of
from tracker.store.feed_queries import changes_to_rules
from tracker.store.feeds import Feed, FeedClient
from tracker.store.kept_queries import looked_for
from tracker.store.poll_queries import clients_of

MOST_FOUND = 20
# Most programs ask every hour, the slowest known ones once a day.
SILENT = timedelta(hours=48)
OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth knowing about a subscription; ``is_wrong`` where its owner should do something."""

    words: str
    is_wrong: bool = True


@dataclass(frozen=True, slots=True)
class Looked:
    """A part that was looked for, and why it is in the feed or not: one sentence."""

    part_id: int
    title: str
    unit_name: str
    is_shown: bool
    why: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How a subscription does. ``found`` answers a search; it is None where nothing was searched for. ``is_cut`` says
    that more was found than is told.
    """

    feed: Feed
    events: int
    size: int
    clients: Sequence[FeedClient]
    findings: Sequence[Finding]
    found: Sequence[Looked] | None
    is_cut: bool


def diagnose(session: Session, actor: Actor, feed_id: int, place: Place, sought: str = "") -> Diagnosis:
    """The diagnosis of the actor's own subscription; ``sought`` is part of a task's title.

    Raises NotFound for a subscription that is not the actor's. Commits nothing.
    """
    feed = own_feed(session, actor, feed_id)
    wanted = wanted_of(feed, actor, feed.unit.path if feed.unit else None, changes_to_rules(session), place)
    clients = clients_of(session, feed.id)
    events, size, faults = _rendered(session, wanted, place)
    findings = [*_of_reading(clients, place), *_of_address(place), *_of_content(events, faults)]
    rows = looked_for(session, wanted.shown, sought, MOST_FOUND + 1) if sought else ()
    found = [_looked(row, feed, place) for row in rows[:MOST_FOUND]] if sought else None
    return Diagnosis(feed, events, size, clients, findings, found, len(rows) > MOST_FOUND)


def _rendered(session: Session, wanted: Wanted, place: Place) -> tuple[int, int, tuple[str, ...]]:
    """How many entries the body has today, its bytes, and the faults of what is left out."""
    try:
        made = make_feed_body(session.connection(), wanted, place.now)
    except FeedUnrenderable as failed:
        return 0, 0, (str(failed),)
    return made.body.count(b"\r\nBEGIN:V") - made.body.count(b"\r\nBEGIN:VALARM"), len(made.body), made.faults


def _of_reading(clients: Sequence[FeedClient], place: Place) -> Iterator[Finding]:
    if not clients:
        yield Finding("还没有日历读取过这个订阅。请按“怎样添加”在手机或电脑日历中添加，几分钟后这里会出现记录。")
        return
    silent = place.now - clients[0].last_at
    if silent > SILENT:
        yield Finding(f"已有{silent.days}天没有日历来读取，日历程序可能已停用或删除了这个订阅，请在日历中检查。")


def _of_address(place: Place) -> Iterator[Finding]:
    parts = urlsplit(place.base_url)
    if parts.hostname in OWN_MACHINE:
        yield Finding(f"订阅地址（{place.base_url}）只能在本机打开，手机和其他电脑读取不到，请联系管理员设置系统网址。")
    elif parts.scheme != "https":
        yield Finding("订阅地址没有加密（http），部分手机日历会拒绝添加，请联系管理员改用 https。")


def _of_content(events: int, faults: Sequence[str]) -> Iterator[Finding]:
    for fault in dict.fromkeys(faults):
        yield Finding(f"有事项因数据有误没有写入日历：{fault}请联系管理员核对。")
    if not events and not faults:
        yield Finding("目前没有要显示的事项。有新的事项下达后会自动出现。", is_wrong=False)


def _looked(row: Any, feed: Feed, place: Place) -> Looked:
    reason = _reason(row, feed, place)
    why = reason or f"在日历的{row.due_on.year}年{row.due_on.month}月{row.due_on.day}日。"
    return Looked(row.id, row.title, row.unit_name, reason is None, why)


def _reason(row: Any, feed: Feed, place: Place) -> str | None:
    """Why it is not in the feed; None when it is."""
    if not row.is_in_scope:
        return f"不在这个订阅的范围内（{feed.scope.label}）。"
    if row.role is Role.SUPPORT and not feed.with_support:
        return "是配合分工，这个订阅不含配合事项。"
    hidden = outside(row.due_on, row.completed_on or row.withdrawn_on, place.today)
    return hidden.why if hidden else None
