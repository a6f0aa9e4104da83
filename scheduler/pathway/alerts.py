"""What is wrong or about to be with one case today: overdue, due soon, or running out before the booked day."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from scheduler.pathway import validity
from scheduler.pathway.clocks import NO_HOLIDAYS, Clock
from scheduler.pathway.due import CaseNow, read
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import BOOKED
from scheduler.pathway.validity import Prerequisite, Standing, day
from scheduler.vocabulary import Stage


class AlertKind(StrEnum):
    """What sort of thing is pointed out, the gravest first."""

    OVERDUE = "overdue"
    BOOKING_PASSED = "booking_passed"
    RUNS_OUT = "runs_out"  # before the booked day
    ADVICE = "advice"
    ON_HOLIDAY = "on_holiday"
    TO_RENEW = "to_renew"
    DUE_SOON = "due_soon"
    RUNS_OUT_SOON = "runs_out_soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to point out, with the day it is about; `about` is the clock or prerequisite, such as C3 or P2."""

    kind: AlertKind
    about: str
    on: date
    says: str


def alerts(facts: CaseFacts, protocol: Protocol, today: date, holidays: Set[date] = NO_HOLIDAYS) -> tuple[Alert, ...]:
    """List what to point out about a case today, the gravest first; nothing of it is ever kept."""
    return alerts_of(read(facts, protocol, today, holidays))


def alerts_of(case: CaseNow) -> tuple[Alert, ...]:
    """List what to point out about a case whose clocks were read."""
    if case.facts.state.ends:
        return ()
    found = [*_from_clocks(case), *(_for_booked_day(case) if _is_booked(case) else _before_booking(case))]
    order = list(AlertKind)
    return tuple(sorted(found, key=lambda alert: (order.index(alert.kind), alert.on, alert.about)))


def _is_booked(case: CaseNow) -> bool:
    return case.facts.state in BOOKED and case.facts.booking is not None


def _from_clocks(case: CaseNow) -> Iterator[Alert]:
    soon = case.today + timedelta(days=case.protocol.days("warn_before"))
    for clock in case.clocks:
        if clock.stopped is not None or clock.limit is None:
            continue
        if clock.overdue:
            yield _overdue(clock, case.today)
        elif clock.due_on is not None and clock.due_on <= soon:
            says = f"{clock.label}: due {_when(clock.due_on, case.today)}."
            yield Alert(kind=AlertKind.DUE_SOON, about=clock.id, on=clock.due_on, says=says)


def _overdue(clock: Clock, today: date) -> Alert:
    over = clock.days - (clock.limit or 0)
    was_due = f"; it was due by {day(clock.due_on)}" if clock.due_on else ""
    what = "expired" if clock.id == "C5v" else "overdue"
    says = f"{clock.label}: {what} by {amount(over, clock.unit)}{was_due}."
    return Alert(kind=AlertKind.OVERDUE, about=clock.id, on=clock.due_on or today, says=says)


def _for_booked_day(case: CaseNow) -> Iterator[Alert]:
    booking = case.facts.booking
    if booking is None:
        return
    if booking.on < case.today:
        says = f"The booked day, {day(booking.on)}, has passed: record what happened."
        yield Alert(kind=AlertKind.BOOKING_PASSED, about="", on=booking.on, says=says)
        return
    if booking.on in case.facts.site_days.days_off(case.holidays):
        says = f"The booked day, {day(booking.on)}, is a public holiday: confirm that the list runs."
        yield Alert(kind=AlertKind.ON_HOLIDAY, about="", on=booking.on, says=says)
    for standing in lapses(case, booking.stage, booking.on):
        yield _lapse(standing, booking.stage, booking.on)


def lapses(case: CaseNow, stage: Stage, on: date) -> tuple[Standing, ...]:
    """List the prerequisites that will not hold on this booked day.

    The days for a medicine to be stopped are counted back from the booked day, so as it comes nearer they do not run
    out; only advice that is still to be had keeps the patient from stopping.
    """
    found = validity.standings(case.facts, stage, on, case.protocol, case.today)
    return tuple(standing for standing in found if not standing.holds and not _only_time(standing))


def _only_time(standing: Standing) -> bool:
    return standing.prerequisite is Prerequisite.MEDICINE_HOLD and standing.first is not None


def _lapse(standing: Standing, stage: Stage, on: date) -> Alert:
    label, procedure = standing.prerequisite.label, stage.label.lower()
    advice = standing.prerequisite is Prerequisite.MEDICINE_HOLD
    kind = AlertKind.ADVICE if advice else AlertKind.TO_RENEW if standing.renewable else AlertKind.RUNS_OUT
    says = standing.says
    if standing.last is not None and standing.last < on:
        says = f"{label}: good to {day(standing.last)}, and the {procedure} is booked for {day(on)}."
    return Alert(kind=kind, about=standing.prerequisite.value, on=standing.last or on, says=says)


def _before_booking(case: CaseNow) -> Iterator[Alert]:
    episode = case.facts.episode
    if episode is None:
        return
    soon = case.today + timedelta(days=case.protocol.days("warn_before"))
    for standing in validity.standings(case.facts, episode.stage, case.today, case.protocol, case.today):
        advice = standing.prerequisite is Prerequisite.MEDICINE_HOLD and standing.first is None and not standing.holds
        if advice:
            yield Alert(kind=AlertKind.ADVICE, about=standing.prerequisite.value, on=case.today, says=standing.says)
        elif not standing.renewable and standing.last is not None and standing.last <= soon:
            gone = standing.last < case.today
            says = f"{standing.prerequisite.label}: {'ran' if gone else 'runs'} out {_when(standing.last, case.today)}."
            yield Alert(kind=AlertKind.RUNS_OUT_SOON, about=standing.prerequisite.value, on=standing.last, says=says)


def _when(on: date, today: date) -> str:
    ahead = (on - today).days
    if ahead == 0:
        return "today"
    return f"in {amount(ahead)} ({day(on)})" if ahead > 0 else f"{amount(-ahead)} ago ({day(on)})"


def amount(count: int, unit: str = "days") -> str:
    """Write so many of these, one in the singular."""
    words = unit.split(",", maxsplit=1)[0]
    return f"{count} {words.removesuffix('s') if count == 1 else words}"
