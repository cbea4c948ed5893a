"""The 督查通报 of a period: what the office tells all units, each number with the list behind it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.figures import Basis, Figures
from tracker.domain.measures import Measure
from tracker.export.papers import Block, Column, Heading, Link, Paper, Paragraph, Run, Runs, Table, day_words
from tracker.services.figures import Board, Line, figures
from tracker.services.histories import histories
from tracker.services.ledger import LedgerRow
from tracker.services.listings import Listing, Show, filter_of, lists_of, name_of_list
from tracker.services.lit import When
from tracker.services.papers import Issue, number_line, office_of

MOST_PROBLEMS, MOST_NAMES = 30, 20


def bulletin(session: Session, actor: Actor, when: When, wanted: Listing, issue: Issue) -> Paper:
    """The 督查通报 of a period, as things stood at its end; ``when`` is its last day. Each number leads to its list."""
    known = histories(session, filter_of(session, wanted.unit_id, wanted.plan_id))
    board = figures(session, actor, when, wanted.period, known=known)
    numbers = _Numbers(wanted, issue, board)
    shown = lists_of(session, actor, when, wanted, (*_STANDING, *_PROBLEMS), known)
    since, until = day_words(wanted.period.since), day_words(wanted.period.until)
    blocks: list[Block] = [
        Paragraph([f"现将{since}至{until}（以下简称本期）督查事项办理情况通报如下。"]),
        Heading("一、总体情况"),
        Paragraph(numbers.standing({show: len(rows) for show, rows in shown.items()})),
        Paragraph(numbers.told()),
        Heading("二、各单位办理情况"),
        numbers.table(),
        Paragraph(numbers.rest(), small=True),
        Paragraph([_NOTE + board.judged_by.meaning], small=True),
        Heading("三、存在问题"),
        *_problems(shown, numbers),
        Heading("四、工作要求"),
        Paragraph(
            [
                "各有关单位要对照上述问题逐项整改，明确责任人和完成时间，并于　　月　　日前将整改情况报送督查室。"
                "确需延期的，应在时限届满前提出申请。"
            ]
        ),
    ]
    name = name_of_list(session, "督查通报", wanted)
    number = number_line("督通", issue)
    return Paper("关于督查事项办理情况的通报", number, "各有关单位：", blocks, office_of(actor), issue.made_on, name)


_STANDING = (Show.OPEN, Show.RED, Show.YELLOW)
_PROBLEMS = (Show.OVERDUE, Show.RETURNED, Show.UNSIGNED)
_NOTE = (
    "注：除红灯、黄灯、在办和未签收外，各项统计牵头单位、责任单位承担的事项，按现行时限计算；"
    "按期办结率为按期办结数除以应办结数。"
)


class _Numbers:
    """Numbers as links to the lists of the same period, unit and plan."""

    def __init__(self, wanted: Listing, issue: Issue, board: Board[Figures]) -> None:
        self.wanted, self.issue, self.board = wanted, issue, board

    def link(self, show: Show, count: int, unit_id: int | None = None, basis: Basis = Basis.CURRENT) -> Link:
        unit, alone = (unit_id, True) if unit_id else (self.wanted.unit_id, self.wanted.alone)
        asked = Listing(show, self.wanted.period, unit, alone, self.wanted.plan_id, basis)
        return Link(str(count), self.issue.address(asked))

    def standing(self, counts: dict[Show, int]) -> list[Run]:
        """截至…，在办事项…项."""
        told: list[Run] = [f"截至{day_words(self.wanted.period.until)}，"]
        for show in _STANDING:
            told += [f"{'在办事项' if show is Show.OPEN else show.label}", self.link(show, counts[show]), "项，"]
        return [*told[:-1], "项。"]

    def told(self) -> list[Run]:
        """The figures in sentences."""
        numbers, original = self.board.total.current, self.board.total.original
        told: list[Run] = ["本期"]
        told += [*self._named(numbers, "交办", Measure.ASSIGNED), "，"]
        told += [*self._named(numbers, "办结", Measure.COMPLETED), "。"]
        told += [*self._named(numbers, "本期应办结", Measure.DUE), "，其中"]
        told += [*self._named(numbers, "按期办结", Measure.ON_TIME), "，"]
        told += [*self._named(numbers, "超期办结", Measure.LATE), "，"]
        told += self._named(numbers, "到期未办结", Measure.MISSED)
        told += ["；", _rates(numbers, original)]
        told += [f"，平均超期{numbers.mean_days_late:.1f}天。" if numbers.mean_days_late is not None else "。"]
        told += [*self._named(numbers, "期末逾期未办结", Measure.OVERDUE), "；本期"]
        told += [*self._named(numbers, "退回补充", Measure.RETURNED), "，"]
        return told + self._named(numbers, "批准延期", Measure.EXTENDED) + ["。"]

    def _named(self, numbers: Figures, words: str, measure: Measure) -> list[Run]:
        return [words, self.link(Show(measure.value), numbers.count(measure)), "项"]

    def table(self) -> Table:
        """After the total a row for each unit that had something due or has something overdue, in order of merit."""
        lines = [line for line in self.board.lines if _is_told(line)]
        rows = [self._row(self.board.total, None), *(self._row(line, line.id) for line in lines)]
        return Table(_UNITS, rows)

    def rest(self) -> list[Run]:
        """The units that the table leaves out, by name where they are few; else where they are found."""
        names = [line.label for line in self.board.lines if not _is_told(line)]
        whose = "其余" if len(names) < len(self.board.lines) else ""
        if not names:
            return ["以上为本期有督查事项的全部单位。"]
        told = f"{whose}{len(names)}个单位本期没有到期和逾期事项"
        if len(names) <= MOST_NAMES:
            return [f"{told}：{'、'.join(names)}。"]
        return [f"{told}，名单见", Link("各单位统计", self.issue.board(self.wanted)), "。"]

    def _row(self, line: Line[Figures], unit_id: int | None) -> list[Runs]:
        counts = [(Show(measure.value), line.current.count(measure)) for measure in Measure]
        cells: list[Runs] = [[self.link(show, count, unit_id)] for show, count in counts]
        return [[str(line.rank) if line.rank else "—"], [line.label], *cells, [rate_words(line.current)]]


_SHORT = {
    Measure.ASSIGNED: "交办",
    Measure.COMPLETED: "办结",
    Measure.DUE: "应办结",
    Measure.ON_TIME: "按期",
    Measure.LATE: "超期",
    Measure.MISSED: "到期未办",
    Measure.OVERDUE: "逾期",
    Measure.RETURNED: "退回",
    Measure.EXTENDED: "延期",
}


_UNITS = (
    Column("名次", 9.5),
    Column("单位", 28, is_words=True),
    *(Column(_SHORT[measure], 13.5 if measure is Measure.DUE else 11) for measure in Measure),
    Column("按期率", 17),
)
_PARTS = (
    Column("序号", 10),
    Column("任务", 58, is_words=True),
    Column("责任单位", 37, is_words=True),
    Column("完成时限", 37),
    Column("逾期", 14),
)


def _is_told(line: Line[Figures]) -> bool:
    """Whether the unit stands in the table: something of its was due in the period, or is overdue at its end."""
    return any(line.current.count(measure) for measure in (Measure.DUE, Measure.OVERDUE))


def rate_words(numbers: Figures) -> str:
    """78.9%, or a dash where nothing was due."""
    return f"{numbers.rate * 100:.1f}%" if numbers.rate is not None else "—"


def _rates(numbers: Figures, original: Figures) -> str:
    """Both rates in a sentence, or that there is none to be told."""
    if numbers.rate is None and original.rate is None:
        return "因没有应办结事项，不计算按期办结率"
    return f"按期办结率{rate_words(numbers)}（按原定时限计算为{rate_words(original)}）"


def _problems(shown: dict[Show, list[LedgerRow]], numbers: _Numbers) -> Iterator[Block]:
    """Overdue, returned and unsigned parts, each kind with its table; a long one is cut and leads to the list."""
    if not any(shown[show] for show in _PROBLEMS):
        yield Paragraph(["本期没有逾期未办结、退回补充和未签收的事项。"])
        return
    names = {
        Show.OVERDUE: "逾期未办结事项",
        Show.RETURNED: "退回补充事项",
        Show.UNSIGNED: "尚未签收事项",
    }
    present = [show for show in _PROBLEMS if shown[show]]
    for place, show in enumerate(present):
        rows = shown[show]
        yield Heading(f"（{'一二三'[place]}）{names[show]}", 2)
        more: list[Run] = [f"，列出前{MOST_PROBLEMS}项"] if len(rows) > MOST_PROBLEMS else []
        yield Paragraph(["共", numbers.link(show, len(rows)), "项", *more, "："])
        ordered = sorted(rows, key=lambda row: (-row.days_late, row.assignment_id))[:MOST_PROBLEMS]
        yield Table(_PARTS, [_problem(number, row) for number, row in enumerate(ordered, 1)])


def _problem(number: int, row: LedgerRow) -> list[Runs]:
    late = f"{row.days_late}天" if row.days_late else "—"
    return [[str(number)], [row.title], [row.unit.name], [day_words(row.then.due_on)], [late]]
