"""Which rules count on a day: those of the office's packs in force then, or the program's own; and new versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain import light_packs
from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.lights import DEFAULT_PACK, LightPack, between
from tracker.services.errors import Invalid, Stale
from tracker.services.turns import in_turn
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.unit_queries import root_units

LONGEST_WORDS = 500
SAME_PRESS = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class NewPack:
    """What somebody wants to put in force: the rules as JSON, already checked by their kind, from which day, and why.

    ``seen`` is the number of the newest version that was known when it was made, 0 where there was none.
    """

    kind: PackKind
    rules: dict[str, Any]
    in_force_on: date
    words: str
    seen: int


def pack_on(session: Session, kind: PackKind, day: date) -> RulePack | None:
    """The pack of that kind in force on ``day``; None while the program's own rules count."""
    in_force = select(RulePack).where(RulePack.kind == kind, RulePack.in_force_on <= day)
    return session.scalar(in_force.order_by(RulePack.in_force_on.desc(), RulePack.version.desc()).limit(1))


def packs_of(session: Session, kind: PackKind) -> Sequence[RulePack]:
    """All versions of that kind, the newest first."""
    return session.scalars(select(RulePack).where(RulePack.kind == kind).order_by(RulePack.version.desc())).all()


def light_pack_on(session: Session, day: date) -> LightPack:
    """The thresholds of the lights on ``day``."""
    pack = pack_on(session, PackKind.LIGHTS, day)
    return light_pack_of(pack.rules) if pack else DEFAULT_PACK


def light_pack_around(session: Session, day: date) -> tuple[LightPack, date, date]:
    """The thresholds of the lights on ``day``, and the first and the last day on which they count."""
    packs = sorted(packs_of(session, PackKind.LIGHTS), key=lambda pack: (pack.in_force_on, pack.version))
    in_force = [pack for pack in packs if pack.in_force_on <= day]
    since, until = between((pack.in_force_on for pack in packs), day)
    return light_pack_of(in_force[-1].rules) if in_force else DEFAULT_PACK, since, until


def light_pack_of(rules: dict[str, Any]) -> LightPack:
    """The thresholds that a stored pack holds; what it does not name is as the program has it."""
    return light_packs.light_pack_of(rules)


def light_packs_on(session: Session, days: Sequence[date]) -> list[LightPack]:
    """The thresholds of the lights on each of the days, in one question."""
    packs = sorted(packs_of(session, PackKind.LIGHTS), key=lambda pack: (pack.in_force_on, pack.version), reverse=True)
    in_force = (next((pack for pack in packs if pack.in_force_on <= day), None) for day in days)
    return [light_pack_of(pack.rules) if pack else DEFAULT_PACK for pack in in_force]


def may_change(session: Session, actor: Actor) -> bool:
    """Whether the actor's standings reach every root: rules count for the whole installation."""
    roots = root_units(session)
    return bool(roots) and all(actor.may(Permission.MANAGE_RULES, root.path) for root in roots)


def check_may_change(session: Session, actor: Actor, kind: PackKind) -> None:
    """Raises Forbidden for whoever may not change these rules."""
    if not may_change(session, actor):
        raise Forbidden(Permission.MANAGE_RULES, f"修改{kind.label}")


@in_turn
def put_in_force(  # noqa: PLR0917 - who, when, what, and what its kind demands
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    new: NewPack,
    demand: Callable[[], None] = lambda: None,
) -> RulePack:
    """Stores a new version, in one commit; the same press twice stores one. ``demand`` refuses for the kind's own sake.

    Raises Forbidden, Invalid, or Stale when another version was made since the person looked.
    """
    check_may_change(session, actor, new.kind)
    words = new.words.replace("\r\n", "\n").strip()
    last = next(iter(packs_of(session, new.kind)), None)
    if last and _was_just_made(last, actor, now, new, words):
        return last
    if last and last.version != new.seen:
        raise Stale(
            f"您打开页面之后，{last.made_by_name}已制定{new.kind.label}第{last.version}版，本次没有启用。请核对现在的规则后再试。"
        )
    _demand(today, new, words)
    demand()
    newest = select(func.coalesce(func.max(RulePack.version), 0)).where(RulePack.kind == new.kind)
    pack = RulePack(
        kind=new.kind,
        version=(session.scalar(newest) or 0) + 1,
        rules=new.rules,
        words=words,
        in_force_on=new.in_force_on,
        made_at=now,
        made_by_id=actor.person_id or None,
        made_by_name=actor.name,
    )
    session.add(pack)
    session.commit()
    return pack


def _was_just_made(last: RulePack, actor: Actor, now: datetime, new: NewPack, words: str) -> bool:
    same = (last.made_by_id, last.rules, last.in_force_on, last.words)
    return now - last.made_at <= SAME_PRESS and same == (actor.person_id, new.rules, new.in_force_on, words)


def _demand(today: date, new: NewPack, words: str) -> None:
    if new.in_force_on < today:
        raise Invalid("启用日期不能早于今天，已经过去的日子仍按当时的规则。请改为今天或以后的日期。")
    if not words:
        raise Invalid("请写明调整的理由或依据，供以后查阅。")
    if len(words) > LONGEST_WORDS:
        raise Invalid(f"理由不能超过{LONGEST_WORDS}字，现有{len(words)}字，请精简。")
