"""The office's papers as pages to print and as files to edit."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request, url_for

from tracker.domain.access import Permission
from tracker.domain.figures import Basis
from tracker.export.official import docx_bytes
from tracker.export.papers import Code, Link, Paper, day_words
from tracker.services.bulletin import bulletin
from tracker.services.errors import Invalid
from tracker.services.ledger_sheet import ledger_sheet
from tracker.services.listings import Listing, Show, name_of_list
from tracker.services.papers import Issue, LinkAsked, talk_letter, urging_sheet, urging_sheet_with_code
from tracker.services.report_links import qr_of_link
from tracker.services.task_pages import choices
from tracker.web.access import requires
from tracker.web.context import CLOSED_DOOR, actor, issuer, now, settings, today
from tracker.web.database import session
from tracker.web.downloads import file_to_save
from tracker.web.figures.forms import ListingForm
from tracker.web.figures.links import list_values
from tracker.web.links.forms import SlipForm
from tracker.web.when import when, when_on

blueprint = Blueprint("papers", __name__)
BOARD_ASKS = ("since", "until", "unit", "plan")
blueprint.add_app_template_filter(day_words)


def _kind(block: object) -> str:
    """The block's name for the template."""
    return type(block).__name__.lower()


blueprint.add_app_template_filter(_kind, "block_kind")
blueprint.add_app_template_filter(qr_of_link, "qr_code")
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
    return _file(_bulletin(wanted), "bulletin")


@blueprint.get("/papers/ledger.xlsx")
@requires(Permission.SUPERVISE)
def ledger_xlsx() -> Response:
    """The list in the address as a sheet."""
    _, wanted = _asked()
    body = ledger_sheet(session(), actor(), when_on(wanted.period.until), wanted)
    kind = "督办台账" if wanted.show is Show.ALL else f"督办台账（{wanted.show.label}）"
    return file_to_save(body, f"{name_of_list(session(), kind, wanted)}.xlsx", "ledger")


@blueprint.get("/papers/urging/<int:assignment_id>")
@requires(Permission.SUPERVISE)
def urging(assignment_id: int) -> str:
    """The 督办单 of a part."""
    return _page(_urging(assignment_id), "papers.urging_docx", assignment_id)


@blueprint.get("/papers/urging/<int:assignment_id>.docx")
@requires(Permission.SUPERVISE)
def urging_docx(assignment_id: int) -> Response:
    return _file(_urging(assignment_id), "urging")


@blueprint.post("/papers/urging/<int:assignment_id>", endpoint="urging_coded")
@requires(Permission.COLLECT)
def urging_with_code(assignment_id: int) -> tuple[Response | str, int]:
    """The 督办单 with the code of a link that is made for it, by the press of a button: to print, or as a file."""
    form = SlipForm()
    try:
        paper = _coded(assignment_id, form)
    except Invalid as fault:
        session().rollback()
        return _page(_urging(assignment_id), "papers.urging_docx", assignment_id, fault=str(fault)), 422
    if form.as_file.data:
        return _shut(_file(paper, "urging")), 200
    page = _page(paper, "papers.urging_docx", assignment_id, form=form)
    return _shut(make_response(page)), 200


def _coded(assignment_id: int, form: SlipForm) -> Paper:
    asked = LinkAsked(issuer(), form.wish())
    return urging_sheet_with_code(session(), actor(), when(), now(), assignment_id, _issue(), asked)


def _shut(response: Response) -> Response:
    """An answer that holds a link's address, which nobody may keep or pass on."""
    response.headers.update(CLOSED_DOOR)
    return response


@blueprint.get("/papers/talk/<int:assignment_id>")
@requires(Permission.SUPERVISE)
def talk(assignment_id: int) -> str:
    """The 约谈提醒函 of a part."""
    return _page(_talk(assignment_id), "papers.talk_docx", assignment_id)


@blueprint.get("/papers/talk/<int:assignment_id>.docx")
@requires(Permission.SUPERVISE)
def talk_docx(assignment_id: int) -> Response:
    return _file(_talk(assignment_id), "talk")


def _asked() -> tuple[ListingForm, Listing]:
    form = ListingForm(request.args)
    form.offer(*choices(session(), actor(), Permission.SUPERVISE))
    return form, form.listing(today())


def _issue() -> Issue:
    return Issue(today(), _list_address, _figures_address)


def _list_address(wanted: Listing) -> str:
    """The list's address as it is reached from anywhere: papers are read outside the program."""
    return _root() + url_for("figures.listing", **list_values(wanted))


def _figures_address(wanted: Listing) -> str:
    """The figures of all units for the same period, unit and plan; also as reached from anywhere."""
    values = list_values(wanted)
    return _root() + url_for("figures.index", **{name: values[name] for name in BOARD_ASKS if name in values})


def _root() -> str:
    return settings().base_url.rstrip("/")


def _bulletin(wanted: Listing) -> Paper:
    """Of a unit and all below it, by the date in force."""
    wanted = replace(wanted, alone=False, basis=Basis.CURRENT)
    return bulletin(session(), actor(), when_on(wanted.period.until), wanted, _issue())


def _urging(assignment_id: int) -> Paper:
    return urging_sheet(session(), actor(), when(), assignment_id, _issue())


def _talk(assignment_id: int) -> Paper:
    return talk_letter(session(), actor(), when(), assignment_id, _issue())


def _page(
    paper: Paper, file: str, assignment_id: int, *, form: SlipForm | None = None, fault: str | None = None
) -> str:
    """The paper with its buttons; ``form`` is the one by which its code was made."""
    can_carry = file == "papers.urging_docx" and actor().holds(Permission.COLLECT)
    form = form or (SlipForm(formdata=None) if can_carry else None)
    is_coded = any(isinstance(block, Code) for block in paper.blocks)
    return render_template(
        "papers/show.html",
        paper=paper,
        file=file,
        assignment_id=assignment_id,
        form=form,
        is_coded=is_coded,
        fault=fault,
    )


def _file(paper: Paper, plain: str) -> Response:
    """The paper as a .docx."""
    return file_to_save(docx_bytes(paper), f"{paper.file_name}.docx", plain)
