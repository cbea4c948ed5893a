"""Saying what a spreadsheet's columns hold: read again in one commit, remembered for the header in the scope."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, City, the_actor
from tracker.domain.access import Forbidden
from tracker.reading.mapped import Use
from tracker.services.errors import Invalid, NotFound
from tracker.services.intake import Upload, import_file, source_view
from tracker.services.intake_columns import Chosen, columns_view, map_columns, wants_columns
from tracker.services.intake_drafts import drop
from tracker.store.column_mappings import ColumnMapping
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Plan, Source

HEADER = ("编号", "干什么", "谁来干", "啥时候干完")
USES = (Use.UNUSED, Use.TASK, Use.RESPONSIBLE, Use.DEADLINE)
ROWS = ((1, "疏浚北沙河", "市财政局", "2023年9月底前"), (2, "改造老旧小区", "市教育局", "2023年11月"))


def a_sheet(*rows: tuple[object, ...], title: str = "干活清单") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ((title,), *rows):
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def imported(session: Session, city: City, data: bytes, name: str = "清单.xlsx") -> int:
    return import_file(session, the_actor(city.supervisor), NOW, Upload(data, name), city.root.id).source_id


def titles(session: Session, source_id: int) -> list[str]:
    session.expire_all()
    plans = session.get_one(Source, source_id).plans
    return [draft.title for plan in plans for draft in drafts_of(session, plan.id)]


def test_a_sheet_that_nobody_recognised_asks_for_its_columns(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    source_id = imported(session, city, a_sheet(HEADER, *ROWS))
    assert wants_columns(source_view(session, actor, source_id))
    view = columns_view(session, actor, source_id)
    assert (view.rows[0], view.header, view.settled) == (HEADER, 0, None)


def test_a_recognised_sheet_and_a_text_do_not_ask(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    known = imported(session, city, a_sheet(("序号", "任务", "责任单位", "完成时限"), *ROWS))
    text = import_file(session, actor, NOW, Upload("没有任务\n".encode(), "说明.txt"), city.root.id).source_id
    assert not wants_columns(source_view(session, actor, known))
    assert not wants_columns(source_view(session, actor, text))
    with pytest.raises(Invalid, match="没有可以指定"):
        columns_view(session, actor, text)


def test_the_columns_make_drafts_and_the_plans_before_are_gone(session: Session, city: City) -> None:
    source_id = imported(session, city, a_sheet(HEADER, *ROWS))
    drafts, plan_id = map_columns(session, the_actor(city.supervisor), NOW, source_id, Chosen(0, USES))
    assert (drafts, titles(session, source_id)) == (2, ["疏浚北沙河", "改造老旧小区"])
    assert [plan.id for plan in session.scalars(select(Plan))] == [plan_id]


def test_said_again_the_columns_are_those_said_last(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    source_id = imported(session, city, a_sheet(HEADER, *ROWS))
    map_columns(session, actor, NOW, source_id, Chosen(0, (Use.UNUSED, Use.TASK, Use.RESPONSIBLE, Use.UNUSED)))
    map_columns(session, actor, NOW, source_id, Chosen(0, USES))
    assert columns_view(session, actor, source_id).uses == USES
    assert session.scalar(select(func.count()).select_from(ColumnMapping)) == 1
    assert len(titles(session, source_id)) == 2


def test_the_next_sheet_with_that_header_is_read_at_once_in_that_scope_only(session: Session, city: City) -> None:
    map_columns(
        session, the_actor(city.supervisor), NOW, imported(session, city, a_sheet(HEADER, *ROWS)), Chosen(0, USES)
    )
    spaced = ("编 号", *HEADER[1:])
    again = imported(session, city, a_sheet(spaced, ROWS[1], title="第二批"), "第二批.xlsx")
    assert titles(session, again) == ["改造老旧小区"]
    county = the_actor(city.county_supervisor)
    other = import_file(session, county, NOW, Upload(a_sheet(HEADER, *ROWS), "x.xlsx"), county_of(city)).source_id
    assert titles(session, other) == []


def county_of(city: City) -> int:
    return city.county_supervisor.standings[0].unit_id


@pytest.mark.parametrize(
    ("header", "uses", "says"),
    [
        (0, USES[:-1], "没有选全"),
        (0, (Use.TASK, *USES[1:]), "只选一列"),
        (7, USES, "表头在哪一行"),
        (2, USES, "没有读出任务"),
    ],
)
def test_columns_that_cannot_be_read_with_change_nothing(
    session: Session, city: City, header: int, uses: tuple[Use, ...], says: str
) -> None:
    source_id = imported(session, city, a_sheet(HEADER, *ROWS))
    before = [plan.id for plan in session.get_one(Source, source_id).plans]
    with pytest.raises(Invalid, match=says):
        map_columns(session, the_actor(city.supervisor), NOW, source_id, Chosen(header, uses))
    session.rollback()
    session.expire_all()
    assert [plan.id for plan in session.get_one(Source, source_id).plans] == before
    assert session.scalar(select(func.count()).select_from(ColumnMapping)) == 0


def test_a_sheet_that_somebody_worked_on_is_not_read_again(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    source_id = imported(session, city, a_sheet(HEADER, *ROWS))
    _, plan_id = map_columns(session, actor, NOW, source_id, Chosen(0, USES))
    draft = drafts_of(session, plan_id)[0]
    drop(session, actor, NOW, draft.id, draft.version)
    assert "已有待核任务被采纳" in (columns_view(session, actor, source_id).settled or "")
    with pytest.raises(Invalid, match="已有待核任务被采纳"):
        map_columns(session, actor, NOW, source_id, Chosen(0, USES))
    session.rollback()
    assert len(titles(session, source_id)) == 2


def test_who_takes_no_plans_in_there_may_not_say(session: Session, city: City) -> None:
    source_id = imported(session, city, a_sheet(HEADER, *ROWS))
    with pytest.raises(Forbidden):
        map_columns(session, the_actor(city.neighbour), NOW, source_id, Chosen(0, USES))
    with pytest.raises(NotFound):
        columns_view(session, the_actor(city.supervisor), 99_999)


def a_sheet_with_a_hidden_row(title: str = "干活清单") -> bytes:
    book = load_workbook(BytesIO(a_sheet(HEADER, *ROWS, title=title)))
    book.worksheets[0].row_dimensions[4].hidden = True
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_what_is_known_about_the_file_holds_when_it_is_read_in_another_way(session: Session, city: City) -> None:
    source_id = imported(session, city, a_sheet_with_a_hidden_row())
    map_columns(session, the_actor(city.supervisor), NOW, source_id, Chosen(0, USES))
    again = imported(session, city, a_sheet_with_a_hidden_row("二月清单"), "二月.xlsx")
    session.expire_all()
    for source in (source_id, again):
        doubts = [row["code"] for plan in session.get_one(Source, source).plans for row in plan.doubts]
        assert doubts.count("hidden-cells") == 1
