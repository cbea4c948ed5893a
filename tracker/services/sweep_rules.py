"""The rules that a sweep goes by, read once for as long as the database counts no change to any of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.lights import DEFAULT_PACK
from tracker.domain.notice_policy import NoticePolicy
from tracker.domain.report_rhythm import ReportRhythm
from tracker.domain.workdays import WorkCalendar
from tracker.services.calendars import work_calendar
from tracker.services.notice_policies import policy_on
from tracker.services.rule_packs import light_pack_of, pack_on
from tracker.store.feed_queries import changes_to_rules
from tracker.store.last_read import LastRead
from tracker.store.rule_packs import PackKind


@dataclass(frozen=True, slots=True)
class SweepRules:
    """What counts on a day: the ladder, the working days, and the rhythm of reports.

    ``rhythm_since`` is the day on which the rhythm came in force, None for the program's own. ``changes`` counts how
    often rules or working days were changed by then.
    """

    policy: NoticePolicy
    calendar: WorkCalendar
    rhythm: ReportRhythm
    rhythm_since: date | None
    changes: int


_last_read = LastRead[SweepRules]()


def sweep_rules(session: Session, day: date) -> SweepRules:
    """The rules that count on the day; one statement where nothing was changed since they were read."""
    changes = changes_to_rules(session)
    return _last_read.get(session.connection(), (day, changes), lambda: _read(session, day, changes))


def _read(session: Session, day: date, changes: int) -> SweepRules:
    pack = pack_on(session, PackKind.LIGHTS, day)
    rhythm = light_pack_of(pack.rules).reports if pack else DEFAULT_PACK.reports
    since = pack.in_force_on if pack else None
    return SweepRules(policy_on(session, day), work_calendar(session), rhythm, since, changes)
