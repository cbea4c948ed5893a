"""The page 日历订阅. What calendar programs poll is answered elsewhere: see ``polls``."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.access import Permission
from tracker.domain.titles import brief_title
from tracker.export.qr import qr_svg
from tracker.services.errors import Invalid
from tracker.services.feed_doctor import diagnose
from tracker.services.feeds import live_feeds, make_feed, own_feed, revoke, rotate, token_of
from tracker.store.feed_queries import plan_choices, unit_choices
from tracker.store.feeds import Feed
from tracker.web.access import requires
from tracker.web.context import actor, now, place, settings
from tracker.web.database import session
from tracker.web.feeds.forms import FeedForm
from tracker.web.feeds.polls import address_of

blueprint = Blueprint("feeds", __name__)
LONGEST_SOUGHT = 100


@blueprint.route("/feeds", methods=["GET", "POST"])
@requires(Permission.READ)
def index() -> Response | tuple[str, int]:
    form = FeedForm()
    plans = plan_choices(session(), actor())
    form.offer(
        actor(), unit_choices(session(), actor()), {plan_id: brief_title(title) for plan_id, title in plans.items()}
    )
    if form.validate_on_submit():
        try:
            feed = make_feed(session(), actor(), now(), settings().secret_key, form.wish())
        except Invalid as fault:
            flash(str(fault), "error")
        else:
            flash("订阅已生成，请按下面的步骤添加到日历。", "success")
            return redirect(url_for("feeds.show", feed_id=feed.id))
    page = render_template("feeds/index.html", form=form, feeds=live_feeds(session(), actor()))
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/feeds/<int:feed_id>")
@requires(Permission.READ)
def show(feed_id: int) -> str:
    feed = own_feed(session(), actor(), feed_id)
    link = _link(feed)
    return render_template(
        "feeds/show.html",
        feed=feed,
        link=link,
        webcal=link and "webcal://" + link.partition("://")[2],
        qr=link and qr_svg(link, "订阅地址二维码"),
    )


@blueprint.get("/feeds/<int:feed_id>/doctor")
@requires(Permission.READ)
def doctor(feed_id: int) -> str:
    """Who reads the subscription, what is wrong, and why an item is or is not in it."""
    sought = request.args.get("sought", "").strip()[:LONGEST_SOUGHT]
    return render_template(
        "feeds/doctor.html", found=diagnose(session(), actor(), feed_id, place(), sought), sought=sought
    )


@blueprint.post("/feeds/<int:feed_id>/rotate", endpoint="rotate")
@requires(Permission.READ)
def rotate_link(feed_id: int) -> Response:
    rotate(session(), actor(), settings().secret_key, feed_id)
    flash("已更换链接，旧链接立即失效，请在日历中重新订阅。", "success")
    return redirect(url_for("feeds.show", feed_id=feed_id))


@blueprint.post("/feeds/<int:feed_id>/revoke", endpoint="revoke")
@requires(Permission.READ)
def revoke_feed(feed_id: int) -> Response:
    feed = revoke(session(), actor(), now(), feed_id)
    flash(f"“{feed.name}”已停用，链接立即失效。", "success")
    return redirect(url_for("feeds.index"))


def _link(feed: Feed) -> str | None:
    token = token_of(feed, settings().secret_key)
    return token and settings().base_url + address_of(token)
