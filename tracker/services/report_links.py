"""Links by which somebody without an account reports once on one assignment (免登录填报): making and revoking them.

A link carries its row's id, its secret and the unit it was made for, signed with the installation's key. The database
holds the secret's sha256 alone. The secret is derived from the key and from what the asking form says of itself, so
that the same form sent twice gives the same link. What a link may do follows its maker: it does no more than that
person may today.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.export.qr import qr_svg
from tracker.services.errors import Invalid, NotFound
from tracker.services.recording import REPORTABLE, why_not
from tracker.store.link_queries import (
    count_live,
    link_afresh,
    link_of_hash,
    links_of_part,
    revoke_all,
    revoke_one,
)
from tracker.store.report_links import ReportLink
from tracker.store.task_queries import assignment_to_change
from tracker.store.tasks import Assignment, HistoryEntry

DEFAULT_DAYS, MOST_DAYS = 14, 60
MOST_LIVE = 20
SHOWN = 20
SECRET_BYTES = 24  # 192 bits
LONGEST_TOKEN = 300
SHORTEST_ONCE = 8


@dataclass(frozen=True, slots=True)
class Issuer:
    """What links are made with: the installation's key, its address, and the zone in which a day ends."""

    key: str
    base_url: str
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Wish:
    """A link as it is asked for. ``once`` names the asking: the same one gives the same link.

    ``replaces``: the part's older links are to end.
    """

    once: str
    days: int = DEFAULT_DAYS
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link with its whole address, which is told this once."""

    link: ReportLink
    url: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says, its signature checked: which row, with which secret, for which unit."""

    link_id: int
    secret: str
    unit_id: int


class LinkState(StrEnum):
    LIVE = "live"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"
    IDLE = "idle"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    LinkState.LIVE: "可以填报",
    LinkState.USED: "已填报",
    LinkState.REVOKED: "已撤销",
    LinkState.EXPIRED: "已过期",
    LinkState.IDLE: "不能填报",
}


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link as the part's page lists it; ``why`` says why one that was neither used nor ended is of no use now."""

    link: ReportLink
    state: LinkState
    why: str | None = None


def link_for(  # noqa: PLR0917 - who, when, with what, for which part
    session: Session, actor: Actor, now: datetime, issuer: Issuer, assignment_id: int, wish: Wish
) -> MadeLink:
    """A link to the part for one report; commits. The same wish again answers with the same link.

    Raises NotFound, Forbidden, or Invalid for a part that nothing can be reported on, too many days or too many links.
    """
    part = assignment_to_change(session, assignment_id)
    if part is None:
        raise NotFound("没有这项分工，可能已被删除，请从任务清单重新进入。")
    if not actor.may(Permission.COLLECT, part.unit.path):
        raise Forbidden(Permission.COLLECT, "为该事项生成填报链接")
    if len(wish.once) < SHORTEST_ONCE:
        raise Invalid("页面内容不完整，请刷新页面后重新提交。")
    made = _made(session, part, now, issuer, wish, actor)
    session.commit()
    return made


def last_day(link: ReportLink, zone: tzinfo) -> date:
    """The last day on which the link can be used."""
    return link.expires_at.astimezone(zone).date() - timedelta(days=1)


def qr_of_link(url: str) -> str:
    """A link's QR code as an inline SVG, for pages and print; in documents ``tracker.export.official`` draws it."""
    return qr_svg(url, "填报链接二维码")


def _made(  # noqa: PLR0917
    session: Session, part: Assignment, now: datetime, issuer: Issuer, wish: Wish, actor: Actor
) -> MadeLink:
    if not 1 <= wish.days <= MOST_DAYS:
        raise Invalid(f"有效天数应为1到{MOST_DAYS}天，请修改。")
    secret = _derived(issuer, part, wish, actor)
    link = link_of_hash(session, hash_of(secret))
    if link is None:
        link = _new_link(session, part, now, issuer, wish, actor)
        link.secret_hash = hash_of(secret)
        session.add(link)
        session.flush()
    return MadeLink(link, address_of(issuer, Claim(link.id, secret, part.unit_id)))


def _new_link(  # noqa: PLR0917
    session: Session, part: Assignment, now: datetime, issuer: Issuer, wish: Wish, actor: Actor
) -> ReportLink:
    if part.state not in REPORTABLE:
        raise Invalid(f"{why_not(part)}没有生成填报链接。")
    if wish.replaces:
        revoke_all(session, part.id, now)
    if count_live(session, part.id, now) >= MOST_LIVE:
        raise Invalid(f"该事项已有{MOST_LIVE}个可用的填报链接，请先撤销不用的，或勾选“同时撤销以前的链接”。")
    last_day = now.astimezone(issuer.zone).date() + timedelta(days=wish.days)
    return ReportLink(
        assignment_id=part.id,
        made_by_id=actor.person_id,
        made_by_name=actor.name,
        made_at=now,
        # Until the last day has ended in the office.
        expires_at=datetime.combine(last_day + timedelta(days=1), time(), issuer.zone),
    )


def revoke_link(session: Session, actor: Actor, now: datetime, link_id: int) -> ReportLink:
    """Ends the link for good and commits; one that was used, or has ended, stays as it is; gives it back."""
    link = link_afresh(session, link_id)
    if link is None:
        raise NotFound("没有这个填报链接，请从事项页面重新进入。")
    if not actor.may(Permission.COLLECT, link.assignment.unit.path):
        raise Forbidden(Permission.COLLECT, "撤销该填报链接")
    revoke_one(session, link_id, now)
    session.refresh(link)
    session.commit()
    return link


def links_shown(session: Session, actor: Actor, now: datetime, part: Assignment) -> Sequence[ShownLink] | None:
    """The part's links with their states, the newest first; None for a person who may not make any."""
    if not actor.may(Permission.COLLECT, part.unit.path):
        return None
    return [_shown(link, part, now) for link in links_of_part(session, part.id, SHOWN)]


def links_to_manage(session: Session, actor: Actor, now: datetime, part: Assignment) -> Sequence[ShownLink]:
    """The part's links for who may make and revoke them; raises Forbidden for others."""
    shown = links_shown(session, actor, now, part)
    if shown is None:
        raise Forbidden(Permission.COLLECT, "管理该事项的填报链接")
    return shown


def _shown(link: ReportLink, part: Assignment, now: datetime) -> ShownLink:
    state = state_of(link, now)
    if state is not LinkState.LIVE:
        return ShownLink(link, state)
    if moved_since(link, part):
        return ShownLink(link, LinkState.IDLE, "该事项后来转给了其他单位，请撤销后重新生成。")
    sentence = why_not(part)
    return ShownLink(link, LinkState.IDLE, sentence) if sentence else ShownLink(link, state)


def moved_since(link: ReportLink, part: Assignment) -> bool:
    """Whether the part went to another unit after the link was made, even if it has come back."""
    return any(_moved(entry) and entry.at >= link.made_at for entry in part.history)


def _moved(entry: HistoryEntry) -> bool:
    return entry.unit_from_id is not None and entry.unit_from_id != entry.unit_to_id


def state_of(link: ReportLink, now: datetime) -> LinkState:
    """What became of the link itself, whatever became of its part."""
    if link.used_at is not None:
        return LinkState.USED
    if link.revoked_at is not None:
        return LinkState.REVOKED
    return LinkState.EXPIRED if link.expires_at <= now else LinkState.LIVE


def address_of(issuer: Issuer, claim: Claim) -> str:
    """The whole address, with the secret in it."""
    token = _signer(issuer.key).dumps([claim.link_id, claim.secret, claim.unit_id])
    return f"{issuer.base_url}/r/{token}"


def claim_of(issuer: Issuer, token: str) -> Claim | None:
    """What the token says; None when it was not signed here. No database is asked."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        link_id, secret, unit_id = _signer(issuer.key).loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return Claim(link_id, secret, unit_id)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer(key: str) -> URLSafeSerializer:
    ways = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(key, salt="tracker report link", signer_kwargs=ways)


def _derived(issuer: Issuer, part: Assignment, wish: Wish, actor: Actor) -> str:
    told = f"tracker report link {part.uid} {part.unit_id} {actor.person_id} {wish.once}"
    return urlsafe_b64encode(hmac.digest(issuer.key.encode(), told.encode(), "sha256")[:SECRET_BYTES]).decode()
