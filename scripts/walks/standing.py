"""What must be true of every case at every moment, whatever has happened to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from db.facts import case_facts
from scheduler.pathway.clocks import clocks
from scripts.walks import expected, recount
from scripts.walks.clinic import Clinic
from scripts.walks.rows import Line, Rows

LIVE = frozenset({"held", "offered", "booked", "confirmed", "arrived", "in_room", "recovered"})
TENTATIVE = frozenset({"held", "offered"})
AGREED = frozenset({"booked", "confirmed", "arrived"})
IN_THE_ROOM = frozenset({"in_room", "recovered"})
OPEN_STEPS = frozenset({"waiting", "taken"})


@dataclass(frozen=True, slots=True)
class Standing:
    """One case at one moment."""

    clinic: Clinic
    rows: Rows
    case: Line

    @property
    def state(self) -> str:
        """Where it stands."""
        return str(self.case["state"])

    @property
    def ended(self) -> bool:
        """Whether its pathway has ended."""
        return self.state in expected.ENDS

    def of(self, table: str, **wanted: object) -> list[Line]:
        """Its rows of a table."""
        return self.rows.of(table, case_id=self.case["id"], **wanted)

    def owns(self, line: Line) -> bool:
        """Whether a row is of this case."""
        return bool(line["case_id"] == self.case["id"])

    @property
    def history(self) -> list[Line]:
        """Its history, oldest first."""
        return sorted(self.of("case_event"), key=lambda line: line["seq"])

    @property
    def open_episodes(self) -> list[Line]:
        """The waiting lists it is on."""
        return self.of("waitlist_episode", closed_on=None)

    @property
    def live_bookings(self) -> list[Line]:
        """The visits that are still to come or under way."""
        return [booking for booking in self.of("booking") if booking["status"] in LIVE]

    @property
    def open_steps(self) -> list[Line]:
        """What is still to fall due, apart from letters that leave."""
        steps = self.rows.of("due_step", case_ref=self.case["ref"])
        return [step for step in steps if step["state"] in OPEN_STEPS and step["name"] != "send_notice"]

    @property
    def entered_at(self) -> datetime:
        """When it came to where it stands."""
        entered: datetime = max(line["at"] for line in recount.moves(self.history))
        return entered


Check = Callable[[Standing], Iterator[str]]
CHECKS: dict[str, Check] = {}


def always(check: Check) -> Check:
    """Keep a check under its name."""
    CHECKS[check.__name__] = check
    return check


@always
def no_silence(it: Standing) -> Iterator[str]:
    """A case that has not ended has an open task, a timer or a visit to come."""
    if not it.ended and not (it.of("task", state="open") or it.open_steps or it.live_bookings):
        yield f"nothing is open in {it.state}"


@always
def the_right_person_acts(it: Standing) -> Iterator[str]:
    """A case that has not ended asks one person for the next thing, in the role that the state names."""
    roles = [task["role"] for task in it.of("task", state="open", kind="state")]
    if not it.ended and roles != [expected.ROLE_OF[it.state]]:
        yield f"{it.state} asks {roles}, not {expected.ROLE_OF[it.state]}"


@always
def one_place_on_a_list(it: Standing) -> Iterator[str]:
    """A case is on the one list its state says, and on no other."""
    stages = [episode["stage"] for episode in it.open_episodes]
    wanted = expected.LISTED.get(it.state)
    if wanted and stages != [wanted]:
        yield f"{it.state} is on the lists {stages}"
    if not wanted and (len(stages) > 1 or (stages and it.state not in expected.MAY_BE_LISTED)):
        yield f"{it.state} is on the lists {stages}"


@always
def the_visit_agrees(it: Standing) -> Iterator[str]:
    """A booked case has an agreed visit, one under way is in the room, one that waits holds a slot at most."""
    visits = [(booking["status"], booking["stage"]) for booking in it.live_bookings]
    allowed: frozenset[str] = frozenset()
    needed = it.state in expected.BOOKED or it.state in expected.UNDER_WAY
    for states, stands in ((expected.BOOKED, AGREED), (expected.UNDER_WAY, IN_THE_ROOM), (expected.WAITING, TENTATIVE)):
        allowed = stands if it.state in states else allowed
    stages = {**expected.WAITING, **expected.BOOKED, **expected.UNDER_WAY}
    wrong = [visit for visit in visits if visit[0] not in allowed or visit[1] != stages.get(it.state)]
    if wrong or len(visits) > 1 or (needed and not visits):
        yield f"{it.state} has the visits {visits}"


@always
def readiness_agrees(it: Standing) -> Iterator[str]:
    """A patient who is not ready has one open period that says so, and holds no agreed visit."""
    for episode in it.open_episodes:
        periods = it.rows.of("not_ready_period", episode_id=episode["id"], until=None)
        said = [period["readiness"] for period in periods]
        if said != ([] if episode["readiness"] == "RFS" else [episode["readiness"]]):
            yield f"{episode['readiness']} with the open periods {said}"
        changes = it.rows.of("category_change", episode_id=episode["id"])
        if not changes or max(changes, key=lambda line: line["since"])["urgency"] != episode["urgency"]:
            yield f"category {episode['urgency']} is not the last one set"
        if it.state in expected.BOOKED and episode["readiness"] not in {"RFS", "NRFS_STAGED"}:
            yield f"{it.state} and {episode['readiness']}"


@always
def history_is_whole(it: Standing) -> Iterator[str]:
    """The history has no gap, each line begins where the last one ended, and the case stands where it ends."""
    lines = it.history
    if [line["seq"] for line in lines] != list(range(1, it.case["last_event"] + 1)):
        yield f"lines {[line['seq'] for line in lines]} of {it.case['last_event']}"
    for before, after in pairwise(lines):
        if after["from_state"] != before["to_state"]:
            yield f"line {after['seq']} begins in {after['from_state']}, and the last ended in {before['to_state']}"
    moved = recount.moves(lines)
    stayed = any(line["event"] == "reversal" and line["from_state"] == line["to_state"] for line in lines)
    since = it.case["state_since"] if stayed else moved[-1]["on"]  # a case that stayed is there since the mistake
    if (lines[-1]["to_state"], since) != (it.state, it.case["state_since"]):
        yield f"{it.state} since {it.case['state_since']}, and the history says {moved[-1]['to_state']}"
    if it.case["closed_on"] != (moved[-1]["on"] if it.ended else None):
        yield f"closed on {it.case['closed_on']} in {it.state}"


@always
def dates_are_local(it: Standing) -> Iterator[str]:
    """Each line of the history but the first is dated by the local day of its instant."""
    for line in it.history[1:]:
        if line["on"] != line["at"].astimezone(it.clinic.zone).date():
            yield f"line {line['seq']} of {line['at']} is dated {line['on']}"


@always
def ended_means_ended(it: Standing) -> Iterator[str]:
    """A case that has ended has no open task or timer but of letters and of harm, and no letter that must not go."""
    if not it.ended:
        return
    outlives = {"letter", "rediscussion"} if it.of("complication") else {"letter"}
    tasks = [task for task in it.of("task", state="open") if task["kind"] not in outlives]
    for what, found in (("tasks", tasks), ("timers", it.open_steps)):
        if found:
            yield f"{it.state} with open {what}: {[line.get('kind') or line.get('name') for line in found]}"
    if it.state in expected.NEVER_WRITTEN_TO and it.of("notice", state="queued"):
        yield f"{it.state} with letters to send"


@always
def claims_match_the_visits(it: Standing) -> Iterator[str]:
    """What each visit uses is held for its time, and nothing is held for a visit that gave its slot back."""
    for booking in it.of("booking"):
        claims = it.rows.of("claim", booking_id=booking["id"], active=True)
        kinds = Counter(claim["kind"] for claim in claims)
        keeps = booking["status"] in LIVE or booking["status"] == "closed"
        if not keeps and claims:
            yield f"{booking['status']} still holds {sorted(kinds)}"
        if not keeps:
            continue
        wanted = {"suite": 1, "patient": 1, "equipment": len(booking["equipment"])}
        if any(kinds[kind] != count for kind, count in wanted.items()):
            yield f"{booking['status']} holds {dict(kinds)}"
        if any(claim["start"] not in {booking["start"], booking["end"]} for claim in claims):
            yield f"{booking['status']} holds another time than its own"
        if (booking["ended_at"] is not None) and booking["status"] in LIVE:
            yield f"{booking['status']} has an end"


@always
def counters_equal_history(it: Standing) -> Iterator[str]:
    """Each tally of a case is the number of its events."""
    events = Counter(line["event"] for line in recount.standing(it.history))
    for counter, event in expected.COUNTED.items():
        if it.case[counter] != events[event]:
            yield f"{counter} is {it.case[counter]} after {events[event]} of {event}"


@always
def procedures_agree(it: Standing) -> Iterator[str]:
    """One record is open while a procedure is under way and none otherwise; what was abandoned is not complete."""
    records = sorted(it.of("procedure_record"), key=lambda record: record["number"])
    unfinished = [record["stage"] for record in records if not record["finished"]]
    wanted = [expected.UNDER_WAY[it.state]] if it.state in expected.UNDER_WAY else []
    numbers = sorted(line["number"] for line in it.rows.tables["procedure_record"].values() if it.owns(line))
    if unfinished != wanted or numbers != list(range(1, len(numbers) + 1)):
        yield f"{it.state} with the open records {unfinished}"
    events = Counter(line["event"] for line in recount.standing(it.history))
    done = Counter(record["stage"] for record in records if record["completed"])
    counted = {"test_block": events["complete_test"], "definitive": events["complete_definitive"]}
    if any(done[stage] != count for stage, count in counted.items()):
        yield f"{dict(done)} procedures complete after {counted}"


@always
def timers_belong(it: Standing) -> Iterator[str]:
    """Every timer that waits belongs to the state, and every timer of the state runs or has run."""
    ref = it.case["ref"]
    for step in it.open_steps:
        allowed = expected.TIMER_WAITS_IN.get(step["name"])
        if step["name"] in expected.ASK_ABOUT_READINESS:
            if not any(episode["readiness"] in expected.UNREADY for episode in it.open_episodes):
                yield f"{step['name']} waits in {it.state}, and nobody is unready"
        elif allowed is not None and it.state not in allowed:
            yield f"{step['name']} waits in {it.state}"
    for name in expected.TIMERS_OF.get(it.state, ()):
        since = _running_since(it, name)
        steps = it.rows.of("due_step", case_ref=ref, name=name)
        running = [
            step
            for step in steps
            if step["state"] in OPEN_STEPS or (step["state"] != "cancelled" and (step["finished_at"] or since) >= since)
        ]
        if not running:
            yield f"no {name} in {it.state}"


def _running_since(it: Standing, name: str) -> datetime:
    """When the case came to the states in which this timer goes on."""
    together = next(
        (group for group in expected.TIMER_GOES_ON if it.state in group and group <= expected.TIMER_WAITS_IN[name]),
        frozenset({it.state}),
    )
    moves = recount.moves(it.history)
    since = moves[-1]["at"]
    for line in reversed(moves):
        if line["to_state"] not in together:
            break
        since = line["at"]
    return datetime.min.replace(tzinfo=since.tzinfo) if it.state == "referral_received" else since


@always
def waiting_days_are_counted_right(it: Standing) -> Iterator[str]:
    """The clocks of both waits show the days that counting them one by one gives."""
    episodes = it.of("waitlist_episode")
    if not episodes:
        return
    shown = _shown(it.clinic, it.case["ref"], it.clinic.today)
    for stage, clock in (("test_block", "C3"), ("definitive", "C4")):
        of_stage = [episode for episode in episodes if episode["stage"] == stage]
        latest = max(of_stage, key=lambda line: (line["closed_on"] is None, line["listed_on"]), default=None)
        if latest is None:
            continue
        at = latest["closed_on"] or it.clinic.today
        if shown.get(clock) != (days := recount.waited(it.rows, latest, at)):
            yield f"{clock} shows {shown.get(clock)}, and {days} days were waited"


def _shown(clinic: Clinic, ref: str, today: date) -> dict[str, Any]:
    with clinic.database.reading() as session:
        facts = case_facts(session, ref)
    return {clock.id: clock.days for clock in clocks(facts, clinic.protocol, today, clinic.holidays)}


@always
def the_agenda_agrees(it: Standing) -> Iterator[str]:
    """Only a case that waits for the meeting is on an agenda, and on one; a finished meeting settles who has left."""
    waiting = it.of("mdt_item", outcome=None, carried=False)
    if len(waiting) > 1 or (waiting and it.state != "awaiting_mdt" and not it.ended):
        yield f"{it.state} is on {len(waiting)} agendas still to be decided"
