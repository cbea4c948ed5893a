"""Forms about notices: the office's rules, the filter of what was sent, and 催办 by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from flask import request
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from tracker.domain.faults import Fault, Faulty
from tracker.domain.notice_policy import LONGEST_LABEL, MOST_STEPS, NoticePolicy
from tracker.domain.notices import Paper, Step
from tracker.services.notice_policies import LONGEST_WORDS
from tracker.services.sent_log import SentFilter
from tracker.services.urging import LONGEST_WORDS as LONGEST_URGING
from tracker.services.urging import Urging
from tracker.store.choices import UnitChoice
from tracker.store.notices import MailState
from tracker.web.forms import Form, seen_version, stripped
from tracker.web.incoming import row_id
from tracker.web.lists import LONGEST_SEARCH, FilterForm, day_that_can_be, labelled, one_of, unit_choices, whole

WHOLE = InputRequired("请填写整数。")
MINUS = "\u2212"  # as word processors write it
_STEP = re.compile(rf"(?P<sign>[-{MINUS}+]?)(?P<days>\d{{1,4}})(?:天|日)?")
NO_DAY = "请填写2027-01-01这样的日期。"
SPARE_ROWS = 3
BEFORE, ON, AFTER = "before", "on", "after"


class StepRow(PlainForm):  # type: ignore[misc]
    """One step of the ladder. A row without days and name is none, and so is one that is to go."""

    when = SelectField("何时", choices={BEFORE: "到期前", ON: "到期当天", AFTER: "逾期后"}, default=AFTER)
    days = IntegerField("天数", validators=[Optional()], render_kw={"inputmode": "numeric", "maxlength": "4"})
    label = StringField("名称", filters=[stripped], render_kw={"maxlength": str(LONGEST_LABEL)})
    copies_head = BooleanField("抄送分管领导")
    paper = SelectField("文书", choices={"": "无", **{paper.value: paper.value for paper in Paper}}, default="")
    gone = BooleanField("删除")

    @property
    def is_step(self) -> bool:
        """Whether the row holds a step that is to stay."""
        typed = self.days.raw_data[0].strip() if self.days.raw_data else self.days.data
        empty = not self.label.data and not typed
        return not (self.gone.data or (empty and self.when.data != ON))

    def step(self) -> dict[str, Any]:
        """The step as the rules hold it; days that are none are left for the rules to refuse."""
        days = {BEFORE: -1, AFTER: 1}.get(self.when.data, 0) * (self.days.data or 0)
        found = {
            "days": days if self.when.data == ON or days else None,
            "label": self.label.data or "",
            "copies_head": bool(self.copies_head.data),
        }
        return {**found, "paper": self.paper.data} if self.paper.data else found


class PolicyForm(Form):
    """A version of the rules; its fields are called as the rules are, for their faults to find them."""

    groups: ClassVar[Mapping[str, str]] = {"steps": "提醒步骤"}

    steps = FieldList(FormField(StepRow), max_entries=MOST_STEPS + SPARE_ROWS)
    milestones = StringField(
        "节点提醒（天数）",
        filters=[stripped],
        validators=[Length(max=100, message="内容过长，请删减。")],
        description="到期前为负数，当天为0，逾期后为正数，用顿号隔开，例如 -7、-1、1；不提醒则留空。",
    )
    unsigned = IntegerField(
        "超过几个工作日未签收即提醒",
        validators=[WHOLE],
        description="填0则不提醒；任务另定签收日期的，以所定日期为准。",
    )
    digest_hour = IntegerField("每日汇总从几点起发送", validators=[WHOLE])
    quiet_from = IntegerField("免打扰：晚间从几点开始", validators=[WHOLE])
    quiet_to = IntegerField("免打扰：次日到几点结束", validators=[WHOLE])
    cap_per_unit_per_day = IntegerField(
        "每单位每日逐项提醒上限（项）",
        validators=[WHOLE],
        description="超过的顺延至下一工作日；再超过的只报条数，不逐项列出。",
    )
    working_days_only = BooleanField("只在工作日发送邮件和群消息（站内消息随时可见）")
    day = DateField("生效日期", validators=[DataRequired(NO_DAY)])
    words = TextAreaField("修改内容和理由", filters=[stripped], render_kw={"rows": "2", "maxlength": LONGEST_WORDS})
    version = HiddenField()

    def show(self, policy: NoticePolicy) -> None:
        """Fills in the rules that count, with a few rows to add steps in."""
        for step in policy.ladder:
            self.steps.append_entry(_row(step))
        self.milestones.data = "、".join(str(days) for days in policy.milestone_days)
        self.unsigned.data, self.digest_hour.data = policy.unsigned_after, policy.digest_hour
        self.quiet_from.data, self.quiet_to.data = policy.quiet_from, policy.quiet_to
        self.cap_per_unit_per_day.data = policy.cap_per_unit_per_day
        self.working_days_only.data = policy.working_days_only

    def make_room(self) -> None:
        """Sees to it that a few rows are empty, and that every field of a row says in which one it stands."""
        empty = sum(1 for row in self.steps if not row.form.is_step and not row.form.gone.data)
        for _ in range(min(SPARE_ROWS - empty, MOST_STEPS + SPARE_ROWS - len(self.steps))):
            self.steps.append_entry()
        for number, row in enumerate(self.steps, 1):
            for field in row.form:
                field.label.text = f"第{number}行的{field.label.text}"

    def rules(self) -> dict[str, Any]:
        """The rules as entered, for ``tracker.services.notice_policies`` to check."""
        return {
            "steps": [row.form.step() for row in self._steps()],
            "quiet_from": self.quiet_from.data,
            "quiet_to": self.quiet_to.data,
            "working_days_only": bool(self.working_days_only.data),
            "cap_per_unit_per_day": self.cap_per_unit_per_day.data,
            "digest_hour": self.digest_hour.data,
            "unsigned": {"after": self.unsigned.data},
            "milestones": [_days(word) for word in re.split(r"[、，,\s]+", self.milestones.data or "") if word],
        }

    def _steps(self) -> list[Any]:
        return [row for row in self.steps if row.form.is_step]

    def blame(self, refusal: Faulty) -> None:
        """The rules count the steps that stay, the page all rows: each fault goes to its step's own row.

        A field of a row that could not be read is told of that alone.
        """
        rows, unread = self._steps(), {fault.field for fault in self.marked()}
        own = [(_of_row(fault.field, rows), fault) for fault in refusal.faults]
        super().blame(Faulty([Fault(each.said, at) for at, each in own if at == each.field or at not in unread]))

    @property
    def seen(self) -> int:
        return seen_version(self.version)


def _of_row(field: str, rows: list[Any]) -> str:
    found = re.fullmatch(r"step-(\d+)-(\w+)", field)
    return f"{rows[int(found[1])].name}-{found[2]}" if found and int(found[1]) < len(rows) else field


def _row(step: Step) -> dict[str, Any]:
    when = BEFORE if step.days < 0 else AFTER if step.days else ON
    paper = step.paper.value if step.paper else ""
    days = abs(step.days) if step.days else None
    return {"when": when, "days": days, "label": step.label, "copies_head": step.copies_head, "paper": paper}


def _days(word: str) -> int | str:
    """The days that a word names; the word itself when it names none, which the rules then refuse."""
    found = _STEP.fullmatch(word)
    return int(found["days"]) * (-1 if found["sign"] in ("-", MINUS) else 1) if found else word


class SentForm(FilterForm):
    """Day, unit, person and state of what was sent."""

    channel = SelectField("渠道", choices={"mail": "站内消息和邮件", "robot": "群机器人"}, default="mail")
    day = DateField("日期", validators=[Optional(), day_that_can_be])
    unit = SelectField("单位（含下属）", coerce=whole)
    person = StringField("接收人", filters=[stripped], validators=[Length(max=LONGEST_SEARCH)])
    state = SelectField("状态", coerce=one_of(MailState), choices=labelled(MailState))

    def offer(self, units: tuple[UnitChoice, ...]) -> None:
        self.unit.choices = unit_choices(units)

    @property
    def by_robot(self) -> bool:
        return bool(self.channel.data == "robot")

    def wanted(self) -> SentFilter:
        """What was chosen; a day that is none is told beside its field."""
        self.validate()
        if self.day.errors:
            self.day.errors = [NO_DAY]
        return SentFilter(
            self.chosen(self.day), self.chosen(self.unit), self.chosen(self.person) or "", self.chosen(self.state)
        )


class UrgeForm(Form):
    """Words to the units of the parts that were picked."""

    words = TextAreaField(
        "催办要求",
        id="urge-words",
        filters=[stripped],
        validators=[Length(max=LONGEST_URGING, message=f"不能超过{LONGEST_URGING}字。")],
        render_kw={"rows": "3"},
    )
    copies_head = BooleanField("同时告知单位分管领导")
    again = BooleanField("今天已催办过的也再次催办")
    next = HiddenField()

    def urging(self) -> Urging:
        """What is to be done; parts that are no numbers are left out."""
        ids = [found for word in request.form.getlist("part")[:1000] if (found := _id(word)) is not None]
        return Urging(tuple(ids), self.words.data or "", bool(self.copies_head.data), bool(self.again.data))


def _id(word: str) -> int | None:
    try:
        return row_id(word)
    except ValueError:
        return None
