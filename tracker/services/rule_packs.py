"""Which rules count on a day: those of the office's packs in force then, or the program's own."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.lights import DEFAULT_PACK, LightPack
from tracker.store.rule_packs import PackKind, RulePack


def pack_on(session: Session, kind: PackKind, day: date) -> RulePack | None:
    """The pack of that kind in force on ``day``; None while the program's own rules count."""
    in_force = select(RulePack).where(RulePack.kind == kind, RulePack.in_force_on <= day)
    return session.scalar(in_force.order_by(RulePack.in_force_on.desc(), RulePack.version.desc()).limit(1))


def light_pack_on(session: Session, day: date) -> LightPack:
    """The thresholds of the lights on ``day``."""
    pack = pack_on(session, PackKind.LIGHTS, day)
    return light_pack_of(pack.rules) if pack else DEFAULT_PACK


def light_pack_of(rules: dict[str, Any]) -> LightPack:
    """The thresholds that a stored pack holds; what it does not name is as the program has it."""
    known = {name: rules[name] for name in LightPack.__slots__ if name in rules}
    return LightPack(**known)
