"""The filters of the overdue list and of what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from tracker.domain.lifecycle import Outcome
from tracker.domain.roles import Role
from tracker.services.bulk import Picked
from tracker.services.changing import LONGEST_WORDS
from tracker.services.supervision import Filter, OverdueFilter, OverdueSort
from tracker.store.choices import PlanChoice, UnitChoice
from tracker.web.as_of import AsOfForm
from tracker.web.forms import Form, stripped
from tracker.web.incoming import row_id
from tracker.web.lists import (
    LONGEST_SEARCH,
    FilterForm,
    LongSelectField,
    labelled,
    one_of,
    plan_choices,
    unit_choices,
    whole,
)


class PartsForm(FilterForm):
    """Words, unit and plan: what every list of units' parts can be narrowed by."""

    q = StringField("任务、单位或文件", filters=[stripped], validators=[Length(max=LONGEST_SEARCH)])
    unit = LongSelectField("责任单位（含下属）", coerce=whole)
    plan = LongSelectField("来源文件", coerce=whole)

    def offer(self, units: tuple[UnitChoice, ...], plans: tuple[PlanChoice, ...]) -> None:
        """Fills in what can be chosen."""
        self.unit.choices, self.plan.choices = unit_choices(units), plan_choices(plans)

    def chosen_parts(self) -> tuple[str, int | None, int | None]:
        """Words, unit and plan as they were chosen; ``validate`` comes first."""
        return self.chosen(self.q) or "", self.chosen(self.unit), self.chosen(self.plan)


class PendingForm(PartsForm):
    def wanted(self) -> Filter:
        self.validate()
        return Filter(*self.chosen_parts())


class OverdueForm(PartsForm, AsOfForm):
    days = IntegerField(
        "至少逾期天数", validators=[Optional(), NumberRange(1, 9999, message="请填写1到9999之间的整数。")]
    )
    role = SelectField("角色", coerce=one_of(Role), choices=labelled(Role, "全部角色"))

    def wanted(self) -> OverdueFilter:
        self.validate()
        sort = self.sorting(OverdueSort.DAYS)
        return OverdueFilter(
            *self.chosen_parts(),
            self.chosen(self.days),
            self.chosen(self.role),
            sort,
            self.turned(sort is OverdueSort.DAYS),
        )


class BulkForm(Form):
    """One decision for several submissions."""

    next = HiddenField()
    outcome = RadioField(
        "办结结果（必选）", choices={o.value: o.label for o in Outcome}, coerce=one_of(Outcome), validate_choice=False
    )
    words = TextAreaField("审核意见", render_kw={"rows": 3, "maxlength": LONGEST_WORDS})


def picked(values: Sequence[str]) -> list[Picked]:
    """The rows that were ticked, each written as ``id.version``; what is no such pair is passed over."""
    found = []
    for value in values:
        part, _, version = value.partition(".")
        try:
            found.append(Picked(row_id(part), row_id(version)))
        except ValueError:
            continue
    return found
