"""The form by which a unit reports on a milestone."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, StringField, TextAreaField

from tracker.services.milestones import Given, Reporting
from tracker.services.work import LONGEST_WORDS
from tracker.web.forms import Form, stripped

REACHED, NOT_REACHED, BY_FIGURE = "yes", "no", "figure"


class MilestoneForm(Form):
    """Parses to what ``tracker.services.milestones.report_milestone`` is given; ``seen`` marks how things stood."""

    seen = HiddenField()
    value = StringField("已达到的数值", filters=[stripped])
    reached = RadioField("是否达到", choices={REACHED: "已达到", NOT_REACHED: "尚未达到"}, validate_choice=False)
    words = TextAreaField("说明", filters=[stripped])

    def ask(self, view: Reporting) -> None:
        """Names the fields for the milestone at hand, and takes the mark of how it stands now."""
        figure = view.line.figure
        self.seen.data = view.seen
        self.words.render_kw = {"rows": 4, "maxlength": LONGEST_WORDS}
        self.value.render_kw = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 30}
        if figure:
            measure = f"（{figure.measure}）" if figure.measure else ""
            self.value.label.text = f"已达到的数值{measure}"
            self.value.description = f"要求{figure.label}。只填数字，如{figure.value:g}；可写1,234.5。"
        else:
            self.value.label.text = "数值（可不填）"
        if figure and view.corrects:
            self.reached.label.text = "认定（数值不能说明的，由督查员认定并写明理由）"
            self.reached.choices = {BY_FIGURE: "按数值判断", REACHED: "认定已达到", NOT_REACHED: "认定尚未达到"}
            self.reached.data = self.reached.data or BY_FIGURE

    def given(self) -> Given:
        """What was filled in; a choice that is none of the two leaves it to the figure."""
        reached = {REACHED: True, NOT_REACHED: False}.get(self.reached.data or "")
        return Given(self.value.data or "", reached, self.words.data or "")
