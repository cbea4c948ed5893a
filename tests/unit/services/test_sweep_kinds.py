"""The kinds beside a part's own date, the preview that asks the same functions, the rules' versions, and urging."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_person, a_plan, a_task, the_actor
from tracker.clock import Clock
from tracker.domain.access import Forbidden, Office
from tracker.domain.lifecycle import Event, State
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import LightPack
from tracker.domain.notice_policy import policy_of
from tracker.domain.notices import NoticeKind
from tracker.domain.report_rhythm import Every, ReportRhythm
from tracker.domain.roles import Role
from tracker.services.digests import by_part
from tracker.services.errors import Invalid, Stale
from tracker.services.foreseeing import differences, foresee
from tracker.services.matters import why_untrue
from tracker.services.notice_policies import make_version, policies, policy_on
from tracker.services.sweep import sweep
from tracker.services.sweep_report import SweepReport
from tracker.services.telling import tell
from tracker.services.tomorrow import tomorrow
from tracker.services.urging import UrgedToday, Urging, urge
from tracker.services.work import act
from tracker.store.matter_queries import matters
from tracker.store.notices import Notice
from tracker.store.rule_packs import PackKind, RulePack
from tracker.store.tasks import Assignment, HistoryEntry, Milestone

ZONE = ZoneInfo("Asia/Shanghai")
WORKED = State.IN_PROGRESS
K = NoticeKind


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


def in_days(count: int) -> date:
    return TODAY + timedelta(days=count)


def at(day: date, hours: int = 0) -> datetime:
    return datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=7, minutes=55) + timedelta(hours=hours)


def run(engine: Engine, day: date = TODAY, hours: int = 0) -> SweepReport:
    return sweep(engine, at(day, hours), day)


def told(session: Session, *kinds: NoticeKind) -> list[tuple[Any, ...]]:
    """(kind, subject, step, recipient) of every notice, or of these kinds."""
    session.commit()
    query = select(Notice.kind, Notice.subject, Notice.step, Notice.recipient_key).order_by(Notice.id)
    rows = [tuple(row) for row in session.execute(query.where(Notice.kind.in_(kinds)) if kinds else query)]
    session.commit()
    return rows


def with_milestone(session: Session, city: City, day: date) -> Milestone:
    units = ((city.education, Role.LEAD), (city.finance, Role.SUPPORT))
    plan = a_plan(session, city.root, number=None)
    task = a_task(session, plan, *units, due_on=in_days(200), state=WORKED, milestones=(("建成40座", day),))
    session.commit()
    return task.milestones[0]


def test_a_milestone_is_told_of_on_its_days_until_it_is_reached(engine: Engine, session: Session, city: City) -> None:
    milestone = with_milestone(session, city, in_days(7))
    expected = {0: [(K.MILESTONE_SOON, -7)], 6: [(K.MILESTONE_SOON, -1)], 8: [(K.MILESTONE_LATE, 1)]}
    for day in range(12):
        known = len(told(session))
        run(engine, in_days(day))
        new = [(kind, step) for kind, _, step, _ in told(session)[known:]]
        assert new == expected.get(day, []), day
    keys = {(subject, key) for _, subject, _, key in told(session)}
    assert keys == {(f"milestone:{milestone.id}", f"person:{city.liaison.id}")}
    session.refresh(milestone)
    assert milestone.overdue_flagged_on == in_days(8)


def test_a_milestone_that_is_reached_or_moved_is_left_alone(engine: Engine, session: Session, city: City) -> None:
    reached, moved = (with_milestone(session, city, in_days(-1)) for _ in range(2))
    reached.reached_on = in_days(-2)
    session.commit()
    assert run(engine).others == {K.MILESTONE_LATE: 1}
    moved.due_on = in_days(1)
    session.commit()
    assert run(engine).others == {K.MILESTONE_SOON: 1}
    session.refresh(moved)
    assert moved.overdue_flagged_on is None
    session.commit()
    assert run(engine).others == {}


def test_downtime_leaves_no_milestone_out(engine: Engine, session: Session, city: City) -> None:
    """Work that is taken up again is told of milestones not too long past, however late the next sweep comes."""
    milestone = with_milestone(session, city, in_days(-55))
    part = milestone.task.assignments[0]
    part.state = State.SUSPENDED
    session.commit()
    run(engine)
    assert told(session) == []
    part.state = WORKED
    session.commit()
    assert run(engine, in_days(10)).others == {K.MILESTONE_LATE: 1}


def test_what_nobody_signed_for_is_told_once_for_each_limit(engine: Engine, session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, due_on=None).assignments[0]
    part.dispatched_at = part.changed_at = at(date(2023, 6, 9), 9)  # a Friday: to be signed for by Wednesday the 14th
    session.commit()
    run(engine, date(2023, 6, 14))
    assert told(session) == []
    report = run(engine)
    assert report.others == {K.UNSIGNED: 1}
    session.commit()
    assert session.execute(select(Notice.due_on, Notice.planned_on)).one() == (date(2023, 6, 14), TODAY)
    session.commit()
    assert run(engine, in_days(5)).others == {}
    part.sign_by_on = in_days(6)
    session.commit()
    assert run(engine, in_days(6)).others == {}
    assert run(engine, in_days(7)).others == {K.UNSIGNED: 1}


def reports_by(session: Session, number: int, day: date = date(2022, 8, 1)) -> None:
    """Rules of the lights by which units report each so many days."""
    rules = rules_of(LightPack(reports=ReportRhythm(Every.DAYS, number)))
    pack = RulePack(kind=PackKind.LIGHTS, version=1, rules=rules, words="试行", in_force_on=day, made_at=at(day))
    pack.made_by_name = "杜督查"
    session.add(pack)
    session.commit()


def test_a_report_that_is_not_made_in_time_is_told_once_for_each_day_owed(
    engine: Engine, session: Session, city: City
) -> None:
    plan = a_plan(session, city.root)
    part = a_task(session, plan, city.education, due_on=in_days(200), state=WORKED).assignments[0]
    a_task(session, plan, city.education, due_on=None)  # nobody signed for it: no report is owed yet
    part.dispatched_at = part.changed_at = at(TODAY)
    session.commit()
    run(engine, in_days(11))
    assert told(session, K.REPORT_LATE) == []  # the program's own rules ask for none
    reports_by(session, 10)
    run(engine, in_days(10))
    assert told(session, K.REPORT_LATE) == []
    for _ in range(2):
        run(engine, in_days(11), hours=1)
    run(engine, in_days(15))
    assert told(session, K.REPORT_LATE) == [(K.REPORT_LATE, "report", 1, f"person:{city.liaison.id}")]
    due_on, planned, words = session.execute(
        select(Notice.due_on, Notice.planned_on, Notice.words).where(Notice.kind == K.REPORT_LATE)
    ).one()
    assert (due_on, planned) == (in_days(10), in_days(11))
    assert words == "应于2023年6月25日前报进展（每10天一次），至今未报。"
    assert why(session) is None
    act(session, the_actor(city.liaison), at(in_days(16)), in_days(16), part.id, Event.REPORT, part.version, "已开工")
    assert why(session) == "已报进展"
    session.commit()
    run(engine, in_days(26))
    assert len(told(session, K.REPORT_LATE)) == 1
    run(engine, in_days(29))  # after downtime
    late = select(Notice.due_on, Notice.planned_on, Notice.late_days).order_by(Notice.id.desc())
    assert session.execute(late).first() == (in_days(26), in_days(27), 2)


def why(session: Session) -> str | None:
    """Why the only notice of a late report asks for nothing any more."""
    session.commit()
    (matter,) = matters(session, Notice.kind == K.REPORT_LATE)
    session.commit()
    return why_untrue(matter)


def test_a_late_report_stands_beside_an_overdue_part(engine: Engine, session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, due_on=in_days(-1), state=WORKED).assignments[0]
    part.dispatched_at = at(in_days(-30))
    session.commit()
    reports_by(session, 7, TODAY)
    run(engine)
    found = matters(session, Notice.assignment_id == part.id)
    [told] = by_part(found, TODAY)
    assert [matter.kind for matter in told.told] == [K.OVERDUE, K.REPORT_LATE]
    (late,) = [matter for matter in found if matter.kind is K.REPORT_LATE]
    # Not late: the rules that ask for it are in force from today.
    assert (late.notice_due_on, late.planned_on, late.late_days) == (in_days(-23), TODAY, 0)


def test_new_tasks_and_decisions_are_told_to_the_unit_and_not_to_who_did_it(
    engine: Engine, session: Session, city: City
) -> None:
    run(engine)
    both = a_person(session, "both", (Office.SUPERVISOR, city.root), (Office.LIAISON, city.education))
    part = a_task(session, a_plan(session, city.root), city.education, due_on=None, state=State.SUBMITTED).assignments[
        0
    ]
    part.history[0].at = part.dispatched_at = at(TODAY, 2)
    session.commit()
    act(session, the_actor(both), at(TODAY, 3), TODAY, part.id, Event.RETURN, part.version, words="请补充照片")
    session.commit()
    run(engine, hours=4)
    entries = [entry.id for entry in session.scalars(select(HistoryEntry).order_by(HistoryEntry.id))]
    liaison, other = f"person:{city.liaison.id}", f"person:{both.id}"
    assert set(told(session)) == {
        (K.DISPATCHED, f"entry:{entries[0]}", 0, liaison),
        (K.DISPATCHED, f"entry:{entries[0]}", 0, other),
        (K.DECIDED, f"entry:{entries[1]}", 0, liaison),
    }
    words = select(Notice.words, Notice.author_name).where(Notice.kind == K.DECIDED)
    assert session.execute(words).one() == ("退回补充：请补充照片", "both")
    session.commit()
    assert run(engine, hours=5).others == {}


def test_what_happened_during_downtime_is_told_late(engine: Engine, session: Session, city: City) -> None:
    run(engine, in_days(-9))
    part = a_task(session, a_plan(session, city.root), city.education, due_on=None, state=WORKED).assignments[0]
    part.history[0].at = at(in_days(-5), 9)
    session.commit()
    report = run(engine)
    assert (report.others, report.late_notices) == ({K.DISPATCHED: 1}, 1)


def test_telling_chosen_people_once(session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education).assignments[0]
    ids = [city.leader.id, city.supervisor.id, city.leader.id]
    for expected in (2, 0):
        count = tell(session, part, K.REMARK, "entry:9", "抓紧", "林领导", now=at(TODAY), today=TODAY, recipients=ids)
        assert count == expected
    assert tell(session, part, K.REMARK, "entry:9", "抓紧", "林领导", now=at(TODAY), today=TODAY) == 1


def the_key(each: Any) -> tuple[Any, ...]:
    return (
        each.assignment_id,
        str(each.kind),
        each.due_on,
        each.step,
        each.recipient_key,
        each.subject,
        each.late_days,
    )


def a_busy_world(session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    a_person(session, "head", (Office.LEADER, city.education))
    for days in (-60, -31, -29, -14, -6, -1, 0, 1, 2, 4, 8, 30, 31):
        a_task(session, plan, city.education, city.county, due_on=in_days(days), state=WORKED)
    for days in (-3, 0, 1, 2, 8):
        a_task(session, plan, city.finance, due_on=None, state=WORKED, milestones=(("节点", in_days(days)),))
    reports_by(session, 14)
    unsigned = a_task(session, plan, city.finance, due_on=None).assignments[0]
    unsigned.dispatched_at = at(in_days(-3), 9)  # a Monday: the limit is today
    session.commit()


@pytest.mark.parametrize("swept", [True, False])
def test_the_preview_is_what_tomorrows_sweep_records(engine: Engine, session: Session, city: City, swept: bool) -> None:
    a_busy_world(session, city)
    if swept:
        run(engine)
    changed = session.scalars(select(Assignment).order_by(Assignment.id)).first()
    assert changed
    changed.due_on, changed.changed_at = in_days(4), at(TODAY, 10)
    entry = HistoryEntry(assignment_id=changed.id, event="return", at=at(TODAY, 10), actor_name="督", words="补")
    entry.from_state = entry.to_state = WORKED
    entry.due_to = in_days(4)
    session.add(entry)
    session.commit()
    before = {the_key(each) for each in session.scalars(select(Notice))}
    expected = {the_key(each) for each in foresee(session, Clock(ZONE).fixed_at(at(TODAY, 11)), in_days(1))}
    session.rollback()
    run(engine, in_days(1))
    session.expire_all()
    recorded = {the_key(each) for each in session.scalars(select(Notice).where(Notice.read_at.is_(None)))} - before
    assert expected == recorded
    assert len({each[1] for each in recorded}) >= (5 if swept else 4)


def test_the_preview_names_channels_and_keeps_to_the_reach(engine: Engine, session: Session, city: City) -> None:
    a_busy_world(session, city)
    run(engine)
    city.liaison.email = "li@example.cn"
    session.commit()
    clock = Clock(ZONE).fixed_at(at(TODAY, 11))
    found = tomorrow(session, the_actor(city.supervisor), clock, mail_is_set=True, base_url="")
    channels = {(line.part.unit.name, line.channels) for line in found.lines}
    assert ("市教育局", ("站内消息", "邮件")) in channels
    assert ("市财政局", ("站内消息",)) in channels
    assert ("东河县政府", ("无人接收：该单位没有联络员",)) in channels
    county = tomorrow(session, the_actor(city.county_supervisor), clock, mail_is_set=True, base_url="")
    assert {line.part.unit.name for line in county.lines} == {"东河县政府"}


def a_version(session: Session, city: City, rules: dict[str, Any], day: date, seen: int = 0) -> None:
    actor = the_actor(city.supervisor)
    make_version(session, actor, at(TODAY), TODAY, rules, words="试行", day=day, seen=seen)


def test_versions_count_from_their_day(engine: Engine, session: Session, city: City) -> None:
    a_version(session, city, {"steps": [{"days": -5, "label": "提前5天"}], "milestones": []}, in_days(1))
    assert policy_on(session, TODAY).ladder[0].days == -30
    assert policy_on(session, in_days(1)).ladder[0].days == -5
    a_task(session, a_plan(session, city.root), city.education, due_on=in_days(6), state=WORKED)
    a_task(session, a_plan(session, city.root), city.education, due_on=in_days(4), state=WORKED)
    session.commit()
    run(engine)
    assert [step for _, _, step, _ in told(session)] == [-7, -7]
    assert run(engine, in_days(1)).recorded == {-5: 1}  # only what comes to it from then on
    assert run(engine, in_days(5)).recorded == {}
    assert policies(session).on(in_days(1)).label_of(K.DUE_SOON, -5) == "提前5天"


def test_who_makes_a_version_and_from_when(session: Session, city: City) -> None:
    with pytest.raises(Forbidden):
        county = the_actor(city.county_supervisor)
        make_version(session, county, at(TODAY), TODAY, {}, words="改", day=in_days(1), seen=0)
    with pytest.raises(Invalid, match="今天之后"):
        a_version(session, city, {}, TODAY)
    a_version(session, city, {}, in_days(1))
    a_version(session, city, {}, in_days(1))  # the same press again
    with pytest.raises(Stale, match="第1版"):
        a_version(session, city, {"digest_hour": 9}, in_days(1))
    a_version(session, city, {"digest_hour": 9}, in_days(1), seen=1)
    assert policy_on(session, in_days(1)).digest_hour == 9


def test_a_changed_ladder_is_tried_out(engine: Engine, session: Session, city: City) -> None:
    a_busy_world(session, city)
    run(engine)
    known = policies(session)
    changed = known.after(policy_of({"steps": [{"days": 3, "label": "逾期3天"}]}), in_days(1))
    clock = Clock(ZONE).fixed_at(at(TODAY, 9))
    found = {each.label: (each.present, each.changed) for each in differences(session, clock, changed)}
    assert found["逾期催办"][0] > 0
    assert found["逾期催办"][1] == 0
    assert "节点逾期1天提醒" in found
    assert found["节点逾期1天提醒"][0] == found["节点逾期1天提醒"][1]


def press(session: Session, city: City, *ids: int, hours: int = 9, **more: Any) -> Any:
    urging = Urging(ids, more.pop("words", "请三日内报送"), **more)
    return urge(session, the_actor(city.supervisor), Clock(ZONE).fixed_at(at(TODAY, hours)), urging)


def test_urging_writes_history_and_tells_at_once(session: Session, city: City) -> None:
    head = a_person(session, "head", (Office.LEADER, city.education))
    plan = a_plan(session, city.root)
    parts = [a_task(session, plan, city.education, state=WORKED).assignments[0] for _ in range(2)]
    session.commit()
    versions = [part.version for part in parts]
    done = press(session, city, *(part.id for part in parts), copies_head=True)
    assert (done.parts, done.told) == (2, 4)
    session.expire_all()
    assert [part.history[-1].event for part in parts] == ["urge", "urge"]
    assert [part.version for part in parts] == versions  # the form that a liaison has open still counts
    keys = {key for _, _, _, key in told(session, K.URGED)}
    assert keys == {f"person:{city.liaison.id}", f"person:{head.id}"}


def test_urging_once_a_day_unless_confirmed(session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, state=WORKED).assignments[0]
    session.commit()
    press(session, city, part.id)
    assert press(session, city, part.id).told == 0  # the same press again
    with pytest.raises(UrgedToday, match="今天已催办过"):
        press(session, city, part.id, hours=12, words="再催")
    session.rollback()
    assert press(session, city, part.id, hours=12, words="再催", again=True).told == 1
    assert len(told(session, K.URGED)) == 2


@pytest.mark.parametrize("state", [State.COMPLETED, State.SUSPENDED, State.WITHDRAWN])
def test_only_what_is_awaited_is_urged(session: Session, city: City, state: State) -> None:
    plan = a_plan(session, city.root)
    good = a_task(session, plan, city.education, state=WORKED).assignments[0]
    bad = a_task(session, plan, city.education, state=state).assignments[0]
    session.commit()
    with pytest.raises(Invalid, match="不用催办"):
        press(session, city, good.id, bad.id)
    session.rollback()
    assert told(session) == []
