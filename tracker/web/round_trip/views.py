"""表格填报: a unit's open items as a sheet to download, fill in, and bring back; a preview, then all or nothing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import FileField, HiddenField

from tracker.domain.access import Office, Permission
from tracker.services.errors import Invalid
from tracker.services.file_names import office_name
from tracker.services.reading_files import warm_up
from tracker.services.round_trip import Checked, NotRecorded, Press, apply, check, typed_back
from tracker.services.round_trip_cells import Filled, packed, read_filled, unpacked
from tracker.services.round_trip_sheet import count_open, returned_sheet, unit_in_reach, unit_sheet, units_with_items
from tracker.web.access import requires
from tracker.web.context import actor, now, settings, today
from tracker.web.database import session
from tracker.web.downloads import file_to_save
from tracker.web.forms import Form
from tracker.web.when import when

blueprint = Blueprint("round_trip", __name__)


class SheetForm(Form):
    """The sheet that comes back."""

    file = FileField("填好的表格（.xlsx）")

    def upload(self) -> FileStorage:
        """The file; raises Invalid when none was chosen."""
        found = self.file.data
        if not isinstance(found, FileStorage) or not found.filename:
            raise Invalid("请选择填好的表格文件，再上传。")
        return found


class FilledForm(Form):
    """What was typed into the sheet, on its way from the preview to its confirmation."""

    filled = HiddenField()


@blueprint.get("/sheets")
@requires(Permission.COLLECT)
def index() -> str | Response:
    """The units whose sheets this person may fill in; a liaison of one unit is led to that one's page."""
    standings = actor().reach(Permission.COLLECT)
    if len(standings) == 1 and standings[0].office is Office.LIAISON:
        return redirect(url_for("round_trip.show", unit_id=standings[0].unit_id))
    return render_template("round_trip/index.html", units=units_with_items(session(), actor()))


@blueprint.get("/units/<int:unit_id>/sheet")
@requires(Permission.COLLECT)
def show(unit_id: int) -> str:
    """One unit's sheet: to download, and to bring back."""
    warm_up()
    return _page(unit_id, SheetForm(formdata=None))


@blueprint.get("/units/<int:unit_id>/sheet.xlsx")
@requires(Permission.COLLECT)
def download(unit_id: int) -> Response:
    body = unit_sheet(session(), actor(), when(), settings().secret_key, unit_id)
    unit = unit_in_reach(session(), actor(), unit_id).name
    return file_to_save(body, f"{office_name('填报表', unit, today().isoformat())}.xlsx", "sheet")


@blueprint.post("/units/<int:unit_id>/sheet")
@requires(Permission.COLLECT)
def upload(unit_id: int) -> tuple[str, int]:
    """Reads the sheet and shows what it would record; records nothing."""
    form = SheetForm()
    unit_in_reach(session(), actor(), unit_id)
    try:
        file = form.upload()
        # The file is read for a second or more; whoever writes meanwhile does not wait for that.
        session().rollback()
        filled = read_filled(file.read(), file.filename or "", settings().reading)
        checked = check(session(), _press(unit_id), filled)
    except Invalid as fault:
        form.file.errors = [str(fault)]
        return _page(unit_id, form), 422
    return _preview(unit_id, filled, checked), 422 if checked.faults else 200


@blueprint.post("/units/<int:unit_id>/sheet/confirm")
@requires(Permission.COLLECT)
def confirm(unit_id: int) -> Response | tuple[str, int]:
    """Records every row of the sheet that was shown, or none."""
    unit_in_reach(session(), actor(), unit_id)
    try:
        filled = _filled(unit_id)
        done = apply(session(), _press(unit_id), filled)
    except Invalid as fault:
        return _refused(unit_id, fault)
    except NotRecorded as fault:
        session().rollback()
        checked = check(session(), _press(unit_id), filled)
        return _preview(unit_id, filled, checked, str(fault)), 409
    flash(f"已报送{len(done.rows)}项（{done.unit.name}）。", "success")
    return redirect(url_for("round_trip.show", unit_id=unit_id))


@blueprint.post("/units/<int:unit_id>/sheet/returned.xlsx")
@requires(Permission.COLLECT)
def returned(unit_id: int) -> Response | tuple[str, int]:
    """The sheet as things stand now, with everything typed and a column that says what is wrong."""
    unit = unit_in_reach(session(), actor(), unit_id)
    key = settings().secret_key
    try:
        own, strays = typed_back(check(session(), _press(unit_id), _filled(unit_id)), key)
    except Invalid as fault:
        return _refused(unit_id, fault)
    body = returned_sheet(session(), actor(), when(), key, unit_id, own, strays)
    name = office_name("填报表（有错误说明）", unit.name, today().isoformat())
    return file_to_save(body, f"{name}.xlsx", "sheet")


def _filled(unit_id: int) -> Filled:
    form = FilledForm()
    return unpacked(settings().secret_key, actor().person_id, unit_id, str(form.filled.data or ""))


def _press(unit_id: int) -> Press:
    return Press(actor(), now(), today(), settings().secret_key, unit_id)


def _refused(unit_id: int, fault: Invalid) -> tuple[str, int]:
    form = SheetForm(formdata=None)
    form.file.errors = [str(fault)]
    return _page(unit_id, form), 422


def _page(unit_id: int, form: SheetForm) -> str:
    unit = unit_in_reach(session(), actor(), unit_id)
    by_supervisor = not actor().may(Permission.WORK_OWN, unit.path)
    count = count_open(session(), unit)
    return render_template("round_trip/show.html", unit=unit, form=form, count=count, by_supervisor=by_supervisor)


def _preview(unit_id: int, filled: Filled, checked: Checked, fault: str | None = None) -> str:
    form = FilledForm(formdata=None)
    form.filled.data = packed(settings().secret_key, actor().person_id, unit_id, filled)
    return render_template("round_trip/preview.html", checked=checked, filled=filled, form=form, fault=fault)
