"""Reading who a patient is: by those at the case's sites, and in an emergency by a clinician of another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from db import emergencies, tasks
from flows.permissions import Action, Actor, demand_at_one, may_at_one
from scheduler.errors import NotPermittedError, TransitionNotAllowedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from db.audit import Author
    from flows.service import Service

HOW = " In an emergency a clinician may open it with the reason: neurolist emergency {ref} --reason WHY."


def demand_reading(service: Service, actor: Actor, ref: str) -> None:
    """Raise NotPermittedError unless the actor may read who the patient is, at one of the case's sites or as opened."""
    with service.database.reading() as session:
        sites = tasks.sites_of_case(session, ref)
        opened = emergencies.is_open(session, ref, actor.id, now=service.clock.now())
    try:
        demand_at_one(actor, Action.SEE_PATIENT, sites)
    except NotPermittedError as refusal:
        if not opened:
            raise NotPermittedError(f"{refusal}{HOW.format(ref=ref)}") from None


def opening(service: Service, actor: Actor, author: Author, ref: str, reason: str) -> Callable[[Session], datetime]:
    """Give the write that opens who a patient is for a while; it is refused to those who may read it anyway."""
    settings, now, today = service.database.settings, service.clock.now(), service.clock.today()

    def work(session: Session) -> datetime:
        if may_at_one(actor, Action.SEE_PATIENT, tasks.sites_of_case(session, ref)):
            raise TransitionNotAllowedError(f"You may read who the patient of {ref} is without an emergency.")
        return emergencies.open_for(
            session,
            ref,
            reason,
            reader=author,
            now=now,
            lasts=timedelta(minutes=settings.emergency_minutes),
            look_at_by=today + timedelta(days=settings.emergency_looked_at_days),
        )

    return work
