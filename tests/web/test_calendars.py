"""The pages of the working calendar: years, a year filled in from the notice, by hand or by picking, and its faults."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_person, a_plan, a_task
from tests.web.browsing import Page, Visitor, fields_of
from tracker.domain.access import Office
from tracker.domain.drafts import DeadlineKind
from tracker.store.tasks import Task
from tracker.store.timing import CalendarYear

NOTICE = """元旦：1月1日（周日）至3日放假。春节：1月21日至27日放假调休，共7天。
1月28日（周六）、1月29日（周日）上班。"""
LIST = "/calendar"
YEAR = "/calendar/2027"


def field(page: Page, name: str) -> str:
    return str(fields_of(page.form(YEAR))[name]).strip()


def press(page: Visitor, act: str, typed: dict[str, str], status: int = 200) -> Page:
    """Opens the year, fills its form in and presses the button that means ``act``."""
    form = page(YEAR).form(YEAR)
    assert act in [button.get("value") for button in form.all("button")]
    fields = fields_of(form)
    assert set(typed) <= set(fields)
    return page.send(YEAR, {**fields, **typed, "act": act}, status=status)


def test_the_list_marks_the_years_that_wait_for_their_notice(page: Visitor, city: City) -> None:
    shown = page.sign_in("administrator")(LIST)
    assert "2026年" in shown.text
    assert "系统自带" in shown.text
    assert "暂定，待补录" not in shown.text
    assert "还没有录入" in page(YEAR).alerts[0]


def test_a_pasted_notice_fills_the_lists_and_is_stored_only_when_saved(
    page: Visitor, session: Session, city: City
) -> None:
    page.sign_in("administrator")
    filled = press(page, "recognise", {"text": NOTICE.replace("1月28日（周六）、1月29日", "1月30日")})
    assert field(filled, "off") == "1月1日至1月3日、1月21日至1月27日"
    assert field(filled, "worked") == "1月30日"
    assert session.get(CalendarYear, 2027) is None
    session.rollback()
    saved = press(page, "save", {"off": "1月1日至3日、2月5日至12日", "worked": "1月30日", "notice": "明电"})
    assert saved.path == LIST
    assert "2027年放假安排已保存。没有需要重新推算的完成时限。" in saved.alerts[0]
    row = session.get_one(CalendarYear, 2027)
    assert (row.days_off, row.days_worked, row.notice) == ("0101-0103 0205-0212", "0130", "明电")


def test_a_picked_day_joins_its_list(page: Visitor, city: City) -> None:
    page.sign_in("administrator")
    typed = {"off": "1月1日", "worked": "", "picked": "2027-01-02", "picked_as": "off"}
    assert field(press(page, "pick", typed), "off") == "1月1日至1月2日"
    assert field(press(page, "pick", {**typed, "picked_as": "worked"}), "worked") == "1月2日"
    assert "请先选择日期" in press(page, "pick", {**typed, "picked": ""}, 422).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"off": "1月1日至3日", "worked": ""}, "没有填全"),
        ({"off": "1月1日至3日、2月30日", "worked": ""}, "不是存在的日期"),
        ({"off": "1月1日至3日、2月5日至12日", "worked": "2月22日"}, "本来就是工作日"),
        ({"off": "", "worked": "", "text": "没有日期", "act": "recognise"}, "没有识别出放假日期"),
        ({"off": "1月1日", "worked": "", "picked": "不知道", "act": "pick"}, "请填写2027-01-01这样的日期"),
    ],
)
def test_faults_are_told_and_nothing_typed_is_lost(
    page: Visitor, session: Session, city: City, typed: dict[str, str], said: str
) -> None:
    page.sign_in("administrator")
    shown = press(page, typed.get("act", "save"), {name: text for name, text in typed.items() if name != "act"}, 422)
    assert said in shown.text
    assert {name: field(shown, name) for name in ("off", "worked")} == {name: typed[name] for name in ("off", "worked")}
    assert session.get(CalendarYear, 2027) is None


def test_a_change_by_another_is_shown_before_it_is_overwritten(page: Visitor, session: Session, city: City) -> None:
    page.sign_in("administrator")
    row = CalendarYear(year=2027, days_off="0101-0110", days_worked="", notice=None)
    session.add(row)
    session.commit()
    typed = {"off": "1月1日至12日", "worked": "", "version": "0"}
    refused = press(page, "save", typed, 409)
    assert "已被他人修改" in refused.alerts[0]
    assert field(refused, "off") == "1月1日至12日"
    page.send(YEAR, {**fields_of(refused.form(YEAR)), "act": "save"})
    session.expire_all()
    assert session.get_one(CalendarYear, 2027).days_off == "0101-0112"


def test_a_year_out_of_all_reason_does_not_exist(page: Visitor, city: City) -> None:
    page.sign_in("administrator")("/calendar/9999", status=404)


def test_a_countys_administrator_reads_but_does_not_change(page: Visitor, session: Session, city: City) -> None:
    a_person(session, "county_admin", (Office.ADMINISTRATOR, city.county))
    session.commit()
    shown = page.sign_in("county_admin")("/calendar/2024")
    assert "由最上级单位的管理员维护" in shown.text
    assert not [form for form in shown.main.all("form") if form.get("method") == "post"]


def a_waiting_task(session: Session, city: City) -> Task:
    waiting: dict[str, Any] = {"deadline_text": "验收后30日内", "deadline_kind": DeadlineKind.RELATIVE}
    task = a_task(session, a_plan(session, city.root), city.education, due_on=None, **waiting)
    session.commit()
    return task


def test_a_supervisor_enters_the_day_from_which_a_task_counts(page: Visitor, session: Session, city: City) -> None:
    path = f"/tasks/{a_waiting_task(session, city).id}"
    shown = page.sign_in("supervisor")(path)
    assert "起算日期" in shown.text
    done = page.post(path, {"day": "2023-07-01"}, form=f"{path}/day")
    assert "完成时限已确定为2023年7月31日" in done.alerts[0]
    assert "确定时限" in done.text
    assert not [form for form in done.main.all("form") if form.get("action") == f"{path}/day"]
    session.expire_all()
    assert session.get_one(Task, int(path.rpartition("/")[2])).due_on == date(2023, 7, 31)


@pytest.mark.parametrize(
    ("typed", "said"), [("", "请填写2023-06-15这样的日期"), ("下个月", "“下个月”不是日期"), ("0223-07-01", "相差太远")]
)
def test_a_day_that_is_none_is_told_and_kept(
    page: Visitor, session: Session, city: City, typed: str, said: str
) -> None:
    path = f"/tasks/{a_waiting_task(session, city).id}"
    page.sign_in("supervisor")
    shown = page.post(path, {"day": typed}, form=f"{path}/day", status=422)
    assert said in shown.text
    assert [node.get("value") for node in shown.main.all("input") if node.get("name") == "day"] == [typed]


def test_who_does_not_decide_is_not_asked(page: Visitor, session: Session, city: City) -> None:
    path = f"/tasks/{a_waiting_task(session, city).id}"
    assert "起算日期" not in page.sign_in("liaison")(path).text
