"""Every route says who may use it, and lets in nobody else.

TABLE is written by hand and checked by asking: a new route needs a row here, and a changed one a changed row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.builders import NOW, TODAY, City, a_city, a_person, a_plan, a_source, a_task, a_unit
from tests.web.browsing import Visitor
from tests.web.serving import put_away, serve, settings_for
from tracker.domain.access import Office, Permission
from tracker.domain.drafts import DeadlineKind, Form
from tracker.domain.history import HANDED_OVER
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.services.reading_pulse import LEASE
from tracker.store.engine import make_engine
from tracker.store.evidence import Evidence
from tracker.store.extensions import Extension
from tracker.store.notices import Notice
from tracker.store.plans import Draft, Indicator
from tracker.store.readings import ReadingJob
from tracker.store.report_links import ReportLink
from tracker.store.robots import Robot, RobotKind, RobotMessage
from tracker.store.tasks import HistoryEntry
from tracker.store.timing import SeriesOccurrence, TaskSeries
from tracker.store.units import UnitGroup, UnitGroupMember
from tracker.web.access import PUBLIC, permission_of, public
from tracker.web.navigation import MENU

EVERYBODY, SIGNED_IN = "everybody", "nobody liaison leader supervisor administrator"
READERS = "liaison leader supervisor"

# Who is let in, by endpoint. "nobody" is a person who signs in and holds no role.
TABLE = {
    "static": EVERYBODY,
    "bootstrap.static": EVERYBODY,
    "auth.sign_in": EVERYBODY,
    "home.health": EVERYBODY,
    "links.open": EVERYBODY,  # the signed, single-use secret in the address is what lets in
    "links.report": EVERYBODY,  # likewise
    "auth.sign_out": SIGNED_IN,
    "auth.password": SIGNED_IN,
    "home.index": SIGNED_IN,
    "inbox.index": SIGNED_IN,
    "inbox.read_one": SIGNED_IN,
    "inbox.read_all": SIGNED_IN,
    "units.index": SIGNED_IN,
    "units.show": SIGNED_IN,
    "units.groups": SIGNED_IN,
    "units.group": SIGNED_IN,
    "desk.mine": "liaison",
    "work.show": READERS,
    "work.act sign_for": "liaison",
    "work.act decline": "liaison",
    "work.act report": "liaison",
    "work.act submit": "liaison",
    "work.act dispatch": "supervisor",
    "work.act accept": "supervisor",
    "work.act return": "supervisor",
    "work.act suspend": "supervisor",
    "work.act resume": "supervisor",
    "work.act withdraw": "supervisor",
    "work.act reopen": "supervisor",
    "work.sign_by": "supervisor",
    "work.evidence": READERS,
    "extensions.ask": "liaison",
    "extensions.recall": "liaison",
    "extensions.grant": "supervisor",
    "extensions.refuse": "supervisor",
    "milestones.report": READERS,
    "milestones.send": "liaison supervisor",
    "milestones.overdue": "leader supervisor",
    "indicators.index": READERS,
    "indicators.show": READERS,
    "indicators.owners": "supervisor",
    "indicators.owner": "supervisor",
    "indicators.record": "liaison supervisor",
    "series.show": READERS,
    "series.change": "supervisor",
    "handling.mine": "liaison",
    "handling.table": READERS,
    "handling.file": "liaison",
    "handling.file_one": "liaison",
    "handling.table_xlsx": READERS,
    "handover.new": "supervisor administrator",
    "handover.show": READERS,
    "division.new": "supervisor",
    "division.withdraw": "supervisor",
    "joint.ask": "supervisor",
    "joint.end": "supervisor",
    "joint.waive": "supervisor",
    "links.index": "liaison supervisor",
    "links.make": "liaison supervisor",
    "links.revoke": "liaison supervisor",
    "round_trip.index": "liaison supervisor",
    "round_trip.show": "supervisor",  # a liaison that of the own unit alone
    "round_trip.download": "supervisor",  # likewise
    "round_trip.upload": "supervisor",  # likewise
    "round_trip.confirm": "supervisor",  # likewise
    "round_trip.returned": "supervisor",  # likewise
    "tasks.index": READERS,
    "tasks.show": READERS,
    "tasks.enter_day": "supervisor",
    "tasks.require": "supervisor",
    "plans.index": READERS,
    "plans.show": READERS,
    "feeds.index": READERS,
    "feeds.show": READERS,
    "feeds.doctor": READERS,
    "feeds.revoke": READERS,
    "feeds.rotate": READERS,
    "supervision.overdue": "leader supervisor",
    "supervision.overdue_xlsx": "leader supervisor",
    "supervision.pending": "supervisor",
    "figures.home": "leader supervisor",
    "figures.index": "leader supervisor",
    "figures.listing": "leader supervisor",
    "remarks.on_part": "leader",
    "remarks.on_task": "leader",
    "papers.bulletin": "leader supervisor",
    "papers.bulletin_docx": "leader supervisor",
    "papers.ledger_xlsx": "leader supervisor",
    "papers.urging": "leader supervisor",
    "papers.urging_coded": "supervisor",
    "papers.urging_docx": "leader supervisor",
    "papers.talk": "leader supervisor",
    "papers.talk_docx": "leader supervisor",
    "scoring.index": "leader supervisor",
    "scoring.change": "supervisor",
    "notices.tomorrow": "leader supervisor",
    "notices.sent": "leader supervisor",
    "notices.burden": "leader supervisor",
    "notices.rules": "leader supervisor",
    "notices.preview_rules": "supervisor",
    "notices.save_rules": "supervisor",
    "notices.retry": "supervisor",
    "notices.retry_message": "supervisor",
    "notices.urge": "supervisor",
    "robots.index": "supervisor administrator",
    "robots.add": "supervisor administrator",
    "robots.test": "supervisor administrator",
    "robots.disable": "supervisor administrator",
    "robots.enable": "supervisor administrator",
    "supervision.bulk": "supervisor",
    "supervision.decide_bulk": "supervisor",
    "rules.lights": "supervisor",
    "rules.trial": "supervisor",
    "rules.put_in_force": "supervisor",
    "intake.new": "supervisor",
    "intake.source": "supervisor",
    "intake.reading": "supervisor",
    "intake.reading_progress": "supervisor",
    "intake.cancel_reading": "supervisor",
    "intake.read_again_from_start": "supervisor",
    "intake.columns": "supervisor",
    "intake.review": "supervisor",
    "intake.facts": "supervisor",
    "intake.confirm_date": "supervisor",
    "intake.adopt_all_sure": "supervisor",
    "intake.undo_many": "supervisor",
    "intake.names": "supervisor",
    "intake.coverage": "supervisor",
    "intake.coverage_xlsx": "supervisor",
    "intake.coverage_of_source": "supervisor",
    "intake.coverage_of_source_xlsx": "supervisor",
    "intake.undo": "supervisor",
    "intake.adopt": "supervisor",
    "intake.drop": "supervisor",
    "intake.edit": "supervisor",
    "intake.match": "supervisor",
    "intake.restore": "supervisor",
    "intake.revision": "supervisor",
    "intake.revision_accept": "supervisor",
    "intake.revision_accept_group": "supervisor",
    "intake.revision_decline": "supervisor",
    "intake.revision_separate": "supervisor",
    "intake.revision_take_back": "supervisor",
    "intake.revision_unlink": "supervisor",
    "intake.revises": "supervisor",
    "intake.delete_import": "supervisor",
    "people.index": "administrator",
    "people.new": "administrator",
    "people.show": "administrator",
    "people.edit": "administrator",
    "people.close": "administrator",
    "people.reopen": "administrator",
    "people.reset_password": "administrator",
    "people.give_role": "administrator",
    "people.take_role": "administrator",
    "calendars.index": "administrator",
    "calendars.show": "administrator",
    "audit.index": "supervisor administrator",
    "jobs.index": "supervisor administrator",
    "units.new": "administrator",
    "units.edit": "administrator",
    "units.close": "administrator",
    "units.reopen": "administrator",
    "units.add_alias": "administrator",
    "units.remove_alias": "administrator",
    "units.new_group": "administrator",
    "units.add_member": "administrator",
    "units.remove_member": "administrator",
}
PUBLIC_ENDPOINTS = {name for name, who in TABLE.items() if who == EVERYBODY}
# One route with many meanings: who may depends on the event in the address.
EVENTS = {name.split()[1] for name in TABLE if name.startswith("work.act ")}
ROLES = ["anonymous", *SIGNED_IN.split()]


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str) -> Iterator[Flask]:
    made = serve(settings_for(tmp_path, sqlite_url))
    yield made
    put_away(made)


@pytest.fixture
def ids(sqlite_url: str) -> dict[str, Any]:
    """For every name in a route an id that exists and lies within reach, of things that others may spare."""
    engine = make_engine(sqlite_url)
    with Session(engine, expire_on_commit=False) as session:
        city = a_city(session)
        a_person(session, "everything", *((office, city.root) for office in Office), (Office.LIAISON, city.education))
        found = _rows(session, city)
        session.commit()
    engine.dispose()
    return found


def _rows(session: Session, city: City) -> dict[str, Any]:
    spare = a_unit(session, "市档案局", city.root)
    group = UnitGroup(scope_id=city.root.id, name="各县", members=[UnitGroupMember(unit=spare)])
    text = "（责任单位：市教育局）"
    source = a_source(session, city.root, text)
    plan = a_plan(session, city.root, source_id=source.id, start=0, end=len(text))
    draft = Draft(plan_id=plan.id, position=0, title="一项任务", form=Form.BRACKET, quote=text, start=0, end=len(text))
    draft.deadline_kind = DeadlineKind.NONE
    task = a_task(session, plan, city.education, milestones=(("建成示范点10个", TODAY),))
    indicator = Indicator(plan_id=plan.id, position=0, name="覆盖率", start=0, end=1, owner_id=city.education.id)
    series = TaskSeries(template=task, rhythm="M1:1-25", starts_on=TODAY, created_at=NOW)
    series.occurrences = [SeriesOccurrence(due_on=TODAY, task=task)]
    session.add_all([indicator, series])
    session.add_all([group, draft])
    session.flush()
    notice = Notice(assignment_id=task.assignments[0].id, kind=NoticeKind.DUE_SOON, due_on=TODAY, step=-7)
    notice.recipient_key, notice.planned_on, notice.recorded_at = "person:0", TODAY, NOW
    job = ReadingJob(scope_id=city.root.id, owner_id=city.supervisor.id, name="方案.pdf", sha256="0" * 64, token="0")
    job.started_at, job.leased_until = NOW, NOW + LEASE
    robot = Robot(unit_id=city.education.id, kind=RobotKind.WECOM, name="督办群", webhook="-", created_at=NOW)
    session.add(robot)
    session.flush()
    message = RobotMessage(robot_id=robot.id, key="digest:2023-06-15", day=TODAY, title="督办提醒", body="")
    message.recorded_at = NOW
    session.add(message)
    extension = Extension(assignment_id=task.assignments[0].id, wanted_on=TODAY, reason="需要时间")
    extension.asked_at, extension.asked_by_name = NOW, "某人"
    file = Evidence(assignment_id=task.assignments[0].id, name="照片.png", media_type="image/png", size=1)
    file.sha256, file.data, file.added_by_name, file.added_at = "0" * 64, b"x", "某人", NOW
    handed = HistoryEntry(assignment_id=task.assignments[0].id, event=HANDED_OVER, at=NOW, actor_name="管管理")
    handed.to_state, handed.words = State.DISPATCHED, "由李联络移交邻联络。"
    link = ReportLink(assignment_id=task.assignments[0].id, secret_hash="0" * 64, made_by_name="督查员", made_at=NOW)
    link.expires_at = NOW + timedelta(days=14)
    session.add_all([notice, job, extension, file, handed, link])
    session.flush()
    return {
        "assignment_id": task.assignments[0].id,
        "task_id": task.id,
        "milestone_id": task.milestones[0].id,
        "indicator_id": indicator.id,
        "plan_id": plan.id,
        "draft_id": draft.id,
        "source_id": source.id,
        "unit_id": spare.id,
        "at_unit_id": city.education.id,
        "entry_id": handed.id,
        "name_id": spare.names[0].id,
        "group_id": group.id,
        "person_id": city.nobody.id,
        "standing_id": city.neighbour.standings[0].id,
        "notice_id": notice.id,
        "robot_id": robot.id,
        "message_id": message.id,
        "job_id": job.id,
        "extension_id": extension.id,
        "evidence_id": file.id,
        "link_id": link.id,
        "feed_id": 1,
        "year": 2023,
        "token": "no-such-token",
        "filename": "app.css",
    }


def undeclared(app: Flask) -> set[str]:
    """Endpoints that declare neither a permission nor that they are public."""
    declared = (PUBLIC, *Permission)
    return {rule.endpoint for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) not in declared}


def public_ones(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if permission_of(app, rule.endpoint) == PUBLIC}


def walk(app: Flask, ids: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Every route and method: its name in TABLE, the method, and an address."""
    for rule in app.url_map.iter_rules():
        for values in _values(rule, ids):
            name = f"{rule.endpoint} {values['event']}" if "event" in values else rule.endpoint
            _, address = rule.build(values) or ("", "")
            assert address, f"{name}: no value for one of {rule.arguments}; add it to the ids above"
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield name, method, address


def _values(rule: Rule, ids: dict[str, Any]) -> list[dict[str, Any]]:
    values = {name: ids[name] for name in rule.arguments if name in ids}
    return [{**values, "event": event} for event in sorted(EVENTS)] if "event" in rule.arguments else [values]


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    assert undeclared(app) == set()


def test_only_these_are_public(app: Flask) -> None:
    assert public_ones(app) == PUBLIC_ENDPOINTS


def test_every_route_has_its_row_and_every_row_its_route(app: Flask, ids: dict[str, Any]) -> None:
    assert {name for name, _, _ in walk(app, ids)} == set(TABLE)


def test_the_menu_leads_to_pages_that_exist(app: Flask) -> None:
    assert {entry.endpoint for entry in MENU} <= set(app.view_functions)
    for entry in MENU:
        assert permission_of(app, entry.endpoint) == entry.permission, entry.label


class TestAViewThatDeclaresNothing:
    @pytest.fixture
    def slipped(self, app: Flask, ids: dict[str, Any]) -> Flask:
        """The app with a view whose author forgot to say who may use it."""
        app.add_url_rule("/slipped", "slipped", lambda: "secret")
        return app

    def test_is_found_by_the_guard(self, slipped: Flask) -> None:
        assert undeclared(slipped) == {"slipped"}

    def test_has_no_row(self, slipped: Flask, ids: dict[str, Any]) -> None:
        assert {name for name, _, _ in walk(slipped, ids)} - set(TABLE) == {"slipped"}

    @pytest.mark.parametrize("who", ["everything", "supervisor", "nobody"])
    def test_is_closed_to_everybody(self, slipped: Flask, who: str) -> None:
        answer = Visitor(slipped).sign_in(who).answer("/slipped")
        assert answer.status_code == 403
        assert b"secret" not in answer.data

    def test_sends_strangers_to_sign_in(self, slipped: Flask) -> None:
        assert is_sent_to_sign_in(Visitor(slipped).answer("/slipped"))

    def test_cannot_be_public_unnoticed(self, slipped: Flask) -> None:
        slipped.view_functions["slipped"] = public(lambda: "secret")
        assert public_ones(slipped) - PUBLIC_ENDPOINTS == {"slipped"}


def is_sent_to_sign_in(answer: TestResponse) -> bool:
    return answer.status_code == 302 and answer.location.startswith("/sign-in")


@pytest.mark.parametrize("who", ROLES)
def test_the_table_holds(app: Flask, ids: dict[str, Any], who: str) -> None:
    """Each route is asked by each kind of person; one sign-in serves all, as a browser's cookie would."""
    visitor = Visitor(app)
    token = visitor.token() if who == "anonymous" else visitor.sign_in(who).token()
    cookie = visitor.client.get_cookie("tracker_session")
    assert cookie
    wrong = []
    for name, method, address in walk(app, ids):
        fresh = app.test_client()
        fresh.set_cookie("tracker_session", cookie.value)
        answer = fresh.open(address, method=method, data={"csrf_token": token, "version": "1"}, buffered=True)
        if not _as_expected(answer, TABLE[name], who):
            wrong.append(f"{method} {address} ({name}): {answer.status_code} for {who}, open to {TABLE[name]}")
    assert wrong == []


def _as_expected(answer: TestResponse, allowed: str, who: str) -> bool:
    """Let in means: neither refused nor sent away, and no fault of the program. What then happens is others' test."""
    if allowed == EVERYBODY or who in allowed.split():
        # A POST without anything filled in is answered by the form (422) or told what is missing, never with a crash.
        return answer.status_code < 500 and answer.status_code != 403 and not _turned_away(answer)
    return is_sent_to_sign_in(answer) if who == "anonymous" else answer.status_code == 403


def _turned_away(answer: TestResponse) -> bool:
    """Sent to sign in first; leaving by the door of the menu also ends there, without a way back."""
    return is_sent_to_sign_in(answer) and "next=" in (answer.location or "")


def test_no_form_is_taken_without_its_token(app: Flask, ids: dict[str, Any]) -> None:
    """Asked by somebody who holds every role, so that nothing but the token is missing."""
    visitor = Visitor(app).sign_in("everything")
    posts = [(name, address) for name, method, address in walk(app, ids) if method != "GET"]
    assert len(posts) > 20
    answers = {name: visitor.client.post(address, data={"version": "1"}).status_code for name, address in posts}
    assert {name: status for name, status in answers.items() if status != 400} == {}


@pytest.mark.parametrize("token", ["", "x", "IjEi.ZkZkZk.AAAA"])
def test_a_wrong_token_is_none(app: Flask, ids: dict[str, Any], token: str) -> None:
    visitor = Visitor(app).sign_in("liaison")
    address = f"/assignments/{ids['assignment_id']}/sign_for"
    assert visitor.answer(address, {"version": "1", "csrf_token": token}).status_code == 400


def test_a_strangers_token_is_none(app: Flask, ids: dict[str, Any]) -> None:
    token, visitor = Visitor(app).token(), Visitor(app).sign_in("liaison")
    address = f"/assignments/{ids['assignment_id']}/sign_for"
    assert visitor.answer(address, {"version": "1", "csrf_token": token}).status_code == 400
    assert visitor.answer(address, {"version": "1", "csrf_token": visitor.token()}).status_code == 302


def test_nothing_changes_by_a_get(app: Flask, ids: dict[str, Any]) -> None:
    """A link in a mail must not act; every route that acts takes POST alone."""
    visitor = Visitor(app).sign_in("everything")
    acting = {address for name, method, address in walk(app, ids) if method == "POST" and name.startswith("work.act")}
    assert {visitor.answer(address).status_code for address in acting} == {405}
