"""The day of the opinions, and the reason for not waiting for one."""

from __future__ import annotations

from wtforms import DateField, HiddenField, StringField
from wtforms.validators import Optional

from tracker.services.joint import LONGEST_REASON
from tracker.web.forms import Form


class JointForm(Form):
    """``seen`` is the mark of the task when the page was opened."""

    day = DateField("会办意见提出日期", validators=[Optional()])
    reason = StringField("免予等候的理由", render_kw={"maxlength": LONGEST_REASON})
    seen = HiddenField()

    def validate(self, extra_validators: object = None) -> bool:
        super().validate(extra_validators)
        if self.day.errors:
            written = (self.day.raw_data or [""])[0]
            self.day.errors = [f"“{written}”不是日期，请填写2023-06-15这样的日期。"]
        return not self.errors
