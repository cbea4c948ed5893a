"""Calendar subscriptions as a person makes them and as a calendar program polls them (FEEDS.md 10–14)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import event, func, select, text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.web.browsing import Visitor, fields_of
from tracker.app import create_app
from tracker.clock import Clock
from tracker.domain.feeds import Redaction
from tracker.services.feed_doctor import MOST_FOUND
from tracker.settings import Settings
from tracker.store.feeds import Feed, FeedClient
from tracker.store.people import PersonStanding
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Assignment, Task
from tracker.web.database import db

OVERDUE = TODAY - timedelta(days=5)


@pytest.fixture
def world(session: Session, city: City) -> City:
    """Two plans; the education bureau has an overdue part and a future one, finance and the county one each."""
    first = a_plan(session, city.root, "助企方案")
    second = a_plan(session, city.root, "护苗方案")
    a_task(session, first, city.education, city.finance, due_on=OVERDUE, title="过期的事")
    a_task(session, second, city.education, due_on=date(2023, 12, 31), title="年底的事")
    a_task(session, second, city.county, due_on=date(2023, 7, 1), title="县里的事")
    a_task(session, second, city.education, due_on=None, title="没有日期的事")
    session.commit()
    return city


def make(page: Visitor, **changes: object) -> str:
    """Makes a subscription by the form; gives the path of its link."""
    shown = page.post("/feeds", {"scope": "all", **changes})
    link = shown.main.one("input", id="feed-link").get("value")
    assert link.startswith("http://localhost/feeds/")
    return link.removeprefix("http://localhost")


def summaries(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(answer.data).walk("VEVENT")]


def test_a_units_feed_holds_its_own_dated_items(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("liaison"), scope="unit", unit_id=str(world.education.id))
    found = summaries(app.test_client().get(path))
    assert sorted(found) == ["【未签收】年底的事 · 市教育局", "【逾期】过期的事 · 市教育局", "逾期 1 项"]


def test_a_plans_feed_holds_what_is_in_reach(
    page: Visitor, visitor: type[Visitor], world: City, app: Flask, session: Session
) -> None:
    plan_id = str(session.scalar(select(Task.plan_id).where(Task.title == "县里的事")))
    session.rollback()
    supervisors = make(page.sign_in("supervisor"), scope="plan", plan_id=plan_id)
    liaisons = make(visitor(app).sign_in("liaison"), scope="plan", plan_id=plan_id)
    assert len(summaries(app.test_client().get(supervisors))) == 2
    assert summaries(app.test_client().get(liaisons)) == ["【未签收】年底的事 · 市教育局"]


def test_the_overdue_feed_holds_overdue_items_only(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"), scope="overdue")
    found = summaries(app.test_client().get(path))
    assert sorted(found) == ["【逾期】过期的事 · 市教育局", "【逾期】过期的事 · 市财政局", "逾期 2 项"]


def test_headers_and_head(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"))
    got, head = app.test_client().get(path), app.test_client().head(path)
    for answer in (got, head):
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith("inline;")
        assert answer.headers["Cache-Control"] == "private, max-age=900"
        assert "Last-Modified" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert answer.get_etag()[1] is False
    assert head.data == b""
    assert head.headers["ETag"] == got.headers["ETag"]


def test_the_download_is_an_attachment(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"))
    answer = app.test_client().get(path.removesuffix(".ics") + "/download.ics")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert len(summaries(answer)) == 5


def test_no_accept_negotiation(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"))
    answer = app.test_client().get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.data.startswith(b"BEGIN:VCALENDAR")


def test_an_unchanged_poll_is_answered_304_by_one_statement(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"))
    client = app.test_client()
    tag = client.get(path).headers["ETag"]
    with counted(app) as statements:
        again = client.get(path, headers={"If-None-Match": tag})
    assert len(statements) == 1
    assert again.status_code == 304
    assert again.headers["ETag"] == tag
    assert again.data == b""


def test_a_change_gives_a_new_tag_and_the_same_data_the_same_bytes(
    page: Visitor, world: City, app: Flask, session: Session
) -> None:
    path = make(page.sign_in("supervisor"))
    client = app.test_client()
    first = client.get(path)
    assert client.get(path).data == first.data
    session.query(Task).filter_by(title="县里的事").one().title = "县里的新事"
    session.commit()
    second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert "县里的新事" in second.data.decode()


def test_a_new_day_is_a_change(page: Visitor, world: City, app: Flask, app_settings: Settings) -> None:
    path = make(page.sign_in("supervisor"))
    tag = app.test_client().get(path).headers["ETag"]
    tomorrow = create_app(app_settings, Clock(app_settings.zone).fixed_at(NOW + timedelta(days=1)))
    answer = tomorrow.test_client().get(path, headers={"If-None-Match": tag})
    assert answer.status_code == 200


@pytest.mark.parametrize("token", ["x", "A" * 32, "A" * 5000, "%00", "..%2f..", "中文"])
def test_a_wrong_token_gets_404_and_no_calendar(token: str, app: Flask, world: City) -> None:
    answer = app.test_client().get(f"/feeds/{token}.ics")
    assert answer.status_code == 404
    assert b"VCALENDAR" not in answer.data


def test_rotating_closes_the_old_link_and_opens_a_new_one(page: Visitor, world: City, app: Flask) -> None:
    old = make(page.sign_in("supervisor"))
    shown = page.post("/feeds/1", form="/feeds/1/rotate")
    new = shown.main.one("input", id="feed-link").get("value").removeprefix("http://localhost")
    assert new != old
    assert app.test_client().get(old).status_code == 404
    assert app.test_client().get(new).status_code == 200


def test_revoking_closes_the_link(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"))
    page.post("/feeds/1", form="/feeds/1/revoke")
    assert app.test_client().get(path).status_code == 404
    page("/feeds/1", status=404)


def test_somebody_elses_subscription_is_not_there(
    page: Visitor, visitor: type[Visitor], world: City, app: Flask
) -> None:
    make(page.sign_in("supervisor"))
    other = visitor(app).sign_in("liaison")
    other("/feeds/1", status=404)
    token = fields_of(other("/feeds").form("/feeds"))["csrf_token"]
    other.send("/feeds/1/revoke", {"csrf_token": token}, status=404)


def test_a_liaison_cannot_subscribe_to_another_unit(page: Visitor, world: City, session: Session) -> None:
    page.sign_in("liaison")
    page.post("/feeds", {"scope": "unit", "unit_id": str(world.finance.id)}, status=422)
    assert session.scalar(select(func.count()).select_from(Feed)) == 0


def test_the_feed_shows_what_its_owner_may_read_today(page: Visitor, world: City, app: Flask, session: Session) -> None:
    unit = make(page.sign_in("liaison"), scope="unit", unit_id=str(world.education.id))
    everything = make(page, scope="all")
    standing = session.query(PersonStanding).filter_by(person_id=world.liaison.id).one()
    standing.unit_id = world.finance.id
    session.commit()
    assert app.test_client().get(unit).status_code == 404
    assert "市教育局" not in " ".join(summaries(app.test_client().get(everything)))


def test_a_closed_account_closes_its_feeds(page: Visitor, world: City, app: Flask, session: Session) -> None:
    path = make(page.sign_in("liaison"))
    session.refresh(world.liaison)
    world.liaison.active = False
    session.commit()
    assert app.test_client().get(path).status_code == 404


def test_the_token_cannot_be_read_from_the_database(page: Visitor, world: City, session: Session) -> None:
    path = make(page.sign_in("supervisor"))
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    assert len(token) >= 22  # 128 bits in base64
    stored = session.execute(select(Feed.__table__)).mappings().one()
    assert token not in " ".join(str(value) for value in stored.values())


def test_a_changed_key_leaves_links_working_but_unshown(
    page: Visitor, world: City, app: Flask, app_settings: Settings
) -> None:
    path = make(page.sign_in("supervisor"))
    other = create_app(
        replace(app_settings, secret_key="another key that is long enough!"), Clock(app_settings.zone).fixed_at(NOW)
    )
    assert other.test_client().get(path).status_code == 200
    assert "更换链接" in Visitor(other).sign_in("supervisor")("/feeds/1").text


def test_the_owner_sees_when_and_by_whom_it_was_fetched(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"))
    app.test_client().get(path, headers={"User-Agent": "Thunderbird/128"})
    assert "2023-06-15 09:00，Thunderbird。" in page("/feeds/1").text


def test_one_bad_row_is_left_out_and_logged(
    page: Visitor, world: City, app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    path = make(page.sign_in("supervisor"))
    assignment = session.scalars(select(Assignment)).first()
    assert assignment is not None
    assignment.uid = "not a uuid"
    session.commit()
    assert len(summaries(app.test_client().get(path))) == 4
    assert "not a uuid" in caplog.text


def test_rows_that_all_fail_give_503_never_an_empty_calendar(
    page: Visitor, world: City, app: Flask, session: Session
) -> None:
    path = make(page.sign_in("supervisor"))
    for number, assignment in enumerate(session.scalars(select(Assignment))):
        assignment.uid = f"bad {number}"
    session.commit()
    answer = app.test_client().get(path)
    assert answer.status_code == 503
    assert b"VCALENDAR" not in answer.data
    assert answer.headers["Retry-After"]


def test_redaction_hides_units_and_quotes(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"), redaction=Redaction.COUNT.value)
    body = app.test_client().get(path).data.decode()
    assert "过期的事" not in body
    assert "市教育局" not in body


TOLD = {Redaction.FULL: {"助企方案", "市教育局"}, Redaction.TITLE_UNIT: {"市教育局"}, Redaction.COUNT: set[str]()}


@pytest.mark.parametrize("redaction", Redaction)
def test_its_own_name_tells_no_more_than_its_entries(
    page: Visitor, world: City, app: Flask, session: Session, redaction: Redaction
) -> None:
    """Neither in the head nor as the name of the file: both pass through the servers that a level hides things from."""
    plan_id = session.scalar(select(Task.plan_id).where(Task.title == "过期的事"))
    session.rollback()
    page.sign_in("supervisor")
    scopes = ({"scope": "plan", "plan_id": str(plan_id)}, {"scope": "unit", "unit_id": str(world.education.id)})
    answers = [app.test_client().get(make(page, redaction=redaction.value, **scope)) for scope in scopes]
    heads = "".join(_names_of(answer) for answer in answers)
    assert {name for name in ("助企方案", "市教育局") if name in heads} == TOLD[redaction]


def _names_of(answer: TestResponse) -> str:
    """What is said of a calendar as a whole."""
    head = Calendar.from_ical(answer.data)
    file = unquote(answer.headers["Content-Disposition"])
    return " ".join([file, *(str(head[name]) for name in ("NAME", "X-WR-CALNAME", "X-WR-CALDESC"))])


def test_the_number_of_statements_does_not_grow(page: Visitor, world: City, app: Flask, session: Session) -> None:
    path = make(page.sign_in("supervisor"))
    app.test_client().get(path)  # the rules of the lights are read at first
    session.query(Task).filter_by(title="县里的事").one().title = "县里的新事"
    session.commit()
    with counted(app) as few:
        app.test_client().get(path)
    plan = a_plan(session, world.root, "大方案")
    for number in range(60):
        a_task(session, plan, world.education, world.finance, title=f"第{number}件事")
    session.commit()
    with counted(app) as many:
        app.test_client().get(path)
    assert len(many) == len(few)


def test_the_total_of_what_is_overdue_costs_a_changed_poll_one_question(
    page: Visitor, world: City, app: Flask, session: Session
) -> None:
    """A feed that has none asks nothing for it."""
    page.sign_in("supervisor")
    units = world.education, world.county
    with_total, without = (make(page, scope="unit", unit_id=str(unit.id)) for unit in units)
    for path in (with_total, without):
        app.test_client().get(path)
    session.execute(update(Task).where(Task.title.in_(["年底的事", "县里的事"])).values(title="新的事"))
    session.commit()
    asked = []
    for path in (with_total, without):
        with counted(app) as statements:
            assert "新的事" in "".join(summaries(app.test_client().get(path)))
        asked.append([each for each in statements if each.startswith("SELECT feed_count")])
    assert [len(each) for each in asked] == [1, 0]


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The questions that SQLite itself is asked meanwhile, however they reach it."""
    found: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith(("SELECT", "WITH")):
            found.append(statement)

    def watch(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(note)

    def leave(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(None)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", watch)
    event.listen(engine, "checkin", leave)
    yield found
    event.remove(engine, "checkout", watch)
    event.remove(engine, "checkin", leave)


def test_the_lights_of_a_feed_are_those_of_the_rules_in_force(page: Visitor, session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    task = a_task(session, plan, city.education, due_on=TODAY + timedelta(days=20), title="办理中的事项")
    task.assignments[0].sign_by_on = TODAY - timedelta(days=1)
    session.commit()
    address = make(page.sign_in("liaison"), scope="unit", unit_id=str(city.education.id))
    assert summaries(page.answer(address)) == ["【未签收】办理中的事项 · 市教育局"]
    pack = RulePack(kind=PackKind.LIGHTS, version=1, rules={"due_soon_days": 30}, in_force_on=TODAY)
    pack.made_at, pack.made_by_name = NOW, "杜督查"
    session.add(pack)
    session.commit()
    assert summaries(page.answer(address)) == ["【临期】办理中的事项 · 市教育局"]


def scopes_offered(page: Visitor) -> list[str]:
    return [each.get("value") for each in page("/feeds").main.all("input", name="scope")]


def test_at_first_that_is_chosen_which_most_are_after(
    page: Visitor, visitor: type[Visitor], world: City, app: Flask
) -> None:
    def chosen(page: Visitor) -> list[str]:
        fields = page("/feeds").main.all("input", name="scope")
        return [each.get("value") for each in fields if "checked" in each.attrs]

    assert chosen(page.sign_in("liaison")) == ["mine"]
    assert chosen(visitor(app).sign_in("supervisor")) == ["overdue"]
    assert chosen(visitor(app).sign_in("leader")) == ["overdue"]


def test_everybody_is_offered_what_would_not_always_be_empty(
    page: Visitor, visitor: type[Visitor], world: City, app: Flask
) -> None:
    assert scopes_offered(page.sign_in("liaison")) == ["unit", "plan", "mine", "all", "overdue"]
    assert scopes_offered(visitor(app).sign_in("supervisor")) == ["unit", "unit_tree", "plan", "all", "overdue"]
    assert "key" in scopes_offered(visitor(app).sign_in("leader"))


def test_options_are_kept_and_shown(page: Visitor, world: City, session: Session) -> None:
    page.sign_in("liaison")
    shown = page.post("/feeds", {"scope": "mine", "with_support": "", "with_milestones": "y"})
    assert "不含配合事项 · 含节点" in shown.text
    feed = session.scalars(select(Feed)).one()
    assert (feed.with_support, feed.with_milestones) == (False, True)


def test_the_doctor_says_what_is_wrong_and_why_an_item_is_or_is_not_there(
    page: Visitor, world: City, app: Flask, session: Session
) -> None:
    path = make(page.sign_in("supervisor"), scope="unit", unit_id=str(world.education.id))
    shown = page("/feeds/1/doctor")
    assert "还没有日历读取过这个订阅" in shown.text
    assert "只能在本机打开" in shown.text
    app.test_client().get(path, headers={"User-Agent": "Thunderbird/128"})
    shown = page("/feeds/1/doctor?sought=事")
    assert "Thunderbird/128" in shown.text
    assert "还没有日历读取过" not in shown.text
    told = [item.text for item in shown.main.all("li")]
    assert "过期的事 · 市教育局：显示。在日历的2023年6月10日。" in told
    assert "县里的事 · 东河县政府：不显示。不在这个订阅的范围内（一个单位的事项）。" in told
    assert "没有日期的事 · 市教育局：不显示。没有确定完成时限，日历中无处显示；确定时限后自动出现。" in told


def test_the_doctor_says_when_it_lists_the_first_only(page: Visitor, world: City, session: Session) -> None:
    make(page.sign_in("supervisor"))
    plan = a_plan(session, world.root, "大方案")
    for number in range(MOST_FOUND):
        a_task(session, plan, world.education, title=f"第{number}件杂务")
    session.commit()
    shown = page("/feeds/1/doctor?sought=件杂务")
    assert shown.text.count("件杂务 · 市教育局") == MOST_FOUND
    assert "只列出前" not in shown.text
    a_task(session, plan, world.education, title="又一件杂务")
    session.commit()
    shown = page("/feeds/1/doctor?sought=件杂务")
    assert shown.text.count("件杂务 · 市教育局") == MOST_FOUND
    assert f"只列出前{MOST_FOUND}项，请多输入几个字再查。" in shown.text


def test_the_doctor_names_rows_that_could_not_be_shown(page: Visitor, world: City, session: Session) -> None:
    make(page.sign_in("supervisor"))
    assignment = session.scalars(select(Assignment)).first()
    assert assignment
    assignment.uid = "not a uuid"
    session.commit()
    assert "有事项因数据有误没有写入日历：日历编号“not a uuid”不是 UUID。" in page("/feeds/1/doctor").text


def test_the_doctor_reads_what_is_kept(
    page: Visitor, world: City, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = RulePack(kind=PackKind.LIGHTS, version=1, rules={}, in_force_on=TODAY, made_at=NOW, made_by_name="杜督查")
    session.add(pack)
    session.commit()
    path = make(page.sign_in("supervisor"))
    app.test_client().get(path)

    def never(*_: object) -> None:
        raise AssertionError("rendered again")

    monkeypatch.setattr("tracker.services.kept_feeds.part_entries", never)
    assert "现有 5 个条目" in page("/feeds/1/doctor").text


def test_the_doctor_looks_at_own_subscriptions_only(
    page: Visitor, visitor: type[Visitor], world: City, app: Flask
) -> None:
    make(page.sign_in("supervisor"))
    visitor(app).sign_in("liaison")("/feeds/1/doctor", status=404)


def test_each_client_is_counted_by_itself(page: Visitor, world: City, app: Flask, session: Session) -> None:
    path = make(page.sign_in("supervisor"))
    tag = app.test_client().get(path, headers={"User-Agent": "one"}).headers["ETag"]
    app.test_client().get(path, headers={"User-Agent": "other", "If-None-Match": tag})
    app.test_client().get(path, headers={"User-Agent": "one"})
    found = {each.name: (each.polls, each.bodies, each.last_status) for each in session.scalars(select(FeedClient))}
    assert found == {"one": (2, 2, 200), "other": (1, 0, 304)}


def test_a_database_that_cannot_be_asked_is_told_and_the_client_keeps_what_it_has(
    page: Visitor, world: City, app: Flask, session: Session
) -> None:
    path = make(page.sign_in("supervisor"))
    session.execute(text("ALTER TABLE feed RENAME TO elsewhere"))
    session.commit()
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
    assert answer.text == "日历暂时无法生成，请稍后再试。\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
def test_a_calendar_is_only_read(method: str, page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"))
    answer = app.test_client().open(path, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert app.test_client().get(path).status_code == 200


def test_a_poll_carries_the_security_headers_of_all_answers(page: Visitor, world: City, app: Flask) -> None:
    path = make(page.sign_in("supervisor"))
    for address in (path, "/feeds/no-such-token.ics"):
        answer = app.test_client().get(address)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers.getlist("Referrer-Policy") == ["no-referrer"]
