"""What the pages about links send: a link asked for, and the one report of somebody without an account."""

from __future__ import annotations

import secrets

from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.services.link_reports import LONGEST_REPORT, LONGEST_REPORTER, Given
from tracker.services.recording import Seen
from tracker.services.report_links import DEFAULT_DAYS, MOST_DAYS, Wish
from tracker.web.forms import Form, seen_version, stripped
from tracker.web.uploads import about_files, evidence_field, sent_uploads

TELL_DAYS = f"有效天数应为1到{MOST_DAYS}之间的整数。"


class LinkForm(Form):
    """Asks for a link; ``seen_form`` is drawn anew each time the form is shown, and names the asking."""

    seen_form = HiddenField(default=lambda: secrets.token_urlsafe(12))
    days = IntegerField(
        "有效天数", default=DEFAULT_DAYS, validators=[InputRequired(TELL_DAYS), NumberRange(1, MOST_DAYS, TELL_DAYS)]
    )
    replaces = BooleanField("同时撤销以前的链接")

    def wish(self) -> Wish:
        return Wish(str(self.seen_form.data or ""), self.days.data, bool(self.replaces.data))


class SlipForm(Form):
    """Asks for a 督办单 with a link's code on it, to print or as a file; ``seen_form`` as in LinkForm."""

    seen_form = HiddenField(default=lambda: secrets.token_urlsafe(12))
    as_file = BooleanField("下载")

    def wish(self) -> Wish:
        """A link for as many days as is usual."""
        return Wish(str(self.seen_form.data or ""))


class ReportForm(Form):
    """One report; what is wrong is told beside its field."""

    name = StringField(
        "填报人姓名", filters=[stripped], validators=[InputRequired("请填写填报人姓名。"), Length(max=LONGEST_REPORTER)]
    )
    phone = StringField("联系电话", filters=[stripped], validators=[InputRequired("请填写联系电话。")])
    words = TextAreaField(
        "进展情况",
        validators=[InputRequired("请填写进展情况：做了什么、做到什么程度。")],
        render_kw={"rows": 6, "maxlength": LONGEST_REPORT},
    )
    percent = IntegerField(
        "完成比例（%，可不填）",
        validators=[Optional(), NumberRange(0, 100, message="完成比例应为0到100之间的整数。")],
    )
    files = evidence_field()
    seen_version = HiddenField()
    seen_entry = HiddenField()

    def show_seen(self, seen: Seen) -> None:
        """Has the form say what its reader sees now, and which files are taken."""
        self.files.description = about_files()
        self.seen_version.data, self.seen_entry.data = str(seen.version), str(seen.entry_id)

    def given(self) -> Given:
        """What was typed and chosen; raises Invalid for files that are too large."""
        seen = Seen(seen_version(self.seen_version), seen_version(self.seen_entry))
        return Given(self.name.data, self.phone.data, self.words.data, self.percent.data, seen, sent_uploads())
