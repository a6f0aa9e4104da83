"""Tasks at the desk: whose they are, who may do them at which site, and taking, handing over and putting off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import accounts
from flows.permissions import Action, Actor
from scheduler.errors import NotFoundError, NotPermittedError
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.accounts import Account
    from db.pictures import TaskLine
    from db.tasks import Asked

# Those who answer for the whole service may do any task of their site.
OVERSEERS = frozenset({Role.IR_LEAD, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which open tasks to show."""

    mine: bool = False
    role: Role | None = None
    ref: str | None = None
    overdue: bool = False
    put_off: bool = False  # also those put off to a later day


def shown(lines: Iterable[TaskLine], actor: Actor, wanted: Wanted) -> tuple[TaskLine, ...]:
    """Keep the tasks that were asked for."""
    return tuple(line for line in lines if _fits(line, actor, wanted))


def _fits(line: TaskLine, actor: Actor, wanted: Wanted) -> bool:
    return (
        (not wanted.mine or is_mine(line, actor))
        and wanted.role in {None, line.role}
        and wanted.ref in {None, line.ref}
        and (line.overdue or not wanted.overdue)
        and (line.snoozed_until is None or wanted.put_off)
    )


def is_mine(line: TaskLine, actor: Actor) -> bool:
    """Say whether a task asks this person: it was given to them, or to nobody and they hold its role at its site."""
    if line.assignee is not None:
        return line.assignee == actor.id
    return line.role in roles_for(actor, line.sites)


def roles_for(actor: Actor, sites: Iterable[str]) -> frozenset[Role]:
    """Give the roles a person holds for a task of these sites; without sites, those held anywhere."""
    places = tuple(sites)
    if not places:
        return actor.roles_at(None)
    return frozenset[Role]().union(*(actor.roles_at(site) for site in places))


def demand_task(actor: Actor, action: Action, asked: Asked) -> None:
    """Raise NotPermittedError unless the actor holds the task's role, or oversees, at a site of its case."""
    if roles_for(actor, asked.sites) & (OVERSEERS | {asked.role}):
        return
    where = f" at {' or '.join(asked.sites)}" if asked.sites else ""
    raise NotPermittedError(
        f"{actor.name} may not {action.label}: this one is for somebody with the role {asked.role.label}{where}."
    )


def person_for(session: Session, username: str, asked: Asked) -> Account:
    """Find the account a task is given to; it must hold the task's role at a site of its case."""
    wanted = username.strip().casefold()
    known = [account for account in accounts.accounts(session) if account.active]
    found = next((account for account in known if account.username == wanted), None)
    if found is None:
        names = ", ".join(sorted(account.username for account in known)) or "none yet"
        raise NotFoundError(f"Nobody signs in as '{username}'. The accounts are: {names}.")
    holder = Actor(id=found.id, name=found.name, roles=found.roles)
    if not roles_for(holder, asked.sites) & (OVERSEERS | {asked.role}):
        raise NotPermittedError(f"{found.name} does not hold the role {asked.role.label} that this task asks for.")
    return found
