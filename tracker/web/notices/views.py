"""Notices as supervisors handle them: tomorrow's, those sent, the burden, the rules, and 催办 by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.faults import Faulty, Gathering
from tracker.services import notice_policies as rules
from tracker.services.errors import Invalid, Stale
from tracker.services.foreseeing import differences
from tracker.services.sent_log import burden, months_before, retry_mail, retry_robot, sent_by_robots, sent_notices
from tracker.services.task_pages import choices
from tracker.services.tomorrow import tomorrow
from tracker.services.urging import UrgedToday, parts_to_urge, urge
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.web.access import requires, safe_next
from tracker.web.context import actor, now, parts, settings, today
from tracker.web.database import session
from tracker.web.lists import page_asked
from tracker.web.notices.forms import PolicyForm, SentForm, UrgeForm

blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices/tomorrow", endpoint="tomorrow")
@requires(Permission.SUPERVISE)
def tomorrow_page() -> str:
    """What will be told tomorrow, to whom, by which channel."""
    mail_is_set, base_url = settings().mail.host is not None, settings().base_url
    found = tomorrow(session(), actor(), parts().clock, mail_is_set=mail_is_set, base_url=base_url)
    number = page_number(page_asked(), len(found.lines))
    shown = found.lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    people = len({line.person.id for line in found.lines if line.person})
    unheard = sum(not line.is_heard for line in found.lines)
    page = Page(shown, number, len(found.lines))
    policy = rules.policy_on(session(), found.day)
    return render_template(
        "notices/tomorrow.html", found=found, page=page, people=people, unheard=unheard, policy=policy
    )


@blueprint.get("/notices/sent")
@requires(Permission.SUPERVISE)
def sent() -> str:
    """What was sent, with the filter in the address."""
    form = SentForm(request.args)
    form.offer(choices(session(), actor(), Permission.SUPERVISE)[0])
    wanted = form.wanted()
    find = sent_by_robots if form.by_robot else sent_notices
    page = find(session(), actor(), parts().clock, wanted, page_asked())
    may_decide, mail_is_set = actor().holds(Permission.DECIDE), settings().mail.host is not None
    return render_template("notices/sent.html", form=form, page=page, may_decide=may_decide, mail_is_set=mail_is_set)


@blueprint.post("/notices/sent/<int:notice_id>/retry")
@requires(Permission.DECIDE)
def retry(notice_id: int) -> Response:
    """Puts a mail that failed back among those that wait."""
    return _tried(lambda: retry_mail(session(), actor(), notice_id), "已重新排队，几分钟内再次发送。")


@blueprint.post("/notices/robot-messages/<int:message_id>/retry")
@requires(Permission.DECIDE)
def retry_message(message_id: int) -> Response:
    """Puts a robot's message that failed back among those that wait."""
    work = "已重新排队，几分钟内再次发送。"
    return _tried(lambda: retry_robot(session(), actor(), parts().clock, message_id), work)


def _tried(work: Callable[[], None], done: str) -> Response:
    try:
        work()
        flash(done, "success")
    except Invalid as fault:
        session().rollback()
        flash(str(fault), "warning")
    target = safe_next(request.form.get("next"))
    return redirect(target if target.partition("?")[0] == url_for("notices.sent") else url_for("notices.sent"))


@blueprint.get("/notices/burden", endpoint="burden")
@requires(Permission.SUPERVISE)
def burden_page() -> str:
    """How many notices each unit received, month by month."""
    rows = burden(session(), actor(), parts().clock)
    return render_template("notices/burden.html", rows=rows, months=months_before(today()))


@blueprint.get("/notices/rules", endpoint="rules")
@requires(Permission.SUPERVISE)
def rules_page() -> str:
    """The rules that count, every version, and the form of a new one."""
    form = PolicyForm(formdata=None)
    known = rules.policies(session())
    tomorrow_on = today() + timedelta(days=1)
    form.show(known.on(tomorrow_on))
    form.day.data = tomorrow_on
    return _rules(form)


@blueprint.post("/notices/rules/preview")
@requires(Permission.DECIDE)
def preview_rules() -> tuple[str, int]:
    """What tomorrow would be like under the rules entered; nothing is stored."""
    rules.check_may_change(session(), actor())
    form = PolicyForm()
    found = Gathering(form.unread())
    with found.about():
        entered = rules.checked(form.rules())
    if found:
        form.blame(Faulty(found.faults))
        return _rules(form), 422
    policy = rules.policies(session()).after(entered, today() + timedelta(days=1))
    return _rules(form, compared=differences(session(), parts().clock, policy)), 200


@blueprint.post("/notices/rules", endpoint="save_rules")
@requires(Permission.DECIDE)
def save_rules() -> Response | tuple[str, int]:
    """Stores a new version."""
    form = PolicyForm()
    try:
        made = rules.make_version(
            session(),
            actor(),
            now(),
            today(),
            form.rules(),
            words=form.words.data or "",
            day=form.day.data,
            seen=form.seen,
            unread=form.unread(),
        )
    except Invalid as fault:
        session().rollback()
        form.blame(fault)
        return _rules(form), 422
    except Stale as stale:
        session().rollback()
        return _rules(form, trouble=str(stale), renew=True), 409
    flash(f"已保存第{made.version}版提醒规则，自{made.in_force_on:%Y年%-m月%-d日}起生效。", "success")
    return redirect(url_for("notices.rules"))


def _rules(form: PolicyForm, *, trouble: str = "", compared: object = None, renew: bool = False) -> str:
    found = rules.versions(session())
    form.make_room()
    if renew or form.version.data is None:
        form.version.data = str(found[0].version if found else 0)
    return render_template(
        "notices/rules.html",
        form=form,
        versions=found,
        policy=rules.policy_on(session(), today()),
        pack=rules.pack_now(session(), today()),
        may_change=rules.may_change(session(), actor()),
        trouble=trouble,
        compared=compared,
    )


@blueprint.post("/notices/urge", endpoint="urge")
@requires(Permission.DECIDE)
def urge_parts() -> Response | tuple[str, int]:
    """Presses for the parts that were picked, from whichever page; told again with its words when it cannot be done."""
    form = UrgeForm()
    urging = form.urging()
    try:
        if unread := form.unread():
            raise Invalid(unread)
        done = urge(session(), actor(), parts().clock, urging)
    except Invalid as fault:
        session().rollback()
        return _urge_again(form, urging.part_ids, fault)
    flash(f"已催办{done.parts}项，对方打开系统即可看到，邮件随当日汇总发出。", "success")
    return redirect(safe_next(form.next.data) if form.next.data else url_for("supervision.overdue"))


def _urge_again(form: UrgeForm, ids: tuple[int, ...], fault: Invalid) -> tuple[str, int]:
    try:
        found = parts_to_urge(session(), actor(), ids)
    except Invalid:
        found = []
    asked = isinstance(fault, UrgedToday)
    if not asked:
        form.blame(fault)
    page = render_template("notices/urge.html", form=form, found=found, fault=str(fault), asked=asked)
    return page, 409 if asked else 422
