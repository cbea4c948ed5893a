"""Declining, a later date, evidence and deciding about several at once, as a liaison and a supervisor do it.

TRACKER_SHOTS=folder keeps a picture of each page at both widths, for a person to look at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, SignedIn
from tests.browser.office import Office, sticks_out, take_in
from tests.files import PNG

pytestmark = [pytest.mark.needs("browser"), pytest.mark.timeout(300)]

DECLINED, FIRST, SECOND = "编印用灯手册", "加装路口照明", "整治违规灯光"
PLAN = f"""廊坊市人民政府办公室
关于印发廊坊市路口照明整治方案的通知
廊政办字〔2023〕955号

各有关单位：
现将《廊坊市路口照明整治方案》印发给你们，请认真落实。

廊坊市人民政府办公室
2023年6月1日

廊坊市路口照明整治方案

一、主要任务
（一）{DECLINED}。面向居民编写手册并免费发放。（责任单位：市公安局，完成时间：2023年6月底前）
（二）{FIRST}。对事故多发路口加装灯具，逐处验收。（责任单位：市公安局，完成时间：2023年7月底前）
（三）{SECOND}。对影响行车的灯光逐一登记，限期整改。（责任单位：市公安局，完成时间：2023年7月底前）
"""
WORDS = "全部路口已加装，验收单见附件。"


def test_the_walk(office: Office, at_browser: SignedIn, tmp_path: Path) -> None:
    supervisor = at_browser(office.login_of("督查员", "市政府"))
    police = at_browser(office.login_of("联络员", "市公安局"))
    culture = at_browser(office.login_of("联络员", "市文广旅局"))
    _adopt(supervisor, tmp_path)

    _decline(police)
    _send_to_culture(supervisor)
    _sign_in_time(culture)
    _ask_for_july(culture)
    _grant_another_day(supervisor)
    _see_both_dates(culture)

    _demand_evidence(supervisor)
    for title in (FIRST, SECOND):
        _sign_for(police, title)
    photo = tmp_path / "验收单.png"
    photo.write_bytes(PNG)
    _submit_with_evidence(police, photo)
    _submit(police, SECOND)
    _fetch_the_evidence(supervisor)
    _accept_both(supervisor)


def _adopt(page: Page, folder: Path) -> None:
    file = folder / "路口照明整治方案.txt"
    file.write_text(PLAN, "utf-8")
    take_in(page, file)
    page.get_by_text("采纳全部3条无存疑的任务…").click()
    page.get_by_role("button", name="确认采纳3条").click()


def _open(page: Page, title: str) -> None:
    page.goto(f"/tasks?q={title}")
    page.get_by_role("link", name=title, exact=True).first.click()
    page.locator("table.rows a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def _sign_for(page: Page, title: str) -> None:
    _open(page, title)
    page.get_by_role("button", name="签收", exact=True).click()
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text("已签收")


def _decline(page: Page) -> None:
    _open(page, DECLINED)
    page.locator("#decline summary").click()
    page.get_by_label("退办理由").fill("编印宣传品不属公安职责，建议由文广旅局承担。")
    page.get_by_role("button", name="退办", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("已退办")


def _send_to_culture(page: Page) -> None:
    page.goto(f"/pending?q={DECLINED}")
    page.get_by_role("link", name="退办待处理 1").click()
    page.get_by_role("link", name=f"处理退办：{DECLINED}").click()
    page.get_by_label("转办单位").select_option(label="市文广旅局")
    page.get_by_label("签收期限（可不填）").fill("2023-06-19")
    page.get_by_label("转办说明").fill("请市文广旅局办理。")
    _look_at(page, "part-declined")
    page.get_by_role("button", name="重新转办").click()
    expect(page.get_by_role("main")).to_contain_text("签收期限：2023年6月19日")
    page.get_by_text("改签收期限").click()
    page.get_by_label("签收期限", exact=True).fill("2023-06-20")
    _look_at(page, "part-dispatched")
    page.get_by_role("button", name="保存签收期限").click()
    expect(page.get_by_role("main")).to_contain_text("签收期限已保存")


def _sign_in_time(page: Page) -> None:
    page.goto("/my")
    row = page.get_by_role("row").filter(has_text=DECLINED).first
    expect(row).to_contain_text("请于2023年6月20日前签收")
    row.get_by_role("button", name=f"签收：{DECLINED}").click()


def _ask_for_july(page: Page) -> None:
    _open(page, DECLINED)
    page.locator("#extension summary").click()
    page.get_by_label("申请延期到").fill("2023-06-30")
    page.get_by_label("延期理由").fill("接手较晚，稿件还要征求意见。")
    page.get_by_role("button", name="提交延期申请").click()
    expect(page.get_by_role("alert")).to_contain_text("须晚于现行时限2023年6月30日")
    expect(page.get_by_label("延期理由")).to_have_value("接手较晚，稿件还要征求意见。")
    page.get_by_label("申请延期到").fill("2023-08-31")
    _look_at(page, "part-asking")
    page.get_by_role("button", name="提交延期申请").click()
    expect(page.get_by_role("heading", name="延期申请（待批复）")).to_be_visible()
    _look_at(page, "part-asked")


def _grant_another_day(page: Page) -> None:
    page.goto(f"/pending?q={DECLINED}")
    _look_at(page, "pending-extension")
    page.get_by_label("同意延期到（可改为别的日期）").fill("2023-07-31")
    page.get_by_label("批复意见（不同意时必填）").fill("压缩一个月。")
    page.get_by_role("button", name="同意延期", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("已同意延期至2023年7月31日")


def _see_both_dates(page: Page) -> None:
    page.goto("/my?section=in_progress")
    row = page.get_by_role("row").filter(has_text=DECLINED)
    expect(row).to_contain_text("2023年7月31日")
    expect(row).to_contain_text("原定2023年6月30日")
    _open(page, DECLINED)
    expect(page.get_by_role("main")).to_contain_text("申请延期至2023年8月31日，同意延期至2023年7月31日。压缩一个月。")
    _look_at(page, "part-extended")


def _demand_evidence(page: Page) -> None:
    page.goto(f"/tasks?q={FIRST}")
    page.get_by_role("link", name=FIRST, exact=True).click()
    page.get_by_role("button", name="要求附佐证材料").click()
    expect(page.get_by_role("main")).to_contain_text("已要求附佐证材料")
    _look_at(page, "task-evidence")


def _submit_with_evidence(page: Page, photo: Path) -> None:
    _open(page, FIRST)
    page.get_by_label("进展情况").fill(WORDS)
    page.get_by_role("button", name="申请办结").click()
    expect(page.get_by_role("alert")).to_contain_text("要求本任务附佐证材料")
    expect(page.get_by_label("进展情况")).to_have_value(WORDS)
    wrong = photo.with_suffix(".pdf")
    wrong.write_bytes(PNG)
    page.get_by_label("佐证材料（可选多个文件）").set_input_files([photo, wrong])
    page.get_by_role("button", name="申请办结").click()
    expect(page.get_by_role("alert")).to_contain_text("“验收单.pdf”的内容不是PDF")
    expect(page.get_by_role("alert")).to_contain_text("重新选择")
    _look_at(page, "part-files-refused")
    page.get_by_label("佐证材料（可选多个文件）").set_input_files([photo])
    page.get_by_role("button", name="申请办结").click()
    expect(page.get_by_role("heading", name="佐证材料（1）")).to_be_visible()
    _look_at(page, "part-evidence")


def _submit(page: Page, title: str) -> None:
    _open(page, title)
    page.get_by_label("进展情况").fill("已全部整改。")
    page.get_by_role("button", name="申请办结").click()
    expect(page.get_by_role("main")).to_contain_text("待审核")


def _fetch_the_evidence(page: Page) -> None:
    page.goto("/pending?q=路口照明整治方案")
    page.get_by_role("article").filter(has_text="验收单.png").locator("summary").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="验收单.png").click()
    assert saved.value.suggested_filename == "验收单.png"
    assert saved.value.path().read_bytes() == PNG


def _accept_both(page: Page) -> None:
    for title in (FIRST, SECOND):
        page.get_by_label(f"勾选：{title}（市公安局）").check()
    _look_at(page, "pending-ticked")
    page.get_by_role("button", name="一并销号…").click()
    expect(page.get_by_role("heading", name="将要销号的事项（2）")).to_be_visible()
    page.get_by_label("A 已解决").check()
    _look_at(page, "bulk")
    page.get_by_role("button", name="确认销号2项").click()
    expect(page.get_by_role("heading", name="已销号2项")).to_be_visible()
    _look_at(page, "bulk-done")
    page.get_by_role("link", name="回到待审核").click()
    expect(page.get_by_role("main")).to_contain_text("没有符合条件的待审核事项")


def _look_at(page: Page, name: str) -> None:
    """At both widths nothing sticks out and axe finds no serious fault; a picture is kept when that is wanted."""
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        beyond = sticks_out(page)
        assert beyond <= 0, f"{name}: {beyond} px wider than {width}"
        violations = Axe().run(page).response["violations"]
        assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == [], name
        folder = os.environ.get("TRACKER_SHOTS")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
