"""Which notices still tell something true, and under which heading each kind stands."""

from __future__ import annotations

from datetime import date

from tracker.delivery.digest import Section
from tracker.domain.lifecycle import State, TaskState, is_chased
from tracker.domain.notices import NoticeKind
from tracker.store.matter_queries import Matter

_K = NoticeKind
SECTIONS = {
    _K.DUE_SOON: Section.SOON,
    _K.OVERDUE: Section.LATE,
    _K.MILESTONE_SOON: Section.SOON,
    _K.MILESTONE_LATE: Section.LATE,
    _K.UNSIGNED: Section.UNSIGNED,
    _K.REPORT_LATE: Section.UNREPORTED,
    _K.DISPATCHED: Section.NEW,
    _K.HANDED_OVER: Section.NEW,
    _K.DECIDED: Section.DECIDED,
    _K.URGED: Section.ADDRESSED,
    _K.REMARK: Section.ADDRESSED,
}
MILESTONES = (_K.MILESTONE_SOON, _K.MILESTONE_LATE)
REMINDERS = (_K.DUE_SOON, _K.MILESTONE_SOON)


def section_of(matter: Matter, today: date) -> Section:
    """The heading under which a notice stands on a day: what was due soon when it was recorded may be late by then."""
    return Section.LATE if has_passed(matter, today) else SECTIONS[matter.kind]


def has_passed(matter: Matter, today: date) -> bool:
    """Whether it reminds of a day that has passed by now."""
    return matter.kind in REMINDERS and matter.notice_due_on < today


def why_untrue(matter: Matter) -> str | None:
    """In words why a notice asks for nothing any more; None while it still tells something true."""
    if matter.kind in (_K.DECIDED, _K.REMARK, _K.HANDED_OVER):
        return None
    if not is_chased(matter.state, matter.task_state):
        closed = matter.task_state is not TaskState.OPEN
        return f"任务{matter.task_state.label}" if closed else f"现为“{matter.state.label}”"
    if matter.kind is _K.URGED:
        return None
    return _WHY.get(matter.kind, _why_dated)(matter)


def _why_dated(matter: Matter) -> str | None:
    return "时限已调整" if matter.due_on != matter.notice_due_on else None


def _why_unsigned(matter: Matter) -> str | None:
    return None if matter.state is State.DISPATCHED else f"现为“{matter.state.label}”"


def _why_report(matter: Matter) -> str | None:
    if matter.state is not State.IN_PROGRESS:
        return f"现为“{matter.state.label}”"
    reported = matter.took_up_at is not None and matter.took_up_at >= matter.recorded_at
    return "已报进展" if reported else None


def _why_milestone(matter: Matter) -> str | None:
    if matter.milestone is None:
        return "节点已删除"
    if matter.milestone_reached_on is not None:
        return "节点已完成"
    return "节点时限已调整" if matter.milestone_due_on != matter.notice_due_on else None


_WHY = {
    _K.UNSIGNED: _why_unsigned,
    _K.DISPATCHED: _why_unsigned,
    _K.REPORT_LATE: _why_report,
    **dict.fromkeys(MILESTONES, _why_milestone),
}


def is_needed(matter: Matter) -> bool:
    """Whether a notice still has to be sent to its person: true, not read yet, and still theirs to know."""
    return why_untrue(matter) is None and matter.still_told and matter.read_at is None


def is_needed_by_group(matter: Matter) -> bool:
    """Whether a unit's group still has to be told: as long as one of those it was recorded for needs it.

    What nobody receives, because the unit has no liaison, the group is told all the same.
    """
    return is_needed(matter) if matter.person_id else why_untrue(matter) is None and matter.read_at is None
