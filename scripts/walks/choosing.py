"""What happens next on a walk: mostly what is usual where a case stands, sometimes what nobody should do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from scheduler.pathway.booking import BookingEvent
from scheduler.pathway.events import Event
from scheduler.pathway.machine import NextStep
from scheduler.vocabulary import Role
from scripts.walks import expected
from scripts.walks.acts import Act, Outcome
from scripts.walks.clinic import Clinic
from scripts.walks.forms import Blank, Mood, fill_in
from scripts.walks.office import CHOICES
from scripts.walks.rows import Line, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.pathway.fields import Field

MOST_CASES = 3  # on the way at once
LEAVING = frozenset(
    {
        Event.PATIENT_WITHDRAWS,
        Event.TREATED_ELSEWHERE,
        Event.UNCONTACTABLE,
        Event.DEATH_NOTIFIED,
        Event.DUPLICATE_OR_ERROR,
        Event.DECLINE_REFERRAL,
        Event.RETURN_TO_REFERRER,
        Event.MDT_NOT_SUITABLE,
        Event.PATIENT_DECLINES,
        Event.UNSUITABLE_AT_CONSULT,
        Event.DISCHARGE,
        Event.STOP,
    }
)
SELDOM, NOW_AND_THEN, USUALLY = 0.15, 1.0, 3.0
HASTES = (0.0, 0.0, 0.4, 0.85)
MOODS = (Mood.RIGHT,) * 16 + (Mood.EDGE,) * 3 + (Mood.WRONG,)
REFERRALS: tuple[Mapping[str, Any], ...] = (
    {},
    {},
    {},
    {"without": "R1"},
    {"urgency": None},
    {"technique": None, "cancer": False},
    {"medicines": ("Warfarin 5 mg",), "cancer": False},
)
HOURS = (time(0), time(0, 30), time(1, 59), time(2, 30), time(3), time(9), time(9), time(12), time(17), time(23, 59))
SPANS = (0, 0, 1, 1, 2, 3, 5, 7, 9, 14, 28, 43, 61)
VISIT_EVENTS = (BookingEvent.CONFIRM, BookingEvent.ARRIVE, BookingEvent.RECOVER)


@dataclass(slots=True, kw_only=True)
class Chooser:
    """The chance of one walk, and what it has to remember to ask for the same thing twice."""

    clinic: Clinic
    chance: Random
    cases: int = 0
    writes: int = 0
    last_write: Act | None = None
    last_write_at: datetime | None = None
    haste: float = field(init=False)  # so that every way to the end of the pathway is walked by some machine

    def __post_init__(self) -> None:
        self.haste = self.chance.choice(HASTES)

    def write_id(self) -> str:
        """A new name for a write."""
        self.writes += 1
        return f"write-{self.writes}"

    def choose(self, rows: Rows) -> Act:
        """Choose what happens next."""
        live = [case for case in rows.of("neurolysis_case") if case["state"] not in expected.ENDS]
        if not live or (len(live) < MOST_CASES and self.chance.random() < 0.03 * (4 - len(live))):
            return self._receive()
        live.sort(key=lambda case: case["ref"])
        case = live[0] if self.chance.random() < 0.7 else self.chance.choice(live)
        if self.chance.random() < self.haste:
            return self._straight_on(rows, case)
        odds = {**ODDS, **MORE_OFTEN.get(case["state"], {})}
        kinds = list(odds)
        kind = self.chance.choices(kinds, [odds[name] for name in kinds])[0]
        chosen = CHOICES[kind](self, rows, case) if kind in CHOICES else getattr(self, f"_{kind}")(rows, case)
        return chosen or self._record(rows, case)

    # Referrals and time

    def _receive(self) -> Act:
        self.cases += 1
        return Act(kind="receive", event="referral_received", given=(self.cases, self.chance.choice(REFERRALS)))

    def _pass(self, rows: Rows, case: Line) -> Act:
        """Some days pass, or it is the day of the visit, or the day on which something falls due."""
        aims = [self.clinic.today + timedelta(days=self.chance.choice(SPANS))]
        visits = rows.of("booking", case_id=case["id"])
        aims += [visit["start"].astimezone(self.clinic.zone).date() for visit in visits] * 2
        due = rows.of("due_step", case_ref=case["ref"], state="waiting")
        aims += [step["due_at"].astimezone(self.clinic.zone).date() for step in due]
        day = self.chance.choice([aim for aim in aims if aim >= self.clinic.today])
        return self.to(self._at(day, self.chance.choice(HOURS)))

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, tzinfo=self.clinic.zone)

    def to(self, at: datetime) -> Act:
        """Time passes until then, and what has fallen due is worked or not."""
        works = self.chance.random() < 0.8
        return Act(kind="pass", given=(max(at.astimezone(self.clinic.now.tzinfo), self.clinic.now), works))

    def _visit_day(self, rows: Rows, case: Line) -> Act | None:
        coming = [
            visit["start"]
            for visit in rows.of("booking", case_id=case["id"])
            if visit["ended_at"] is None and visit["start"] > self.clinic.now
        ]
        return self.to(min(coming)) if coming else None

    # Steps of a case

    def _straight_on(self, rows: Rows, case: Line) -> Act:
        """Do what brings the case to the end of its treatment without a detour."""
        state = case["state"]
        if state in expected.BOOKED and (visit := self._visit_day(rows, case)):
            return visit
        if state in expected.WAITING:
            waits = [line["earliest"] for line in rows.of("waitlist_episode", case_id=case["id"], closed_on=None)]
            later = [day for day in waits if day and day > self.clinic.today]
            return self.to(self._at(max(later), time(9))) if later else self._plan(rows, case)
        if state == "follow_up" and self.chance.random() < 0.7:
            return self._pass(rows, case)
        steps = [step for step in self._possible(case) if step.event not in LEAVING]
        return self._fill_in(rows, case, steps[0], Mood.RIGHT) if steps else self._record(rows, case)

    def _record(self, rows: Rows, case: Line) -> Act:
        steps = self._possible(case)
        weights = [self._weight(step) for step in steps]
        weights[0] *= USUALLY  # what may follow comes most usual first
        step = self.chance.choices(steps, weights)[0]
        return self._fill_in(rows, case, step, self.chance.choice(MOODS))

    def _possible(self, case: Line) -> Sequence[NextStep]:
        return self.clinic.desks[Role.ADMINISTRATOR].next_steps(str(case["ref"]))

    def _weight(self, step: NextStep) -> float:
        usual = SELDOM if step.event in LEAVING else USUALLY
        return usual if step.allowed else usual * SELDOM

    def _fill_in(self, rows: Rows, case: Line, step: NextStep, mood: Mood) -> Act:
        return Act(
            kind="record",
            ref=case["ref"],
            event=step.event.value,
            form=fill_in(self.blank(case, step.event.value, step.fields, rows), mood),
            role=self.chance.choice(sorted(step.roles)),
            given=(self.write_id(), case["version"] if self.chance.random() < 0.3 else None),
        )

    def blank(self, case: Line, event: str, fields: Sequence[Field], rows: Rows | None = None) -> Blank:
        """An empty form about a case."""
        items = rows.of("case_item", case_id=case["id"], received=False) if rows else []
        return Blank(
            event=event,
            state=case["state"],
            fields=fields,
            case=case,
            wanted=sorted(item["key"] for item in items),
            today=self.clinic.today,
            chance=self.chance,
        )

    def _stale(self, rows: Rows, case: Line) -> Act | None:
        """Save from a page that is out of date."""
        if case["version"] <= 1:
            return None
        act = self._record(rows, case)
        refused = frozenset({Outcome.REFUSED})
        return replace(act, kind="stale", given=(act.given[0], case["version"] - 1), wanted=refused)

    def _again(self, rows: Rows, __: Line) -> Act | None:
        """Ask once more for what was done last, as after a lost answer."""
        last = self.last_write
        if last is None or self.last_write_at != self.clinic.now:
            return None
        waiting = rows.of("due_step", case_ref=last.ref, state="waiting")
        if any(step["due_at"] <= self.clinic.now for step in waiting):
            return None  # what has fallen due meanwhile would be done with it
        return replace(last, kind="again", wanted=frozenset({Outcome.REPEATED}))

    def _stranger(self, rows: Rows, case: Line) -> Act:
        """Somebody who may only look tries to record."""
        act = self._record(rows, case)
        return replace(act, kind="stranger", role=Role.VIEWER, wanted=frozenset({Outcome.REFUSED}))

    def _astray(self, _: Rows, case: Line) -> Act | None:
        """Somebody records what does not belong where the case stands."""
        here = {step.event for step in self._possible(case)}
        event = self.chance.choice([event for event in Event if event not in here])
        return Act(kind="astray", ref=case["ref"], event=event.value, wanted=frozenset({Outcome.REFUSED}))

    # Visits, lists and tasks

    def _plan(self, _: Rows, __: Line) -> Act:
        return Act(kind="plan", event="publish", role=Role.IR_LEAD)

    def _hold(self, rows: Rows, case: Line) -> Act:
        """Somebody keeps a slot by hand, or goes on with the one that is kept."""
        kept = [visit["status"] for visit in rows.of("booking", case_id=case["id"]) if visit["ended_at"] is None]
        ways = {"held": ("offer", "release"), "offered": ("decline", "release")}.get(kept[0] if kept else "", ("hold",))
        way = self.chance.choice(ways)
        return Act(
            kind="hold", ref=case["ref"], event=way, role=Role.BOOKINGS, given=self.chance.choice((0, 0, 2, 5, 8))
        )

    def _visit(self, rows: Rows, case: Line) -> Act | None:
        standing = [visit for visit in rows.of("booking", case_id=case["id"]) if visit["ended_at"] is None]
        if not standing:
            return None
        event = self.chance.choice((*VISIT_EVENTS, *VISIT_EVENTS, *BookingEvent))
        return Act(kind="visit", ref=case["ref"], event=event.value, role=Role.BOOKINGS)

    def _tick(self, rows: Rows, case: Line) -> Act | None:
        """Somebody ticks a task off by hand; not the state's own, which the next step ticks off."""
        open_tasks = sorted(rows.of("task", case_id=case["id"], state="open"), key=lambda task: task["says"])
        others = [task for task in open_tasks if task["kind"] != "state"]
        if not others:
            return None
        return Act(kind="tick", ref=case["ref"], event="finish_task", given=self.chance.choice(others)["id"])

    def _two_workers(self, rows: Rows, case: Line) -> Act | None:
        """A slow worker takes what falls due next, loses its lease, and finishes late."""
        due = rows.of("due_step", case_ref=case["ref"], state="waiting")
        at = min((step["due_at"] for step in due), default=None)
        return None if at is None else Act(kind="two_workers", event="late", given=max(at, self.clinic.now))


ODDS: Mapping[str, float] = {
    "record": 60,
    "pass": 8,
    "visit": 4,
    "plan": 0,
    "hold": 0,
    "visit_day": 0,
    "stale": 2,
    "again": 3,
    "stranger": 2,
    "astray": 2,
    "tick": 3,
    "two_workers": 4,
    "reverse": 4,
    "amend": 3,
    "return": 4,
    "meet": 5,
    "letter": 2,
    "share": 2,
}
MORE_OFTEN: Mapping[str, Mapping[str, float]] = {
    **{state: {"plan": 55, "hold": 20, "record": 25, "pass": 12} for state in expected.WAITING},
    **{state: {"visit_day": 45, "record": 45, "visit": 12} for state in expected.BOOKED},
    "follow_up": {"pass": 45, "record": 45},
    "repeat_review": {"pass": 30},
    "awaiting_mdt": {"meet": 70, "record": 30},
    "mdt_more_info": {"meet": 10},
}
