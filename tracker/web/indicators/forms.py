"""The forms of an indicator: who answers for it, and its value in a year."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import HiddenField, SelectField, StringField, TextAreaField

from tracker.domain.indicator_course import number_said
from tracker.services.indicators import LONGEST_WORDS, IndicatorPage, ReadingGiven
from tracker.store.units import Unit
from tracker.web.forms import Form, seen_version, stripped
from tracker.web.incoming import row_id
from tracker.web.lists import units_by_kind, whole


class OwnerForm(Form):
    """The unit that answers for an indicator; ``seen`` is the one that the page showed."""

    seen = HiddenField()
    unit_id = SelectField("责任单位", coerce=whole, choices={}, validate_choice=False)

    def offer(self, page: IndicatorPage) -> None:
        """Fills in the units; where there is no owner yet, the one that the plan's words mean stands first."""
        owner = page.indicator.owner
        closed: Sequence[Unit] = [owner] if owner and owner not in page.units else []
        self.unit_id.choices = {"": "未确定", **units_by_kind([*page.units, *closed])}
        self.seen.data = str(page.indicator.owner_id or "")
        chosen = owner or page.proposed
        self.unit_id.data = chosen.id if chosen else None

    @property
    def seen_id(self) -> int | None:
        """The owner that the page showed; None for none."""
        try:
            return row_id(self.seen.data) if self.seen.data else None
        except ValueError:
            return None


class ReadingForm(Form):
    """The value of a year; ``version`` is that of the value that is corrected, 0 for a new year."""

    version = HiddenField()
    year = StringField("年份", filters=[stripped])
    value = StringField("完成值", filters=[stripped])
    words = TextAreaField("说明（可不填）", filters=[stripped])

    def ask(self, page: IndicatorPage, year: int | None) -> None:
        """Names the fields, and fills in what is known of the year that is to be corrected."""
        measure = page.indicator.measure
        self.value.label.text = f"完成值（{measure}）" if measure else "完成值"
        self.value.description = (
            "目标写的是变化幅度，请填累计变化的幅度；可写1,234.5或95%。"
            if page.row.goal.is_change
            else "与文件指标表用同一计量单位；可写1,234.5或95%。"
        )
        self.year.render_kw = {"inputmode": "numeric", "maxlength": 5, "autocomplete": "off"}
        self.value.render_kw = {"inputmode": "decimal", "maxlength": 40, "autocomplete": "off"}
        self.words.render_kw = {"rows": 2, "maxlength": LONGEST_WORDS}
        known = next((each for each in page.row.readings if each.year == year), None)
        self.version.data = str(known.version if known else 0)
        if not self.is_submitted():
            self.year.data = str(year) if year else ""
            self.value.data = number_said(known.value) if known else ""
            self.words.data = known.words if known else ""

    def given(self) -> ReadingGiven:
        """What was typed."""
        return ReadingGiven(
            self.year.data or "", self.value.data or "", self.words.data or "", seen_version(self.version)
        )

    @property
    def typed_year(self) -> int | None:
        text = (self.year.data or "").removesuffix("年")
        return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else None
