"""Files beside reports: kept whole, once, with the report they came with; demanded where the task asks for them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, an_assignment, the_actor
from tests.files import PNG
from tracker.domain.access import Forbidden
from tracker.domain.lifecycle import Event, State, TaskState
from tracker.domain.roles import Role
from tracker.services.changing import Changed, version_of
from tracker.services.demanding import Demand, require_evidence
from tracker.services.errors import Invalid, NotFound
from tracker.services.evidence import Upload, evidence_file, evidence_of, sent_files
from tracker.services.work import act
from tracker.store.evidence import Evidence
from tracker.store.people import Person
from tracker.store.tasks import Assignment, Task

PHOTO, LIST = Upload("现场.png", PNG), Upload("名单.txt", "一校\n二校".encode())


@pytest.fixture
def part(session: Session, city: City) -> Assignment:
    task = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS)
    session.commit()
    return task.assignments[0]


def do(session: Session, person: Person, part: Assignment, event: Event, *files: Upload, **given: Any) -> Assignment:
    values = {"version": part.version, "words": "已完成。", "now": NOW, **given}
    who, at, version = the_actor(person), values["now"], values["version"]
    return act(session, who, at, TODAY, part.id, event, version, values["words"], files=files)


def kept(session: Session) -> list[Evidence]:
    return list(session.scalars(select(Evidence).order_by(Evidence.id)))


class TestKeeping:
    @pytest.mark.parametrize("event", [Event.REPORT, Event.SUBMIT])
    def test_with_the_report_it_came_with(self, session: Session, city: City, part: Assignment, event: Event) -> None:
        do(session, city.liaison, part, event, PHOTO, LIST)
        first, second = kept(session)
        session.refresh(part)
        assert first.history_id == second.history_id == part.history[-1].id
        assert (first.name, first.media_type, first.size, first.data) == ("现场.png", "image/png", len(PNG), PNG)
        assert first.sha256 == hashlib.sha256(PNG).hexdigest()
        assert (first.added_by_id, first.added_by_name, first.added_at) == (city.liaison.id, "李联络", NOW)
        assert [file.name for file in evidence_of(session, [part.id])[part.id]] == ["名单.txt", "现场.png"]

    def test_belongs_to_reports_alone(self, session: Session, city: City, part: Assignment) -> None:
        do(session, city.supervisor, part, Event.SUSPEND, PHOTO)
        assert kept(session) == []

    def test_the_same_file_chosen_twice_is_kept_once(self, session: Session, city: City, part: Assignment) -> None:
        do(session, city.liaison, part, Event.REPORT, PHOTO, Upload("副本.png", PNG))
        assert [file.name for file in kept(session)] == ["现场.png"]

    def test_the_same_form_sent_twice_keeps_them_once(self, session: Session, city: City, part: Assignment) -> None:
        for _ in range(2):
            do(session, city.liaison, part, Event.REPORT, PHOTO, version=1)
        assert len(kept(session)) == 1

    @pytest.mark.parametrize("files", [(), (LIST,), (PHOTO, LIST)])
    def test_other_files_make_another_deed(
        self, session: Session, city: City, part: Assignment, files: tuple[Upload, ...]
    ) -> None:
        do(session, city.liaison, part, Event.REPORT, PHOTO, version=1)
        with pytest.raises(Changed):
            do(session, city.liaison, part, Event.REPORT, *files, version=1, now=NOW + timedelta(minutes=1))

    def test_what_is_refused_keeps_nothing(self, session: Session, city: City, part: Assignment) -> None:
        with pytest.raises(Invalid, match=r"“坏\.pdf”的内容不是PDF"):
            do(session, city.liaison, part, Event.REPORT, PHOTO, Upload("坏.pdf", PNG))
        session.rollback()
        assert kept(session) == []
        session.refresh(part)
        assert (part.version, len(part.history)) == (1, 1)


class TestNamesAndSizes:
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("C:\\材料\\现场.png", "现场.png"),
            ("../../现场.png", "现场.png"),
            ("现\x00场\r\n.png", "现场.png"),
            ("\u202egnp.现场.png", "gnp.现场.png"),
            ("长" * 300 + ".png", "长" * 116 + ".png"),
        ],
    )
    def test_a_name_is_made_fit(self, given: str, shown: str) -> None:
        assert [file.name for file in sent_files([Upload(given, PNG)])] == [shown]

    @pytest.mark.parametrize("name", ["", "\x00", "/", "..."])
    def test_no_name_is_no_kind(self, name: str) -> None:
        with pytest.raises(Invalid, match="“未命名”没有后缀"):
            sent_files([Upload(name, PNG)])

    def test_too_large(self) -> None:
        whole = PNG + bytes(1024 * 1024 - len(PNG))
        assert sent_files([Upload("现场.png", whole)], 1)
        with pytest.raises(Invalid, match=r"“现场\.png”超过1 MB"):
            sent_files([Upload("现场.png", whole + b"x")], 1)

    def test_never_more_than_twenty_megabytes_whatever_the_setting(self) -> None:
        with pytest.raises(Invalid, match="超过20 MB"):
            sent_files([Upload("现场.png", PNG + bytes(20 * 1024 * 1024))], 500)

    def test_too_many(self) -> None:
        with pytest.raises(Invalid, match="一次最多上传10个文件，现选了11个"):
            sent_files([Upload(f"{n}.png", PNG + bytes(n)) for n in range(11)])

    def test_every_faulty_one_is_named(self) -> None:
        with pytest.raises(Invalid, match=r"“a\.exe”.+“b\.pdf”"):
            sent_files([Upload("a.exe", b"MZ"), PHOTO, Upload("b.pdf", b"x")])


def demand(
    session: Session, who: Person, task: Task, *, required: bool = True, reason: str = "", seen: int = -1
) -> bool:
    """Says whether the task asks for evidence, on a page as it stands unless another is given."""
    wanted = Demand(required, reason, version_of(task.assignments) if seen < 0 else seen)
    return require_evidence(session, the_actor(who), NOW, task.id, wanted)[1]


class TestDemanding:
    @pytest.fixture
    def demanded(self, session: Session, city: City, part: Assignment) -> Assignment:
        demand(session, city.supervisor, part.task)
        return part

    def test_a_submission_without_any_is_refused(self, session: Session, city: City, demanded: Assignment) -> None:
        with pytest.raises(Invalid, match="要求本任务附佐证材料"):
            do(session, city.liaison, demanded, Event.SUBMIT)
        session.rollback()
        do(session, city.liaison, demanded, Event.REPORT)  # reports need none
        do(session, city.liaison, demanded, Event.SUBMIT, PHOTO)
        assert demanded.state is State.SUBMITTED

    def test_an_earlier_one_counts(self, session: Session, city: City, demanded: Assignment) -> None:
        do(session, city.liaison, demanded, Event.REPORT, PHOTO)
        do(session, city.liaison, demanded, Event.SUBMIT)
        assert demanded.state is State.SUBMITTED

    def test_another_units_does_not(self, session: Session, city: City) -> None:
        task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.IN_PROGRESS)
        task.evidence_required = True
        session.commit()
        do(session, city.liaison, task.assignments[0], Event.REPORT, PHOTO)
        with pytest.raises(Invalid, match="佐证材料"):
            do(session, city.neighbour, task.assignments[1], Event.SUBMIT)

    def test_no_longer(self, session: Session, city: City, demanded: Assignment) -> None:
        assert demand(session, city.supervisor, demanded.task, required=False)
        do(session, city.liaison, demanded, Event.SUBMIT)

    def test_every_open_part_tells_of_it(self, session: Session, city: City) -> None:
        task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.IN_PROGRESS)
        closed = an_assignment(city.county, Role.SUPPORT, 2, task, State.COMPLETED)
        task.assignments.append(closed)
        session.commit()
        versions = [part.version for part in task.assignments]
        demand(session, city.supervisor, task, reason=" 验收要用照片 ")
        demand(session, city.supervisor, task, required=False)
        for part in task.assignments[:2]:
            told = [(entry.event, entry.actor_name, entry.words) for entry in part.history[1:]]
            assert told == [
                ("require_evidence", "杜督查", "申请办结时须附佐证材料：验收要用照片"),
                ("require_evidence", "杜督查", "申请办结时不再要求附佐证材料。"),
            ]
            assert {entry.to_state for entry in part.history[1:]} == {State.IN_PROGRESS}
        assert len(closed.history) == 1
        assert [part.version for part in task.assignments] == [versions[0] + 2, versions[1] + 2, versions[2]]

    def test_said_twice_it_is_said_once(self, session: Session, city: City, part: Assignment) -> None:
        seen = version_of(part.task.assignments)
        assert demand(session, city.supervisor, part.task, seen=seen)
        assert not demand(session, city.supervisor, part.task, seen=seen)
        assert len(part.history) == 2

    def test_a_stale_page_changes_nothing(self, session: Session, city: City, part: Assignment) -> None:
        seen = version_of(part.task.assignments)
        do(session, city.liaison, part, Event.REPORT)
        with pytest.raises(Changed, match="李联络已“报进展”") as refused:
            demand(session, city.supervisor, part.task, seen=seen)
        assert [entry.event for entry in refused.value.entries] == ["report"]
        session.rollback()
        session.refresh(part.task)
        assert not part.task.evidence_required

    def test_a_page_opened_before_it_is_told_of_it(self, session: Session, city: City, part: Assignment) -> None:
        seen = part.version
        demand(session, city.supervisor, part.task)
        with pytest.raises(Changed, match="已“调整佐证要求”"):
            act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.REPORT, seen, "进展")

    def test_a_closed_task_asks_for_no_more(self, session: Session, city: City, part: Assignment) -> None:
        part.task.state, part.task.completed_on = TaskState.COMPLETED, TODAY
        session.commit()
        with pytest.raises(Invalid, match="任务已办结，不能再调整"):
            demand(session, city.supervisor, part.task)

    def test_too_long_a_reason(self, session: Session, city: City, part: Assignment) -> None:
        with pytest.raises(Invalid, match="不能超过200字"):
            demand(session, city.supervisor, part.task, reason="长" * 201)

    @pytest.mark.parametrize("who", ["liaison", "leader", "county_supervisor", "administrator", "nobody"])
    def test_others_may_not_demand(self, session: Session, city: City, part: Assignment, who: str) -> None:
        with pytest.raises(Forbidden, match="督查员"):
            demand(session, getattr(city, who), part.task)

    def test_nor_who_reaches_a_part_alone(self, session: Session, city: City) -> None:
        task = a_task(session, a_plan(session, city.root), city.county, city.finance)
        session.commit()
        with pytest.raises(Forbidden):
            demand(session, city.county_supervisor, task)

    def test_of_no_task(self, session: Session, city: City) -> None:
        with pytest.raises(NotFound):
            require_evidence(session, the_actor(city.supervisor), NOW, 999, Demand(True, "", 1))


class TestFetching:
    @pytest.mark.parametrize(
        ("who", "may"),
        [
            ("liaison", True),
            ("leader", True),
            ("supervisor", True),
            ("neighbour", False),
            ("county_supervisor", False),
            ("administrator", False),
            ("nobody", False),
        ],
    )
    def test_by_who_reads_the_part(self, session: Session, city: City, part: Assignment, who: str, may: bool) -> None:
        do(session, city.liaison, part, Event.REPORT, PHOTO)
        (file,) = kept(session)
        actor = the_actor(getattr(city, who))
        if may:
            assert evidence_file(session, actor, file.id).data == PNG
            return
        with pytest.raises(Forbidden, match="查看该佐证材料"):
            evidence_file(session, actor, file.id)

    def test_what_does_not_exist(self, session: Session, city: City) -> None:
        with pytest.raises(NotFound):
            evidence_file(session, the_actor(city.supervisor), 999)
