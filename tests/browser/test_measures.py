"""Milestones, indicators and a recurring duty at a real browser: reported, drawn, ended; at both widths."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PLAN, SignedIn
from tests.browser.office import Office, sticks_out, take_in

pytestmark = [pytest.mark.needs("browser"), pytest.mark.timeout(300)]

SERIOUS = ("serious", "critical")
DUTIES = """（三）打造示范街区。2023年5月底前建成示范街区12条以上。2023年12月底前全部建成。
（责任单位：市公安局）
（四）报送照明台账。每月汇总照明设施维护情况并报送。（责任单位：市公安局，完成时间：每月25日前）
"""
TABLE = (
    "\n序号\t类别\t指标\t2020年\t2025年\t属性\t责任单位\n"
    "1\t管护\t设施完好率（%）\t85.5\t≥95\t约束性\t市公安局\n"
    "2\t管护\t年故障报修件数（件）\t420\t300\t预期性\t市公安局\n"
    "3\t节能\t单位里程能耗降低（%）\t—\t15\t约束性\t市公安局、市文广旅局\n"
    "4\t管护\t智能控制覆盖率（%）\t40\t完成上级下达任务\t预期性\t市公安局\n"
    "5\t管护\t巡查频次（次/年）\t24\t48\t预期性\t市公安局\n"
)


def test_milestones_indicators_and_series(office: Office, at_browser: SignedIn, tmp_path: Path, width: int) -> None:
    """One walk: what a supervisor adopts, a liaison reports on; each page is looked at."""
    supervisor = at_browser(office.login_of("督查员", "市政府"))
    plan = _adopted(supervisor, tmp_path, width)
    for page in (supervisor, liaison := at_browser(office.login_of("联络员", "市公安局"))):
        page.set_viewport_size({"width": width, "height": 900})
    _milestones(supervisor, liaison, plan, width)
    _indicators(supervisor, liaison, plan, width)
    _series(supervisor, plan, width)


def _adopted(page: Page, folder: Path, width: int) -> str:
    """A plan of its own for each width, adopted whole; its address."""
    text = (
        PLAN.replace("901号", f"88{width}号")
        .replace("城区夜间照明", f"第{width}号街区照明")
        .replace("年6月1日", "年3月1日")
    )
    file = folder / f"街区照明方案{width}.txt"
    file.write_text(text + DUTIES + TABLE, "utf-8")
    take_in(page, file)
    review = page.url
    for title in ("打造示范街区", "报送照明台账"):
        page.goto(f"{review}?show=all")
        draft = page.locator("article.draft", has_text=title)
        draft.get_by_role("button", name=re.compile("采纳")).first.click()
    return review.removesuffix("/review")


def _milestones(supervisor: Page, liaison: Page, plan: str, width: int) -> None:
    _looked_at(supervisor, "/overdue/milestones", width, "overdue-milestones")
    liaison.goto("/my")
    liaison.get_by_role("button", name=re.compile("签收：.*打造示范街区")).first.click()
    _looked_at(liaison, "/my", width, "desk")
    liaison.locator("section", has_text="逾期节点").get_by_role("link", name=re.compile("12条以上")).first.click()
    _looked_at(liaison, liaison.url, width, "milestone")
    liaison.get_by_label("已达到的数值（条）").fill("十二")
    liaison.get_by_role("button", name="报送", exact=True).click()
    expect(liaison.get_by_text("不是一个数").first).to_be_visible()
    liaison.get_by_label("已达到的数值（条）").fill("13")
    liaison.get_by_label("说明").fill("13条街区已验收，\n验收单另报。")
    liaison.get_by_role("button", name="报送", exact=True).click()
    expect(liaison.get_by_text("超期达到").first).to_be_visible()
    _looked_at(liaison, liaison.url, width, "part")
    assert plan


def _indicators(supervisor: Page, liaison: Page, plan: str, width: int) -> None:
    supervisor.goto(f"{plan}/indicators")
    supervisor.get_by_role("button", name=re.compile("按文件写法确定")).click()
    _looked_at(supervisor, supervisor.url, width, "indicators")
    liaison.goto(f"{plan}/indicators")
    liaison.get_by_role("link", name="设施完好率").click()
    for year, value in (("2021", "88"), ("2022", "88.5")):
        liaison.get_by_label("年份").fill(year)
        liaison.get_by_label("完成值（%）").fill(value)
        liaison.get_by_role("button", name="保存完成值").click()
        expect(liaison.get_by_text("已登记。")).to_be_visible()
    box = liaison.locator("svg.chart").bounding_box()
    assert box is not None
    assert box["width"] > 250
    assert liaison.evaluate("getComputedStyle(document.querySelector('.chart-target')).strokeDasharray") != "none"
    _looked_at(liaison, liaison.url, width, "indicator")
    _looked_at(liaison, "/my", width, "desk-indicators")


def _series(supervisor: Page, plan: str, width: int) -> None:
    supervisor.goto(plan)
    supervisor.get_by_role("link", name="报送照明台账").first.click()
    _looked_at(supervisor, supervisor.url, width, "task-series")
    supervisor.get_by_role("link", name=re.compile("全部各期")).click()
    _looked_at(supervisor, supervisor.url, width, "series")
    supervisor.get_by_label("理由").fill("改由平台自动汇总。")
    supervisor.get_by_role("button", name=re.compile("结束周期")).click()
    expect(supervisor.get_by_text("至2023年6月15日").first).to_be_visible()
    expect(supervisor.get_by_text("已撤销").first).to_be_visible()
    _looked_at(supervisor, supervisor.url, width, "series-ended")


def _looked_at(page: Page, address: str, width: int, name: str) -> None:
    """Nothing sticks out of the page and axe finds no serious fault; a picture is kept where TRACKER_SHOTS says so."""
    page.goto(address)
    folder = os.environ.get("TRACKER_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"measures-{name}-{width}.png", full_page=True)
    assert sticks_out(page) <= 0, name
    faults = [fault for fault in Axe().run(page).response["violations"] if fault["impact"] in SERIOUS]
    assert [(fault["id"], fault["nodes"][0]["target"]) for fault in faults] == [], name
