"""What figures count (tracker.domain.figures), the words for it, and numbers of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tracker.domain.lateness import JudgedBy


class Measure(StrEnum):
    """What is counted."""

    ASSIGNED = "assigned"
    COMPLETED = "completed"
    DUE = "due"
    ON_TIME = "on_time"
    LATE = "late"
    MISSED = "missed"
    OVERDUE = "overdue"
    RETURNED = "returned"
    EXTENDED = "extended"

    @property
    def label(self) -> str:
        """The heading of its column."""
        return _WORDS[self][0]

    def meaning(self, by: JudgedBy) -> str:
        """What is counted, in a sentence for the page (口径说明)."""
        told = _BY_SUBMISSION.get(self) if by is JudgedBy.SUBMISSION else None
        return told or _WORDS[self][1]


_WORDS = {
    Measure.ASSIGNED: ("交办", "本期内下达给该单位的事项（重新转办的，按最近一次下达之日）。"),
    Measure.COMPLETED: ("办结", "本期内审核销号的事项，不论时限在不在本期。"),
    Measure.DUE: ("应办结", "完成时限在本期内、结果已定的事项，等于按期办结、超期办结、到期未办结三项之和。"),
    Measure.ON_TIME: ("按期办结", "应办结事项中，在时限当天或之前销号的。"),
    Measure.LATE: ("超期办结", "应办结事项中，过了时限才销号的。"),
    Measure.MISSED: (
        "到期未办结",
        "应办结事项中，时限已过、到期末仍未销号的；期末当天到期的，当天不算。",
    ),
    Measure.OVERDUE: ("逾期未办结", "到期末时限已过、仍未销号的全部事项，含时限在本期之前的。"),
    Measure.RETURNED: ("退回", "本期内被退回补充过的事项，一项退回几次也只计一项。"),
    Measure.EXTENDED: ("延期", "本期内批准过延期的事项，一项延期几次也只计一项。"),
}
_BY_SUBMISSION = {
    Measure.ON_TIME: "应办结事项中，在时限当天或之前提交、其后销号的。",
    Measure.LATE: "应办结事项中，过了时限才提交、其后销号的。",
}
NOTES = (
    "按期办结率：按期办结÷应办结；没有应办结事项的，不计算。",
    "平均超期天数：超期办结和到期未办结事项超过时限的天数之和÷项数；未办结的算到期末。",
    "统计牵头单位和责任单位承担的分工；配合单位的分工不计，只由配合单位承担的任务除外。",
    "撤销的事项不计；中止挂账的事项、任务已办结而不再催办的分工，不算应办结，也不算逾期。",
    "转办到其他单位的事项，算在期末承办的单位名下。",
    "上级单位把分工分解给下级单位的，两级各自的统计都计；同一个数里两级都有的（如合计），只计上级的一项。",
    "“现行时限”按批准延期后的时限计算，“原定时限”按最初确定的时限计算，延期不影响。",
)

LATE_ONES = (Measure.LATE, Measure.MISSED)
OF_DUE = (Measure.DUE, Measure.ON_TIME, *LATE_ONES)


class Numbers(ABC):
    """Numbers of a period by what is counted; ``days_late`` is the sum over what was completed late or missed."""

    __slots__ = ()
    days_late: int

    @abstractmethod
    def count(self, measure: Measure) -> int:
        """How many parts count in it."""

    @property
    def rate(self) -> float | None:
        """The share completed on time, from 0 to 1; None where nothing was due."""
        due = self.count(Measure.DUE)
        return self.count(Measure.ON_TIME) / due if due else None

    @property
    def mean_days_late(self) -> float | None:
        """Days, over what was completed late or missed; None where nothing was."""
        late = self.count(Measure.LATE) + self.count(Measure.MISSED)
        return self.days_late / late if late else None

    @property
    def is_empty(self) -> bool:
        return not any(map(self.count, Measure))


@dataclass(slots=True)
class Tally(Numbers):
    """Numbers alone, as the database counts them."""

    counts: Counter[Measure] = field(default_factory=Counter)
    days_late: int = 0

    def count(self, measure: Measure) -> int:
        return self.counts[measure]

    def add(self, counts: Mapping[Measure, int], days_late: int) -> None:
        """Adds what was counted elsewhere."""
        self.counts.update(counts)
        self.days_late += days_late
