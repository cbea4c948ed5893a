"""The form that ends a recurring duty or changes its last day."""

from __future__ import annotations

from datetime import date

from wtforms import DateField, HiddenField, TextAreaField
from wtforms.validators import Optional

from tracker.services.series_pages import SeriesView
from tracker.services.work import LONGEST_WORDS
from tracker.web.forms import Form, stripped


class SeriesForm(Form):
    """``seen`` marks how the series stood; ``act`` is the button that was pressed: save or end."""

    seen = HiddenField()
    ends_on = DateField("截止日期（含当天；留空为长期）", validators=[Optional()])
    words = TextAreaField("理由", filters=[stripped])
    act = HiddenField()

    def ask(self, view: SeriesView) -> None:
        """Takes the mark of how the series stands now; a new form shows its last day."""
        self.seen.data = view.seen
        self.words.render_kw = {"rows": 3, "maxlength": LONGEST_WORDS}
        if not self.is_submitted():
            self.ends_on.data = view.row.ends_on

    def last_day(self, today: date) -> date | None:
        """The last day that was asked for: today for ending at once."""
        day: date | None = self.ends_on.data
        return today if self.act.data == "end" else day

    def validate(self, extra_validators: object = None) -> bool:
        """Says what is wrong with the day in words that help."""
        super().validate(extra_validators)
        if self.ends_on.errors:
            self.ends_on.errors = ["请填写2023-06-15这样的日期；长期的请留空。"] if self.act.data != "end" else []
        return not self.errors
