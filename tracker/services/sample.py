"""The sample: the seed, eight people of different roles and a plausible history up to one day; never in production.

The people are invented. Their passwords are made on each machine and kept in instance/sample.json alone.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.domain.access import Office
from tracker.domain.seed import Seed, SeedPlan
from tracker.domain.workdays import announced_calendar
from tracker.services.errors import Invalid
from tracker.services.people import set_password
from tracker.services.sample_history import Cast, write_history
from tracker.services.seeding import load_seed
from tracker.settings import Settings
from tracker.store.office import OfficeSetting
from tracker.store.people import Person, PersonStanding
from tracker.store.people_queries import anybody
from tracker.store.tasks import Task
from tracker.store.units import Unit

SAMPLE_DAY = date(2023, 6, 15)
MARK = "sample_loaded"
NOT_IN_PRODUCTION = "正式环境（TRACKER_ENV=production）不能载入示例数据：示例含公开的账号和虚构的办理记录。"


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One of the sample's people, as shown on the sign-in page."""

    login: str
    password: str
    name: str
    office: str
    unit: str


@dataclass(frozen=True, slots=True)
class Role:
    """Who is in the sample, with a role at one or more units."""

    login: str
    name: str
    office: Office
    units: tuple[str, ...]


# Invented names, in the order in which the sign-in page shows them.
PEOPLE = (
    Role("luzhixia", "陆知夏", Office.SUPERVISOR, ("市政府",)),
    Role("guminglan", "顾明岚", Office.SUPERVISOR, ("市政府",)),
    Role("qinwangshu", "秦望舒", Office.LEADER, ("市政府",)),
    Role("heqingyue", "何清越", Office.LIAISON, ("市公安局",)),
    Role("bairuoxi", "白若溪", Office.LIAISON, ("市文广旅局",)),
    Role("jianglinan", "江霖安", Office.LIAISON, ("市发改委", "市行政审批局")),
    Role("fangzijin", "方子谨", Office.LIAISON, ("固安县",)),
    Role("shenhuaigu", "沈怀谷", Office.ADMINISTRATOR, ("市政府",)),
)


@dataclass(frozen=True, slots=True)
class SampleLoaded:
    """What loading did: the people with their passwords, and how many events of history were written this time."""

    people: tuple[SamplePerson, ...]
    events: int
    is_new: bool


def sample_people(settings: Settings) -> tuple[SamplePerson, ...]:
    """The sample's people with their passwords; none in production, or when no sample was loaded."""
    if not settings.sample:
        return ()
    listed = json.loads(_file(settings).read_text("utf-8"))
    return tuple(SamplePerson(**row) for row in listed["people"])


def load_sample(session: Session, seed: Seed, settings: Settings, clock: Clock) -> SampleLoaded:
    """Loads the seed, the people and their history; a second run changes nothing.

    Refuses (Invalid) in production, and on a database where real people work.
    """
    mark = _checked_mark(session, settings)
    if mark.value:
        return SampleLoaded(_kept_people(session, settings), 0, is_new=False)
    load_seed(session, seed, clock.start_of(SAMPLE_DAY), lambda plan: _dispatched_at(plan, clock))
    passwords = {role.login: memorable_password() for role in PEOPLE}
    people = _add_people(session, passwords, clock.start_of(date(SAMPLE_DAY.year, 1, 1)))
    events = write_history(session, _cast(people), SAMPLE_DAY - timedelta(days=1), clock.zone)
    mark.value = True
    listed = _write(settings, passwords)
    session.commit()
    return SampleLoaded(listed, events, is_new=True)


def sample_morning(clock: Clock) -> datetime:
    """Eight o'clock on the sample's day: when its sweep runs."""
    return clock.start_of(SAMPLE_DAY) + timedelta(hours=8)


def _checked_mark(session: Session, settings: Settings) -> OfficeSetting:
    """The row that says how far the sample came: True when it stands, False while it is being loaded.

    Loading that was cut off goes on from there. A database that holds anything else is refused.
    """
    if settings.production:
        raise Invalid(NOT_IN_PRODUCTION)
    mark = session.get(OfficeSetting, MARK)
    if mark is None and (anybody(session) or session.scalar(select(exists().where(Task.id.is_not(None))))):
        raise Invalid(
            "数据库中已有人员账号或任务，不能载入示例数据。"
            "示例需要一个空的数据库，请另设 TRACKER_INSTANCE 或 TRACKER_DATABASE_URL，运行 tracker db upgrade 后重试。"
        )
    if mark is None:
        mark = OfficeSetting(name=MARK, value=False)
        session.add(mark)
    return mark


def _kept_people(session: Session, settings: Settings) -> tuple[SamplePerson, ...]:
    """The people of a sample that stands; when their passwords were lost they get new ones."""
    if _file(settings).exists():
        return sample_people(settings)
    passwords = {role.login: memorable_password() for role in PEOPLE}
    for person in session.scalars(select(Person).where(Person.login.in_(passwords))):
        set_password(person, passwords[person.login])
    listed = _write(settings, passwords)
    session.commit()
    return listed


def _dispatched_at(plan: SeedPlan, clock: Clock) -> datetime:
    """The morning of the second working day after the plan was issued; the year's first for one without a day."""
    issued = plan.issued_on or date(SAMPLE_DAY.year, 1, 1)
    day = announced_calendar().add_workdays(issued, 2)
    return datetime.combine(day, time(9, 10), clock.zone)


def _add_people(session: Session, passwords: Mapping[str, str], now: datetime) -> dict[str, Person]:
    wanted = {name for role in PEOPLE for name in role.units}
    units = {unit.seed_key: unit for unit in session.scalars(select(Unit).where(Unit.seed_key.in_(wanted)))}
    missing = sorted(wanted - set(units))
    if missing:
        raise Invalid(f"核定数据中没有示例人员所在的单位：{'、'.join(missing)}，请使用随程序提供的 tasks_seed.yaml。")
    people = {}
    for role in PEOPLE:
        person = Person(login=role.login, name=role.name, created_at=now)
        set_password(person, passwords[role.login])
        person.session_epoch = 0
        person.standings = [PersonStanding(unit=units[name], office=role.office) for name in role.units]
        session.add(person)
        people[role.login] = person
    session.flush()
    return people


def _cast(people: Mapping[str, Person]) -> Cast:
    held = [(standing, person) for person in people.values() for standing in person.standings]
    liaisons = {standing.unit_id: person for standing, person in held if standing.office is Office.LIAISON}
    return Cast(liaisons, [person for standing, person in held if standing.office is Office.SUPERVISOR])


# ---- passwords

_WORDS = (
    *("qingshan", "liushui", "chunfeng", "mingyue", "songbai", "zhulin"),
    *("xiaoxi", "yuanfang", "huashu", "tianlan", "heping", "jinqiu"),
    *("dongxue", "baiyun", "luhai", "caoyuan", "changhe", "dengta"),
    *("qiaotou", "shuguang", "yangliu", "meihua", "lianye", "taoli"),
)


def memorable_password() -> str:
    """Two words and four digits, which a visitor can type from the sign-in page."""
    first, second = secrets.choice(_WORDS), secrets.choice(_WORDS)
    return f"{first}-{second}-{secrets.randbelow(9000) + 1000}"


def _write(settings: Settings, passwords: Mapping[str, str]) -> tuple[SamplePerson, ...]:
    """Keeps the passwords where only the program's own account can read them."""
    people = tuple(
        SamplePerson(role.login, passwords[role.login], role.name, role.office.label, "、".join(role.units))
        for role in PEOPLE
    )
    file = _file(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(
        json.dumps({"people": [asdict(person) for person in people]}, ensure_ascii=False, indent=1), "utf-8"
    )
    fresh.replace(file)
    return people


def _file(settings: Settings) -> Path:
    return settings.instance / "sample.json"
