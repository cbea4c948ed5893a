"""Every kind of page at both widths: nothing sticks out, nothing fails in the console, axe finds no serious fault.

TRACKER_SHOTS=folder keeps a picture of each, for a person to look at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PLAN, SignedIn
from tests.browser.office import SETTLING_LOOKS, Office, sticks_out, take_in

pytestmark = [pytest.mark.needs("browser"), pytest.mark.timeout(300)]

SERIOUS = ("serious", "critical")
# Who looks at what; "…" stands for the first such page that a list leads to.
WALKS = {
    ("督查员", "市政府"): [
        "/overdue", "/pending", "/tasks", "/tasks/…", "/plans", "/plans/…", "/plans/new",
        "/units", "/units/…", "/feeds", "/inbox", "/jobs",
    ],
    ("联络员", "市公安局"): ["/my", "/assignments/…", "/tasks", "/inbox", "/feeds"],
    ("分管领导", "市政府"): [
        "/overdue", "/tasks", "/tasks/…", "/dashboard", "/figures?since=2023-03-01&until=2023-03-31",
        "/figures/list?show=red", "/figures/scores", "/papers/bulletin?since=2023-06-01",
    ],
    ("管理员", "市政府"): [
        "/people", "/people/…", "/units", "/password", "/calendar", "/calendar/…", "/jobs", "/jobs?all=1",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("post", "unit"), WALKS, ids=str)
def test_pages_of(post: str, unit: str, office: Office, at_browser: SignedIn, width: int) -> None:
    page = at_browser(office.login_of(post, unit))
    page.set_viewport_size({"width": width, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    faults = [fault for path in WALKS[post, unit] for fault in _faults(page, path, width)]
    assert faults + complaints == []


def test_the_sign_in_page(office: Office, at_browser: SignedIn, width: int) -> None:
    page = at_browser(office.login_of("管理员", "市政府"))
    page.context.clear_cookies()
    page.set_viewport_size({"width": width, "height": 900})
    assert _faults(page, "/sign-in", width) == []


def test_the_review_page(office: Office, at_browser: SignedIn, plan_file: Path, width: int) -> None:
    page = at_browser(office.login_of("督查员", "市政府"))
    take_in(page, plan_file)
    page.set_viewport_size({"width": width, "height": 900})
    assert _faults(page, page.url.removeprefix(office.url), width) == []
    assert _faults(page, "/plans/…/review", width, start=page.url.removeprefix(office.url)) == []


def test_the_indicators_of_a_plan(office: Office, at_browser: SignedIn, tmp_path: Path, width: int) -> None:
    page = at_browser(office.login_of("督查员", "市政府"))
    rows = "".join(
        f"{n}\t管护\t第{n}类设施完好率（%）\t8{n}.5\t≥9{n}\t约束性\t市公安局、市文广旅局\n" for n in range(1, 7)
    )
    file = tmp_path / f"照明指标{width}.txt"
    another = PLAN.replace("901号", f"{width}号").replace("城区夜间照明", f"第{width}号片区设施")
    file.write_text(f"{another}\n\n序号\t类别\t指标\t2020年\t2025年\t属性\t责任单位\n{rows}", "utf-8")
    take_in(page, file)
    page.set_viewport_size({"width": width, "height": 900})
    review = page.url.removeprefix(office.url)
    for name, path in (("review", review), ("plan", review.removesuffix("/review"))):
        assert _faults(page, path, width) == []
        page.get_by_text("6项指标").click()
        assert page.get_by_role("cell", name="≥91").is_visible()
        assert sticks_out(page) == 0
        assert _axe(page, path) == []
        _keep(page, f"indicators-{name}-{width}")


def test_the_page_of_a_new_version(office: Office, at_browser: SignedIn, tmp_path: Path, width: int) -> None:
    """A plan of its own for each width is adopted, and a changed copy of it imported."""
    page = at_browser(office.login_of("督查员", "市政府"))
    first = PLAN.replace("901号", f"{width}1号").replace("城区夜间照明", f"第{width}号校区照明")
    files = [tmp_path / f"校区照明方案{width}{version}.txt" for version in ("", "（修订）")]
    files[0].write_text(first, encoding="utf-8")
    files[1].write_text(first.replace("6月底前）", "7月底前）").replace("标注位置", "标注位置、照度"), encoding="utf-8")
    take_in(page, files[0])
    page.get_by_role("link", name=re.compile("采纳全部")).click()
    page.get_by_role("button", name=re.compile("确认采纳")).click()
    take_in(page, files[1])
    page.set_viewport_size({"width": width, "height": 900})
    assert page.url.endswith("/revision")
    assert _faults(page, page.url.removeprefix(office.url), width) == []
    assert page.locator("article.change").count() == 1
    page.get_by_role("button", name=re.compile("^接受这项变化")).click()
    assert page.get_by_text("已按新版调整").count() == 1


def test_the_pages_of_a_subscription(office: Office, at_browser: SignedIn, width: int) -> None:
    """The form asks for a unit or a plan only where the content goes by it; three programs have read the link."""
    page = at_browser(office.login_of("督查员", "市政府"))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/feeds")
    for scope, asked in (("一个单位的事项", ["单位"]), ("一份文件的事项", ["文件"]), ("全部事项", [])):
        page.get_by_role("radio", name=scope, exact=True).check()
        assert [name for name in ("单位", "文件") if page.get_by_label(name, exact=True).is_visible()] == asked
    page.get_by_role("button", name="生成订阅链接").click()
    link = page.get_by_label("链接（凭此链接即可查看，请勿转发）").input_value()
    for program in (
        "iOS/17.4.1 (21E236) dataaccessd/1.0",
        "Thunderbird/128.5.0",
        f"Microsoft.Exchange/15.20 ({'x' * 300}",
    ):
        assert b"VEVENT" in office.fetch(link, program)
    path = page.url.removeprefix(office.url).partition("#")[0]
    expect(page.locator(".feed-qr svg")).to_be_visible()
    assert _faults(page, path, width) == []
    for _ in range(SETTLING_LOOKS):  # what polls leave behind is written a moment later
        page.goto(f"{path}/doctor")
        if page.get_by_role("main").get_by_text("iPhone、iPad 日历").count():
            break
        page.wait_for_timeout(100)
    assert _faults(page, f"{path}/doctor?sought=方案", width) == []
    expect(page.get_by_role("main")).to_contain_text("iPhone、iPad 日历")
    expect(page.get_by_role("main")).to_contain_text("只列出前20项")


def _faults(page: Page, path: str, width: int, start: str | None = None) -> list[str]:
    """What is wrong with the page at that path."""
    address = _first_link(page, path, start) if "…" in path else path
    answer = page.goto(address)
    assert answer is not None
    _keep(page, f"{path.strip('/').replace('/', '-').replace('…', 'one')}-{width}")
    found = [] if answer.status == 200 else [f"{path}: {answer.status}"]
    beyond = sticks_out(page)
    if beyond > 0:
        found.append(f"{path}: {beyond} px wider than the screen")
    return found + _axe(page, path)


def _first_link(page: Page, pattern: str, start: str | None) -> str:
    """The first link of that form on the page before it: the list, or the desk for assignments."""
    lists = {"/assignments/…": "/my", "/plans/…/review": "/plans"}
    page.goto(start or lists.get(pattern, pattern.removesuffix("/…")))
    wanted = re.compile(re.escape(pattern).replace("…", r"\d+") + r"(?:[?#].*)?$")
    hrefs = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
    return next(str(href) for href in hrefs if wanted.match(href))


def _axe(page: Page, path: str) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{path}: {fault['id']} ({fault['impact']}): {fault['nodes'][0]['target']} and {len(fault['nodes']) - 1} more"
        for fault in violations
        if fault["impact"] in SERIOUS
    ]


def _keep(page: Page, name: str) -> None:
    folder = os.environ.get("TRACKER_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
