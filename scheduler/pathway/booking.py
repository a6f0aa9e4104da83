"""The life of one booking, from a tentative hold to a closed visit, as a small state machine of its own."""

from __future__ import annotations

from enum import StrEnum

from scheduler.errors import TransitionNotAllowedError


class BookingState(StrEnum):
    """How far one booking has come, or how it ended."""

    UNBOOKED = "unbooked"
    HELD = "held"
    OFFERED = "offered"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_ROOM = "in_room"
    RECOVERED = "recovered"
    CLOSED = "closed"
    HOLD_EXPIRED = "hold_expired"
    OFFER_DECLINED = "offer_declined"
    CANCELLED_HOSPITAL = "cancelled_hospital"
    CANCELLED_PATIENT = "cancelled_patient"
    DID_NOT_ATTEND = "did_not_attend"
    CANCELLED_NOT_READY = "cancelled_not_ready"

    @property
    def label(self) -> str:
        """The name people read."""
        return self.value.replace("_", " ").capitalize()

    @property
    def is_live(self) -> bool:
        """Whether the visit is still to come or under way."""
        return self in LIVE

    @property
    def holds_its_slot(self) -> bool:
        """Whether its suite, people and equipment are kept from others; a visit that took place keeps its past."""
        return self in LIVE or self is BookingState.CLOSED


class BookingEvent(StrEnum):
    """One thing that happens to a booking."""

    HOLD = "hold"
    OFFER = "offer"
    BOOK = "book"
    CONFIRM = "confirm"
    MOVE = "move"
    ARRIVE = "arrive"
    ENTER_ROOM = "enter_room"
    RECOVER = "recover"
    CLOSE = "close"
    EXPIRE = "expire"
    DECLINE_OFFER = "decline_offer"
    CANCEL_HOSPITAL = "cancel_hospital"
    CANCEL_PATIENT = "cancel_patient"
    CANCEL_NOT_READY = "cancel_not_ready"
    MISS = "did_not_attend"

    @property
    def label(self) -> str:
        """The name people read."""
        return self.value.replace("_", " ").capitalize()


LIVE = frozenset(
    {
        BookingState.HELD,
        BookingState.OFFERED,
        BookingState.BOOKED,
        BookingState.CONFIRMED,
        BookingState.ARRIVED,
        BookingState.IN_ROOM,
        BookingState.RECOVERED,
    }
)
TENTATIVE = frozenset({BookingState.HELD, BookingState.OFFERED})
AGREED = frozenset({BookingState.BOOKED, BookingState.CONFIRMED})
BEFORE_THE_ROOM = TENTATIVE | AGREED | {BookingState.ARRIVED}

_ONE_WAY: dict[tuple[BookingState, BookingEvent], BookingState] = {
    (BookingState.UNBOOKED, BookingEvent.HOLD): BookingState.HELD,
    (BookingState.HELD, BookingEvent.OFFER): BookingState.OFFERED,
    (BookingState.HELD, BookingEvent.BOOK): BookingState.BOOKED,
    (BookingState.OFFERED, BookingEvent.BOOK): BookingState.BOOKED,
    (BookingState.BOOKED, BookingEvent.CONFIRM): BookingState.CONFIRMED,
    (BookingState.BOOKED, BookingEvent.ARRIVE): BookingState.ARRIVED,
    (BookingState.CONFIRMED, BookingEvent.ARRIVE): BookingState.ARRIVED,
    (BookingState.ARRIVED, BookingEvent.ENTER_ROOM): BookingState.IN_ROOM,
    (BookingState.IN_ROOM, BookingEvent.RECOVER): BookingState.RECOVERED,
    (BookingState.RECOVERED, BookingEvent.CLOSE): BookingState.CLOSED,
    (BookingState.HELD, BookingEvent.MOVE): BookingState.HELD,
    (BookingState.OFFERED, BookingEvent.MOVE): BookingState.OFFERED,
    (BookingState.BOOKED, BookingEvent.MOVE): BookingState.BOOKED,
    # The patient confirmed the old time, so a new one has to be confirmed again.
    (BookingState.CONFIRMED, BookingEvent.MOVE): BookingState.BOOKED,
    (BookingState.OFFERED, BookingEvent.DECLINE_OFFER): BookingState.OFFER_DECLINED,
}

BOOKING_TRANSITIONS: dict[tuple[BookingState, BookingEvent], BookingState] = {
    **_ONE_WAY,
    **{(state, BookingEvent.EXPIRE): BookingState.HOLD_EXPIRED for state in sorted(TENTATIVE)},
    **{(state, BookingEvent.CANCEL_HOSPITAL): BookingState.CANCELLED_HOSPITAL for state in sorted(BEFORE_THE_ROOM)},
    **{(state, BookingEvent.CANCEL_PATIENT): BookingState.CANCELLED_PATIENT for state in sorted(BEFORE_THE_ROOM)},
    **{(state, BookingEvent.CANCEL_NOT_READY): BookingState.CANCELLED_NOT_READY for state in sorted(BEFORE_THE_ROOM)},
    **{(state, BookingEvent.MISS): BookingState.DID_NOT_ATTEND for state in sorted(AGREED)},
}


def next_booking_state(state: BookingState, event: BookingEvent) -> BookingState:
    """Give the state this event leads to; raises TransitionNotAllowedError where it cannot happen."""
    following = BOOKING_TRANSITIONS.get((state, event))
    if following is None:
        usual = ", ".join(event.label.lower() for event in booking_events(state)) or "nothing: the booking has ended"
        raise TransitionNotAllowedError(
            f"A booking that is {state.label.lower()} cannot take the step '{event.label.lower()}'. "
            f"What may follow is {usual}."
        )
    return following


def booking_events(state: BookingState) -> tuple[BookingEvent, ...]:
    """List what may happen to a booking in this state, most usual first."""
    return tuple(event for (start, event) in BOOKING_TRANSITIONS if start is state)
