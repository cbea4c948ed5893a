"""A served office with the sample, and people at a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.office import Office
from tests.ports import free_port

WIDE, NARROW = 1280, 390
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

SignedIn = Callable[[str], Page]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office that holds the sample, served on 15 June 2023."""
    made = Office(tmp_path_factory.mktemp("office"), free_port())
    made.tracker("db", "upgrade")
    made.tracker("sample", "load")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser(browser_program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser_program, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(params=[WIDE, NARROW], ids=["1280", "390"])
def width(request: pytest.FixtureRequest) -> int:
    """Both widths, one after the other."""
    return int(request.param)


@pytest.fixture
def at_browser(browser: Browser, office: Office) -> Iterator[SignedIn]:
    """``at_browser(login)``: somebody of the sample, signed in at a browser of their own."""
    opened: list[BrowserContext] = []

    def sign_in(login: str) -> Page:
        context = browser.new_context(viewport={"width": WIDE, "height": 900}, locale="zh-CN", base_url=office.url)
        opened.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_role("textbox", name="账号").fill(login)
        page.get_by_label("密码", exact=True).fill(office.password(login))
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield sign_in
    for context in opened:
        context.close()


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    """A small plan as an office would upload it: one clause that is sure, one with a unit nobody knows."""
    file = tmp_path / "夜间照明方案.txt"
    file.write_text(PLAN, encoding="utf-8")
    return file


PLAN = """廊坊市人民政府办公室
关于印发廊坊市城区夜间照明提升方案的通知
廊政办字〔2023〕901号

各有关单位：
现将《廊坊市城区夜间照明提升方案》印发给你们，请认真落实。

廊坊市人民政府办公室
2023年6月1日

廊坊市城区夜间照明提升方案

一、工作目标
让市民夜间出行更加安心。

二、主要任务
（一）排查照明盲区。对背街小巷逐条巡查，列出清单并标注位置。（责任单位：市公安局，完成时间：2023年6月底前）
（二）更换老旧灯杆。对使用年限较长的灯杆逐一检测，分批更换。（责任单位：市文广旅局、市城区照明养护所，完成时间：2023年6月20日前）
"""
