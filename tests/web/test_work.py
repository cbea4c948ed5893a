"""A unit's part on the page: acting on it by its forms, being refused, and losing nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_source, a_task
from tests.web.browsing import Page, Visitor, fields_of
from tracker.domain.lifecycle import Outcome, State, TaskState
from tracker.store.tasks import Assignment
from tracker.web.filters import own_lines

WORDS = "已召开部署会，\n正在逐校摸底。"


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    """The education bureau's part in a task that it has alone; it has been signed for."""
    return a_part(session, city, State.IN_PROGRESS)


def a_part(session: Session, city: City, state: State) -> Assignment:
    task = a_task(session, a_plan(session, city.root), city.education, state=state)
    session.commit()
    return task.assignments[0]


def at(part: Assignment, event: str = "") -> str:
    return f"/assignments/{part.id}" + (f"/{event}" if event else "")


def state_of(session: Session, part: Assignment) -> tuple[State, int, int]:
    afresh(session, part)
    return part.state, part.version, len(part.history)


def afresh(session: Session, part: Assignment) -> Assignment:
    """The part as the pages have left it."""
    session.rollback()  # also forgets what was read before
    session.refresh(part)
    return part


def press(page: Visitor, part: Assignment, button: str, status: int = 200, **typed: str) -> Page:
    """Opens the part's page, fills in the form that has the button, and presses it."""
    forms = page(at(part)).main.all("form")
    (form,) = [form for form in forms if any(b.text == button for b in form.all("button"))]
    (pressed,) = [b for b in form.all("button") if b.text == button]
    fields = fields_of(form)
    assert set(typed) <= set(fields), f"the form has {set(fields)}"
    return page.send(pressed.get("formaction"), {**fields, **typed}, status=status)


def buttons(page: Page) -> list[str]:
    """Those of the lifecycle."""
    return [b.text for b in page.main.all("button") if b.get("formaction")]


class TestTheRoad:
    def test_from_dispatch_to_the_end(self, session: Session, city: City, page: Visitor) -> None:
        part = a_part(session, city, State.DISPATCHED)
        page.sign_in("liaison")
        assert buttons(page(at(part))) == ["签收", "退办"]
        assert "已签收：建立分流转办机制（市教育局）。" in press(page, part, "签收").alerts
        assert "进展已报送" in press(page, part, "报进展", words=WORDS, percent="40").alerts[0]
        shown = page(at(part))
        assert "正在逐校摸底。" in shown.text
        assert shown.main.one("input", name="percent").get("value") == "40"
        assert "请等待督查室审核" in press(page, part, "申请办结", words="全部完成。", percent="100").alerts[0]
        assert buttons(page(at(part))) == []
        page.sign_out().sign_in("supervisor")
        assert "已退回补充" in press(page, part, "退回补充", words="请附学校名单。").alerts[0]
        page.sign_out().sign_in("liaison")
        assert page(at(part)).alerts == ["退回补充（杜督查，2023-06-15 09:00） 请附学校名单。"]
        press(page, part, "申请办结", words="已附名单。")
        assert page(at(part)).alerts == []
        page.sign_out().sign_in("supervisor")
        press(page, part, "审核销号", outcome="B")
        afresh(session, part)
        assert (part.state, part.outcome, part.completed_on) == (State.COMPLETED, Outcome.PLANNED, TODAY)
        assert part.task.state is TaskState.COMPLETED
        assert "回头看未通过，重新办理" in press(page, part, "回头看未通过，重新办理", words="抽查未落实。").text

    def test_declining_and_dispatching_to_another_unit(self, session: Session, city: City, page: Visitor) -> None:
        part = a_part(session, city, State.DISPATCHED)
        page.sign_in("liaison")
        press(page, part, "退办", words="不属教育职责。")
        page.sign_out().sign_in("supervisor")
        shown = page(at(part))
        assert buttons(shown) == ["重新转办", "撤销"]
        offered = [option.text for option in shown.main.one("select").all("option")]
        assert offered[:2] == ["请选择", "市教育局（退回原单位）"]
        assert sorted(offered[2:]) == sorted(["示例市政府", "市财政局", "东河县政府", "东河县教育局"])
        refused = press(page, part, "重新转办", 422, words="不知给谁。")
        assert "请选择转办单位" in refused.text
        assert "不知给谁。" in refused.text
        press(page, part, "重新转办", words="请财政局办理。", unit_id=str(city.finance.id))
        page.sign_out().sign_in("neighbour")
        assert "由“市教育局”转办至“市财政局”。请财政局办理。" in page(at(part)).text
        assert buttons(page(at(part))) == ["签收", "退办"]

    def test_suspending_resuming_and_withdrawing(self, session: Session, part: Assignment, page: Visitor) -> None:
        page.sign_in("supervisor")
        press(page, part, "中止挂账", words="待上级文件。")
        assert "恢复办理前不亮灯" in page(at(part)).text
        press(page, part, "恢复办理")
        press(page, part, "撤销", words="与另一任务重复。")
        assert state_of(session, part)[0] is State.WITHDRAWN
        assert buttons(page(at(part))) == []

    def test_what_is_done_most_stands_before_what_is_rare(
        self, session: Session, city: City, part: Assignment, page: Visitor
    ) -> None:
        part.due_on = TODAY - timedelta(days=3)
        session.commit()
        places = {
            "liaison": ["report", "extension", "handling", "links", "history-title"],
            "supervisor": ["urging", "steer", "links", "history-title"],
        }
        for who, wanted in places.items():
            main = page.sign_in(who)(at(part)).main
            assert [node.attrs["id"] for node in main if node.attrs.get("id") in wanted] == wanted
            folded = [node.attrs.get("id") for node in main.all("details") if "open" not in node.attrs]
            assert set(folded) == set(wanted) - {"report", "links", "history-title"}
            page.sign_out()

    def test_a_talk_is_asked_for_only_when_late(self, session: Session, part: Assignment, page: Visitor) -> None:
        part.due_on = TODAY
        session.commit()
        assert "约谈提醒函" not in page.sign_in("supervisor")(at(part)).text
        part.due_on = TODAY - timedelta(days=1)
        session.commit()
        assert "约谈提醒函" in page(at(part)).text

    def test_who_decides_and_works_sees_both_kinds_of_buttons(
        self, session: Session, city: City, part: Assignment, page: Visitor
    ) -> None:
        city.liaison.standings.append(type(city.liaison.standings[0])(office="supervisor", unit=city.root))
        session.commit()
        page.sign_in("liaison")
        assert buttons(page(at(part))) == ["报进展", "申请办结", "中止挂账", "撤销"]


class TestWhatIsRefused:
    def test_words_missing(self, session: Session, part: Assignment, page: Visitor) -> None:
        before = state_of(session, part)
        page.sign_in("liaison")
        again = press(page, part, "申请办结", 422, words=" ", percent="80")
        assert "“申请办结”须写明情况或理由" in again.alerts[0]
        assert again.main.one("input", name="percent").get("value") == "80"
        assert state_of(session, part) == before

    @pytest.mark.parametrize("percent", ["101", "-1", "一半"])
    def test_a_percent_that_is_none(self, session: Session, part: Assignment, page: Visitor, percent: str) -> None:
        before = state_of(session, part)
        page.sign_in("liaison")
        again = press(page, part, "报进展", 422, words=WORDS, percent=percent)
        assert again.main.one("textarea", name="words").text == WORDS.replace("\n", " ")
        assert again.main.one("input", name="percent").get("value") == percent
        assert again.main.all("div", class_="invalid-feedback")
        assert state_of(session, part) == before

    def test_no_outcome_chosen(self, session: Session, city: City, page: Visitor) -> None:
        part = a_part(session, city, State.SUBMITTED)
        page.sign_in("supervisor")
        again = press(page, part, "审核销号", 422, words="同意。")
        assert "请选择办结结果" in again.alerts[0]
        assert again.main.one("textarea", id="decide-words").text == "同意。"

    @pytest.mark.parametrize("outcome", ["D", "a", "solved"])
    def test_an_outcome_that_does_not_exist(self, session: Session, city: City, page: Visitor, outcome: str) -> None:
        part = a_part(session, city, State.SUBMITTED)
        page.sign_in("supervisor")
        press(page, part, "审核销号", 422, words="同意。", outcome=outcome)
        assert state_of(session, part)[0] is State.SUBMITTED

    def test_an_event_that_the_state_does_not_know(self, session: Session, part: Assignment, page: Visitor) -> None:
        before = state_of(session, part)
        page.sign_in("liaison")
        data = {"csrf_token": page.token(), "version": "1", "words": "又签一次。"}
        again = page.send(at(part, "sign_for"), data, status=409)
        assert "该事项现为“办理中”，不能“签收”" in again.alerts[0]
        assert again.main.one("textarea", id="orphan").text == "又签一次。"
        assert state_of(session, part) == before

    @pytest.mark.parametrize("event", ["adopt", "destroy", "SIGN_FOR"])
    def test_an_event_that_does_not_exist(self, part: Assignment, page: Visitor, event: str) -> None:
        page.sign_in("liaison").send(at(part, event), {"csrf_token": page.token(), "version": "1"}, status=404)

    def test_an_assignment_that_does_not_exist(self, city: City, page: Visitor) -> None:
        page.sign_in("supervisor")("/assignments/999", 404)
        page.send("/assignments/999/accept", {"csrf_token": page.token(), "version": "1", "outcome": "A"}, status=404)

    @pytest.mark.parametrize("version", ["", "abc", "-1", "²"])
    def test_a_version_that_is_none(self, session: Session, part: Assignment, page: Visitor, version: str) -> None:
        before = state_of(session, part)
        page.sign_in("liaison")
        data = {"csrf_token": page.token(), "version": version, "words": WORDS}
        answer = page.answer(at(part, "report"), data)
        assert answer.status_code in (409, 422)
        assert "逐校摸底" in answer.get_data(as_text=True)
        assert state_of(session, part) == before


class TestAnotherUnit:
    def test_reading_it_is_refused(self, part: Assignment, page: Visitor) -> None:
        refused = page.sign_in("neighbour")(at(part), 403)
        assert "您没有查看该事项的权限" in refused.text
        assert "建立分流转办机制" not in refused.html

    @pytest.mark.parametrize("event", ["sign_for", "decline", "report", "submit", "accept", "return", "withdraw"])
    @pytest.mark.parametrize("state", [State.DISPATCHED, State.IN_PROGRESS, State.SUBMITTED])
    def test_changing_it_is_refused_and_changes_nothing(
        self, session: Session, city: City, page: Visitor, state: State, event: str
    ) -> None:
        part = a_part(session, city, state)
        before = state_of(session, part)
        page.sign_in("neighbour")
        data = {"csrf_token": page.token(), "version": "1", "words": WORDS, "outcome": "A", "percent": "100"}
        refused = page.send(at(part, event), data, status=403)
        assert "有权办理的岗位" in refused.text
        assert WORDS.split("\n", maxsplit=1)[0] in refused.main.one("textarea").text
        assert state_of(session, part) == before

    def test_a_leader_reads_and_decides_nothing(self, session: Session, city: City, page: Visitor) -> None:
        part = a_part(session, city, State.SUBMITTED)
        page.sign_in("leader")
        assert buttons(page(at(part))) == []
        page.send(at(part, "accept"), {"csrf_token": page.token(), "version": "1", "outcome": "A"}, status=403)
        assert state_of(session, part)[0] is State.SUBMITTED


class TestTwoPeople:
    def test_the_second_is_told_and_keeps_the_words(
        self, session: Session, city: City, page: Visitor, visitor: type[Visitor]
    ) -> None:
        part = a_part(session, city, State.SUBMITTED)
        first, second = page.sign_in("supervisor"), visitor(page.client.application).sign_in("supervisor")
        form = second(at(part)).form(at(part, "accept"))
        press(first, part, "退回补充", words="请补充名单。")
        before = state_of(session, part)
        data = {**fields_of(form), "words": "很好，同意销号。", "outcome": "A"}
        told = second.send(at(part, "accept"), data, status=409)
        assert "您打开页面之后，该事项已有变动：杜督查已“退回补充”" in told.alerts[0]
        assert "待审核 → 办理中" in told.alerts[0]
        assert "请补充名单。" in told.alerts[0]
        assert told.main.one("textarea", id="orphan").text == "很好，同意销号。"
        assert state_of(session, part) == before

    def test_the_form_that_is_still_there_keeps_the_words_and_can_be_sent_again(
        self, session: Session, city: City, part: Assignment, page: Visitor, visitor: type[Visitor]
    ) -> None:
        first, second = page.sign_in("liaison"), visitor(page.client.application).sign_in("liaison")
        form = second(at(part)).form(at(part, "report"))
        press(first, part, "报进展", words="第一份。", percent="20")
        data = {**fields_of(form), "words": "第二份。", "percent": "50"}
        told = second.send(at(part, "report"), data, status=409)
        assert told.main.one("textarea", name="words").text == "第二份。"
        assert told.main.one("input", name="percent").get("value") == "50"
        done = second.send(at(part, "report"), fields_of(told.form(at(part, "report"))))
        assert "第一份。" in done.text
        assert "第二份。" in done.text

    def test_a_form_sent_twice_is_done_once(self, session: Session, part: Assignment, page: Visitor) -> None:
        page.sign_in("liaison")
        data = {**fields_of(page(at(part)).form(at(part, "report"))), "words": WORDS, "percent": "30"}
        first = page.send(at(part, "submit"), data)
        again = page.send(at(part, "submit"), data)
        assert first.alerts == again.alerts
        assert state_of(session, part) == (State.SUBMITTED, 2, 2)


def test_the_page_tells_what_is_known(session: Session, city: City, page: Visitor) -> None:
    plan = a_plan(session, city.root)
    task = a_task(session, plan, city.education, state=State.DISPATCHED, milestones=(("建成一个平台", TODAY),))
    session.commit()
    shown = page.sign_in("liaison")(at(task.assignments[0]))
    for said in [
        "市教育局",
        "2023年6月30日",
        "还有15天",
        "黄灯",
        "优化服务实施方案",
        "示政办〔2023〕1号",
        "建成一个平台",
        "尚未签收",
    ]:
        assert said in shown.text
    assert "超过3个工作日仍未签收" in shown.text
    assert f"/tasks/{task.id}" in [link.get("href") for link in shown.main.all("a")]


def test_after_acting_one_comes_back_to_where_one_was(part: Assignment, page: Visitor) -> None:
    page.sign_in("liaison")
    data = {"csrf_token": page.token(), "version": "1", "words": WORDS, "next": "/my?section=in_progress"}
    assert page.answer(at(part, "report"), data).location == "/my?section=in_progress"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"])
def test_but_never_to_another_site(part: Assignment, page: Visitor, target: str) -> None:
    page.sign_in("liaison")
    data = {"csrf_token": page.token(), "version": "1", "words": WORDS, "next": target}
    assert page.answer(at(part, "report"), data).location == "/"


def test_what_people_write_is_shown_as_text(part: Assignment, page: Visitor) -> None:
    page.sign_in("liaison")
    shown = press(page, part, "报进展", words="<script>alert(1)</script><b>粗</b>{{ 7*7 }}")
    assert "<script>alert(1)</script><b>粗</b>{{ 7*7 }}" in shown.text
    assert not shown.main.all("b")


def test_now_is_the_instant_of_the_clock(session: Session, part: Assignment, page: Visitor) -> None:
    press(page.sign_in("liaison"), part, "报进展", words=WORDS)
    afresh(session, part)
    assert part.changed_at == part.reported_at == NOW


def test_the_part_shows_what_the_document_says(session: Session, city: City, page: Visitor) -> None:
    text = "前文。\n建立清单，逐校登记。（责任单位：市教育局）\n后文。"
    clause = "（责任单位：市教育局）"
    source = a_source(session, city.root, text)
    plan = a_plan(session, city.root, source=source, start=0, end=len(text))
    start = text.index(clause)
    task = a_task(session, plan, city.education, quote=clause, start=start, end=start + len(clause))
    session.commit()
    quoted = page.sign_in("liaison")(f"/assignments/{task.assignments[0].id}").main.one("blockquote", class_="said")
    assert quoted.one("mark").text == clause
    assert "建立清单，逐校登记。" in quoted.text


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("一、总则\n\n（一）排查。", "\n（二）整治。", ("（一）排查。", "【责任】", "")),
        ("一、总则\n（一）排查。\n\n", "，下同\n（二）", ("（一）排查。\n", "【责任】", "，下同")),
        ("", "", ("", "【责任】", "")),
    ],
)
def test_a_clause_is_shown_in_its_own_lines(before: str, after: str, shown: tuple[str, str, str]) -> None:
    assert own_lines((before, "【责任】", after)) == shown
