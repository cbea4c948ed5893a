"""Robots of group chats: the list, a new one, a test message, disabling."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from tracker.domain.access import Permission
from tracker.services import robots as service
from tracker.services.errors import Invalid, Stale
from tracker.web.access import requires
from tracker.web.context import actor, now, settings, today
from tracker.web.database import session
from tracker.web.forms import Form, seen_version
from tracker.web.robots.forms import RobotForm

blueprint = Blueprint("robots", __name__)


class VersionForm(Form):
    """The version of the robot that was seen."""

    version = HiddenField()


@blueprint.get("/robots")
@requires(Permission.MANAGE_ROBOTS)
def index() -> str:
    """The robots within reach, and the form of a new one."""
    return _page(RobotForm(formdata=None))


@blueprint.post("/robots")
@requires(Permission.MANAGE_ROBOTS)
def add() -> Response | tuple[str, int]:
    """Adds a robot."""
    form = RobotForm()
    form.offer(service.units_for_robots(session(), actor()))
    try:
        unread = form.unread()
        robot = service.add_robot(session(), actor(), now(), form.given(), settings().robot_test_host, unread)
    except Invalid as fault:
        session().rollback()
        form.blame(fault)
        return _page(form), 422
    flash(f"已添加机器人“{robot.name}”，请点“发送测试”确认群里能收到。", "success")
    return redirect(url_for("robots.index"))


@blueprint.post("/robots/<int:robot_id>/test")
@requires(Permission.MANAGE_ROBOTS)
def test(robot_id: int) -> Response:
    """Orders a test message."""
    try:
        robot = service.order_test(session(), actor(), now(), today(), robot_id)
        flash(f"已向“{robot.name}”发送测试消息，一两分钟内到达；结果见本页“最近一次发送”。", "success")
    except Invalid as fault:
        session().rollback()
        flash(str(fault), "warning")
    return redirect(url_for("robots.index"))


@blueprint.post("/robots/<int:robot_id>/disable")
@requires(Permission.MANAGE_ROBOTS)
def disable(robot_id: int) -> Response:
    return _set(robot_id, active=False)


@blueprint.post("/robots/<int:robot_id>/enable")
@requires(Permission.MANAGE_ROBOTS)
def enable(robot_id: int) -> Response:
    return _set(robot_id, active=True)


def _set(robot_id: int, *, active: bool) -> Response:
    try:
        version = seen_version(VersionForm().version)
        robot = service.set_active(session(), actor(), robot_id, version, active=active)
        flash(f"机器人“{robot.name}”已{'启用' if active else '停用'}。", "success")
    except Stale as stale:
        session().rollback()
        flash(str(stale), "warning")
    return redirect(url_for("robots.index"))


def _page(form: RobotForm) -> str:
    form.offer(service.units_for_robots(session(), actor()))
    robots = service.robots_within(session(), actor())
    return render_template("robots/index.html", form=form, robots=robots)
