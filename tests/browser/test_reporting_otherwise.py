"""Reports that come another way, at a real browser: by a link without an account, and in a sheet with a conflict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.office import Office, sticks_out
from tests.browser.test_screens import _axe, _keep
from tests.filled_sheets import filled, opened, report, rows_of

pytestmark = [pytest.mark.needs("browser"), pytest.mark.timeout(300)]


@pytest.fixture
def stranger(browser: Browser, office: Office, width: int) -> Iterator[Page]:
    """Somebody without an account, at a browser that has never been here."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", base_url=office.url)
    yield context.new_page()
    context.close()


def looked_at(page: Page, name: str, width: int) -> None:
    """The page at this width: nothing sticks out, axe finds no serious fault."""
    page.set_viewport_size({"width": width, "height": 900})
    _keep(page, f"{name}-{width}")
    assert sticks_out(page) == 0, name
    assert _axe(page, name) == []


def heard(page: Page) -> list[str]:
    """What the console complains of from now on."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def test_a_report_without_an_account(office: Office, at_browser: SignedIn, stranger: Page, width: int) -> None:
    supervisor = at_browser(office.login_of("督查员", "市政府"))
    complaints = heard(supervisor) + heard(stranger)
    supervisor.goto("/overdue")
    supervisor.get_by_role("row").filter(has_text="办理中").first.locator(".row-title a").first.click()
    part = supervisor.url
    title = supervisor.get_by_role("heading", level=1).inner_text()
    looked_at(supervisor, "link-part", width)
    supervisor.locator("#links a").click()
    supervisor.get_by_role("button", name="生成链接").click()
    looked_at(supervisor, "link-made", width)
    link = supervisor.get_by_label("链接（拿到链接的人都能填报，请只发给承办人）").input_value()
    supervisor.emulate_media(media="print")
    assert not supervisor.get_by_label("链接（拿到链接的人都能填报，请只发给承办人）").is_visible()
    assert supervisor.get_by_role("heading", name="事项进展填报单").is_visible()
    _keep(supervisor, f"link-slip-{width}")
    supervisor.emulate_media(media="screen")
    supervisor.goto(part)
    supervisor.get_by_role("link", name="督办单").click()
    supervisor.get_by_role("button", name="加印填报二维码").click()
    expect(supervisor.locator(".paper-code svg")).to_be_visible()
    looked_at(supervisor, "slip-coded", width)
    supervisor.emulate_media(media="print")
    _keep(supervisor, f"slip-coded-print-{width}")
    supervisor.emulate_media(media="screen")

    answer = stranger.goto(link)
    assert answer
    assert answer.headers["referrer-policy"] == "no-referrer"
    expect(stranger.get_by_role("heading", level=2).first).to_have_text(title)
    expect(stranger.get_by_role("navigation")).to_have_count(0)
    looked_at(stranger, "link-report", width)
    stranger.get_by_role("button", name="提交").click()
    expect(stranger.get_by_role("alert")).to_contain_text("还没有提交")
    looked_at(stranger, "link-faults", width)
    stranger.get_by_label("进展情况").fill("已完成现场核查，正在整改。")
    stranger.get_by_label("完成比例").fill("60")
    stranger.get_by_label("填报人姓名").fill("张三")
    stranger.get_by_label("联系电话").fill("0316-2345678")
    stranger.get_by_role("button", name="提交").click()
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("进展已报送")
    looked_at(stranger, "link-done", width)
    stranger.goto(link)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("链接已经用过")
    looked_at(stranger, "link-spent", width)

    supervisor.goto(part)
    expect(supervisor.get_by_role("main")).to_contain_text("免登录：张三")
    expect(supervisor.locator("#links")).to_contain_text("已填报")
    supervisor.locator("#links a").click()
    looked_at(supervisor, "link-list", width)
    assert [each for each in complaints if "410" not in each and "422" not in each] == []


def test_a_sheet_with_a_conflict(office: Office, at_browser: SignedIn, width: int, tmp_path: Path) -> None:
    page = at_browser(office.login_of("联络员", "市公安局"))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/my")
    looked_at(page, "sheet-desk", width)
    page.get_by_role("link", name="表格填报").click()
    looked_at(page, "sheet-show", width)
    data = _downloaded(page, page.get_by_role("link", name="下载填报表（xlsx）"))
    rows = [row["状态"] for row in rows_of(data)]
    at = rows.index("办理中")
    other = next(n for n, state in enumerate(rows) if state in ("待签收", "办理中") and n != at)
    typed: list[dict[str, Any]] = [{} for _ in rows]
    typed[at], typed[other] = report("表格里写的进展。", 70), report("另一项的进展。", "三成")
    first = tmp_path / "填报表.xlsx"
    first.write_bytes(filled(data, *typed))
    _report_on_the_page(page, str(rows_of(data)[at]["任务"]))

    page.goto("/sheets")
    page.locator("input[type=file]").set_input_files(first)
    page.get_by_role("button", name="上传并核对").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("有了变动")
    expect(told).to_contain_text("网页上先报的")
    expect(told).to_contain_text("完成比例应为0到100的整数，现为“三成”")
    looked_at(page, "sheet-conflict", width)
    back = _downloaded(page, page.get_by_role("button", name="取回带错误说明的表格"))
    (tmp_path / "returned.xlsx").write_bytes(back)
    again = rows_of(back)
    assert sum(bool(row["错误说明"]) for row in again) == 2
    book, sheet, head, columns = opened(back)
    faulty = next(n for n, row in enumerate(again, head + 1) if row["完成比例*"] == "三成")
    sheet.cell(faulty, columns["完成比例*"]).value = 30
    second = tmp_path / "改好的表.xlsx"
    book.save(second)

    page.get_by_role("link", name="重新上传").first.click()
    page.locator("input[type=file]").set_input_files(second)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("main")).to_contain_text("以下2项还没有报送")
    looked_at(page, "sheet-preview", width)
    page.get_by_role("button", name="确认报送2项").click()
    expect(page.get_by_role("status").last).to_contain_text("已报送2项")
    looked_at(page, "sheet-done", width)


def _downloaded(page: Page, button: object) -> bytes:
    with page.expect_download() as waiting:
        button.click()  # type: ignore[attr-defined]
    return Path(waiting.value.path()).read_bytes()


def _report_on_the_page(page: Page, title: str) -> None:
    page.goto("/my?section=in_progress")
    page.get_by_role("link", name=f"报进展：{title}").first.click()
    form = page.locator("#report form")
    form.get_by_role("textbox").first.fill("网页上先报的。")
    form.get_by_role("button", name="报进展").click()
    expect(page.get_by_role("main")).to_contain_text("网页上先报的。")


def test_the_units_of_a_supervisor(office: Office, at_browser: SignedIn, width: int) -> None:
    page = at_browser(office.login_of("督查员", "市政府"))
    page.goto("/overdue")
    page.get_by_role("link", name="表格填报").click()
    looked_at(page, "sheet-units", width)
    page.locator("td.row-title a").first.click()
    expect(page.get_by_role("main")).to_contain_text("督查室代填")
    looked_at(page, "sheet-supervisor", width)
