"""Importing into a large office beside the same in the smallest: a plan of 400 clauses, a unit's sheet, a new version.

`python -m benchmarks.importing URL [URL ...]` asks databases that `benchmarks.scale` filled, the smallest first, and
leaves them as they were, but for the audit log; without an address it fills its own, of each of SIZES. Each stage is
done in every size before the next is, so that a busy moment hits them alike.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from statistics import median
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from benchmarks.importing_plans import (
    CLAUSES,
    LEAD,
    UNKNOWN,
    a_plan,
    plan_numbered,
    register_units,
    remove_plans,
    remove_units,
)
from benchmarks.scale import SECRET, TODAY, at_scale
from benchmarks.table import verdict
from tests.databases import running_server
from tests.filled_sheets import filled, report
from tracker.domain.access import Actor
from tracker.domain.drafts import SourceReading
from tracker.resident import settle
from tracker.services.intake import Upload, import_source, known_source
from tracker.services.intake_adopt import adopt_sure, sure_drafts
from tracker.services.intake_lists import Show, Wanted
from tracker.services.intake_matching import Match
from tracker.services.intake_names import settle_names, unknown_names
from tracker.services.intake_review import review
from tracker.services.intake_undo import WantedBatch, batches, undo_batch
from tracker.services.lit import When
from tracker.services.people import actor_by_id
from tracker.services.reading_files import read_file, warm_up
from tracker.services.revision_items import Group
from tracker.services.revision_pages import revision_page, version_note
from tracker.services.revisions import accept_group
from tracker.services.round_trip import Press, apply, check
from tracker.services.round_trip_cells import read_filled
from tracker.services.round_trip_sheet import unit_sheet
from tracker.settings import ReadingLimits
from tracker.store.engine import make_engine, write_session

ZONE = ZoneInfo("Asia/Shanghai")
SIZES = {"sqlite": (1_000, 10_000, 100_000), "postgresql": (1_000, 10_000, 1_000_000)}
ROUNDS, WARMING, MUST = 7, 1, 1.3
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=ZONE)
LIMITS, SCOPE, PERSON = ReadingLimits(), 1, 1
Answer = TypeVar("Answer")
Stages = Generator[None, None, Answer]


@dataclass(slots=True)
class Measured:
    """An office with so many tasks, and what each stage took in it: seconds, and statements in the last round."""

    engine: Engine
    tasks: int
    units: dict[str, int]
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statements: dict[str, int] = field(default_factory=dict)
    _sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", lambda _c, _k, told, *_: self._sent.append(told))

    def stage(self, what: str, deed: Callable[[Session, Actor], Answer], *, writes: bool = True) -> Answer:
        """Does it in a session of its own, as a request would, and notes what it took."""
        with write_session(self.engine) if writes else Session(self.engine) as session:
            actor = actor_by_id(session, PERSON)
            assert actor
            self._sent.clear()
            gc.collect()  # what other stages left is not to be cleared away in this one
            began = time.perf_counter()
            answer = deed(session, actor)
            self.seconds[what].append(time.perf_counter() - began)
            self.statements[what] = len(self._sent)
            return answer

    def page(self, what: str, deed: Callable[[Session, Actor], Answer]) -> Answer:
        """The same for what only reads."""
        return self.stage(what, deed, writes=False)


def a_round(office: Measured, number: int) -> Stages[None]:
    """Every stage once, one after the other; it pauses after each."""
    plan_id = yield from _taken_in(office, a_plan(number), "the plan")
    yield from _names(office, plan_id)
    yield from _adopted(office, plan_id)
    yield from _sheet(office)
    yield from _new_version(office, number)
    remove_plans(office.engine)


def _taken_in(office: Measured, data: bytes, what: str) -> Stages[int]:
    """Reads and stores an upload as ``import_file`` does; the plan's id."""
    upload = Upload(data, "plan.txt")
    warm_up()
    reading = office.page(f"{what}: read", lambda _s, _by: read_file(upload.data, upload.name, LIMITS))
    yield
    office.stage(f"{what}: stored as drafts", lambda s, by: _stored(s, by, upload, reading))
    yield
    with Session(office.engine) as session:
        plan = plan_numbered(session)
        assert len(plan.drafts) == CLAUSES, f"{len(plan.drafts)} clauses were read"
        return plan.id


def _stored(session: Session, actor: Actor, upload: Upload, reading: SourceReading) -> None:
    assert known_source(session, actor, upload, SCOPE) is None
    import_source(session, actor, NOW, reading, SCOPE)


def _names(office: Measured, plan_id: int) -> Stages[None]:
    office.page("review page", lambda s, by: (review(s, by, plan_id), version_note(s, plan_id)))
    yield
    found = office.page("page of unknown names", lambda s, by: unknown_names(s, by, plan_id))
    yield
    assert {row.name for row in found.rows} == UNKNOWN.keys()
    matches = [Match(name, f"unit:{office.units[unit]}") for name, unit in UNKNOWN.items()]
    office.stage("unknown names settled", lambda s, by: settle_names(s, by, NOW, plan_id, matches))
    yield


def _adopted(office: Measured, plan_id: int) -> Stages[None]:
    """All drafts are adopted, taken back, and adopted again."""
    sure = office.page("preview of adopting", lambda s, by: sure_drafts(s, by, plan_id))
    yield
    assert (len(sure.rows), sure.parts) == (CLAUSES, 3 * CLAUSES)
    office.stage("adopting", lambda s, by: adopt_sure(s, by, NOW, TODAY, plan_id, CLAUSES, sure.seen))
    yield
    adopted = Wanted(Show.ADOPTED)
    (batch,) = office.page(
        "review page with the batch", lambda s, by: (review(s, by, plan_id, adopted), batches(s, by, plan_id))
    )[1]
    yield
    wanted = WantedBatch(batch.at, batch.by_id, len(batch.free))
    undone = office.stage("taking the batch back", lambda s, by: undo_batch(s, by, NOW, plan_id, wanted))
    yield
    assert undone.tasks == CLAUSES
    office.stage("adopting once more", lambda s, by: adopt_sure(s, by, NOW, TODAY, plan_id))
    yield


def _sheet(office: Measured) -> Stages[None]:
    """The sheet of a unit that has a part in every clause comes back with a report in each row."""
    unit_id = office.units[LEAD]
    data = office.page("sheet: made", lambda s, by: unit_sheet(s, by, When(TODAY, ZONE), SECRET, unit_id))
    yield
    warm_up()
    sheet = filled(data, *[report()] * CLAUSES)
    back = office.page("sheet: read", lambda _s, _by: read_filled(sheet, "sheet.xlsx", LIMITS))
    yield
    checked = office.stage("sheet: checked", lambda s, by: check(s, _press(by, unit_id), back))
    yield
    assert (len(checked.rows), checked.faults) == (CLAUSES, [])
    office.stage("sheet: recorded", lambda s, by: apply(s, _press(by, unit_id), back))
    yield


def _press(actor: Actor, unit_id: int) -> Press:
    return Press(actor, NOW, TODAY, SECRET, unit_id)


def _new_version(office: Measured, number: int) -> Stages[None]:
    """The same plan once more, with other dates, clauses left out and clauses added."""
    plan_id = yield from _taken_in(office, a_plan(number, again=True), "new version")
    page = office.page("new version: beside the old one", lambda s, by: revision_page(s, by, plan_id, 1))
    yield
    for group in (Group.CHANGED, Group.SAME):
        bulk = page.bulk[group]
        what = f"new version: {len(bulk.items)} clauses accepted ({group.value})"
        accept = partial(accept_group, today=TODAY, plan_id=plan_id, group=group, seen=bulk.seen)
        assert bulk.items
        assert office.stage(what, lambda s, by, accept=accept: accept(s, by, NOW)) == len(bulk.items)  # type: ignore[misc]
        yield


def told(offices: Sequence[Measured]) -> None:
    """Prints the tables, each beside the smallest office."""
    least = offices[0]
    for office in offices:
        print(f"\n### Import, {office.engine.dialect.name}, {office.tasks:,} tasks\n")
        print(f"| what | statements | median | at {least.tasks:,} tasks | ratio | must |\n|---|---|---|---|---|---|")
        for what, seconds in office.seconds.items():
            work, floor = median(seconds[WARMING:]), median(least.seconds[what][WARMING:])
            ratio = work / floor
            must = f"≤ {MUST:g} × {verdict(ratio <= MUST)}" if office is not least else ""
            print(
                f"| {what} | {office.statements[what]} | {work * 1000:.1f} ms | {floor * 1000:.1f} ms "
                f"| {ratio:.2f} × | {must} |"
            )


def measured(engines: Sequence[Engine]) -> None:
    """Measures the offices of one kind of database by turns, the smallest first."""
    offices = []
    for engine in engines:
        with engine.connect() as connection:
            tasks = connection.execute(text("SELECT count(*) FROM task")).scalar_one()
        offices.append(Measured(engine, tasks, register_units(engine)))
    try:
        for number in range(WARMING + ROUNDS):
            for _ in zip(*(a_round(office, number) for office in offices), strict=True):
                pass
    finally:
        for office in offices:
            remove_plans(office.engine)
            remove_units(office.engine, office.units)
    told(offices)


@contextmanager
def filled_offices() -> Iterator[dict[str, list[Engine]]]:
    """Offices of each of SIZES, by the kind of their database."""
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        small = [at_scale(f"sqlite:///{folder}/{size}.sqlite3", size) for size in SIZES["sqlite"]]
        urls = [server.create().render_as_string(hide_password=False) for _ in SIZES["postgresql"]]
        large = [at_scale(url, size) for url, size in zip(urls, SIZES["postgresql"], strict=True)]
        yield {"sqlite": small, "postgresql": large}
        for engine in (*small, *large):
            engine.dispose()


def main() -> int:
    """Measures the databases that are named, or those of SIZES, in a process that is set up as the product's is."""
    settle()
    if len(sys.argv) > 1:
        measured([make_engine(url) for url in sys.argv[1:]])
        return 0
    with filled_offices() as offices:
        for engines in offices.values():
            measured(engines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
