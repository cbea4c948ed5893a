"""The overdue list, its sheet, and what waits for a decision."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.web.browsing import Page, Visitor, fields_of
from tests.web.queries import counted
from tracker.domain.history import URGED
from tracker.domain.lifecycle import Event, State
from tracker.domain.roles import Role
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, HistoryEntry, Task

HEADINGS = (
    "序号",
    "任务",
    "责任单位",
    "角色",
    "来源文件",
    "文号",
    "完成时限",
    "原定时限",
    "逾期天数",
    "状态",
    "最近进展",
)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def rows(page: Page) -> list[list[str]]:
    """The list as text, row by row."""
    return [[cell.text for cell in row.all("td")] for row in page.main.one("tbody").all("tr")]


def shown_titles(page: Page) -> list[str]:
    return [cell.all("a")[0].text for cell in page.main.all("td", class_="row-title")]


def links(page: Page, text: str) -> str:
    """Where the only link with this text leads."""
    (link,) = [link for link in page.main.all("a") if link.text == text]
    return link.get("href")


@pytest.fixture
def overdue_city(session: Session, city: City) -> City:
    """Four overdue parts in two plans, and neighbours of every kind that are not overdue."""
    first = a_plan(session, city.root, "应急规划", number="示政〔2023〕1号", issued_on=date(2023, 1, 1))
    second = a_plan(session, city.root, "便民方案", number="示政〔2023〕2号", issued_on=date(2023, 2, 1))
    lead, support = Role.LEAD, Role.SUPPORT
    for title, plan, unit, role, days, state in [
        ("甲任务", first, city.education, lead, 1, State.IN_PROGRESS),
        ("乙任务", second, city.finance, Role.RESPONSIBLE, 40, State.DISPATCHED),
        ("丙任务", first, city.county_education, support, 7, State.SUBMITTED),
        ("丁任务", second, city.county, lead, 15, State.DECLINED),
        ("今天到期", first, city.education, lead, 0, State.IN_PROGRESS),
        ("已经办完", first, city.education, lead, 9, State.COMPLETED),
        ("已经撤销", first, city.education, lead, 9, State.WITHDRAWN),
        ("已经挂账", first, city.education, lead, 9, State.SUSPENDED),
    ]:
        a_task(session, plan, (unit, role), title=title, due_on=days_ago(days), state=state)
    a_task(session, first, city.education, title="未定时限", due_on=None, state=State.IN_PROGRESS)
    session.commit()
    return city


class TestOverdue:
    def test_the_list_with_the_most_overdue_first(self, overdue_city: City, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/overdue")
        assert "逾期事项共 4 项。" in shown.text
        assert rows(shown) == [
            ["乙任务", "市财政局", "责任", "40天 时限2023年5月6日", "待签收", "便民方案"],
            ["丁任务", "东河县政府", "牵头", "15天 时限2023年5月31日", "退办", "便民方案"],
            ["丙任务", "东河县教育局", "配合", "7天 时限2023年6月8日", "待审核", "应急规划"],
            ["甲任务", "市教育局", "牵头", "1天 时限2023年6月14日", "办理中", "应急规划"],
        ]

    @pytest.mark.parametrize(
        ("who", "expected"),
        [
            ("leader", ["乙任务", "丁任务", "丙任务", "甲任务"]),
            ("county_supervisor", ["丁任务", "丙任务"]),
        ],
    )
    def test_everybody_sees_what_is_within_reach(
        self, overdue_city: City, page: Visitor, who: str, expected: list[str]
    ) -> None:
        assert shown_titles(page.sign_in(who)("/overdue")) == expected

    @pytest.mark.parametrize("who", ["liaison", "administrator", "nobody"])
    def test_others_do_not(self, overdue_city: City, page: Visitor, who: str) -> None:
        page.sign_in(who)("/overdue", 403)
        assert page.answer("/overdue.xlsx").status_code == 403

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("days=7", ["乙任务", "丁任务", "丙任务"]),
            ("days=8", ["乙任务", "丁任务"]),
            ("role=lead", ["丁任务", "甲任务"]),
            ("role=support", ["丙任务"]),
            ("q=财政", ["乙任务"]),
            ("q=便民 任务", ["乙任务", "丁任务"]),
            ("q=2023〕1号", ["丙任务", "甲任务"]),
            ("q=100%", []),
            ("q=_", []),
            ("q=丙&days=7", ["丙任务"]),
            ("unit={education}", ["甲任务"]),
            ("unit={county}", ["丁任务", "丙任务"]),
            ("unit={county_education}", ["丙任务"]),
            ("plan={plan}", ["丙任务", "甲任务"]),
            ("unit={county}&role=support&days=7&plan={plan}", ["丙任务"]),
            ("sort=title&dir=asc", ["丁任务", "丙任务", "乙任务", "甲任务"]),
            ("sort=days&dir=asc", ["甲任务", "丙任务", "丁任务", "乙任务"]),
            ("sort=role&dir=asc", ["丁任务", "甲任务", "乙任务", "丙任务"]),
            ("sort=state&dir=asc", ["乙任务", "丁任务", "甲任务", "丙任务"]),
            ("sort=unit&dir=asc", ["甲任务", "乙任务", "丁任务", "丙任务"]),
            ("sort=plan&dir=desc", ["乙任务", "丁任务", "丙任务", "甲任务"]),
            ("sort=nonsense&dir=sideways&page=-3", ["乙任务", "丁任务", "丙任务", "甲任务"]),
        ],
    )
    def test_filters_and_orders(
        self, session: Session, overdue_city: City, page: Visitor, query: str, expected: list[str]
    ) -> None:
        ids = {name: getattr(overdue_city, name).id for name in ("education", "county", "county_education")}
        plan = session.query(Plan).filter_by(title="应急规划").one()
        asked = "/overdue?" + query.format(**ids, plan=plan.id)
        assert shown_titles(page.sign_in("supervisor")(asked)) == expected

    def test_the_form_shows_what_was_chosen_and_keeps_the_order(self, overdue_city: City, page: Visitor) -> None:
        asked = f"/overdue?q=任务&role=lead&days=2&unit={overdue_city.county.id}&sort=title&dir=asc"
        form = page.sign_in("supervisor")(asked).form("/overdue")
        assert fields_of(form) == {
            "q": "任务",
            "role": "lead",
            "days": "2",
            "unit": str(overdue_city.county.id),
            "plan": "",
            "as_of": "",
            "sort": "title",
            "dir": "asc",
        }

    @pytest.mark.parametrize(
        ("query", "fault"),
        [("days=many", "整数"), ("days=0", "1到9999"), ("unit=x", "选"), ("unit=999", "选"), ("role=boss", "选")],
    )
    def test_a_filter_that_cannot_be_understood_is_told_and_left_out(
        self, overdue_city: City, page: Visitor, query: str, fault: str
    ) -> None:
        shown = page.sign_in("supervisor")(f"/overdue?{query}")
        (said,) = shown.main.all("div", class_="invalid-feedback")
        assert fault in said.text
        assert len(shown_titles(shown)) == 4

    def test_a_columns_heading_turns_the_order(self, overdue_city: City, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/overdue?q=任务&page=1")
        days = next(th for th in shown.main.all("th") if th.text == "逾期天数")
        assert days.get("aria-sort") == "descending"
        turned = page(links(shown, "逾期天数"))
        assert shown_titles(turned) == ["甲任务", "丙任务", "丁任务", "乙任务"]
        assert "q=" in turned.path
        by_title = page(links(turned, "任务"))
        assert shown_titles(by_title) == ["甲任务", "乙任务", "丙任务", "丁任务"]
        assert [th.text for th in by_title.main.all("th") if th.get("aria-sort") != "none"] == ["任务"]

    def test_all_of_the_page_is_ticked_for_urging(self, overdue_city: City, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/overdue")
        assert not any("checked" in box.attrs for box in shown.main.all("input", name="part"))
        shown = page(next(link.get("href") for link in shown.main.all("a") if link.text == "勾选本页全部"))
        boxes = shown.main.all("input", name="part")
        assert boxes
        assert all("checked" in box.attrs for box in boxes)

    def test_an_address_cannot_lead_elsewhere(self, overdue_city: City, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/overdue?_external=1&_scheme=javascript&_anchor=x&q=任务")
        assert all(link.get("href").startswith(("/", "#urge-title")) for link in shown.main.all("a"))

    def test_the_latest_report_is_told(self, session: Session, overdue_city: City, page: Visitor) -> None:
        part = session.query(Assignment).join(Task).filter(Task.title == "甲任务").one()
        told(session, part, (Event.REPORT, "旧的进展"), (Event.REPORT, "新的进展"), (Event.RETURN, "退回意见"))
        shown = page.sign_in("leader")("/overdue?q=甲")
        assert "最近进展：新的进展" in shown.text
        assert "退回意见" not in shown.text

    @pytest.mark.parametrize(
        ("ago", "expected"),
        [
            (timedelta(minutes=30), "今天已催办 08:30"),
            (timedelta(hours=10), "最近催办 6月14日"),
            (timedelta(days=170), "最近催办 2022年12月27日"),
        ],
    )
    def test_each_row_tells_when_it_was_urged_last(
        self, session: Session, overdue_city: City, page: Visitor, ago: timedelta, expected: str
    ) -> None:
        part = session.query(Assignment).join(Task).filter(Task.title == "甲任务").one()
        for at in (NOW - timedelta(days=200), NOW - ago):
            entry = HistoryEntry(assignment_id=part.id, event=URGED, at=at, actor_name="杜督查", words="请抓紧。")
            entry.to_state = part.state
            session.add(entry)
        session.commit()
        shown = page.sign_in("supervisor")("/overdue")
        (row,) = [cells[0] for cells in rows(shown) if "甲任务" in cells[0]]
        assert row == f"甲任务 {expected}"
        assert shown.text.count("催办 ") == 1
        assert expected not in page("/overdue?as_of=2023-06-15&q=乙").text

    def test_pressing_is_told_at_once(self, overdue_city: City, page: Visitor) -> None:
        form = page.sign_in("supervisor")("/overdue?q=甲").form("/notices/urge")
        boxes = page("/overdue?q=甲").main.all("input", name="part")
        typed = {**fields_of(form), "part": [box.get("value") for box in boxes], "words": "请抓紧。"}
        page.send("/notices/urge", typed)
        assert "今天已催办" in page("/overdue?q=甲").text
        assert "今天已催办" not in page("/overdue?q=乙").text

    def test_the_units_with_most_overdue_lead_to_their_own(
        self, session: Session, overdue_city: City, page: Visitor
    ) -> None:
        plan = session.query(Plan).filter_by(title="应急规划").one()
        for n in range(2):
            a_task(session, plan, overdue_city.finance, due_on=days_ago(n + 2), state=State.IN_PROGRESS)
        session.commit()
        shown = page.sign_in("supervisor")("/overdue")
        chips = shown.main.one("nav", class_="kinds").all("a")
        assert chips[0].text == "市财政局 3"
        assert sorted(chip.text for chip in chips[1:]) == ["东河县政府 1", "东河县教育局 1", "市教育局 1"]
        narrowed = page(chips[0].get("href") + "&days=30")
        assert shown_titles(narrowed) == ["乙任务"]
        # The other units stay in reach of one press, counted by the same filter.
        assert [chip.text for chip in page(chips[0].get("href")).main.one("nav", class_="kinds").all("a")][:2] == [
            "全部单位",
            "市财政局 3",
        ]

    def test_nothing_overdue(self, city: City, page: Visitor) -> None:
        page.sign_in("supervisor")
        assert "目前没有逾期事项。" in page("/overdue").text
        assert "没有符合条件的逾期事项。" in page("/overdue?q=x").text


def told(session: Session, part: Assignment, *entries: tuple[Event, str]) -> None:
    """Adds these entries to the part's history, one an hour."""
    for hour, (event, words) in enumerate(entries):
        at = NOW + timedelta(hours=hour)
        entry = HistoryEntry(assignment_id=part.id, event=event.value, at=at, actor_name="某人", words=words)
        entry.to_state = part.state
        session.add(entry)
    session.commit()


class TestManyOverdue:
    @pytest.fixture
    def many(self, session: Session, city: City) -> None:
        for n in range(120):
            plan = a_plan(session, city.root, f"文件{n:03}")
            a_task(session, plan, city.finance, title=f"任务{n:03}", due_on=days_ago(n + 1), state=State.IN_PROGRESS)
        session.commit()

    def test_pages_keep_the_filter(self, many: None, page: Visitor) -> None:
        first = page.sign_in("supervisor")("/overdue?days=11&sort=title&dir=asc")
        assert shown_titles(first) == [f"任务{n:03}" for n in range(10, 60)]
        second = page(links(first, "下一页"))
        assert shown_titles(second) == [f"任务{n:03}" for n in range(60, 110)]
        assert shown_titles(page(links(second, "下一页"))) == [f"任务{n:03}" for n in range(110, 120)]
        assert "第 2 / 3 页，共 110 项" in second.text

    def test_no_question_is_asked_for_each_row(self, many: None, page: Visitor) -> None:
        page.sign_in("supervisor")
        page("/overdue")  # which remembers the plans on offer
        assert counted(page, "/overdue?days=120") == counted(page, "/overdue") <= 20


class TestSheet:
    def sheet(self, page: Visitor, query: str = "") -> list[tuple[Any, ...]]:
        answer = page.answer(f"/overdue.xlsx{query}")
        assert answer.status_code == 200
        assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename=overdue-2023-06-15.xlsx")
        assert "filename*=UTF-8''%E9%80%BE%E6%9C%9F%E6%B8%85%E5%8D%95-2023-06-15.xlsx" in disposition
        book = load_workbook(BytesIO(answer.data))
        return list(book.worksheets[0].iter_rows(values_only=True))

    def test_it_holds_what_the_list_shows(self, session: Session, overdue_city: City, page: Visitor) -> None:
        part = session.query(Assignment).join(Task).filter(Task.title == "乙任务").one()
        told(session, part, (Event.REPORT, "=HYPERLINK(1)\n第二行"))
        title, note, header, *body = self.sheet(page.sign_in("supervisor"))
        assert title[0] == "逾期清单"
        assert note[0] == "截至2023年6月15日，共4项。"
        assert header == HEADINGS
        first = tuple(cell.date() if isinstance(cell, datetime) else cell for cell in body[0])
        assert first == (
            1,
            "乙任务",
            "市财政局",
            "责任",
            "便民方案",
            "示政〔2023〕2号",
            date(2023, 5, 6),
            date(2023, 5, 6),
            40,
            "待签收",
            "=HYPERLINK(1)\n第二行",
        )
        assert [row[0] for row in body] == [1, 2, 3, 4]
        assert [row[1] for row in body] == ["乙任务", "丁任务", "丙任务", "甲任务"]

    def test_it_honours_filters_and_order_and_says_so(self, overdue_city: City, page: Visitor) -> None:
        shown = page.sign_in("supervisor")(f"/overdue?unit={overdue_city.county.id}&days=3&sort=title&dir=asc")
        href = links(shown, "导出表格（xlsx）")
        assert href.startswith("/overdue.xlsx?")
        _, note, _, *body = self.sheet(page, href.removeprefix("/overdue.xlsx"))
        assert [row[1] for row in body] == ["丁任务", "丙任务"] == shown_titles(shown)
        assert note[0] == "截至2023年6月15日，共2项。筛选条件：单位：东河县政府（含下属单位）；逾期不少于3天。"

    def test_it_says_every_filter(self, overdue_city: City, page: Visitor) -> None:
        _, note, *_ = self.sheet(page.sign_in("supervisor"), f"?q=任务&role={Role.RESPONSIBLE.value}")
        assert "筛选条件：查找“任务”；角色：责任。" in note[0]

    def test_it_stays_within_reach(self, overdue_city: City, page: Visitor) -> None:
        _, _, _, *body = self.sheet(page.sign_in("county_supervisor"))
        assert [row[1] for row in body] == ["丁任务", "丙任务"]

    def test_it_is_whole_however_long_the_list(self, session: Session, city: City, page: Visitor) -> None:
        plan = a_plan(session, city.root)
        for n in range(130):
            a_task(session, plan, city.finance, title=f"任务{n}", due_on=days_ago(9), state=State.IN_PROGRESS)
        session.commit()
        _, _, _, *body = self.sheet(page.sign_in("leader"))
        assert len(body) == 130

    def test_an_empty_one_is_a_file_too(self, city: City, page: Visitor) -> None:
        _, note, header = self.sheet(page.sign_in("supervisor"))
        assert header == HEADINGS
        assert "共0项" in note[0]


class TestPending:
    @pytest.fixture
    def submitted(self, session: Session, city: City) -> Assignment:
        part = a_task(session, a_plan(session, city.root), city.education, state=State.SUBMITTED).assignments[0]
        told(session, part, (Event.REPORT, "先前的进展"), (Event.SUBMIT, "平台已建成，\n请予销号。"))
        return part

    def test_it_shows_the_words_and_both_decisions(self, submitted: Assignment, page: Visitor) -> None:
        shown = page.sign_in("supervisor")("/pending")
        (item,) = shown.main.all("article")
        assert "平台已建成， 请予销号。" in item.text
        assert "先前的进展" not in item.text
        assert [label.text for label in item.all("label")][:3] == ["A 已解决", "B 列入计划逐步解决", "C 暂不具备条件"]
        assert [button.text for button in item.all("button")] == ["审核销号", "退回补充"]

    def test_an_item_is_compact_until_its_form_is_opened(
        self, session: Session, city: City, submitted: Assignment, page: Visitor
    ) -> None:
        a_task(session, a_plan(session, city.root), city.finance, title="另一件", state=State.SUBMITTED)
        session.commit()
        shown = page.sign_in("supervisor")("/pending")
        for item in shown.main.all("article"):
            fold = item.one("details")
            assert "open" not in fold.attrs
            assert len(fold.all("form")) == len(item.all("form")) == 1
            # What is ticked, and what the unit says, is seen before that.
            assert item.all("input", class_="pick")
            assert not fold.all("input", class_="pick")
        first = next(item for item in shown.main.all("article") if "平台已建成" in item.text)
        assert "平台已建成" not in first.one("details").text
        assert first.one("summary").get("aria-label") == "审核：建立分流转办机制（市教育局）"

    def test_a_fault_brings_the_form_back_with_the_words_and_the_way(
        self, submitted: Assignment, page: Visitor
    ) -> None:
        form = page.sign_in("supervisor")("/pending?q=教育").form(f"/assignments/{submitted.id}/accept")
        again = page.send(form.get("action"), {**fields_of(form), "words": "写了很久的意见。"}, status=422)
        kept = fields_of(again.form(f"/assignments/{submitted.id}/accept"))
        assert kept["words"] == "写了很久的意见。"
        done = page.send(form.get("action"), {**kept, "outcome": "A"})
        assert unquote(done.path) == "/pending?q=教育"

    def test_what_waits_beside_is_cut_to_ten_and_leads_to_the_rest(
        self, session: Session, city: City, page: Visitor
    ) -> None:
        for title, state in (("退", State.DECLINED), ("等", State.DISPATCHED)):
            for n in range(12):
                part = a_task(session, a_plan(session, city.root), city.finance, title=f"{title}{n}", state=state)
                part.assignments[0].dispatched_at = NOW - timedelta(days=30)
        session.commit()
        shown = page.sign_in("supervisor")("/pending")
        assert len([title for title in shown_titles(shown) if title.startswith("退")]) == 10
        assert len([title for title in shown_titles(shown) if title.startswith("等")]) == 10
        assert "退办待处理（12）" in shown.text
        assert len(shown_titles(page(links(shown, "查看全部12项退办事项")))) == 12
        assert len(shown_titles(page(links(shown, "查看全部待签收事项")))) == 12

    @pytest.mark.parametrize("outcome", ["A", "B", "C"])
    def test_accepting(self, session: Session, submitted: Assignment, page: Visitor, outcome: str) -> None:
        accept = f"/assignments/{submitted.id}/accept"
        done = page.sign_in("supervisor").post("/pending", {"outcome": outcome}, form=accept)
        assert (done.path, done.alerts) == ("/pending", ["已审核销号：建立分流转办机制（市教育局）。"])
        assert "目前没有待审核的事项。" in done.text
        session.refresh(submitted)
        assert (submitted.state, submitted.outcome) == (State.COMPLETED, outcome)

    def test_returning_with_words(self, session: Session, submitted: Assignment, page: Visitor) -> None:
        form = page.sign_in("supervisor")("/pending").form(f"/assignments/{submitted.id}/accept")
        done = page.send(form.all("button")[1].get("formaction"), {**fields_of(form), "words": "请附照片。"})
        assert done.path == "/pending"
        session.refresh(submitted)
        assert submitted.state is State.IN_PROGRESS

    def test_returning_without_words_and_accepting_without_outcome(self, submitted: Assignment, page: Visitor) -> None:
        form = page.sign_in("supervisor")("/pending").form(f"/assignments/{submitted.id}/accept")
        chosen = {**fields_of(form), "outcome": "C"}
        refused = page.send(f"/assignments/{submitted.id}/return", chosen, status=422)
        assert "“退回补充”须写明情况或理由" in refused.alerts[0]
        assert fields_of(refused.form(f"/assignments/{submitted.id}/accept"))["outcome"] == "C"
        assert "请选择办结结果" in page.send(form.get("action"), fields_of(form), status=422).alerts[0]

    def test_what_was_declined_waits_too(self, session: Session, city: City, page: Visitor) -> None:
        part = a_task(session, a_plan(session, city.root), city.finance, state=State.DECLINED).assignments[0]
        told(session, part, (Event.DECLINE, "不属财政职责。"))
        shown = page.sign_in("supervisor")("/pending")
        assert "退办待处理（1）" in shown.text
        assert "不属财政职责。" in shown.text
        assert links(shown, "处理") == f"/assignments/{part.id}"

    def test_the_longest_waiting_first_and_only_within_reach(self, session: Session, city: City, page: Visitor) -> None:
        for title, unit, hours in [
            ("后交", city.county, 1),
            ("先交", city.county_education, 5),
            ("市里", city.finance, 9),
        ]:
            task = a_task(session, a_plan(session, city.root), unit, title=title, state=State.SUBMITTED)
            task.assignments[0].changed_at = NOW - timedelta(hours=hours)
        session.commit()
        shown = page.sign_in("county_supervisor")("/pending")
        assert [item.one("h2").text for item in shown.main.all("article")] == ["先交", "后交"]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("q=财政", (["财政的"], ["退回的"])),
            ("q=便民", (["县里的"], [])),
            ("unit={county}", (["县里的"], [])),
            ("unit={finance}", (["财政的"], ["退回的"])),
            ("plan={plan}", (["县里的"], [])),
            ("plan={plan}&unit={finance}", ([], [])),
            ("unit=nonsense", (["财政的", "县里的"], ["退回的"])),
        ],
    )
    def test_filters(
        self, session: Session, city: City, page: Visitor, query: str, expected: tuple[list[str], list[str]]
    ) -> None:
        waiting, declined = expected
        first, second = a_plan(session, city.root, "应急规划"), a_plan(session, city.root, "便民方案")
        a_task(session, first, city.finance, title="财政的", state=State.SUBMITTED)
        a_task(session, second, city.county_education, title="县里的", state=State.SUBMITTED)
        a_task(session, first, city.finance, title="退回的", state=State.DECLINED)
        session.commit()
        ids = {"county": city.county.id, "finance": city.finance.id, "plan": second.id}
        shown = page.sign_in("supervisor")("/pending?" + query.format(**ids))
        assert sorted(item.one("h2").text for item in shown.main.all("article")) == sorted(waiting)
        assert shown_titles(shown) == declined
        assert f"待审核事项共 {len(waiting)} 项" in shown.text
        if not waiting:
            assert "没有符合条件的待审核事项。" in shown.text

    def test_a_decision_leads_back_to_the_filtered_list(self, submitted: Assignment, page: Visitor) -> None:
        asked = f"/pending?q=教育&unit={submitted.unit_id}"
        form = page.sign_in("supervisor")(asked).form(f"/assignments/{submitted.id}/accept")
        answer = page.answer(form.get("action"), {**fields_of(form), "outcome": "A"})
        assert unquote(answer.location) == asked

    @pytest.mark.parametrize("who", ["leader", "liaison", "administrator"])
    def test_who_does_not_decide_has_no_such_page(self, city: City, page: Visitor, who: str) -> None:
        assert "督查员" in page.sign_in(who)("/pending", 403).text

    def test_pages_and_no_question_for_each_row(self, session: Session, city: City, page: Visitor) -> None:
        for n in range(65):
            plan = a_plan(session, city.root, f"文件{n}")
            part = a_task(session, plan, city.education, title=f"任务{n}", state=State.SUBMITTED).assignments[0]
            told(session, part, (Event.SUBMIT, "完成。"))
        page.sign_in("supervisor")
        assert len(page("/pending").main.all("article")) == 20
        last = page("/pending?q=任务&page=4")
        assert len(last.main.all("article")) == 5
        assert unquote(links(last, "上一页")) == "/pending?q=任务&page=3"
        assert counted(page, "/pending") == counted(page, "/pending?page=4") <= 20
