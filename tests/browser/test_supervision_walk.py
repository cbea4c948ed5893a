"""Urging, looking at what will be and was sent, the circular and a remark: as supervisor, liaison and leader do it.

TRACKER_SHOTS=folder keeps a picture of each page at both widths, for a person to look at.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, SignedIn
from tests.browser.office import Office, sticks_out, take_in

pytestmark = [pytest.mark.needs("browser"), pytest.mark.timeout(300)]

LATE, SOON = "清理护栏杂物", "修补破损步道"
PLAN = f"""廊坊市人民政府办公室
关于印发廊坊市道路环境整治方案的通知
廊政办字〔2023〕966号

各有关单位：
现将《廊坊市道路环境整治方案》印发给你们，请认真落实。

廊坊市人民政府办公室
2023年5月20日

廊坊市道路环境整治方案

一、主要任务
（一）{LATE}。对主干道护栏逐段清理，建立日查制度。（责任单位：市公安局，完成时间：2023年6月10日前）
（二）{SOON}。对破损步道逐处修补，完工后拍照存档。（责任单位：市公安局，完成时间：2023年6月23日前）
"""
URGED = "请于本周内报送清理情况。"
REMARK = "请公安局主要负责同志亲自过问，月底前清理完毕。"


def test_the_walk(office: Office, at_browser: SignedIn, tmp_path: Path) -> None:
    supervisor = at_browser(office.login_of("督查员", "市政府"))
    leader = at_browser(office.login_of("分管领导", "市政府"))
    police = at_browser(office.login_of("联络员", "市公安局"))
    _adopt(supervisor, tmp_path)
    office.tracker("sweep")

    _urge(supervisor)
    _look_ahead_and_back(supervisor)
    _read_the_circular(supervisor, tmp_path)
    _remark(leader)
    _read_both(police)


def _adopt(page: Page, folder: Path) -> None:
    file = folder / "道路环境整治方案.txt"
    file.write_text(PLAN, "utf-8")
    take_in(page, file)
    page.get_by_text("采纳全部2条无存疑的任务…").click()
    page.get_by_role("button", name="确认采纳2条").click()


def _urge(page: Page) -> None:
    page.goto(f"/overdue?q={LATE}")
    page.get_by_role("row").filter(has_text=LATE).get_by_role("checkbox").check()
    page.locator("#urge-words").fill(URGED)
    page.get_by_label("同时告知单位分管领导").check()
    _look_at(page, "overdue-urging")
    page.get_by_role("button", name="发出催办").click()
    expect(page.get_by_role("main")).to_contain_text("已催办")
    # The same again the same day is asked back, and the words stay.
    page.get_by_role("row").filter(has_text=LATE).get_by_role("checkbox").check()
    page.locator("#urge-words").fill("再催一次。")
    page.get_by_role("button", name="发出催办").click()
    expect(page.get_by_role("alert").first).to_contain_text("今天")
    expect(page.locator("#urge-words")).to_have_value("再催一次。")


def _look_ahead_and_back(page: Page) -> None:
    page.goto("/notices/tomorrow")
    expect(page.get_by_role("heading", level=1)).to_contain_text("2023年6月16日")
    row = page.get_by_role("row").filter(has_text=SOON)
    expect(row).to_contain_text("提前7天提醒")
    _look_at(page, "notices-tomorrow")
    page.goto("/notices/sent")
    expect(page.get_by_role("row").filter(has_text=LATE).filter(has_text="催办").first).to_be_visible()
    _look_at(page, "notices-sent")


def _read_the_circular(page: Page, folder: Path) -> None:
    page.goto("/papers/bulletin?since=2023-01-01&until=2023-06-15")
    expect(page.get_by_role("main")).to_contain_text(LATE)
    _look_at(page, "circular")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载（docx，可修改）").click()
    file = folder / "通报.docx"
    waiting.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        words = archive.read("word/document.xml").decode()
    assert LATE in words
    # A number leads to the list behind it.
    link = page.get_by_role("main").locator("a[href*='/figures/list']").first
    counted = link.inner_text()
    link.click()
    expect(page.get_by_role("main")).to_contain_text(counted.strip("项件个"))


def _remark(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()  # the first page, 概况
    _look_at(page, "overview")
    page.goto(f"/tasks?q={LATE}")
    page.get_by_role("link", name=LATE, exact=True).first.click()
    page.locator("table.rows a").first.click()
    page.get_by_text("作批示").first.click()
    page.get_by_label("批示内容").fill(REMARK)
    page.get_by_role("button", name="发出批示").click()
    expect(page.get_by_role("main")).to_contain_text(REMARK)
    _look_at(page, "part-remarked")


def _read_both(page: Page) -> None:
    page.goto("/inbox")
    expect(page.get_by_role("main")).to_contain_text(URGED)
    expect(page.get_by_role("main")).to_contain_text(REMARK)
    _look_at(page, "inbox")


def _look_at(page: Page, name: str) -> None:
    """Both widths: nothing to be scrolled sideways, no serious fault for those who do not see or use a mouse."""
    folder = os.environ.get("TRACKER_SHOTS")
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        beyond = sticks_out(page)
        assert beyond <= 0, f"{name} at {width}: {beyond} pixels too wide"
        found = Axe().run(page).response["violations"]
        serious = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
        assert not serious, f"{name} at {width}: {serious}"
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": WIDE, "height": 900})
