"""By which day a completed part is judged to have been on time (按期的认定): the office chooses, here it is applied.

Source: many offices hold the day on which the unit submitted against the date (以提交之日为准), because how long the
office takes to look is not the unit's doing; others the day of acceptance (以办结之日为准). A submission that was
returned counts for nothing. What is not accepted yet is not judged: open work is overdue by its date alone.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class JudgedBy(StrEnum):
    """The day that is held against the date of what was completed."""

    ACCEPTANCE = "acceptance"
    SUBMISSION = "submission"

    @property
    def label(self) -> str:
        """The word a clerk reads: 以办结之日为准 or 以提交之日为准."""
        return {"acceptance": "以办结之日为准", "submission": "以提交之日为准"}[self.value]

    @property
    def meaning(self) -> str:
        """The rule in a sentence, for pages and papers that tell what is on time."""
        return _MEANINGS[self]


_MEANINGS = {
    JudgedBy.ACCEPTANCE: "按期的认定以办结之日为准，即督查室审核销号之日。",
    JudgedBy.SUBMISSION: (
        "按期的认定以提交之日为准，即单位申请办结、其后审核销号的那次提交之日；被退回的提交不算，尚未销号的仍按未办结计。"
    ),
}


def judged_on(completed_on: date | None, submitted_on: date | None, by: JudgedBy) -> date | None:
    """The day that is held against the date; None for what is not completed.

    ``submitted_on`` is the day of the submission that stands: none that was returned, none before a reopening. What
    was completed without any is judged by its acceptance.
    """
    if completed_on is None or by is JudgedBy.ACCEPTANCE:
        return completed_on
    return submitted_on or completed_on
