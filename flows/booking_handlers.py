"""What the timers of a booking do: give a slot back, remind the patient, ask who has not confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import holds, notices
from db.due_steps import DueStep
from flows.handling import Moment, case_of
from flows.service import MACHINE
from scheduler.pathway.effects import Audience, NoticeKind

if TYPE_CHECKING:
    from sqlmodel import Session


def give_slot_back(session: Session, step: DueStep, at: Moment) -> None:
    """Give back a slot whose time has run out; one that was offered, booked or cancelled meanwhile is left alone."""
    booking, stage = str(step.payload["booking"]), str(step.payload["while"])
    holds.run_out(session, case_of(step), booking, stage=stage, actor=MACHINE, now=at.now)


def remind_patient(session: Session, step: DueStep, at: Moment) -> None:
    """Put a reminder of the visit in the outbox."""
    notices.queue(session, case_of(step), kind=NoticeKind.REMINDER, audience=Audience.PATIENT, now=at.now)
