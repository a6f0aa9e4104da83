"""Setting up at one desk: what there is, its history, what a change would break, and saving it once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from db import boards, rebooking, writes
from db.keeping import history, machines, places, protocol_changes, staff, templates
from flows.keeping.breaking import Broken, broken_by
from flows.keeping.change import Moment, within_reach
from flows.keeping.lists import check_range
from flows.permissions import may
from scheduler.errors import NeurolistError
from scheduler.pathway.validity import day

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.audit import Author
    from db.keeping.lines import (
        ComingList,
        KeptHistory,
        ProtocolChangeLine,
        ProtocolLine,
        ServiceLine,
        SitePlace,
        StaffLine,
        TemplateLine,
        UnitLine,
    )
    from db.pictures import ListCard
    from flows.desk import Desk
    from flows.keeping.change import Change
    from flows.permissions import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change would do: the bookings it breaks, and what else follows in sentences."""

    broken: tuple[Broken, ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a change did: the cases there is now a task to rebook."""

    asked: tuple[str, ...]


class Keeping:
    """Everything a person may look at and change of the set-up."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # Looking

    def sites(self) -> tuple[SitePlace, ...]:
        """List the sites with their rooms."""
        return self.desk._look(places.site_places)

    def staff(self) -> tuple[StaffLine, ...]:
        """List the radiologists with their credentials and leave to come."""
        return self.desk._look(lambda session: staff.staff_lines(session, since=self._now()))

    def units(self) -> tuple[UnitLine, ...]:
        """List the equipment units with their service to come."""
        return self.desk._look(lambda session: machines.unit_lines(session, since=self._now()))

    def service(self) -> tuple[ServiceLine, ...]:
        """List the service periods of rooms and units that are not over."""
        return self.desk._look(lambda session: machines.service_lines(session, since=self._now()))

    def templates(self) -> tuple[TemplateLine, ...]:
        """List the weekly lists."""
        return self.desk._look(templates.template_lines)

    def coming(self, first: date, last: date, site: str | None = None) -> tuple[ComingList, ...]:
        """Work out the lists the templates ask for between two dates, and why some are not made; nothing changes."""
        check_range(first, last, self._moment())
        return self.desk._look(lambda session: templates.coming(session, first, last, site=site))

    def list(self, list_id: str) -> ListCard:
        """Give one list with what is booked on it."""
        return self.desk._look(lambda session: boards.list_card(session, list_id, now=self._now()))

    def protocol(self) -> tuple[ProtocolLine, ...]:
        """List every row of the protocol as it stands today."""
        return self.desk._look(lambda session: protocol_changes.protocol_lines(session, self.desk.today()))

    def protocol_changes(self) -> tuple[ProtocolChangeLine, ...]:
        """List the proposed changes of the protocol, decided ones included, the newest first."""
        return self.desk._look(protocol_changes.change_lines)

    def history(self, *things: tuple[str, str]) -> tuple[KeptHistory, ...]:
        """Give what was done to these things, each named by its kind and id."""
        return self.desk._look(lambda session: history.history(session, things))

    def may(self, action: Action) -> bool:
        """Say whether this person may do this somewhere, so that a page offers it; the desk asks again on doing it."""
        return may(self.desk.actor, action)

    # Changing

    def preview(self, change: Change) -> Preview:
        """Work out what a change would break; nothing changes."""
        self._allowed(change)
        at = self._moment()

        def look(session: Session) -> Preview:
            change.check(session, at)
            return Preview(broken=broken_by(session, change, at), also=change.also(session, at))

        return self.desk._look(look)

    def save(self, change: Change, *, accepting: Collection[str] = (), write_id: str | None = None) -> Saved:
        """Save a change, once; each booking it breaks becomes a task to rebook it.

        `accepting` names the cases whose bookings may break, as `preview` showed them; NeurolistError names any other.
        """
        author = self._allowed(change)
        at = self._moment()
        kind = f"keep_{type(change).__name__}"

        def work(session: Session) -> Saved:
            done = writes.earlier(session, write_id, kind)
            if done is not None:
                asked = done.get("asked")
                return Saved(asked=tuple(str(ref) for ref in asked) if isinstance(asked, list | tuple) else ())
            change.check(session, at)
            broken = broken_by(session, change, at)
            _must_be_accepted(broken, accepting)
            change.save(session, at)
            says = {one.ref: _task(one, change.why, at) for one in broken}
            kinds = {one.ref: one.category for one in broken}
            asked_now = rebooking.ask_to_rebook(session, says, kinds, now=at.now)
            writes.finish(session, write_id, {"asked": list(asked_now)})
            return Saved(asked=asked_now)

        return self.desk._write(author, work)

    # Inside

    def _allowed(self, change: Change) -> Author:
        within_reach(change)
        self.desk._permitted(change.action, change.entity, change.ref)
        with self.desk.service.database.reading() as session:
            sites = change.sites(session)
        return self.desk._permitted(change.action, change.entity, change.ref, sites=sites)

    def _moment(self) -> Moment:
        return Moment(now=self._now(), today=self.desk.today(), zone=self.desk.zone)

    def _now(self) -> datetime:
        return self.desk.service.clock.now()


def _must_be_accepted(broken: tuple[Broken, ...], accepting: Collection[str]) -> None:
    others = [one.ref for one in broken if one.ref not in accepting]
    if others:
        raise NeurolistError(
            f"This would break the booking of {', '.join(others)}, which you were not shown. Nothing was saved. "
            "Look at what it breaks, then decide again."
        )


def _task(one: Broken, why: str, at: Moment) -> str:
    local = one.start.astimezone(at.zone)
    when = f"{day(local.date())}, {local:%H:%M}"
    return f"Rebook {one.ref}, booked for {when} at {one.suite_name}, {one.site_name}. {why}"
