"""The state table, every (state, event) pair: in the table as the domain writes it down, or refused in Chinese."""

from __future__ import annotations

import itertools

import pytest

from tracker.domain.access import Permission
from tracker.domain.lifecycle import (
    CHASED_STATES,
    OPEN_STATES,
    TRANSITIONS,
    Event,
    Outcome,
    Refused,
    State,
    events_of,
    transition,
)

LIAISON, SUPERVISOR = Permission.WORK_OWN, Permission.DECIDE

# The domain's table once more, as it is written there: state, event, next state, who.
TABLE = {
    ("dispatched", "sign_for"): ("in_progress", LIAISON),
    ("dispatched", "decline"): ("declined", LIAISON),
    ("declined", "dispatch"): ("dispatched", SUPERVISOR),
    ("declined", "withdraw"): ("withdrawn", SUPERVISOR),
    ("in_progress", "report"): ("in_progress", LIAISON),
    ("in_progress", "submit"): ("submitted", LIAISON),
    ("in_progress", "suspend"): ("suspended", SUPERVISOR),
    ("in_progress", "withdraw"): ("withdrawn", SUPERVISOR),
    ("submitted", "return"): ("in_progress", SUPERVISOR),
    ("submitted", "accept"): ("completed", SUPERVISOR),
    ("suspended", "resume"): ("in_progress", SUPERVISOR),
    ("completed", "reopen"): ("in_progress", SUPERVISOR),
}
PAIRS = list(itertools.product(State, Event))


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_every_pair_is_in_the_table_or_refused(state: State, event: Event) -> None:
    written = TABLE.get((state.value, event.value))
    if written:
        row = transition(state, event)
        assert (row.to.value, row.permission) == written
        assert event in events_of(state)
    else:
        with pytest.raises(Refused) as refusal:
            transition(state, event)
        said = str(refusal.value)
        assert said.startswith(f"该事项现为“{state.label}”，不能“{event.label}”")
        assert said.endswith("。")
        assert all(f"“{possible.label}”" in said for possible in events_of(state))


def test_the_table_holds_nothing_else() -> None:
    assert {(state.value, event.value) for state, event in TRANSITIONS} == set(TABLE)


def test_nothing_happens_to_what_was_withdrawn() -> None:
    assert events_of(State.WITHDRAWN) == ()
    with pytest.raises(Refused, match="不能再做任何操作"):
        transition(State.WITHDRAWN, Event.REOPEN)


@pytest.mark.parametrize("event", Event)
def test_an_event_asks_the_same_of_everybody_whatever_the_state(event: Event) -> None:
    rows = [row for (_, known), row in TRANSITIONS.items() if known is event]
    assert rows, f"nothing can ever {event}"
    assert len({(row.permission, row.words_required) for row in rows}) == 1


@pytest.mark.parametrize(
    "event", [Event.DECLINE, Event.REPORT, Event.SUBMIT, Event.RETURN, Event.SUSPEND, Event.REOPEN]
)
def test_what_others_must_understand_comes_with_words(event: Event) -> None:
    assert all(row.words_required for (_, known), row in TRANSITIONS.items() if known is event)


def test_open_closed_and_chased() -> None:
    assert {state for state in State if state.is_closed} == {State.COMPLETED, State.WITHDRAWN}
    assert set(OPEN_STATES) == set(State) - {State.COMPLETED, State.WITHDRAWN}
    assert set(CHASED_STATES) == set(OPEN_STATES) - {State.SUSPENDED}


@pytest.mark.parametrize("kind", [State, Event, Outcome])
def test_every_word_has_its_own_chinese_label(kind: type[State] | type[Event] | type[Outcome]) -> None:
    labels = [member.label for member in kind]
    assert len(set(labels)) == len(labels)
    assert all(any("一" <= char <= "鿿" for char in label) for label in labels)
