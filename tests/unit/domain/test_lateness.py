"""Which day is held against the date (按期的认定): lives told under both rules, by the light and by the figures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.domain.single_days import part_then
from tests.unit.domain.test_figures import Part
from tracker.domain.as_of import Happening, PartThen
from tracker.domain.figures import Basis, Period, Yardstick, tallied
from tracker.domain.lateness import JudgedBy, judged_on
from tracker.domain.lifecycle import Event, Outcome, State
from tracker.domain.lights import AssignmentFacts, LightPack, LitLight, light_of
from tracker.domain.measures import Measure

ZONE = ZoneInfo("Asia/Shanghai")
DUE, LATER = date(2023, 6, 15), date(2023, 6, 25)
LAST = date(2023, 6, 30)
BY_ACCEPTANCE, BY_SUBMISSION = JudgedBy.ACCEPTANCE, JudgedBy.SUBMISSION
LEADS_TO = {
    "sign_for": State.IN_PROGRESS,
    "report": State.IN_PROGRESS,
    "submit": State.SUBMITTED,
    "return": State.IN_PROGRESS,
    "accept": State.COMPLETED,
    "reopen": State.IN_PROGRESS,
}
# What happened on which days of June, and the days late under either rule; None where it is not completed.
CASES: dict[str, tuple[str, int | None, int | None]] = {
    "submitted and accepted in time": ("1 sign_for, 10 submit, 12 accept", 0, 0),
    "submitted in time, accepted late": ("1 sign_for, 10 submit, 20 accept", 5, 0),
    "submitted on the day itself": ("1 sign_for, 15 submit, 16 accept", 1, 0),
    "submitted late": ("1 sign_for, 17 submit, 20 accept", 5, 2),
    "a report in time is no submission": ("1 sign_for, 10 report, 18 submit, 20 accept", 5, 3),
    "returned and submitted again in time": ("1 sign_for, 5 submit, 8 return, 14 submit, 20 accept", 5, 0),
    "returned and submitted again late": ("1 sign_for, 10 submit, 14 return, 19 submit, 20 accept", 5, 4),
    "returned after the date": ("1 sign_for, 10 submit, 17 return, 18 submit, 20 accept", 5, 3),
    "reopened, and not submitted since": ("1 sign_for, 5 submit, 6 accept, 18 reopen", None, None),
    "reopened and submitted again late": ("1 sign_for, 5 submit, 6 accept, 7 reopen, 19 submit, 22 accept", 7, 4),
    "reopened and submitted again in time": ("1 sign_for, 5 submit, 6 accept, 7 reopen, 14 submit, 22 accept", 7, 0),
    "submitted in time, not accepted yet": ("1 sign_for, 10 submit", None, None),
    "extended before submission": ("1 sign_for, 12 extend, 20 submit, 27 accept", 2, 0),
    "extended after submission": ("1 sign_for, 10 submit, 14 return, 20 submit, 21 extend, 27 accept", 2, 0),
    "extended, and submitted later still": ("1 sign_for, 12 extend, 27 submit, 29 accept", 4, 2),
}


def happenings(story: str) -> list[Happening]:
    told = [Happening(datetime(2023, 5, 20, tzinfo=UTC), "adopt", State.DISPATCHED, due_to=DUE)]
    for each in story.split(", "):
        day, event = each.split()
        at = datetime(2023, 6, int(day), 2, tzinfo=UTC)
        if event == "extend":
            told.append(Happening(at, "grant_extension", told[-1].to_state, due_from=DUE, due_to=LATER))
        else:
            outcome = Outcome.SOLVED if event == Event.ACCEPT else None
            told.append(Happening(at, event, LEADS_TO[event], outcome=outcome))
    return told


def then_of(story: str) -> PartThen:
    then = part_then(happenings(story), 1, LAST, ZONE)
    assert then is not None
    return then


def light(then: PartThen, by: JudgedBy) -> LitLight:
    facts = AssignmentFacts(
        then.state, then.due_on, then.dispatched_on, then.completed_on, submitted_on=then.submitted_on
    )
    return light_of(facts, LAST, pack=LightPack(judged_by=by))


@pytest.mark.parametrize("by", JudgedBy)
@pytest.mark.parametrize("case", CASES)
def test_each_life_is_judged_alike_by_light_and_figures(case: str, by: JudgedBy) -> None:
    story, *lates = CASES[case]
    late, then = lates[by is BY_SUBMISSION], then_of(story)
    period = Period(date(2023, 6, 1), LAST)
    numbers = tallied([("", Part(1, then))], {}, period, Yardstick(Basis.CURRENT, by))[""]
    wanted = Measure.MISSED if late is None else Measure.LATE if late else Measure.ON_TIME
    counted = [each for each in (Measure.ON_TIME, Measure.LATE, Measure.MISSED) if numbers.count(each)]
    assert (counted, numbers.count(Measure.DUE)) == ([wanted], 1)
    assert numbers.days_late == (15 if late is None else late)
    shown = light(then, by)
    assert shown.is_late is bool(late)
    assert (f"晚{late}天" in shown.why) is bool(late)
    assert ("已逾期15天，尚未办结" in shown.why) is (late is None)


def test_the_original_date_is_held_against_the_same_day() -> None:
    then = then_of(CASES["extended before submission"][0])
    period = Period(date(2023, 6, 1), LAST)
    for by, days in ((BY_ACCEPTANCE, 12), (BY_SUBMISSION, 5)):
        numbers = tallied([("", Part(1, then))], {}, period, Yardstick(Basis.ORIGINAL, by))[""]
        assert (numbers.count(Measure.LATE), numbers.days_late) == (1, days)


@pytest.mark.parametrize(
    ("case", "by", "why"),
    [
        (
            "submitted in time, accepted late",
            BY_ACCEPTANCE,
            "已于2023年6月20日办结，按办结之日认定，比时限（2023年6月15日）晚5天。",
        ),
        (
            "submitted in time, accepted late",
            BY_SUBMISSION,
            "已于2023年6月20日办结，按提交之日（2023年6月10日）认定，未超时限（2023年6月15日）。",
        ),
        (
            "submitted late",
            BY_SUBMISSION,
            "已于2023年6月20日办结，按提交之日（2023年6月17日）认定，比时限（2023年6月15日）晚2天。",
        ),
    ],
)
def test_the_sentence_says_by_which_day(case: str, by: JudgedBy, why: str) -> None:
    assert light(then_of(CASES[case][0]), by).why == why


def test_what_was_completed_without_a_submission_is_judged_by_its_acceptance() -> None:
    facts = AssignmentFacts(State.COMPLETED, DUE, date(2023, 5, 20), date(2023, 6, 18))
    assert judged_on(facts.completed_on, None, BY_SUBMISSION) == facts.completed_on
    shown = light_of(facts, LAST, pack=LightPack(judged_by=BY_SUBMISSION))
    assert shown.why == "已于2023年6月18日办结，按办结之日认定，比时限（2023年6月15日）晚3天。"
    assert judged_on(None, DUE, BY_SUBMISSION) is None
