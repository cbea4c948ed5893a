"""Scores: points taken off one after the other, each told, and rules that make no scheme refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tracker.domain.figures import Figures
from tracker.domain.measures import Measure
from tracker.domain.scoring import Scheme, WrongScheme, rules_of, scheme_of, score_of, told


def numbers(**counts: int) -> Figures:
    found = Figures()
    for name, count in counts.items():
        found.parts[Measure(name)] = list(range(count))
    return found


def test_each_fault_takes_its_points_and_says_so() -> None:
    score = score_of(numbers(due=10, on_time=7, late=2, missed=1, overdue=1, returned=3, extended=1), Scheme(on=True))
    assert score is not None
    # 40 x 3/10 + 2 x 1 + 1 x 2 + 3 x 0.5 + 1 x 0.5
    assert score.points == Decimal("82.0")
    assert score.words == (
        "基础分100分",
        "应办结10项、按期办结7项，按期办结率70.0%，占40分，扣12分",
        "超期办结2项，每项扣1分，扣2分",
        "逾期未办结1项，每项扣2分，扣2分",
        "退回3项，每项扣0.5分，扣1.5分",
        "延期1项，每项扣0.5分，扣0.5分",
        "得82分",
    )


def test_a_kind_of_fault_takes_no_more_than_its_limit() -> None:
    score = score_of(numbers(overdue=50), Scheme(on=True))
    assert score is not None
    assert (score.points, score.words[1]) == (Decimal(80), "逾期未办结50项，每项扣2分，最多扣20分，扣20分")
    unlimited = score_of(numbers(overdue=50), Scheme(on=True, most={}))
    assert unlimited is not None
    assert unlimited.points == 0


def test_the_floor_holds_and_is_told() -> None:
    score = score_of(numbers(overdue=50), Scheme(on=True, most={}, floor=Decimal(60)))
    assert score is not None
    assert score.points == 60
    assert "扣完不低于最低分60分" in score.words


def test_the_words_add_up_to_the_points() -> None:
    score = score_of(numbers(due=3, on_time=1, late=2), Scheme(on=True))
    assert score is not None
    assert score.words[1].endswith("扣26.7分")
    assert score.points == Decimal("71.3")


def test_nothing_to_score_by_is_no_score() -> None:
    assert score_of(numbers(assigned=5, completed=2), Scheme(on=True)) is None


def test_a_scheme_comes_back_from_its_rules() -> None:
    for scheme in (Scheme(), Scheme(on=True, rate=Decimal("0.1"), most={Measure.LATE: Decimal(3)}, floor=Decimal(1))):
        assert scheme_of(rules_of(scheme)) == scheme
    assert not scheme_of({}).on


@pytest.mark.parametrize("rules", [{"base": "x"}, {"base": -1}, {"rate": "NaN"}, {"each": {"late": 1001}}])
def test_rules_that_are_no_numbers_are_refused(rules: dict[str, object]) -> None:
    with pytest.raises(WrongScheme, match="应"):
        scheme_of(rules)


def test_nobody_is_scored_for_clicks() -> None:
    assert any("登录次数、点击次数一律不计分" in said for said in told(Scheme()))
