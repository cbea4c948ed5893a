"""The filters of the overdue list."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional

from tracker.domain.roles import Role
from tracker.services.supervision import OverdueFilter, OverdueSort
from tracker.store.plans import Plan
from tracker.store.units import Unit
from tracker.web.forms import stripped
from tracker.web.lists import LONGEST_SEARCH, FilterForm, labelled, one_of, plan_choices, unit_choices, whole


class OverdueForm(FilterForm):
    q = StringField("查找", filters=[stripped], validators=[Length(max=LONGEST_SEARCH)], description="")
    unit = SelectField("责任单位（含下属）", coerce=whole)
    plan = SelectField("来源文件", coerce=whole)
    days = IntegerField(
        "至少逾期天数", validators=[Optional(), NumberRange(1, 9999, message="请填写1到9999之间的整数。")]
    )
    role = SelectField("角色", coerce=one_of(Role), choices=labelled(Role, "全部角色"))

    def offer(self, units: Sequence[Unit], plans: Sequence[Plan]) -> None:
        """Fills in what can be chosen."""
        self.unit.choices, self.plan.choices = unit_choices(units), plan_choices(plans)

    def wanted(self) -> OverdueFilter:
        self.validate()
        sort = self.sorting(OverdueSort.DAYS)
        return OverdueFilter(
            self.chosen(self.q) or "",
            self.chosen(self.unit),
            self.chosen(self.plan),
            self.chosen(self.days),
            self.chosen(self.role),
            sort,
            self.turned(sort is OverdueSort.DAYS),
        )
