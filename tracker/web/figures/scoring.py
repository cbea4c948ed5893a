"""The scores of units, with how each came about, and the scheme behind them."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, DecimalField, Field, HiddenField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from tracker.domain.access import Permission
from tracker.domain.measures import Measure
from tracker.domain.scoring import FAULTS, MOST_PLACES, MOST_POINTS, Scheme, places_of, told
from tracker.services.boards import board
from tracker.services.errors import Invalid, Stale
from tracker.services.listings import filter_of
from tracker.services.rule_packs import may_change, packs_of
from tracker.services.scoring import newest_version, scheme_on, scored, set_scheme
from tracker.services.task_pages import choices
from tracker.store.rule_packs import PackKind
from tracker.web.access import requires
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.figures.forms import PeriodForm
from tracker.web.forms import Form, seen_version, stripped
from tracker.web.when import when_on

blueprint = Blueprint("scoring", __name__)
RANGE = NumberRange(0, MOST_POINTS, message=f"请填写0到{MOST_POINTS}之间的数字。")


def _few_places(_form: object, field: Field) -> None:
    """Refuses 0.00…1: written out in a sentence it could fill the memory."""
    if isinstance(field.data, Decimal) and places_of(field.data) > MOST_PLACES:
        raise ValidationError(f"最多{MOST_PLACES}位小数。")


def points(label: str, *, optional: bool = False) -> DecimalField:
    """A field for points; an optional one may stay empty, which means no limit."""
    first = Optional() if optional else InputRequired("请填写分值。")
    return DecimalField(label, places=None, validators=[first, RANGE, _few_places], render_kw={"inputmode": "decimal"})


class SchemeForm(Form):
    """The scheme's numbers; ``seen`` is the newest version when the form was opened."""

    on = BooleanField("启用评分")
    base = points("基础分")
    rate = points("按期办结率分值")
    each_late, most_late = points("超期办结每项扣分"), points("超期办结最多扣分", optional=True)
    each_overdue, most_overdue = points("逾期未办结每项扣分"), points("逾期未办结最多扣分", optional=True)
    each_returned, most_returned = points("退回每项扣分"), points("退回最多扣分", optional=True)
    each_extended, most_extended = points("延期每项扣分"), points("延期最多扣分", optional=True)
    floor = points("最低分")
    words = StringField("依据或说明", filters=[stripped], validators=[Length(max=500, message="说明不能超过500字。")])
    seen = HiddenField()

    def show(self, scheme: Scheme) -> None:
        """Fills in the scheme as it stands."""
        self.on.data, self.base.data, self.rate.data, self.floor.data = (
            scheme.on,
            scheme.base,
            scheme.rate,
            scheme.floor,
        )
        for fault in FAULTS:
            self.each_of(fault).data, self.most_of(fault).data = scheme.each.get(fault), scheme.most.get(fault)

    def each_of(self, fault: Measure) -> Field:
        return self[f"each_{fault.value}"]

    def most_of(self, fault: Measure) -> Field:
        return self[f"most_{fault.value}"]

    def scheme(self) -> Scheme:
        """What was filled in; ``validate`` comes first."""
        most = {fault: self.most_of(fault).data for fault in FAULTS if self.most_of(fault).data is not None}
        each = {fault: Decimal(self.each_of(fault).data) for fault in FAULTS}
        return Scheme(bool(self.on.data), self.base.data, self.rate.data, each, most, self.floor.data)


@blueprint.get("/figures/scores")
@requires(Permission.SUPERVISE)
def index() -> str:
    """The scores of a period by the scheme in force on its last day."""
    scheme_form = SchemeForm(formdata=None)
    scheme_form.show(scheme_on(session(), today()))
    scheme_form.seen.data = newest_version(session())
    return _shown(scheme_form)


@blueprint.post("/figures/scores")
@requires(Permission.MANAGE_RULES)
def change() -> Response | tuple[str, int]:
    """A new version of the scheme, from today."""
    form = SchemeForm()
    if not form.validate():
        return _shown(form, "填写的内容有误，没有保存，请按提示修改。"), 422
    try:
        set_scheme(session(), actor(), now(), today(), form.scheme(), form.words.data or "", seen_version(form.seen))
    except (Invalid, Stale) as fault:
        session().rollback()
        if isinstance(fault, Stale):
            form.seen.data = newest_version(session())
        return _shown(form, str(fault)), 409 if isinstance(fault, Stale) else 422
    flash("评分办法已保存，自今天起按新的办法评分。" if form.on.data else "评分已停用。", "success")
    return redirect(url_for("scoring.index"))


def _shown(scheme_form: SchemeForm, fault: str = "") -> str:
    form = PeriodForm(request.args if request.method == "GET" else None)
    form.offer(*choices(session(), actor(), Permission.SUPERVISE))
    period = form.read(today())
    scheme = scheme_on(session(), period.until)
    wanted = filter_of(session(), form.chosen(form.unit), form.chosen(form.plan))
    when = when_on(period.until)
    counted = board(session(), actor(), when, period, wanted=wanted) if scheme.on else None
    return render_template(
        "figures/scores.html",
        form=form,
        scheme_form=scheme_form,
        fault=fault,
        period=period,
        scheme=scheme,
        told=told(scheme),
        judged_by=when.pack.judged_by,
        scored=scored(counted, scheme) if counted else (),
        may_set=may_change(session(), actor()),
        versions=packs_of(session(), PackKind.SCORING),
        faults=FAULTS,
    )
