"""Files read while their person waits: a row in the database for each, and a thread that looks after the reader.

The row holds a lease that the thread renews. When the process dies, the lease runs out: the page says so, and whoever
may import there can have the same bytes read again. The bytes are kept only while a reading lasts that was not over
at once. The same bytes sent twice are read once.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.domain.access import Actor, Forbidden, Permission
from tracker.reading.unreadable import UnreadableFile
from tracker.services.errors import Invalid, NotFound
from tracker.services.file_names import clean_name
from tracker.services.intake import (
    Imported,
    Upload,
    import_source,
    known_source,
    may_take_in,
    scope_for_intake,
)
from tracker.services.reading_files import read_file
from tracker.services.reading_process import Abandoned
from tracker.services.reading_pulse import LEASE, Pulse
from tracker.settings import ReadingLimits
from tracker.store.audit_trail import Who, acts_as
from tracker.store.engine import begin_write, write_session
from tracker.store.plans import Source
from tracker.store.reading_queries import (
    change_job,
    forget_upload,
    job_with_people,
    keep_upload,
    kept_upload,
    running_job,
    running_jobs,
    sweep_readings,
    take_over,
)
from tracker.store.readings import ReadingJob, ReadingState

log = logging.getLogger(__name__)

KEPT_AFTER_END = timedelta(days=1)
KEPT_WHEN_LEFT = timedelta(hours=6)
_FAULT = "《{name}》没有导入，系统出错，错误已记录。请稍后重新导入；如仍出错，请把操作时间告诉管理员。"


@dataclass(frozen=True, slots=True)
class Readers:
    """What a reading needs when no request is there any more."""

    engine: Engine
    clock: Clock
    limits: ReadingLimits


@dataclass(frozen=True, slots=True)
class Started:
    """A reading that goes on; ``ended`` is set at its end when it is looked after in this process."""

    job_id: int
    ended: threading.Event


# The readings that are looked after in this process, by the id of their row.
_here: dict[int, threading.Event] = {}


def begin(session: Session, readers: Readers, actor: Actor, upload: Upload, scope_unit_id: int) -> Started | Imported:
    """Starts reading a file and comes back at once; what was imported before is not read again.

    The same bytes that are being read in the scope are not read twice: the reading that goes on is given.
    Raises Forbidden or NotFound for the scope.
    """
    known = known_source(session, actor, upload, scope_unit_id)
    if known:
        return known
    now = readers.clock.now()
    sweep_readings(session, now - KEPT_AFTER_END, now - KEPT_WHEN_LEFT)
    token = secrets.token_hex(16)
    job_id, is_ours = _claim(session, upload, scope_unit_id, _fresh(actor, now, token))
    if not is_ours:
        return Started(job_id, _here.get(job_id) or threading.Event())
    return _look_after(_Reading(readers, job_id, token, actor, upload, scope_unit_id))


def _claim(session: Session, upload: Upload, scope_id: int, fresh: dict[str, Any]) -> tuple[int, bool]:
    """The row of the reading of these bytes, and whether it is ours to read; committed."""
    digest = hashlib.sha256(upload.data).hexdigest()
    there = running_job(session, scope_id, digest)
    if there is None:
        job = ReadingJob(scope_id=scope_id, name=clean_name(upload.name), sha256=digest, **fresh)
        session.add(job)
        try:
            session.commit()
            return job.id, True
        except IntegrityError:  # somebody sent the same at the same moment
            session.rollback()
            begin_write(session)
            there = running_job(session, scope_id, digest)
            if there is None:
                raise
    is_ours = take_over(session, there.id, fresh["started_at"], fresh)
    session.commit()
    return there.id, is_ours


def _fresh(actor: Actor, now: datetime, token: str) -> dict[str, Any]:
    """What a reading that begins, or begins again, says of itself."""
    return {
        "owner_id": actor.person_id,
        "token": token,
        "done": 0,
        "total": 0,
        "started_at": now,
        "leased_until": now + LEASE,
    }


def wait_for(session: Session, started: Started, upload: Upload, seconds: float) -> ReadingJob:
    """Waits at most so long for the end of a reading, and gives it as it then stands.

    One that goes on has its bytes kept from now on: nobody waits who could send them again.
    """
    session.rollback()
    started.ended.wait(seconds)
    begin_write(session)
    if not started.ended.is_set():
        keep_upload(session, started.job_id, upload.data)
    session.commit()
    job = job_with_people(session, started.job_id)
    if job is None:
        raise NotFound("这次读取的记录已被清理，请重新导入。")
    return job


def reading_of(session: Session, actor: Actor, job_id: int) -> ReadingJob:
    """A reading as it stands now; NotFound, or Forbidden where the actor takes no plans in."""
    job = job_with_people(session, job_id)
    if job is None:
        raise NotFound("没有找到这次读取，记录可能已被清理。请到“导入文件”页面查看。")
    may_take_in(actor, job.scope, "查看该文件的读取进度")
    return job


def readings_under_way(session: Session, actor: Actor) -> Sequence[ReadingJob]:
    """The readings that have not ended where the actor takes plans in."""
    return running_jobs(session, actor)


def outcome_of(session: Session, job: ReadingJob) -> Imported:
    """What a reading that is done came to; NotFound when its source is gone."""
    source = session.get(Source, job.source_id) if job.source_id else None
    if source is None:
        raise NotFound("该文件读取后生成的内容已被删除，请重新导入。")
    return Imported(source.id, source.name, source.imported_at, job.already)


def can_read_again(session: Session, job: ReadingJob, now: datetime) -> bool:
    """Whether a reading was left, and its bytes are still there."""
    return job.is_left(now) and kept_upload(session, job.id) is not None


def cancel(session: Session, actor: Actor, now: datetime, job_id: int) -> bool:
    """Ends a reading at the wish of who began it; False when it had ended. Its reader is stopped within a second."""
    job = reading_of(session, actor, job_id)
    if job.owner_id != actor.person_id and not job.is_left(now):
        raise Forbidden(Permission.INTAKE, "取消他人发起的读取")
    done = change_job(session, job_id, None, {"state": ReadingState.CANCELLED, "ended_at": now})
    forget_upload(session, job_id)
    session.commit()
    return done


def read_again(session: Session, readers: Readers, actor: Actor, job_id: int) -> bool:
    """Reads a file again whose reading was left; False when it goes on or has ended.

    Raises Invalid when its bytes were not kept.
    """
    job = reading_of(session, actor, job_id)
    now = readers.clock.now()
    if not job.is_left(now):
        return False
    data = kept_upload(session, job_id)
    if data is None:
        raise Invalid("文件没有保留下来，请重新选择文件导入。")
    scope_for_intake(session, actor, job.scope_id)
    token = secrets.token_hex(16)
    is_ours = take_over(session, job_id, now, _fresh(actor, now, token))
    session.commit()
    if is_ours:
        _look_after(_Reading(readers, job_id, token, actor, Upload(data, job.name), job.scope_id))
    return is_ours


def tidy_readings(engine: Engine, now: datetime) -> int:
    """Deletes what is known of readings that ended a day ago, or were left for hours; how many."""
    with write_session(engine) as session:
        count = sweep_readings(session, now - KEPT_AFTER_END, now - KEPT_WHEN_LEFT)
        session.commit()
        return count


@dataclass(frozen=True, slots=True)
class _Reading:
    """A reading that is ours: its row, the token that holds it, and what to read."""

    readers: Readers
    job_id: int
    token: str
    actor: Actor
    upload: Upload
    scope_id: int


def _look_after(reading: _Reading) -> Started:
    """Starts the thread; it ends with the process, and the reader ends with it."""
    ended = threading.Event()
    _here[reading.job_id] = ended
    name = f"reading-{reading.job_id}"
    threading.Thread(target=_run, args=(reading, ended), name=name, daemon=True).start()
    return Started(reading.job_id, ended)


def _run(reading: _Reading, ended: threading.Event) -> None:
    try:
        _end(reading, _read(reading))
    except Exception:
        # The row keeps its lease until that runs out; then the page offers to read again.
        log.exception("reading job %d was left", reading.job_id)
    finally:
        if _here.get(reading.job_id) is ended:
            del _here[reading.job_id]
        ended.set()


def _read(reading: _Reading) -> dict[str, Any] | None:
    """Reads and imports; what the row says afterwards, None when nobody wants it any more."""
    readers, name = reading.readers, clean_name(reading.upload.name)
    pulse = Pulse(readers.engine, readers.clock, reading.job_id, reading.token)
    try:
        found = read_file(reading.upload.data, name, readers.limits, pulse.told, pulse.is_wanted)
        if not pulse.beat():
            return None
        now, actor = readers.clock.now(), reading.actor
        with write_session(readers.engine) as session:
            acts_as(session, lambda: Who(actor.person_id or None, actor.name, now))
            done = import_source(session, actor, now, found, reading.scope_id)
        return {"state": ReadingState.DONE, "source_id": done.source_id, "already": done.already}
    except Abandoned:
        return None
    except (UnreadableFile, Forbidden, NotFound) as refusal:
        return {"state": ReadingState.REFUSED, "message": str(refusal)}
    except OperationalError:
        raise
    except Exception:
        log.exception("reading job %d failed", reading.job_id)
        return {"state": ReadingState.REFUSED, "message": _FAULT.format(name=name)}


def _end(reading: _Reading, values: dict[str, Any] | None) -> None:
    """Writes how it ended, if the row is still ours, and lets go of the bytes."""
    if values is None:
        return
    with write_session(reading.readers.engine) as session:
        if change_job(session, reading.job_id, reading.token, {**values, "ended_at": reading.readers.clock.now()}):
            forget_upload(session, reading.job_id)
        session.commit()
