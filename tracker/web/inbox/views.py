"""The inbox: a person's own notices."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.notices import NoticeKind
from tracker.services.inbox import kinds_of, letters, mark_all_read, mark_read
from tracker.web.access import requires, safe_next
from tracker.web.context import actor, now, today
from tracker.web.database import session
from tracker.web.lists import page_asked

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/inbox")
@requires(Permission.SIGN_IN)
def index() -> str:
    """Newest first; ``?unread=1`` leaves out what was read, ``?kind=`` all kinds but one."""
    unread_only = request.args.get("unread") == "1"
    kind = _kind(request.args.get("kind"))
    page = letters(session(), actor().person_id, page_asked(), today(), unread_only=unread_only, kind=kind)
    kinds = kinds_of(session(), actor().person_id, unread_only=unread_only)
    return render_template("inbox/index.html", page=page, unread_only=unread_only, kinds=kinds, kind=kind)


@blueprint.post("/inbox/<int:notice_id>/read")
@requires(Permission.SIGN_IN)
def read_one(notice_id: int) -> Response:
    mark_read(session(), actor().person_id, notice_id, now())
    return redirect(_back())


@blueprint.post("/inbox/read")
@requires(Permission.SIGN_IN)
def read_all() -> Response:
    count = mark_all_read(session(), actor().person_id, now())
    flash(f"已将{count}条消息标为已读。" if count else "没有未读的消息。", "success")
    return redirect(url_for("inbox.index"))


def _kind(word: str | None) -> NoticeKind | None:
    return NoticeKind(word) if word in set(NoticeKind) else None


def _back() -> str:
    """The page of the inbox that the person was looking at."""
    target = safe_next(request.form.get("next"))
    return target if target.partition("?")[0] == url_for("inbox.index") else url_for("inbox.index")
