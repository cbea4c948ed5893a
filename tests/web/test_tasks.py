"""All tasks with filters in the address, and the page of one task."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, NOW, TODAY, City, a_plan, a_source, a_task
from tests.web.browsing import Page, Visitor
from tests.web.queries import counted
from tracker.domain.drafts import Basis, DeadlineKind
from tracker.domain.lifecycle import Outcome, State
from tracker.domain.roles import Role
from tracker.services.moves import settle_task
from tracker.store.tasks import HistoryEntry, Task


def shown_titles(page: Page) -> list[str]:
    return [cell.all("a")[0].text for cell in page.main.all("td", class_="row-title")]


def links(page: Page, text: str) -> str:
    """Where the only link with this text leads."""
    (link,) = [link for link in page.main.all("a") if link.text == text]
    return link.get("href")


@pytest.fixture
def tasks(session: Session, city: City) -> dict[str, Task]:
    """Tasks of several units, states and days, by title."""
    plan = a_plan(session, city.root, "应急规划", issued_on=TODAY - timedelta(days=100))
    other = a_plan(session, city.root, "便民方案", issued_on=TODAY - timedelta(days=50), number="示政〔2023〕9号")
    made = [
        a_task(session, plan, city.education, city.finance, title="甲", due_on=TODAY, state=State.IN_PROGRESS),
        a_task(session, other, city.finance, title="乙", due_on=TODAY - timedelta(days=3), state=State.DISPATCHED),
        a_task(session, plan, city.county, title="丙", due_on=TODAY + timedelta(days=90), state=State.IN_PROGRESS),
        a_task(session, other, city.county_education, title="丁", due_on=None, state=State.SUSPENDED),
        a_task(session, other, city.education, title="戊", due_on=TODAY - timedelta(days=9), state=State.COMPLETED),
    ]
    for task in made:
        settle_task(task)
    session.commit()
    return {task.title: task for task in made}


class TestList:
    @pytest.mark.parametrize(
        ("who", "expected"),
        [
            ("supervisor", ["戊", "乙", "甲", "丙", "丁"]),
            ("leader", ["戊", "乙", "甲", "丙", "丁"]),
            ("liaison", ["戊", "甲"]),
            ("neighbour", ["乙", "甲"]),
            ("county_supervisor", ["丙", "丁"]),
        ],
    )
    def test_everybody_sees_the_tasks_of_the_units_within_reach(
        self, tasks: dict[str, Task], page: Visitor, who: str, expected: list[str]
    ) -> None:
        shown = page.sign_in(who)("/tasks")
        assert shown_titles(shown) == expected
        assert f"任务共 {len(expected)} 项。" in shown.text

    @pytest.mark.parametrize("who", ["administrator", "nobody"])
    def test_who_reads_nothing_has_no_such_page(self, tasks: dict[str, Task], page: Visitor, who: str) -> None:
        page.sign_in(who)("/tasks", 403)
        page(f"/tasks/{tasks['甲'].id}", 403)

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("q=甲", ["甲"]),
            ("q=便民", ["戊", "乙", "丁"]),
            ("q=财政 应急", ["甲"]),
            ("q=9号", ["戊", "乙", "丁"]),
            ("state=dispatched", ["乙"]),
            ("state=in_progress", ["甲", "丙"]),
            ("unit={finance}", ["乙", "甲"]),
            ("unit={county}", ["丙", "丁"]),
            ("unit={education}&state=completed", ["戊"]),
            ("plan={plan}", ["甲", "丙"]),
            ("due_from=2023-06-15", ["甲", "丙"]),
            ("due_to=2023-06-15", ["戊", "乙", "甲"]),
            ("due_from=2023-06-12&due_to=2023-06-12", ["乙"]),
            ("overdue=y", ["乙"]),
            ("light=red", ["乙"]),
            ("light=yellow", ["甲"]),
            ("light=green", ["戊", "丙"]),
            ("light=none", ["丁"]),
            ("sort=title&dir=desc", ["甲", "戊", "乙", "丙", "丁"]),
            ("sort=due&dir=desc", ["丙", "甲", "乙", "戊", "丁"]),
            ("sort=plan&dir=asc", ["甲", "丙", "戊", "乙", "丁"]),
            ("sort=state&dir=asc", ["戊", "乙", "甲", "丙", "丁"]),
        ],
    )
    def test_filters_and_orders(
        self, city: City, tasks: dict[str, Task], page: Visitor, query: str, expected: list[str]
    ) -> None:
        ids = {name: getattr(city, name).id for name in ("education", "finance", "county")}
        asked = "/tasks?" + query.format(**ids, plan=tasks["甲"].plan_id)
        assert shown_titles(page.sign_in("supervisor")(asked)) == expected

    def test_a_filter_speaks_of_one_units_part(self, session: Session, city: City, page: Visitor) -> None:
        """Of a task whose finance part is done and whose education part is open, "finance and open" finds nothing."""
        task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.IN_PROGRESS)
        task.assignments[1].state, task.assignments[1].completed_on = State.COMPLETED, TODAY
        session.commit()
        page.sign_in("supervisor")
        assert shown_titles(page(f"/tasks?unit={city.finance.id}&state=in_progress")) == []
        assert len(shown_titles(page(f"/tasks?unit={city.education.id}&state=in_progress"))) == 1

    def test_a_liaisons_filter_does_not_see_others_states(self, session: Session, city: City, page: Visitor) -> None:
        task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.IN_PROGRESS)
        task.assignments[1].state = State.DECLINED
        session.commit()
        page.sign_in("liaison")
        assert shown_titles(page("/tasks?state=declined")) == []
        assert len(shown_titles(page("/tasks?state=in_progress"))) == 1

    @pytest.mark.parametrize("query", ["due_from=yesterday", "state=lost", "light=blue", "unit=x", "plan=99"])
    def test_what_cannot_be_understood_is_told_and_left_out(
        self, tasks: dict[str, Task], page: Visitor, query: str
    ) -> None:
        shown = page.sign_in("supervisor")(f"/tasks?{query}")
        assert len(shown.main.all("div", class_="invalid-feedback")) == 1
        assert len(shown_titles(shown)) == 5

    def test_the_filters_stay_in_every_link(self, session: Session, city: City, page: Visitor) -> None:
        plan = a_plan(session, city.root)
        for n in range(55):
            a_task(session, plan, city.education, title=f"任务{n:02}", state=State.IN_PROGRESS)
        a_task(session, plan, city.education, title="别的", state=State.DISPATCHED)
        session.commit()
        first = page.sign_in("liaison")("/tasks?q=任务&state=in_progress&sort=title&dir=asc")
        assert shown_titles(first) == [f"任务{n:02}" for n in range(50)]
        assert shown_titles(page(links(first, "下一页"))) == [f"任务{n:02}" for n in range(50, 55)]
        turned = page(links(first, "任务"))
        assert shown_titles(turned)[0] == "任务54"
        assert "共 55 项" in turned.text

    def test_a_task_of_many_units_names_the_first_own_ones_before(
        self, session: Session, city: City, page: Visitor
    ) -> None:
        units = [city.finance, city.county, city.county_education, city.root, city.education]
        a_task(session, a_plan(session, city.root), *units)
        session.commit()
        shown = page.sign_in("liaison")("/tasks")
        named = [item.text.split()[0] for item in shown.main.one("ul", class_="units-brief").all("li")]
        assert named == ["市教育局", "市财政局", "东河县政府", "东河县教育局", "另有1个单位"]

    def test_no_question_is_asked_for_each_row(self, session: Session, city: City, page: Visitor) -> None:
        for n in range(60):
            plan = a_plan(session, city.root, f"文件{n}")
            a_task(session, plan, city.education, city.finance, city.county, title=f"任务{n}")
        session.commit()
        page.sign_in("supervisor")
        page("/tasks")  # which remembers the plans on offer
        assert counted(page, "/tasks?q=任务59") == counted(page, "/tasks") <= 20


def test_the_light_is_the_worst_within_reach(session: Session, city: City, page: Visitor) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.IN_PROGRESS)
    task.assignments[0].due_on = TODAY + timedelta(days=60)
    task.assignments[1].due_on = TODAY - timedelta(days=1)
    session.commit()
    assert "红灯" in page.sign_in("supervisor")("/tasks").text
    assert "绿灯" in page.sign_out().sign_in("liaison")("/tasks").text


class TestPage:
    @pytest.fixture
    def task(self, session: Session, city: City) -> Task:
        """A task of two units with a history each, a moved deadline and two milestones."""
        task = a_task(
            session,
            a_plan(session, city.root, "应急规划", number="示政〔2023〕1号"),
            (city.education, Role.LEAD),
            (city.finance, Role.SUPPORT),
            due_on=TODAY + timedelta(days=20),
            state=State.IN_PROGRESS,
            milestones=(("建成示范点10个", TODAY - timedelta(days=30)), ("随时受理", None)),
            title="建设示范点",
            path=["二、主要任务", "（一）建点"],
            deadline_text="2023年6月底前",
            deadline_basis=Basis.PARAGRAPH,
            quote="（责任单位：市教育局、市财政局）",
        )
        task.original_due_on = TODAY + timedelta(days=5)
        for part, words in zip(task.assignments, ["教育局的进展", "财政局的进展"], strict=True):
            entry = HistoryEntry(assignment_id=part.id, event="report", at=NOW, actor_name="某联络员", words=words)
            entry.from_state = entry.to_state = State.IN_PROGRESS
            entry.percent = 30
            session.add(entry)
        session.commit()
        return task

    def test_it_tells_all_there_is(self, task: Task, page: Visitor) -> None:
        shown = page.sign_in("supervisor")(f"/tasks/{task.id}")
        assert shown.heading == "建设示范点"
        for said in [
            "二、主要任务 \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} （一）建点",
            "应急规划",
            "示政〔2023〕1号",
            "（责任单位：市教育局、市财政局）",
            "2023年6月底前",
            "固定时限，2023年6月20日（含当天）",
            "取自本段正文",
            "2023年7月5日",
            "原定2023年6月20日",
            "建成示范点10个",
            "随时受理",
            "市教育局",
            "牵头",
            "配合",
            "离时限（2023年7月5日）还有20天，正常办理。",
            "教育局的进展",
            "财政局的进展",
            "完成30%",
            "2023-06-15 09:00",
        ]:
            assert said in shown.text, said
        assert links(shown, "市教育局") == f"/assignments/{task.assignments[0].id}"
        assert links(shown, "应急规划").endswith(f"#clause-{task.id}")

    def test_a_liaison_sees_the_words_of_the_own_unit_and_the_states_of_all(self, task: Task, page: Visitor) -> None:
        shown = page.sign_in("liaison")(f"/tasks/{task.id}")
        assert "教育局的进展" in shown.text
        assert "财政局的进展" not in shown.html
        rows = [row.text for row in shown.main.one("tbody").all("tr")]
        assert "市财政局" in rows[1]
        assert "办理中" in rows[1]
        assert "其他单位的办理内容不在您的查看范围内" in shown.text
        assert f"/assignments/{task.assignments[1].id}" not in shown.html

    def test_of_another_units_part_neither_percent_nor_outcome_is_shown(
        self, session: Session, task: Task, page: Visitor
    ) -> None:
        done = task.assignments[1]
        done.state, done.completed_on, done.outcome, done.percent = State.COMPLETED, TODAY, Outcome.NOT_YET, 77
        session.commit()
        shown = page.sign_in("liaison")(f"/tasks/{task.id}")
        assert "已办结（销号）" in shown.text
        assert "暂不具备条件" not in shown.text
        assert "77%" not in shown.text

    @pytest.mark.parametrize(("who", "status"), [("supervisor", 200), ("leader", 200), ("liaison", 200)])
    def test_who_may_read_it(self, task: Task, page: Visitor, who: str, status: int) -> None:
        page.sign_in(who)(f"/tasks/{task.id}", status)

    def test_who_may_not(self, task: Task, page: Visitor) -> None:
        refused = page.sign_in("county_supervisor")(f"/tasks/{task.id}", 403)
        assert "您没有查看该任务的权限" in refused.text
        assert "建设示范点" not in refused.html

    def test_no_such_task(self, city: City, page: Visitor) -> None:
        page.sign_in("supervisor")("/tasks/999", 404)

    def test_without_text_or_date(self, session: Session, city: City, page: Visitor) -> None:
        plan = a_plan(session, city.root)
        task = a_task(session, plan, city.education, due_on=None, quote=None, deadline_kind=DeadlineKind.ONGOING)
        session.commit()
        shown = page.sign_in("liaison")(f"/tasks/{task.id}")
        for said in ["系统中没有保存该文件的原文", "未写明", "长期坚持", "现行时限 未定"]:
            assert said in shown.text

    def test_the_clause_stands_in_its_plan(self, session: Session, city: City, page: Visitor) -> None:
        clause = "（责任单位：市教育局）"
        before, after = "一、𠮷野的前文" * 40 + "\n建设平台。", "\n二、后文" * 60
        text = "别的文件。" + before + clause + after
        source = a_source(session, city.root, text)
        plan = a_plan(session, city.root, source_id=source.id, start=5, end=len(text))
        start = text.index(clause)
        task = a_task(session, plan, city.education, quote=clause, start=start, end=start + len(clause))
        session.commit()
        shown = page.sign_in("liaison")(f"/tasks/{task.id}").main.one("blockquote")
        assert shown.one("mark").text == clause
        assert "建设平台。" in shown.text
        assert "二、后文" in shown.text
        assert len(shown.text) <= 2 * 120 + len(clause)

    def test_nothing_of_the_neighbouring_plan_is_shown(self, session: Session, city: City, page: Visitor) -> None:
        text = "别的文件。本文件（责任单位：市教育局）完。又一文件。"
        source = a_source(session, city.root, text)
        plan = a_plan(session, city.root, source_id=source.id, start=5, end=text.index("又一"))
        start, end = text.index("（"), text.index("）") + 1
        task = a_task(session, plan, city.education, quote=text[start:end], start=start, end=end)
        session.commit()
        shown = page.sign_in("liaison")(f"/tasks/{task.id}").main.one("blockquote")
        assert shown.text == "本文件（责任单位：市教育局）完。"

    def test_no_question_is_asked_for_each_unit(self, session: Session, city: City, page: Visitor) -> None:
        plan = a_plan(session, city.root)
        one = a_task(session, plan, city.education)
        five = a_task(session, plan, city.education, city.finance, city.root, city.county, city.county_education)
        session.commit()
        page.sign_in("supervisor")
        assert counted(page, f"/tasks/{five.id}") == counted(page, f"/tasks/{one.id}") <= 20


def test_work_unsigned_too_long_is_yellow_in_list_and_filter(session: Session, city: City, page: Visitor) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=None)
    session.commit()
    assert task.assignments[0].dispatched_at == LAST_MONTH
    page.sign_in("liaison")
    assert "黄灯" in page("/tasks?light=yellow").main.one("tbody").text
    assert shown_titles(page("/tasks?light=none")) == []
