"""The page on which a clerk says what a spreadsheet's columns hold."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import City, a_source
from tests.web.browsing import Page, Visitor, fields_of
from tracker.store.plans import Draft, Source

HEADER = ("编号", "干什么", "谁来干", "啥时候干完")
ROWS = ((1, "疏浚北沙河", "市财政局", "2023年9月底前"), (2, "改造老旧小区", "市教育局", "2023年11月"))
USES = ("unused", "task", "responsible", "deadline")


@pytest.fixture
def supervisor(page: Visitor, city: City) -> Visitor:
    """The city's supervisor, signed in."""
    return page.sign_in("supervisor")


def a_sheet(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("干活清单",), *rows):
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def uploaded(visitor: Visitor, data: bytes) -> Page:
    form = visitor("/plans/new").form("/plans/new")
    fields = {node.get("name"): node.get("value") for node in form.all("input", type="hidden")}
    return visitor.send("/plans/new", {**fields, "text": "", "name": "", "file": (BytesIO(data), "清单.xlsx")})


def source_id(session: Session) -> int:
    session.rollback()
    return session.scalars(select(Source.id)).one()


def filled(page: Page, address: str, header: str = "0", uses: tuple[str, ...] = USES) -> dict[str, str]:
    hidden = {str(node.get("name")): str(node.get("value")) for node in page.form(address).all("input", type="hidden")}
    return {**hidden, "header": header, **{f"uses-{at}": use for at, use in enumerate(uses)}}


def test_a_sheet_that_nobody_recognised_leads_to_its_columns_and_on_to_its_drafts(
    supervisor: Visitor, session: Session
) -> None:
    asked = uploaded(supervisor, a_sheet(HEADER, *ROWS))
    address = f"/sources/{source_id(session)}/columns"
    assert asked.root.one("h1").text == "各列的含义"
    assert len(asked.form(address).all("select")) == len(HEADER)
    assert "疏浚北沙河" in asked.root.text
    review = supervisor.send(address, filled(asked, address))
    assert "读出2条待核任务" in review.root.text
    session.rollback()
    assert session.scalars(select(Draft.title).order_by(Draft.position)).all() == ["疏浚北沙河", "改造老旧小区"]
    again = supervisor(address)
    kept = fields_of(again.form(address))
    assert (tuple(kept[f"uses-{at}"] for at in range(len(USES))), kept["header"]) == (USES, "0")


@pytest.mark.parametrize(
    ("header", "uses", "says"),
    [
        ("0", ("unused", *USES[1:3], "task"), "只选一列"),
        ("0", ("unused", "task", "unused", "unused"), "至少选择一列"),
        ("0", ("nonsense", *USES[1:]), "逐列选择"),
        ("x", USES, "表头在哪一行"),
        ("", USES, "表头在哪一行"),
        ("0", USES[:2], "没有选全"),
        ("0", USES * 40, "没有选全"),
    ],
)
def test_a_choice_that_cannot_be_used_is_said_and_kept(
    supervisor: Visitor, session: Session, header: str, uses: tuple[str, ...], says: str
) -> None:
    asked = uploaded(supervisor, a_sheet(HEADER, *ROWS))
    address = f"/sources/{source_id(session)}/columns"
    told = supervisor.send(address, filled(asked, address, header, uses), status=422)
    assert says in " ".join(told.alerts)
    session.rollback()
    assert session.scalars(select(Draft)).all() == []


def test_a_recognised_sheet_offers_the_page_where_it_is_shown(supervisor: Visitor, session: Session) -> None:
    uploaded(supervisor, a_sheet(("序号", "任务", "责任单位", "完成时限"), *ROWS))
    address = f"/sources/{source_id(session)}"
    assert supervisor(address).root.one("a", href=f"{address}/columns").text == "指定各列的含义"


def test_a_text_has_no_columns(supervisor: Visitor, session: Session, city: City) -> None:
    source = a_source(session, city.root, "没有任务")
    session.commit()
    told = supervisor(f"/sources/{source.id}/columns")
    assert "没有可以指定各列含义的表格" in told.root.text
