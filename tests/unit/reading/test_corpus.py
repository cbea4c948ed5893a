"""Own-written plans of many places and styles, each with what a careful reader finds in it.

Adding ``NAME.txt`` and ``NAME.expected`` under tests/corpus/plans adds a test. A line of the expected file is

    plan | title | number | issuer | issued on | effective until
    form | title | units | kind due-day basis

where ``-`` is nothing and ``*`` anything; a unit ends in ^ for lead, - for support and * for inherited.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.domain.drafts import Draft, PlanReading, UnitMention
from tracker.domain.roles import Role
from tracker.reading import read_bytes

PLANS = sorted((Path(__file__).parents[2] / "corpus" / "plans").glob("*.txt"))


def test_there_are_plans_of_a_dozen_styles() -> None:
    assert len(PLANS) >= 12


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_reads_as_a_careful_reader_does(path: Path) -> None:
    source = read_bytes(path.read_bytes(), path.name)
    expected = [_cells(line) for line in path.with_suffix(".expected").read_text("utf-8").splitlines() if line.strip()]
    found = [line for plan in source.plans for line in _lines(plan)]
    shown = [
        [f if e != "*" else "*" for f, e in zip(row, want, strict=True)]
        for row, want in zip(found, expected, strict=False)
    ]
    assert shown + found[len(expected) :] == expected


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_quotes_stand_where_they_say(path: Path) -> None:
    source = read_bytes(path.read_bytes(), path.name)
    drafts = [draft for plan in source.plans for draft in plan.drafts]
    assert all(source.text[draft.start : draft.end] == draft.quote for draft in drafts)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _lines(plan: PlanReading) -> list[list[str]]:
    days = [str(day) if day else "-" for day in (plan.issued_on, plan.effective_until)]
    head = ["plan", plan.title, plan.number or "-", plan.issuer or "-", *days]
    return [head, *(_draft(draft) for draft in plan.drafts)]


def _draft(draft: Draft) -> list[str]:
    deadline = draft.deadline
    due = f"{deadline.kind} {deadline.due_on or '-'} {deadline.basis or '-'}"
    return [draft.form, draft.title, " ".join(_unit(unit) for unit in draft.units), due]


def _unit(unit: UnitMention) -> str:
    mark = {Role.LEAD: "^", Role.SUPPORT: "-", Role.RESPONSIBLE: ""}[unit.role]
    return unit.name + ("*" if unit.inherited else "") + mark
