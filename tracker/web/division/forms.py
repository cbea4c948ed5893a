"""The form that makes child tasks: title, day, and a role for each unit below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

from wtforms import BooleanField, DateField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from tracker.domain.roles import Role
from tracker.services.division import LONGEST_TITLE, Wish
from tracker.store.tasks import Assignment
from tracker.store.units import Unit
from tracker.web.forms import Form, seen_version, stripped
from tracker.web.incoming import row_id

TOGETHER, ALONE = "together", "alone"
ROLE = "role-"


class DivideForm(Form):
    groups: ClassVar = {"roles": "承担单位"}

    version = HiddenField()
    title = StringField("子任务名称", filters=[stripped], render_kw={"maxlength": LONGEST_TITLE})
    due_on = DateField("完成时限", validators=[Optional()])
    way = RadioField(
        "立项方式",
        choices={TOGETHER: "所选单位共同承担一项子任务", ALONE: "每个单位各立一项（内容、时限相同）"},
        default=TOGETHER,
    )
    late_confirmed = BooleanField("确认晚于本级时限")

    def propose(self, part: Assignment) -> None:
        """Begins with the parent's own title and day."""
        self.title.data, self.due_on.data = part.task.title, part.due_on
        self.see(part)

    def see(self, part: Assignment) -> None:
        """Takes what stands as seen, and leaves what was typed."""
        self.version.data = str(part.version)

    def seen(self) -> int:
        return seen_version(self.version)

    def wish(self, roles: Mapping[int, Role]) -> Wish:
        day: date | None = self.due_on.data
        return Wish(self.title.data or "", day, roles, self.way.data == ALONE, bool(self.late_confirmed.data))


class WithdrawForm(Form):
    reason = TextAreaField("撤销理由", id="withdraw-reason", render_kw={"rows": 2, "maxlength": 500, "required": True})


def roles_given(form: Mapping[str, str]) -> dict[int, Role]:
    """The roles that were chosen, by unit; a word that is no role, or a number that is no unit, counts as none."""
    given = {}
    for name, value in form.items():
        if name.startswith(ROLE) and value in {role.value for role in Role}:
            try:
                given[row_id(name.removeprefix(ROLE))] = Role(value)
            except ValueError:
                continue
    return given


def by_kind(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    """The units under their kinds' names."""
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(unit.kind.label, []).append(unit)
    return groups
