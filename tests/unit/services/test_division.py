"""A county's part divided among its own bureaus: child tasks, their progress, and what must not break by them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_task, a_unit, the_actor
from tests.revision_texts import LISTS, PATROL_OTHERS, POSTS, a_version
from tracker.domain.access import Forbidden, Office
from tracker.domain.figures import Figures, Period
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.domain.measures import Measure
from tracker.domain.roles import Role
from tracker.domain.units import UnitKind
from tracker.reading import read_bytes
from tracker.services.division import Wish, divide, divided_part, origin_of, withdraw_children
from tracker.services.errors import Invalid, NotFound
from tracker.services.figures import figures
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt
from tracker.services.intake_undo import ActedOn, undo_adoption
from tracker.services.ledger import LedgerFilter, ledger
from tracker.services.listings import Listing, Show, listed
from tracker.services.lit import When
from tracker.services.revision_items import Wanted, items_of
from tracker.services.revision_links import link
from tracker.services.revision_sides import versions_of
from tracker.services.revisions import accept
from tracker.services.work import Changed, act
from tracker.store.extensions import Extension, ExtensionState
from tracker.store.handling import Division
from tracker.store.people import Person
from tracker.store.plan_lists import task_counts, tasks_of_plan
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, Plan
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit

ZONE = ZoneInfo("Asia/Shanghai")
WHEN = When(TODAY, ZONE)
DUE = date(2023, 6, 30)


@pytest.fixture
def url(either_url: str) -> str:
    """Both kinds of database."""
    return either_url


@pytest.fixture
def water(session: Session, city: City) -> Unit:
    """A second bureau of the county."""
    return a_unit(session, "东河县水务局", city.county, kind=UnitKind.COUNTY_DEPARTMENT)


@pytest.fixture
def people(session: Session, city: City, water: Unit) -> dict[int, Person]:
    """The liaisons of the county and of its bureaus, by unit."""
    units = {"county": city.county, "school": city.county_education, "water": water}
    found = {unit.id: a_person(session, login, (Office.LIAISON, unit)) for login, unit in units.items()}
    session.commit()
    return found


@pytest.fixture
def part(session: Session, city: City, people: dict[int, Person]) -> Assignment:
    """The county's part in a task that it shares with a bureau of the city."""
    plan = a_plan(session, city.root)
    task = a_task(session, plan, (city.education, Role.LEAD), city.county, state=State.IN_PROGRESS, due_on=DUE)
    session.commit()
    return task.assignments[1]


def wish(city: City, *more: Unit, role: Role = Role.RESPONSIBLE, **changes: Any) -> Wish:
    roles = {unit.id: role for unit in (city.county_education, *more)}
    return Wish(**{"title": "县里分办", "due_on": date(2023, 6, 20), "roles": roles, **changes})


def divided(session: Session, city: City, part: Assignment, given: Wish, **more: Any) -> list[Task]:
    by, version = more.get("by", city.county_supervisor), more.get("version", part.version)
    made = divide(session, the_actor(by), more.get("at", NOW), part.id, version, given)
    session.refresh(part)
    return made


def done(session: Session, person: Person, part: Assignment, event: Event, **more: Any) -> None:
    session.refresh(part)
    values = {"words": "办理中。", "outcome": Outcome.SOLVED, **more}
    at = values.pop("at", NOW)
    act(session, the_actor(person), at, at.astimezone(ZONE).date(), part.id, event, part.version, **values)


def percent(session: Session, part: Assignment) -> int:
    session.refresh(part)
    return part.percent


def finish(session: Session, city: City, people: dict[int, Person], child: Task) -> None:
    for each in child.assignments:
        for event in (Event.SIGN_FOR, Event.SUBMIT):
            done(session, people[each.unit_id], each, event)
        done(session, city.county_supervisor, each, Event.ACCEPT)


class TestMakingChildren:
    def test_a_child_is_a_task_of_the_same_plan_in_the_county(
        self, session: Session, city: City, part: Assignment, water: Unit
    ) -> None:
        roles = {city.county_education.id: Role.LEAD, water.id: Role.SUPPORT}
        (child,) = divided(session, city, part, wish(city, roles=roles))
        assert (child.title, child.plan_id, child.quote) == ("县里分办", part.task.plan_id, part.task.quote)
        assert (child.due_on, child.original_due_on, child.draft_id) == (date(2023, 6, 20), date(2023, 6, 20), None)
        assert [(each.unit_id, each.role, each.state) for each in child.assignments] == [
            (city.county_education.id, Role.LEAD, State.DISPATCHED),
            (water.id, Role.SUPPORT, State.DISPATCHED),
        ]
        assert [entry.event for each in child.assignments for entry in each.history] == ["adopt", "adopt"]
        division = session.get_one(Division, child.id)
        assert (division.parent_id, division.made_by_id, division.made_at) == (part.id, city.county_supervisor.id, NOW)
        last = part.history[-1]
        assert (last.event, last.actor_name, last.from_state) == ("divide", "县督查", State.IN_PROGRESS)
        assert last.words == ("子任务“县里分办”：东河县教育局（牵头）、东河县水务局（配合）；完成时限2023年6月20日。")

    def test_each_unit_alone(self, session: Session, city: City, part: Assignment, water: Unit) -> None:
        made = divided(session, city, part, wish(city, water, each_alone=True))
        assert [[each.unit_id for each in task.assignments] for task in made] == [
            [city.county_education.id],
            [water.id],
        ]

    def test_twice_the_same_form_acts_once(self, session: Session, city: City, part: Assignment) -> None:
        seen = part.version
        first = divided(session, city, part, wish(city))
        again = divided(session, city, part, wish(city), version=seen, at=NOW + timedelta(minutes=1))
        assert [task.id for task in again] == [task.id for task in first]
        with pytest.raises(Changed, match="县督查已“分解任务”"):
            divided(session, city, part, wish(city, title="另一项"), version=seen)
        assert session.scalar(select(func.count(Division.task_id))) == 1

    def test_a_day_after_the_parents_needs_a_word(self, session: Session, city: City, part: Assignment) -> None:
        late = date(2023, 7, 1)
        with pytest.raises(Invalid, match="2023年7月1日晚于“东河县政府”自己的时限2023年6月30日"):
            divided(session, city, part, wish(city, due_on=late))
        (child,) = divided(session, city, part, wish(city, due_on=late, late_confirmed=True))
        assert child.due_on == late
        (same,) = divided(session, city, part, wish(city, due_on=DUE, title="同日"))
        assert same.due_on == DUE
        with pytest.raises(Invalid, match="请填写子任务的完成时限"):
            divided(session, city, part, wish(city, due_on=None))

    def test_what_is_refused(self, session: Session, city: City, part: Assignment, water: Unit) -> None:
        cases = [
            (wish(city, title=" "), "请填写子任务名称"),
            (wish(city, roles={}), "至少为一个单位"),
            (wish(city, role=Role.SUPPORT), "至少要有一个牵头或责任单位"),
            (wish(city, water, role=Role.LEAD), "只能有一个牵头单位"),
            (wish(city, city.finance), "不在下级单位之中"),
            (wish(city, city.county), "不在下级单位之中"),
        ]
        for given, said in cases:
            with pytest.raises(Invalid, match=said):
                divided(session, city, part, given)
        assert session.scalar(select(func.count(Division.task_id))) == 0

    def test_who_may(self, session: Session, city: City, part: Assignment, people: dict[int, Person]) -> None:
        for person in (people[city.county.id], city.leader, city.administrator):
            with pytest.raises(Forbidden):
                divided(session, city, part, wish(city), by=person)
        other = part.task.assignments[0]
        with pytest.raises(Forbidden):
            divided(session, city, other, wish(city))
        with pytest.raises(Invalid, match="没有登记下级单位"):
            divided(session, city, other, wish(city), by=city.supervisor)
        with pytest.raises(NotFound):
            divide(session, the_actor(city.supervisor), NOW, 9999, 1, wish(city))

    @pytest.mark.parametrize("state", [state for state in State if state is not State.IN_PROGRESS])
    def test_only_what_is_in_progress(self, session: Session, city: City, part: Assignment, state: State) -> None:
        other = a_task(session, part.task.plan, city.county, state=state).assignments[0]
        session.commit()
        with pytest.raises(Invalid, match=f"现为“{state.label}”"):
            divided(session, city, other, wish(city))


class TestProgress:
    def test_the_parent_has_the_mean_of_its_children(
        self, session: Session, city: City, part: Assignment, people: dict[int, Person], water: Unit
    ) -> None:
        first, second = divided(session, city, part, wish(city, water, each_alone=True))
        version = part.version
        school = people[city.county_education.id]
        done(session, school, first.assignments[0], Event.SIGN_FOR)
        done(session, school, first.assignments[0], Event.REPORT, percent=50)
        assert percent(session, part) == 25
        finish(session, city, people, second)
        assert percent(session, part) == 75
        assert (part.version, part.state) == (version, State.IN_PROGRESS)
        shown = divided_part(session, the_actor(people[city.county.id]), WHEN, part)
        assert (shown.roll_up.completed, shown.roll_up.live, shown.can_submit) == (1, 2, False)
        done(session, school, first.assignments[0], Event.SUBMIT)
        done(session, city.county_supervisor, first.assignments[0], Event.ACCEPT)
        shown = divided_part(session, the_actor(people[city.county.id]), WHEN, part)
        assert (shown.roll_up.completed, shown.can_submit, percent(session, part)) == (2, True, 100)
        assert part.state is State.IN_PROGRESS
        done(session, city.county_supervisor, first.assignments[0], Event.REOPEN)
        assert percent(session, part) == 75

    def test_what_is_reported_of_the_parent_does_not_replace_it(
        self, session: Session, city: City, part: Assignment, people: dict[int, Person]
    ) -> None:
        divided(session, city, part, wish(city))
        done(session, people[city.county.id], part, Event.REPORT, percent=80)
        assert percent(session, part) == 0

    def test_a_child_divided_again_counts_up_to_the_top(
        self, session: Session, city: City, part: Assignment, people: dict[int, Person]
    ) -> None:
        office = a_unit(session, "县教育局基教股", city.county_education, kind=UnitKind.COUNTY_DEPARTMENT)
        clerk = a_person(session, "clerk", (Office.LIAISON, office))
        (child,) = divided(session, city, part, wish(city))
        middle = child.assignments[0]
        done(session, people[city.county_education.id], middle, Event.SIGN_FOR)
        session.refresh(middle)
        (grand,) = divided(session, city, middle, wish(city, roles={office.id: Role.LEAD}))
        done(session, clerk, grand.assignments[0], Event.SIGN_FOR)
        done(session, clerk, grand.assignments[0], Event.REPORT, percent=60)
        assert (percent(session, middle), percent(session, part)) == (60, 60)
        rows = {row.assignment_id: row for row in ledger(session, the_actor(city.supervisor), WHEN)}
        assert rows[part.id].then.percent == rows[middle.id].then.percent == 60

    def test_a_past_day_is_told_too(
        self, session: Session, city: City, part: Assignment, people: dict[int, Person]
    ) -> None:
        (child,) = divided(session, city, part, wish(city))
        mine, school = child.assignments[0], people[city.county_education.id]
        done(session, school, mine, Event.SIGN_FOR)
        for days, share in ((1, 30), (3, 70)):
            done(session, school, mine, Event.REPORT, percent=share, at=NOW + timedelta(days=days))
        actor = the_actor(city.supervisor)

        def on(day: date) -> dict[int, Any]:
            return {row.assignment_id: row for row in ledger(session, actor, When(day, ZONE))}

        assert set(on(TODAY - timedelta(days=1))) == {each.id for each in part.task.assignments}
        assert on(TODAY + timedelta(days=2))[part.id].then.percent == 30
        later = on(TODAY + timedelta(days=3))
        assert later[part.id].then.percent == 70 == percent(session, part)
        assert (later[mine.id].parent_assignment_id, later[part.id].parent_assignment_id) == (part.id, None)
        county = ledger(session, actor, When(TODAY, ZONE), LedgerFilter(unit_path=city.county.path))
        assert {row.assignment_id for row in county if row.parent_assignment_id is None} == {part.id}


class TestCounting:
    def test_no_number_counts_a_part_and_its_children(
        self, session: Session, city: City, part: Assignment, people: dict[int, Person], water: Unit
    ) -> None:
        day, year = date(2023, 6, 25), Period(date(2023, 1, 1), date(2023, 6, 25))
        divided(session, city, part, wish(city, water, each_alone=True))
        divided(session, city, part, wish(city, title="县里再分", due_on=DUE))

        def board(who: Person, period: Period = year) -> tuple[Figures, dict[str, int]]:
            told = figures(session, the_actor(who), When(period.until, ZONE), period)
            return told.total.current, {line.label: line.current.count(Measure.ASSIGNED) for line in told.lines}

        total, lines = board(city.supervisor)
        assert lines == {"市教育局": 1, "东河县政府": 1, "东河县教育局": 2, "东河县水务局": 1}
        assert total.count(Measure.ASSIGNED) == 2  # the education bureau's part and the county's
        # The children's day has passed, the county's has not: they count where it does not.
        assert [total.count(each) for each in (Measure.DUE, Measure.MISSED, Measure.OVERDUE)] == [2, 2, 2]
        total, _ = board(city.supervisor, Period(year.since, date(2023, 7, 15)))
        assert [total.count(each) for each in (Measure.DUE, Measure.MISSED, Measure.OVERDUE)] == [2, 2, 2]
        assert part.id in total.parts[Measure.DUE]
        for unit_id, alone in ((None, False), (city.county.id, False), (water.id, True), (city.county.id, True)):
            wanted = Listing(Show.ASSIGNED, year, unit_id, alone)
            rows = listed(session, the_actor(city.supervisor), When(day, ZONE), wanted)
            assert len(rows) == (1 if unit_id else 2)
        assert len(listed(session, the_actor(city.supervisor), When(day, ZONE), Listing(Show.OPEN, year))) == 2
        red = listed(session, the_actor(city.supervisor), When(day, ZONE), Listing(Show.RED, year))
        assert len(red) == 2  # behind a part that is not red they are told themselves
        unsigned = listed(session, the_actor(city.supervisor), When(day, ZONE), Listing(Show.UNSIGNED, year))
        assert len(unsigned) == 4  # each is to be signed for: three children and what the education bureau has

    def test_a_child_counts_once_for_the_city_and_at_all_for_its_bureau(
        self, session: Session, city: City, part: Assignment, people: dict[int, Person]
    ) -> None:
        (child,) = divided(session, city, part, wish(city))
        plan_id = part.task.plan_id

        def seen_by(person: Person) -> tuple[int, list[int]]:
            actor = the_actor(person)
            counts = task_counts(session, actor, [plan_id], TODAY)
            return counts[plan_id].total, [task.id for task in tasks_of_plan(session, actor, plan_id, 1).rows]

        assert seen_by(city.supervisor) == (1, [part.task_id])
        assert seen_by(city.county_supervisor) == (1, [part.task_id])
        assert seen_by(people[city.county_education.id]) == (1, [child.id])


class TestWithdrawal:
    def test_children_are_told_and_withdrawn_by_choice(
        self, session: Session, city: City, part: Assignment, people: dict[int, Person], water: Unit
    ) -> None:
        first, second = divided(session, city, part, wish(city, water, each_alone=True))
        finish(session, city, people, second)
        actor = the_actor(city.county_supervisor)
        with pytest.raises(Invalid, match="本级分工没有撤销"):
            withdraw_children(session, actor, NOW, TODAY, part.id, "不需要。")
        done(session, city.supervisor, part, Event.WITHDRAW, words="改由市里办理。")
        told = session.scalars(
            select(HistoryEntry).where(HistoryEntry.event == "divide").order_by(HistoryEntry.id)
        ).all()
        assert [entry.assignment_id for entry in told] == [part.id, first.assignments[0].id]
        assert "“东河县政府”的分工已撤销" in (told[-1].words or "")
        origin = origin_of(session, the_actor(people[city.county_education.id]), first.id)
        assert origin
        assert (origin.is_withdrawn, origin.may_read) == (True, False)
        assert divided_part(session, actor, WHEN, part).may_withdraw
        with pytest.raises(Invalid, match="写明撤销理由"):
            withdraw_children(session, actor, NOW, TODAY, part.id, " ")
        waits = Extension(assignment_id=first.assignments[0].id, wanted_on=DUE, reason="需要时间", asked_at=NOW)
        waits.asked_by_name = "县教育局"
        session.add(waits)
        session.commit()
        assert withdraw_children(session, actor, NOW, TODAY, part.id, "随之撤销。") == 1
        assert waits.state is ExtensionState.RECALLED
        session.expire_all()
        assert (first.state, first.assignments[0].withdrawn_on) == (TaskState.WITHDRAWN, TODAY)
        assert second.state is TaskState.COMPLETED
        last = first.assignments[0].history[-1]
        assert (last.event, last.from_state, last.to_state) == ("withdraw", State.DISPATCHED, State.WITHDRAWN)
        rows = {row.assignment_id: row for row in ledger(session, the_actor(city.supervisor), WHEN)}
        assert rows[first.assignments[0].id].then.withdrawn_on == TODAY
        assert withdraw_children(session, actor, NOW, TODAY, part.id, "随之撤销。") == 0
        with pytest.raises(Forbidden):
            withdraw_children(session, the_actor(people[city.county.id]), NOW, TODAY, part.id, "随之撤销。")


def taken_in(session: Session, city: City, text: str, name: str) -> Plan:
    reading = read_bytes(text.encode(), name)
    imported = import_source(session, the_actor(city.supervisor), NOW, reading, city.root.id)
    return session.scalars(select(Plan).where(Plan.source_id == imported.source_id)).one()


def posts_divided(session: Session, city: City, people: dict[int, Person]) -> tuple[Plan, Draft, Assignment, Task]:
    """A plan whose post for the county was adopted, signed for and divided."""
    plan = taken_in(session, city, a_version(LISTS, POSTS), "方案.txt")
    for draft in drafts_of(session, plan.id):
        adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version)
    draft = next(each for each in drafts_of(session, plan.id) if "护学岗" in each.title)
    part = session.scalars(select(Assignment).join(Task).where(Task.draft_id == draft.id)).one()
    done(session, people[city.county.id], part, Event.SIGN_FOR)
    session.refresh(part)
    (child,) = divided(session, city, part, wish(city))
    return plan, draft, part, child


class TestWhatStandsOnTasks:
    def test_a_divided_adoption_is_not_undone(self, session: Session, city: City, people: dict[int, Person]) -> None:
        _, draft, part, child = posts_divided(session, city, people)
        session.refresh(draft)
        with pytest.raises(ActedOn):
            undo_adoption(session, the_actor(city.supervisor), NOW, draft.id, draft.version)
        session.rollback()
        assert session.get(Task, child.id)
        assert session.get(Division, child.id)
        assert part.task.draft_id == draft.id

    def test_a_new_version_takes_the_child_along_and_asks_nothing_about_it(
        self, session: Session, city: City, people: dict[int, Person]
    ) -> None:
        plan, _, part, child = posts_divided(session, city, people)
        later = POSTS.replace("9月底前", "10月底前")
        newer = taken_in(session, city, a_version(LISTS, later, issued="2023年6月1日"), "方案二.txt")
        link(session, the_actor(city.supervisor), NOW, newer.id, plan.id)
        items = items_of(versions_of(session, session.get_one(Plan, newer.id)))
        assert child.id not in {item.task.id for item in items}
        for item in items:
            wanted = Wanted(item.task.id, item.draft.id if item.draft else None, item.effect.seen)
            accept(session, the_actor(city.supervisor), NOW, TODAY, newer.id, wanted)
        session.expire_all()
        assert part.task.plan_id == child.plan_id == newer.id
        assert (child.quote, child.start, child.end) == (part.task.quote, part.task.start, part.task.end)
        assert part.due_on == date(2023, 10, 31)
        assert (child.state, child.due_on) == (TaskState.OPEN, date(2023, 6, 20))

    def test_a_new_version_without_the_clause_tells_the_child(
        self, session: Session, city: City, people: dict[int, Person]
    ) -> None:
        plan, _, part, child = posts_divided(session, city, people)
        newer = taken_in(session, city, a_version(LISTS, PATROL_OTHERS, issued="2023年6月1日"), "方案二.txt")
        link(session, the_actor(city.supervisor), NOW, newer.id, plan.id)
        items = items_of(versions_of(session, session.get_one(Plan, newer.id)))
        (loss,) = [item for item in items if item.draft is None]
        assert loss.task.id == part.task_id
        wanted = Wanted(loss.task.id, None, loss.effect.seen)
        accept(session, the_actor(city.supervisor), NOW, TODAY, newer.id, wanted)
        session.expire_all()
        assert part.state is State.WITHDRAWN
        assert "分工已撤销" in (child.assignments[0].history[-1].words or "")
        assert child.state is TaskState.OPEN
