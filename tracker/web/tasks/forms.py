"""The filters of the list of all tasks, the day that a task waits for, and whether it asks for evidence."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional

from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.services.anchoring import Waiting
from tracker.services.changing import version_of
from tracker.services.demanding import LONGEST_REASON, Demand
from tracker.services.task_pages import TaskFilter, TaskSort
from tracker.store.choices import PlanChoice, UnitChoice
from tracker.store.tasks import Task
from tracker.web.as_of import DAY_WRONG, AsOfForm
from tracker.web.forms import Form, seen_version, stripped
from tracker.web.lists import LONGEST_SEARCH, LongSelectField, labelled, one_of, plan_choices, unit_choices, whole


class TaskFilterForm(AsOfForm):
    q = StringField("任务、单位或文件", filters=[stripped], validators=[Length(max=LONGEST_SEARCH)])
    state = SelectField("状态", coerce=one_of(State), choices=labelled(State, "全部状态"))
    unit = LongSelectField("单位（含下属）", coerce=whole)
    plan = LongSelectField("来源文件", coerce=whole)
    due_from = DateField("时限自", validators=[Optional()])
    due_to = DateField("时限至", validators=[Optional()])
    light = SelectField("亮灯", coerce=one_of(Light), choices=labelled(Light, "全部"))
    overdue = BooleanField("只看逾期")

    def offer(self, units: tuple[UnitChoice, ...], plans: tuple[PlanChoice, ...]) -> None:
        """Fills in what can be chosen."""
        self.unit.choices, self.plan.choices = unit_choices(units), plan_choices(plans)

    def wanted(self) -> TaskFilter:
        self.validate()
        for day in (self.due_from, self.due_to):
            day.errors = [DAY_WRONG] if day.errors else []
        return TaskFilter(
            self.chosen(self.q) or "",
            self.chosen(self.state),
            self.chosen(self.unit),
            self.chosen(self.plan),
            self.chosen(self.due_from),
            self.chosen(self.due_to),
            bool(self.overdue.data),
            self.chosen(self.light),
            self.sorting(TaskSort.DUE),
            self.turned(False),
        )


class EventDayForm(Form):
    """The day from which a deadline counts, or on which its event falls; ``seen`` tells how the task stood."""

    day = DateField("日期", validators=[Optional()])
    seen = HiddenField()

    def validate(self, extra_validators: object = None) -> bool:
        """Asks for a day, in words that help; what was typed stays in the field."""
        super().validate(extra_validators)
        if self.day.data is None:
            written = (self.day.raw_data or [""])[0]
            self.day.errors = [f"“{written}”不是日期，{DAY_WRONG}" if written else DAY_WRONG]
        return not self.errors

    def ask(self, waiting: Waiting) -> None:
        """Names the field for the task at hand; the mark is that of now, once the person is shown how things stand."""
        self.day.label.text, self.day.description = waiting.asked.label, waiting.asked.help
        self.seen.data = waiting.mark


class DemandForm(Form):
    """Whether submissions must bring files, and why; ``seen`` is the version of the parts when the page was opened."""

    required = HiddenField(id="demand-required")
    reason = StringField("佐证要求的说明（可不填）", id="demand-reason", render_kw={"maxlength": LONGEST_REASON})
    seen = HiddenField(id="demand-seen")  # the page has other forms with fields of these names

    def demand(self) -> Demand:
        """What is asked for."""
        return Demand(self.required.data == "yes", self.reason.data or "", seen_version(self.seen))

    def ask(self, task: Task) -> None:
        """Offers the other of the two, as the task stands now; what was typed stays."""
        self.required.data = "no" if task.evidence_required else "yes"
        self.seen.data = str(version_of(task.assignments))
