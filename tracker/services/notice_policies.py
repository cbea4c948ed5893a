"""The office's rules for notices in their versions: which counts on a day, and how a new one is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.faults import Fault, Gathering
from tracker.domain.notice_policy import DEFAULT_POLICY, NoticePolicy, PolicyError, following, policy_of, rules_of
from tracker.services.errors import Invalid, Stale
from tracker.services.rule_packs import pack_on
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.units import Unit

LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Policies:
    """Every version's policy with the day from which it counts, in the order in which they came into force."""

    versions: tuple[tuple[date, NoticePolicy], ...] = ()

    def on(self, day: date) -> NoticePolicy:
        """The policy in force on a day; the program's own before the first version."""
        return next((policy for since, policy in reversed(self.versions) if since <= day), DEFAULT_POLICY)

    def after(self, policy: NoticePolicy, day: date) -> NoticePolicy:
        """A policy as it would stand if it came into force on ``day``."""
        return following(self.on(day), policy, day)


def policies(session: Session) -> Policies:
    """All there are. Of several that begin on one day the highest version counts; one passed over never counted."""
    in_order: list[tuple[date, NoticePolicy]] = []
    for pack in session.scalars(_packs().order_by(RulePack.in_force_on, RulePack.version)):
        if in_order and in_order[-1][0] == pack.in_force_on:
            in_order.pop()
        earlier = in_order[-1][1] if in_order else DEFAULT_POLICY
        in_order.append((pack.in_force_on, following(earlier, policy_of(pack.rules), pack.in_force_on)))
    return Policies(tuple(in_order))


def policy_on(session: Session, day: date) -> NoticePolicy:
    """The policy that counts on a day."""
    return policies(session).on(day)


def versions(session: Session) -> Sequence[RulePack]:
    """Every version, the newest first."""
    return session.scalars(_packs().order_by(RulePack.version.desc())).all()


def _packs() -> Any:
    return select(RulePack).where(RulePack.kind == PackKind.NOTICES)


def may_change(session: Session, actor: Actor) -> bool:
    """Whether this person may make a new version: the rules count for the whole installation."""
    roots = session.scalars(select(Unit.path).where(Unit.parent_id.is_(None))).all()
    return bool(roots) and all(actor.may(Permission.DECIDE, path) for path in roots)


def check_may_change(session: Session, actor: Actor) -> None:
    """Raises Forbidden for whoever may not make a new version."""
    if not may_change(session, actor):
        raise Forbidden(Permission.DECIDE, "修改全局提醒规则")


def checked(rules: Mapping[str, Any]) -> NoticePolicy:
    """The policy in these rules; raises Invalid with what to change."""
    try:
        return policy_of(rules)
    except PolicyError as fault:
        raise Invalid(fault.faults) from fault


def make_version(
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    rules: Mapping[str, Any],
    *,
    words: str,
    day: date | None,
    seen: int,
    unread: Sequence[Fault] = (),
) -> RulePack:
    """A new version in force from ``day``; commits.

    ``seen`` is the highest version that the person saw (0 for none). Raises Forbidden, Invalid with all that is wrong
    with the rules, the ``words`` and the ``day``, or Stale when somebody made a version meanwhile. The same rules, day
    and words again are done once.
    """
    check_may_change(session, actor)
    words, found = words.strip(), Gathering(unread)
    with found.about():
        policy = checked(rules)
    if not words or len(words) > LONGEST_WORDS:
        found.add(f"请写明修改的内容和理由，不超过{LONGEST_WORDS}字。", "words")
    if day is None or day <= today:
        found.add("生效日期应在今天之后：当天的提醒已按现行规则发出，请改为明天或以后的日期。", "day")
    found.refuse_as(Invalid)
    newest = next(iter(versions(session)), None)
    if newest is not None and newest.version != seen:
        if (newest.rules, newest.in_force_on, newest.words, newest.made_by_id) == (
            rules_of(policy),
            day,
            words,
            actor.person_id,
        ):
            return newest
        raise Stale(f"{newest.made_by_name}已另存第{newest.version}版规则，您的修改没有保存，请核对后再提交。")
    version = newest.version + 1 if newest else 1
    pack = RulePack(kind=PackKind.NOTICES, version=version, rules=rules_of(policy), words=words, in_force_on=day)
    pack.made_at, pack.made_by_id, pack.made_by_name = now, actor.person_id, actor.name
    session.add(pack)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise Stale("刚才有人另存了一版规则，您的修改没有保存，请核对后再提交。") from None
    return pack


def pack_now(session: Session, today: date) -> RulePack | None:
    """The version in force; None while the program's own rules count."""
    return pack_on(session, PackKind.NOTICES, today)
