"""What calendar programs, proxies and strangers send to a subscription's address: FEEDS checklist items 10 to 14.

The answers are looked at as the server gets them: a test client would hide a body that stands where none may.
"""

from __future__ import annotations

import hmac
import logging
import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.html import Node
from tests.web.browsing import Page, Visitor
from tracker.store.feeds import Feed, FeedClient
from tracker.store.tasks import Assignment, Milestone

FUTURE = "Wed, 01 Jan 2031 00:00:00 GMT"


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it goes to the server: ``body`` is what the program gave, whatever the method was."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks an app for addresses as a program does."""

    app: Flask

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Sent:
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        environ = EnvironBuilder(path=path, method=method, headers=named).get_environ()
        given, status, found = run_wsgi_app(self.app.wsgi_app, environ, buffered=True)
        assert len({name.lower() for name, _ in found}) == len(found), "a header stands twice"
        return Sent(int(status.split()[0]), dict(found), b"".join(given))


@pytest.fixture
def world(session: Session, city: City) -> City:
    """An overdue task, a future one with a milestone, and one without a date."""
    plan = a_plan(session, city.root, "护苗方案")
    a_task(session, plan, city.education, due_on=TODAY - timedelta(days=5), title="过期的事")
    later = TODAY + timedelta(days=40)
    a_task(session, plan, city.education, due_on=later, title="以后的事", milestones=(("建成3所", later),))
    a_task(session, plan, city.education, due_on=None, title="没有日期的事")
    session.commit()
    return city


@pytest.fixture
def ask(app: Flask) -> Asker:
    return Asker(app)


@pytest.fixture
def shown(page: Visitor, world: City) -> Page:
    """The page of a new subscription with everything in it."""
    return page.sign_in("supervisor").post("/feeds", {"scope": "all", "with_milestones": "y"})


@pytest.fixture
def path(shown: Page) -> str:
    return str(shown.main.one("input", id="feed-link").get("value")).removeprefix("http://localhost")


@pytest.fixture
def tag(ask: Asker, path: str) -> str:
    """The validator that a first poll got, with its quotes."""
    return ask(path).headers["ETag"]


def downloaded(path: str) -> str:
    return path.removesuffix(".ics") + "/download.ics"


HELD = {
    "as it was given": "{tag}",
    "made weak by a proxy that compresses": "W/{tag}",
    "among others": '"other", {tag}',
    "among others, weak, without blanks": 'W/"other",W/{tag}',
    "after a broken one": '"other, x, {tag}',
    "renamed by mod_deflate": "{packed}",
    "renamed and weak": "W/{packed}",
    "any": "*",
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
def test_11_a_tag_that_is_held_is_answered_304(held: str, method: str, ask: Asker, path: str, tag: str) -> None:
    header = held.format(tag=tag, packed=f'{tag[:-1]}-gzip"')
    again = ask(path, method, If_None_Match=header, If_Modified_Since=FUTURE)
    assert (again.status, again.body) == (304, b"")
    assert (again.headers["ETag"], again.headers["Cache-Control"]) == (tag, "private, max-age=900")
    assert not {"Content-Type", "Content-Length", "Content-Disposition", "Last-Modified"} & set(again.headers)


NOT_HELD = {
    "none": {},
    "another": {"If_None_Match": '"other"'},
    "a quoted star": {"If_None_Match": '"*"'},
    "in capitals": {"If_None_Match": "{upper}"},
    "a part of it": {"If_None_Match": "{part}"},
    "no tag at all": {"If_None_Match": ',,"'},
    "nothing": {"If_None_Match": ""},
    "a date alone": {"If_Modified_Since": FUTURE},
    "another and a date": {"If_None_Match": '"other"', "If_Modified_Since": FUTURE},
    "a range": {"Range": "bytes=0-10"},
    "a range of what is held": {"Range": "bytes=0-10", "If_Range": "{tag}"},
    "compression": {"Accept_Encoding": "gzip, br", "Accept": "text/html", "Accept_Language": "zh"},
}


@pytest.mark.parametrize("sent", NOT_HELD.values(), ids=NOT_HELD)
def test_11_anything_else_is_answered_with_the_whole(sent: dict[str, str], ask: Asker, path: str, tag: str) -> None:
    words = {"tag": tag, "upper": tag.upper(), "part": f'{tag[:-3]}"'}
    answer = ask(path, **{name: value.format(**words) for name, value in sent.items()})
    assert (answer.status, answer.headers["ETag"]) == (200, tag)
    assert answer.body.endswith(b"END:VCALENDAR\r\n")
    assert not {"Content-Encoding", "Content-Range", "Last-Modified", "Vary"} & set(answer.headers)


def test_11_a_tag_is_strong_and_quoted(tag: str) -> None:
    assert tag.startswith('"')
    assert tag.endswith('"')
    assert tag[1:-1].isalnum()


def test_11_a_download_is_whole_whatever_is_held(ask: Asker, path: str, tag: str) -> None:
    for held in (tag, "*"):
        assert ask(downloaded(path), If_None_Match=held).status == 200


def test_10_the_headers(ask: Asker, path: str) -> None:
    answer = ask(path)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.headers["Content-Disposition"].startswith("inline; filename=tracker.ics; filename*=UTF-8''")
    assert answer.headers["Content-Disposition"].endswith(".ics")
    assert "Set-Cookie" not in answer.headers
    assert not answer.body.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("case", ["whole", "held", "download", "wrong", "broken"])
def test_10_head_is_get_without_its_body(case: str, ask: Asker, path: str, tag: str, session: Session) -> None:
    if case == "broken":
        session.execute(text("ALTER TABLE feed RENAME TO elsewhere"))
        session.commit()
    address = {"wrong": "/feeds/wrong.ics", "download": downloaded(path)}.get(case, path)
    held = {"If_None_Match": tag} if case == "held" else {}
    got, head = ask(address, **held), ask(address, "HEAD", **held)
    assert (head.status, head.headers) == (got.status, got.headers)
    assert head.body == b""
    assert bool(got.body) is (case != "held")


STRANGE = {
    "in capitals": "/feeds/{upper}.ics",
    "in small letters": "/feeds/{lower}.ics",
    "with a letter more": "/feeds/{token}A.ics",
    "with a letter before": "/feeds/A{token}.ics",
    "with a letter less": "/feeds/{less}.ics",
    "twice": "/feeds/{token}{token}.ics",
    "with blanks": "/feeds/ {token} .ics",
    "with a line break": "/feeds/{token}%0A.ics",
    "with a null": "/feeds/{token}%00.ics",
    "with a very long tail": "/feeds/{token}{long}.ics",
    "with a path": "/feeds/../feeds/{token}x.ics",
    "with another ending": "/feeds/{token}.ICS",
    "without an ending": "/feeds/{token}",
    "as a folder": "/feeds/{token}.ics/",
    "none": "/feeds/.ics",
    "the number of the row": "/feeds/1.ics",
}


@pytest.mark.parametrize("address", STRANGE.values(), ids=STRANGE)
def test_12_only_the_token_itself_opens(address: str, ask: Asker, path: str) -> None:
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    words = {"token": token, "upper": token.upper(), "lower": token.lower(), "less": token[:-1], "long": "A" * 4000}
    answer = ask(address.format(**words))
    assert answer.status == 404
    assert b"VCALENDAR" not in answer.body
    assert token not in str(answer)


def test_12_a_refusal_is_not_kept_and_says_nothing_of_what_there_is(ask: Asker, path: str, session: Session) -> None:
    wrong = ask("/feeds/wrong.ics")
    assert wrong.headers["Cache-Control"] == "no-store"
    assert wrong.headers["Referrer-Policy"] == "no-referrer"
    assert "ETag" not in wrong.headers
    session.scalars(select(Feed)).one().revoked_at = NOW
    session.commit()
    assert ask(path) == wrong


def test_12_tokens_are_compared_in_constant_time(ask: Asker, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[object, object]] = []

    def watched(one: str, other: str, of_all: object = hmac.compare_digest) -> bool:
        compared.append((one, other))
        return callable(of_all) and bool(of_all(one, other))

    monkeypatch.setattr(hmac, "compare_digest", watched)
    assert ask(path).status == 200
    assert [len(str(one)) for pair in compared for one in pair] == [64, 64]


def test_12_what_the_comparison_refuses_stays_shut(ask: Asker, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: False)
    assert ask(path).status == 404


def test_12_no_log_holds_a_token(
    ask: Asker, path: str, session: Session, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    statuses = [ask(path).status, ask(path, If_None_Match="*").status, ask(path, "POST").status]
    statuses += [ask(f"/feeds/{token}x.ics").status, ask(f"/feeds/{token}.ics/").status]
    session.execute(text("UPDATE task SET title = 'anew'"))
    session.commit()
    with monkeypatch.context() as broken:
        broken.setattr("tracker.export.ical.feed_bytes", lambda *_: 1 / 0)
        statuses += [ask(path).status]
    session.execute(text("ALTER TABLE feed RENAME TO elsewhere"))
    session.commit()
    statuses += [ask(path).status]
    assert statuses == [200, 304, 405, 404, 404, 503, 503]
    assert caplog.text.count("a poll could not be answered") == 2
    assert token not in caplog.text


def test_12_the_token_stands_nowhere_in_the_database(ask: Asker, path: str, tag: str, session: Session) -> None:
    ask(path, If_None_Match=tag, User_Agent="手机")
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    file = session.get_bind().engine.url.database
    assert file
    with closing(sqlite3.connect(file)) as stolen:
        dumped = "\n".join(stolen.iterdump())
    assert 'INSERT INTO "feed"' in dumped
    assert token not in dumped


def test_13_a_feed_that_cannot_be_made_is_told_503_and_the_next_poll_tries_anew(
    ask: Asker, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("tracker.export.ical.feed_bytes", lambda *_: 1 / 0)
        answer = ask(path)
    assert (answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "600", "no-store")
    assert b"VCALENDAR" not in answer.body
    assert "ZeroDivisionError" in caplog.text
    assert ask(path).status == 200


@pytest.mark.parametrize(
    ("sent", "noted"),
    [
        ("Thunderbird/128", "Thunderbird/128"),
        ("\x00bad\x07\x1b[31m\x7f\x85 \u202eclient", None),
        ("手机日历/1.0".encode().decode("latin-1"), "手机日历/1.0"),
        ("\xff\xfe", "\ufffd\ufffd"),
        ("字".encode().decode("latin-1") * 5000, "字" * 133 + "\ufffd"),
        ("A" * 10_000, "A" * 200),
        ("", ""),
    ],
)
def test_12_whatever_a_client_calls_itself_is_noted_as_text(
    sent: str, noted: str | None, app: Flask, path: str, session: Session
) -> None:
    environ = EnvironBuilder(path=path).get_environ() | {"HTTP_USER_AGENT": sent}
    _, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status == "200 OK"
    name = session.scalars(select(FeedClient.name)).one()
    assert noted is None or name == noted
    assert len(name) <= 200
    assert not [char for char in name if unicodedata.category(char) in ("Cc", "Cs")]


def test_12_the_pages_show_a_client_s_name_as_text(ask: Asker, path: str, page: Visitor) -> None:
    ask(path, User_Agent='"><script>alert(1)</script><b>x')
    for address in ("/feeds/1", "/feeds/1/doctor"):
        seen = page(address)
        assert '"><script>alert(1)</script><b>x' in seen.text
        assert not [each for each in seen.main.all("script") if "alert" in each.text]


def test_12_a_new_link_starts_without_readers(ask: Asker, path: str, page: Visitor) -> None:
    ask(path, User_Agent="the old one's")
    assert "the old one's" in page("/feeds/1/doctor").text
    page.post("/feeds/1", form="/feeds/1/rotate")
    seen = page("/feeds/1/doctor").text
    assert "the old one's" not in seen
    assert "还没有日历读取过这个订阅" in seen


def test_3_no_stamp_lies_in_the_future(ask: Asker, path: str, session: Session) -> None:
    assert session.scalars(select(Milestone)).one()
    found = Calendar.from_ical(ask(path).body).walk("VEVENT")
    assert len(found) == 4  # two parts, the milestone, the total
    for event in found:
        assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") <= NOW


def test_7_a_feed_with_nothing_in_it_is_a_calendar_all_the_same(ask: Asker, page: Visitor, city: City) -> None:
    made = page.sign_in("liaison").post("/feeds", {"scope": "mine"})
    answer = ask(str(made.main.one("input", id="feed-link").get("value")).removeprefix("http://localhost"))
    assert answer.status == 200
    calendar = Calendar.from_ical(answer.body)
    assert (calendar.subcomponents, str(calendar["X-WR-TIMEZONE"])) == ([], "Asia/Shanghai")


def texts_of(node: Node, tag_name: str) -> list[str]:
    return [each.text for each in node.all(tag_name)]


def test_14_the_page_gives_the_link_in_every_way(shown: Page, path: str) -> None:
    link = f"http://localhost{path}"
    field = shown.main.one("input", id="feed-link")
    assert (field.get("value"), "readonly" in field.attrs) == (link, True)
    (copy,) = [button for button in shown.main.all("button") if button.get("data-copy")]
    assert (copy.get("data-copy"), copy.text) == ("feed-link", "复制")
    links = {each.text: each.get("href") for each in shown.main.all("a")}
    assert links["在本机日历中打开"] == f"webcal://localhost{path}"
    assert links["下载一次（不会自动更新）"] == f"http://localhost{downloaded(path)}"
    assert shown.main.all("svg", class_="qr")


@pytest.mark.parametrize(
    ("client", "step", "delay"),
    [
        ("iPhone", "添加已订阅的日历", "小时"),
        ("Outlook", "从 Web 订阅", "24小时"),
        ("Thunderbird", "在网络上", "30分钟"),
        ("小米", "网址导入", "数小时至一天"),
        ("谷歌日历", "通过网址添加", "12至24小时"),
    ],
)
def test_14_each_client_has_its_steps_and_its_honest_delay(client: str, step: str, delay: str, shown: Page) -> None:
    steps = shown.main.one("dl", class_="steps")
    told = dict(zip(texts_of(steps, "dt"), texts_of(steps, "dd"), strict=True))
    (words,) = [words for name, words in told.items() if client in name]
    assert step in words
    assert delay in words
    assert "更新" in words


def test_2_uids_are_random_and_no_change_touches_them(ask: Asker, path: str, session: Session) -> None:
    rows = [*session.scalars(select(Assignment.uid)), *session.scalars(select(Milestone.uid))]
    assert {UUID(uid).version for uid in rows} == {4}
    session.rollback()
    before = uids_of(ask(path))
    session.execute(text("UPDATE task SET title = 'anew'"))
    session.execute(text("UPDATE assignment SET due_on = '2023-09-09', state = 'in_progress' WHERE due_on IS NOT NULL"))
    session.execute(text("UPDATE unit SET name = 'anew ' || id"))
    session.commit()
    after = uids_of(ask(path))
    assert {uid for uid in after if uid in rows} == {uid for uid in before if uid in rows}
    assert len([uid for uid in after if uid in rows]) == 3


def uids_of(answer: Sent) -> set[str]:
    return {str(event["UID"]) for event in Calendar.from_ical(answer.body).walk("VEVENT")}


@pytest.mark.parametrize(
    "change", ["UPDATE person_standing SET office = 'administrator'", "DELETE FROM person_standing"]
)
def test_12_an_owner_who_may_no_longer_read_items_reads_no_feed(
    change: str, ask: Asker, path: str, session: Session
) -> None:
    assert ask(path).status == 200
    session.execute(text(change))
    session.commit()
    assert ask(path).status == 404
