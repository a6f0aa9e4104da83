from __future__ import annotations

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.booking import (
    BOOKING_TRANSITIONS,
    BookingEvent,
    BookingState,
    booking_events,
    next_booking_state,
)

B, E = BookingState, BookingEvent
BEFORE_THE_ROOM = (B.HELD, B.OFFERED, B.BOOKED, B.CONFIRMED, B.ARRIVED)
EXPECTED = {
    (B.UNBOOKED, E.HOLD): B.HELD,
    (B.HELD, E.OFFER): B.OFFERED,
    (B.HELD, E.BOOK): B.BOOKED,
    (B.OFFERED, E.BOOK): B.BOOKED,
    (B.BOOKED, E.CONFIRM): B.CONFIRMED,
    (B.BOOKED, E.ARRIVE): B.ARRIVED,
    (B.CONFIRMED, E.ARRIVE): B.ARRIVED,
    (B.ARRIVED, E.ENTER_ROOM): B.IN_ROOM,
    (B.IN_ROOM, E.RECOVER): B.RECOVERED,
    (B.RECOVERED, E.CLOSE): B.CLOSED,
    (B.HELD, E.MOVE): B.HELD,
    (B.OFFERED, E.MOVE): B.OFFERED,
    (B.BOOKED, E.MOVE): B.BOOKED,
    (B.CONFIRMED, E.MOVE): B.BOOKED,
    (B.OFFERED, E.DECLINE_OFFER): B.OFFER_DECLINED,
    (B.HELD, E.EXPIRE): B.HOLD_EXPIRED,
    (B.OFFERED, E.EXPIRE): B.HOLD_EXPIRED,
    (B.BOOKED, E.MISS): B.DID_NOT_ATTEND,
    (B.CONFIRMED, E.MISS): B.DID_NOT_ATTEND,
    **{(state, E.CANCEL_HOSPITAL): B.CANCELLED_HOSPITAL for state in BEFORE_THE_ROOM},
    **{(state, E.CANCEL_PATIENT): B.CANCELLED_PATIENT for state in BEFORE_THE_ROOM},
    **{(state, E.CANCEL_NOT_READY): B.CANCELLED_NOT_READY for state in BEFORE_THE_ROOM},
}


@pytest.mark.parametrize("state", BookingState)
@pytest.mark.parametrize("event", BookingEvent)
def test_every_event_in_every_state_is_allowed_or_refused_as_written(state: B, event: E) -> None:
    if (state, event) in EXPECTED:
        assert next_booking_state(state, event) is EXPECTED[state, event]
        assert event in booking_events(state)
        return
    with pytest.raises(TransitionNotAllowedError, match="What may follow is"):
        next_booking_state(state, event)


def test_nothing_else_is_allowed() -> None:
    assert BOOKING_TRANSITIONS == EXPECTED


def test_every_booking_can_be_reached_and_can_end() -> None:
    reached, ended = {B.UNBOOKED}, {state for state in B if not booking_events(state)}
    for _ in B:
        reached |= {end for (start, _), end in EXPECTED.items() if start in reached}
        ended |= {start for (start, _), end in EXPECTED.items() if end in ended}
    assert reached == ended == set(B)


def test_a_slot_is_held_from_the_first_hold_to_the_closed_visit_and_by_nothing_cancelled() -> None:
    holding = [state for state in B if state.holds_its_slot]
    assert holding == [*BEFORE_THE_ROOM, B.IN_ROOM, B.RECOVERED, B.CLOSED]
    assert [state for state in B if state.is_live] == holding[:-1]


def test_labels_are_words() -> None:
    assert B.IN_ROOM.label == "In room"
    assert E.CANCEL_HOSPITAL.label == "Cancel hospital"
