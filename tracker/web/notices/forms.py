"""Forms about notices: the office's rules, the filter of what was sent, and 催办 by hand."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from tracker.domain.notice_policy import NoticePolicy
from tracker.domain.notices import Paper, Step
from tracker.services.notice_policies import LONGEST_WORDS, checked
from tracker.services.sent_log import SentFilter
from tracker.services.urging import LONGEST_WORDS as LONGEST_URGING
from tracker.services.urging import Urging
from tracker.store.notices import MailState
from tracker.store.units import Unit
from tracker.web.forms import Form, seen_version, stripped
from tracker.web.incoming import row_id
from tracker.web.lists import LONGEST_SEARCH, FilterForm, day_that_can_be, labelled, one_of, unit_choices, whole

WHOLE = InputRequired("请填写整数。")
NO_DAY = "请填写2027-01-01这样的日期。"
HEAD = "抄送分管领导"
MINUS = "\u2212"  # as word processors write it
_STEP = re.compile(rf"(?P<sign>[-{MINUS}+]?)(?P<days>\d{{1,4}})(?:天|日)?")


class PolicyForm(Form):
    """A version of the rules: one step of the ladder a line."""

    steps = TextAreaField(
        "提醒步骤",
        validators=[InputRequired("请至少填写一步。"), Length(max=3000, message="内容过长，请删减。")],
        description=(
            "每行一步：天数、名称，用逗号隔开；到期前为负数，当天为0，逾期后为正数。"
            f"后面可加“{HEAD}”和文书（{'、'.join(Paper)}）。例如：7，逾期7天（督办单），督办单"
        ),
        render_kw={"rows": "11"},
    )
    milestones = StringField(
        "节点提醒（天数）",
        filters=[stripped],
        validators=[Length(max=100, message="内容过长，请删减。")],
        description="用顿号隔开，例如 -7、-1、1；不提醒则留空。",
    )
    unsigned_after = IntegerField(
        "超过几个工作日未签收即提醒",
        validators=[WHOLE],
        description="填0则不提醒；任务另定签收日期的，以所定日期为准。",
    )
    digest_hour = IntegerField("每日汇总从几点起发送", validators=[WHOLE])
    quiet_from = IntegerField("免打扰：晚间从几点开始", validators=[WHOLE])
    quiet_to = IntegerField("免打扰：次日到几点结束", validators=[WHOLE])
    cap = IntegerField(
        "每单位每日逐项提醒上限（项）",
        validators=[WHOLE],
        description="超过的顺延至下一工作日；再超过的只报条数，不逐项列出。",
    )
    working_days_only = BooleanField("只在工作日发送邮件和群消息（站内消息随时可见）")
    day = DateField("生效日期", validators=[DataRequired(NO_DAY)])
    words = TextAreaField(
        "修改内容和理由",
        filters=[stripped],
        validators=[Length(max=LONGEST_WORDS, message=f"不能超过{LONGEST_WORDS}字。")],
        render_kw={"rows": "2"},
    )
    version = HiddenField()

    def show(self, policy: NoticePolicy) -> None:
        """Fills in the rules that count."""
        self.steps.data = "\n".join(_line(step) for step in policy.ladder)
        self.milestones.data = "、".join(str(days) for days in policy.milestone_days)
        self.unsigned_after.data, self.digest_hour.data = policy.unsigned_after, policy.digest_hour
        self.quiet_from.data, self.quiet_to.data = policy.quiet_from, policy.quiet_to
        self.cap.data, self.working_days_only.data = policy.cap_per_unit_per_day, policy.working_days_only

    def validate(self, extra_validators: object = None) -> bool:
        """Says in words that help which number or day is none."""
        super().validate(extra_validators)
        for field in self:
            if field.errors and isinstance(field, IntegerField):
                field.errors = ["请填写整数。"]
            elif field.errors and isinstance(field, DateField):
                field.errors = [NO_DAY]
        return not self.errors

    def policy(self) -> NoticePolicy:
        """The rules entered; ``validate`` comes first. Raises Invalid."""
        return checked(
            {
                "steps": [_step(line) for line in (self.steps.data or "").splitlines() if line.strip()],
                "quiet_from": self.quiet_from.data,
                "quiet_to": self.quiet_to.data,
                "working_days_only": bool(self.working_days_only.data),
                "cap_per_unit_per_day": self.cap.data,
                "digest_hour": self.digest_hour.data,
                "unsigned": {"after": self.unsigned_after.data},
                "milestones": [_days(word) for word in re.split(r"[、，,\s]+", self.milestones.data or "") if word],
            }
        )

    @property
    def seen(self) -> int:
        return seen_version(self.version)


def _line(step: Step) -> str:
    words = [str(step.days), step.label, HEAD if step.copies_head else "", step.paper.value if step.paper else ""]
    return "，".join(filter(None, words))


def _step(line: str) -> dict[str, Any]:
    words = [word.strip() for word in re.split("[，,]", line)]
    rest = words[2:]
    papers = [word for word in rest if word and word != HEAD]
    step: dict[str, Any] = {"days": _days(words[0]), "label": words[1] if len(words) > 1 else ""}
    step["copies_head"] = HEAD in rest
    return {**step, "paper": "、".join(papers)} if papers else step


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

    def offer(self, units: list[Unit]) -> None:
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
