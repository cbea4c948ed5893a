"""The main job, end to end, as people do it: a plan goes in, tasks, an overdue list and a calendar come out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.office import Office, take_in
from tests.judges.judges import parse_with_icaljs, parse_with_khal

pytestmark = [
    pytest.mark.needs("browser"),
    pytest.mark.needs("node"),
    pytest.mark.needs("khal"),
    pytest.mark.timeout(300),
]

FIRST, SECOND = "排查照明盲区", "更换老旧灯杆"


def test_from_a_plan_to_the_calendar(office: Office, at_browser: SignedIn, plan_file: Path) -> None:
    supervisor = at_browser(office.login_of("督查员", "市政府"))
    police = at_browser(office.login_of("联络员", "市公安局"))
    culture = at_browser(office.login_of("联络员", "市文广旅局"))

    _take_in(supervisor, plan_file)
    _adopt_the_sure_one(supervisor)
    _match_and_adopt_the_other(supervisor)

    _sign_for(police, FIRST)
    _submit(police, FIRST, "已完成全部背街小巷的巡查，清单见附表。")
    _send_back(supervisor, FIRST, "清单没有标注位置，请补充。")
    _see_it_sent_back(police, FIRST, "清单没有标注位置，请补充。")
    _submit(police, FIRST, "已逐处标注位置。")
    _accept(supervisor, FIRST)

    link = _subscribe(culture)
    before = parse_with_icaljs(office.fetch(link))
    assert [event["start"] for event in before if SECOND in event["title"]] == ["2023-06-20"]
    assert not any("逾期" in event["title"] and SECOND in event["title"] for event in before)

    office.move_to("2023-06-25")
    assert "新标记逾期：2项" in office.tracker("sweep")
    _stands_on_the_overdue_list(supervisor)
    _told_in_the_inbox(culture)
    _shown_as_overdue_by(office.fetch(link))


def _take_in(page: Page, file: Path) -> None:
    take_in(page, file)
    expect(page.get_by_role("heading", level=1)).to_contain_text("城区夜间照明提升方案")


def _adopt_the_sure_one(page: Page) -> None:
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name=FIRST))
    expect(card).to_contain_text("2023年6月30日")
    expect(card).to_contain_text("条款写明")
    page.get_by_text("采纳全部1条无存疑的任务…").click()
    page.get_by_role("button", name="确认采纳1条").click()
    expect(page.get_by_role("main")).to_contain_text("采纳")


def _match_and_adopt_the_other(page: Page) -> None:
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name=SECOND))
    expect(card).to_contain_text("市城区照明养护所")
    expect(card).to_contain_text("未对应")
    card.get_by_text("对应“市城区照明养护所”到…").click()
    card.get_by_label("登记为新单位").check()
    card.get_by_role("button", name="确定对应").click()
    card.get_by_role("button", name="采纳").click()
    expect(page.get_by_role("main")).to_contain_text(f"已采纳“{SECOND}”")


def _sign_for(page: Page, title: str) -> None:
    page.goto("/my")
    page.get_by_role("button", name=f"签收：{title}").first.click()
    expect(page.get_by_role("link", name=f"报进展：{title}").first).to_be_visible()


def _open(page: Page, title: str) -> None:
    page.goto("/my")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def _submit(page: Page, title: str, words: str) -> None:
    _open(page, title)
    form = page.locator("#report form")
    form.get_by_role("textbox").first.fill(words)
    form.get_by_role("button", name="申请办结").click()
    expect(page.get_by_role("main")).to_contain_text("待审核")


def _waiting(page: Page, title: str) -> Locator:
    """The item among those that wait for a decision; the newest stand on the last page."""
    page.goto("/pending")
    item = page.get_by_role("article").filter(has=page.get_by_role("heading", name=title))
    while not item.count():
        page.get_by_role("link", name="下一页").click()
    item.locator("summary").click()
    return item


def _send_back(page: Page, title: str, words: str) -> None:
    item = _waiting(page, title)
    item.get_by_label("审核意见").fill(words)
    item.get_by_role("button", name="退回补充").click()
    expect(page.get_by_role("status").first).to_be_visible()


def _see_it_sent_back(page: Page, title: str, words: str) -> None:
    page.goto("/my")
    expect(page.get_by_role("main")).to_contain_text(words)
    _open(page, title)
    expect(page.get_by_role("main")).to_contain_text(words)


def _accept(page: Page, title: str) -> None:
    item = _waiting(page, title)
    item.get_by_label("A 已解决").check()
    item.get_by_role("button", name="审核销号").click()
    expect(page.get_by_role("article").filter(has=page.get_by_role("heading", name=title))).to_have_count(0)
    page.goto(f"/tasks?q={title}")
    expect(page.get_by_role("main")).to_contain_text("已办结")


def _subscribe(page: Page) -> str:
    page.goto("/feeds")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="生成订阅链接").click()
    return page.get_by_label("链接（凭此链接即可查看，请勿转发）").input_value()


def _stands_on_the_overdue_list(page: Page) -> None:
    page.goto(f"/overdue?q={SECOND}")
    rows = page.get_by_role("row").filter(has_text=SECOND)
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("5天")


def _told_in_the_inbox(page: Page) -> None:
    page.goto("/inbox")
    expect(page.get_by_role("main")).to_contain_text(SECOND)
    expect(page.get_by_role("main")).to_contain_text("逾期")


def _shown_as_overdue_by(body: bytes) -> None:
    for events in (parse_with_icaljs(body), parse_with_khal(body, date(2023, 6, 1), date(2023, 7, 31))):
        mine = [event for event in events if SECOND in event["title"]]
        assert [event["title"] for event in mine] == [f"【逾期】{SECOND} · 市文广旅局"]
        assert mine[0]["start"] == "2023-06-20"
        assert any(event["title"].startswith("逾期 ") and event["start"] == "2023-06-25" for event in events)
