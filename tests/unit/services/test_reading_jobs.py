"""Readings that outlast a request: one row each, a lease that runs out, cancelling, taking up again, tidying."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, joinedload

from tests.builders import NOW, City, the_actor
from tests.intake_texts import PLAN, a_draft, a_reading
from tracker.clock import Clock
from tracker.domain.access import Actor, Forbidden
from tracker.domain.drafts import SourceReading
from tracker.reading import UnreadableFile
from tracker.services import reading_jobs, reading_pulse
from tracker.services.errors import Invalid, NotFound
from tracker.services.intake import Imported, Upload
from tracker.services.reading_jobs import (
    Readers,
    Started,
    begin,
    can_read_again,
    cancel,
    outcome_of,
    read_again,
    reading_of,
    readings_under_way,
    tidy_readings,
    wait_for,
)
from tracker.services.reading_process import Abandoned, Progress, Wanted
from tracker.services.reading_pulse import LEASE
from tracker.settings import ReadingLimits
from tracker.store.audit import AuditEntry
from tracker.store.engine import write_session
from tracker.store.plans import Source
from tracker.store.readings import ReadingJob, ReadingState, ReadingUpload

UPLOAD = Upload(PLAN.encode(), "方案.txt")
LATER = NOW + LEASE + timedelta(seconds=1)


@dataclass
class Reader:
    """Stands in for the process that reads: ends when a test says so, or when nobody wants it any more."""

    go_on: threading.Event = field(default_factory=threading.Event)
    names: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    result: SourceReading | Exception = field(default_factory=lambda: a_reading(a_draft("甲", "市教育局")))
    parts: tuple[int, int] = (37, 300)

    def __call__(
        self, data: bytes, name: str, limits: ReadingLimits, progress: Progress, wanted: Wanted
    ) -> SourceReading:
        self.names.append(name)
        progress(*self.parts)
        while not self.go_on.wait(0.02):
            if not wanted():
                self.stopped.set()
                raise Abandoned
        if isinstance(self.result, Exception):
            raise self.result
        return replace(self.result, sha256=hashlib.sha256(data).hexdigest())


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    made = Reader()
    monkeypatch.setattr(reading_jobs, "read_file", made)
    monkeypatch.setattr(reading_pulse, "BEAT_SECONDS", 0.05)
    yield made
    made.go_on.set()
    for thread in threading.enumerate():
        if thread.name.startswith("reading-"):
            thread.join(20)


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@pytest.fixture
def actor(city: City) -> Actor:
    return the_actor(city.supervisor)


@pytest.fixture
def readers(engine: Engine) -> Readers:
    return at(NOW, engine)


def at(instant: datetime, engine: Engine) -> Readers:
    return Readers(engine, Clock(ZoneInfo("Asia/Shanghai")).fixed_at(instant), ReadingLimits())


def started(session: Session, readers: Readers, actor: Actor, city: City, upload: Upload = UPLOAD) -> Started:
    begun = begin(session, readers, actor, upload, city.root.id)
    assert isinstance(begun, Started)
    return begun


def look(session: Session, job_id: int) -> ReadingJob:
    """The job as it stands, read without taking the writer's place, which the reading needs to tell of itself."""
    session.rollback()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    with Session(engine.execution_options(writes=False), expire_on_commit=False) as reading:
        return reading.scalars(
            select(ReadingJob).where(ReadingJob.id == job_id).options(joinedload(ReadingJob.owner))
        ).one()


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)  # looking holds the database for a moment, too


def count(session: Session, table: type[Source] | type[ReadingJob] | type[ReadingUpload]) -> int:
    found = session.scalar(select(func.count()).select_from(table)) or 0
    session.rollback()
    return found


def test_a_short_reading_is_over_before_the_answer(
    session: Session, readers: Readers, actor: Actor, city: City, reader: Reader
) -> None:
    reader.go_on.set()
    begun = started(session, readers, actor, city)
    job = wait_for(session, begun, UPLOAD, 20)
    assert job.state is ReadingState.DONE
    assert outcome_of(session, job) == Imported(job.source_id or 0, "方案.txt", NOW, already=False)
    assert (count(session, Source), count(session, ReadingUpload)) == (1, 0)
    assert begin(session, readers, actor, replace(UPLOAD, data=b"other"), city.root.id) != begun


def test_a_long_reading_goes_on_and_tells_how_far_it_is(
    session: Session, readers: Readers, actor: Actor, city: City, reader: Reader
) -> None:
    begun = started(session, readers, actor, city)
    job = wait_for(session, begun, UPLOAD, 0.01)
    assert (job.state, job.owner.id, count(session, ReadingUpload)) == (ReadingState.RUNNING, actor.person_id, 1)
    until(lambda: look(session, job.id).done == 37)
    assert look(session, job.id).total == 300
    assert [each.id for each in readings_under_way(session, actor)] == [job.id]
    session.rollback()
    reader.go_on.set()
    assert begun.ended.wait(20)
    assert reading_of(session, actor, job.id).state is ReadingState.DONE
    assert count(session, ReadingUpload) == 0  # the bytes are kept only while it lasts
    assert not readings_under_way(session, actor)


def test_the_audit_log_tells_who_had_it_read(
    session: Session, readers: Readers, actor: Actor, city: City, reader: Reader
) -> None:
    reader.go_on.set()
    wait_for(session, started(session, readers, actor, city), UPLOAD, 20)
    told = session.execute(
        select(AuditEntry.subject, AuditEntry.actor_id, AuditEntry.actor_name, AuditEntry.at).where(
            AuditEntry.subject.in_(["source", "plan"])
        )
    ).all()
    assert sorted(map(tuple, told)) == [(what, actor.person_id, actor.name, NOW) for what in ("plan", "source")]


def test_a_refusal_keeps_its_words_and_no_bytes(
    session: Session, readers: Readers, actor: Actor, city: City, reader: Reader
) -> None:
    reader.result = UnreadableFile("《方案.txt》读不了。请另存。")
    begun = started(session, readers, actor, city)
    wait_for(session, begun, UPLOAD, 0.01)
    session.rollback()
    reader.go_on.set()
    assert begun.ended.wait(20)
    job = reading_of(session, actor, begun.job_id)
    assert (job.state, job.message) == (ReadingState.REFUSED, "《方案.txt》读不了。请另存。")
    assert (count(session, Source), count(session, ReadingUpload)) == (0, 0)


def test_a_fault_of_ours_is_logged_and_told(
    session: Session, readers: Readers, city: City, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    reader.result = ZeroDivisionError("a slip of ours")
    reader.go_on.set()
    job = wait_for(session, started(session, readers, the_actor(city.supervisor), city), UPLOAD, 20)
    assert job.state is ReadingState.REFUSED
    assert "系统出错" in (job.message or "")
    assert "slip of ours" in caplog.text


def test_the_same_file_twice_is_read_once(
    session: Session, readers: Readers, actor: Actor, city: City, reader: Reader
) -> None:
    first = started(session, readers, actor, city)
    again = started(session, readers, actor, city, replace(UPLOAD, name="另一个名.txt"))
    assert again == first
    reader.go_on.set()
    assert wait_for(session, again, UPLOAD, 20).state is ReadingState.DONE
    assert reader.names == ["方案.txt"]
    known = begin(session, readers, actor, UPLOAD, city.root.id)
    assert isinstance(known, Imported)
    assert known.already


def test_two_send_the_same_at_one_moment(engine: Engine, readers: Readers, city: City, reader: Reader) -> None:
    actor, together = the_actor(city.supervisor), threading.Barrier(2)
    found = list[int]()

    def send() -> None:
        with write_session(engine) as session:
            together.wait(20)
            found.append(started(session, readers, actor, city).job_id)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(set(found)) == 1
    assert len(found) == 2
    until(lambda: bool(reader.names))
    assert len(reader.names) == 1


def test_the_same_file_for_another_scope_is_another_reading(
    session: Session, readers: Readers, actor: Actor, city: City, reader: Reader
) -> None:
    first = started(session, readers, actor, city)
    second = begin(session, readers, actor, UPLOAD, city.county.id)
    assert isinstance(second, Started)
    assert second.job_id != first.job_id


def test_cancelling_stops_the_reader_and_keeps_nothing(
    session: Session, readers: Readers, actor: Actor, city: City, reader: Reader
) -> None:
    begun = started(session, readers, actor, city)
    wait_for(session, begun, UPLOAD, 0.01)
    assert cancel(session, actor, NOW, begun.job_id)
    assert reader.stopped.wait(20)
    assert begun.ended.wait(20)
    job = reading_of(session, actor, begun.job_id)
    assert (job.state, job.ended_at) == (ReadingState.CANCELLED, NOW)
    assert (count(session, Source), count(session, ReadingUpload)) == (0, 0)
    assert not cancel(session, actor, NOW, begun.job_id)
    assert started(session, readers, actor, city).job_id != begun.job_id  # it can be begun anew


def test_cancelled_in_the_last_moment_imports_nothing(
    session: Session, readers: Readers, city: City, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader has ended, its result has not been stored yet."""
    monkeypatch.setattr(reading_pulse, "BEAT_SECONDS", 1000.0)
    actor = the_actor(city.supervisor)
    begun = started(session, readers, actor, city)
    cancel(session, actor, NOW, begun.job_id)
    reader.go_on.set()
    assert begun.ended.wait(20)
    assert reading_of(session, actor, begun.job_id).state is ReadingState.CANCELLED
    assert count(session, Source) == 0


def test_others_may_look_but_not_cancel(
    session: Session, readers: Readers, actor: Actor, city: City, reader: Reader
) -> None:
    begun = started(session, readers, actor, city)
    colleague = replace(actor, person_id=city.leader.id)
    assert reading_of(session, colleague, begun.job_id).id == begun.job_id
    with pytest.raises(Forbidden):
        cancel(session, colleague, NOW, begun.job_id)
    for stranger in (city.county_supervisor, city.liaison, city.administrator):
        with pytest.raises(Forbidden):
            reading_of(session, the_actor(stranger), begun.job_id)
    with pytest.raises(NotFound):
        reading_of(session, actor, 987_654)


def a_left_one(session: Session, city: City, data: bytes | None = PLAN.encode()) -> int:
    """A reading whose process died."""
    job = ReadingJob(scope_id=city.root.id, owner_id=city.supervisor.id, name="方案.txt", token="of the dead", done=5)
    job.sha256, job.started_at, job.leased_until = "8" * 64, NOW, NOW + LEASE
    session.add(job)
    session.flush()
    if data:
        session.add(ReadingUpload(job_id=job.id, data=data))
    session.commit()
    return job.id


def test_one_that_was_left_is_read_again(
    session: Session, engine: Engine, city: City, actor: Actor, reader: Reader
) -> None:
    job_id = a_left_one(session, city)
    assert not look(session, job_id).is_left(NOW)
    assert not read_again(session, at(NOW, engine), actor, job_id)  # somebody may still read it
    assert look(session, job_id).is_left(LATER)
    assert can_read_again(session, look(session, job_id), LATER)
    session.rollback()
    reader.go_on.set()
    assert read_again(session, at(LATER, engine), actor, job_id)
    until(lambda: look(session, job_id).state is ReadingState.DONE)
    assert (count(session, Source), count(session, ReadingUpload)) == (1, 0)


def test_one_that_was_left_without_its_bytes_asks_for_the_file(
    session: Session, engine: Engine, city: City, actor: Actor, reader: Reader
) -> None:
    job_id = a_left_one(session, city, data=None)
    assert not can_read_again(session, look(session, job_id), LATER)
    with pytest.raises(Invalid, match="请重新选择文件"):
        read_again(session, at(LATER, engine), actor, job_id)
    assert cancel(session, the_actor(city.supervisor), LATER, job_id)


def test_sending_a_file_again_takes_up_one_that_was_left(
    session: Session, engine: Engine, city: City, actor: Actor, reader: Reader
) -> None:
    begun = started(session, at(NOW, engine), actor, city)
    reader.go_on.set()
    assert begun.ended.wait(20)
    session.rollback()
    with write_session(engine) as other:  # as if the process had died in the middle
        job = other.get_one(ReadingJob, begun.job_id)
        job.state, job.ended_at = ReadingState.RUNNING, None
        other.delete(other.get_one(Source, job.source_id))
        other.commit()
    again = started(session, at(LATER, engine), actor, city)
    assert again.job_id == begun.job_id
    assert again.ended.wait(20)
    assert look(session, begun.job_id).state is ReadingState.DONE


def test_who_was_given_up_for_dead_writes_nothing(
    session: Session, engine: Engine, city: City, actor: Actor, reader: Reader
) -> None:
    """A process that slept past its lease wakes up after somebody else took its reading over."""
    begun = started(session, at(NOW, engine), actor, city)
    with write_session(engine) as other:
        other.get_one(ReadingJob, begun.job_id).token = "of another"
        other.commit()
    assert reader.stopped.wait(20)
    assert begun.ended.wait(20)
    job = look(session, begun.job_id)
    assert (job.state, job.token, count(session, Source)) == (ReadingState.RUNNING, "of another", 0)


def test_what_is_over_is_tidied_away(session: Session, engine: Engine, city: City, actor: Actor) -> None:
    left = a_left_one(session, city)
    ended = ReadingJob(scope_id=city.root.id, owner_id=city.supervisor.id, name="旧.txt", token="x", sha256="9" * 64)
    ended.started_at, ended.leased_until, ended.ended_at, ended.state = NOW, NOW, NOW, ReadingState.CANCELLED
    session.add(ended)
    session.commit()
    assert tidy_readings(engine, NOW + timedelta(hours=1)) == 0
    assert tidy_readings(engine, NOW + timedelta(hours=7)) == 1
    assert session.get(ReadingJob, left, populate_existing=True) is None
    session.rollback()
    assert count(session, ReadingUpload) == 0
    assert tidy_readings(engine, NOW + timedelta(hours=25)) == 1
    assert count(session, ReadingJob) == 0


def test_nobody_starts_a_reading_where_he_may_not(session: Session, readers: Readers, city: City) -> None:
    with pytest.raises(Forbidden):
        begin(session, readers, the_actor(city.county_supervisor), UPLOAD, city.root.id)
    with pytest.raises(NotFound):
        begin(session, readers, the_actor(city.supervisor), UPLOAD, 987_654)
    assert count(session, ReadingJob) == 0
