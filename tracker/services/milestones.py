"""Milestones live (节点): a unit that must complete the task reports on each, and each counts by itself.

Where a milestone asks for a figure, the figure reached decides; otherwise the unit says whether it is reached. The last
report counts, whichever unit gave it: a correction that falls short makes the milestone open again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.faults import Fault, Gathering
from tracker.domain.figures_asked import Figure, figure_of, plain, value_given
from tracker.domain.history import MILESTONE_REPORTED
from tracker.domain.lifecycle import State, is_chased
from tracker.domain.milestones import Stood, stood
from tracker.domain.roles import needed_of
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.noting import note
from tracker.services.work import LONGEST_WORDS, SAME_PRESS
from tracker.store import milestone_queries as ask
from tracker.store.measures import MilestoneReport
from tracker.store.task_queries import assignment_to_change
from tracker.store.tasks import Assignment, Milestone, Task

LARGEST = 1e12
REPORTABLE = (State.IN_PROGRESS, State.SUBMITTED)
CORRECTABLE = (*REPORTABLE, State.SUSPENDED, State.COMPLETED)


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A milestone as a page shows it: how it stands, the figure it asks for, and the last report on it."""

    milestone: Milestone
    stood: Stood
    figure: Figure | None
    last: MilestoneReport | None

    @property
    def value_words(self) -> str:
        """The figure last reported with its measure: 42座; empty where there is none."""
        if self.last is None or self.last.value is None:
            return ""
        return plain(self.last.value) + (self.figure.measure if self.figure else "")


@dataclass(frozen=True, slots=True)
class Given:
    """What a report brings: the figure as typed, whether it is said to be reached, and words.

    ``reached`` decides where no figure is asked for; a supervisor's decides always, None leaves it to the figure.
    """

    value: str = ""
    reached: bool | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reporting:
    """The page of one milestone seen from one part; ``seen`` is the mark that a form carries."""

    line: MilestoneLine
    part: Assignment
    reports: Sequence[MilestoneReport]
    may_report: bool
    corrects: bool
    seen: str


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report: whether the milestone now counts as reached, and how it stands."""

    milestone: Milestone
    stood: Stood
    already: bool = False


class ReportedMeanwhile(Stale):
    """Somebody reported on the milestone, or acted on the part, after the page was opened."""


def lines_of(session: Session, task: Task, today: date) -> list[MilestoneLine]:
    """The task's milestones in their order."""
    last = ask.last_reports(session, [each.id for each in task.milestones])
    awaited = is_awaited(task)
    return [line_of(each, last.get(each.id), today, awaited=awaited) for each in task.milestones]


def line_of(milestone: Milestone, last: MilestoneReport | None, today: date, *, awaited: bool) -> MilestoneLine:
    """The milestone as it stands today."""
    how = stood(milestone.due_on, milestone.reached_on, today, awaited=awaited)
    return MilestoneLine(milestone, how, figure_of(milestone.text), last)


def is_awaited(task: Task) -> bool:
    """Whether a unit that must complete the task is chased."""
    return any(is_chased(part.state, task.state) for part in task.assignments if answers(part))


def answers(part: Assignment) -> bool:
    """Whether the part's unit answers for the task's milestones: it must complete the task, or nobody must."""
    return part in needed_of(part.task.assignments, lambda other: other.role)


def may_report(actor: Actor, part: Assignment) -> bool:
    """Whether this person may report on milestones from this part now."""
    if not answers(part):
        return False
    own = actor.may(Permission.WORK_OWN, part.unit.path) and part.state in REPORTABLE
    return own or (_corrects(actor, part) and part.state in CORRECTABLE)


def _corrects(actor: Actor, part: Assignment) -> bool:
    return actor.may(Permission.DECIDE, part.unit.path)


def reporting_page(session: Session, actor: Actor, today: date, assignment_id: int, milestone_id: int) -> Reporting:
    """One milestone with all that was reported; raises NotFound, or Forbidden outside the actor's reach."""
    part, milestone = _found(session, assignment_id, milestone_id)
    if not actor.may(Permission.READ, part.unit.path):
        raise Forbidden(Permission.READ, "查看该节点")
    reports = [
        each for each in ask.reports_on(session, milestone_id) if actor.may(Permission.READ, each.assignment.unit.path)
    ]
    last = ask.last_reports(session, [milestone_id]).get(milestone_id)
    line = line_of(milestone, last, today, awaited=is_awaited(part.task))
    return Reporting(
        line, part, reports, may_report(actor, part), _corrects(actor, part), _mark(part, last.id if last else 0)
    )


def _found(session: Session, assignment_id: int, milestone_id: int) -> tuple[Assignment, Milestone]:
    part = assignment_to_change(session, assignment_id)
    milestone = session.get(Milestone, milestone_id, populate_existing=True)
    if part is None or milestone is None or milestone.task_id != part.task_id:
        raise NotFound("没有这个节点，可能已随文件新版调整，请从任务清单重新进入。")
    return part, milestone


def _mark(part: Assignment, last_report_id: int) -> str:
    return f"{part.version}-{last_report_id}"


def report_milestone(  # noqa: PLR0917 - who reports what, as the page showed it
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    assignment_id: int,
    milestone_id: int,
    given: Given,
    seen: str,
    unread: Sequence[Fault] = (),
) -> Reported:
    """Writes a report on a milestone and the part's history, and commits.

    Raises NotFound, Forbidden, Invalid, or ReportedMeanwhile when ``seen`` is another mark by now; then nothing was
    changed. The same form sent twice is done once.
    """
    part, milestone = _found(session, assignment_id, milestone_id)
    _demand_permission(actor, part)
    figure, last = figure_of(milestone.text), ask.last_reports(session, [milestone_id]).get(milestone_id)
    corrects = _corrects(actor, part)
    value, words = _checked(Gathering(unread), figure, given, corrects=corrects)
    reached = _judged(figure, value, given, corrects=corrects)
    report = MilestoneReport(milestone_id=milestone_id, assignment_id=part.id, value=value, words=words)
    report.is_reached, report.at, report.actor_id, report.actor_name = reached, now, actor.person_id, actor.name
    if seen != _mark(part, last.id if last else 0):
        if last is not None and _is_same(last, report):
            session.rollback()
            return _told(milestone, part, today, already=True)
        raise ReportedMeanwhile(_meanwhile(last))
    milestone.reached_on = (milestone.reached_on or today) if reached else None
    how = stood(milestone.due_on, milestone.reached_on, today, awaited=is_awaited(part.task))
    session.add(report)
    part.changed_at = now
    note(part, actor, now, MILESTONE_REPORTED, _history_words(milestone, figure, report, how))
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise ReportedMeanwhile(_meanwhile(None)) from None
    return _told(milestone, part, today)


def _told(milestone: Milestone, part: Assignment, today: date, *, already: bool = False) -> Reported:
    how = stood(milestone.due_on, milestone.reached_on, today, awaited=is_awaited(part.task))
    return Reported(milestone, how, already)


def _demand_permission(actor: Actor, part: Assignment) -> None:
    if not (actor.may(Permission.WORK_OWN, part.unit.path) or _corrects(actor, part)):
        raise Forbidden(Permission.WORK_OWN, "报送该单位节点完成情况")
    if not answers(part):
        raise Invalid(f"“{part.unit.name}”在本任务中是配合单位，节点由牵头、责任单位报送。")
    if not may_report(actor, part):
        advice = "请先签收，再报节点" if part.state is State.DISPATCHED else "办理中或待审核时才能报节点"
        raise Invalid(f"该事项现为“{part.state.label}”，{advice}。")


def _checked(found: Gathering, figure: Figure | None, given: Given, *, corrects: bool) -> tuple[float | None, str]:
    """The figure and the words, cleaned; raises Invalid with all that is to be changed."""
    value, words = None, given.words.replace("\r\n", "\n").strip()
    overrules = corrects and given.reached is not None
    with found.about("value"):
        value = _value(figure, given.value.strip())
    if figure and value is None and not overrules:
        found.add(f"这个节点有数值要求（{figure.label}），请填写已达到的数值。", "value")
    if figure is None and given.reached is None:
        found.add("请选择这个节点“已达到”还是“尚未达到”。", "reached")
    if len(words) > LONGEST_WORDS:
        found.add(f"说明不能超过{LONGEST_WORDS}字，现有{len(words)}字，请精简后再提交。", "words")
    if not words and ((overrules and figure) or given.reached is False):
        found.add("请在说明中写明情况或理由。", "words")
    found.refuse_as(Invalid)
    return value, words


def _value(figure: Figure | None, typed: str) -> float | None:
    """The figure typed; None when nothing was. Raises Invalid for what is no number."""
    measure = figure.measure if figure else ""
    value = value_given(typed, measure) if typed else None
    if typed and (value is None or abs(value) > LARGEST):
        unit = f"（单位：{measure}）" if measure else ""
        raise Invalid(f"“{typed}”不是一个数，请只填数字{unit}，如42、1,234.5或95%。")
    return value


def _judged(figure: Figure | None, value: float | None, given: Given, *, corrects: bool) -> bool:
    """Whether it is reached: by the figure where there is one, unless a supervisor says otherwise; else as said."""
    if figure is None or (corrects and given.reached is not None):
        return bool(given.reached)
    return value is not None and figure.is_met_by(value)


def _is_same(last: MilestoneReport, new: MilestoneReport) -> bool:
    """Whether the last report is this very one, sent a second time moments ago."""
    facts = [(each.assignment_id, each.actor_id, each.value, each.words, each.is_reached) for each in (last, new)]
    return facts[0] == facts[1] and new.at - last.at <= SAME_PRESS


def _meanwhile(last: MilestoneReport | None) -> str:
    told = ""
    if last is not None:
        value = f"数值{plain(last.value)}，" if last.value is not None else ""
        told = f"最近一次由{last.actor_name}报送：{value}{'已达到' if last.is_reached else '尚未达到'}。"
    return f"您打开页面之后，该节点或该事项已有变动。{told}本次没有保存，请核对后再提交。"


def _history_words(milestone: Milestone, figure: Figure | None, report: MilestoneReport, how: Stood) -> str:
    """节点“…”：完成42座（要求不少于40座），已达到，按期。 and the words given."""
    said = []
    if report.value is not None:
        asked = f"（要求{figure.label}）" if figure else ""
        said.append(f"完成{plain(report.value)}{figure.measure if figure else ''}{asked}")
    said.append(how.standing.label if report.is_reached else "尚未达到")
    line = f"节点“{milestone.text}”：{'，'.join(said)}。"
    return f"{line}\n{report.words}" if report.words else line
