"""Reviewing by keyboard: text and drafts point at each other, deeds are done in place, and typing is only typing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NARROW, WIDE, SignedIn
from tests.browser.office import Office, sticks_out, take_in
from tests.browser.test_screens import _axe, _keep

pytestmark = [pytest.mark.needs("browser"), pytest.mark.timeout(300)]

HEAD = """廊坊市人民政府办公室
关于印发廊坊市街区绿化{name}方案的通知
廊政办字〔2023〕{number}号

各有关单位：
现将《廊坊市街区绿化{name}方案》印发给你们，请认真落实。

廊坊市人民政府办公室
2023年6月1日

廊坊市街区绿化{name}方案

一、主要任务
"""
CLAUSE = (
    "（{number}）{title}。对街区绿地逐处登记，缺株的及时补植，枯枝及时修剪。（责任单位：{units}，完成时间：{due}）\n"
)
NUMBERS = "一二三四五六七八九十"
Opened = Callable[..., Page]


@pytest.fixture
def opened(office: Office, at_browser: SignedIn, tmp_path: Path, request: pytest.FixtureRequest) -> Opened:
    """``opened()``: a supervisor at the review page of a new plan of ten clauses; the second has an unknown unit."""

    def open_plan(width: int = WIDE) -> Page:
        name = f"{request.node.name[-12:]}{width}"
        rows = [("第二项", "市公安局、市街区绿化养护所")] + [(f"第{NUMBERS[n]}项", "市公安局") for n in range(2, 10)]
        clauses = [("第一项", "市公安局"), *rows]
        text = HEAD.format(name=name, number=crc32(name.encode())) + "".join(
            CLAUSE.format(number=NUMBERS[n], title=f"{title}补植", units=units, due=f"2023年{n % 6 + 7}月底前")
            for n, (title, units) in enumerate(clauses)
        )
        file = tmp_path / f"{width}.txt"
        file.write_text(text, encoding="utf-8")
        page = at_browser(office.login_of("督查员", "市政府"))
        take_in(page, file)
        expect(page.get_by_role("article")).to_have_count(10)
        page.wait_for_load_state()  # a key pressed before the script has run is nobody's
        page.set_viewport_size({"width": width, "height": 900})
        return page

    return open_plan


def current(page: Page) -> str:
    """The title of the draft that has the focus."""
    return str(
        page.evaluate("document.activeElement.closest('article')?.querySelector('h2').textContent || ''")
    ).strip()


def top_of_current(page: Page) -> float:
    return float(page.evaluate("document.activeElement.closest('article').getBoundingClientRect().top"))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_walk_by_keys(opened: Opened) -> None:
    page = opened()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    press(page, "j")
    assert current(page) == "1 第一项补植"
    press(page, "j", "ArrowDown")
    assert current(page) == "3 第三项补植"
    press(page, "k", "ArrowUp")
    assert current(page) == "1 第一项补植"
    # Adopting: the next one comes to where this one was, and the page stays.
    address, top = page.url, top_of_current(page)
    press(page, "a")
    expect(page.locator("#said")).to_have_text("已采纳“第一项补植”。")
    assert current(page) == "2 第二项补植"
    assert abs(top_of_current(page) - top) < 2
    expect(page.locator("#review-tabs")).to_contain_text("已采纳 1")
    # With an unknown unit it is not adopted, and says why.
    press(page, "a")
    expect(page.locator("#said")).to_contain_text("单位还没有补齐")
    press(page, "d")
    expect(page.locator("#said")).to_have_text("已舍弃“第二项补植”。")
    assert current(page) == "3 第三项补植"
    # Undoing goes back step by step.
    press(page, "u")
    expect(page.locator("#said")).to_contain_text("已恢复“第二项补植”")
    assert current(page) == "2 第二项补植"
    press(page, "u")
    expect(page.locator("#said")).to_contain_text("已撤销采纳“第一项补植”")
    assert current(page) == "1 第一项补植"
    expect(page.locator("#review-tabs")).to_contain_text("已采纳 0")
    press(page, "u")
    expect(page.locator("#said")).to_have_text("没有可以撤销的采纳或舍弃。")
    assert page.url == address
    press(page, "e")
    expect(page.get_by_role("heading", level=1)).to_have_text("修改待核任务")
    assert complaints == []


def test_the_legend_is_found_and_opened_by_its_key(opened: Opened) -> None:
    page = opened()
    legend = page.locator("#keys")
    expect(legend.locator("summary")).to_be_visible()
    expect(legend).not_to_have_attribute("open", "")
    press(page, "?")
    expect(legend).to_have_attribute("open", "")
    for said in ("下一条", "采纳", "舍弃", "修改", "撤销", "看原文"):
        expect(legend).to_contain_text(said)
    assert _axe(page, "legend") == []
    press(page, "Escape")
    expect(legend).not_to_have_attribute("open", "")


def test_typing_is_only_typing(opened: Opened) -> None:
    page = opened()
    card = page.get_by_role("article").filter(has_text="第二项补植")
    card.get_by_text("对应“市街区绿化养护所”到…").click()
    card.get_by_label("其他已登记的单位", exact=True).check()
    field = card.get_by_label("其他已登记单位的名称")
    field.fill("")
    field.press_sequentially("adjkeuo?")
    expect(field).to_have_value("adjkeuo?")
    expect(page.get_by_role("article")).to_have_count(10)
    expect(page.locator("#review-tabs")).to_contain_text("待核 10")
    expect(page.locator("#keys")).not_to_have_attribute("open", "")
    # With Ctrl they are the browser's.
    page.locator("#drafts").focus()
    press(page, "j", "Control+a")
    expect(page.locator("#review-tabs")).to_contain_text("待核 10")


def test_text_and_drafts_point_at_each_other(opened: Opened) -> None:
    page = opened()
    clause = page.locator("mark", has_text="2023年10月底前").first
    clause.get_by_role("link").click()
    card = page.get_by_role("article").filter(has_text="第四项补植")
    expect(card).to_be_in_viewport()
    assert current(page) == "4 第四项补植"
    assert "is-pointed" in (clause.get_attribute("class") or "")
    other = page.get_by_role("article").filter(has_text="第五项补植")
    other.hover()
    near = page.locator("mark.is-near")
    expect(near).to_contain_text("2023年11月底前")
    page.locator("mark", has_text="2023年12月底前").first.hover()
    expect(page.locator("article.is-near h2")).to_have_text("6 第六项补植")
    # The text follows the drafts.
    page.mouse.move(1270, 5)
    press(page, *["j"] * 6)
    assert current(page) == "10 第十项补植"
    expect(page.locator("mark.is-pointed")).to_be_in_viewport()
    press(page, "o")
    expect(page.locator(".plan-text")).to_be_focused()
    press(page, "o")
    assert current(page) == "10 第十项补植"


def test_on_a_narrow_screen_one_is_above_the_other_and_can_be_switched(opened: Opened) -> None:
    page = opened(NARROW)
    text, drafts = page.locator(".review-text"), page.locator(".review-drafts")
    expect(text).to_be_visible()
    expect(drafts).to_be_visible()
    page.get_by_text("只看待核任务").click()
    expect(text).to_be_hidden()
    page.get_by_text("只看原文").click()
    expect(drafts).to_be_hidden()
    expect(text).to_be_visible()
    # A clause that is pressed brings its draft back.
    page.locator("mark", has_text="2023年9月底前").first.get_by_role("link").click()
    expect(page.get_by_role("article").filter(has_text="第三项补植")).to_be_in_viewport()
    assert sticks_out(page) <= 0
    assert _axe(page, "narrow") == []


def test_the_end_of_a_page_leads_on(opened: Opened) -> None:
    page = opened()
    press(page, "j")
    for left in range(9, -1, -1):
        press(page, "d")
        expect(page.locator("#review-tabs")).to_contain_text(f"待核 {left}")
    expect(page.locator("#page-done")).to_be_focused()
    page.get_by_role("link", name="继续核对").click()
    expect(page.get_by_role("main")).to_contain_text("全部核对完毕")


def test_without_network_it_says_so_and_nothing_is_lost(opened: Opened) -> None:
    page = opened()

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/drafts/*/adopt*", cut)
    press(page, "j", "a")
    expect(page.locator("#said")).to_contain_text("没有连上服务器，没有办理")
    assert current(page) == "1 第一项补植"
    page.unroute("**/drafts/*/adopt*", cut)
    press(page, "a")
    expect(page.locator("#said")).to_have_text("已采纳“第一项补植”。")


def test_an_answer_without_pieces_is_shown_as_the_page_it_is(opened: Opened) -> None:
    page = opened()
    page.context.clear_cookies()  # signed out meanwhile
    press(page, "j", "a")
    page.wait_for_url(lambda url: "/adopt" in url or "/sign-in" in url)
    expect(page.get_by_role("main")).to_contain_text("登录")


@pytest.mark.parametrize("wide", [WIDE, NARROW])
def test_the_other_pages_at_both_widths(opened: Opened, wide: int) -> None:
    page = opened(wide)
    plan = page.url.partition("/review")[0]
    for name in ("adopt-sure", "names", "coverage", "review?show=doubted&order=doubts", "review?show=adopted"):
        page.goto(f"{plan}/{name}")
        _keep(page, f"review-{name.partition('?')[2] or name}-{wide}")
        assert sticks_out(page) <= 0, name
        assert _axe(page, name) == []
