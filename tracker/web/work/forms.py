"""The form behind every button on an assignment: words, percent, outcome, and the version that the person saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import DateField, Field, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from tracker.domain.lifecycle import TRANSITIONS, Event, Outcome
from tracker.services.task_pages import PartPage
from tracker.services.work import LONGEST_WORDS
from tracker.store.choices import UnitChoice
from tracker.store.units import Unit
from tracker.web.forms import Form, seen_version
from tracker.web.incoming import sent_file_names
from tracker.web.lists import one_of, units_by_kind, whole
from tracker.web.uploads import about_files, evidence_field, sent_uploads, upload_fault


class WorkForm(Form):
    """Parses to the arguments of ``tracker.services.work.act``."""

    version = HiddenField(validators=[InputRequired("页面内容不完整，请刷新页面后重新提交。")])
    next = HiddenField()
    words = TextAreaField("说明")
    percent = IntegerField(
        "完成比例（%）",
        validators=[Optional(), NumberRange(0, 100, message="完成比例应为0到100之间的整数。")],
    )
    outcome = RadioField(
        "办结结果", choices={o.value: o.label for o in Outcome}, coerce=one_of(Outcome), validate_choice=False
    )
    unit_id = SelectField("转办单位", coerce=whole, choices={}, validate_choice=False)
    sign_by_on = DateField("签收期限（可不填）", validators=[Optional()])
    files = evidence_field()
    asks_unit = False

    def offer_units(self, present: Unit, others: Sequence[UnitChoice]) -> None:
        """Fills in to whom declined work may go; nothing is chosen beforehand, for either way is a decision."""
        back = {str(present.id): f"{present.name}（退回原单位）"}
        self.unit_id.choices = {"": "请选择", **back, **units_by_kind(others)}

    def given(self) -> dict[str, Any]:
        """What ``act`` is given; a version that is no number matches none, and files too large are not read."""
        unread = self.unread()
        return {
            "version": seen_version(self.version),
            "words": self.words.data,
            "percent": self.percent.data,
            "outcome": self.outcome.data,
            "unit_id": self.unit_id.data,
            "sign_by_on": self.sign_by_on.data,
            "files": [] if self.files.errors else sent_uploads(),
            "unread": unread,
        }

    def validate_files(self, _field: Field) -> None:
        """Refuses files that are too large."""
        if fault := upload_fault():
            raise ValidationError(fault)

    def demand_unit(self) -> None:
        """Whoever sends declined work on must say to whom; either way is a decision."""
        self.asks_unit = True

    def validate_unit_id(self, field: Field) -> None:
        if self.asks_unit and not field.data:
            raise ValidationError("请选择转办单位；仍由原单位办理的，请选原单位。")

    @property
    def lost_files(self) -> list[str]:
        """The names of the files that came with the form, for when it was not taken."""
        return sent_file_names()


class SignByForm(Form):
    """The last day to sign for a part; empty leaves it to the office's rule."""

    version = HiddenField(validators=[InputRequired("页面内容不完整，请刷新页面后重新提交。")])
    day = DateField("签收期限", id="sign-by-day", validators=[Optional()])


@dataclass(frozen=True, slots=True)
class Panel:
    """Buttons that share one form, because they share what is to be filled in; rare ones are folded away."""

    key: str
    title: str
    events: tuple[Event, ...]
    words_label: str
    fields: tuple[str, ...] = ("words",)
    help: str = ""
    folded: bool = False


PANELS = (
    Panel("sign", "签收", (Event.SIGN_FOR,), "", (), "签收后开始办理，之后可以报送进展。"),
    Panel("decline", "退办", (Event.DECLINE,), "退办理由", help="不属本单位职责的，写明理由后退办。", folded=True),
    Panel(
        "report",
        "报送进展",
        (Event.REPORT, Event.SUBMIT),
        "进展情况",
        ("words", "percent", "files"),
        "写明做了什么、做到什么程度；全部完成后申请办结。",
    ),
    Panel(
        "decide",
        "审核",
        (Event.ACCEPT, Event.RETURN),
        "审核意见（退回时必填）",
        ("outcome", "words"),
        "销号须选办结结果；退回须写明还要补充什么。",
    ),
    Panel(
        "redirect",
        "转办",
        (Event.DISPATCH,),
        "转办说明",
        ("unit_id", "sign_by_on", "words"),
        "退回原单位，或转给其他单位。",
    ),
    Panel("resume", "恢复办理", (Event.RESUME,), "说明"),
    Panel("steer", "其他", (Event.SUSPEND, Event.WITHDRAW, Event.REOPEN), "理由", folded=True),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A panel with the buttons that this person has now, and the form behind them."""

    panel: Panel
    events: Sequence[Event]
    form: WorkForm
    is_open: bool


def offers(page: PartPage, back: str, typed: WorkForm | None = None, event: Event | None = None) -> list[Offer]:
    """The panels with at least one button; the one of ``event`` shows again what was typed."""
    shown = []
    for panel in PANELS:
        events = [known for known in panel.events if known in page.events]
        if events:
            keeps = typed if typed is not None and event in panel.events else None
            open_now = keeps is not None or not panel.folded
            shown.append(Offer(panel, events, _form(panel, events, page, keeps, back), open_now))
    return shown


def _form(panel: Panel, events: Sequence[Event], page: PartPage, typed: WorkForm | None, back: str) -> WorkForm:
    form = typed or WorkForm(formdata=None, percent=page.assignment.percent)
    form.version.data, form.next.data = page.assignment.version, back
    for field in form:
        field.id = f"{panel.key}-{field.name}"  # several forms stand on the page
    form.files.description = about_files()
    form.sign_by_on.description = "到期仍未签收的会亮黄灯；不填则按统一规定的工作日数签收。"
    form.words.label.text = panel.words_label
    form.words.render_kw = {"rows": 4, "maxlength": LONGEST_WORDS}
    if all(words_required(event) for event in events):
        form.words.render_kw["required"] = True
    return form


def words_required(event: Event) -> bool:
    """Whether the event cannot be done without words."""
    return any(row.words_required for (_, known), row in TRANSITIONS.items() if known is event)
