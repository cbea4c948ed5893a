"""What reading a plan proposes (待核任务): values that carry their span in the text that was read.

All offsets count Unicode code points of the decoded text, and ``text[start:end] == quote`` holds
for every draft. A doubt is a value, never an exception: where the reader is not sure it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.indicators import IndicatorReading
from tracker.domain.roles import Role


class Form(StrEnum):
    """The shape in which a plan assigned something."""

    BRACKET = "bracket"
    LINE = "line"
    INLINE = "inline"
    TABLE = "table"
    SUPPLY = "supply"
    PROSE = "prose"
    DUTY = "duty"

    @property
    def label(self) -> str:
        return _FORM_LABELS[self]


_FORM_LABELS = {
    Form.BRACKET: "括号条款",
    Form.LINE: "单列条款",
    Form.INLINE: "句内条款",
    Form.TABLE: "分工表",
    Form.SUPPLY: "供稿分工",
    Form.PROSE: "正文表述",
    Form.DUTY: "限期事项",
}


class DeadlineKind(StrEnum):
    """How a deadline phrase (完成时限) binds."""

    FIXED = "fixed"
    RECURRING = "recurring"
    ONGOING = "ongoing"
    RELATIVE = "relative"
    EVENT = "event"
    NONE = "none"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    DeadlineKind.FIXED: "固定时限",
    DeadlineKind.RECURRING: "周期任务",
    DeadlineKind.ONGOING: "长期坚持",
    DeadlineKind.RELATIVE: "相对时限",
    DeadlineKind.EVENT: "事件时限",
    DeadlineKind.NONE: "未定时限",
}


class Basis(StrEnum):
    """Where a date was taken from; only ``clause`` dates are adopted without a second look.

    ``review`` is that second look: a supervisor entered or confirmed the date. Reading never gives it.
    """

    CLAUSE = "clause"
    PARAGRAPH = "paragraph"
    PLAN = "plan"
    REVIEW = "review"

    @property
    def label(self) -> str:
        return _BASIS_LABELS[self]


_BASIS_LABELS = {
    Basis.CLAUSE: "条款写明",
    Basis.PARAGRAPH: "取自本段正文",
    Basis.PLAN: "取自文件总时限",
    Basis.REVIEW: "督查员核定",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person should look at: a stable code, and a Chinese sentence that says what to do."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class UnitMention:
    """A unit as the plan writes it; ``inherited`` when an earlier rule (不再列出) adds it."""

    name: str
    role: Role = Role.RESPONSIBLE
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline phrase with its reading.

    ``due_on`` is the last day on which the work is still on time, in the office's zone; None when
    the phrase gives no day. ``rule`` names the grammar rule that read the phrase.
    """

    text: str | None = None
    kind: DeadlineKind = DeadlineKind.NONE
    due_on: date | None = None
    basis: Basis | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class MilestoneReading:
    """A dated target (节点) inside a task; ``recurrence`` is a word such as ``yearly`` or None."""

    text: str
    due_on: date | None = None
    recurrence: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One proposed task, with the clause that assigns it."""

    title: str
    path: tuple[str, ...]
    form: Form
    quote: str
    start: int
    end: int
    units: tuple[UnitMention, ...] = ()
    deadline: Deadline = Deadline()
    milestones: tuple[MilestoneReading, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanReading:
    """One document of the source: what its head and foot say, the drafts in its body, and its target tables."""

    title: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    effective_until: date | None
    start: int
    end: int
    drafts: tuple[Draft, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    indicators: tuple[IndicatorReading, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceReading:
    """A file that was read: its name and format, the text, that text's sha256, and its plans.

    ``sha256`` is the lower-case hexadecimal digest of the file's bytes.
    """

    name: str
    format: str
    text: str
    sha256: str
    plans: tuple[PlanReading, ...] = ()
