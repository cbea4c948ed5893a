"""The numbers of a feed's own entries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.count_numbers import Said, said_at

NOON = datetime(2023, 6, 15, 4, 0, tzinfo=UTC)
SECOND = 108_964_800  # of noon, since 2020


def test_the_first_word_has_the_second_at_which_it_is_said() -> None:
    said = Said().then({"overdue": "a", "count:2023-06-30": "b"}, NOON + timedelta(microseconds=999_999))
    assert (said.number, said.number_of("overdue"), said.number_of("count:2023-06-30")) == (SECOND, SECOND, SECOND)
    assert said_at(SECOND) == NOON


def test_who_says_nothing_new_stays_the_same() -> None:
    said = Said().then({"overdue": "a", "count:2023-06-30": "b"}, NOON)
    for digests in ({"overdue": "a", "count:2023-06-30": "b"}, {"overdue": "a"}, {}):
        assert said.then(digests, NOON + timedelta(days=1)) is said


def test_what_is_new_gets_a_higher_number_and_the_rest_keeps_its_own() -> None:
    said = (
        Said()
        .then({"overdue": "a", "count:2023-06-30": "b"}, NOON)
        .then({"overdue": "c", "count:2023-06-30": "b"}, NOON + timedelta(minutes=1))
    )
    assert said == Said(SECOND + 60, {"overdue": ("c", SECOND + 60), "count:2023-06-30": ("b", SECOND)})


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=400)])
def test_a_clock_that_stands_or_was_put_back_makes_the_next_number(late: timedelta) -> None:
    said = Said().then({"overdue": "a"}, NOON).then({"overdue": "b"}, NOON - late)
    assert said.number_of("overdue") == SECOND + 1


def test_what_is_not_said_any_more_is_forgotten_but_not_its_number() -> None:
    """As soon as something else is new: it comes back with a higher one, though it says the same."""
    said = Said().then({"overdue": "a", "count:2023-06-30": "b"}, NOON).then({"overdue": "c"}, NOON)
    assert said.entries == {"overdue": ("c", SECOND + 1)}
    assert said.then({"overdue": "c", "count:2023-06-30": "b"}, NOON).number_of("count:2023-06-30") == SECOND + 2


def test_a_clock_before_2020_gives_no_number_below_one() -> None:
    assert Said().then({"overdue": "a"}, datetime(2000, 1, 1, tzinfo=UTC)).number == 1


@given(st.lists(st.tuples(st.dictionaries(st.sampled_from("xyz"), st.sampled_from("ab")), st.integers(-9, 9))))
def test_whatever_is_said_numbers_only_rise_and_only_with_what_is_new(
    days: list[tuple[dict[str, str], int]],
) -> None:
    said, given_out = Said(), dict[str, tuple[str, int]]()
    for digests, seconds in days:
        said = said.then(digests, NOON + timedelta(seconds=seconds))
        for key, digest in digests.items():
            number = said.number_of(key)
            before = given_out.get(key, ("", 0))
            assert number > before[1] if digest != before[0] else number >= before[1]
            assert number <= said.number
            given_out[key] = digest, number
