"""The list of all tasks is the same however its pages are found: put in order, walked along, or out of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task, the_actor
from tests.unit.services.test_ledger import ZONE
from tracker.domain.access import Actor
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.domain.roles import Role
from tracker.services import marked_pages, task_pages
from tracker.services.lit import When
from tracker.services.task_pages import TaskFilter, TaskSort, all_tasks
from tracker.store import task_lists
from tracker.store.tasks import Assignment

TASKS, WHEN = 60, When(TODAY, ZONE)


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


@pytest.fixture
def ledger(session: Session, city: City) -> City:
    """Tasks in many states, with dates of parts apart from those of their tasks, some without any."""
    chance, units = Random(11), (city.education, city.finance, city.county)
    plans = [a_plan(session, city.root, f"方案{number}") for number in range(3)]
    for number in range(TASKS):
        day = None if number % 11 == 5 else TODAY + timedelta(days=chance.randrange(-40, 40))
        shares = zip(chance.sample(units, 2), (Role.LEAD, Role.SUPPORT), strict=True)
        state = chance.choice((State.DISPATCHED, State.IN_PROGRESS, State.SUBMITTED, State.COMPLETED))
        made = a_task(session, chance.choice(plans), *shares, due_on=day, title=f"任务{number % 40}", state=state)
        if day and number % 3 == 0:
            made.assignments[1].due_on = day + timedelta(days=chance.randrange(-20, 20))
    session.commit()
    return city


@pytest.fixture
def asked(session: Session) -> Iterator[list[str]]:
    """The statements that were asked."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    engine = session.get_bind()
    assert isinstance(engine, Engine)
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def filters(city: City) -> list[TaskFilter]:
    by = [
        TaskFilter(),
        TaskFilter(due_from=TODAY),
        TaskFilter(due_to=TODAY),
        TaskFilter(due_from=TODAY - timedelta(days=9), due_to=TODAY + timedelta(days=9)),
        TaskFilter(state=State.SUBMITTED),
        TaskFilter(unit_id=city.finance.id),
        TaskFilter(light=Light.RED),
        TaskFilter(overdue=True),
        TaskFilter(words="1"),
        TaskFilter(words="财政 方案2"),
    ]
    orders = product(TaskSort, (False, True))
    return [replace(each, sort=sort, descending=turned) for sort, turned in orders for each in by]


def turned_over(session: Session, actor: Actor, wanted: TaskFilter) -> list[int]:
    """All its tasks, page by page."""
    found: list[int] = []
    for number in range(1, TASKS):
        page = all_tasks(session, actor, WHEN, wanted, number)
        found += [row.task.id for row in page.rows]
        if not page.has_next:
            return found
    raise AssertionError("the pages do not end")


def in_one_page(session: Session, actor: Actor, wanted: TaskFilter, monkeypatch: pytest.MonkeyPatch) -> Sequence[int]:
    """Put in order all together."""
    with monkeypatch.context() as patched:
        patched.setattr(marked_pages, "PAGE_SIZE", TASKS + 1)
        return [row.task.id for row in all_tasks(session, actor, WHEN, wanted, 1).rows]


def short(monkeypatch: pytest.MonkeyPatch, parts: int, *walks: int) -> None:
    """Pages of seven, of lists that are counted up to five; as many parts are not always of as many tasks."""
    monkeypatch.setattr(task_lists, "PARTS", parts)
    for module in (task_pages, marked_pages):
        monkeypatch.setattr(module, "MOST_COUNTED", 5)
    monkeypatch.setattr(marked_pages, "PAGE_SIZE", 7)
    monkeypatch.setattr(task_lists, "WALKS", walks)


@pytest.mark.parametrize("few", [*product((1, 4), ((), (1,), (9, 20), (1000,)))], ids=str)
def test_pages_follow_on_one_another(
    session: Session, ledger: City, asked: list[str], monkeypatch: pytest.MonkeyPatch, few: tuple[int, tuple[int, ...]]
) -> None:
    parts, walks = few
    for person in (ledger.supervisor, ledger.liaison):
        actor = the_actor(person)
        whole = {wanted: in_one_page(session, actor, wanted, monkeypatch) for wanted in filters(ledger)}
        assert len({len(each) for each in whole.values()}) > 5
        asked.clear()
        with monkeypatch.context() as patched:
            short(patched, parts, *walks)
            for wanted, tasks in whole.items():
                assert turned_over(session, actor, wanted) == tasks, wanted
    ways = [bool([each for each in asked if word in each]) for word in ("WITH meeting", "AS first")]
    assert ways == [True, bool(walks)]  # the last page of many is found out of all


@pytest.mark.parametrize("words", ["任务1", "财政", "方案2", "财政 方案2 任务3", "文件里没有的话"])
def test_words_are_looked_for_in_titles_of_tasks_and_plans_and_in_names(
    session: Session, ledger: City, words: str
) -> None:
    """All of them must be true of one unit's part."""

    def says(part: Assignment) -> str:
        plan, unit = part.task.plan, part.unit
        return " ".join((part.task.title, unit.name, unit.full_name, plan.title, plan.number or ""))

    parts = session.scalars(select(Assignment)).all()
    wanted = {part.task_id for part in parts if all(word in says(part) for word in words.split())}
    page = all_tasks(session, the_actor(ledger.supervisor), WHEN, TaskFilter(words=words), 1)
    assert {row.task.id for row in page.rows} <= wanted
    assert page.total == len(wanted)
