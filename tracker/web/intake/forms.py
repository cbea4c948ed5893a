"""What intake's pages send: an import, an action on a draft, a match of a name, an edited draft."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from tracker.domain.drafts import DeadlineKind, MilestoneReading
from tracker.domain.roles import Role
from tracker.domain.units import UnitKind
from tracker.services.intake import Upload, pasted
from tracker.services.intake_drafts import DraftEdit, UnitEdit
from tracker.services.intake_facts import PlanFacts
from tracker.services.intake_review import SharedDate
from tracker.services.intake_undo import WantedBatch
from tracker.web.forms import Form, stripped


def labelled(kind: type[DeadlineKind] | type[Role] | type[UnitKind]) -> dict[str, str]:
    """The choices of an enum with their Chinese labels."""
    return {member.value: member.label for member in kind}


EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
SPARE_ROWS = 2


class ImportForm(Form):
    """A file, or a pasted text; one of the two."""

    scope = SelectField("导入到", coerce=int)
    file = FileField("选择文件")
    name = StringField("名称（可不填）", filters=[stripped], validators=[Length(max=100, message="名称不超过100字。")])
    text = TextAreaField("粘贴文字")

    def validate_text(self, field: TextAreaField) -> None:
        """Asks for exactly one of file and text."""
        has_text = bool((field.data or "").strip())
        if has_text and self._file():
            raise ValidationError("文件和文字只能选一种。如要导入文字，请不要同时选择文件。")
        if not has_text and not self._file():
            raise ValidationError("请选择要上传的文件，或在这里粘贴文件的文字。")

    def upload(self) -> Upload:
        """What was given, as bytes with a name."""
        found = self._file()
        if found:
            return Upload(found.read(), found.filename or "")
        return pasted(self.text.data or "", self.name.data or "")

    def _file(self) -> FileStorage | None:
        found = self.file.data
        return found if isinstance(found, FileStorage) and found.filename else None


class ActionForm(Form):
    """An action on a draft as the reviewer saw it; ``next`` is the draft to go on with."""

    version = IntegerField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    next = IntegerField(validators=[Optional()])


class BulkForm(Form):
    """What the reviewer was shown: how many drafts, and the mark of them all."""

    expected = IntegerField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    seen = HiddenField()


class BatchForm(Form):
    """A batch of adoptions to be taken back: its instant, who adopted, and how many were said to be free."""

    at = HiddenField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    by = IntegerField(validators=[Optional()])
    expected = IntegerField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])

    def validate_at(self, field: HiddenField) -> None:
        """Refuses what is no instant with its zone."""
        try:
            aware = datetime.fromisoformat(field.data).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            raise ValidationError("页面内容不完整，请刷新后重试。")

    def wanted(self) -> WantedBatch:
        """The batch as given."""
        return WantedBatch(datetime.fromisoformat(self.at.data), self.by.data, self.expected.data)


class SharedDateForm(Form):
    """A date that the plan states once, and is now confirmed."""

    expected = IntegerField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    due_on = DateField(validators=[InputRequired("页面内容不完整，请刷新后重试。")])
    phrase = HiddenField()

    def shared(self) -> SharedDate:
        """The date with the phrase it was read from."""
        return SharedDate(self.due_on.data, self.phrase.data or None, self.expected.data)


def _fit_day(_form: Any, field: DateField) -> None:
    if field.data and not EARLIEST <= field.data <= LATEST:
        raise ValidationError("日期超出合理范围（2000年至2100年），请检查年份。")


class FactsForm(Form):
    """What a plan's head and foot say."""

    seen = HiddenField()
    title = StringField(
        "标题",
        filters=[stripped],
        validators=[InputRequired("请填写文件标题。"), Length(max=500, message="标题不超过500字。")],
    )
    number = StringField("文号", filters=[stripped], validators=[Length(max=100, message="文号不超过100字。")])
    issuer = StringField("发文机关", filters=[stripped], validators=[Length(max=200, message="发文机关不超过200字。")])
    issued_on = DateField("印发日期", validators=[Optional(), _fit_day])
    effective_until = DateField("有效期至", validators=[Optional(), _fit_day])

    def facts(self) -> PlanFacts:
        """The facts as given."""
        texts = self.title.data, self.number.data or None, self.issuer.data or None
        return PlanFacts(*texts, self.issued_on.data, self.effective_until.data)


class UnitRow(PlainForm):  # type: ignore[misc]
    """One unit with its role."""

    name = StringField("单位名称", filters=[stripped], validators=[Length(max=200, message="单位名称不超过200字。")])
    role = SelectField("角色", choices=labelled(Role), default=Role.RESPONSIBLE.value)
    inherited = HiddenField()


class MilestoneRow(PlainForm):  # type: ignore[misc]
    """One dated target."""

    text = StringField("节点内容", filters=[stripped], validators=[Length(max=500, message="节点内容不超过500字。")])
    due_on = DateField("日期", validators=[Optional(), _fit_day])
    recurrence = HiddenField()

    def validate_text(self, field: StringField) -> None:
        """A date alone says nothing."""
        if self.due_on.data and not field.data:
            raise ValidationError("请填写这个节点要做到什么，或清空它的日期。")


class EditForm(Form):
    """A draft as it will become a task."""

    version = HiddenField()
    title = StringField(
        "任务名称",
        filters=[stripped],
        validators=[InputRequired("请填写任务名称。"), Length(max=500, message="任务名称不超过500字。")],
    )
    units = FieldList(FormField(UnitRow), max_entries=300)
    deadline_text = StringField(
        "时限原文", filters=[stripped], validators=[Length(max=500, message="时限原文不超过500字。")]
    )
    kind = SelectField("时限类型", choices=labelled(DeadlineKind))
    due_on = DateField("完成日期", description="最后一天，当天仍算按期。", validators=[Optional(), _fit_day])
    date_confirmed = BooleanField("日期已核对无误")
    milestones = FieldList(FormField(MilestoneRow), max_entries=100)

    @classmethod
    def showing(cls, given: DraftEdit, version: int) -> EditForm:
        """The form filled with a draft as it stands."""
        form = cls(
            formdata=None,
            data={
                "version": version,
                "title": given.title,
                "deadline_text": given.deadline_text,
                "kind": given.kind.value,
                "due_on": given.due_on,
                "units": [
                    {"name": unit.name, "role": unit.role.value, "inherited": "1" if unit.inherited else ""}
                    for unit in given.units
                ],
                "milestones": [
                    {"text": target.text, "due_on": target.due_on, "recurrence": target.recurrence or ""}
                    for target in given.milestones
                ],
            },
        )
        form.add_spare_rows()
        return form

    def add_spare_rows(self, spare: int = SPARE_ROWS) -> None:
        """Leaves empty rows at the end of both lists; those that stay empty are no rows."""
        for rows, field in ((self.units, "name"), (self.milestones, "text")):
            empty = sum(1 for row in rows if not row.form[field].data)
            for _ in range(min(spare - empty, rows.max_entries - len(rows))):
                rows.append_entry()

    def given(self, settled: list[str], was: DeadlineKind) -> DraftEdit:
        """The draft as the form leaves it; rows whose name was cleared are gone.

        ``was`` is the kind that stands: a date filled in where there was none is a fixed one.
        """
        kind = DeadlineKind(self.kind.data)
        if kind is was is DeadlineKind.NONE and self.due_on.data:
            kind = DeadlineKind.FIXED
        units = [row.form for row in self.units if row.form.name.data]
        targets = [row.form for row in self.milestones if row.form.text.data]
        return DraftEdit(
            self.title.data,
            tuple(UnitEdit(u.name.data, Role(u.role.data), bool(u.inherited.data)) for u in units),
            self.deadline_text.data or None,
            kind,
            self.due_on.data,
            tuple(MilestoneReading(t.text.data, t.due_on.data, t.recurrence.data or None) for t in targets),
            frozenset(settled),
            bool(self.date_confirmed.data),
        )
