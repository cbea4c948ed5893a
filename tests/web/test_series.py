"""A recurring duty on pages: its days, and the act that ends it."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task
from tests.web.browsing import Visitor, fields_of
from tracker.domain.drafts import DeadlineKind
from tracker.store.tasks import Task
from tracker.store.timing import SeriesOccurrence, TaskSeries


@pytest.fixture
def task(session: Session, city: City) -> Task:
    """The education bureau's monthly duty, due on 25 June for the first time."""
    kind = {"deadline_kind": DeadlineKind.RECURRING, "deadline_text": "每月25日前"}
    made = a_task(session, a_plan(session, city.root), city.education, due_on=date(2023, 6, 25), **kind)  # type: ignore[arg-type]
    row = TaskSeries(template=made, rhythm="M1:1-25", starts_on=TODAY, created_at=NOW)
    row.occurrences = [SeriesOccurrence(due_on=date(2023, 6, 25), task=made)]
    session.add(row)
    session.commit()
    return made


def at(task: Task) -> str:
    return f"/tasks/{task.id}/series"


def test_the_days_on_the_task_and_on_the_own_page(task: Task, page: Visitor) -> None:
    shown = page.sign_in("liaison")(f"/tasks/{task.id}")
    assert "每月25日。每到一期自动新立一项任务" in shown.text
    days = [item.text for item in shown.main.one("ol", class_="series-days").all("li")]
    assert days[0].startswith("2023年6月25日（本期）")
    assert [day[:10] for day in days[1:]] == ["2023年7月25日", "2023年8月25日", "2023年9月25日"]
    whole = page(at(task))
    assert len(whole.main.one("ol", class_="series-days").all("li")) == 7
    assert "结束或调整周期" not in whole.text


def test_a_supervisor_changes_the_end_and_ends_it(task: Task, page: Visitor) -> None:
    page.sign_in("supervisor")
    done = page.post(at(task), {"ends_on": "2023-08-31", "words": "到期评估"}, form=at(task))
    assert done.alerts == ["周期现为“每月25日，至2023年8月31日”。"]
    fields = fields_of(done.form(at(task)))
    ended = page.send(at(task), {**fields, "words": "不再需要", "act": "end"})
    assert ended.alerts == ["周期现为“每月25日，至2023年6月15日”。"]
    assert "已撤销" in ended.text
    assert [button.get("value") for button in ended.form(at(task)).all("button")] == ["save"]  # not ended twice
    told = page(f"/tasks/{task.id}").text
    assert "周期任务已结束：不再需要" in told
    assert "调整周期" in told
    assert "确定时限" not in told


def test_faults_keep_what_was_typed(task: Task, page: Visitor, app: Flask) -> None:
    page.sign_in("supervisor")
    nameless = page.post(at(task), {"ends_on": "2023-08-31"}, form=at(task), status=422)
    assert "请写明结束或调整周期的理由" in nameless.alerts[0]
    assert nameless.main.one("input", name="ends_on").get("value") == "2023-08-31"
    wrong = page.post(at(task), {"ends_on": "八月底", "words": "x"}, form=at(task), status=422)
    assert "请填写2023-06-15这样的日期" in wrong.text
    assert (
        "不能早于今天" in page.post(at(task), {"ends_on": "2023-06-01", "words": "x"}, form=at(task), status=422).text
    )
    fields = fields_of(page(at(task)).form(at(task)))
    Visitor(app).sign_in("supervisor").post(at(task), {"ends_on": "2024-12-31", "words": "延长"}, form=at(task))
    stale = page.send(at(task), {**fields, "ends_on": "2023-09-30", "words": "我的理由"}, status=409)
    assert "周期已被改为“每月25日，至2024年12月31日”" in stale.alerts[0]
    assert "我的理由" in stale.text


def test_a_task_that_is_no_day_of_a_series(session: Session, city: City, page: Visitor) -> None:
    other = a_task(session, a_plan(session, city.root), city.education)
    session.commit()
    page.sign_in("supervisor")(at(other), 404)
    assert "周期任务" not in page(f"/tasks/{other.id}").text


@pytest.mark.parametrize("who", ["neighbour", "county_supervisor"])
def test_out_of_reach(task: Task, page: Visitor, who: str) -> None:
    page.sign_in(who)(at(task), 403)
