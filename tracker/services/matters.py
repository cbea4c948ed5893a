"""Which notices still tell something true, and how each is put in a message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracker.delivery.digest import Item, Section
from tracker.domain.lifecycle import State, TaskState, is_chased
from tracker.domain.notices import NoticeKind
from tracker.services.notice_policies import Policies
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
_ORDER = {section: place for place, section in enumerate(Section)}
MILESTONES = (_K.MILESTONE_SOON, _K.MILESTONE_LATE)


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


def highest_of_each(matters: Iterable[Matter]) -> list[Matter]:
    """Every matter once, by its highest step, the most pressing first."""
    highest: dict[tuple[int, Section, str], Matter] = {}
    for matter in matters:
        highest[matter.assignment_id, SECTIONS[matter.kind], matter.subject] = matter
    # Sorting keeps the order by date within a section.
    return sorted(highest.values(), key=lambda matter: _ORDER[SECTIONS[matter.kind]])


def items_of(matters: Sequence[Matter], known: Policies) -> tuple[Item, ...]:
    """The matters as a message tells them."""
    return tuple(_item(matter, known) for matter in matters)


def _item(matter: Matter, known: Policies) -> Item:
    label = known.on(matter.planned_on).label_of(matter.kind, matter.step)
    about_milestone = matter.kind in MILESTONES
    return Item(
        assignment_id=matter.assignment_id,
        title=f"{matter.title}（节点：{matter.milestone}）" if about_milestone else matter.title,
        unit=matter.unit,
        role=matter.role.label,
        state=matter.state.label,
        plan=matter.plan,
        due_on=matter.notice_due_on if about_milestone else matter.due_on,
        step=label,
        late_days=matter.late_days,
        late_hours=matter.late_hours,
        section=SECTIONS[matter.kind],
        words=matter.words or "",
        author=matter.author or "",
    )
