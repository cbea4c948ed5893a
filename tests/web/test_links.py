"""Links without an account on the pages: made, shown once, opened by a stranger, spent by one report, told of after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.html import parse
from tests.web.browsing import Visitor, fields_of
from tests.web.serving import put_away, serve, settings_for
from tracker.domain.lifecycle import State
from tracker.settings import Settings
from tracker.store.tasks import Assignment

FILLED = {"words": "已完成招标。\n下月开工。", "percent": "35", "name": "张三", "phone": "0316-2345678"}


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    """The education bureau's part in a task whose plan holds another one; the supervisor can be called."""
    plan = a_plan(session, city.root)
    task = a_task(session, plan, city.education, city.finance, state=State.DISPATCHED, quote="请市教育局于月底前摸底。")
    a_task(session, plan, city.education, title="另一项任务")
    city.supervisor.phone = "0316-1111111"
    session.commit()
    return task.assignments[0]


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody who has never signed in."""
    return Visitor(app)


def afresh(session: Session) -> None:
    """Has the session see what the pages have done."""
    session.rollback()
    session.expire_all()


def make(page: Visitor, part: Assignment, **typed: str) -> str:
    """Makes a link as the supervisor does; its path."""
    page.sign_in("supervisor")
    made = page.post(f"/assignments/{part.id}/links", typed)
    address = str(made.main.one("input", id="report-link").get("value"))
    assert made.main.all("svg", class_="qr")
    assert address in made.main.one("article").text
    return address.removeprefix("http://localhost")


def test_from_making_to_the_history(session: Session, part: Assignment, page: Visitor, stranger: Visitor) -> None:
    path = make(page, part)
    assert "可以填报" in page(f"/assignments/{part.id}").main.one("section", id="links").text
    shown = stranger(path)
    assert shown.title == "填报进展 · 督办台账"
    assert "请市教育局于月底前摸底。" in shown.text
    assert "链接有效至2023年6月29日" in shown.text
    assert "杜督查（示例市政府） 0316-1111111" in shown.text
    done = stranger.post(path, FILLED, form="")
    assert done.heading == "进展已报送"
    afresh(session)
    assert (part.state, part.percent) == (State.IN_PROGRESS, 35)
    told = page(f"/assignments/{part.id}")
    assert "免登录：张三（市教育局）" in told.text
    assert "张三（0316-2345678）填报" in told.main.one("section", id="links").text
    spent = stranger(path, 410)
    assert spent.heading == "链接已经用过"
    assert "0316-1111111" in spent.text


def test_the_page_shows_nothing_but_the_one_assignment(part: Assignment, page: Visitor, stranger: Visitor) -> None:
    path = make(page, part)
    for shown in (stranger(path), page(path)):  # also to somebody who is signed in
        for hidden in ("另一项任务", "市财政局", "优化服务实施方案", "李联络", "主菜单", "退出登录", "/tasks", "/my"):
            assert hidden not in shown.html
        links = [node.get("href") for node in shown.root.all("a")]
        assert links == ["tel:0316-1111111"]


def test_no_answer_is_kept_indexed_or_named_to_others(part: Assignment, page: Visitor, stranger: Visitor) -> None:
    path = make(page, part)
    fields = fields_of(stranger(path).form(""))
    answers = [
        stranger.answer(path),
        stranger.client.head(path),
        stranger.answer(path, {**fields, "words": ""}),
        stranger.answer(path, {"words": "没有表单的校验码"}),
        stranger.answer(path, {**fields, **FILLED}),
        stranger.answer(path),
        stranger.answer(path + "x"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 422, 400, 200, 410, 404]
    for answer in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Content-Security-Policy"]


def test_scanners_of_mail_spend_nothing(session: Session, part: Assignment, page: Visitor, stranger: Visitor) -> None:
    path = make(page, part)
    for _ in range(3):
        assert stranger.answer(path).status_code == 200
        assert stranger.client.head(path).status_code == 200
        assert stranger.answer(path, {}).status_code == 400  # one that also posts has no token of the form
    afresh(session)
    assert part.version == 1
    assert stranger.post(path, FILLED, form="").status == 200


def test_what_was_typed_stays(part: Assignment, page: Visitor, stranger: Visitor) -> None:
    path = make(page, part)
    again = stranger.post(path, {**FILLED, "phone": "没有"}, form="", status=422)
    assert "请填写能联系到您的电话" in again.text
    assert fields_of(again.form(""))["words"].strip() == FILLED["words"]
    old = fields_of(stranger(path).form(""))
    page.sign_out().sign_in("liaison")
    page.post(f"/assignments/{part.id}", form=f"/assignments/{part.id}/sign_for")
    stale = stranger.send(path, {**old, **FILLED}, status=409)
    assert "“签收”" in stale.alerts[0]
    assert "李联络" not in stale.html
    assert fields_of(stale.form(""))["words"].strip() == FILLED["words"]
    assert stranger.send(path, {**fields_of(stale.form("")), **FILLED}).heading == "进展已报送"


def test_words_are_given_back_when_the_link_was_spent_meanwhile(
    part: Assignment, page: Visitor, stranger: Visitor, visitor: type[Visitor], app: Flask
) -> None:
    path = make(page, part)
    colleague = visitor(app)
    fields = fields_of(colleague(path).form(""))
    stranger.post(path, FILLED, form="")
    told = colleague.send(path, {**fields, **FILLED, "words": "同事写的长篇。"}, status=410)
    assert told.main.one("textarea").text == "同事写的长篇。"


def test_pressed_twice_it_answers_twice(session: Session, part: Assignment, page: Visitor, stranger: Visitor) -> None:
    path = make(page, part)
    fields = {**fields_of(stranger(path).form("")), **FILLED}
    assert [stranger.send(path, fields).heading for _ in range(2)] == ["进展已报送"] * 2
    afresh(session)
    assert [entry.event for entry in part.history] == ["adopt", "sign_for", "report"]


def test_revoking(part: Assignment, page: Visitor, stranger: Visitor) -> None:
    path, links = make(page, part), f"/assignments/{part.id}/links"
    (revoke,) = [form.get("action") for form in page(links).root.all("form") if "revoke" in form.get("action")]
    assert "链接已撤销，立即失效。" in page.post(links, form=revoke).alerts
    assert stranger(path, 410).heading == "链接已撤销"
    assert "已撤销" in page(links).text


def test_made_once_by_one_form(part: Assignment, page: Visitor) -> None:
    page.sign_in("supervisor")
    links = f"/assignments/{part.id}/links"
    fields = fields_of(page(links).form(links))
    addresses = {page.send(links, fields).main.one("input", id="report-link").get("value") for _ in range(2)}
    assert len(addresses) == 1
    refused = page.post(links, {"days": "90"}, status=422)
    assert "1到60" in refused.text


def test_a_stranger_signs_nothing_else(part: Assignment, page: Visitor, stranger: Visitor) -> None:
    make(page, part)
    assert stranger.client.post(f"/assignments/{part.id}/links").status_code in (302, 400)
    forged = stranger("/r/WzEsIngiLDJd.AAAA", 404)
    assert forged.heading == "链接无效"


@pytest.fixture
def secure(tmp_path: Path, sqlite_url: str, compiled_templates: object) -> Iterator[Flask]:
    """The app behind HTTPS, where Flask-WTF's guard asks for a referrer."""
    settings: Settings = replace(settings_for(tmp_path, sqlite_url), base_url="https://localhost", secure_cookies=True)
    made = serve(settings)
    yield made
    put_away(made)


def test_on_https_the_form_is_taken_without_a_referrer(part: Assignment, secure: Flask) -> None:
    """A browser that keeps the page's Referrer-Policy sends none."""
    supervisor = Visitor(secure)
    client = supervisor.client
    client.environ_base["wsgi.url_scheme"] = "https"
    client.environ_base["HTTP_REFERER"] = "https://localhost/"
    path = make(supervisor, part).removeprefix("https://localhost")
    stranger = secure.test_client()
    shown = stranger.get(path, base_url="https://localhost")
    fields = fields_of(next(form for form in parse(shown.get_data(as_text=True)).all("form")))
    assert stranger.post(path, data={**fields, **FILLED}, base_url="https://localhost").status_code == 200


def test_files_come_with_the_report_and_only_by_a_signed_link(
    session: Session, part: Assignment, page: Visitor, stranger: Visitor
) -> None:
    path = make(page, part)
    fields = {**fields_of(stranger(path).form("")), **FILLED}
    large = b"%PDF-1.7\n" + b" " * 300_000
    forged = path[:-3] + "AAA"
    answer = stranger.answer(forged, {**fields, "files": (BytesIO(large), "报告.pdf")})
    assert answer.status_code == 413
    wrong = stranger.send(path, {**fields, "files": (BytesIO(b"MZ"), "程序.exe")}, status=422)
    assert "程序.exe" in wrong.alerts[0]
    assert "重新选择" in wrong.alerts[0]
    assert "下月开工" in wrong.main.one("textarea").text
    fields = {**fields_of(wrong.form("")), **FILLED}
    assert stranger.send(path, {**fields, "files": (BytesIO(large), "报告.pdf")}).heading == "进展已报送"
    assert "报告.pdf" in page(f"/assignments/{part.id}").text
