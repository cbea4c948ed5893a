"""What a draft asks, by kind; the lists, their order, and what one deed changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, the_actor
from tests.intake_texts import a_draft, a_reading
from tracker.domain.doubts import MESSAGES, doubt
from tracker.domain.drafts import Basis, Deadline, DeadlineKind, Form
from tracker.domain.drafts import Draft as DraftReading
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt
from tracker.services.intake_lists import Order, Show, Wanted
from tracker.services.intake_questions import DATE_DOUBTS, QuestionKind, kind_of_doubt
from tracker.services.intake_review import DRAFTS_ON_A_PAGE, Review, glance, review
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Source

FROM_PLAN = Deadline("3月30日前", DeadlineKind.FIXED, date(2023, 3, 30), Basis.PLAN, "day")
# One draft for each kind of question.
ASKING = {
    QuestionKind.NO_UNIT: a_draft("甲"),
    QuestionKind.UNKNOWN_UNIT: a_draft("乙", "市没有局"),
    QuestionKind.UNIT: a_draft("丙", "市教育局", doubts=(doubt("odd-name"),)),
    QuestionKind.NO_DATE: a_draft("丁", "市教育局", deadline=Deadline("入汛前", DeadlineKind.EVENT)),
    QuestionKind.EARLY: a_draft("戊", "市教育局", doubts=(doubt("due-before-issue"),)),
    QuestionKind.ELSEWHERE: a_draft("己", "市教育局", deadline=FROM_PLAN),
    QuestionKind.DATE: a_draft("庚", "市教育局", doubts=(doubt("before-reading"),)),
    QuestionKind.FORM: a_draft("辛", "市教育局", form=Form.DUTY),
    QuestionKind.OTHER: a_draft("壬", "市教育局", doubts=(doubt("already-done"),)),
}
SURE = a_draft("癸", "市教育局")


def imported(session: Session, city: City, *drafts: DraftReading) -> int:
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(*drafts), city.root.id)
    return session.get_one(Source, done.source_id).plans[0].id


def seen(session: Session, city: City, plan_id: int, wanted: Wanted | None = None) -> Review:
    return review(session, the_actor(city.supervisor), plan_id, wanted)


def titles(found: Review) -> list[str]:
    return [row.draft.title for row in found.page.rows]


def test_every_doubt_of_the_reader_is_of_a_kind_that_a_reviewer_can_ask_for() -> None:
    """A doubt about a date must be among those that a confirmed date answers."""
    dated = {code for code in MESSAGES if "日期" in MESSAGES[code] or "时限" in MESSAGES[code]}
    apart = {"no-issue-date", "already-done"}  # of the plan; and whether there is anything to do at all
    of_units = {"words-passed-over", "units-from-above"}  # they name the deadline too; a date does not answer them
    assert dated - apart - of_units <= DATE_DOUBTS
    assert {kind_of_doubt(code) for code in of_units} == {QuestionKind.UNIT}
    assert kind_of_doubt("a code of next year") is QuestionKind.OTHER


@pytest.mark.parametrize("kind", ASKING)
def test_drafts_are_found_by_what_they_ask(session: Session, city: City, kind: QuestionKind) -> None:
    plan_id = imported(session, city, *ASKING.values(), SURE)
    found = seen(session, city, plan_id, Wanted(Show.DOUBTED, kind))
    assert titles(found) == [ASKING[kind].title]
    assert found.kinds == dict.fromkeys(ASKING, 1)
    assert [question.kind for question in found.page.rows[0].questions] == [kind]
    assert (found.counts[Show.DOUBTED], found.counts[Show.SURE]) == (len(ASKING), 1)


def test_doubts_first_is_an_order_and_numbers_stay_those_of_the_text(session: Session, city: City) -> None:
    twice = replace(ASKING[QuestionKind.EARLY], title="两疑", units=())
    plan_id = imported(session, city, SURE, ASKING[QuestionKind.DATE], replace(SURE, title="子"), twice)
    by_text = seen(session, city, plan_id)
    assert titles(by_text) == ["癸", "庚", "子", "两疑"]
    by_doubt = seen(session, city, plan_id, Wanted(order=Order.DOUBTS))
    assert titles(by_doubt) == ["两疑", "庚", "癸", "子"]
    assert [row.number for row in by_doubt.page.rows] == [4, 2, 1, 3]


def test_a_draft_that_the_filter_hides_is_shown_among_all(session: Session, city: City) -> None:
    plan_id = imported(session, city, *ASKING.values())
    last = drafts_of(session, plan_id)[-1].id
    wanted = Wanted(Show.DOUBTED, QuestionKind.NO_UNIT, Order.DOUBTS)
    found = review(session, the_actor(city.supervisor), plan_id, wanted, draft_id=last)
    assert (found.show, found.wanted.kind, found.wanted.order) == (Show.ALL, None, Order.DOUBTS)
    assert last in {row.draft.id for row in found.page.rows}


def test_a_glance_shows_one_draft_with_the_counts_of_all(session: Session, city: City) -> None:
    plan_id = imported(session, city, SURE, *ASKING.values())
    first = drafts_of(session, plan_id)[0]
    actor = the_actor(city.supervisor)
    adopt(session, actor, NOW, TODAY, first.id, first.version)
    found = glance(session, actor, plan_id, first.id, Wanted())
    assert titles(found) == ["癸"]
    assert found.done
    assert found.done.task
    whole = seen(session, city, plan_id)
    assert (found.counts, found.kinds, found.unknown) == (whole.counts, whole.kinds, whole.unknown)


def test_a_page_does_not_carry_the_text_of_the_others(session: Session, city: City) -> None:
    wordy = [a_draft(f"任务{n}。" + "逐一登记，形成台账。" * 20, "市教育局") for n in range(200)]
    plan_id = imported(session, city, *wordy)
    found = seen(session, city, plan_id, Wanted(page=2))
    kept = sum(len(piece.text) for passage in found.passages for piece in passage.pieces)
    left_out = [passage for passage in found.passages if passage.left_out]
    whole = sum(len(draft.quote) + 1 for draft in wordy)
    assert kept < whole / 3
    assert kept + sum(passage.left_out for passage in left_out) >= whole
    # Every clause is either in the text that is kept or counted in a gap that leads to it.
    marked = {piece.key for passage in found.passages for piece in passage.pieces if piece.key}
    assert marked | {key for passage in left_out for key in passage.keys} == set(found.standing)
    assert {row.draft.id for row in found.page.rows} <= marked
    assert len(found.page.rows) == DRAFTS_ON_A_PAGE
