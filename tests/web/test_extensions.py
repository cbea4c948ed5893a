"""Extensions on the pages: asking, deciding on either page, taking back, and losing nothing when the page is stale."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.web.browsing import Page, Visitor, fields_of
from tests.web.queries import counted
from tracker.domain.lifecycle import Outcome, State
from tracker.store.extensions import Extension, ExtensionState
from tracker.store.tasks import Assignment

REASON = "首次招标流标，\n须重新组织。"


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    task = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS)
    session.commit()
    return task.assignments[0]


def at(part: Assignment, more: str = "") -> str:
    return f"/assignments/{part.id}{more}"


def asked(page: Visitor, part: Assignment, wanted: str = "2023-07-31", status: int = 200, **typed: str) -> Page:
    fields = {"wanted_on": wanted, "reason": REASON, **typed}
    return page.post(at(part), fields, form=at(part, "/extension"), status=status)


def afresh(session: Session, part: Assignment) -> tuple[Assignment, list[Extension]]:
    session.rollback()
    session.refresh(part)
    found = session.query(Extension).order_by(Extension.id).populate_existing().all()
    return part, found


@pytest.fixture
def request_id(session: Session, part: Assignment, page: Visitor) -> int:
    """A request that waits; nobody is signed in afterwards."""
    asked(page.sign_in("liaison"), part)
    page.sign_out()
    return afresh(session, part)[1][0].id


class TestAsking:
    def test_by_the_form_of_the_part(self, session: Session, part: Assignment, page: Visitor) -> None:
        done = asked(page.sign_in("liaison"), part)
        assert "批复之前仍按现行时限办理" in done.alerts[0]
        assert "延期申请（待批复）" in done.text
        assert "须重新组织。" in done.text
        assert not [form for form in done.root.all("form") if form.get("action") == at(part, "/extension")]
        assert afresh(session, part)[1][0].wanted_on == date(2023, 7, 31)

    @pytest.mark.parametrize("who", ["supervisor", "leader"])
    def test_the_form_is_not_for_others(self, part: Assignment, page: Visitor, who: str) -> None:
        assert "申请延期" not in page.sign_in(who)(at(part)).text

    @pytest.mark.parametrize(
        ("wanted", "said"),
        [
            ("", "请填写申请延期到的日期"),
            ("2023-06-30", "须晚于现行时限2023年6月30日"),
            ("七月底", "请填写2023-06-15这样的日期"),
        ],
    )
    def test_a_wrong_day_keeps_what_was_typed(
        self, session: Session, part: Assignment, page: Visitor, wanted: str, said: str
    ) -> None:
        again = asked(page.sign_in("liaison"), part, wanted, 422)
        assert said in again.alerts[0]
        kept = fields_of(again.form(at(part, "/extension")))
        assert (kept["wanted_on"], kept["reason"]) == (wanted, REASON)
        assert "open" in again.main.one("details", id="extension").attrs
        assert afresh(session, part)[1] == []

    def test_a_stale_page_tells_what_changed_and_keeps_the_words(
        self, part: Assignment, page: Visitor, visitor: type[Visitor]
    ) -> None:
        first, second = page.sign_in("liaison"), visitor(page.client.application).sign_in("liaison")
        form = second(at(part)).form(at(part, "/extension"))
        first.post(at(part), {"words": "已开会。"}, form=at(part, "/report"))
        data = {**fields_of(form), "wanted_on": "2023-07-20", "reason": REASON}
        told = second.send(at(part, "/extension"), data, status=409)
        assert "李联络已“报进展”" in told.alerts[0]
        kept = fields_of(told.form(at(part, "/extension")))
        assert (kept["wanted_on"], kept["reason"]) == ("2023-07-20", REASON)
        second.send(at(part, "/extension"), kept)

    def test_when_the_form_is_gone_the_words_are_shown_by_themselves(
        self, part: Assignment, page: Visitor, visitor: type[Visitor]
    ) -> None:
        second = visitor(page.client.application).sign_in("liaison")
        form = second(at(part)).form(at(part, "/extension"))
        asked(page.sign_in("liaison"), part)
        told = second.send(at(part, "/extension"), {**fields_of(form), "reason": "另一个理由。"}, status=409)
        assert told.main.one("textarea", id="orphan").text == "另一个理由。"


class TestDeciding:
    def test_on_the_pending_page(self, session: Session, part: Assignment, request_id: int, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/pending?q=教育")
        assert "延期申请（1）" in shown.text
        assert "须重新组织。" in shown.text
        form = shown.form(f"/extensions/{request_id}/grant")
        assert fields_of(form)["granted_on"] == "2023-07-31"
        done = page.send(form.get("action"), {**fields_of(form), "granted_on": "2023-07-20"})
        assert done.path == "/pending?q=%E6%95%99%E8%82%B2"
        assert "已同意延期至2023年7月20日" in done.alerts[0]
        assert "延期申请" not in done.main.text.replace(done.alerts[0], "")
        row, (request,) = afresh(session, part)
        assert (row.due_on, row.original_due_on) == (date(2023, 7, 20), date(2023, 6, 30))
        assert request.granted_on == date(2023, 7, 20)

    def test_both_dates_stand_wherever_the_date_does(
        self, session: Session, part: Assignment, request_id: int, page: Visitor
    ) -> None:
        page.sign_in("supervisor").post("/pending", form=f"/extensions/{request_id}/grant")
        paths = [at(part), f"/tasks/{part.task_id}", "/tasks", f"/plans/{part.task.plan_id}"]
        for path in paths:
            assert "2023年7月31日" in page(path).text, path
            assert "原定2023年6月30日" in page(path).text, path
        assert "完成时限由2023年6月30日改为2023年7月31日" in page(at(part)).text
        page.sign_out().sign_in("liaison")
        assert "原定2023年6月30日" in page("/my").text

    def test_on_the_parts_page_refused_with_words(
        self, session: Session, part: Assignment, request_id: int, page: Visitor
    ) -> None:
        form = page.sign_in("supervisor")(at(part)).form(f"/extensions/{request_id}/grant")
        refuse = next(b.get("formaction") for b in form.all("button") if b.text == "不同意延期")
        again = page.send(refuse, {**fields_of(form), "granted_on": "2023-07-09"}, status=422)
        assert "不同意延期须写明理由" in again.alerts[0]
        assert fields_of(again.form(f"/extensions/{request_id}/grant"))["granted_on"] == "2023-07-09"
        done = page.send(refuse, {**fields_of(form), "words": "重点任务，不予延期。", "granted_on": "乱写"})
        assert "已答复不同意延期" in done.alerts[0]
        assert afresh(session, part)[0].due_on == date(2023, 6, 30)
        page.sign_out().sign_in("liaison")
        shown = page(at(part))
        assert "以往的延期申请（1）" in shown.text
        assert "批复：重点任务，不予延期。" in shown.text
        assert "申请延期" in [summary.text for summary in shown.main.all("summary")]

    @pytest.mark.parametrize(
        ("day", "said"), [("", "请填写同意延期到的日期"), ("很快", "日期"), ("2023-06-01", "须晚于")]
    )
    def test_a_day_that_cannot_be_granted_keeps_the_words(
        self, part: Assignment, request_id: int, page: Visitor, day: str, said: str
    ) -> None:
        form = page.sign_in("supervisor")("/pending").form(f"/extensions/{request_id}/grant")
        typed = {**fields_of(form), "granted_on": day, "words": "抓紧办理。"}
        again = page.send(form.get("action"), typed, status=422)
        kept = fields_of(again.form(f"/extensions/{request_id}/grant"))
        assert (kept["granted_on"], kept["words"], kept["next"]) == (day, "抓紧办理。", "/pending")
        assert said in again.text

    def test_somebody_else_was_quicker(
        self, part: Assignment, request_id: int, page: Visitor, visitor: type[Visitor]
    ) -> None:
        first, second = page.sign_in("supervisor"), visitor(page.client.application).sign_in("supervisor")
        form = second("/pending").form(f"/extensions/{request_id}/grant")
        first.post("/pending", form=f"/extensions/{request_id}/grant")
        data = {**fields_of(form), "words": "不行，这项不能再拖。"}
        told = second.send(f"/extensions/{request_id}/refuse", data, status=409)
        assert "杜督查已“同意延期”" in told.alerts[0]
        assert told.main.one("textarea", id="orphan").text == "不行，这项不能再拖。"

    def test_stays_within_reach(self, part: Assignment, request_id: int, page: Visitor) -> None:
        assert "延期申请" not in page.sign_in("county_supervisor")("/pending").text
        data = {"csrf_token": page.token(), "version": "2", "granted_on": "2023-07-31"}
        page.send(f"/extensions/{request_id}/grant", data, status=403)

    def test_a_request_that_does_not_exist(self, city: City, page: Visitor) -> None:
        data = {"csrf_token": page.sign_in("supervisor").token(), "version": "1", "granted_on": "2023-07-31"}
        page.send("/extensions/999/grant", data, status=404)

    def test_no_question_is_asked_for_each_row(self, session: Session, city: City, page: Visitor) -> None:
        page.sign_in("supervisor")
        plan = a_plan(session, city.root)
        session.commit()

        def add(count: int) -> int:
            for _ in range(count):
                part = a_task(session, plan, city.education, state=State.IN_PROGRESS).assignments[0]
                row = Extension(assignment_id=part.id, wanted_on=date(2023, 7, 31), reason="需要时间")
                row.asked_at, row.asked_by_name = part.changed_at, "李联络"
                session.add(row)
            session.commit()
            return counted(page, "/pending")

        few = add(2)
        assert add(30) == few <= 20


class TestRecalling:
    def test_by_the_unit(self, session: Session, part: Assignment, request_id: int, page: Visitor) -> None:
        done = page.sign_in("liaison").post(at(part), form=f"/extensions/{request_id}/recall")
        assert "延期申请已撤回" in done.alerts[0]
        assert afresh(session, part)[1][0].state is ExtensionState.RECALLED

    def test_too_late(self, part: Assignment, request_id: int, page: Visitor, visitor: type[Visitor]) -> None:
        liaison = visitor(page.client.application).sign_in("liaison")
        form = liaison(at(part)).form(f"/extensions/{request_id}/recall")
        page.sign_in("supervisor").post("/pending", form=f"/extensions/{request_id}/grant")
        told = liaison.send(form.get("action"), fields_of(form), status=409)
        assert "杜督查已“同意延期”" in told.alerts[0]


def test_what_was_sent_back_stays_on_top_while_an_extension_is_asked_for(
    session: Session, city: City, page: Visitor, visitor: type[Visitor]
) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, state=State.SUBMITTED).assignments[0]
    session.commit()
    supervisor = visitor(page.client.application).sign_in("supervisor")
    fields = fields_of(supervisor(at(part)).form(at(part, "/accept")))
    supervisor.send(at(part, "/return"), {**fields, "words": "请补充名单。"})
    shown = asked(page.sign_in("liaison"), part)
    assert [alert for alert in shown.alerts if "退回补充" in alert and "请补充名单。" in alert]


def test_the_outcome_is_shown_in_lists_and_on_pages(session: Session, city: City, page: Visitor) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.COMPLETED)
    for part in task.assignments:
        part.outcome = Outcome.NOT_YET
    session.commit()
    page.sign_in("supervisor")
    for path in ("/tasks", f"/tasks/{task.id}", at(task.assignments[0])):
        assert "C 暂不具备条件" in page(path).text, path
    page.sign_out().sign_in("liaison")
    assert "C 暂不具备条件" in page("/my").text
    assert page("/tasks").text.count("C 暂不具备条件") == 1  # not the other unit's


class TestSigningLimit:
    @pytest.fixture
    def waiting(self, session: Session, city: City) -> Assignment:
        task = a_task(session, a_plan(session, city.root), city.education)
        session.commit()
        return task.assignments[0]

    def test_is_set_on_the_page_and_shown(self, waiting: Assignment, page: Visitor) -> None:
        done = page.sign_in("supervisor").post(at(waiting), {"day": "2023-06-20"}, form=at(waiting, "/sign-by"))
        assert done.alerts == ["签收期限已保存。"]
        assert "签收期限 2023年6月20日" in done.text
        assert "签收期限2023年6月20日" in page(f"/tasks/{waiting.task_id}").text
        assert "请于2023年6月20日前签收" in page.sign_out().sign_in("liaison")("/my").text

    @pytest.mark.parametrize("day", ["2023-06-14", "昨天", "2023-07-30"])
    def test_a_wrong_day_stays_in_the_field(self, waiting: Assignment, page: Visitor, day: str) -> None:
        page.sign_in("supervisor")
        again = page.post(at(waiting), {"day": day}, form=at(waiting, "/sign-by"), status=422)
        assert fields_of(again.form(at(waiting, "/sign-by")))["day"] == day

    def test_a_stale_page(self, waiting: Assignment, page: Visitor, visitor: type[Visitor]) -> None:
        form = page.sign_in("supervisor")(at(waiting)).form(at(waiting, "/sign-by"))
        visitor(page.client.application).sign_in("liaison").post(at(waiting), form=at(waiting, "/sign_for"))
        told = page.send(form.get("action"), {**fields_of(form), "day": "2023-06-20"}, status=409)
        assert "李联络已“签收”" in told.alerts[0]
        assert told.main.one("textarea", id="orphan").text == "签收期限：2023-06-20"

    def test_what_is_late_is_listed(self, session: Session, waiting: Assignment, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/pending")
        assert "超期未签收（1）" in shown.text
        assert shown.main.one("td", data_label="签收期限").text == "按统一规定"
        assert "超期未签收" not in page("/pending?q=没有").text

    def test_with_a_dispatch(self, session: Session, city: City, page: Visitor) -> None:
        part = a_task(session, a_plan(session, city.root), city.education, state=State.DECLINED).assignments[0]
        session.commit()
        page.sign_in("supervisor")
        typed = {"unit_id": str(city.finance.id), "sign_by_on": "2023-06-01", "words": "请办理。"}
        again = page.post(at(part), typed, form=at(part, "/dispatch"), status=422)
        kept = fields_of(again.form(at(part, "/dispatch")))
        assert {name: kept[name] for name in typed} == typed
        page.send(at(part, "/dispatch"), {**kept, "sign_by_on": "2023-06-19"})
        assert afresh(session, part)[0].sign_by_on == date(2023, 6, 19)
