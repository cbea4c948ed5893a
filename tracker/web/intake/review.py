"""The review page, and the confirmation of a date that holds for many drafts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.deadlines import RULES
from tracker.services.errors import Stale
from tracker.services.intake_adopt import confirm_dates
from tracker.services.intake_lists import Order, Show, Wanted
from tracker.services.intake_questions import QuestionKind
from tracker.services.intake_review import Review, glance, review
from tracker.services.intake_undo import batches
from tracker.services.revision_pages import version_note
from tracker.web.access import requires
from tracker.web.context import actor, now
from tracker.web.database import session
from tracker.web.intake.blueprint import blueprint
from tracker.web.intake.forms import SharedDateForm
from tracker.web.intake.name_forms import MatchForm
from tracker.web.lists import page_asked

RULE_REASONS = {rule.name: rule.reason for rule in RULES}
# A script that changes the page in place says so; it is sent the changed pieces alone, under the same address.
ASKS_FOR_PIECES = "X-Review-Pieces"
Word = TypeVar("Word", bound=StrEnum)
Answer = Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an action on a draft was not done, and what had been typed for it."""

    message: str
    draft_id: int | None = None
    typed: MatchForm | None = None


def wanted() -> Wanted:
    """What the address asks for; 待核 in the order of the text unless it says otherwise."""
    kind = _asked(QuestionKind, "kind")
    return Wanted(_asked(Show, "show") or Show.OPEN, kind, _asked(Order, "order") or Order.TEXT, page_asked())


def _asked(words: type[Word], name: str) -> Word | None:
    found = request.args.get(name, "")
    return words(found) if found in set(words) else None


def place(of: Wanted | None = None) -> dict[str, Any]:
    """Filter, order and page of the review page, as its address and its forms carry them."""
    here = of or wanted()
    more = {"kind": here.kind.value if here.kind else "", "order": "" if here.order is Order.TEXT else here.order.value}
    paged = {"page": here.page} if here.page > 1 else {}
    return {"show": here.show.value, **{name: value for name, value in more.items() if value}, **paged}


def review_page(plan_id: int, trouble: Trouble | None = None, status: int = 200) -> Answer:
    """The page itself; ``trouble`` is told on top and at its draft."""
    if trouble and trouble.draft_id and asked_for_pieces():
        return pieces(plan_id, trouble.draft_id, trouble, status)
    found = review(
        session(),
        actor(),
        plan_id,
        wanted(),
        draft_id=request.args.get("draft", type=int),
        done_id=request.args.get("done", type=int),
    )
    batch = found.show is Show.ADOPTED or "batch" in request.args
    page = render_template(
        "intake/review.html",
        go_on=request.args.get("next", type=int),
        batches=batches(session(), actor(), plan_id) if batch else (),
        Order=Order,
        versions=version_note(session(), plan_id),
        **_shared(found, trouble),
    )
    return page, status


def asked_for_pieces() -> bool:
    """Whether a script asks, which puts the changed pieces into the page that is open."""
    return request.headers.get(ASKS_FOR_PIECES) == "yes"


def pieces(  # noqa: PLR0917 - what is told of a deed
    plan_id: int, draft_id: int, trouble: Trouble | None = None, status: int = 200, did: str = "", note: str = ""
) -> Response:
    """What one deed changes on the page: the draft's card, the counts, and what was done in a sentence."""
    found = glance(session(), actor(), plan_id, draft_id, wanted())
    body = render_template("intake/changed.html", did=did, note=note, **_shared(found, trouble))
    return Response(body, status, {ASKS_FOR_PIECES: "yes"}, mimetype="text/html")


def _shared(found: Review, trouble: Trouble | None) -> dict[str, Any]:
    return {
        "review": found,
        "trouble": trouble,
        "place": place(found.wanted),
        "rule_reasons": RULE_REASONS,
        "Show": Show,
    }


@blueprint.get("/plans/<int:plan_id>/review", endpoint="review")
@requires(Permission.INTAKE)
def review_drafts(plan_id: int) -> Answer:
    """A plan's drafts beside its text."""
    return review_page(plan_id)


@blueprint.post("/plans/<int:plan_id>/confirm-date")
@requires(Permission.INTAKE)
def confirm_date(plan_id: int) -> Answer:
    """Confirms a date that the plan states once for many drafts."""
    form = SharedDateForm()
    if not form.validate():
        return review_page(plan_id, Trouble("页面内容不完整，日期没有确认。请刷新后重试。"), 422)
    try:
        count = confirm_dates(session(), actor(), now(), plan_id, form.shared())
    except Stale as stale:
        return review_page(plan_id, Trouble(str(stale)), 409)
    flash(f"已确认{count}条任务的完成日期。" if count else "这个日期已经确认过了。", "success" if count else "info")
    return redirect(url_for("intake.review", plan_id=plan_id, **place()))
