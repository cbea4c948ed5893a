"""The office's papers: 督查通报 for a period, 督办单 and 约谈提醒函 for one part; all out of the ledger and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.figures import Basis, Figures, Measure
from tracker.export.papers import Block, Code, Form, Heading, Link, Paper, Paragraph, Run, Runs, Table, day_words
from tracker.services.figures import Board, Line, figures
from tracker.services.histories import Histories, histories
from tracker.services.ledger import LedgerRow, ledger
from tracker.services.ledger_sheet import partners_of
from tracker.services.listings import Listing, Show, filter_of, lists_of
from tracker.services.lit import When
from tracker.services.report_links import Issuer, MadeLink, Wish, last_day, link_for
from tracker.services.task_pages import part_page
from tracker.services.work import REPORTING
from tracker.store.handling import Handling
from tracker.store.tasks import Assignment

Address = Callable[[Listing], str]
MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Issue:
    """What a paper carries beside its content: the day it is made, and the absolute address of a list."""

    made_on: date
    address: Address


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """A link that a paper is to carry: what it is made with, and as it is asked for."""

    issuer: Issuer
    wish: Wish


def bulletin(session: Session, actor: Actor, when: When, wanted: Listing, issue: Issue) -> Paper:
    """The 督查通报 of a period, as things stood at its end; ``when`` is its last day. Each number leads to its list."""
    known = histories(session, filter_of(session, wanted.unit_id, wanted.plan_id))
    board = figures(session, actor, when, wanted.period, known=known)
    numbers = _Numbers(wanted, issue.address, board)
    shown = lists_of(session, actor, when, wanted, (*_STANDING, *_PROBLEMS), known)
    since, until = day_words(wanted.period.since), day_words(wanted.period.until)
    blocks: list[Block] = [
        Paragraph([f"现将{since}至{until}（以下简称本期）督查事项办理情况通报如下。"]),
        Heading("一、总体情况"),
        Paragraph(numbers.standing({show: len(rows) for show, rows in shown.items()})),
        Paragraph(numbers.told()),
        Heading("二、各单位办理情况"),
        numbers.table(),
        Heading("三、存在问题"),
        *_problems(shown, numbers),
        Heading("四、工作要求"),
        Paragraph(
            [
                "各有关单位要对照上述问题逐项整改，明确责任人和完成时间，并于　　月　　日前将整改情况报送督查室。"
                "确需延期的，应在时限届满前提出申请。"
            ]
        ),
        Paragraph([_NOTE + board.judged_by.meaning]),
    ]
    return Paper(
        "关于督查事项办理情况的通报", _number("督通", issue), "各有关单位：", blocks, _office(actor), issue.made_on
    )


_STANDING = (Show.OPEN, Show.RED, Show.YELLOW)
_PROBLEMS = (Show.OVERDUE, Show.RETURNED, Show.UNSIGNED)
_NOTE = (
    "说明：除红灯、黄灯、在办和未签收外，各项统计牵头单位、责任单位承担的事项，按现行时限计算；"
    "按期办结率为按期办结数除以应办结数。"
)


class _Numbers:
    """Numbers as links to the lists of the same period, unit and plan."""

    def __init__(self, wanted: Listing, address: Address, board: Board) -> None:
        self.wanted, self.address, self.board = wanted, address, board

    def link(self, show: Show, count: int, unit_id: int | None = None, basis: Basis = Basis.CURRENT) -> Link:
        unit, alone = (unit_id, True) if unit_id else (self.wanted.unit_id, self.wanted.alone)
        asked = Listing(show, self.wanted.period, unit, alone, self.wanted.plan_id, basis)
        return Link(str(count), self.address(asked))

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
        """A row for each unit, in order of merit, after the total."""
        head = [("名次", 10.0), ("单位", 30.0), *((_SHORT[measure], 11.0) for measure in Measure), ("按期率", 17.0)]
        rows = [self._row(self.board.total, None), *(self._row(line, line.id) for line in self.board.lines)]
        return Table(head, rows)

    def _row(self, line: Line, unit_id: int | None) -> list[Runs]:
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
        head = [("序号", 12.0), ("任务", 68.0), ("责任单位", 36.0), ("完成时限", 26.0), ("逾期", 14.0)]
        yield Table(head, [_problem(number, row) for number, row in enumerate(ordered, 1)])


def _problem(number: int, row: LedgerRow) -> list[Runs]:
    late = f"{row.days_late}天" if row.days_late else "—"
    return [[str(number)], [row.title], [row.unit.name], [day_words(row.then.due_on)], [late]]


def urging_sheet(  # noqa: PLR0917 - of which part, as of when, with which link
    session: Session, actor: Actor, when: When, assignment_id: int, issue: Issue, made: MadeLink | None = None
) -> Paper:
    """The 督办单 of a part: what is to be done, how it stands, and boxes for what is asked and answered.

    ``made`` is a link by which the answer can be given without an account: its code then stands below the form.
    """
    part = _supervised(session, actor, when, assignment_id)
    known = histories(session, filter_of(session, None, part.task.plan_id))
    row = _row_of(session, actor, when, part, known)
    named = session.get(Handling, assignment_id)
    late = f"，已逾期{row.days_late}天" if row.days_late else ""
    moved = f"（原定{day_words(row.then.original_due_on)}）" if row.then.original_due_on != row.then.due_on else ""
    helpers = "、".join(partners_of(known, when)[row.task_id].support) or "—"
    form = Form(
        [
            [("督办事项", row.title)],
            [("来源文件", "　".join(filter(None, (row.plan_title, row.plan_number))))],
            [("责任单位", f"{row.unit.name}（{row.role.label}）"), ("配合单位", helpers)],
            [("分管领导", named.leader if named else ""), ("承办科室", named.section if named else "")],
            [("承办人", named.handler if named else ""), ("联系电话", named.phone if named else "")],
            [("完成时限", f"{day_words(row.then.due_on)}{moved}{late}")],
            [("目前状态", row.then.state.label), ("完成比例", f"{row.then.percent}%")],
            [("最近进展", _latest(part, when) or "尚未报送进展。")],
            [("督办要求", "请抓紧办理，于收到本单后　　个工作日内书面反馈办理情况。")],
            [("办理情况", "")],
            [("领导意见", "")],
        ],
        frozenset({"办理情况", "领导意见"}),
    )
    blocks: list[Block] = [form, _code(made, when)] if made else [form]
    return Paper("督办单", _number("督办", issue), "", blocks, _office(actor), issue.made_on)


def urging_sheet_with_code(  # noqa: PLR0917 - of which part, as of when, with which link
    session: Session, actor: Actor, when: When, now: datetime, assignment_id: int, issue: Issue, ask: LinkAsked
) -> Paper:
    """The 督办单 with the code of a link that is made for it, and commits. Raises as ``link_for`` does.

    The same form again prints the same link.
    """
    _supervised(session, actor, when, assignment_id)
    made = link_for(session, actor, now, ask.issuer, assignment_id, ask.wish)
    return urging_sheet(session, actor, when, assignment_id, issue, made)


def _code(made: MadeLink, when: When) -> Code:
    told = "用手机扫码填报办理情况，不需要账号，只能填报一次"
    return Code(made.url, [f"{told}，有效至{day_words(last_day(made.link, when.zone))}。"])


def talk_letter(session: Session, actor: Actor, when: When, assignment_id: int, issue: Issue) -> Paper:
    """The 约谈提醒函 of a part: to the unit, with what is late and what is asked of it."""
    part = _supervised(session, actor, when, assignment_id)
    row = _row_of(session, actor, when, part, histories(session, filter_of(session, None, part.task.plan_id)))
    plan = f"《{row.plan_title}》" + (f"（{row.plan_number}）" if row.plan_number else "")
    late = f"，截至{day_words(when.today)}已逾期{row.days_late}天" if row.days_late else ""
    moved = (
        f"（原定{day_words(row.then.original_due_on)}，经批准延期）"
        if row.then.extended and row.then.original_due_on != row.then.due_on
        else ""
    )
    latest = _latest(part, when)
    blocks = [
        Paragraph(
            [
                f"根据{plan}，你单位承担“{row.title}”（{row.role.label}单位），完成时限为"
                f"{day_words(row.then.due_on)}{moved}{late}，目前状态为“{row.then.state.label}”。"
            ]
        ),
        Paragraph([f"你单位最近一次报送的进展为：{latest}" if latest else "你单位尚未报送办理进展。"]),
        Paragraph(["为推动工作落实，现就有关事项提醒如下："]),
        Paragraph(["一、请你单位主要负责同志高度重视，抓紧研究，明确责任人和完成时间。"]),
        Paragraph(["二、请于　　月　　日前书面报告未按期完成的原因、下一步措施和完成时间。"]),
        Paragraph(["三、请你单位分管负责同志于　　月　　日　　时到督查室（地点：　　）当面说明情况。"]),
    ]
    return Paper("约谈提醒函", _number("督函", issue), f"{row.unit.full_name}：", blocks, _office(actor), issue.made_on)


def _row_of(session: Session, actor: Actor, when: When, part: Assignment, known: Histories) -> LedgerRow:
    """The part as the ledger tells it."""
    rows = ledger(session, actor, when, permission=Permission.SUPERVISE, known=known)
    return next(row for row in rows if row.assignment_id == part.id)


def _supervised(session: Session, actor: Actor, when: When, assignment_id: int) -> Assignment:
    """The part; raises NotFound, or Forbidden for whom its unit is out of reach."""
    part = part_page(session, actor, when, assignment_id).assignment
    if not actor.may(Permission.SUPERVISE, part.unit.path):
        raise Forbidden(Permission.SUPERVISE, "制作该事项的督办文书")
    return part


def _latest(part: Assignment, when: When) -> str:
    """What the unit reported last, by the end of the day."""
    told = [
        entry.words
        for entry in part.history
        if entry.event in REPORTING and entry.at.astimezone(when.zone).date() <= when.today
    ]
    return (told[-1] or "") if told else ""


def _number(word: str, issue: Issue) -> str:
    """The 文号 with its year, the number left to be filled in."""
    return f"{word}〔{issue.made_on.year}〕　　号"


def _office(actor: Actor) -> str:
    """Who signs: the office at the unit from which the actor supervises."""
    reach: Sequence[str] = [standing.unit_name for standing in actor.reach(Permission.SUPERVISE)]
    return f"{reach[0]}督查室" if reach else "督查室"
