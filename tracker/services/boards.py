"""The figures of a period as numbers alone: counted by the database, whatever the number of tasks.

``tracker.services.figures`` recounts the same out of the histories, with the parts behind each number; a test holds the
two against each other. Where a row does not tell how a part stood at the end of a period, because its date, unit, role
or end was altered since, its task is told from its history here too; so are tasks that were divided, of which a number
counts each piece of work once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.figures import Basis, Period
from tracker.domain.measures import Tally
from tracker.services.counting import counting_of
from tracker.services.figures import Board, By, Line, in_force, since_begun
from tracker.services.histories import LedgerFilter, reached, units_called
from tracker.services.lit import When
from tracker.services.month_counting import Months


def board(  # noqa: PLR0917 - who asks for what
    session: Session,
    actor: Actor,
    when: When,
    period: Period,
    by: By = By.UNIT,
    wanted: LedgerFilter | None = None,
) -> Board[Tally]:
    """What ``tracker.services.figures.figures`` tells, without the parts behind the numbers."""
    course_of = _Course(session, actor, when, period, by, wanted or LedgerFilter())
    counting = course_of.counting
    return course_of.board(*counting.total_and_lines(period, when.pack.judged_by, by))


def course(session: Session, actor: Actor, when: When, period: Period) -> Board[Tally]:
    """The months, and of the period itself what was due and how it ended, by the date in force: for a first look."""
    course_of = _Course(session, actor, when, period, By.UNIT, LedgerFilter())
    return course_of.board({Basis.CURRENT: course_of.counting.due(period, in_force(when.pack))}, ())


class _Course:
    """A period with the months up to its end, and what counts both."""

    def __init__(  # noqa: PLR0917 - who asks for what
        self, session: Session, actor: Actor, when: When, period: Period, by: By, wanted: LedgerFilter
    ) -> None:
        self.period, self.by, self.judged_by = period, by, when.pack.judged_by
        in_reach = reached(units_called(session), wanted, actor, Permission.SUPERVISE)
        self.months = Months(session, in_reach, when.zone, period.until, wanted)
        self.counting = counting_of(session, in_reach, when.zone, [period, *self.months.unknown], by, wanted)

    def board(self, total: dict[Basis, Tally], lines: Sequence[Line[Tally]]) -> Board[Tally]:
        """All together; the months are counted that are not known."""
        told = self.months.told(self.counting)
        line = Line(0, "合计", total)
        return Board(self.period, self.by, lines, line, self.judged_by, since_begun(told))
