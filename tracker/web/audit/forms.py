"""The filter of the audit log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from tracker.services.audit import SUBJECTS
from tracker.store.audit_queries import AuditFilter
from tracker.web.forms import stripped
from tracker.web.lists import LONGEST_SEARCH, FilterForm, day_that_can_be


class AuditForm(FilterForm):
    q = StringField("姓名或内容", filters=[stripped], validators=[Length(max=LONGEST_SEARCH)])
    about = SelectField("事项", choices={"": "全部", **SUBJECTS}, default="")
    number = StringField("编号", filters=[stripped], validators=[Length(max=40)])
    since = DateField("起始日期", validators=[Optional(), day_that_can_be])
    until = DateField("截止日期", validators=[Optional(), day_that_can_be])

    def wanted(self, zone: tzinfo) -> AuditFilter:
        """What the log is asked for; days are the office's, both included."""
        self.validate()
        until: date | None = self.chosen(self.until)
        return AuditFilter(
            self.chosen(self.q) or "",
            self.chosen(self.about) or "",
            self.chosen(self.number) or "",
            _begin(self.chosen(self.since), zone),
            _begin(until + timedelta(days=1) if until else None, zone),
        )


def _begin(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None
