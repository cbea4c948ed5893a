"""Forms that point at what is wrong: all faults at once, each at its field, in the form that was sent; words stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tests.web.browsing import Page, Visitor, fields_of
from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.services.joint import mark_of
from tracker.store.tasks import Assignment, Task
from tracker.web.forms import NO_DAY

TYPED = "这段话不能丢。"


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    """The education bureau's, with evidence asked for and a milestone that has a figure."""
    stones = (("建成示范点40座以上", TODAY + timedelta(days=3)),)
    task = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS, milestones=stones)
    task.evidence_required = True
    session.commit()
    return task.assignments[0]


def marked(page: Page) -> set[str]:
    """The ids of what is marked as wrong; each is tied to a message that stands on the page and is not empty."""
    found = [node for node in page.main if node.get("aria-invalid") == "true"]
    for node in found:
        described = [each for each in page.main if each.get("id") == node.get("aria-describedby")]
        assert [each.text for each in described if each.text], node.get("id")
    return {node.get("id") or node.get("aria-describedby").removesuffix("-note") for node in found}


def led_to(page: Page) -> set[str]:
    """What the lines of the summary lead to, all of it on the page."""
    (summary,) = page.main.all("ul", class_="fault-list")
    targets = {link.get("href").removeprefix("#") for link in summary.all("a")}
    assert targets <= {node.get("id") for node in page.main}
    return targets


def sent(page: Visitor, path: str, changes: dict[str, Any], form: str | None = None) -> Page:
    return page.post(path, changes, form=form, status=422)


def test_a_submission_without_words_or_evidence_and_with_a_wrong_percent(page: Visitor, part: Assignment) -> None:
    path = f"/assignments/{part.id}"
    page.sign_in("liaison")
    fields = fields_of(page(path).form(f"{path}/report"))
    found = page.send(f"{path}/submit", {**fields, "words": "", "percent": "两成"}, status=422)
    assert led_to(found) == marked(found) == {"report-words", "report-percent", "report-files"}
    assert found.main.one("input", name="percent").get("value") == "两成"


def test_a_request_for_more_time_without_day_and_reason(page: Visitor, part: Assignment) -> None:
    path = f"/assignments/{part.id}"
    page.sign_in("liaison")
    found = sent(page, path, {"wanted_on": "七月底", "reason": ""}, f"{path}/extension")
    assert len(marked(found)) == 2
    assert found.main.one("input", name="wanted_on").get("value") == "七月底"


def test_a_milestone_with_a_wrong_figure_and_a_long_word(page: Visitor, part: Assignment) -> None:
    path = f"/assignments/{part.id}/milestones/{part.task.milestones[0].id}"
    page.sign_in("liaison")
    found = sent(page, path, {"value": "四十", "words": TYPED * 1000}, "")
    assert marked(found) == led_to(found) == {"value", "words"}
    assert TYPED in found.main.one("textarea", name="words").text


def test_a_division_without_title_and_units(page: Visitor, session: Session, city: City) -> None:
    task = a_task(session, a_plan(session, city.root), city.county, state=State.IN_PROGRESS)
    session.commit()
    page.sign_in("county_supervisor")
    found = sent(page, f"/assignments/{task.assignments[0].id}/divide", {"title": "", "due_on": "月底"})
    assert marked(found) == led_to(found) == {"title", "due_on", "roles"}
    assert found.main.one("input", name="due_on").get("value") == "月底"


@pytest.fixture
def joined(session: Session, city: City) -> Task:
    """Education leads; finance and the county are in support, and their opinions are waited for."""
    units = ((city.education, Role.LEAD), (city.finance, Role.SUPPORT), (city.county, Role.SUPPORT))
    task = a_task(session, a_plan(session, city.root), *units, state=State.IN_PROGRESS)
    task.awaits_opinions = True
    session.commit()
    return task


def test_a_day_of_opinions_that_is_none(page: Visitor, joined: Task) -> None:
    path = f"/tasks/{joined.id}"
    page.sign_in("supervisor")
    for day, said in (
        ("月底", NO_DAY),
        ("", "请填写会办意见的提出日期。"),
        ("2023-06-29", "最晚2023年6月27日，请提前。"),
    ):
        found = sent(page, path, {"day": day}, f"{path}/opinions")
        assert marked(found) == led_to(found) == {"joint-day"}
        assert found.main.one("input", id="joint-day").get("value") == day
        assert found.main.one("div", id="joint-day-note").text.split("须早于牵头")[0].strip().endswith(said)


def test_all_that_is_wrong_with_asking_for_opinions(page: Visitor, session: Session, joined: Task) -> None:
    path = f"/tasks/{joined.id}"
    page.sign_in("supervisor")
    for part in joined.assignments[1:]:
        part.role = Role.RESPONSIBLE
    session.commit()
    fields = {"csrf_token": page.token(), "seen": mark_of(joined)}
    found = page.send(f"{path}/opinions", {**fields, "day": "月底"}, status=422)
    (summary,) = found.main.all("ul", class_="fault-list")
    assert [line.text for line in summary.all("li")] == [
        "本任务没有配合单位，不需要会办意见。",
        f"会办意见提出日期：{NO_DAY}",
    ]


def test_a_waiver_is_blamed_at_the_unit_it_concerns(page: Visitor, joined: Task) -> None:
    path, (_, finance, county) = f"/tasks/{joined.id}", joined.assignments
    page.sign_in("supervisor")
    long = TYPED * 100
    for reason in ("", long):
        found = sent(page, path, {"reason": reason}, f"{path}/opinions/{finance.id}/waive")
        assert marked(found) == led_to(found) == {f"reason-{finance.id}"}
        given = [found.main.one("input", id=f"reason-{each.id}").get("value") for each in (finance, county)]
        assert given == [reason, ""]
        folds = {each.one("input", name="reason").get("id"): "open" in each.attrs for each in found.main.all("details")}
        assert folds == {f"reason-{finance.id}": True, f"reason-{county.id}": False}


def test_a_reason_outlives_the_form_that_it_was_typed_in(page: Visitor, session: Session, joined: Task) -> None:
    path, finance = f"/tasks/{joined.id}", joined.assignments[1]
    page.sign_in("supervisor")
    waive = f"{path}/opinions/{finance.id}/waive"
    fields = fields_of(page(path).form(waive))
    finance.state = State.SUBMITTED
    session.commit()
    found = page.send(waive, {**fields, "reason": TYPED}, status=409)
    assert "已有变动" in found.alerts[0]
    assert TYPED in found.main.one("textarea", id="orphan").text


def test_a_robot_without_name_and_address(page: Visitor, city: City) -> None:
    page.sign_in("administrator")
    found = sent(page, "/robots", {"name": "", "webhook": "http://x", "unit": str(city.education.id)})
    assert marked(found) == led_to(found) == {"name", "webhook"}
    chosen = found.main.one("select", name="unit").one("option", value=str(city.education.id))
    assert "selected" in chosen.attrs


def test_urging_without_a_word(page: Visitor, part: Assignment) -> None:
    page.sign_in("supervisor")
    path = f"/assignments/{part.id}"
    found = sent(page, path, {"words": "字" * 3000}, "/notices/urge")
    assert len(marked(found)) == 1
    assert "字" * 100 in found.text


def test_a_remark_without_words(page: Visitor, part: Assignment) -> None:
    page.sign_in("leader")
    path = f"/assignments/{part.id}"
    found = sent(page, path, {"remark": ""}, f"/remarks{path}")
    assert len(marked(found)) == 1


def test_rules_of_notices_with_several_faults(page: Visitor, city: City) -> None:
    page.sign_in("supervisor")
    wrong = {
        "steps-0-gone": "y",
        "steps-1-days": "七",
        "steps-2-label": "",
        "digest_hour": "22",
        "words": "",
        "day": "x",
    }
    found = sent(page, "/notices/rules", wrong)
    assert marked(found) == led_to(found) == {"steps-1-days", "steps-2-label", "words", "day"}
    assert found.main.one("input", name="steps-1-days").get("value") == "七"
    again = sent(page, "/notices/rules", {"digest_hour": "22", "words": TYPED})
    assert marked(again) == {"digest_hour"}
    assert TYPED in again.main.one("textarea", name="words").text


def test_a_step_is_added_in_a_spare_row(page: Visitor, city: City) -> None:
    page.sign_in("supervisor")
    step = {"steps-9-when": "after", "steps-9-days": "45", "steps-9-label": "逾期45天", "words": "增加一步"}
    done = page.post("/notices/rules", step)
    assert done.alerts == ["已保存第1版提醒规则，自2023年6月16日起生效。"]
    assert page("/notices/rules").main.one("input", name="steps-9-label").get("value") == "逾期45天"
