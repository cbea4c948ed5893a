"""The office's papers as pages to print and as files to edit."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request, url_for

from tracker.domain.access import Permission
from tracker.domain.figures import Basis
from tracker.export.official import docx_bytes
from tracker.export.papers import Link, Paper, day_words
from tracker.services.ledger_sheet import ledger_sheet
from tracker.services.listings import Listing
from tracker.services.papers import Issue, bulletin, talk_letter, urging_sheet
from tracker.services.task_pages import choices
from tracker.web.access import requires
from tracker.web.context import actor, settings, today
from tracker.web.database import session
from tracker.web.figures.forms import ListingForm
from tracker.web.figures.links import list_values
from tracker.web.when import when, when_on

blueprint = Blueprint("papers", __name__)
blueprint.add_app_template_filter(day_words)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _kind(block: object) -> str:
    """The block's name for the template."""
    return type(block).__name__.lower()


blueprint.add_app_template_filter(_kind, "block_kind")
blueprint.add_app_template_test(lambda run: isinstance(run, Link), "paper_link")


@blueprint.get("/papers/bulletin", endpoint="bulletin")
@requires(Permission.SUPERVISE)
def bulletin_page() -> str:
    """The 督查通报 of the period in the address."""
    form, wanted = _asked()
    return render_template("papers/bulletin.html", form=form, wanted=wanted, paper=_bulletin(wanted))


@blueprint.get("/papers/bulletin.docx")
@requires(Permission.SUPERVISE)
def bulletin_docx() -> Response:
    """The same as a file to edit."""
    _, wanted = _asked()
    return _file(docx_bytes(_bulletin(wanted)), DOCX, "bulletin", f"督查通报-{wanted.period.until.isoformat()}.docx")


@blueprint.get("/papers/ledger.xlsx")
@requires(Permission.SUPERVISE)
def ledger_xlsx() -> Response:
    """The list in the address as a sheet."""
    _, wanted = _asked()
    body = ledger_sheet(session(), actor(), when_on(wanted.period.until), wanted)
    return _file(body, XLSX, "ledger", f"督办台账（{wanted.show.label}）-{wanted.period.until.isoformat()}.xlsx")


@blueprint.get("/papers/urging/<int:assignment_id>")
@requires(Permission.SUPERVISE)
def urging(assignment_id: int) -> str:
    """The 督办单 of a part."""
    return _page(_urging(assignment_id), "papers.urging_docx", assignment_id)


@blueprint.get("/papers/urging/<int:assignment_id>.docx")
@requires(Permission.SUPERVISE)
def urging_docx(assignment_id: int) -> Response:
    return _file(docx_bytes(_urging(assignment_id)), DOCX, "urging", f"督办单-{assignment_id}.docx")


@blueprint.get("/papers/talk/<int:assignment_id>")
@requires(Permission.SUPERVISE)
def talk(assignment_id: int) -> str:
    """The 约谈提醒函 of a part."""
    return _page(_talk(assignment_id), "papers.talk_docx", assignment_id)


@blueprint.get("/papers/talk/<int:assignment_id>.docx")
@requires(Permission.SUPERVISE)
def talk_docx(assignment_id: int) -> Response:
    return _file(docx_bytes(_talk(assignment_id)), DOCX, "talk", f"约谈提醒函-{assignment_id}.docx")


def _asked() -> tuple[ListingForm, Listing]:
    form = ListingForm(request.args)
    form.offer(*choices(session(), actor(), Permission.SUPERVISE))
    return form, form.listing(today())


def _issue() -> Issue:
    return Issue(today(), _absolute)


def _absolute(wanted: Listing) -> str:
    """The list's address as it is reached from anywhere: papers are read outside the program."""
    return settings().base_url.rstrip("/") + url_for("figures.listing", **list_values(wanted))


def _bulletin(wanted: Listing) -> Paper:
    """Of a unit and all below it, by the date in force."""
    wanted = replace(wanted, alone=False, basis=Basis.CURRENT)
    return bulletin(session(), actor(), when_on(wanted.period.until), wanted, _issue())


def _urging(assignment_id: int) -> Paper:
    return urging_sheet(session(), actor(), when(), assignment_id, _issue())


def _talk(assignment_id: int) -> Paper:
    return talk_letter(session(), actor(), when(), assignment_id, _issue())


def _page(paper: Paper, file: str, assignment_id: int) -> str:
    return render_template("papers/show.html", paper=paper, file=file, assignment_id=assignment_id)


def _file(body: bytes, kind: str, plain: str, name: str) -> Response:
    """A download with a Chinese name, and a plain one for programs that cannot."""
    ending = name.rsplit(".", 1)[1]
    said = f"attachment; filename={plain}.{ending}; filename*=UTF-8''{quote(name)}"
    return Response(body, mimetype=kind, headers={"Content-Disposition": said, "Cache-Control": "no-store"})
