"""The office's papers for one part: 督办单 and 约谈提醒函, out of the ledger. The 督查通报 is in ``bulletin``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.export.papers import Block, Code, Form, Paper, Paragraph, day_words
from tracker.services.file_names import office_name
from tracker.services.histories import Histories, histories
from tracker.services.ledger import LedgerRow, ledger
from tracker.services.ledger_sheet import partners_of
from tracker.services.listings import Listing, filter_of
from tracker.services.lit import When
from tracker.services.report_links import Issuer, MadeLink, Wish, last_day, link_for
from tracker.services.task_pages import part_page
from tracker.services.work import REPORTING
from tracker.store.handling import Handling
from tracker.store.tasks import Assignment
from tracker.store.untold import divided_tasks

Address = Callable[[Listing], str]


@dataclass(frozen=True, slots=True)
class Issue:
    """What a paper carries beside its content: the day it is made, and the absolute addresses of a list and of the
    figures of all units that a list is part of."""

    made_on: date
    address: Address
    board: Address


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """A link that a paper is to carry: what it is made with, and as it is asked for."""

    issuer: Issuer
    wish: Wish


def urging_sheet(  # noqa: PLR0917 - of which part, as of when, with which link
    session: Session, actor: Actor, when: When, assignment_id: int, issue: Issue, made: MadeLink | None = None
) -> Paper:
    """The 督办单 of a part: what is to be done, how it stands, and boxes for what is asked and answered.

    ``made`` is a link by which the answer can be given without an account: its code then stands below the form.
    """
    part = _supervised(session, actor, when, assignment_id)
    known = _history_of(session, part)
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
    name = _file_name("督办单", row, issue)
    return Paper("督办单", number_line("督办", issue), "", blocks, office_of(actor), issue.made_on, name)


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
    row = _row_of(session, actor, when, part, _history_of(session, part))
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
    addressee, name = f"{row.unit.full_name}：", _file_name("约谈提醒函", row, issue)
    return Paper("约谈提醒函", number_line("督函", issue), addressee, blocks, office_of(actor), issue.made_on, name)


def _history_of(session: Session, part: Assignment) -> Histories:
    """The history of the part's task, with those of divided tasks: a part may have its percent from them."""
    return histories(session, filter_of(session, None, part.task.plan_id), {part.task_id, *divided_tasks(session)})


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


def _file_name(kind: str, row: LedgerRow, issue: Issue) -> str:
    """督办单-市教育局-建立分流转办机制-2023-06-15."""
    return office_name(kind, row.unit.name, row.title, issue.made_on.isoformat())


def number_line(word: str, issue: Issue) -> str:
    """The 文号 with its year, the number left to be filled in."""
    return f"{word}〔{issue.made_on.year}〕　　号"


def office_of(actor: Actor) -> str:
    """Who signs: the office at the unit from which the actor supervises."""
    reach: Sequence[str] = [standing.unit_name for standing in actor.reach(Permission.SUPERVISE)]
    return f"{reach[0]}督查室" if reach else "督查室"
