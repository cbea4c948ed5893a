"""The form of the lights' rules: thresholds in words, never JSON; first tried, then put in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from wtforms import DateField, Field, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.lateness import JudgedBy
from tracker.domain.light_packs import SIGN_BETWEEN, SOON_BETWEEN, PackFault, light_pack_of
from tracker.domain.lights import LightPack
from tracker.domain.report_rhythm import NUMBERS, WEEKDAYS, Every
from tracker.services.rule_packs import LONGEST_WORDS
from tracker.web.forms import Form, seen_version, stripped

DAY_WRONG = "请填写2023-06-15这样的日期。"
RED, YELLOW = "red", "yellow"
DAYS_BETWEEN, MONTH_BETWEEN = NUMBERS[Every.DAYS], NUMBERS[Every.MONTH]


def whole_between(label: str, between: tuple[int, int], *, optional: bool = False, unit: str = "") -> IntegerField:
    """A field for a whole number within its bounds, which its one message tells."""
    least, most = between
    said = f"请填写{least}至{most}之间的整数。"
    asked = Optional() if optional else InputRequired(said)
    bounds: dict[str, Any] = {"min": least, "max": most, "inputmode": "numeric"}
    return IntegerField(label, [asked, NumberRange(least, most, said)], description=unit, render_kw=bounds)


class LightsForm(Form):
    """The thresholds; asked by GET, so that a trial can be opened again and sent to a colleague."""

    class Meta(Form.Meta):
        csrf = False

    soon = whole_between("离完成时限还有几天起亮黄灯", SOON_BETWEEN, unit="填0表示只在时限当天亮黄灯。")
    sign = whole_between("下达后几个工作日内应签收", SIGN_BETWEEN, unit="另行规定签收期限的，按所定日期。")
    every = RadioField("定期报进展", choices={each.value: each.label for each in Every})
    days = whole_between("隔几天", DAYS_BETWEEN, optional=True)
    month_day = whole_between("几日前", MONTH_BETWEEN, optional=True)
    weekday = SelectField("星期几前", coerce=int, choices={str(n): f"星期{word}" for n, word in enumerate(WEEKDAYS, 1)})
    support = RadioField("配合单位逾期", choices={RED: "与牵头、责任单位一样亮红灯", YELLOW: "只亮黄灯，不亮红灯"})
    judged = RadioField(
        "按期的认定", choices={each.value: each.label for each in JudgedBy}, default=JudgedBy.ACCEPTANCE.value
    )
    start = DateField(
        "从哪天起施行", validators=[InputRequired(DAY_WRONG)], description="不能早于今天；以前的日子仍按当时的规则。"
    )

    def show(self, pack: LightPack, start: date) -> None:
        """Fills in a pack, and the day from which it would count."""
        number = {pack.reports.every: pack.reports.number}
        self.soon.data, self.sign.data, self.start.data = pack.due_soon_days, pack.sign_within, start
        self.every.data, self.support.data = pack.reports.every.value, RED if pack.support_red else YELLOW
        self.judged.data = pack.judged_by.value
        self.days.data, self.month_day.data = number.get(Every.DAYS, 15), number.get(Every.MONTH, 25)
        self.weekday.data = number.get(Every.WEEK, 5)

    def validate_on(self, today: date) -> bool:
        """Whether all of it can be used; what cannot is told beside its field."""
        super().validate()
        self._only_what_counts()
        for field in (self.soon, self.sign, self.days, self.month_day):
            field.errors = list(field.errors)[-1:] and [field.validators[1].message]
        if self.start.errors or not self.start.data:
            self.start.errors = [DAY_WRONG]
        elif self.start.data < today:
            self.start.errors = ["不能早于今天，已经过去的日子仍按当时的规则。请改为今天或以后的日期。"]
        return not self.errors

    def _only_what_counts(self) -> None:
        """The number of a rhythm that was not chosen is nobody's fault; that of the chosen one is needed."""
        for every, field in self._numbers().items():
            if self.every.data != every.value:
                field.errors = []
            elif field.data is None:
                field.errors = ["缺"]

    def _numbers(self) -> dict[Every, Field]:
        return {Every.DAYS: self.days, Every.MONTH: self.month_day, Every.WEEK: self.weekday}

    def pack(self) -> LightPack:
        """The pack; ``validate_on`` comes first. What it lets through is still read as any pack is."""
        every = Every(self.every.data)
        number = self._numbers()[every].data if every in self._numbers() else 0
        rules = {
            "due_soon_days": self.soon.data,
            "sign_within": self.sign.data,
            "reports": {"every": every.value, "number": number},
            "support_red": self.support.data == RED,
            "judged_by": self.judged.data,
        }
        try:
            return light_pack_of(rules)
        except PackFault as fault:  # pragma: no cover - the fields have told it before
            raise AssertionError(str(fault)) from fault

    def thresholds(self) -> dict[str, str]:
        """What was chosen, field by field, as it stands in an address or in hidden fields."""
        fields = (self.soon, self.sign, self.every, self.days, self.month_day, self.weekday, self.support)
        given = (*fields, self.judged, self.start)
        return {field.name: str(field.data) for field in given if field.data is not None}

    def address(self, endpoint: str, **more: Any) -> str:
        values: dict[str, Any] = {**self.thresholds(), **more}
        return url_for(endpoint, **values)


class PutInForceForm(LightsForm):
    """The thresholds that were tried, why they are wanted, and the newest version that was known then."""

    class Meta(Form.Meta):
        csrf = True

    words = TextAreaField(
        "调整的理由或依据",
        filters=[stripped],
        validators=[Length(max=LONGEST_WORDS, message=f"理由不能超过{LONGEST_WORDS}字，请精简。")],
        description="写明会议、批示或文件依据，供以后查阅。",
        render_kw={"rows": "3"},
    )
    seen = HiddenField()

    @property
    def seen_number(self) -> int:
        return seen_version(self.seen)
