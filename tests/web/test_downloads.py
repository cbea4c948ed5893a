"""Files that go out bear the name an office would give them, in a header that every program can read."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tests.web.browsing import Visitor
from tracker.domain.lifecycle import State
from tracker.services.file_names import office_name, period_part
from tracker.store.tasks import Assignment

HEADER = re.compile(r"(attachment|inline); filename=[a-z0-9.-]+; filename\*=UTF-8''([A-Za-z0-9.%_-]+)")


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    plan = a_plan(session, city.root, "应急规划")
    title = "建立/分流\\转办：机制*和“联动”处置？以及其他很长很长的要求"
    due_on = TODAY - timedelta(days=20)
    task = a_task(session, plan, city.education, title=title, due_on=due_on, state=State.IN_PROGRESS)
    session.commit()
    return task.assignments[0]


def name_of(page: Visitor, address: str) -> str:
    """The name under which the answer would be saved; the header has exactly two names and no character of its own."""
    answer = page.answer(address)
    assert answer.status_code == 200, address
    found = HEADER.fullmatch(answer.headers["Content-Disposition"])
    assert found, answer.headers["Content-Disposition"]
    return unquote(found[2])


CUT = "建立分流转办：机制和“联动”处置？以及其他"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/papers/urging/{part}.docx", f"督办单-市教育局-{CUT}-2023-06-15.docx"),
        ("/papers/talk/{part}.docx", f"约谈提醒函-市教育局-{CUT}-2023-06-15.docx"),
        ("/papers/bulletin.docx", "督查通报-2023-01-01至2023-06-15.docx"),
        ("/papers/bulletin.docx?since=2023-05-01&unit={unit}", "督查通报-市教育局-2023-05-01至2023-06-15.docx"),
        ("/papers/ledger.xlsx", "督办台账-2023-01-01至2023-06-15.xlsx"),
        ("/papers/ledger.xlsx?show=red&plan={plan}", "督办台账（红灯）-应急规划-2023-01-01至2023-06-15.xlsx"),
        ("/overdue.xlsx", "逾期清单-2023-06-15.xlsx"),
        ("/units/{unit}/handling.xlsx", "责任分解表-市教育局-2023-06-15.xlsx"),
        ("/units/{unit}/sheet.xlsx", "填报表-市教育局-2023-06-15.xlsx"),
        ("/plans/{plan}/coverage.xlsx", "覆盖情况-应急规划-2023-06-15.xlsx"),
    ],
)
def test_each_is_named_as_an_office_would(page: Visitor, part: Assignment, address: str, name: str) -> None:
    asked = address.format(part=part.id, unit=part.unit_id, plan=part.task.plan_id)
    assert name_of(page.sign_in("supervisor"), asked) == name


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("督办单", "市教育局", "机制"), "督办单-市教育局-机制"),
        (("督办单", None, ""), "督办单"),
        (("通报", period_part(date(2023, 1, 1), date(2023, 6, 15))), "通报-2023-01-01至2023-06-15"),
        (("清单", "长" * 60), "清单-" + "长" * 21),
        (("a/b\\c:d*e?f\"g<h>i|j'k%l;m#n",), "abcdefghijklmn"),
        (("..\\..\\etc", "\x00\u202e甲\ud800\r\n乙 丙"), "etc-甲乙丙"),
        (("事项", "一、（"), "事项-一"),
        (("///", "\u200b"), "未命名"),
    ],
)
def test_a_name_holds_what_every_file_system_takes(parts: tuple[str | None, ...], name: str) -> None:
    assert office_name(*parts) == name


def test_a_calendar_stays_a_calendar(page: Visitor, part: Assignment) -> None:
    made = page.sign_in("supervisor").post("/feeds", {"scope": "all", "name": "本市：全部/事项"})
    link = made.main.one("input", id="feed-link").get("value").removeprefix("http://localhost")
    assert name_of(page, link) == "本市：全部事项.ics"
    assert name_of(page, link.removesuffix(".ics") + "/download.ics") == "本市：全部事项.ics"
