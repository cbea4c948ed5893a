"""What the pages of a new version send."""

from __future__ import annotations

from wtforms import HiddenField, IntegerField, RadioField
from wtforms.validators import InputRequired, NumberRange, Optional

from tracker.services.revision_items import Group, Wanted
from tracker.web.forms import Form

INCOMPLETE = "页面内容不完整，没有办理。请刷新后重试。"
LARGEST_ID = 2**31 - 1


class DecisionForm(Form):
    """One change as the supervisor saw it."""

    task_id = IntegerField(validators=[InputRequired(INCOMPLETE), NumberRange(1, LARGEST_ID, INCOMPLETE)])
    draft_id = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID, INCOMPLETE)])
    seen = HiddenField(validators=[InputRequired(INCOMPLETE)])

    def wanted(self) -> Wanted:
        """The change that is meant."""
        return Wanted(self.task_id.data, self.draft_id.data, self.seen.data)


class GroupForm(Form):
    """All changes of a kind, as they were shown."""

    group = HiddenField(validators=[InputRequired(INCOMPLETE)])
    seen = HiddenField(validators=[InputRequired(INCOMPLETE)])

    def wanted(self) -> Group | None:
        """The kind; None for a word that is none."""
        return Group(self.group.data) if self.group.data in set(Group) else None


class TakeBackForm(Form):
    decision_id = IntegerField(validators=[InputRequired(INCOMPLETE), NumberRange(1, LARGEST_ID, INCOMPLETE)])


class LinkForm(Form):
    """The plan that this one is a new version of."""

    revises = RadioField("旧版文件", coerce=int, validators=[InputRequired("请选择旧版文件。")])


class PlainForm(Form):
    """A button alone."""


class DeletionForm(Form):
    """How many drafts go with the source, as it was shown."""

    seen = IntegerField(validators=[InputRequired(INCOMPLETE), NumberRange(0, LARGEST_ID, INCOMPLETE)])
