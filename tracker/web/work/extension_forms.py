"""The forms behind a request for a later date: asking, deciding, taking it back."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, HiddenField, TextAreaField
from wtforms.validators import InputRequired, Optional

from tracker.domain.faults import Fault
from tracker.services.changing import LONGEST_WORDS
from tracker.services.task_pages import PartPage
from tracker.web.forms import Form, seen_version

INCOMPLETE = "页面内容不完整，请刷新页面后重新提交。"


class RecallForm(Form):
    """The version of the part that the person saw, and where to go on afterwards."""

    version = HiddenField(validators=[InputRequired(INCOMPLETE)])
    next = HiddenField()

    @property
    def seen(self) -> int:
        return seen_version(self.version)


class AskForm(RecallForm):
    wanted_on = DateField("申请延期到", id="extension-wanted_on", validators=[Optional()])
    reason = TextAreaField(
        "延期理由", id="extension-reason", render_kw={"rows": 4, "maxlength": LONGEST_WORDS, "required": True}
    )


class DecisionForm(RecallForm):
    granted_on = DateField("同意延期到（可改为别的日期）", id="extension-granted_on", validators=[Optional()])
    words = TextAreaField(
        "批复意见（不同意时必填）", id="extension-words", render_kw={"rows": 2, "maxlength": LONGEST_WORDS}
    )

    def unread_for(self, *, grants: bool) -> list[Fault]:
        """What could not be read: whoever grants must say a day, whoever refuses need not."""
        self.unread()
        if grants and self.granted_on.data is None:
            self.granted_on.errors = ["请填写同意延期到的日期，如2023-06-30。"]
        elif not grants:
            self.granted_on.errors = []
        return self.marked()


def extension_forms(
    page: PartPage, asked: AskForm | None = None, decision: DecisionForm | None = None
) -> dict[str, Any]:
    """The forms that this person has on the part's page now; those given show again what was typed."""
    waiting, version = page.waiting, page.assignment.version
    forms: dict[str, Any] = {"typed_extension": bool(asked or decision)}
    if page.may_ask:
        forms["ask_form"] = asked or AskForm(formdata=None)
        forms["ask_form"].version.data = version
    if waiting and page.may_decide:
        forms["decision_form"] = decision or DecisionForm(formdata=None, granted_on=waiting.wanted_on)
        forms["decision_form"].version.data = version
    return forms
