"""The coverage report (覆盖情况): what reading found in a plan or a file, and what is missing in the text itself.

It says what an office can mend before it issues the plan: clauses without unit or date, dates before the issue
date, names nobody knows, documents without any clause. Clauses that a reviewer dropped are counted, and not held
against the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.drafts import Basis, DeadlineKind
from tracker.domain.roles import Role
from tracker.domain.text import shortened, tidy
from tracker.export.sheets import Cell, Column, sheet_bytes
from tracker.services.intake import source_for_intake
from tracker.services.intake_naming import Naming
from tracker.services.intake_questions import BY_HAND_ONLY
from tracker.services.intake_review import naming_for, plan_for_intake
from tracker.store.plan_queries import drafts_of_plans
from tracker.store.plans import Draft, DraftState, Plan, Source

LONGEST_QUOTE = 300


class Gap(StrEnum):
    """What a clause lacks, or what is odd about it; the order is that of the report."""

    NO_UNIT = "no_unit"
    UNKNOWN_UNIT = "unknown_unit"
    NO_DATE = "no_date"
    OPEN_DATE = "open_date"
    ELSEWHERE = "elsewhere"
    EARLY = "early"
    BY_HAND = "by_hand"

    @property
    def label(self) -> str:
        return _GAPS[self][0]

    @property
    def advice(self) -> str:
        """What the office can do about it in the plan."""
        return _GAPS[self][1]


_GAPS = {
    Gap.NO_UNIT: ("没有责任单位", "在条款中写明由哪个单位负责"),
    Gap.UNKNOWN_UNIT: ("单位名称对应不上", "改用单位的规范名称，或在系统中登记、记为简称"),
    Gap.NO_DATE: ("没有完成时限", "在条款中写明完成时限；属长期任务的，写“长期坚持”"),
    Gap.OPEN_DATE: ("时限没有具体日期", "把“入汛前”“及时”一类写法改为具体日期，或注明从哪一天起算"),
    Gap.ELSEWHERE: ("本条没有写日期", "日期取自本段正文或文件总时限；如本条另有要求，请在条款中写明"),
    Gap.EARLY: ("时限早于印发日期", "核对日期是否笔误；确已完成的，不必再列为任务"),
    Gap.BY_HAND: ("责任写在正文里", "这类表述容易漏读，可改为单列的责任条款"),
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a plan in the report; ``number`` counts within its plan, in the order of the text."""

    draft: Draft
    plan: Plan
    number: int
    gaps: tuple[Gap, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that nobody knows, with the clauses that write it."""

    name: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The report on one plan (``source`` is None) or on all plans of a file."""

    title: str
    source: Source | None
    plans: tuple[Plan, ...]
    clauses: tuple[Clause, ...]

    @property
    def silent(self) -> tuple[Plan, ...]:
        """The documents in which no clause was found."""
        told = {clause.plan.id for clause in self.clauses}
        return tuple(plan for plan in self.plans if plan.id not in told)

    @property
    def counted(self) -> tuple[Clause, ...]:
        """The clauses that stand: all but those dropped."""
        return tuple(clause for clause in self.clauses if clause.draft.state is not DraftState.DROPPED)

    @property
    def without_gap(self) -> int:
        return sum(not clause.gaps for clause in self.counted)

    def in_state(self, state: DraftState) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if clause.draft.state is state)

    def with_gap(self, gap: Gap) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.counted if gap in clause.gaps)

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """The unknown names, the most frequent first."""
        writing: dict[str, list[Clause]] = {}
        for clause in self.counted:
            for name in clause.unknown:
                writing.setdefault(name, []).append(clause)
        return tuple(Unknown(name, tuple(found)) for name, found in sorted(writing.items(), key=_most))

    @property
    def gaps(self) -> Mapping[Gap, int]:
        """How many clauses have each gap."""
        counts = Counter(gap for clause in self.counted for gap in clause.gaps)
        return {gap: counts[gap] for gap in Gap}


def _most(entry: tuple[str, list[Clause]]) -> int:
    return -len(entry[1])


def plan_coverage(session: Session, actor: Actor, plan_id: int) -> Coverage:
    """The report on one plan; NotFound, or Forbidden outside the actor's reach."""
    plan = plan_for_intake(session, actor, plan_id)
    return Coverage(plan.title, None, (plan,), _clauses(session, [plan], naming_for(session, plan)))


def source_coverage(session: Session, actor: Actor, source_id: int) -> Coverage:
    """The report on all plans of an imported file; NotFound, or Forbidden outside the actor's reach."""
    source = source_for_intake(session, actor, source_id)
    plans = tuple(source.plans)
    return Coverage(source.name, source, plans, _clauses(session, plans, naming_for(session, source)))


def _clauses(session: Session, plans: Sequence[Plan], naming: Naming) -> tuple[Clause, ...]:
    found = drafts_of_plans(session, [plan.id for plan in plans])
    return tuple(
        Clause(draft, plan, number, tuple(gaps_of(draft, plan.issued_on, naming)), naming.unknown_of(draft))
        for plan in plans
        for number, draft in enumerate(found.get(plan.id, ()), 1)
    )


def gaps_of(draft: Draft, issued_on: date | None, naming: Naming) -> Iterable[Gap]:
    """What the clause lacks as it now stands, mended by reviewers as it may be."""
    if not draft.units:
        yield Gap.NO_UNIT
    if naming.unknown_of(draft):
        yield Gap.UNKNOWN_UNIT
    yield from _gaps_of_date(draft, issued_on)
    if draft.form in BY_HAND_ONLY:
        yield Gap.BY_HAND


def _gaps_of_date(draft: Draft, issued_on: date | None) -> Iterable[Gap]:
    if draft.due_on is None:
        if draft.deadline_kind is DeadlineKind.NONE:
            yield Gap.OPEN_DATE if draft.deadline_text else Gap.NO_DATE
        elif draft.deadline_kind in (DeadlineKind.EVENT, DeadlineKind.RELATIVE):
            yield Gap.OPEN_DATE
        return
    if draft.deadline_basis in (Basis.PARAGRAPH, Basis.PLAN):
        yield Gap.ELSEWHERE
    if issued_on and draft.due_on < issued_on:
        yield Gap.EARLY


COLUMNS = (
    Column("文件", 36),
    Column("序号", 6),
    Column("问题", 18),
    Column("建议", 34),
    Column("任务名称", 30),
    Column("所在位置", 30),
    Column("条款原文", 60),
    Column("单位", 34),
    Column("对应不上的单位", 22),
    Column("时限原文", 18),
    Column("完成日期", 12),
    Column("核对情况", 10),
)


def coverage_sheet(coverage: Coverage, made_at: datetime) -> bytes:
    """The report as an .xlsx file: a row for each gap of each clause, then the clauses without any, then the
    documents in which nothing was found."""
    rows = [row for clause in coverage.counted for row in _rows(clause)]
    return sheet_bytes(
        f"覆盖情况：{coverage.title}", COLUMNS, [*rows, *map(_silent, coverage.silent)], _note(coverage), made_at
    )


def _rows(clause: Clause) -> Iterable[tuple[Cell, ...]]:
    for gap in clause.gaps:
        yield _row(clause, gap.label, gap.advice)
    if not clause.gaps:
        yield _row(clause, "无", None)


def _row(clause: Clause, problem: str, advice: str | None) -> tuple[Cell, ...]:
    draft = clause.draft
    units = "；".join(f"{unit['name']}（{Role(unit['role']).label}）" for unit in draft.units)
    return (
        clause.plan.title,
        clause.number,
        problem,
        advice,
        draft.title,
        " > ".join(draft.path),
        shortened(tidy(draft.quote), LONGEST_QUOTE),
        units,
        "、".join(clause.unknown),
        draft.deadline_text,
        draft.due_on,
        draft.state.label,
    )


def _silent(plan: Plan) -> tuple[Cell, ...]:
    advice = "本应布置任务的，请补写责任条款；只是通报、通知的，不必改动"
    return (plan.title, None, "整份文件没有责任条款", advice, *[None] * (len(COLUMNS) - 4))


def _note(coverage: Coverage) -> str:
    """The figures in one sentence."""
    states = "，".join(f"{state.label}{len(coverage.in_state(state))}条" for state in DraftState)
    said = [
        f"共读出责任条款{len(coverage.clauses)}条：{states}",
        f"没有问题的{coverage.without_gap}条",
        "，".join(f"{gap.label}{count}条" for gap, count in coverage.gaps.items() if count),
        f"没有责任条款的文件{len(coverage.silent)}份" if coverage.silent else "",
    ]
    return "；".join(part for part in said if part) + "。"
