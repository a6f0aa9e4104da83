"""A slot kept for a patient who has not agreed to it yet: how long it is kept, and who does what about it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from scheduler.pathway.booking import BookingState
from scheduler.pathway.effects import Task, TaskKind
from scheduler.pathway.protocols import Protocol
from scheduler.vocabulary import Role

_KEPT_FOR = {BookingState.HELD: "hold_kept_for", BookingState.OFFERED: "offer_kept_for"}


def kept_until(state: BookingState, since: datetime, starts: datetime, protocol: Protocol) -> datetime:
    """Give the moment at which a slot held or offered since then is given back; never after the visit would start."""
    return min(since + timedelta(hours=protocol.hours(_KEPT_FOR[state])), starts)


def review_after_declining(declined: int, protocol: Protocol, today: date) -> Task | None:
    """Ask a clinician to look once the patient has declined as many offers as the protocol allows."""
    if declined < protocol.whole("declined_offers"):
        return None
    says = f"The patient has declined {declined} offers: review the case with the patient. Nobody is removed by itself."
    due_on = today + timedelta(days=protocol.days("decide_within"))
    return Task(kind=TaskKind.CLINICAL_REVIEW, role=Role.CLINICIAN, says=says, due_on=due_on)
