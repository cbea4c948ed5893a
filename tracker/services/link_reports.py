"""Opening a link without an account, and the one report that it is good for.

Opening never spends a link: programs that look through mail open every one. Posting does, with a guarded update.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Permission
from tracker.domain.history import label_of
from tracker.domain.lifecycle import Event
from tracker.services.errors import Invalid, Stale
from tracker.services.evidence import Upload, sent_files
from tracker.services.people import actor_of
from tracker.services.recording import Author, Report, Seen, changes_since, is_last_word, record, seen_now, why_not
from tracker.services.report_links import Claim, Issuer, LinkState, claim_of, hash_of, moved_since, state_of
from tracker.services.work import SAME_PRESS
from tracker.store.link_queries import link_afresh, spend, supervisors_over
from tracker.store.report_links import ReportLink
from tracker.store.task_queries import assignment_shown, assignment_to_change
from tracker.store.tasks import Assignment
from tracker.store.units import Unit

LONGEST_REPORT = 2000
LONGEST_REPORTER = 20
MOST_CONTACTS = 3
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[· .])*")
_PHONE = re.compile(r"\+?[0-9](?:[0-9]|[- ](?=[0-9])|转){4,18}[0-9]")


class Reason(StrEnum):
    """Why a link cannot be used, each with a page of its own; ``status`` is the answer's."""

    UNKNOWN = "unknown"
    SPENT = "spent"
    REVOKED = "revoked"
    EXPIRED = "expired"
    MOVED = "moved"
    CLOSED = "closed"
    WAITS = "waits"

    @property
    def heading(self) -> str:
        return _HEADINGS[self]

    @property
    def status(self) -> int:
        return {Reason.UNKNOWN: 404, Reason.MOVED: 403, Reason.WAITS: 409}.get(self, 410)


_HEADINGS = {
    Reason.UNKNOWN: "链接无效",
    Reason.SPENT: "链接已经用过",
    Reason.REVOKED: "链接已撤销",
    Reason.EXPIRED: "链接已过期",
    Reason.MOVED: "事项已转给其他单位",
    Reason.CLOSED: "事项已了结",
    Reason.WAITS: "暂时不能填报",
}


_GONE = "该事项已不由贵单位承办，不需要再填报。"
_CAME_BACK = "该事项转办过其他单位，这个链接随之失效。需要填报的，请联系督查室另发链接。"
_SPENT = "每个链接只能填报一次，这个链接已经填报过。还要补充的，请联系督查室另发链接。"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call: name, unit, and the telephone where it is known."""

    name: str
    unit: str | None
    phone: str | None


class LinkRefused(Exception):
    """The link cannot be used; the message says why, ``contacts`` whom to call."""

    def __init__(self, reason: Reason, message: str, contacts: tuple[Contact, ...] = ()) -> None:
        super().__init__(message)
        self.reason, self.contacts = reason, contacts


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that can be used: its part, and how that stands now."""

    link: ReportLink
    part: Assignment
    seen: Seen
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What the form brings, as it was typed, with the files that were chosen."""

    name: str
    phone: str
    words: str
    percent: int | None
    seen: Seen
    files: Sequence[Upload] = ()


def open_link(session: Session, now: datetime, issuer: Issuer, token: str) -> Opened:
    """What the link opens; changes nothing. Raises LinkRefused."""
    link, claim = _known(session, issuer, token)
    part = assignment_shown(session, link.assignment_id)
    assert part is not None  # a link goes with its part
    _demand_usable(session, link, part, claim, now)
    contacts = _contacts(session, link, part.unit)
    return Opened(link, part, seen_now(session, part.id, part.version), contacts)


def report_by_link(  # noqa: PLR0917 - who, when, by which link, what
    session: Session, now: datetime, today: date, issuer: Issuer, token: str, given: Given
) -> Assignment:
    """Records the one report and spends the link, in one commit; the part as it then stands.

    Work that nobody has signed for yet is signed for in the same commit. Raises LinkRefused, Invalid for what was
    typed, or Stale when the part was changed since the page was opened; then the link is as good as before.
    The same form sent twice is done once: the second time answers as the first.
    """
    link, claim = _known(session, issuer, token)
    name, phone, report = _name(given.name), _phone(given.phone), _report(given)
    part = assignment_to_change(session, link.assignment_id)
    link, used_by = _known(session, issuer, token)[0], f"{name}（{phone}）"
    assert part is not None  # else its link went with it, and was refused
    author = Author(_signature(name, part.unit))
    if _was_just_done(session, link, part, report, author, used_by, now):
        session.rollback()
        return part
    _demand_usable(session, link, part, claim, now)
    _demand_unchanged(session, part, given.seen)
    if not spend(session, link.id, now, used_by):
        session.rollback()
        raise LinkRefused(Reason.SPENT, _SPENT, _contacts(session, link, part.unit))
    record(session, part, report, author, now, today)
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Stale("您提交的同时，该事项有了变动，内容没有保存。请核对后再提交一次。") from None
    return part


def _known(session: Session, issuer: Issuer, token: str) -> tuple[ReportLink, Claim]:
    """The link's row, read afresh; a token that was not signed here is refused before the database is asked."""
    claim = claim_of(issuer, token)
    link = link_afresh(session, claim.link_id) if claim else None
    if claim is None or link is None or not hmac.compare_digest(link.secret_hash, hash_of(claim.secret)):
        raise LinkRefused(
            Reason.UNKNOWN,
            "网址不完整或有误。请重新扫码，或把收到的链接完整复制后再打开；仍打不开的，请联系发链接的人。",
        )
    return link, claim


def _demand_usable(session: Session, link: ReportLink, part: Assignment, claim: Claim, now: datetime) -> None:
    found = _obstacle(link, part, claim, now)
    if found:
        raise LinkRefused(*found, _contacts(session, link, part.unit if part.unit_id == claim.unit_id else None))


def _obstacle(link: ReportLink, part: Assignment, claim: Claim, now: datetime) -> tuple[Reason, str] | None:
    """What stands in the way, in the order in which people should be told."""
    state = state_of(link, now)
    if state is LinkState.USED:
        return Reason.SPENT, _SPENT
    if part.unit_id != claim.unit_id or moved_since(link, part):
        return Reason.MOVED, _GONE if part.unit_id != claim.unit_id else _CAME_BACK
    if part.state.is_closed:
        return Reason.CLOSED, why_not(part) or ""
    if state is LinkState.REVOKED or not _maker_may(link, part):
        return Reason.REVOKED, "发链接的单位已撤销这个链接。需要填报的，请联系督查室另发链接。"
    if state is LinkState.EXPIRED:
        return Reason.EXPIRED, "链接过了有效期。需要填报的，请联系督查室另发链接。"
    sentence = why_not(part)
    return (Reason.WAITS, sentence) if sentence else None


def _maker_may(link: ReportLink, part: Assignment) -> bool:
    """Whether who made the link may still do so; the office's own links have no maker."""
    if link.made_by is None:
        return True
    return link.made_by.active and actor_of(link.made_by).may(Permission.COLLECT, part.unit.path)


def _contacts(session: Session, link: ReportLink, unit: Unit | None) -> tuple[Contact, ...]:
    """Who sent the link, and the nearest supervisors; of a unit that is another's now only who sent it."""
    maker = link.made_by if link.made_by and link.made_by.active else None
    own = [Contact(maker.name, next((s.unit.name for s in maker.standings), None), maker.phone)] if maker else []
    found = supervisors_over(session, unit or link.assignment.unit, MOST_CONTACTS) if unit or not own else []
    others = [Contact(s.person.name, s.unit.name, s.person.phone) for s in found if s.person_id != link.made_by_id]
    return tuple([*own, *others][:MOST_CONTACTS])


def _demand_unchanged(session: Session, part: Assignment, seen: Seen) -> None:
    entries = changes_since(session, part, seen)
    if entries:
        told = "、".join(f"“{label_of(entry.event)}”" for entry in entries)
        raise Stale(f"您打开页面之后，该事项有了变动：{told}。您填写的内容还没有保存，请核对后再提交一次。")


def _was_just_done(  # noqa: PLR0917
    session: Session, link: ReportLink, part: Assignment, report: Report, author: Author, used_by: str, now: datetime
) -> bool:
    if link.used_at is None or link.used_by != used_by or now - link.used_at > SAME_PRESS:
        return False
    return is_last_word(session, part, report, author) is not None


def _name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not 2 <= len(name) <= LONGEST_REPORTER or not _NAME.fullmatch(name):
        raise Invalid(f"请填写填报人的真实姓名（2到{LONGEST_REPORTER}个字，不含数字和标点）。")
    return name


def _phone(text: str) -> str:
    phone = " ".join(unicodedata.normalize("NFKC", text).replace("—", "-").replace("－", "-").split())
    if not _PHONE.fullmatch(phone):
        raise Invalid("请填写能联系到您的电话，如 13800000000 或 0316-2345678。")
    return phone


def _report(given: Given) -> Report:
    words = given.words.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid("请填写进展情况：做了什么、做到什么程度。")
    if len(words) > LONGEST_REPORT:
        raise Invalid(f"进展情况不能超过{LONGEST_REPORT}字，现有{len(words)}字，请精简后再提交。")
    if given.percent is not None and not 0 <= given.percent <= 100:
        raise Invalid("完成比例应为0到100之间的整数，请修改。")
    return Report(Event.REPORT, words, given.percent, sent_files(given.files))


def _signature(name: str, unit: Unit) -> str:
    return f"免登录：{name}（{unit.name}）"
