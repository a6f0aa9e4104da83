"""The front office: imports each day's referral file, and has the lists planned and published."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from benchmarks.clinic.journal import Entry
from benchmarks.clinic.office import Office
from flows.demo.days import ONE_DAY, is_meeting_day, next_working_day
from flows.demo.staff import BOOKINGS, COORDINATOR, LEAD, TEAM
from flows.desk import Desk, ProposalStatus
from scheduler.errors import NeurolistError, StaleVersionError
from scheduler.pathway.meetings.words import MeetingState

NOT_REACHED = "The meeting ran out of time."
OVER = frozenset({MeetingState.HELD, MeetingState.CANCELLED})
PLANNED_WEEKDAYS = (3,)
WEEKS_PLANNED = 3
PLANNING_SECONDS = 4.0
MOST_TRIES = 6  # at publishing, when cases move meanwhile
POLL_SECONDS = 0.2


@dataclass(slots=True, kw_only=True)
class FrontOffice(Office):
    """Opens the post, then plans once the other offices have finished, or in some weeks while they still work."""

    post: Path
    others: tuple[Path, ...] = ()
    planning_seconds: float = PLANNING_SECONDS

    def again(self, entry: Entry) -> None:
        """Ask again for one act whose answer was lost."""
        if entry["event"] == "import":
            self._import(Path(entry["file"]))

    def day(self, today: date) -> str | None:
        """Open the post of the day, and plan when it is the day for it."""
        opened = {entry["file"] for entry in self.journal.entries() if entry["kind"] == "ack"}
        for file in sorted(self.post.glob("*.csv")):
            if date.fromisoformat(file.stem) <= today and str(file) not in opened:
                self._import(file)
        if is_meeting_day(today) and not self._hold_meeting(today):
            return None
        if today.weekday() in PLANNED_WEEKDAYS and not self._plan(today):
            return None
        return self._following(today)

    def _hold_meeting(self, today: date) -> bool:
        """Once the others have recorded the outcomes, note who sat, carry what was not reached, and finish."""
        mdt = self.desk.acting(COORDINATOR.actor).mdt
        page = mdt.agenda(today)
        if page.meeting.state in OVER:
            return True
        if not all(_done(mark, today) for mark in self.others):
            time.sleep(POLL_SECONDS)
            return False
        self.journal.write("meeting", on=today.isoformat())
        try:
            mdt.attend(today, TEAM, write_id=f"attend {today}")
            for ref in page.undecided:
                mdt.carry(today, ref, why=NOT_REACHED, write_id=f"carry {today} {ref}")
            mdt.finish(today, write_id=f"finish {today}")
        except NeurolistError as fault:
            self.journal.write("refused", write=f"finish {today}", event="meeting", says=str(fault)[:300])
            return False
        self.journal.write("met", on=today.isoformat())
        return True

    def _import(self, file: Path) -> None:
        write = f"import {file.name}"
        self.journal.write("begin", write=write, event="import", file=str(file))
        report = self.desk.acting(BOOKINGS.actor).import_referrals([file])
        told = {"new": [kept.ref for kept in report.imported], "known": list(report.unchanged)}
        refused = [f"{one.field}: {one.fault}" for one in report.refused]
        self.journal.write("ack", write=write, event="import", file=str(file), refused=refused, **told)

    def _following(self, today: date) -> str:
        """Give the day of the next post, or of the next plan while anybody waits for a place."""
        days = [date.fromisoformat(file.stem) for file in self.post.glob("*.csv")]
        coming = [day for day in days if day > today]
        if self._lead().to_place():
            plan = next_working_day(today + ONE_DAY)
            while plan.weekday() not in PLANNED_WEEKDAYS:
                plan = next_working_day(plan + ONE_DAY)
            coming.append(plan)
        return min(coming, default=date.max).isoformat()

    def _lead(self) -> Desk:
        return self.desk.acting(LEAD.actor)

    # Planning

    def _plan(self, today: date) -> bool:
        """Have a plan made and publish it; False while the others still work and it is not their turn to be met."""
        if self._published(today):
            return True
        meets = today.toordinal() // 7 % 4 == 0  # one week in four, people and plan get in each other's way
        if not meets and not all(_done(mark, today) for mark in self.others):
            time.sleep(POLL_SECONDS)
            return False
        return any(self._plan_once(today, number) for number in range(MOST_TRIES)) or self._give_up(today)

    def _published(self, today: date) -> bool:
        return any(
            entry["kind"] in {"published", "unplanned"} and entry["on"] == today.isoformat()
            for entry in self.journal.entries()
        )

    def _give_up(self, today: date) -> bool:
        self.journal.write("unplanned", on=today.isoformat())
        return True

    def _plan_once(self, today: date, number: int) -> bool:
        name = str(uuid5(NAMESPACE_OID, f"{self.seed}/plan/{today}/{number}"))
        if not self._lead().to_place():
            return self._give_up(today)
        self.journal.write("plan", write=name, on=today.isoformat())
        proposal = self._lead().request_plan(
            weeks=WEEKS_PLANNED, time_limit=self.planning_seconds, seed=self.seed, write_id=name
        )
        self.journal.write("planned", write=name, proposal=proposal)
        status = self._wait_for(proposal)
        if status is ProposalStatus.PUBLISHED:
            return self._publish(today, proposal)
        return status is ProposalStatus.READY and self._publish(today, proposal)

    def _wait_for(self, proposal: str) -> ProposalStatus:
        while True:
            status = self._lead().proposal(proposal).summary.status
            if status not in {ProposalStatus.QUEUED, ProposalStatus.RUNNING}:
                return status
            time.sleep(POLL_SECONDS)

    def _publish(self, today: date, proposal: str) -> bool:
        write = f"publish {proposal}"
        self.journal.write("publish", write=write, proposal=proposal)
        try:
            report = self._lead().publish(proposal, write_id=write)
        except StaleVersionError as fault:
            self.journal.write("stale", write=write, says=str(fault)[:300])
            self._set_aside(proposal)
            return False
        except NeurolistError as fault:
            self.journal.write("refused", write=write, event="publish", says=str(fault)[:300])
            self._set_aside(proposal)
            return False
        told = {"booked": report.booked, "moved": report.moved, "not_booked": [one.ref for one in report.not_booked]}
        self.journal.write("published", write=write, proposal=proposal, on=today.isoformat(), **told)
        return True

    def _set_aside(self, proposal: str) -> None:
        try:
            self._lead().withdraw(proposal)
        except NeurolistError as fault:
            self.journal.write("refused", write=f"withdraw {proposal}", event="withdraw", says=str(fault)[:300])


def _done(mark: Path, today: date) -> bool:
    return mark.exists() and mark.read_text().split()[0] == today.isoformat()
