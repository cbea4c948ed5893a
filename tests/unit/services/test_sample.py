"""The sample: the shipped seed, eight people, a history that keeps to the lifecycle; never in production."""

from __future__ import annotations

import json
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import City
from tests.needs import ROOT
from tracker.clock import Clock
from tracker.domain.access import Office
from tracker.domain.lifecycle import Event, State, TaskState, transition
from tracker.domain.seed import Seed
from tracker.reading.seed_file import read_seed
from tracker.services.errors import Invalid
from tracker.services.people import Credentials, sign_in
from tracker.services.sample import PEOPLE, SAMPLE_DAY, SampleLoaded, load_sample, memorable_password, sample_people
from tracker.services.sample_scripts import BEATS, Story, any_story, happenings, season_of
from tracker.services.seeding import load_seed
from tracker.settings import Settings
from tracker.store.engine import make_engine, write_session
from tracker.store.migrate import upgrade
from tracker.store.overdue import overdue_on
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry, Task

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class World:
    """A loaded sample."""

    settings: Settings
    session: Session
    loaded: SampleLoaded


def shipped_seed() -> Seed:
    return read_seed((ROOT / "tasks_seed.yaml").read_text("utf-8"), "tasks_seed.yaml")


def settings_at(folder: Path, *, production: bool = False) -> Settings:
    return Settings(
        instance=folder,
        database_url=f"sqlite:///{folder / 'tracker.sqlite3'}",
        secret_key="a key for tests that is long enough",
        production=production,
        zone=ZONE,
        base_url="http://localhost",
        sample_day=SAMPLE_DAY,
    )


@pytest.fixture(scope="module", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """Eight real hashes are half the cost of each loading; test_people looks at real ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tracker.services.people._hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The sample, loaded once for this file: it holds two thousand parts."""
    settings = settings_at(tmp_path_factory.mktemp("sample"))
    engine = make_engine(settings.database_url)
    upgrade(engine)
    with write_session(engine) as session:
        yield World(
            settings, session, load_sample(session, shipped_seed(), settings, Clock(ZONE, fixed_day=SAMPLE_DAY))
        )
    engine.dispose()


def test_eight_people_of_four_roles_can_sign_in(world: World) -> None:
    assert len(world.loaded.people) == 8
    assert {role.office for role in PEOPLE} == set(Office)
    for person in world.loaded.people:
        assert sign_in(world.session, Credentials(person.login, person.password), datetime(2023, 6, 15, tzinfo=UTC))


def test_one_of_them_stands_at_two_units(world: World) -> None:
    held = {person.login: len(person.standings) for person in world.session.scalars(select(Person))}
    assert Counter(held.values()) == {1: 7, 2: 1}


def test_the_passwords_are_kept_in_one_private_file(world: World) -> None:
    file = world.settings.instance / "sample.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [row["password"] for row in json.loads(file.read_text("utf-8"))["people"]] == [
        person.password for person in world.loaded.people
    ]
    assert sample_people(world.settings) == world.loaded.people


def test_no_password_is_shown_in_production(world: World) -> None:
    assert sample_people(replace(world.settings, production=True)) == ()


def test_every_state_and_every_sort_of_date_is_there(world: World) -> None:
    session = world.session
    assert set(session.scalars(select(Assignment.state))) == set(State)
    overdue = session.scalars(select(Assignment.due_on).join(Assignment.task).where(overdue_on(SAMPLE_DAY))).all()
    assert {date(2022, 12, 31), date(2023, 3, 30)} <= set(overdue)
    late = select(Assignment.id).where(Assignment.completed_on > Assignment.due_on)
    on_time = select(Assignment.id).where(Assignment.completed_on <= Assignment.due_on)
    assert len(session.scalars(late).all()) > 20
    assert len(session.scalars(on_time).all()) > 200
    assert set(session.scalars(select(Task.state))) == set(TaskState)


def test_every_liaison_finds_something_in_each_list(world: World) -> None:
    session = world.session
    for login in ("heqingyue", "fangzijin"):
        person = session.scalars(select(Person).where(Person.login == login)).one()
        units = [standing.unit_id for standing in person.standings]
        parts = session.scalars(select(Assignment).where(Assignment.unit_id.in_(units))).all()
        assert {State.DISPATCHED, State.IN_PROGRESS, State.SUBMITTED, State.COMPLETED} <= {p.state for p in parts}
        assert any(not p.state.is_closed and p.due_on and p.due_on < SAMPLE_DAY for p in parts)


def test_the_history_keeps_to_the_lifecycle_and_ends_where_the_part_stands(world: World) -> None:
    entries: dict[int, list[HistoryEntry]] = {}
    for entry in world.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)):
        entries.setdefault(entry.assignment_id, []).append(entry)
    for part in world.session.scalars(select(Assignment)):
        first, *rest = entries[part.id]
        assert (first.event, first.to_state) == ("adopt", State.DISPATCHED)
        state, at = first.to_state, first.at
        for entry in rest:
            row = transition(state, Event(entry.event))
            assert (entry.from_state, entry.to_state) == (state, row.to)
            assert entry.words or not row.words_required
            assert entry.at > at
            state, at = entry.to_state, entry.at
        assert (part.state, part.changed_at) == (state, at)


def test_nothing_happens_after_the_day_before_the_samples_day(world: World) -> None:
    last = max(world.session.scalars(select(HistoryEntry.at)))
    assert last < Clock(ZONE).start_of(SAMPLE_DAY)


def test_nobody_says_the_same_twice_about_one_part(world: World) -> None:
    said: dict[int, list[str]] = {}
    for entry in world.session.scalars(select(HistoryEntry).where(HistoryEntry.event == Event.REPORT.value)):
        said.setdefault(entry.assignment_id, []).append(entry.words or "")
    assert all(len(words) == len(set(words)) for words in said.values())


def test_a_second_run_changes_nothing(world: World) -> None:
    before = world.session.scalars(select(HistoryEntry.id)).all()
    again = load_sample(world.session, shipped_seed(), world.settings, Clock(ZONE))
    assert (again.is_new, again.events, again.people) == (False, 0, world.loaded.people)
    assert world.session.scalars(select(HistoryEntry.id)).all() == before


def test_lost_passwords_are_replaced(world: World) -> None:
    (world.settings.instance / "sample.json").unlink()
    again = load_sample(world.session, shipped_seed(), world.settings, Clock(ZONE))
    first = again.people[0]
    assert first.password != world.loaded.people[0].password
    assert sign_in(world.session, Credentials(first.login, first.password), datetime(2023, 6, 15, tzinfo=UTC))
    # What the other tests of this file compare with stands again.
    (world.settings.instance / "sample.json").write_text(
        json.dumps({"people": [{s: getattr(p, s) for s in p.__slots__} for p in world.loaded.people]}), "utf-8"
    )
    (world.settings.instance / "sample.json").chmod(0o600)


def test_it_is_refused_in_production(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="正式环境"):
        load_sample(session, Seed(), settings_at(tmp_path, production=True), Clock(ZONE))
    assert session.scalars(select(Person)).all() == []


def test_it_is_refused_where_real_people_work(session: Session, city: City, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="已有人员账号"):
        load_sample(session, shipped_seed(), settings_at(tmp_path), Clock(ZONE))
    assert not (tmp_path / "sample.json").exists()


def test_it_is_refused_beside_tasks_that_somebody_loaded(session: Session, tmp_path: Path) -> None:
    load_seed(session, shipped_seed(), datetime(2023, 6, 15, tzinfo=UTC))
    with pytest.raises(Invalid, match="已有人员账号或任务"):
        load_sample(session, shipped_seed(), settings_at(tmp_path), Clock(ZONE))


def test_loading_that_was_cut_off_goes_on(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, clock = settings_at(tmp_path), Clock(ZONE)

    def cut_off(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("tracker.services.sample.write_history", cut_off)
        load_sample(session, shipped_seed(), settings, clock)
    session.rollback()
    again = load_sample(session, shipped_seed(), settings, clock)
    assert again.is_new
    assert again.events > 5000


@pytest.mark.needs("postgresql")
def test_the_same_on_postgresql(postgres_url: str, world: World, tmp_path: Path) -> None:
    engine = make_engine(postgres_url)
    with write_session(engine) as opened:
        loaded = load_sample(opened, shipped_seed(), settings_at(tmp_path), Clock(ZONE))
        assert loaded.events == world.loaded.events
        states = select(Assignment.state, func.count()).group_by(Assignment.state)
        assert set(map(tuple, opened.execute(states))) == set(map(tuple, world.session.execute(states)))
    engine.dispose()


def test_memorable_passwords_differ() -> None:
    assert len({memorable_password() for _ in range(40)}) > 35


@pytest.mark.parametrize("story", Story)
def test_every_story_is_one_the_lifecycle_knows(story: Story) -> None:
    state = State.DISPATCHED
    for beat in BEATS[story]:
        state = transition(state, beat.event).to


DAYS = st.dates(date(2023, 1, 5), date(2023, 6, 1))


@given(st.sampled_from(Story), DAYS, st.none() | st.dates(date(2022, 12, 1), date(2028, 1, 1)), st.integers())
def test_a_story_is_told_in_order_and_in_time(story: Story, start: date, due_on: date | None, chance: int) -> None:
    until = SAMPLE_DAY - timedelta(days=1)
    dispatched = datetime(start.year, start.month, start.day, 9, 10, tzinfo=ZONE)
    told = list(happenings(Random(chance), story, dispatched, due_on, until=until, zone=ZONE))
    assert [happening.event for happening in told] == [beat.event for beat in BEATS[story]]
    instants = [dispatched, *(happening.at for happening in told)]
    assert instants == sorted(set(instants))
    assert all(0 < h.percent <= 100 for h in told if h.percent is not None)
    assert all((h.outcome is not None) == (h.event is Event.ACCEPT) for h in told)


@given(st.dates(date(2023, 1, 5), date(2023, 3, 1)), st.integers())
def test_done_is_on_time_and_done_late_is_late(start: date, chance: int) -> None:
    due_on, until = date(2023, 3, 30), date(2023, 6, 14)
    dispatched = datetime(start.year, start.month, start.day, 9, 10, tzinfo=ZONE)
    for story, is_late in ((Story.DONE, False), (Story.DONE_AT_SECOND_TRY, False), (Story.DONE_LATE, True)):
        last = list(happenings(Random(chance), story, dispatched, due_on, until=until, zone=ZONE))[-1]
        assert (last.day > due_on) is is_late


@pytest.mark.parametrize(
    ("due_on", "season"),
    [
        (None, "LATER"),
        (date(2022, 12, 31), "MISSED"),
        (date(2023, 3, 30), "PASSED"),
        (date(2023, 6, 30), "THIS_YEAR"),
        (date(2025, 12, 31), "LATER"),
    ],
)
def test_the_season_follows_the_date(due_on: date | None, season: str) -> None:
    assert season_of(date(2023, 1, 6), due_on, date(2023, 6, 14)) == season
    assert any_story(Random(1), season) in Story
