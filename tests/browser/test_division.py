"""A county divides its part among its bureaus, and who leads waits for the opinion of who supports, as people do it.

TRACKER_SHOTS=folder keeps pictures of the pages.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.office import Office, sticks_out, take_in
from tests.browser.test_screens import SERIOUS

pytestmark = [pytest.mark.needs("browser"), pytest.mark.timeout(300)]

TITLE, SHARE = "疏浚排水沟渠", "疏浚县城东片沟渠"
PLAN = """廊坊市人民政府办公室
关于印发廊坊市沟渠疏浚方案的通知
廊政办字〔2023〕908号

各有关单位：
现将《廊坊市沟渠疏浚方案》印发给你们，请认真落实。

廊坊市人民政府办公室
2023年6月1日

廊坊市沟渠疏浚方案

一、主要任务
（一）疏浚排水沟渠。对淤积的沟渠逐条清挖，汛前通水。（牵头单位：固安县，配合单位：市公安局，完成时间：2023年7月底前）
"""
WIDTHS = (1280, 390)
PAPER = (1040,)
"""A4 across, in pixels."""


def test_a_county_divides_its_part_and_waits_for_an_opinion(
    office: Office, at_browser: SignedIn, tmp_path: Path
) -> None:
    admin = at_browser(office.login_of("管理员", "市政府"))
    _add_unit(admin, "固安县水务局", "固安县")
    logins = {"gaduban": ("督查员", "固安县"), "gashuiwu": ("联络员", "固安县水务局")}
    people = {login: _add_person(office, admin, login, *post) for login, post in logins.items()}
    supervisor, county = (
        at_browser(office.login_of("督查员", "市政府")),
        at_browser(office.login_of("联络员", "固安县")),
    )
    police = at_browser(office.login_of("联络员", "市公安局"))

    file = tmp_path / "沟渠疏浚方案.txt"
    file.write_text(PLAN, encoding="utf-8")
    take_in(supervisor, file)
    supervisor.get_by_role("article").filter(has_text=TITLE).get_by_role("button", name="采纳").click()
    expect(supervisor.get_by_role("main")).to_contain_text(f"已采纳“{TITLE}”")

    _sign_for(county, TITLE)
    _divide(people["gaduban"])
    _work_on_the_share(people["gashuiwu"])
    _open(county, TITLE)
    expect(county.locator("#division")).to_contain_text("已办结 0/1")
    _accept_the_share(people["gaduban"])
    _open(county, TITLE)
    expect(county.locator("#division")).to_contain_text("已办结 1/1")
    expect(county.get_by_role("main")).to_contain_text("可申请办结")
    _look(county, "divided-part")

    _ask_for_opinions(supervisor)
    _submit(county, TITLE, "全部沟渠已疏浚通水。")
    expect(county.get_by_role("alert")).to_contain_text("还有1个会办单位没有提出：市公安局")
    expect(county.locator("#report textarea")).to_have_value("全部沟渠已疏浚通水。")
    _look(county, "opinion-missing")
    _sign_for(police, TITLE)
    _submit(police, TITLE, "施工期间已安排疏导交通，无其他意见。")
    _open(county, TITLE)
    expect(county.locator("#opinions")).to_contain_text("施工期间已安排疏导交通")
    _look(county, "opinion-given")
    _submit(county, TITLE, "全部沟渠已疏浚通水。")
    expect(county.get_by_role("main")).to_contain_text("待审核")
    _fill_in_the_table(county)
    _hand_over(admin, county)


def _add_unit(page: Page, name: str, parent: str) -> None:
    page.goto("/units?q=" + parent)
    page.get_by_role("main").get_by_role("link", name=parent, exact=True).first.click()
    page.get_by_role("link", name="登记下级单位").click()
    page.get_by_label("简称", exact=False).first.fill(name)
    page.get_by_label("类别").select_option("county_department")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def _add_person(office: Office, admin: Page, login: str, post: str, unit: str) -> Page:
    """A new account, signed in with its first password, which it has to change."""
    admin.goto("/people/new")
    admin.get_by_label("账号").fill(login)
    admin.get_by_label("姓名").fill(f"{unit[:2]}{post}")
    value = admin.locator("#unit option").filter(has_text=re.compile(f"^{unit}(（.*）)?$")).first.get_attribute("value")
    admin.get_by_label("单位").select_option(value)
    admin.get_by_label("岗位").select_option(label=post)
    admin.get_by_role("button", name=re.compile("新建|添加|保存")).click()
    password = admin.locator("main code").last.inner_text()
    context = admin.context.browser.new_context(  # type: ignore[union-attr]
        viewport={"width": WIDTHS[0], "height": 900}, locale="zh-CN", base_url=office.url
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_role("textbox", name="账号").fill(login)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_label("现用密码").fill(password)
    for field in page.locator("input[type=password]").all()[1:]:
        field.fill("four plain words here")
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(lambda url: "/password" not in url)
    return page


def _open(page: Page, title: str) -> None:
    page.goto("/my")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def _sign_for(page: Page, title: str) -> None:
    page.goto("/my?section=to_sign")
    page.get_by_role("button", name=f"签收：{title}").first.click()


def _submit(page: Page, title: str, words: str) -> None:
    _open(page, title)
    form = page.locator("#report form")
    form.get_by_role("textbox").first.fill(words)
    form.get_by_role("button", name="申请办结").click()


def _divide(page: Page) -> None:
    page.goto("/tasks?q=" + TITLE)
    page.get_by_role("link", name=TITLE, exact=True).first.click()
    page.get_by_role("main").get_by_role("link", name="固安县", exact=True).click()
    page.get_by_role("link", name="分解任务").click()
    page.get_by_label("子任务名称").fill(SHARE)
    page.get_by_label("完成时限").fill("2023-08-15")
    page.get_by_label("固安县水务局").select_option(label="牵头")
    _look(page, "divide")
    page.get_by_role("button", name="下达子任务").click()
    expect(page.get_by_role("alert")).to_contain_text("晚于“固安县”自己的时限2023年7月31日")
    page.get_by_label("完成时限").fill("2023-07-15")
    page.get_by_role("button", name="下达子任务").click()
    expect(page.locator("#division")).to_contain_text(SHARE)
    _look(page, "division-made")


def _work_on_the_share(page: Page) -> None:
    _sign_for(page, SHARE)
    _open(page, SHARE)
    expect(page.get_by_role("main")).to_contain_text(f"本任务由“固安县”分解自“{TITLE}”")
    _look(page, "share")
    _submit(page, SHARE, "东片沟渠已清挖。")


def _accept_the_share(page: Page) -> None:
    page.goto("/pending")
    item = page.get_by_role("article").filter(has=page.get_by_role("heading", name=SHARE))
    item.locator("summary").click()
    item.get_by_text("A 已解决").click()
    item.get_by_role("button", name="审核销号").click()


def _ask_for_opinions(page: Page) -> None:
    page.goto("/tasks?q=" + TITLE)
    page.get_by_role("link", name=TITLE, exact=True).first.click()
    page.locator("#joint summary").click()
    page.get_by_label("会办意见提出日期").fill("2023-07-20")
    page.get_by_role("button", name="实行会办").click()
    expect(page.locator("#joint")).to_contain_text("还有1个单位未提出")
    _look(page, "joint")


def _fill_in_the_table(page: Page) -> None:
    page.goto("/my")
    page.get_by_role("link", name="责任分解表").click()
    for place in (0, 1):
        page.get_by_label("承办人：").nth(place).fill("郝承办")
        page.get_by_label("承办科室：").nth(place).fill("政府办督查科")
    page.get_by_role("button", name="保存全部").click()
    expect(page.get_by_role("main")).to_contain_text("已保存2项")
    _look(page, "handling")
    page.emulate_media(media="print")
    _look(page, "handling-print", PAPER)
    page.emulate_media(media="screen")


def _hand_over(admin: Page, county: Page) -> None:
    admin.goto("/people?q=固安县")
    admin.get_by_role("main").get_by_role("link", name="方子谨").click()
    admin.get_by_role("link", name="工作移交：固安县").click()
    taker = admin.locator("#taker option").filter(has_text="gashuiwu").first.get_attribute("value")
    admin.get_by_label("接手人").select_option(taker)
    admin.get_by_label("移交说明").fill("7月1日起由新任联络员负责，台账在政府办。")
    _look(admin, "hand-over")
    admin.get_by_role("button", name="确认移交").click()
    expect(admin.get_by_role("main")).to_contain_text("已移交")
    county.goto("/my")
    expect(county.get_by_role("main")).to_contain_text("由方子谨移交")
    county.get_by_role("link", name="查看移交清单").click()
    _look(county, "hand-over-summary")


def _look(page: Page, name: str, widths: tuple[int, ...] = WIDTHS) -> None:
    """At each width: nothing sticks out, axe finds no serious fault; a picture is kept where one is asked for."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if folder := os.environ.get("TRACKER_SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        beyond = sticks_out(page)
        assert beyond <= 0, f"{name} at {width}: {beyond} px wider than the screen"
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in SERIOUS] == [], f"{name} at {width}"
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
