"""Lists that may be asked for as of a past day: the field, and the day it means."""

from __future__ import annotations

from datetime import date

from wtforms import DateField
from wtforms.validators import Optional

from tracker.services.lit import Day, When
from tracker.web.context import today
from tracker.web.filters import day
from tracker.web.lists import FilterForm
from tracker.web.when import the_day, when_on

DAY_WRONG = "请填写2023-06-15这样的日期。"


class AsOfForm(FilterForm):
    """A filter with the day as of which the list is wanted; empty means now."""

    as_of = DateField("截至日期", validators=[Optional()])

    def validate(self, extra_validators: object = None) -> bool:
        """Tells beside the field what is no day, or one that has not come yet."""
        super().validate(extra_validators)
        if self.as_of.errors:
            self.as_of.errors = [DAY_WRONG]
        elif self.as_of.data and self.as_of.data > today():
            self.as_of.errors = [f"不能晚于今天（{day(today())}），以后的情况还不知道。请改为今天或以前的日期。"]
        return not self.errors

    def when(self) -> When:
        """The end of the day asked for; now where none was, or none that can be used. ``validate`` comes first."""
        return when_on(self.day().today)

    def day(self) -> Day:
        """The same without the rules that count on it."""
        return the_day(self.chosen(self.as_of) or today())

    @property
    def past_day(self) -> date | None:
        """The past day that the list is made for; None for the list of today."""
        asked: date | None = self.chosen(self.as_of)
        return asked if asked and asked < today() else None
