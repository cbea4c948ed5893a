"""What a sweep's report says of one kind of notice."""

from __future__ import annotations

from tracker.domain.notices import NoticeKind
from tracker.services.sweep_report import SweepReport
from tracker.store.sweep_queries import DATED_KINDS


def of_kind(report: SweepReport, kind: NoticeKind) -> int:
    """How many new notices are of that kind."""
    if kind not in DATED_KINDS:
        return report.others.get(kind, 0)
    return sum(count for step, count in report.recorded.items() if (step > 0) == (kind is NoticeKind.OVERDUE))
