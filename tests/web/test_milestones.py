"""Milestones on pages: reported by a form, refused with words, listed when late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tests.web.browsing import Visitor
from tracker.domain.lifecycle import State
from tracker.store.tasks import Task

SEATS = "建成示范点40座以上"


@pytest.fixture
def task(session: Session, city: City) -> Task:
    """One task of the education bureau with a late milestone that has a figure, and one that has none."""
    stones = ((SEATS, TODAY - timedelta(days=3)), ("印发方案", TODAY + timedelta(days=5)))
    made = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS, milestones=stones)
    session.commit()
    return made


def at(task: Task, stone: int = 0) -> str:
    return f"/assignments/{task.assignments[0].id}/milestones/{task.milestones[stone].id}"


def test_a_liaison_reports_a_figure(session: Session, task: Task, page: Visitor) -> None:
    shown = page.sign_in("liaison")(f"/assignments/{task.assignments[0].id}")
    assert "节点（2）" in shown.text
    assert "逾期3天" in shown.text
    assert "要求不少于40座" in shown.text
    form = page(at(task))
    assert form.heading == f"节点：{SEATS}"
    assert not form.main.all("input", name="reached")
    done = page.post(at(task), {"value": "42座", "words": "均已验收。"}, form="")
    assert done.alerts == [f"节点已报送：{SEATS}。超期达到。2023年6月15日报告达到，比应达日期（2023年6月12日）晚3天。"]
    assert "已报42座" in done.text
    assert "完成42座（要求不少于40座），超期达到。" in done.text
    session.rollback()
    session.refresh(task.milestones[0])
    assert task.milestones[0].reached_on == TODAY


def test_faults_keep_what_was_typed(task: Task, page: Visitor) -> None:
    page.sign_in("liaison")
    again = page.post(at(task), {"value": "四十", "words": "正在补建。"}, form="", status=422)
    assert "“四十”不是一个数，请只填数字（单位：座）" in again.alerts[0]
    assert again.main.one("input", name="value").get("value") == "四十"
    assert "正在补建。" in again.text
    missing = page.post(at(task, 1), {"words": "x"}, form="", status=422)
    assert "请选择这个节点“已达到”还是“尚未达到”" in missing.alerts[0]


def test_a_stale_page_is_told_and_keeps_the_words(
    task: Task, page: Visitor, visitor: type[Visitor], app: object
) -> None:
    from tests.web.browsing import fields_of  # noqa: PLC0415

    page.sign_in("liaison")
    fields = fields_of(page(at(task)).form(""))
    other = visitor(app).sign_in("supervisor")  # type: ignore[arg-type]
    other.post(at(task), {"value": "30"}, form="")
    again = page.send(at(task), {**fields, "value": "42", "words": "我填的话"}, status=409)
    assert "最近一次由杜督查报送：数值30，尚未达到" in again.alerts[0]
    assert "我填的话" in again.text
    done = page.send(at(task), {**fields_of(again.form("")), "value": "42"})
    assert "超期达到" in done.alerts[0]


def test_a_supervisor_overrules_with_a_reason(task: Task, page: Visitor) -> None:
    page.sign_in("supervisor")
    assert "更正节点完成情况" in page(at(task)).text
    refused = page.post(at(task), {"value": "12", "reached": "yes"}, form="", status=422)
    assert "理由" in refused.alerts[0]
    assert "超期达到" in page.post(at(task), {"reached": "yes", "words": "现场核实。"}, form="").alerts[0]


@pytest.mark.parametrize(("who", "status"), [("leader", 200), ("neighbour", 403), ("county_supervisor", 403)])
def test_others_read_or_are_refused(task: Task, page: Visitor, who: str, status: int) -> None:
    shown = page.sign_in(who)(at(task), status)
    assert '<form method="post" novalidate>' not in shown.html


def test_the_list_of_late_ones_with_its_filter(session: Session, city: City, task: Task, page: Visitor) -> None:
    other = a_task(session, a_plan(session, city.root, "应急规划"), city.finance, title="备粮", state=State.IN_PROGRESS,
                   milestones=(("储备粮油2万吨", TODAY - timedelta(days=9)),))  # fmt: skip
    session.commit()
    shown = page.sign_in("supervisor")("/overdue/milestones")
    titles = [cell.all("a")[0].text for cell in shown.main.all("td", class_="row-title")]
    assert titles == ["储备粮油2万吨", SEATS]
    assert "逾期节点共 2 个" in shown.text
    narrowed = page(f"/overdue/milestones?q=粮油&unit={city.finance.id}&plan={other.plan_id}")
    assert "符合条件的逾期节点共 1 个" in narrowed.text
    assert "没有符合条件的逾期节点。" in page(f"/overdue/milestones?unit={city.county.id}").text
    assert page("/overdue").main.one("nav", **{"aria-label": "督查清单"}).all("a")[1].text == "逾期节点"


def test_the_desk_has_a_section_of_them(task: Task, page: Visitor) -> None:
    shown = page.sign_in("liaison")("/my")
    assert "逾期节点（1）" in shown.text
    page.post(at(task), {"value": "40"}, form="")
    assert "逾期节点" not in page("/my").text


def test_the_task_page_shows_badges(task: Task, page: Visitor) -> None:
    shown = page.sign_in("leader")(f"/tasks/{task.id}")
    assert "节点（2）" in shown.text
    assert "逾期3天" in shown.text
    assert "临近" in shown.text
