"""The coverage report: each clause counted once, each gap where it stands, and the sheet says the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, the_actor
from tests.intake_texts import a_draft, a_reading
from tracker.domain.access import Forbidden
from tracker.domain.drafts import Basis, Deadline, DeadlineKind, Form
from tracker.domain.drafts import Draft as DraftReading
from tracker.services.errors import NotFound
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt
from tracker.services.intake_coverage import COLUMNS, Coverage, Gap, coverage_sheet, plan_coverage, source_coverage
from tracker.services.intake_drafts import drop
from tracker.services.intake_questions import BY_HAND_ONLY
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import DraftState, Source

LATE = Deadline("2023年9月底前", DeadlineKind.FIXED, date(2023, 9, 30), Basis.CLAUSE, "month-end")
# The plan of a_reading is issued on 8 May 2023.
LACKING = {
    Gap.NO_UNIT: a_draft("甲"),
    Gap.UNKNOWN_UNIT: a_draft("乙", "市没有局"),
    Gap.NO_DATE: a_draft("丙", "市教育局", deadline=Deadline()),
    Gap.OPEN_DATE: a_draft("丁", "市教育局", deadline=Deadline("入汛前", DeadlineKind.EVENT)),
    Gap.ELSEWHERE: a_draft("戊", "市教育局", deadline=replace(LATE, basis=Basis.PLAN)),
    Gap.EARLY: a_draft("己", "市教育局", deadline=replace(LATE, due_on=date(2023, 3, 31))),
    Gap.BY_HAND: a_draft("庚", "市教育局", form=Form.PROSE),
}
WHOLE = (
    a_draft("辛", "市教育局"),
    a_draft("壬", "市教育局", deadline=Deadline("长期坚持", DeadlineKind.ONGOING, None, Basis.CLAUSE)),
    a_draft("癸", "市教育局", deadline=replace(LATE, due_on=date(2023, 5, 8))),  # on the very day of issue
)


def imported(session: Session, city: City, *drafts: DraftReading, plans: int = 1) -> Source:
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(*drafts, plans=plans), city.root.id)
    return session.get_one(Source, done.source_id)


def report(session: Session, city: City, source: Source) -> Coverage:
    return plan_coverage(session, the_actor(city.supervisor), source.plans[0].id)


def test_each_gap_is_found_where_it_is_and_nowhere_else(session: Session, city: City) -> None:
    found = report(session, city, imported(session, city, *LACKING.values(), *WHOLE))
    titles = {gap: [clause.draft.title for clause in found.with_gap(gap)] for gap in Gap}
    assert titles == {gap: [draft.title] for gap, draft in LACKING.items()}
    assert found.gaps == dict.fromkeys(Gap, 1)
    assert (len(found.clauses), found.without_gap) == (len(LACKING) + len(WHOLE), len(WHOLE))


def test_a_text_without_date_words_and_one_that_could_not_be_read(session: Session, city: City) -> None:
    unread = a_draft("子", "市教育局", deadline=Deadline("尽早", DeadlineKind.NONE))
    found = report(session, city, imported(session, city, unread))
    assert found.clauses[0].gaps == (Gap.OPEN_DATE,)


@pytest.mark.parametrize("form", BY_HAND_ONLY)
def test_prose_and_duties_are_counted_as_clauses_and_as_told_in_the_text(
    session: Session, city: City, form: Form
) -> None:
    found = report(session, city, imported(session, city, a_draft("丑", "市教育局", form=form), WHOLE[0]))
    assert (len(found.clauses), found.gaps[Gap.BY_HAND], found.without_gap) == (2, 1, 1)
    assert coverage_sheet(found, NOW)


def test_what_was_dropped_is_counted_and_not_held_against_the_text(session: Session, city: City) -> None:
    source = imported(session, city, *LACKING.values(), *WHOLE)
    actor, rows = the_actor(city.supervisor), drafts_of(session, source.plans[0].id)
    drop(session, actor, NOW, rows[0].id, rows[0].version)
    adopt(session, actor, NOW, TODAY, rows[-1].id, rows[-1].version)
    found = report(session, city, source)
    assert [len(found.in_state(state)) for state in (DraftState.OPEN, DraftState.ADOPTED, DraftState.DROPPED)] == [
        8,
        1,
        1,
    ]
    assert found.gaps[Gap.NO_UNIT] == 0
    assert sum(len(found.in_state(state)) for state in DraftState) == len(found.clauses)


def test_unknown_names_are_listed_once_the_most_frequent_first(session: Session, city: City) -> None:
    found = report(session, city, imported(session, city, a_draft("甲", "市照明所", "市教委"), a_draft("乙", "市教委")))
    assert [(unknown.name, [clause.number for clause in unknown.clauses]) for unknown in found.unknown] == [
        ("市教委", [1, 2]),
        ("市照明所", [1]),
    ]


def test_a_source_tells_of_all_its_plans_and_of_those_without_any_clause(session: Session, city: City) -> None:
    source = imported(session, city, LACKING[Gap.NO_UNIT], WHOLE[0], plans=4)
    found = source_coverage(session, the_actor(city.supervisor), source.id)
    assert (found.title, len(found.plans), len(found.clauses)) == ("方案.txt", 4, 2)
    assert [plan.title for plan in found.silent] == [f"政策解读之{n}" for n in (1, 2, 3)]


def test_the_sheet_has_a_row_for_each_gap_and_says_where_it_is(session: Session, city: City) -> None:
    twice = replace(LACKING[Gap.UNKNOWN_UNIT], title="两处", deadline=Deadline())
    source = imported(session, city, twice, WHOLE[0], plans=2)
    found = source_coverage(session, the_actor(city.supervisor), source.id)
    sheet = load_workbook(BytesIO(coverage_sheet(found, NOW))).active
    assert sheet is not None
    title, note, head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert title[0] == "覆盖情况：方案.txt"
    assert note[0] == (
        "共读出责任条款2条：待核2条，已采纳0条，已舍弃0条；没有问题的1条；单位名称对应不上1条，没有完成时限1条；"
        "没有责任条款的文件1份。"
    )
    assert head == [column.heading for column in COLUMNS]
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["任务名称"], row["问题"]) for row in told] == [
        ("两处", "单位名称对应不上"),
        ("两处", "没有完成时限"),
        ("辛", "无"),
        (None, "整份文件没有责任条款"),
    ]
    assert told[0]["对应不上的单位"] == "市没有局"
    assert told[0]["单位"] == "市没有局（责任）"
    assert told[0]["建议"] == Gap.UNKNOWN_UNIT.advice
    assert told[2]["完成日期"] == datetime(2023, 9, 30)  # noqa: DTZ001 - as the sheet's reader gives days
    assert told[3]["文件"] == "政策解读之1"


@pytest.mark.parametrize("login", ["liaison", "administrator", "county_supervisor"])
def test_only_a_supervisor_in_reach_reads_it(session: Session, city: City, login: str) -> None:
    source = imported(session, city, *WHOLE)
    actor = the_actor(getattr(city, login))
    with pytest.raises(Forbidden):
        plan_coverage(session, actor, source.plans[0].id)
    with pytest.raises(Forbidden):
        source_coverage(session, actor, source.id)


def test_what_does_not_exist(session: Session, city: City) -> None:
    with pytest.raises(NotFound):
        plan_coverage(session, the_actor(city.supervisor), 987654)
    with pytest.raises(NotFound):
        source_coverage(session, the_actor(city.supervisor), 987654)
