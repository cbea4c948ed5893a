"""Links without an account: what they open, the one report they are good for, and everything that stands in the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_plan, a_task, a_unit, the_actor
from tests.files import PNG
from tracker.domain.access import Forbidden
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.services import link_reports
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.evidence import Upload
from tracker.services.link_reports import Given, LinkRefused, Reason, open_link, report_by_link
from tracker.services.report_links import (
    MOST_LIVE,
    Claim,
    Issuer,
    LinkState,
    MadeLink,
    Wish,
    address_of,
    claim_of,
    link_for,
    links_shown,
    revoke_link,
)
from tracker.services.work import act
from tracker.store.audit import AuditEntry
from tracker.store.engine import make_engine, write_session
from tracker.store.evidence import Evidence
from tracker.store.handling import Division
from tracker.store.report_links import ReportLink
from tracker.store.tasks import Assignment, HistoryEntry

ISSUER = Issuer("a key for tests that is long enough", "http://localhost", ZoneInfo("Asia/Shanghai"))
ONCE = "a form of its own"


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    """The education bureau's part in a task; it has been signed for."""
    return a_part(session, city, State.IN_PROGRESS)


def a_part(session: Session, city: City, state: State) -> Assignment:
    task = a_task(session, a_plan(session, city.root), city.education, state=state)
    session.commit()
    return task.assignments[0]


def make(session: Session, city: City, part: Assignment, now: datetime = NOW, **wish: object) -> MadeLink:
    return link_for(session, the_actor(city.supervisor), now, ISSUER, part.id, Wish(**{"once": ONCE, **wish}))  # type: ignore[arg-type]


def token_of(made: MadeLink | str) -> str:
    return (made if isinstance(made, str) else made.url).rpartition("/r/")[2]


def given(session: Session, token: str, **changes: object) -> Given:
    """What somebody fills in who has opened the page."""
    seen = open_link(session, NOW, ISSUER, token).seen
    return replace(Given("张三", "0316-2345678", "已开工。", 30, seen), **changes)  # type: ignore[arg-type]


def post(session: Session, token: str, filled: Given, now: datetime = NOW) -> Assignment:
    return report_by_link(session, now, TODAY, ISSUER, token, filled)


def refusal(session: Session, token: str, now: datetime = NOW) -> LinkRefused:
    with pytest.raises(LinkRefused) as refused:
        open_link(session, now, ISSUER, token)
    return refused.value


def history(session: Session, part: Assignment) -> list[tuple[str, str, int | None]]:
    session.expire_all()
    rows = session.scalars(select(HistoryEntry).where(HistoryEntry.assignment_id == part.id).order_by(HistoryEntry.id))
    return [(entry.event, entry.actor_name, entry.actor_id) for entry in rows][1:]


class TestMaking:
    def test_only_the_hash_of_the_secret_is_kept(self, session: Session, city: City, part: Assignment) -> None:
        made = make(session, city, part)
        claim = claim_of(ISSUER, token_of(made))
        assert claim
        assert claim.link_id == made.link.id
        assert len(claim.secret) == 32
        kept = [str(value) for value in session.execute(select(ReportLink.__table__)).one()]
        assert not any(claim.secret in value for value in kept)

    def test_it_lasts_until_its_last_day_has_ended_in_the_office(
        self, session: Session, city: City, part: Assignment
    ) -> None:
        expected = datetime(2023, 6, 29, 16, 0, tzinfo=UTC)  # the end of 29 June in Shanghai
        assert make(session, city, part).link.expires_at == expected

    def test_the_same_form_twice_gives_the_same_link(self, session: Session, city: City, part: Assignment) -> None:
        assert make(session, city, part).url == make(session, city, part, NOW + timedelta(minutes=1)).url
        assert make(session, city, part, once="another form").url != make(session, city, part).url
        assert len(session.scalars(select(ReportLink)).all()) == 2

    def test_a_new_one_leaves_the_old_alone_unless_asked(self, session: Session, city: City, part: Assignment) -> None:
        first, second = make(session, city, part), make(session, city, part, once="second form")
        assert open_link(session, NOW, ISSUER, token_of(first)).part.id == part.id
        third = make(session, city, part, once="third form", replaces=True)
        session.expire_all()
        assert [refusal(session, token_of(old)).reason for old in (first, second)] == [Reason.REVOKED] * 2
        assert open_link(session, NOW, ISSUER, token_of(third)).link.id == third.link.id

    @pytest.mark.parametrize("days", [0, -1, 61])
    def test_days_out_of_range(self, session: Session, city: City, part: Assignment, days: int) -> None:
        with pytest.raises(Invalid, match="1到60天"):
            make(session, city, part, days=days)

    @pytest.mark.parametrize("who", ["leader", "neighbour", "county_supervisor", "administrator", "nobody"])
    def test_nobody_else_makes_one(self, session: Session, city: City, part: Assignment, who: str) -> None:
        with pytest.raises(Forbidden, match="联络员、督查员"):
            link_for(session, the_actor(getattr(city, who)), NOW, ISSUER, part.id, Wish(ONCE))
        assert links_shown(session, the_actor(getattr(city, who)), NOW, part) is None

    def test_the_units_liaison_makes_one(self, session: Session, city: City, part: Assignment) -> None:
        made = link_for(session, the_actor(city.liaison), NOW, ISSUER, part.id, Wish(ONCE))
        assert made.link.made_by_name == "李联络"

    def test_a_form_without_its_name_and_a_part_that_is_not_there(
        self, session: Session, city: City, part: Assignment
    ) -> None:
        with pytest.raises(Invalid, match="刷新页面"):
            make(session, city, part, once="")
        with pytest.raises(NotFound):
            link_for(session, the_actor(city.supervisor), NOW, ISSUER, part.id + 99, Wish(ONCE))

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.COMPLETED, State.WITHDRAWN, State.SUSPENDED])
    def test_none_for_a_part_that_nothing_can_be_reported_on(self, session: Session, city: City, state: State) -> None:
        with pytest.raises(Invalid, match="没有生成填报链接"):
            make(session, city, a_part(session, city, state))

    def test_not_more_than_anybody_needs(self, session: Session, city: City, part: Assignment) -> None:
        for number in range(MOST_LIVE):
            make(session, city, part, once=f"form number {number}")
        with pytest.raises(Invalid, match=f"已有{MOST_LIVE}个"):
            make(session, city, part)
        assert make(session, city, part, replaces=True).link.id


class TestReporting:
    def test_it_is_told_as_what_it_is(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        done = post(session, token, given(session, token))
        assert (done.state, done.percent, done.reported_at) == (State.IN_PROGRESS, 30, NOW)
        assert history(session, part) == [("report", "免登录：张三（市教育局）", None)]
        (shown,) = links_shown(session, the_actor(city.supervisor), NOW, part) or ()
        assert (shown.state, shown.link.used_by) == (LinkState.USED, "张三（0316-2345678）")

    def test_work_not_signed_for_is_signed_for_by_it(self, session: Session, city: City) -> None:
        part = a_part(session, city, State.DISPATCHED)
        token = token_of(make(session, city, part))
        done = post(session, token, given(session, token))
        assert (done.state, done.signed_at) == (State.IN_PROGRESS, NOW)
        assert [entry[0] for entry in history(session, part)] == ["sign_for", "report"]

    def test_opening_spends_nothing(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        for _ in range(3):
            open_link(session, NOW, ISSUER, token)
        assert post(session, token, given(session, token)).percent == 30

    def test_no_percentage_leaves_it_as_it_is(self, session: Session, city: City, part: Assignment) -> None:
        part.percent = 55
        session.commit()
        token = token_of(make(session, city, part))
        assert post(session, token, given(session, token, percent=None)).percent == 55

    def test_files_are_kept_with_the_report(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        filled = given(session, token, files=(Upload("现场.png", PNG),))
        post(session, token, filled)
        assert post(session, token, filled, NOW + timedelta(minutes=1)).id == part.id  # the same press
        (kept,) = session.scalars(select(Evidence)).all()
        session.refresh(part)
        last = part.history[-1]
        assert (kept.history_id, kept.added_by_id, kept.added_by_name) == (last.id, None, last.actor_name)
        assert (kept.data, kept.added_at) == (PNG, NOW)
        with pytest.raises(LinkRefused):
            post(session, token, replace(filled, files=()), NOW + timedelta(minutes=1))

    def test_a_file_that_is_not_taken_spends_no_link(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        with pytest.raises(Invalid, match="程序"):
            post(session, token, given(session, token, files=(Upload("程序.exe", b"MZ"),)))
        assert open_link(session, NOW, ISSUER, token).part.id == part.id

    def test_what_a_bureau_reports_is_the_countys_progress(self, session: Session, city: City) -> None:
        plan = a_plan(session, city.root)
        above = a_task(session, plan, city.county, state=State.IN_PROGRESS).assignments[0]
        child = a_task(session, plan, city.county_education, state=State.DISPATCHED)
        session.add(Division(task_id=child.id, parent_id=above.id, made_at=NOW))
        session.commit()
        made = link_for(session, the_actor(city.supervisor), NOW, ISSUER, child.assignments[0].id, Wish(ONCE))
        post(session, token_of(made), given(session, token_of(made)))
        session.refresh(above)
        assert above.percent == 30

    def test_the_same_form_twice_is_one_report(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        filled = given(session, token)
        assert [post(session, token, filled).version for _ in range(2)] == [2, 2]
        assert len(history(session, part)) == 1

    def test_another_form_is_told_that_the_link_is_spent(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        filled = given(session, token)
        post(session, token, filled)
        with pytest.raises(LinkRefused, match="只能填报一次") as refused:
            post(session, token, replace(filled, words="另一件事。"))
        assert (refused.value.reason, refused.value.reason.status) == (Reason.SPENT, 410)
        assert len(history(session, part)) == 1

    def test_a_long_name_of_a_unit_still_fits(self, session: Session, city: City) -> None:
        unit = a_unit(session, "市" + "很" * 80 + "局", city.root)
        task = a_task(session, a_plan(session, city.root), unit, state=State.IN_PROGRESS)
        session.commit()
        token = token_of(make(session, city, task.assignments[0]))
        post(session, token, given(session, token))
        assert len(history(session, task.assignments[0])[0][1]) == 64

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("name", "张", "真实姓名"),
            ("name", "张三（市财政局）", "真实姓名"),
            ("name", "1234", "真实姓名"),
            ("name", "张" * 21, "真实姓名"),
            ("phone", "", "电话"),
            ("phone", "没有", "电话"),
            ("phone", "12345", "电话"),
            ("phone", "1" * 40, "电话"),
            ("words", " \r\n ", "请填写进展情况"),
            ("words", "很" * 2001, "不能超过2000字"),
            ("percent", 101, "0到100"),
            ("percent", -1, "0到100"),
        ],
    )
    def test_what_cannot_be_used(  # noqa: PLR0917 - a table
        self, session: Session, city: City, part: Assignment, field: str, value: object, told: str
    ) -> None:
        token = token_of(make(session, city, part))
        filled = given(session, token, **{field: value})
        with pytest.raises(Invalid, match=told):
            post(session, token, filled)
        session.rollback()
        assert open_link(session, NOW, ISSUER, token)

    @pytest.mark.parametrize(
        "phone", ["13800000000", "０３１６－２３４５６７８", "+86 138 0000 0000", "0316-2345678转801"]
    )
    def test_telephones_as_people_write_them(self, session: Session, city: City, part: Assignment, phone: str) -> None:
        token = token_of(make(session, city, part))
        assert post(session, token, given(session, token, phone=phone, name="阿依古丽·买买提"))

    def test_a_page_that_has_grown_old_spends_nothing(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        old = given(session, token)
        act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.REPORT, part.version, "联络员已报。", 60)
        with pytest.raises(Stale, match="“报进展”"):
            post(session, token, old)
        session.rollback()
        assert post(session, token, given(session, token)).percent == 30

    def test_what_only_the_machine_changed_is_in_nobodys_way(
        self, session: Session, city: City, part: Assignment
    ) -> None:
        token = token_of(make(session, city, part))
        filled = given(session, token)
        part.overdue_flagged_on = TODAY
        session.commit()
        assert filled.seen.version != part.version
        assert post(session, token, filled).percent == 30


def test_the_audit_log_tells_of_each_link_made_used_and_ended(session: Session, city: City, part: Assignment) -> None:
    used, ended = make(session, city, part), make(session, city, part, once="second form")
    post(session, token_of(used), given(session, token_of(used)))
    make(session, city, part, once="third form", replaces=True)
    told = session.scalars(select(AuditEntry).where(AuditEntry.subject == "report_link").order_by(AuditEntry.id))
    assert [(entry.subject_id, entry.act) for entry in told] == [
        (str(used.link.id), "create"), (str(ended.link.id), "create"), (str(used.link.id), "change"),
        (str(ended.link.id), "change"), (str(ended.link.id + 1), "create"),
    ]  # fmt: skip


class TestWhatStandsInTheWay:
    def test_revoked(self, session: Session, city: City, part: Assignment) -> None:
        made = make(session, city, part)
        city.supervisor.phone = "0316-1111111"
        revoke_link(session, the_actor(city.liaison), NOW, made.link.id)
        refused = refusal(session, token_of(made))
        assert (refused.reason, refused.reason.status) == (Reason.REVOKED, 410)
        assert [(each.name, each.unit, each.phone) for each in refused.contacts] == [
            ("杜督查", "示例市政府", "0316-1111111")
        ]

    def test_revoking_is_for_those_who_may_make(self, session: Session, city: City, part: Assignment) -> None:
        made = make(session, city, part)
        for who in (city.neighbour, city.leader, city.county_supervisor):
            with pytest.raises(Forbidden):
                revoke_link(session, the_actor(who), NOW, made.link.id)
        with pytest.raises(NotFound):
            revoke_link(session, the_actor(city.supervisor), NOW, made.link.id + 99)

    def test_one_that_was_used_stays_used(self, session: Session, city: City, part: Assignment) -> None:
        made = make(session, city, part)
        post(session, token_of(made), given(session, token_of(made)))
        link = revoke_link(session, the_actor(city.supervisor), NOW, made.link.id)
        assert (link.used_at, link.revoked_at) == (NOW, None)

    def test_expired(self, session: Session, city: City, part: Assignment) -> None:
        made = make(session, city, part, days=1)
        token, end = token_of(made), made.link.expires_at
        filled = given(session, token)
        assert open_link(session, end - timedelta(seconds=1), ISSUER, token)
        assert refusal(session, token, end).reason is Reason.EXPIRED
        with pytest.raises(LinkRefused, match="过了有效期"):
            post(session, token, filled, end)

    def test_closed(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.SUBMIT, 1, "完成。")
        refused = refusal(session, token)
        assert (refused.reason, refused.reason.status) == (Reason.WAITS, 409)
        act(session, the_actor(city.supervisor), NOW, TODAY, part.id, Event.ACCEPT, 2, outcome=Outcome.SOLVED)
        refused = refusal(session, token)
        assert (refused.reason, refused.reason.status, str(refused)) == (
            Reason.CLOSED, 410, "该事项已办结销号，不需要再报送进展。",
        )  # fmt: skip

    def test_given_to_another_unit(self, session: Session, city: City) -> None:
        part = a_part(session, city, State.DISPATCHED)
        token = token_of(make(session, city, part))
        filled = given(session, token)
        act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.DECLINE, 1, "不属职责。")
        supervisor = the_actor(city.supervisor)
        act(session, supervisor, NOW, TODAY, part.id, Event.DISPATCH, 2, unit_id=city.finance.id)
        refused = refusal(session, token)
        assert (refused.reason, refused.reason.status) == (Reason.MOVED, 403)
        assert "财政" not in str(refused)
        with pytest.raises(LinkRefused):
            post(session, token, filled)
        (shown,) = links_shown(session, supervisor, NOW, part) or ()
        assert (shown.state, shown.why) == (LinkState.IDLE, "该事项后来转给了其他单位，请撤销后重新生成。")

    def test_given_to_another_unit_and_back(self, session: Session, city: City) -> None:
        """What the list of links says is over stays over."""
        part = a_part(session, city, State.DISPATCHED)
        token = token_of(make(session, city, part))
        supervisor = the_actor(city.supervisor)
        act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.DECLINE, 1, "不属职责。")
        act(session, supervisor, NOW, TODAY, part.id, Event.DISPATCH, 2, unit_id=city.finance.id)
        act(session, the_actor(city.neighbour), NOW, TODAY, part.id, Event.DECLINE, 3, "也不属职责。")
        act(session, supervisor, NOW, TODAY, part.id, Event.DISPATCH, 4, unit_id=city.education.id)
        assert refusal(session, token).reason is Reason.MOVED

    def test_its_maker_may_no_longer(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        city.supervisor.active = False
        session.commit()
        assert refusal(session, token).reason is Reason.REVOKED

    def test_its_maker_has_lost_the_role(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        city.supervisor.standings.clear()
        session.commit()
        assert refusal(session, token).reason is Reason.REVOKED


class TestForgery:
    def test_a_wrong_signature_asks_no_database(self, session: Session, city: City, part: Assignment) -> None:
        token = token_of(make(session, city, part))
        asked: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))
        other = Issuer("another key that is also long enough", ISSUER.base_url, ISSUER.zone)
        foreign = token_of(address_of(other, Claim(1, "s" * 32, city.education.id)))
        for forged in ("", "x", token[:-1], token + "A", "A" + token, token.swapcase(), "x" * 5000, foreign, "..", "é"):
            refused = refusal(session, forged)
            assert (refused.reason, refused.reason.status, refused.contacts) == (Reason.UNKNOWN, 404, ())
        assert asked == []

    def test_signed_here_for_another_purpose(self, session: Session, city: City, part: Assignment) -> None:
        made = make(session, city, part)
        claim = claim_of(ISSUER, token_of(made))
        assert claim
        told = [claim.link_id, claim.secret, claim.unit_id]
        assert refusal(session, str(URLSafeSerializer(ISSUER.key, salt="other").dumps(told))).reason is Reason.UNKNOWN

    def test_the_row_of_one_link_with_the_secret_of_another(
        self, session: Session, city: City, part: Assignment
    ) -> None:
        first, second = make(session, city, part), make(session, city, part, once="second form")
        claim = claim_of(ISSUER, token_of(first))
        assert claim
        mixed = token_of(address_of(ISSUER, replace(claim, link_id=second.link.id)))
        assert refusal(session, mixed).reason is Reason.UNKNOWN


@pytest.mark.parametrize(
    "database", ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.needs("postgresql"))]
)
@pytest.mark.parametrize("same", [False, True], ids=["two people", "one press twice"])
def test_two_posts_at_once_are_one_report(request: pytest.FixtureRequest, database: str, same: bool) -> None:
    engine = make_engine(request.getfixturevalue(database))
    request.addfinalizer(engine.dispose)
    with write_session(engine) as session:
        city = a_city(session)
        part = a_part(session, city, State.DISPATCHED)
        token = token_of(make(session, city, part))
        filled = given(session, token)
    together = Barrier(2)

    def one(words: str) -> str:
        with write_session(engine) as own:
            together.wait(timeout=20)
            try:
                return post(own, token, replace(filled, words=words)).state.value
            except LinkRefused as refused:
                return refused.reason.value

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(one, ["甲报。", "甲报。" if same else "乙报。"]))
    assert answers == (["in_progress", "in_progress"] if same else ["in_progress", "spent"])
    with write_session(engine) as session:
        assert [row[0] for row in history(session, part)] == ["sign_for", "report"]
        assert session.get_one(Assignment, part.id).task.state is TaskState.OPEN


def test_a_report_and_a_revocation_at_once(sqlite_url: str) -> None:
    """Whoever comes first wins whole: a link is never both used and revoked."""
    engine = make_engine(sqlite_url)
    with write_session(engine) as session:
        city = a_city(session)
        part = a_part(session, city, State.IN_PROGRESS)
        made = make(session, city, part)
        filled = given(session, token_of(made))
        actor = the_actor(city.supervisor)
    together = Barrier(2)

    def report() -> None:
        with write_session(engine) as own:
            together.wait(timeout=20)
            post(own, token_of(made), filled)

    def revoke() -> None:
        with write_session(engine) as own:
            together.wait(timeout=20)
            revoke_link(own, actor, NOW, made.link.id)

    with ThreadPoolExecutor(2) as pool:
        reported, revoked = pool.submit(report), pool.submit(revoke)
    assert revoked.exception() is None
    with write_session(engine) as session:
        link = session.get_one(ReportLink, made.link.id)
        assert (link.used_at is None) != (link.revoked_at is None)
        assert (link.used_at is None) == isinstance(reported.exception(), LinkRefused)
        assert len(history(session, part)) == (1 if link.used_at else 0)
    engine.dispose()


def test_a_part_that_goes_while_its_report_is_sent_takes_the_link_with_it(
    session: Session, city: City, part: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An adoption taken back at that instant: on PostgreSQL the next statement finds neither."""
    token = token_of(make(session, city, part))
    filled = given(session, token)

    def gone(session: Session, part_id: int) -> None:
        session.execute(delete(ReportLink).where(ReportLink.assignment_id == part_id))

    monkeypatch.setattr(link_reports, "assignment_to_change", gone)
    with pytest.raises(LinkRefused) as refused:
        post(session, token, filled)
    assert refused.value.reason is Reason.UNKNOWN
