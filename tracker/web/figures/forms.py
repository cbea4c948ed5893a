"""What figures and their lists are asked for: a period, a unit, a plan, and by which date lateness is judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from wtforms import BooleanField, DateField, SelectField
from wtforms.validators import Optional

from tracker.domain.figures import Basis, Period
from tracker.services.figures import By
from tracker.services.listings import Listing, Show
from tracker.store.choices import PlanChoice, UnitChoice
from tracker.web.lists import FilterForm, day_that_can_be, plan_choices, unit_choices, whole

Kind = TypeVar("Kind", bound=StrEnum)
DAY_WRONG = "请填写2023-06-15这样的日期。"


def word_of(kind: type[Kind], default: Kind) -> Callable[[Any], Kind]:
    """Reads a word of the enum; nothing is the default, and another word is refused by the field."""
    return lambda value: kind(value) if value else default


class PeriodForm(FilterForm):
    """From a day to a day; ``read`` comes first. What is wrong is told and replaced by what stands without it."""

    since = DateField("期初", validators=[Optional(), day_that_can_be])
    until = DateField("期末（截至）", validators=[Optional(), day_that_can_be])
    unit = SelectField("单位（含下属）", coerce=whole, validate_choice=False)
    plan = SelectField("来源文件", coerce=whole, validate_choice=False)

    def offer(self, units: tuple[UnitChoice, ...], plans: tuple[PlanChoice, ...]) -> None:
        """Fills in what can be chosen."""
        self.unit.choices, self.plan.choices = unit_choices(units), plan_choices(plans)

    def read(self, today: date) -> Period:
        """The period asked for: without more, from January to today."""
        self.validate()
        for field in (self.since, self.until):
            field.errors = [DAY_WRONG] if field.errors else []
        until = self.chosen(self.until) or today
        if until > today:
            self.until.errors, until = ["期末不能晚于今天，已按今天统计。"], today
        since = self.chosen(self.since) or date(until.year, 1, 1)
        if since > until:
            self.since.errors, since = ["期初不能晚于期末，已从当年1月1日起统计。"], date(until.year, 1, 1)
        self.since.data, self.until.data = since, until
        self.since.raw_data = self.until.raw_data = None
        return Period(since, until)


def _basis_field() -> Any:
    """The choice of the date by which lateness is judged, unbound: each form has its own."""
    return SelectField(
        "时限口径",
        coerce=word_of(Basis, Basis.CURRENT),
        default=Basis.CURRENT,
        choices={each.value: each.label for each in Basis},
    )


class FiguresForm(PeriodForm):
    by = SelectField(
        "统计方式", coerce=word_of(By, By.UNIT), default=By.UNIT, choices={each.value: each.label for each in By}
    )
    basis = _basis_field()

    def asked_by(self) -> By:
        """What a line stands for; ``read`` comes first."""
        return self.chosen(self.by) or By.UNIT

    def bases(self) -> tuple[Basis, Basis]:
        """The date by which lateness is judged, and the other one; ``read`` comes first."""
        basis = self.chosen(self.basis) or Basis.CURRENT
        return basis, next(each for each in Basis if each is not basis)


class ListingForm(PeriodForm):
    show = SelectField(
        "清单", coerce=word_of(Show, Show.ALL), default=Show.ALL, choices={each.value: each.label for each in Show}
    )
    basis = _basis_field()
    alone = BooleanField("不含下属单位")

    def listing(self, today: date) -> Listing:
        """The list asked for."""
        period = self.read(today)
        return Listing(
            self.chosen(self.show) or Show.ALL,
            period,
            self.chosen(self.unit),
            bool(self.alone.data),
            self.chosen(self.plan),
            self.chosen(self.basis) or Basis.CURRENT,
        )


class DayForm(FilterForm):
    """The day as of which a page is shown."""

    day = DateField("截至日期", validators=[Optional(), day_that_can_be])

    def read(self, today: date) -> date:
        self.validate()
        self.day.errors = [DAY_WRONG] if self.day.errors else []
        day = self.chosen(self.day) or today
        if day > today:
            self.day.errors, day = ["日期不能晚于今天，已按今天显示。"], today
        self.day.data, self.day.raw_data = day, None
        return day
