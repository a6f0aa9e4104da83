"""What must be true of every step: what it may change, what it must leave behind, and what it must not touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from db.tables.base import METADATA
from scripts.walks import expected, recount
from scripts.walks.acts import Act, Outcome
from scripts.walks.clinic import Clinic
from scripts.walks.rows import Line, Rows

# Bays and units are shared out anew among all who are booked that day.
TOUCH_OTHERS = frozenset({"pass", "plan", "receive", "two_workers", "hold", "meet", "return"})
TOLD_OF_A_REFUSAL = "refused"
MADE_LISTS_FIRST = frozenset({"plan", "hold"})
KEPT_BEFORE_PUBLISHING = frozenset({"proposal", "suite_session", "client_write"})
HELD_BY = {
    "category_change": ("waitlist_episode", "episode_id"),
    "not_ready_period": ("waitlist_episode", "episode_id"),
    "claim": ("booking", "booking_id"),
    "reading": ("procedure_record", "procedure_id"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a walk: what was asked, how it ended, and the rows before and after it."""

    clinic: Clinic
    act: Act
    outcome: Outcome
    before: Rows
    after: Rows
    undoes: Rows | None = None  # the rows before the step that is taken back, where nothing has happened since

    def changed(self) -> Iterator[tuple[str, Line | None, Line | None]]:
        """Each row that came, went or changed: its table, as it was and as it is."""
        for table, lines in self.after.tables.items():
            old = self.before.tables[table]
            for key, line in lines.items():
                was = old.get(key)
                if was is not line and was != line:
                    yield table, was, line
            yield from ((table, gone, None) for key, gone in old.items() if key not in lines)

    def case_after(self) -> Line | None:
        """The case that was acted on, as it is now."""
        return next(iter(self.after.of("neurolysis_case", ref=self.act.ref)), None)

    def new(self, table: str, case: Line) -> list[Line]:
        """The rows of a case that this step added."""
        old = self.before.tables[table]
        return [line for key, line in self.after.tables[table].items() if key not in old and _of(line, case)]

    def new_lines(self, case: Line) -> list[Line]:
        """The lines that this step added to the history of a case."""
        return sorted(self.new("case_event", case), key=lambda line: line["seq"])


def _of(line: Line, case: Line) -> bool:
    return bool(line.get("case_id") == case["id"])


Check = Callable[[Move], Iterator[str]]
CHECKS: dict[str, Check] = {}


def each_step(check: Check) -> Check:
    """Keep a check under its name."""
    CHECKS[check.__name__] = check
    return check


@each_step
def a_refusal_changes_nothing(it: Move) -> Iterator[str]:
    """What was refused, or had been done before, leaves every row as it was, and the trail tells of no change."""
    if it.outcome not in {Outcome.REFUSED, Outcome.REPEATED}:
        return
    for table, was, line in it.changed():
        if it.act.kind in MADE_LISTS_FIRST and table in KEPT_BEFORE_PUBLISHING:
            continue
        yield f"{it.act.kind} {it.outcome}: {table} changed from {_short(was)} to {_short(line)}"
    if it.act.kind not in MADE_LISTS_FIRST and any(event["outcome"] != TOLD_OF_A_REFUSAL for event in it.after.told):
        yield f"{it.act.kind} {it.outcome}: the trail tells of {[event['action'] for event in it.after.told]}"


@each_step
def what_must_be_refused_is(it: Move) -> Iterator[str]:
    """A save from an old page, a step in a wrong role or one that leads nowhere is refused; a repeat is no error."""
    if it.outcome not in it.act.wanted:
        yield f"{it.act.kind} of {it.act.event} was {it.outcome}"


@each_step
def nothing_is_taken_back(it: Move) -> Iterator[str]:
    """No row goes, no line of a history changes, and a row that changes has a higher version."""
    for table, was, line in it.changed():
        if line is None and table == "mdt_item" and (was or {})["supplied"] and it.act.kind == "reverse":
            continue  # a decision that a mistaken step brought along, and the history says so
        if line is None:
            yield f"a row of {table} is gone: {_short(was)}"
        elif was is not None and (table == "case_event" or line.get("version", 1) <= was.get("version", 0)):
            yield f"a row of {table} changed without a new version: {_short(was)} to {_short(line)}"


@each_step
def others_are_left_alone(it: Move) -> Iterator[str]:
    """A step of one case touches no row of another."""
    if not it.act.ref or it.act.kind in TOUCH_OTHERS:
        return
    owner = it.case_after()
    for table, was, line in it.changed():
        whose = _owner(it, table, line or was or {})
        if owner is not None and whose not in {None, owner["id"]}:
            yield f"{it.act.event} of {it.act.ref} changed {table} of another case: {_short(line)}"


def _owner(it: Move, table: str, line: Line) -> str | None:
    if table == "neurolysis_case":
        return str(line["id"])
    if table == "due_step":
        refs = it.after.of("neurolysis_case", ref=line["case_ref"])
        return str(refs[0]["id"]) if refs else None
    if table in HELD_BY:
        parent, column = HELD_BY[table]
        holder = it.after.tables[parent].get((line[column],)) if line[column] else None
        return str(holder["case_id"]) if holder else None
    return line.get("case_id")


@each_step
def a_done_step_is_in_the_history(it: Move) -> Iterator[str]:
    """A step that was done adds its line first, under the person's role, and the trail tells of each new line."""
    case = it.case_after()
    if it.outcome is not Outcome.DONE or case is None or it.act.kind != "record":
        return
    lines = it.new_lines(case)
    if not lines or (lines[0]["event"], lines[0]["role"]) != (it.act.event, it.act.role.value):
        yield f"{it.act.event} added {[(line['event'], line['role']) for line in lines]}"
    told = Counter(event["action"] for event in it.after.told if event["ref"] == it.act.ref)
    missing = [line["event"] for line in lines if not told[line["event"]]]
    if missing:
        yield f"the trail does not tell of {missing}"


@each_step
def the_trail_goes_on(it: Move) -> Iterator[str]:
    """Each new row of the trail is sealed to the one before it, and a change of rows is told of."""
    told = it.after.told
    for first, second in pairwise(told):
        if second["seq"] != first["seq"] + 1 or second["previous"] != first["seal"]:
            yield f"row {second['seq']} of the trail does not follow row {first['seq']}"
    changes = [table for table, _, _ in it.changed() if not METADATA.tables[table].info.get("operational")]
    if changes and not told:
        yield f"{sorted(set(changes))} changed and the trail does not say so"


@each_step
def letters_go_once(it: Move) -> Iterator[str]:
    """Each step queues exactly its letters, one for each reader."""
    for case in it.after.of("neurolysis_case"):
        lines = it.new_lines(case)
        if any(line["event"] == "reversal" for line in lines):
            continue  # what was taken back has a check of its own
        if any(line["event"] not in expected.LETTERS and line["from_state"] != line["to_state"] for line in lines):
            continue
        wanted = Counter(
            (kind, reader)
            for line in lines
            for kind, readers in expected.LETTERS.get(line["event"], ())
            for reader in readers
        )
        if it.act.kind == "letter" and it.outcome is Outcome.DONE and case == it.case_after():
            again = it.after.tables["notice"][it.act.given[0],]
            wanted[again["kind"], again["audience"]] += 1
        wanted["reminder", "patient"] += _worked(it, case, "visit_reminder")
        queued = Counter((notice["kind"], notice["audience"]) for notice in it.new("notice", case))
        if queued != +wanted:
            yield f"{[line['event'] for line in lines]} queued {sorted(queued.items())}"


@each_step
def timers_fall_due_on_the_right_day(it: Move) -> Iterator[str]:
    """A timer that was set falls due at the start of the local day that counting by hand gives."""
    for key, step in it.after.tables["due_step"].items():
        was = it.before.tables["due_step"].get(key)
        set_now = step["state"] == "waiting" and (was is None or was["state"] == "cancelled")
        cases = it.after.of("neurolysis_case", ref=step["case_ref"])
        due = DUE_DAYS.get(step["name"])
        asked_for = step["name"] == "follow_up" and it.act.event != "complete_definitive"  # sooner than planned
        asked_for |= bool(it.act.kind == "reverse" and was and was["due_at"] == step["due_at"])  # as it was
        if not (set_now and cases and due) or asked_for:
            continue
        wanted = due(it, cases[0])
        unready = it.after.of("waitlist_episode", case_id=cases[0]["id"], closed_on=None)
        stands = any(episode["readiness"] in expected.UNREADY for episode in unready)
        looked_at = stands or it.act.kind == "reverse"  # what was taken back may have made the clock go on
        if looked_at or _worked(it, cases[0], step["name"]):  # while its clock stands still, it is looked at every day
            wanted |= {it.clinic.today + timedelta(days=1)}
        zone = it.clinic.zone
        if step["due_at"] not in {recount.midnight(day, zone) for day in wanted}:
            yield f"{step['name']} falls due {step['due_at'].astimezone(zone)}, not {sorted(map(str, wanted))}"


Due = Callable[[Move, Line], set[date]]


def _limit(it: Move, key: str) -> int:
    return it.clinic.protocol.days(key)


def _response(it: Move, case: Line) -> set[date]:
    today, days_off = it.clinic.today, it.clinic.holidays
    counted = frozenset({"referral_received", "triage"})
    run = counted | {"referral_incomplete"}
    used = recount.days_in(it.after, case, counted, run, at=today, holidays=days_off)
    used += recount.untold(it.after, case, at=today, zone=it.clinic.zone, holidays=days_off)
    left = max(_limit(it, "referral_response") - used, 0)
    return {recount.after_working_days(today, left, days_off)}


def _meeting(it: Move, case: Line) -> set[date]:
    # Where the case had come from counts: the clock was read before the step.
    old = next(iter(it.before.of("neurolysis_case", ref=case["ref"])), case)
    counted = frozenset({"awaiting_mdt", "consultation"})
    run = counted | {"mdt_more_info"}
    used = recount.days_in(it.before, old, counted, run, at=it.clinic.today) if old["state"] in run else 0
    limits = {_limit(it, f"mdt_within.{urgency or 1}") for urgency in (case["urgency"], old["urgency"])}
    return {it.clinic.today + timedelta(days=max(limit - used, 0)) for limit in limits}


def _treat_by(it: Move, case: Line) -> set[date]:
    today = it.clinic.today
    stage = expected.LISTED.get(case["state"])
    days = set()
    for episode in it.after.of("waitlist_episode", case_id=case["id"], closed_on=None, stage=stage):
        category = recount.category(it.after, episode, today)
        left = _limit(it, f"treat_within.{category}") - recount.waited(it.after, episode, today)
        days.add(today + timedelta(days=max(left, 0)))
    return days


def _result(it: Move, _: Line) -> set[date]:
    return {recount.after_working_days(it.clinic.today, _limit(it, "result_entry"), it.clinic.holidays)}


def _after_the_test(key: str) -> Due:
    def due(it: Move, case: Line) -> set[date]:
        tests = it.after.of("procedure_record", case_id=case["id"], stage="test_block", completed=True)
        on = max(test["on"] for test in tests)
        return {max(on + timedelta(days=_limit(it, key)), it.clinic.today)}

    return due


def _reviews(it: Move, _: Line) -> set[date]:
    return {it.clinic.today + timedelta(days=after) for after in it.clinic.protocol.wholes("follow_up_days")}


def _today(it: Move, _: Line) -> set[date]:
    return {it.clinic.today}


DUE_DAYS: Mapping[str, Due] = {
    "response_due": _response,
    "add_to_mdt_agenda": _today,
    "mdt_due": _meeting,
    "treat_by": _treat_by,
    "result_due": _result,
    "result_ageing": _after_the_test("test_result_warns_after"),
    "result_expires": _after_the_test("test_result_expires_after"),
    "follow_up": _reviews,
}


@each_step
def every_review_is_planned(it: Move) -> Iterator[str]:
    """A finished neurolysis plans each of its reviews."""
    case = it.case_after()
    if case is None or it.act.event != "complete_definitive" or it.outcome is not Outcome.DONE:
        return
    due = {
        step["due_at"].astimezone(it.clinic.zone).date()
        for step in it.after.of("due_step", case_ref=case["ref"], name="follow_up")
    }
    if not _reviews(it, case) <= due:
        yield f"reviews are planned for {sorted(map(str, due))}"


@each_step
def the_meeting_is_kept(it: Move) -> Iterator[str]:
    """What the meeting decided is on record under the line of the history that says so."""
    case = it.case_after()
    says = expected.MEETING_SAYS.get(it.act.event)
    if case is None or says is None or it.outcome is not Outcome.DONE or it.act.kind != "record":
        return
    seq = it.new_lines(case)[0]["seq"]
    kept = [item["recommendation"] for item in it.after.of("mdt_item", case_id=case["id"], event_seq=seq)]
    if kept != [says]:
        yield f"{it.act.event} kept {kept}"


@each_step
def the_form_is_kept(it: Move) -> Iterator[str]:
    """Consent, attempts and scores that were given are on record once each."""
    case = it.case_after()
    if case is None or it.outcome is not Outcome.DONE or it.act.kind != "record":
        return
    given = it.act.form
    wanted: dict[str, Any] = {"consent": 1 if given.get("consent_on") else 0}
    if isinstance(given.get("attempts"), str):
        wanted["contact_attempt"] = len([word for word in str(given["attempts"]).split(",") if word.strip()])
    for table, count in wanted.items():
        if len(it.new(table, case)) != count:
            yield f"{it.act.event} kept {len(it.new(table, case))} of {count} {table}"


@each_step
def an_abandoned_wait_goes_on(it: Move) -> Iterator[str]:
    """A procedure that could not be finished opens the same listing again, as it was."""
    case = it.case_after()
    if case is None or not it.act.event.startswith("abandon") or it.outcome is not Outcome.DONE:
        return
    for episode in it.after.of("waitlist_episode", case_id=case["id"], closed_on=None):
        was = it.before.tables["waitlist_episode"].get((episode["id"],))
        if was is None or was["listed_on"] != episode["listed_on"]:
            yield "the wait began anew"


@each_step
def a_positive_test_is_staged_until_its_gap(it: Move) -> Iterator[str]:
    """The wait for neurolysis opens staged until the gap after the test has passed."""
    case = it.case_after()
    if case is None or it.act.event != "result_positive" or it.outcome is not Outcome.DONE:
        return
    tests = it.after.of("procedure_record", case_id=case["id"], stage="test_block", completed=True)
    first = max(test["on"] for test in tests) + timedelta(days=_limit(it, "test_gap"))
    [episode] = it.after.of("waitlist_episode", case_id=case["id"], closed_on=None)
    staged = first > it.clinic.today
    if (episode["readiness"] == "NRFS_STAGED") != staged or episode["earliest"] != (first if staged else None):
        yield f"{episode['readiness']} from {episode['earliest']}, and the gap ends on {first}"


@each_step
def a_timer_raises_one_task(it: Move) -> Iterator[str]:
    """A timer that was worked has raised one task, or waits for a later day; no timer was worked twice."""
    for case in it.after.of("neurolysis_case"):
        worked = Counter({name: _worked(it, case, name) for name in RAISE_A_TASK})
        raised = Counter(task["kind"] for task in it.new("task", case) if task["kind"] in RAISE_A_TASK)
        later = Counter(step["name"] for step in _waiting_on(it, case))
        if any(not raised[name] <= worked[name] <= raised[name] + later[name] for name in RAISE_A_TASK):
            yield f"{dict(+worked)} were worked and {dict(raised)} raised"


def _waiting_on(it: Move, case: Line) -> list[Line]:
    """The timers of a case that wait for a later day, which a worked one may have been set for again."""
    waiting = it.after.of("due_step", case_ref=case["ref"], state="waiting")
    return [step for step in waiting if step["due_at"] > it.clinic.now]


def _worked(it: Move, case: Line, name: str) -> int:
    """How many steps of this name were worked; each time, a step is taken under a lease of its own."""
    old = it.before.tables["due_step"]
    steps = it.after.of("due_step", case_ref=case["ref"], name=name, state="done")
    return sum(step["fence"] > (old[step["id"],]["fence"] if (step["id"],) in old else 0) for step in steps)


RAISE_A_TASK = frozenset(expected.TIMER_WAITS_IN) - expected.RAISE_NO_TASK


def _short(line: Line | None) -> str:
    if line is None:
        return "nothing"
    shown = {name: value for name, value in line.items() if name not in {"id", "details", "payload"} and value}
    return str(shown)[:300]
