"""The state table of the domain against the program: every (state, event, role) triple, seven by eleven by ten.

TABLE and WHO are written down from the domain's page, not taken from the program. A triple is allowed and leads where
the table says, or it is refused: who may not is told who may, and else what the state allows. Nothing else changes.
"""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_task, the_actor
from tracker.domain.access import Actor, Forbidden, Office
from tracker.domain.lifecycle import Event, Outcome, Refused, State
from tracker.services.work import act, events_for
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit

LIAISON, SUPERVISOR = "联络员", "督查员"

# state → event → (next state, who), as the domain's page has it.
TABLE: dict[str, dict[str, tuple[str, str]]] = {
    "dispatched": {"sign_for": ("in_progress", LIAISON), "decline": ("declined", LIAISON)},
    "declined": {"dispatch": ("dispatched", SUPERVISOR), "withdraw": ("withdrawn", SUPERVISOR)},
    "in_progress": {
        "report": ("in_progress", LIAISON),
        "submit": ("submitted", LIAISON),
        "suspend": ("suspended", SUPERVISOR),
        "withdraw": ("withdrawn", SUPERVISOR),
    },
    "submitted": {"return": ("in_progress", SUPERVISOR), "accept": ("completed", SUPERVISOR)},
    "suspended": {"resume": ("in_progress", SUPERVISOR)},
    "completed": {"reopen": ("in_progress", SUPERVISOR)},
    "withdrawn": {},
}
# Whose event it is follows from the table alone, also in states that do not know it.
WHO = {event: who for row in TABLE.values() for event, (_, who) in row.items()}

# The role, the person of the small city who holds it, the unit whose part it is, and as what the person counts there.
ROLES = [
    ("liaison of the unit", "liaison", "education", {LIAISON}),
    ("liaison of another unit", "neighbour", "education", set()),
    ("liaison of the unit above", "county_liaison", "county_education", set()),
    ("supervisor in reach", "supervisor", "education", {SUPERVISOR}),
    ("supervisor of the city, county's part", "supervisor", "county_education", {SUPERVISOR}),
    ("county supervisor in reach", "county_supervisor", "county_education", {SUPERVISOR}),
    ("county supervisor out of reach", "county_supervisor", "education", set()),
    ("leader", "leader", "education", set()),
    ("administrator", "administrator", "education", set()),
    ("nobody", "nobody", "education", set()),
]


def a_part(session: Session, city: City, unit: Unit, state: State) -> Assignment:
    return a_task(session, a_plan(session, city.root), unit, state=state).assignments[0]


@pytest.fixture
def actors(session: Session, city: City) -> dict[str, Actor]:
    county_liaison = a_person(session, "county_liaison", (Office.LIAISON, city.county))
    session.commit()
    named = {name: getattr(city, name) for _, name, _, _ in ROLES if name != "county_liaison"}
    return {name: the_actor(person) for name, person in {**named, "county_liaison": county_liaison}.items()}


def told_who(said: str, who: str) -> bool:
    return "有权办理的岗位" in said and who in said and ({LIAISON, SUPERVISOR} - {who}).pop() not in said


def test_the_table_covers_the_program() -> None:
    assert set(TABLE) == {state.value for state in State}
    assert set(WHO) == {event.value for event in Event}
    assert (len(State), len(Event), len(ROLES)) == (7, 11, 10)


@pytest.mark.parametrize("state", State)
def test_every_event_by_every_role(session: Session, city: City, actors: dict[str, Actor], state: State) -> None:
    seen = 0
    for event in Event:
        for role, name, unit, counts_as in ROLES:
            part = a_part(session, city, getattr(city, unit), state)
            session.commit()
            faults = _faults(session, actors[name], part, event, counts_as)
            assert faults == [], f"{state} · {event} · {role}"
            seen += 1
    assert seen == len(Event) * len(ROLES)


def _faults(session: Session, actor: Actor, part: Assignment, event: Event, counts_as: set[str]) -> list[str]:
    """What the program does otherwise than the table says with this triple."""
    state, row = part.state, TABLE[part.state.value].get(event.value)
    allowed = row is not None and row[1] in counts_as
    faults = [] if (event in events_for(actor, part)) == allowed else ["the page offers it wrongly"]
    said: Exception | None = None
    try:
        act(session, actor, NOW, TODAY, part.id, event, 1, "已按要求办理。", outcome=Outcome.SOLVED)
    except (Refused, Forbidden) as refusal:
        said = refusal
        session.rollback()
    session.refresh(part)
    entries = session.scalar(select(func.count()).where(HistoryEntry.assignment_id == part.id))
    if row is not None and allowed:
        return faults + ([] if (part.state.value, part.version, entries, said) == (row[0], 2, 2, None) else [str(said)])
    if (part.state, part.version, entries) != (state, 1, 1):
        faults.append("something changed")
    if WHO[event.value] not in counts_as:
        right = isinstance(said, Forbidden) and told_who(str(said), WHO[event.value])
    else:
        known = [Event(each).label for each in TABLE[state.value]] or ["不能再做任何操作"]
        right = isinstance(said, Refused) and state.label in str(said) and all(word in str(said) for word in known)
    return faults if right else [*faults, f"refused by: {said!r}"]
