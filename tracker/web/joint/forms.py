"""The forms of joint handling: the day of the opinions, its end, and the reason for not waiting for one."""

from __future__ import annotations

from dataclasses import dataclass

from wtforms import DateField, HiddenField, StringField
from wtforms.validators import Optional

from tracker.domain.day_words import in_words
from tracker.domain.joint import LEAD_WORKDAYS
from tracker.services.joint import LONGEST_REASON, JointPage
from tracker.web.forms import Form, stripped


class EndForm(Form):
    """``seen`` is the mark of the task when the page was opened."""

    seen = HiddenField()

    def mark(self) -> str:
        return self.seen.data or ""


class AskForm(EndForm):
    day = DateField("会办意见提出日期", id="joint-day", validators=[Optional()])


class WaiveForm(EndForm):
    reason = StringField(
        "免予等候的理由", filters=[stripped], render_kw={"maxlength": LONGEST_REASON, "required": True}
    )

    def of_part(self, assignment_id: int) -> WaiveForm:
        """Itself, named for the unit's part: a page has one for each unit that is waited for."""
        self.reason.id = self.reason.label.field_id = f"reason-{assignment_id}"
        return self


@dataclass(frozen=True, slots=True)
class PanelForms:
    """The forms of the panel: the one that was ``sent`` as it was filled in, the others blank.

    ``part_id`` says whose opinion a waiver that was sent concerns.
    """

    sent: EndForm
    part_id: int | None = None

    def ask(self, page: JointPage) -> AskForm:
        """With the last day that the opinions may have, where there is one."""
        form = self.sent if isinstance(self.sent, AskForm) else AskForm(formdata=None)
        if page.latest:
            last = in_words(page.latest)
            form.day.description = f"须早于牵头（责任）单位时限至少{LEAD_WORKDAYS}个工作日，最晚{last}。"
        return form

    def waive(self, part_id: int) -> WaiveForm:
        if isinstance(self.sent, WaiveForm) and self.part_id == part_id:
            return self.sent
        return WaiveForm(formdata=None).of_part(part_id)

    def orphan(self, page: JointPage) -> str:
        """The reason that was typed into a form which the page, as things stand by now, no longer has."""
        waivable = {each.part.id for each in page.opinions if page.may_waive(each)}
        lost = isinstance(self.sent, WaiveForm) and self.part_id not in waivable
        return self.sent.reason.data or "" if lost else ""
