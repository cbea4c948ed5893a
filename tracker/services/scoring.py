"""The scoring scheme in force on a day, the scores of a board of figures, and new versions of the scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.scoring import Scheme, Score, rules_of, scheme_of, score_of
from tracker.services.errors import Stale
from tracker.services.figures import Board, Line
from tracker.services.rule_packs import pack_on
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.unit_queries import root_units


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """A unit with its score, None where there is nothing to score it by, and its place among the scored."""

    line: Line
    score: Score | None
    place: int | None


def scheme_on(session: Session, day: date) -> Scheme:
    """The scheme in force on the day; one that is off while the office has made none."""
    pack = pack_on(session, PackKind.SCORING, day)
    return scheme_of(pack.rules) if pack else Scheme()


def scored(board: Board, scheme: Scheme) -> list[ScoredLine]:
    """The board's units by their scores, the highest first; equal ones share a place. Empty while scoring is off."""
    if not scheme.on:
        return []
    pairs = [(line, score_of(line.current, scheme)) for line in board.lines]
    given = sorted((pair for pair in pairs if pair[1]), key=lambda pair: -pair[1].points if pair[1] else 0)
    places: dict[object, int] = {}
    for place, (_, score) in enumerate(given, 1):
        places.setdefault(score.points if score else None, place)
    ranked = [ScoredLine(line, score, places[score.points] if score else None) for line, score in given]
    return [*ranked, *(ScoredLine(line, None, None) for line, score in pairs if score is None)]


def may_set_scheme(session: Session, actor: Actor) -> bool:
    """Whether the actor decides for the whole installation: the scheme counts for every unit."""
    roots = root_units(session)
    return bool(roots) and all(actor.may(Permission.DECIDE, root.path) for root in roots)


def newest_version(session: Session) -> int:
    """The number of the newest version of the scheme, 0 while there is none."""
    newest = select(func.coalesce(func.max(RulePack.version), 0)).where(RulePack.kind == PackKind.SCORING)
    return session.scalar(newest) or 0


def set_scheme(  # noqa: PLR0917 - the fields of a form
    session: Session, actor: Actor, now: datetime, today: date, scheme: Scheme, words: str, seen: int
) -> RulePack:
    """Puts a new version of the scheme in force from today and commits; the same form twice makes one.

    Raises Forbidden, or Stale when somebody made another version since the form was opened.
    """
    if not may_set_scheme(session, actor):
        raise Forbidden(Permission.DECIDE, "修改评分办法")
    rules, newest = rules_of(scheme), newest_version(session)
    last = pack_on(session, PackKind.SCORING, today) if newest else None
    if last and newest == seen + 1 and (last.made_by_id, last.rules) == (actor.person_id, rules):
        return last
    if newest != seen:
        raise Stale("您打开页面之后，评分办法已有新的版本，本次没有保存。请核对现在的办法后再改。")
    pack = RulePack(
        kind=PackKind.SCORING,
        version=newest + 1,
        rules=rules,
        words=words,
        in_force_on=today,
        made_at=now,
        made_by_id=actor.person_id,
        made_by_name=actor.name,
    )
    session.add(pack)
    session.commit()
    return pack


def versions(session: Session) -> Sequence[RulePack]:
    """Every version of the scheme, the newest first."""
    found = select(RulePack).where(RulePack.kind == PackKind.SCORING).order_by(RulePack.version.desc())
    return session.scalars(found).all()
