"""What is sent about unknown names: the meaning of one, or of many at once."""

from __future__ import annotations

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length

from tracker.domain.likely_kinds import is_collective, likely_kind
from tracker.domain.units import UnitKind
from tracker.services.intake_matching import Match, NewUnit
from tracker.services.intake_names import NAMES_AT_ONCE, UnknownNames
from tracker.web.forms import Form, stripped
from tracker.web.intake.forms import ActionForm, labelled


class MatchForm(ActionForm):
    """What an unknown name means."""

    name = HiddenField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    choice = StringField("对应到", validators=[InputRequired("请选择对应的单位，或选“登记为新单位”。")])
    other = StringField("其他单位", filters=[stripped])
    new_name = StringField("新单位简称", filters=[stripped], validators=[Length(max=100, message="简称不超过100字。")])
    new_full_name = StringField("全称", filters=[stripped], validators=[Length(max=200, message="全称不超过200字。")])
    new_kind = SelectField("类别", choices=labelled(UnitKind), default=UnitKind.DEPARTMENT.value)
    remember = BooleanField("记为简称")

    def match(self) -> Match:
        """The match as given."""
        name, choice = self.name.data or "", self.choice.data or ""
        if choice == "new":
            new = NewUnit(self.new_name.data or "", self.new_full_name.data or None, UnitKind(self.new_kind.data))
            return Match(name, new=new, remember=bool(self.remember.data))
        typed = self.other.data or "" if choice == "other" else choice
        return Match(name, typed, remember=bool(self.remember.data))


LATER = "later"


class NameRow(PlainForm):  # type: ignore[misc]
    """What one of many unknown names means; no choice leaves it as it is."""

    name = HiddenField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    choice = StringField("对应到")
    other = StringField("其他单位", filters=[stripped])
    new_name = StringField("新单位简称", filters=[stripped], validators=[Length(max=100, message="简称不超过100字。")])
    new_kind = SelectField("类别", choices=labelled(UnitKind), default=UnitKind.DEPARTMENT.value)

    @property
    def faults(self) -> list[str]:
        return [message for field in self for message in field.errors]

    def match(self, *, new_for_the_rest: bool) -> Match | None:
        """The match as given; None when nothing was chosen, unless what is left is to be registered."""
        name, choice = self.name.data or "", self.choice.data or LATER
        if choice == LATER and new_for_the_rest and not is_collective(name):
            return Match(name, new=NewUnit(name, None, likely_kind(name)))
        if choice == "new":
            return Match(name, new=NewUnit(self.new_name.data or "", None, UnitKind(self.new_kind.data)))
        return Match(name, self.other.data or "" if choice == "other" else choice) if choice != LATER else None


class NamesForm(Form):
    """The unknown names of a plan, each with what it means."""

    names = FieldList(FormField(NameRow), max_entries=NAMES_AT_ONCE)

    @classmethod
    def showing(cls, found: UnknownNames) -> NamesForm:
        """The form with nothing chosen yet."""
        rows = [{"name": row.name, "new_name": row.name, "new_kind": row.kind.value} for row in found.rows]
        return cls(formdata=None, data={"names": rows})

    def matches(self, *, new_for_the_rest: bool) -> list[Match]:
        """What was chosen, and what is to be registered as it is written."""
        found = [row.form.match(new_for_the_rest=new_for_the_rest) for row in self.names]
        return [match for match in found if match]

    def tell(self, name: str, fault: str) -> None:
        """Puts a fault at the row of that name."""
        for row in self.names:
            if row.form.name.data == name:
                row.form.choice.errors = [fault]

    def by_name(self) -> dict[str, NameRow]:
        """The rows by the name they are about, to show what was typed for it."""
        return {row.form.name.data: row.form for row in self.names}
