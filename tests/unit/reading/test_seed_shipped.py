"""The seed that ships (tasks_seed.yaml): whole and consistent, and true to what readers found in the gazette."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tracker.domain.drafts import Basis, DeadlineKind, Form
from tracker.domain.roles import Role
from tracker.domain.seed import Seed, SeedTask
from tracker.domain.units import UnitKind, name_key
from tracker.reading.seed_file import read_seed

ROOT = Path(__file__).resolve().parents[3]
SEED_FILE = ROOT / "tasks_seed.yaml"
GAZETTE = ROOT.parent / "shared" / "gazette"


@cache
def shipped() -> Seed:
    return read_seed(SEED_FILE.read_text("utf-8"), SEED_FILE.name)


def test_the_shipped_seed_holds_what_it_says() -> None:
    seed = shipped()
    kinds = Counter(unit.kind for unit in seed.units)
    assert len(seed.plans) == 33
    assert (kinds[UnitKind.COLLECTIVE], len(seed.units) - kinds[UnitKind.COLLECTIVE]) == (6, 156 + 49)
    assert len(seed.groups) == 12
    assert Counter(task.form for task in seed.tasks) == {Form.BRACKET: 103, Form.TABLE: 17, Form.SUPPLY: 398}
    assert len({plan.key for plan in seed.plans} | {task.key for task in seed.tasks}) == 33 + 518


def test_every_shipped_name_means_one_unit_or_group() -> None:
    seed = shipped()
    units = {unit.name for unit in seed.units}
    for task in seed.tasks:
        for mention in task.units:
            assert mention.stands_for, (task.key, mention.name)
            assert set(mention.stands_for) <= units
            assert seed.directory.resolve(mention.name) is not None
        assert task.units, task.key


def test_shipped_dates_are_in_reach_and_stand_on_a_basis() -> None:
    for task in shipped().tasks:
        assert task.deadline.due_on is not None
        assert date(2022, 1, 1) <= task.deadline.due_on <= date(2030, 12, 31)
        assert task.deadline.text
        if task.deadline.basis is Basis.PARAGRAPH:
            days = [stone.due_on for stone in task.milestones if stone.due_on and not stone.recurrence]
            assert task.deadline.due_on == max(days), task.key


def test_shipped_tree_has_one_root_and_counties_above_their_offices() -> None:
    seed = shipped()
    kinds = {unit.name: unit.kind for unit in seed.units}
    assert [unit.name for unit in seed.units if unit.parent is None] == ["市政府"]
    assert len(seed.units_from_root()) == len(seed.units)
    for unit in seed.units:
        if unit.kind is UnitKind.COUNTY_DEPARTMENT:
            assert unit.parent is not None
            assert kinds[unit.parent] is UnitKind.COUNTY


def test_shipped_titles_and_milestones_are_short_facts() -> None:
    for task in shipped().tasks:
        assert len(task.title) <= 80, task.key
        for stone in task.milestones:
            assert len(stone.text) <= 25, stone.text
            assert stone.figure is None or stone.figure in stone.text


def test_the_head_of_the_file_explains_every_field_and_value() -> None:
    text = SEED_FILE.read_text("utf-8")
    head = text[: text.index("\nplans:")]
    values = [member.value for enum in (UnitKind, Form, Role, DeadlineKind, Basis) for member in enum]
    fields = ["key", "title", "number", "issuer", "issued_on", "effective_until", "name", "kind", "full_name", "parent"]
    fields += ["aliases", "members", "plan", "path", "form", "units", "deadline", "milestones", "inherited", "figure"]
    for word in [*values, *fields, "recurrence", "due_on", "basis", "monthly"]:
        assert re.search(rf"(?<![a-z_]){word}(?![a-z_])", head), word


# ---- the seed that ships, against what careful readers found in the gazette

# Where the seed departs from the gold, with the reason.
TITLES_PUT_RIGHT = {"d22-c017": "平台运营和产业生态构建主体补助"}  # the gazette doubles 构
FULL_NAMES_PUT_RIGHT = {"廊坊市地方志编纂中心（市政府办公室所属）"}  # the bracket is a remark, no part of the name
# The gold counts them among the names of the ten county governments; the one means their history offices, the
# other the city besides.
GROUPS_OF_THEIR_OWN = {"各县（市、区）地方志工作机构", "市、县（市、区）政府"}


def gold(name: str) -> Any:
    return json.loads((GAZETTE / name).read_text("utf-8"))


def gold_tasks() -> dict[str, Any]:
    """Gold clauses that the seed must hold, by the key the seed gives them."""
    clauses = [
        c for c in gold("gold.json")["clauses"] if c["tier"] == "core" and c["form"] in ("bracket", "table", "supply")
    ]
    return {f"lf2023-{c['id'][1:3]}-{c['id'][-3:]}": c for c in clauses}


def clause_due(task: SeedTask) -> str | None:
    return str(task.deadline.due_on) if task.deadline.basis is Basis.CLAUSE else None


@pytest.mark.needs("shared")
def test_plans_are_the_gazettes() -> None:
    def facts(plan: Any) -> list[Any]:
        return [plan["title"], plan["number"], plan["issuer"], plan["issued"], plan["valid_until"]]

    found = [[p.title, p.number, p.issuer, p.issued_on, p.effective_until] for p in shipped().plans]
    assert [[v and str(v) for v in row] for row in found] == [facts(plan) for plan in gold("gold.json")["plans"]]


@pytest.mark.needs("shared")
def test_units_and_groups_are_the_gazettes() -> None:
    seed, listed = shipped(), gold("units.json")
    for unit in listed["units"]:
        names = {unit["canonical"], unit["full_name"] or unit["canonical"], *unit["aliases"]} - FULL_NAMES_PUT_RIGHT
        assert {match.name for name in names if (match := seed.directory.resolve(name))} == {unit["canonical"]}
        assert all(seed.directory.resolve(name) for name in names)
    groups = {group.name: list(group.members) for group in seed.groups}
    collectives = {unit.name for unit in seed.units if unit.kind is UnitKind.COLLECTIVE}
    for group in listed["groups"]:
        assert group["members"] == groups.get(group["group"]) or (
            not group["members"] and group["group"] in collectives
        )
        for name in {group["group"], *group.get("aliases", [])} - GROUPS_OF_THEIR_OWN:
            match = seed.directory.resolve(name)
            assert match is not None
            assert match.name == group["group"]
    assert {group["group"] for group in listed["groups"]} | GROUPS_OF_THEIR_OWN <= set(groups) | collectives


@pytest.mark.needs("shared")
def test_tasks_are_the_gazettes() -> None:
    wanted = gold_tasks()
    found = {task.key: task for task in shipped().tasks}
    numbers = {plan.key: plan.number for plan in shipped().plans}
    assert list(found) == list(wanted)
    for key, clause in wanted.items():
        task = found[key]
        assert task.title == TITLES_PUT_RIGHT.get(clause["id"], clause["title"])
        assert (numbers[task.plan], task.form, list(task.path)) == (clause["plan"], clause["form"], clause["path"])
        units = [(unit["name"], unit["role"], bool(unit.get("inherited"))) for unit in clause["units"]]
        assert [(unit.name, unit.role, unit.inherited) for unit in task.units] == units
        assert clause_due(task) == clause["due"]
        if clause["due"]:
            assert clause["deadline_text"].endswith(task.deadline.text)
        if clause["inherited_due"]:
            assert (str(task.deadline.due_on), task.deadline.basis) == (clause["inherited_due"], Basis.PLAN)


@pytest.mark.needs("shared")
def test_milestones_are_the_gazettes_in_other_words() -> None:
    wanted = gold_tasks()
    printed = re.sub(r"\s", "", (GAZETTE / "gazette.txt").read_text("utf-8"))
    for task in shipped().tasks:
        stones = wanted[task.key]["milestones"]
        assert len(stones) == len(task.milestones)
        for stone, ours in zip(stones, task.milestones, strict=True):
            assert ours.recurrence == (stone["recurrence"] and stone["recurrence"].split()[0])
            if stone["due"] or not stone["recurrence"]:
                assert (ours.due_on and str(ours.due_on)) == stone["due"]
            assert ours.text not in printed


@pytest.mark.needs("shared")
def test_deadline_phrases_stand_in_the_gazette() -> None:
    printed = re.sub(r"\s", "", (GAZETTE / "gazette.txt").read_text("utf-8"))
    phrases = {task.deadline.text for task in shipped().tasks if task.deadline.text}
    # 有效期5年 is printed 有效期为5年 in one of the two plans.
    assert {phrase for phrase in phrases if name_key(phrase) not in name_key(printed)} == set()


@pytest.mark.needs("shared")
def test_no_passage_of_the_gazette_is_in_the_file() -> None:
    """Only titles and headings are long; anything else of thirty characters in a row would be a passage."""
    printed = re.sub(r"\s", "", (GAZETTE / "gazette.txt").read_text("utf-8"))
    seed = shipped()
    facts = {text for task in seed.tasks for text in (task.title, *task.path)} | {plan.title for plan in seed.plans}
    rest = SEED_FILE.read_text("utf-8")
    for text in sorted(facts, key=len, reverse=True):
        rest = rest.replace(text, "\n")
    pieces = [re.sub(r"\s", "", piece) for piece in re.split(r"[\n,\[\]{}]", rest)]
    assert [piece for piece in pieces if len(piece) >= 30 and piece in printed] == []
