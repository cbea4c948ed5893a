"""Papers: page, .docx and .xlsx say the same numbers, each leads to its list, and texts stay texts."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import docx
import pytest
from docx.oxml.ns import qn
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, NOW, TODAY, City, a_plan, a_task, a_unit, the_actor
from tests.unit.services.test_ledger import ZONE, busy
from tests.web.browsing import Page, Visitor, fields_of
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import Event, Outcome, State
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import LightPack
from tracker.domain.roles import Role
from tracker.domain.scoring import Scheme
from tracker.domain.scoring import rules_of as scheme_rules
from tracker.services.ledger import ledger
from tracker.services.ledger_sheet import COLUMNS
from tracker.services.lit import When
from tracker.services.work import act
from tracker.store.handling import Handling
from tracker.store.report_links import ReportLink
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import HistoryEntry

# Three periods, and one whose last day has long passed.
PERIODS = (
    ("2023-01-01", "2023-06-15"),
    ("2023-05-20", "2023-06-10"),
    ("2023-06-01", "2023-06-15"),
    ("2023-05-01", "2023-05-31"),
)
HEADINGS = ("交办", "办结", "应办结", "按期", "超期", "到期未办", "逾期", "退回", "延期")
SHOWS = ("assigned", "completed", "due", "on_time", "late", "missed", "overdue", "returned", "extended")
TEXT_SHOWS = ("open", "red", "yellow", *SHOWS)

Told = tuple[list[tuple[str, str]], list[list[str]]]


@pytest.fixture
def busy_city(session: Session, city: City) -> City:
    busy(session, city)
    return city


@pytest.fixture(params=JudgedBy)
def judged_by(session: Session, busy_city: City, request: pytest.FixtureRequest) -> JudgedBy:
    """Either rule of the office, in force since before anything happened; the first is the program's own."""
    by: JudgedBy = request.param
    if by is not JudgedBy.ACCEPTANCE:
        in_force(session, by, date(2022, 1, 1))
    return by


def in_force(session: Session, by: JudgedBy, since: date) -> None:
    rules = rules_of(LightPack(judged_by=by))
    version = session.query(RulePack).count() + 1
    pack = RulePack(kind=PackKind.LIGHTS, version=version, rules=rules, words="议定", in_force_on=since)
    pack.made_at, pack.made_by_name = LAST_MONTH, "杜督查"
    session.add(pack)
    session.commit()


def on_page(page: Page) -> Told:
    """Every number with its list, and the table of units, as they stand on the page."""
    article = page.main.one("article", class_="paper")
    links = [(link.text, link.get("href")) for link in article.all("a")]
    table = article.all("table")[0]
    return links, [[cell.text for cell in row.all("td")] for row in table.one("tbody").all("tr")]


def in_word(body: bytes) -> Told:
    """The same in the .docx."""
    document = docx.Document(BytesIO(body))
    links = []
    for element in document.element.body.iter(qn("w:hyperlink")):
        text = "".join(node.text or "" for node in element.iter(qn("w:t")))
        links.append((text, document.part.rels[element.get(qn("r:id"))].target_ref))
    rows = [["".join(cell_text(cell)) for cell in row.cells] for row in document.tables[0].rows]
    assert [heading for heading in rows[0] if heading in HEADINGS] == list(HEADINGS)
    return links, rows[1:]


def cell_text(cell: Any) -> list[str]:
    """Python-docx leaves hyperlinks out of a cell's text."""
    return [node.text or "" for node in cell._tc.iter(qn("w:t"))]


def sheet(visitor: Visitor, query: str) -> list[tuple[Any, ...]]:
    answer = visitor.answer(f"/papers/ledger.xlsx?{query}")
    assert answer.status_code == 200
    rows = list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[2] == tuple(column.heading for column in COLUMNS)
    return rows[3:]


@pytest.mark.parametrize(("since", "until"), PERIODS)
def test_page_word_and_sheet_agree(page: Visitor, judged_by: JudgedBy, since: str, until: str) -> None:
    page.sign_in("supervisor")
    asked = f"since={since}&until={until}"
    links, table = on_page(page(f"/papers/bulletin?{asked}"))
    word_links, word_table = in_word(page.answer(f"/papers/bulletin.docx?{asked}").data)
    assert (word_links, word_table) == (links, table)
    assert len(links) > 12
    for text, address in links:
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == "http://localhost"
        assert f"until={until}" in address
        assert len(sheet(page, parts.query)) == int(text), address
        assert page(f"{parts.path}?{parts.query}").main.one("p", role="status").one("strong").text == text
    # The numbers of the text are those of the figures' page, in the same order.
    figures = page(f"/figures?{asked}").main.one("section", aria_labelledby="by-title").one("tbody").all("tr")
    shown = [[cell.text for cell in row.all("td")] for row in figures]
    told = [row for place, row in enumerate(shown) if place == 0 or row[3] != "0" or row[7] != "0"]
    assert [row[2:11] for row in table] == [row[1:10] for row in told]
    assert [row[11] for row in table] == [row[10] for row in told]
    assert [text for text, _ in links[3:12]] == table[0][2:11]


@pytest.mark.parametrize(("since", "until"), PERIODS)
def test_the_sheet_alone_gives_the_same_numbers(page: Visitor, judged_by: JudgedBy, since: str, until: str) -> None:
    """Recounted from the columns of the whole ledger, as an office would with a filter."""
    page.sign_in("supervisor")
    asked = f"since={since}&until={until}"
    links, _ = on_page(page(f"/papers/bulletin?{asked}"))
    told = dict(zip(TEXT_SHOWS, (int(text) for text, _ in links[:12]), strict=True))
    column = {heading.heading: place for place, heading in enumerate(COLUMNS)}
    rows = sheet(page, asked)
    lights = Counter(row[column["亮灯"]] for row in rows)
    assert (lights["红灯"], lights["黄灯"]) == (told["red"], told["yellow"])
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    counted: Counter[str] = Counter()
    for row in rows:
        due, done = (
            value.date() if value else None for value in (row[column["完成时限（现行）"]], row[column["办结日期"]])
        )
        state = row[column["状态"]]
        if "本行为配合单位的分工" in (row[column["备注"]] or "") or state == "撤销":
            continue
        counted["completed"] += done is not None and first <= done <= last
        if due is None:
            continue
        inside, ended = first <= due <= last, done
        if judged_by is JudgedBy.SUBMISSION and done:
            told_day = re.search(r"(\d+)年(\d+)月(\d+)日提交", row[column["备注"]] or "")
            assert told_day
            ended = date(*map(int, told_day.groups()))
        late_open = done is None and due < last and state != "中止（挂账）"
        counted["overdue"] += late_open
        counted["missed"] += late_open and inside
        counted["on_time"] += inside and ended is not None and ended <= due
        counted["late"] += inside and ended is not None and ended > due
        assert ("超期办结" in (row[column["备注"]] or "")) is (ended is not None and ended > due)
    assert counted["on_time"] + counted["late"] + counted["missed"] == told["due"]
    assert dict(counted) == {name: told[name] for name in counted}


class TestByWhichDay:
    """One part was submitted in time and accepted late: its number stands where the office's rule puts it."""

    SINCE, UNTIL = "2023-05-01", "2023-06-15"

    @pytest.fixture
    def late_to_accept(self, session: Session, city: City) -> City:
        task = a_task(session, a_plan(session, city.root), city.education, title="公示", due_on=date(2023, 6, 1))
        session.commit()
        part = task.assignments[0]
        steps = ((1, Event.SIGN_FOR), (8, Event.SUBMIT), (9, Event.RETURN), (14, Event.SUBMIT), (20, Event.ACCEPT))
        for days, event in steps:
            who = city.supervisor if event in (Event.RETURN, Event.ACCEPT) else city.liaison
            now = LAST_MONTH + timedelta(days=days)
            outcome = Outcome.SOLVED if event is Event.ACCEPT else None
            act(session, the_actor(who), now, now.date(), part.id, event, part.version, "说明", None, outcome)
        return city

    def late_and_on_time(self, page: Visitor) -> tuple[str, str]:
        """The numbers of the 通报, whose order the page of figures shares."""
        row = on_page(page(f"/papers/bulletin?since={self.SINCE}&until={self.UNTIL}"))[1][0]
        return row[2 + HEADINGS.index("超期")], row[2 + HEADINGS.index("按期")]

    def test_by_acceptance_it_is_late_everywhere(self, page: Visitor, late_to_accept: City) -> None:
        page.sign_in("supervisor")
        assert self.late_and_on_time(page) == ("1", "0")
        (row,) = sheet(page, f"show=late&since={self.SINCE}&until={self.UNTIL}")
        assert row[-1] == "超期办结；退回1次"
        assert "按期的认定以办结之日为准" in page(f"/papers/bulletin?until={self.UNTIL}").text
        assert "按办结之日认定，比时限（2023年6月1日）晚3天" in page("/tasks").text

    def test_by_submission_it_is_on_time_everywhere(
        self, page: Visitor, session: Session, late_to_accept: City
    ) -> None:
        in_force(session, JudgedBy.SUBMISSION, TODAY)
        page.sign_in("supervisor")
        assert self.late_and_on_time(page) == ("0", "1")
        asked = f"since={self.SINCE}&until={self.UNTIL}"
        assert sheet(page, f"show=late&{asked}") == []
        (row,) = sheet(page, f"show=on_time&{asked}")
        assert row[-1] == "2023年5月29日提交；退回1次"
        shown = page(f"/figures/list?show=on_time&{asked}")
        assert "以提交之日为准" in shown.main.one("p", role="status").text
        assert "2023年5月29日提交" in shown.main.one("tbody").text
        assert "超期办结" not in shown.main.one("tbody").text
        assert "按期的认定以提交之日为准" in "".join(texts_of(page.answer(f"/papers/bulletin.docx?{asked}").data))
        figures = page(f"/figures?{asked}").text
        assert "在时限当天或之前提交、其后销号的" in figures
        assert "按期以提交之日为准" in figures
        assert "按提交之日（2023年5月29日）认定，未超时限（2023年6月1日）" in page("/tasks").text
        assert "今年按期办结率 100.0%" in page("/dashboard").text

    def test_days_before_the_rule_stay_as_they_were(
        self, page: Visitor, session: Session, late_to_accept: City
    ) -> None:
        """The part was accepted on 4 June, the rule is in force from the 10th."""
        in_force(session, JudgedBy.SUBMISSION, date(2023, 6, 10))
        page.sign_in("supervisor")
        month = page("/figures?since=2023-05-01&until=2023-06-09")
        assert "按期以办结之日为准" in month.main.one("p", role="status").text
        (late,) = sheet(page, "show=late&since=2023-05-01&until=2023-06-09")
        assert late[-1] == "超期办结；退回1次"
        assert len(sheet(page, "show=on_time&since=2023-05-01&until=2023-06-10")) == 1
        for day, mark in (("2023-06-09", True), ("2023-06-10", False)):
            assert ("超期办结" in page(f"/tasks?as_of={day}").main.one("tbody").text) is mark

    @pytest.mark.parametrize(
        ("since", "on_time", "late"), [(date(2023, 6, 4), "1", "0"), (date(2023, 6, 16), "0", "1")]
    )
    def test_a_month_of_the_trend_goes_by_the_rule_of_its_last_day(  # noqa: PLR0917 - a world and what is expected
        self, page: Visitor, session: Session, late_to_accept: City, since: date, on_time: str, late: str
    ) -> None:
        in_force(session, JudgedBy.SUBMISSION, since)
        trend = page.sign_in("supervisor")("/figures").main.one("section", aria_labelledby="trend-title")
        june = [cell.text for cell in trend.one("tbody").all("tr")[-1].all("td")]
        assert (june[3], june[4]) == (on_time, late)

    def test_a_score_goes_by_the_rule(self, page: Visitor, session: Session, late_to_accept: City) -> None:
        scheme = RulePack(kind=PackKind.SCORING, version=1, rules=scheme_rules(Scheme(on=True)), words="议定")
        scheme.in_force_on, scheme.made_at, scheme.made_by_name = date(2022, 1, 1), LAST_MONTH, "杜督查"
        session.add(scheme)
        session.commit()
        page.sign_in("supervisor")
        asked = f"/figures/scores?since={self.SINCE}&until={self.UNTIL}"
        before = page(asked)
        assert "超期办结1项" in before.text
        in_force(session, JudgedBy.SUBMISSION, TODAY)
        after = page(asked)
        assert "超期办结1项" not in after.text
        assert "按期的认定以提交之日为准" in after.text


def texts_of(body: bytes) -> list[str]:
    return [node.text or "" for node in docx.Document(BytesIO(body)).element.body.iter(qn("w:t"))]


def test_the_sheet_of_a_past_day_is_the_ledger_of_that_day(page: Visitor, session: Session, busy_city: City) -> None:
    day = TODAY - timedelta(days=15)
    rows = ledger(session, the_actor(busy_city.supervisor), When(day, ZONE))
    page.sign_in("supervisor")
    found = sheet(page, f"until={day}")
    assert [(row[3], row[13], row[14], row[15]) for row in found] == [
        (row.title, f"{row.then.percent}%", row.then.state.label, row.lit.light.label) for row in rows
    ]


def test_texts_stay_texts(page: Visitor, session: Session, city: City) -> None:
    plan = a_plan(session, city.root, "=HYPERLINK(1)")
    units = ((city.education, Role.LEAD), (city.finance, Role.SUPPORT))
    task = a_task(session, plan, *units, title="@SUM(A1)\x01\x0b+1", due_on=TODAY - timedelta(days=3))
    part = task.assignments[0]
    session.add(Handling(assignment_id=part.id, leader="-1", section="+2", handler="\x02王", changed_at=LAST_MONTH))
    session.commit()
    page.sign_in("supervisor")
    book = load_workbook(BytesIO(page.answer("/papers/ledger.xlsx").data))
    cells = [cell for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert {"=HYPERLINK(1)", "-1", "+2", "王"} <= {cell.value for cell in cells}
    assert "@SUM(A1)" in str([cell.value for cell in cells])
    lead, support = sheet(page, "")
    assert (lead[4], lead[5], support[4], support[5]) == ("市教育局（牵头）", "市财政局", "市教育局", "市财政局")
    for kind in ("urging", "talk"):
        document = docx.Document(BytesIO(page.answer(f"/papers/{kind}/{part.id}.docx").data))
        text = "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))
        assert "@SUM(A1)" in text
        assert not re.search("[\x00-\x08\x0b]", text)
        assert page(f"/papers/{kind}/{part.id}").status == 200
    in_word(page.answer("/papers/bulletin.docx").data)


def test_the_layout_is_that_of_official_papers(page: Visitor, busy_city: City) -> None:
    page.sign_in("leader")
    document = docx.Document(BytesIO(page.answer("/papers/bulletin.docx").data))
    section = document.sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    assert [round(size.mm) for size in (*sizes, section.left_margin, section.right_margin) if size] == [
        210, 297, 37, 35, 28, 26,
    ]  # fmt: skip
    title = next(p for p in document.paragraphs if p.text == "关于督查事项办理情况的通报")
    assert (title.runs[0].font.name, title.runs[0].font.size.pt) == ("方正小标宋简体", 22)  # type: ignore[union-attr]
    assert (document.styles["Normal"].font.name, document.styles["Normal"].font.size.pt) == ("仿宋_GB2312", 16)
    assert "PAGE" in "".join(node.text or "" for node in section.footer._element.iter(qn("w:instrText")))


def test_a_part_has_its_papers_for_those_who_supervise_it(page: Visitor, session: Session, city: City) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=TODAY - timedelta(days=20))
    session.commit()
    part_id = task.assignments[0].id
    page.sign_in("supervisor")
    assert "督办单" in page(f"/assignments/{part_id}").text
    sheet_page = page(f"/papers/urging/{part_id}")
    assert "已逾期20天" in sheet_page.text
    assert "尚未报送进展" in sheet_page.text
    assert "截至2023年6月15日已逾期20天" in page(f"/papers/talk/{part_id}").text
    page("/papers/talk/9999", status=404)
    page.sign_out().sign_in("liaison")
    assert "督办单" not in page(f"/assignments/{part_id}").text
    page.sign_out().sign_in("county_supervisor")
    page(f"/papers/urging/{part_id}", status=403)


def test_a_slip_carries_a_link_when_the_supervisor_asks_for_it(page: Visitor, session: Session, city: City) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS)
    session.commit()
    path = f"/papers/urging/{task.assignments[0].id}"
    page.sign_in("supervisor")
    assert "加印填报二维码" in page(path).text
    assert session.scalars(select(ReportLink)).all() == []  # looking makes none
    session.rollback()
    coded = page.post(path)
    (link,) = session.scalars(select(ReportLink)).all()
    assert link.made_by_id == city.supervisor.id
    session.rollback()
    assert coded.main.one("article").all("svg", class_="qr")
    assert "只能填报一次，有效至2023年6月29日" in coded.text
    answer = page.answer(path, {**fields_of(coded.form(path)), "as_file": "y"})
    document = docx.Document(BytesIO(answer.data))
    session.rollback()
    assert len(session.scalars(select(ReportLink)).all()) == 1  # the file carries the same one
    assert len(document.inline_shapes) == 1
    assert "只能填报一次" in "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_a_slip_names_the_units_that_still_support(page: Visitor, session: Session, city: City) -> None:
    units = (city.education, (city.finance, Role.SUPPORT), (city.county, Role.SUPPORT))
    task = a_task(session, a_plan(session, city.root), *units, state=State.IN_PROGRESS)
    gone = task.assignments[1]
    gone.state, gone.withdrawn_on = State.WITHDRAWN, TODAY
    gone.history.append(HistoryEntry(event="withdraw", at=NOW, actor_name="督", to_state=State.WITHDRAWN))
    session.commit()
    text = page.sign_in("supervisor")(f"/papers/urging/{task.assignments[0].id}").text
    assert "东河县政府" in text
    assert "市财政局" not in text


def test_no_link_on_a_slip_for_what_cannot_be_reported_or_by_a_leader(
    page: Visitor, session: Session, city: City
) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, state=State.SUSPENDED)
    session.commit()
    path = f"/papers/urging/{task.assignments[0].id}"
    page.sign_in("supervisor")
    assert "没有生成填报链接" in page.post(path, status=422).alerts[0]
    page.sign_out().sign_in("liaison")
    page.send(path, {"csrf_token": page.token(), "seen_form": "a form of its own"}, status=403)
    page.sign_out().sign_in("leader")
    assert "加印填报二维码" not in page(path).text
    assert session.scalars(select(ReportLink)).all() == []


def due_and_not(session: Session, city: City, others: int) -> None:
    """市教育局 has something due, each of the others a task of next year."""
    plan = a_plan(session, city.root)
    a_task(session, plan, city.education, due_on=TODAY - timedelta(days=9), title="已到期", state=State.IN_PROGRESS)
    for number in range(others):
        unit = a_unit(session, f"第{number + 1}局", city.root)
        a_task(session, plan, unit, due_on=TODAY + timedelta(days=200), title=f"明年的事{number}")
    session.commit()


def units_in_table(page: Page) -> list[str]:
    return [row[1] for row in on_page(page)[1]]


def test_units_with_nothing_due_are_named_below_the_table(page: Visitor, session: Session, city: City) -> None:
    due_and_not(session, city, 3)
    shown = page.sign_in("supervisor")("/papers/bulletin")
    assert units_in_table(shown) == ["合计", "市教育局"]
    assert "其余3个单位本期没有到期和逾期事项：第1局、第2局、第3局。" in shown.text
    before = page("/papers/bulletin?until=2023-06-01")
    assert units_in_table(before) == ["合计"]
    assert "4个单位本期没有到期和逾期事项：市教育局、第1局、第2局、第3局。" in before.text
    assert "其余" not in before.text


def test_many_of_them_are_counted_and_found_by_a_link(page: Visitor, session: Session, city: City) -> None:
    due_and_not(session, city, 21)
    shown = page.sign_in("supervisor")("/papers/bulletin?since=2023-02-01")
    assert "其余21个单位本期没有到期和逾期事项，名单见" in shown.text
    (address,) = [address for text, address in on_page(shown)[0] if text == "各单位统计"]
    assert ("各单位统计", address) in in_word(page.answer("/papers/bulletin.docx?since=2023-02-01").data)[0]
    assert address.startswith("http://localhost/figures?since=2023-02-01&until=2023-06-15")
    found = page(address.removeprefix("http://localhost")).text
    assert all(f"第{number}局" in found for number in range(1, 22))


def test_where_all_units_have_something_due_that_is_said(page: Visitor, session: Session, city: City) -> None:
    due_and_not(session, city, 0)
    assert "以上为本期有督查事项的全部单位。" in page.sign_in("supervisor")("/papers/bulletin").text


def test_without_anything_due_there_is_no_rate(page: Visitor, session: Session, city: City) -> None:
    a_task(session, a_plan(session, city.root), city.education, due_on=TODAY + timedelta(days=90))
    session.commit()
    shown = page.sign_in("supervisor")("/papers/bulletin")
    assert "因没有应办结事项，不计算按期办结率" in shown.text
    assert "按期办结率—" not in shown.text


def test_nothing_to_tell_is_told(page: Visitor, city: City) -> None:
    page.sign_in("supervisor")
    assert "本期没有逾期未办结、退回补充和未签收的事项" in page("/papers/bulletin").text
    assert sheet(page, "") == []
