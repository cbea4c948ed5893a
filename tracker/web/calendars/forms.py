"""The form of a year's days off and make-up days: lists filled in by hand, by picking, or from the notice."""

from __future__ import annotations

from datetime import date

from wtforms import DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from tracker.domain.calendar_year import YearDays, listed_days, notice_days, told
from tracker.domain.day_words import in_words
from tracker.services.calendars import LONGEST_NOTICE, YearGiven, YearShown
from tracker.web.forms import Form, seen_version, stripped

LONGEST_LIST, LONGEST_TEXT = 2000, 20000
OFF, WORKED = "off", "worked"


class YearForm(Form):
    """What an administrator enters for a year."""

    notice = StringField(
        "通知文号或名称（选填）",
        filters=[stripped],
        validators=[Length(max=LONGEST_NOTICE, message=f"通知名称不能超过{LONGEST_NOTICE}字，请缩短。")],
    )
    off = TextAreaField(
        "放假的日子",
        filters=[stripped],
        validators=[Length(max=LONGEST_LIST, message="内容过长，请只写日期。")],
        description="可写“1月1日至1月3日、4月4日”，用顿号或换行隔开。上年12月底的日子请写明年份。",
        render_kw={"rows": "4"},
    )
    worked = TextAreaField(
        "调休上班的周末",
        filters=[stripped],
        validators=[Length(max=LONGEST_LIST, message="内容过长，请只写日期。")],
        description="只写因调休要上班的星期六、星期日。",
        render_kw={"rows": "3"},
    )
    text = TextAreaField(
        "通知原文",
        validators=[Length(max=LONGEST_TEXT, message="内容过长，请只粘贴各节日的安排。")],
        description="把通知中各节日的安排粘贴在这里，点“识别日期”，日期会填入下面两栏，核对后再保存。",
        render_kw={"rows": "5"},
    )
    picked = DateField("补充一天", validators=[Optional()])
    picked_as = RadioField("这一天", choices={OFF: "放假", WORKED: "调休上班"}, default=OFF, validators=[Optional()])
    version = HiddenField()

    def show(self, shown: YearShown) -> None:
        """Fills in what stands."""
        self.notice.data, self.off.data, self.worked.data = shown.notice, told(shown.days.off), told(shown.days.worked)
        self.version.data = str(shown.version)

    def validate(self, extra_validators: object = None) -> bool:
        """Says in words that help which date is none."""
        super().validate(extra_validators)
        if self.picked.errors:
            self.picked.errors = ["请填写2027-01-01这样的日期。"]
        return not self.errors

    def recognise(self, year: int) -> bool:
        """Puts the days of the pasted notice into the two lists; False, with a message, when it names none."""
        try:
            days = notice_days(year, self.text.data or "")
        except ValueError as fault:
            self.text.errors = [str(fault)]
            return False
        if not days.off:
            self.text.errors = ["没有识别出放假日期。请粘贴通知中“元旦：1月1日至3日放假”这样的各条安排。"]
            return False
        self.off.data, self.worked.data = _told(year, days.off), _told(year, days.worked)
        return True

    def pick(self, year: int) -> bool:
        """Puts the picked day into its list; False, with a message, when there is none or a list cannot be read."""
        if self.picked.data is None:
            self.picked.errors = ["请先选择日期。"]
            return False
        listed = self.worked if self.picked_as.data == WORKED else self.off
        try:
            days = listed_days(year, listed.data or "") | {self.picked.data}
        except ValueError as fault:
            listed.errors = [str(fault)]
            return False
        listed.data, self.picked.data, self.picked.raw_data = _told(year, days), None, None
        return True

    def given(self, year: int) -> YearGiven | None:
        """What is to be stored; None, with messages, when a list cannot be read."""
        found = {}
        for field in (self.off, self.worked):
            try:
                found[field.name] = listed_days(year, field.data or "")
            except ValueError as fault:
                field.errors = [str(fault)]
        if len(found) < 2:
            return None
        days = YearDays(found[OFF], found[WORKED])
        return YearGiven(days, self.notice.data or None, seen_version(self.version))


def _told(year: int, days: frozenset[date] | set[date]) -> str:
    """The days in words; those of a neighbouring year carry their year."""
    own = told(day for day in days if day.year == year)
    others = [in_words(day) for day in sorted(days) if day.year != year]
    return "、".join([*others, *([own] if own else [])])
