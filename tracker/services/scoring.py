"""The scoring scheme in force on a day, the scores of a board of figures, and new versions of the scheme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.measures import Tally
from tracker.domain.scoring import Scheme, Score, rules_of, scheme_of, score_of
from tracker.services.figures import Board, Line
from tracker.services.rule_packs import NewPack, pack_on, packs_of, put_in_force
from tracker.store.rule_packs import PackKind, RulePack


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """A unit with its score, None where there is nothing to score it by, and its place among the scored."""

    line: Line[Tally]
    score: Score | None
    place: int | None


def scheme_on(session: Session, day: date) -> Scheme:
    """The scheme in force on the day; one that is off while the office has made none."""
    pack = pack_on(session, PackKind.SCORING, day)
    return scheme_of(pack.rules) if pack else Scheme()


def scored(board: Board[Tally], scheme: Scheme) -> list[ScoredLine]:
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


def newest_version(session: Session) -> int:
    """The number of the newest version of the scheme, 0 while there is none."""
    newest = next(iter(packs_of(session, PackKind.SCORING)), None)
    return newest.version if newest else 0


def set_scheme(  # noqa: PLR0917 - the fields of a form
    session: Session, actor: Actor, now: datetime, today: date, scheme: Scheme, words: str, seen: int
) -> RulePack:
    """Puts a new version of the scheme in force from today and commits; the same form twice makes one.

    Raises as ``rule_packs.put_in_force`` does.
    """
    return put_in_force(session, actor, now, today, NewPack(PackKind.SCORING, rules_of(scheme), today, words, seen))
