"""What fields held before they were altered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tracker.domain.former import Alteration, Former, value_of
from tracker.domain.roles import Role


def at(day: int) -> datetime:
    return datetime(2023, 6, day, tzinfo=UTC)


RETITLED = (Alteration(at(3), {"title": "甲"}), Alteration(at(9), {"title": "乙"}))
ALTERED = (
    Alteration(at(2), {"role": Role.RESPONSIBLE}),
    Alteration(at(5), {"role": Role.LEAD, "sign_by_on": None}),
    Alteration(at(5), {"handler": "", "leader": ""}),
    Alteration(at(8), {"sign_by_on": date(2023, 6, 7)}),
    Alteration(at(8), {"handler": "王"}),
)
FORMER = Former({1: RETITLED}, {7: ALTERED})


@pytest.mark.parametrize(
    ("end", "values", "handlers"),
    [
        (1, {"title": "甲", "role": Role.RESPONSIBLE, "sign_by_on": None}, {"handler": "", "leader": ""}),
        (2, {"title": "甲", "role": Role.RESPONSIBLE, "sign_by_on": None}, {"handler": "", "leader": ""}),
        (4, {"title": "乙", "role": Role.LEAD, "sign_by_on": None}, {"handler": "", "leader": ""}),
        (6, {"title": "乙", "sign_by_on": date(2023, 6, 7)}, {"handler": "王"}),
        (10, {}, {}),
    ],
)
def test_the_first_alteration_from_then_on_tells(end: int, values: dict[str, Any], handlers: dict[str, str]) -> None:
    assert FORMER.of_part(1, 7, at(end)) == values
    assert FORMER.handlers(7, at(end)) == handlers


def test_of_others_nothing_is_told() -> None:
    assert (FORMER.of_part(2, 8, at(1)), FORMER.handlers(8, at(1))) == ({}, {})
    assert (FORMER.touches(3, 1, ()), FORMER.touches(3, 2, (8, 7)), FORMER.touches(3, 2, (8,))) == (True, True, False)


def test_names_of_plans_and_units_are_told_alike() -> None:
    plans, units = {3: [Alteration(at(4), {"title": "旧", "number": None})]}, {5: [Alteration(at(4), {"name": "旧局"})]}
    former = Former(plans=plans, units=units)
    assert (former.plan(3, at(4)), former.unit(5, at(4))) == ({"title": "旧", "number": None}, {"name": "旧局"})
    assert (former.plan(3, at(5)), former.unit(6, at(1))) == ({}, {})
    assert (former.touches(3, 1, ()), former.touches(4, 1, ())) == (True, False)


def test_a_task_that_went_to_another_plan_is_known_to_the_one_it_left() -> None:
    moved = Alteration(at(4), {"plan_id": 3})
    assert Former(tasks={1: [Alteration(at(2), {"title": "甲"}), moved], 2: []}).once_in(3) == [1]


def test_values_come_as_the_tables_hold_them() -> None:
    told = [("role", "lead"), ("sign_by_on", "2023-06-07"), ("sign_by_on", None), ("handler", None), ("title", "甲")]
    assert [value_of(*each) for each in told] == [Role.LEAD, date(2023, 6, 7), None, "", "甲"]
