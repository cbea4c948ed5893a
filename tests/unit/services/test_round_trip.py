"""A unit's sheet: what goes out, what may come back, and that it is recorded whole or not at all."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_person, a_plan, a_task, an_assignment, the_actor
from tests.filled_sheets import filled, opened, report, rows_of, saved
from tracker.domain.access import Actor, Forbidden, Office
from tracker.domain.lifecycle import Event, State
from tracker.domain.roles import Role
from tracker.reading.formats.sheet_cells import read_cells
from tracker.services.errors import Invalid, NotFound
from tracker.services.lit import When
from tracker.services.recording import Seen
from tracker.services.round_trip import Checked, NotRecorded, Press, apply, check, typed_back
from tracker.services.round_trip_cells import Filled, filled_of, packed, read_filled, unpacked
from tracker.services.round_trip_sheet import (
    Claim,
    claim_of,
    returned_sheet,
    token_of,
    unit_sheet,
    units_with_items,
)
from tracker.services.work import act
from tracker.settings import ReadingLimits
from tracker.store.engine import make_engine, write_session
from tracker.store.evidence import Evidence
from tracker.store.tasks import Assignment, HistoryEntry

KEY = "a key for tests that is long enough"
WHEN = When(TODAY, ZoneInfo("Asia/Shanghai"))
LIMITS = ReadingLimits()


@pytest.fixture
def parts(session: Session, city: City) -> list[Assignment]:
    """The education bureau's items in the order of the sheet: one in progress, one to sign for, one submitted."""
    return some_parts(session, city)


def some_parts(session: Session, city: City) -> list[Assignment]:
    plan = a_plan(session, city.root)
    states = (State.IN_PROGRESS, State.DISPATCHED, State.SUBMITTED, State.COMPLETED)
    tasks = [a_task(session, plan, city.education, title=f"第{n}项任务", state=s) for n, s in enumerate(states, 1)]
    session.commit()
    return [task.assignments[0] for task in tasks][:3]


def press(city: City, who: str = "liaison", **changes: Any) -> Press:
    return replace(Press(the_actor(getattr(city, who)), NOW, TODAY, KEY, city.education.id), **changes)


def sheet(session: Session, city: City, who: str = "liaison") -> bytes:
    return unit_sheet(session, the_actor(getattr(city, who)), WHEN, KEY, city.education.id)


def typed(data: bytes) -> Filled:
    return filled_of(read_cells(data, "表.xlsx"), "表.xlsx")


def faults(session: Session, city: City, data: bytes, who: str = "liaison") -> list[str]:
    """What is wrong with the sheet; nothing may be recorded by it."""
    before = history(session)
    with pytest.raises(NotRecorded) as refused:
        apply(session, press(city, who), typed(data))
    session.rollback()
    assert history(session) == before
    return refused.value.checked.faults


def history(session: Session) -> list[tuple[int, str, str, str | None, int | None]]:
    session.expire_all()
    rows = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id))
    return [(e.assignment_id, e.event, e.actor_name, e.words, e.percent) for e in rows if e.event != "adopt"]


class TestTheSheet:
    def test_holds_the_units_open_items(self, session: Session, city: City, parts: list[Assignment]) -> None:
        act(session, the_actor(city.liaison), NOW, TODAY, parts[0].id, Event.REPORT, 1, "=已摸底", 25)
        rows = rows_of(sheet(session, city))
        assert [(row["序号"], row["任务"], row["状态"]) for row in rows] == [
            (1, "第1项任务", "办理中"), (2, "第2项任务", "待签收"), (3, "第3项任务", "待审核"),
        ]  # fmt: skip
        assert rows[0]["现进展（最近）"] == "25%　=已摸底（2023-06-15）"
        assert str(rows[0]["完成时限"])[:10] == "2023-06-30"
        assert (rows[0]["角色"], rows[0]["文件"]) == ("责任", "优化服务实施方案")

    def test_only_what_can_be_filled_in_is_unlocked(
        self, session: Session, city: City, parts: list[Assignment]
    ) -> None:
        _, page, head, columns = opened(sheet(session, city))
        free = {(c.row - head, c.column) for row in page.iter_rows() for c in row if not c.protection.locked}
        mine = [columns[name] for name in ("本次进展*", "完成比例*", "是否申请办结*", "备注")]
        assert free == {(row, column) for row in (1, 2) for column in mine}
        assert page.protection.sheet
        assert page.column_dimensions["L"].hidden
        kinds = {rule.type: rule.formula1 for rule in page.data_validations.dataValidation}
        assert kinds == {"textLength": "5000", "whole": "0", "list": '"是,否"'} | {"textLength": kinds["textLength"]}

    def test_tokens_say_whose_row_it_is(self, session: Session, city: City, parts: list[Assignment]) -> None:
        claims = [claim_of(KEY, str(row["行标识"])) for row in rows_of(sheet(session, city))]
        assert [claim and claim.uid for claim in claims] == [part.uid for part in parts]
        assert claims[0]
        assert (claims[0].unit_id, claims[0].seen.version) == (city.education.id, 1)

    @pytest.mark.parametrize("who", ["leader", "neighbour", "county_supervisor", "administrator"])
    def test_is_not_for_others(self, session: Session, city: City, parts: list[Assignment], who: str) -> None:
        with pytest.raises(Forbidden, match="市教育局"):
            sheet(session, city, who)
        with pytest.raises(Forbidden):
            check(session, press(city, who), Filled("表", (), 0))

    def test_of_a_unit_that_is_not_there(self, session: Session, city: City) -> None:
        with pytest.raises(NotFound):
            unit_sheet(session, the_actor(city.supervisor), WHEN, KEY, 999)

    def test_units_with_items(self, session: Session, city: City, parts: list[Assignment]) -> None:
        counts = [(unit.name, count) for unit, count in units_with_items(session, the_actor(city.supervisor))]
        assert counts == [("市教育局", 3)]
        assert units_with_items(session, the_actor(city.neighbour)) == []


class TestComingBack:
    def test_is_recorded_as_work_is(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(
            sheet(session, city), report("已开工。", "４０％", remark="图纸待批"), report("全部完成。", 100, "是")
        )
        done = apply(session, press(city), typed(data))
        assert [(row.title, row.filled.row) for row in done.rows] == [("第1项任务", 5), ("第2项任务", 6)]
        first, second = parts[:2]
        assert history(session) == [
            (second.id, "sign_for", "李联络", None, None),
            (first.id, "report", "李联络", "已开工。\n备注：图纸待批", 40),
            (second.id, "submit", "李联络", "全部完成。", 100),
        ]
        assert (first.state, first.percent, first.reported_at) == (State.IN_PROGRESS, 40, NOW)
        assert (second.state, second.percent, second.submitted_at) == (State.SUBMITTED, 100, NOW)

    def test_what_will_happen_is_told_beforehand(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city), report(), report(submits="是"))
        checked = check(session, press(city), typed(data))
        assert ([row.deed for row in checked.rows], checked.blank) == (["报进展", "签收并申请办结"], 1)
        assert history(session) == []

    def test_confirmed_twice_it_acts_once(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = typed(filled(sheet(session, city), report(), report(submits="是")))
        assert [len(apply(session, press(city), data).rows) for _ in range(2)] == [2, 2]
        assert len(history(session)) == 3
        with pytest.raises(NotRecorded):  # the next day it is no second press
            apply(session, press(city, now=NOW.replace(day=16)), data)

    def test_a_percentage_as_excel_keeps_it(self, session: Session, city: City, parts: list[Assignment]) -> None:
        def as_percent(page: Worksheet, columns: dict[str, int]) -> None:
            page.cell(5, columns["完成比例*"]).number_format = "0%"

        data = filled(sheet(session, city), report(percent=0.4), change=as_percent)
        assert apply(session, press(city), typed(data)).rows[0].report
        assert history(session)[0][4] == 40

    def test_a_supervisor_reports_for_the_unit_and_says_so(
        self, session: Session, city: City, parts: list[Assignment]
    ) -> None:
        data = filled(sheet(session, city, "supervisor"), report())
        apply(session, press(city, "supervisor"), typed(data))
        assert history(session) == [(parts[0].id, "report", "杜督查", "督查室代填：已开工。", 40)]

    def test_a_supervisor_does_not_submit_for_it(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city, "supervisor"), report(submits="是"))
        (fault,) = faults(session, city, data, "supervisor")
        assert fault.startswith("J5：督查室代填只能报送进展")

    def test_rows_sorted_hidden_and_deleted(self, session: Session, city: City, parts: list[Assignment]) -> None:
        def rearrange(page: Worksheet, _columns: dict[str, int]) -> None:
            first, third = ([cell.value for cell in page[row]] for row in (5, 7))
            for column, (one, other) in enumerate(zip(first, third, strict=True), 1):
                page.cell(5, column).value, page.cell(7, column).value = other, one
            page.row_dimensions[7].hidden = True
            page.delete_rows(6)

        done = apply(session, press(city), typed(filled(sheet(session, city), report(), change=rearrange)))
        assert [(row.title, row.filled.row) for row in done.rows] == [("第1项任务", 6)]

    def test_columns_moved_apart(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city), report(percent="many"), change=lambda page, _: page.insert_cols(1, 2))
        assert faults(session, city, data) == ["K5：完成比例应为0到100的整数，现为“many”。"]


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("row", "told"),
        [
            (report(percent=101), ["I5：完成比例应为0到100的整数，现为“101”。"]),
            (report(percent=-1), ["I5：完成比例应为0到100的整数，现为“-1”。"]),
            (report(percent=40.5), ["I5：完成比例应为0到100的整数，现为“40.5”。"]),
            (report(percent="一半"), ["I5：完成比例应为0到100的整数，现为“一半”。"]),
            (report(percent=None), ["I5：完成比例应为0到100的整数，现在没有填。"]),
            (report(submits="对"), ["J5：是否申请办结应填“是”或“否”，现为“对”。"]),
            (report(words="=1+1"), ["H5：这一格是公式，请改成文字或数字。"]),
            (report(percent="=A1"), ["I5：这一格是公式，请改成文字或数字。"]),
            (report(words="=HYPERLINK(\"http://x\",\"点\")"), ["H5：这一格是公式，请改成文字或数字。"]),
            (report(words="很" * 5001), ["H5：本次进展连同备注不能超过5000字，现有5001字。"]),
            ({"备注": "无"}, ["H5：请填写本次进展；本行不报送的，请把整行所填内容删去。",
                            "I5：完成比例应为0到100的整数，现在没有填。"]),
        ],
    )  # fmt: skip
    def test_cells(
        self, session: Session, city: City, parts: list[Assignment], row: dict[str, Any], told: list[str]
    ) -> None:
        assert faults(session, city, filled(sheet(session, city), row, report())) == told

    def test_one_wrong_row_holds_up_all(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city), report(), report(), report())
        assert faults(session, city, data) == ["第7行：该事项已申请办结，正在等待督查室审核，不需要再报送进展。"]

    def test_a_conflict_tells_who_did_what(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city), report())
        act(session, the_actor(city.liaison), NOW, TODAY, parts[0].id, Event.REPORT, 1, "网页上已报。", 30)
        assert faults(session, city, data) == [
            "第5行：下载表格之后，该事项有了变动：李联络“报进展”（网页上已报。）。请核对后再报送。"
        ]

    def test_a_flag_of_the_machine_is_no_conflict(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city), report())
        parts[0].overdue_flagged_on = TODAY
        session.commit()
        assert apply(session, press(city), typed(data)).is_good

    def test_one_item_filled_in_twice(self, session: Session, city: City, parts: list[Assignment]) -> None:
        def double(page: Worksheet, _columns: dict[str, int]) -> None:
            for column, cell in enumerate(list(page[5]), 1):
                page.cell(8, column).value = cell.value

        data = filled(sheet(session, city), report(), change=double)
        assert faults(session, city, data) == ["第8行：与第5行是同一事项，请只填一行。"]

    def test_a_row_of_ones_own(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city), {}, {}, {}, report("另有一事。"))
        assert faults(session, city, data) == [
            "第8行：没有行标识，可能是自己增加的行。请把内容填到系统下载的原有各行里。"
        ]

    def test_given_to_another_unit_since(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city), {}, report())
        act(session, the_actor(city.liaison), NOW, TODAY, parts[1].id, Event.DECLINE, 1, "不属职责。")
        supervisor = the_actor(city.supervisor)
        act(session, supervisor, NOW, TODAY, parts[1].id, Event.DISPATCH, 2, unit_id=city.finance.id)
        assert faults(session, city, data) == ["第6行：该事项已转给其他单位，请删去本行所填内容。"]

    def test_a_unit_in_support_gives_its_opinion_in_the_sheet(self, session: Session, city: City) -> None:
        units = ((city.finance, Role.LEAD), (city.education, Role.SUPPORT))
        task = a_task(session, a_plan(session, city.root), *units, state=State.IN_PROGRESS, awaits_opinions=True)
        session.commit()
        assert apply(session, press(city), typed(filled(sheet(session, city), report(submits="是")))).is_good
        assert task.assignments[1].state is State.SUBMITTED

    def test_evidence_and_opinions(self, session: Session, city: City, parts: list[Assignment]) -> None:
        parts[0].task.evidence_required = parts[1].task.awaits_opinions = True
        support = an_assignment(city.finance, Role.SUPPORT, 1, parts[1].task, State.IN_PROGRESS)
        parts[1].task.assignments.append(support)
        session.commit()
        data = filled(sheet(session, city), report(submits="是"), report(submits="是"))
        told = faults(session, city, data)
        assert [fault.partition("，")[0] for fault in told] == [
            "J5：该任务申请办结须附佐证材料", "J6：该任务须先收齐会办意见",
        ]  # fmt: skip
        assert "还缺市财政局的意见" in told[1]
        values = {"name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "0" * 64, "data": b"x"}
        session.add(Evidence(assignment_id=parts[0].id, added_by_name="李联络", added_at=NOW, **values))
        session.commit()
        assert len(faults(session, city, data)) == 1
        act(session, the_actor(city.neighbour), NOW, TODAY, support.id, Event.SUBMIT, 1, "同意。")
        both = filled(sheet(session, city), report(submits="是"), report(submits="是"))
        assert apply(session, press(city), typed(both)).is_good


class TestForgery:
    def test_a_token_that_was_changed(self, session: Session, city: City, parts: list[Assignment]) -> None:
        def forge(page: Worksheet, columns: dict[str, int]) -> None:
            cell = page.cell(5, columns["行标识"])
            cell.value = str(cell.value)[:-2] + "AA"

        data = filled(sheet(session, city), report(), change=forge)
        assert faults(session, city, data) == ["第5行：行标识被改动，认不出是哪个事项。请重新下载表格后填写。"]

    @pytest.mark.parametrize("key", [KEY, "another key that is also long enough"])
    def test_a_token_for_another_unit(self, session: Session, city: City, parts: list[Assignment], key: str) -> None:
        """Also one that is signed here: somebody else's sheet, or a row out of it."""
        other = a_task(session, a_plan(session, city.root), city.finance, title="财政的任务", state=State.IN_PROGRESS)
        session.commit()
        foreign = token_of(key, Claim(other.assignments[0].uid, city.finance.id, Seen(1, 99)))

        def swap(page: Worksheet, columns: dict[str, int]) -> None:
            page.cell(5, columns["行标识"]).value = foreign

        (fault,) = faults(session, city, filled(sheet(session, city), report(), change=swap))
        assert "财政" not in fault
        assert ("不是“市教育局”的事项" in fault) == (key == KEY)

    def test_a_token_of_the_unit_for_anothers_part(self, session: Session, city: City, parts: list[Assignment]) -> None:
        """Cannot be made without the key; were it, the part's own unit would still be asked."""
        other = a_task(session, a_plan(session, city.root), city.finance, state=State.IN_PROGRESS)
        session.commit()
        token = token_of(KEY, Claim(other.assignments[0].uid, city.education.id, Seen(1, 99)))
        data = filled(sheet(session, city), {**report(), "行标识": token})
        assert faults(session, city, data) == ["第5行：该事项已转给其他单位，请删去本行所填内容。"]

    def test_what_travels_in_the_page_is_this_persons(
        self, session: Session, city: City, parts: list[Assignment]
    ) -> None:
        data = typed(filled(sheet(session, city), report()))
        text = packed(KEY, 1, 2, data)
        assert unpacked(KEY, 1, 2, text) == data
        for key, person, unit, given in (
            (KEY, 9, 2, text),
            (KEY, 1, 9, text),
            (KEY, 1, 2, text + "x"),
            (KEY, 1, 2, ""),
            ("other" * 9, 1, 2, text),
        ):
            with pytest.raises(Invalid, match="重新上传"):
                unpacked(key, person, unit, given)

    def test_facts_in_locked_cells_are_not_believed(
        self, session: Session, city: City, parts: list[Assignment]
    ) -> None:
        data = filled(sheet(session, city), {**report(), "任务": "别的任务", "状态": "已办结", "序号": "=1"})
        assert apply(session, press(city), typed(data)).rows[0].title == "第1项任务"


class TestTheSheetThatGoesBack:
    def back(self, session: Session, city: City, data: bytes) -> tuple[Checked, bytes]:
        checked = check(session, press(city), typed(data))
        own, strays = typed_back(checked, KEY)
        return checked, returned_sheet(session, the_actor(city.liaison), WHEN, KEY, city.education.id, own, strays)

    def test_nothing_typed_is_lost_and_it_can_be_sent_once_put_right(
        self, session: Session, city: City, parts: list[Assignment]
    ) -> None:
        data = filled(sheet(session, city), report("已开工。", "多"), report("=1", 50), {}, report("自己加的。"))
        act(session, the_actor(city.liaison), NOW, TODAY, parts[1].id, Event.SIGN_FOR, 1)
        _, back = self.back(session, city, data)
        rows = rows_of(back)
        assert [(row["本次进展*"], row["完成比例*"]) for row in rows] == [
            ("已开工。", "多"), ("=1", 50), (None, None), ("自己加的。", 40),
        ]  # fmt: skip
        assert rows[0]["错误说明"] == "完成比例应为0到100的整数，现为“多”。"
        assert "这一格是公式" in rows[1]["错误说明"]
        assert "李联络“签收”" in rows[1]["错误说明"]
        assert (rows[1]["状态"], rows[3]["行标识"]) == ("办理中", None)
        right = filled(
            back, report("已开工。", 45), report("已签收。", 50), {}, dict.fromkeys(("本次进展*", "完成比例*"))
        )
        assert apply(session, press(city), typed(right)).is_good
        assert [row[1] for row in history(session)] == ["sign_for", "report", "report"]

    def test_what_is_closed_by_now_stands_at_the_end(
        self, session: Session, city: City, parts: list[Assignment]
    ) -> None:
        data = filled(sheet(session, city), report("还在办。"))
        act(session, the_actor(city.supervisor), NOW, TODAY, parts[0].id, Event.WITHDRAW, 1, "重复。")
        _, back = self.back(session, city, data)
        last = rows_of(back)[-1]
        assert (last["任务"], last["本次进展*"], last["状态"]) == ("第1项任务", "还在办。", "未报送")


class TestFiles:
    """Read by the process that reads every file from outside."""

    def test_a_good_one(self, session: Session, city: City, parts: list[Assignment]) -> None:
        data = filled(sheet(session, city), report())
        assert read_filled(data, "表.xlsx", LIMITS) == typed(data)

    def test_nothing_filled_in(self, session: Session, city: City, parts: list[Assignment]) -> None:
        with pytest.raises(Invalid, match="没有填写任何进展"):
            read_filled(sheet(session, city), "表.xlsx", LIMITS)

    @pytest.mark.parametrize(
        ("data", "name", "told"),
        [
            (b"not a workbook", "表.xlsx", "不是 Excel 表格"),
            (b"PK\x03\x04 broken", "表.xlsx", "已损坏"),
            (b"x" * (5 * 1024 * 1024 + 1), "表.xlsx", "超过5 MB"),
            (saved(Workbook()), "别的.xlsx", "不是从本页下载的填报表"),
            (saved(Workbook()), "表.xlsm", "带有宏"),
        ],
    )
    def test_others(self, data: bytes, name: str, told: str) -> None:
        with pytest.raises(Invalid, match=told):
            read_filled(data, name, LIMITS)

    def test_macros_under_another_name(self) -> None:
        file = io.BytesIO(saved(Workbook()))
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"macro")
        with pytest.raises(Invalid, match="带有宏"):
            read_filled(file.getvalue(), "表.xlsx", LIMITS)

    def test_a_bomb(self) -> None:
        file = io.BytesIO(saved(Workbook()))
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet9.xml", b" " * (100 * 1024 * 1024))
        with pytest.raises(Invalid, match="解压后过大"):
            read_filled(file.getvalue(), "表.xlsx", LIMITS)


@pytest.mark.parametrize(
    "database", ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.needs("postgresql"))]
)
def test_two_sheets_confirmed_at_once_are_each_whole_or_nothing(request: pytest.FixtureRequest, database: str) -> None:
    """The same items in opposite order: one person is recorded, the other told, and neither waits for ever."""
    engine = make_engine(request.getfixturevalue(database))
    request.addfinalizer(engine.dispose)
    with write_session(engine) as session:
        city = a_city(session)
        parts = some_parts(session, city)
        second = a_person(session, "second", (Office.LIAISON, city.education), name="王联络")
        session.commit()
        data = typed(filled(sheet(session, city), report("一。"), report("二。")))
        turned = replace(data, rows=data.rows[::-1])
        people = (the_actor(city.liaison), data), (the_actor(second), turned)
    together = Barrier(2)

    def one(given: tuple[Actor, Filled]) -> str:
        with write_session(engine) as own:
            together.wait(timeout=20)
            try:
                apply(own, press(city, actor=given[0]), given[1])
            except NotRecorded:
                return "told"
            return "recorded"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, people)) == ["recorded", "told"]
    with write_session(engine) as session:
        rows = history(session)
        assert len({row[2] for row in rows}) == 1
        assert sorted(row[1] for row in rows) == ["report", "report", "sign_for"]
        assert {row[0] for row in rows} == {part.id for part in parts[:2]}
