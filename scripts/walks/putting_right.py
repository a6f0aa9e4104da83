"""What must be true of mistakes put right, meetings, letters sent again, returns and people's tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any

from scripts.walks import recount
from scripts.walks.acts import Outcome
from scripts.walks.moving import Move, each_step
from scripts.walks.rows import Line, Rows
from scripts.walks.standing import Standing, always

# What a case has that counts, by the columns that say it: all of it is as before once a step is taken back at once.
STANDS: dict[str, tuple[str, ...]] = {
    "waitlist_episode": ("stage", "listed_on", "readiness", "urgency", "earliest", "closed_on"),
    "booking": ("status", "stage", "start", "session_id"),
    "procedure_record": ("stage", "number", "finished", "completed", "result", "pain_before"),
    "consent": ("stage", "on", "target", "technique"),
    "case_item": ("key", "received", "dated"),
    "contact_attempt": ("on", "channel"),
    "complication": ("on", "what", "grade"),
    "review": ("on", "point", "pain_score"),
}
BY_A_CLOCK = frozenset({"response_due", "mdt_due", "treat_by"})  # set for any later day while the clock stands still
WHO_TICKS_OFF = "account-administrator"  # on a walk; whoever ticks off what is not done answers for it
BY_HISTORY = frozenset({"version", "last_event"})
STILL_WITH_US = frozenset({"waiting", "to_post", "failed"})  # how far the sending of a letter has come that never left
# What is asked because something was taken back: to look again, and to find the case another meeting.
ASKED_AFTERWARDS = frozenset({"correction", "add_to_mdt_agenda", "mdt_urgent", "mdt_papers"})
# What a rediscussion is about that comes with age: it is asked at the next look, which taking a step back is too.
AGED = ("decision ", "expired ")


# Steps taken back


def _taken_back(it: Move) -> tuple[Line, Line] | None:
    """The case and the line of its history that was taken back in this step."""
    case = it.case_after()
    if it.act.kind != "reverse" or it.outcome is not Outcome.DONE or case is None:
        return None
    seq = recount.taken_back(it.new_lines(case)[0])
    return case, it.after.one("case_event", case_id=case["id"], seq=seq)


@each_step
def a_mistake_taken_back_at_once_leaves_all_as_it_was(it: Move) -> Iterator[str]:
    """Nothing has happened since the mistake, so the case has what it had before, but for a slot given back."""
    found = _taken_back(it)
    if found is None or it.undoes is None:
        return
    case, mistake = found
    [old] = it.undoes.of("neurolysis_case", id=case["id"])
    if _lost_a_slot(it, case):
        return
    changed = sorted(name for name in case if name not in BY_HISTORY and case[name] != old[name])
    if changed:
        yield f"{mistake['event']} taken back leaves {[(name, old[name], case[name]) for name in changed]}"
    for table, columns in STANDS.items():
        was, now = (_said(rows, table, case, columns) for rows in (it.undoes, it.after))
        if was != now:
            yield f"{mistake['event']} taken back leaves {table}: {dict(was - now)} gone, {dict(now - was)} new"
    had_fallen_due = _due(it.undoes, case, it)  # it was worked together with the mistake, and stays worked
    today = it.clinic.today
    for what, count in (("tasks", partial(_open_tasks, today)), ("timers", _waiting)):
        was, now = count(it.undoes, case), count(it.after, case)
        if was != now and not had_fallen_due:
            yield f"{mistake['event']} taken back leaves {what}: {dict(was - now)} gone, {dict(now - was)} new"


def _said(rows: Rows, table: str, case: Line, columns: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(str(line[name]) for name in columns) for line in rows.of(table, case_id=case["id"]))


def _open_tasks(today: date, rows: Rows, case: Line) -> Counter[tuple[str, ...]]:
    """What is asked for, without what was to be ready by a day that has passed and what has aged: see the next look."""
    tasks = [task for task in rows.of("task", case_id=case["id"], state="open") if task["kind"] not in ASKED_AFTERWARDS]
    current = [
        task
        for task in tasks
        if (task["for_day"] is None or task["for_day"] >= today) and not str(task["about"]).startswith(AGED)
    ]
    return Counter((task["kind"], task["role"], task["says"]) for task in current if task["kind"] != "letter")


def _waiting(rows: Rows, case: Line) -> Counter[tuple[str, ...]]:
    steps = rows.of("due_step", case_ref=case["ref"], state="waiting")
    return Counter(
        (step["name"], "" if step["name"] in BY_A_CLOCK else str(step["due_at"]))
        for step in steps
        if step["name"] != "send_notice"
    )


def _due(rows: Rows, case: Line, it: Move) -> bool:
    waiting = rows.of("due_step", case_ref=case["ref"], state="waiting")
    return any(step["due_at"] <= it.clinic.now for step in waiting if step["name"] != "send_notice")


def _lost_a_slot(it: Move, case: Line) -> bool:
    """Whether the mistake, or taking it back, ended a visit: its slot may be somebody else's by now."""
    was = {line["id"]: line["ended_at"] for line in (it.undoes or it.before).of("booking", case_id=case["id"])}
    now = it.after.of("booking", case_id=case["id"])
    return any(line["ended_at"] is not None and was.get(line["id"]) is None for line in now)


@each_step
def what_a_mistake_made_counts_no_more(it: Move) -> Iterator[str]:
    """Each row that the mistake wrote under its own line is struck out, whatever has happened since."""
    found = _taken_back(it)
    if found is None:
        return
    case, mistake = found
    for table in ("consent", "complication", "review", "note"):
        for line in it.after.of(table, case_id=case["id"]):
            if line["event_seq"] == mistake["seq"]:
                yield f"{mistake['event']} was taken back, and its {table} still counts"


@each_step
def a_letter_sent_by_mistake_is_stopped_or_corrected(it: Move) -> Iterator[str]:
    """Of each letter of the mistake and its repeats: what had left is corrected once, and nothing else ever leaves."""
    found = _taken_back(it)
    if found is None:
        return
    case, mistake = found
    wanted: Counter[str] = Counter()
    left: set[str] = set()
    for delivery in _repeats_last(it.before.of("delivery", event_seq=mistake["seq"])):
        was = it.before.tables["notice"][delivery["notice_id"],]
        now = it.after.tables["notice"][delivery["notice_id"],]
        if was["case_id"] != case["id"]:
            continue
        if was["state"] == "sent":
            wanted[was["audience"]] += delivery["replaces"] not in left
        if was["state"] == "sent" or delivery["replaces"] in left:
            left.add(delivery["notice_id"])
        if was["state"] != "sent" and delivery["state"] in STILL_WITH_US and now["state"] == "queued":
            yield f"{was['kind']} to {was['audience']} still goes, and {mistake['event']} was taken back"
    queued = [line for line in it.new("notice", case) if line["kind"] == "correction"]
    first = _asked_by(it, queued, it.new_lines(case)[0]["seq"])
    if first != wanted:
        yield f"{mistake['event']} taken back sends corrections to {dict(first)}, and letters went to {dict(wanted)}"


def _repeats_last(deliveries: Iterable[Line]) -> list[Line]:
    """Give letters before those that took their place."""
    rows = {line["notice_id"]: line for line in deliveries}

    def depth(line: Line) -> int:
        before = rows.get(line["replaces"])
        return 0 if before is None else 1 + depth(before)

    return sorted(rows.values(), key=depth)


def _asked_by(it: Move, notices: list[Line], seq: int) -> Counter[str]:
    deliveries = it.after.tables["delivery"]
    return Counter(line["audience"] for line in notices if deliveries[line["id"],]["event_seq"] == seq)


# Values put right


@each_step
def a_corrected_value_is_kept_with_the_old_one(it: Move) -> Iterator[str]:
    """The history has the old value and the new one, one value has changed, and the case stands where it stood."""
    case = it.case_after()
    if it.act.kind != "amend" or it.outcome is not Outcome.DONE or case is None:
        return
    line, told = it.new_lines(case)[0], it.new_lines(case)[0]["details"]
    if (told["field"], told["old"]) != (it.act.form["key"], it.act.form["old"]) or line["event"] != "correction":
        yield f"the correction of {it.act.form} says {told}"
    if line["from_state"] != line["to_state"]:
        yield f"a correction brought the case from {line['from_state']} to {line['to_state']}"
    column = told["field"].rsplit(".", 1)[-1]
    kept = [
        now[column]
        for table, was, now in it.changed()
        if table in VALUES and was and now and was[column] != now[column]
    ]
    if any(was and now and was.get("received") and not now.get("received") for _, was, now in it.changed()):
        return  # it turned out too old, and is asked for again without a date
    if len(kept) != 1 or told["new"] not in {str(kept[0]), f"{kept[0]:g}" if isinstance(kept[0], float) else ""}:
        yield f"{column} was corrected to {told['new']}, and the rows say {kept}"


VALUES = frozenset({"case_item", "procedure_record", "reading", "consent", "trend", "review", "complication"})


@each_step
def a_result_that_no_longer_fits_is_asked_about(it: Move) -> Iterator[str]:
    """A correction of the pain scores never changes a recorded result; it asks a clinician when the two disagree."""
    case = it.case_after()
    if it.act.kind != "amend" or it.outcome is not Outcome.DONE or case is None:
        return
    for record in it.before.of("procedure_record", case_id=case["id"]):
        if it.after.tables["procedure_record"][record["id"],]["result"] != record["result"]:
            yield f"a correction changed the result {record['result']}"


# Returns


@each_step
def a_return_is_a_new_linked_case(it: Move) -> Iterator[str]:
    """The ended case is left as it is, and the new one is the same patient's, linked to it and at the beginning."""
    if it.act.kind != "return" or it.outcome is not Outcome.DONE:
        return
    [old] = it.before.of("neurolysis_case", ref=it.act.ref)
    if it.case_after() != old:
        yield f"the ended case {old['ref']} changed"
    known = {line["id"] for line in it.before.of("neurolysis_case")}
    made = [line for line in it.after.of("neurolysis_case") if line["id"] not in known]
    begun = [it.after.one("case_event", case_id=line["id"], seq=1)["to_state"] for line in made]
    said = [(line["patient_id"], state, line["received_on"]) for line, state in zip(made, begun, strict=True)]
    if said != [(old["patient_id"], "referral_received", it.clinic.today)]:
        yield f"a return of {old['ref']} made {said}"
    linked = {line["earlier_id"] for line in it.after.of("case_link") if made and line["case_id"] == made[0]["id"]}
    if old["id"] not in linked:
        yield f"a return of {old['ref']} is linked to {len(linked)} other cases"


# Letters sent again


@each_step
def a_letter_sent_again_takes_the_place_of_the_first(it: Move) -> Iterator[str]:
    """The first is no longer anybody's task and has one that follows it, to the same reader about the same thing."""
    case = it.case_after()
    if it.act.kind != "letter" or it.outcome is not Outcome.DONE or case is None:
        return
    first = it.after.tables["notice"][it.act.given[0],]
    following = [
        it.after.tables["notice"][line["notice_id"],] for line in it.after.of("delivery", replaces=first["id"])
    ]
    said = [(line["kind"], line["audience"]) for line in following]
    if said != [(first["kind"], first["audience"])] or first["state"] == "queued":
        yield f"{first['kind']} ({first['state']}) sent again is followed by {said}"


@always
def a_letter_is_with_one_person_or_gone(it: Standing) -> Iterator[str]:
    """A letter that a person has to post has one open task, and one that is sent or dropped has none."""
    for notice in it.of("notice"):
        delivery = it.rows.tables["delivery"].get((notice["id"],))
        task = it.rows.tables["task"].get((delivery["task_id"],)) if delivery and delivery["task_id"] else None
        asks = task is not None and task["state"] == "open"
        wanted = (
            bool(delivery) and notice["state"] == "queued" and delivery["state"] in {"to_post", "failed", "unknown"}
        )
        if asks != wanted:
            yield f"{notice['kind']} is {notice['state']}, {delivery and delivery['state']}, and {asks=}"


@always
def a_letter_that_is_sent_is_written_down(it: Standing) -> Iterator[str]:
    """What has left by itself is kept as a document of its own, and was tried once."""
    for notice in it.of("notice", state="sent"):
        delivery = it.rows.tables["delivery"][notice["id"],]
        if delivery["channel"] and (delivery["document_id"] is None or delivery["attempts"] != 1):
            yield f"{notice['kind']} went in {delivery['attempts']} attempts as {delivery['document_id']}"


# Meetings


@always
def a_case_that_waits_for_a_meeting_is_on_an_agenda_or_is_asked_about(it: Standing) -> Iterator[str]:
    """A case that waits is on the agenda of a meeting to come or under way, or somebody is asked to find it one."""
    if it.state != "awaiting_mdt":
        return
    coming = {line["id"] for line in it.rows.of("mdt_meeting") if line["state"] in {"planned", "agenda_closed"}}
    listed = [item["meeting_id"] for item in it.of("mdt_item", outcome=None, carried=False)]
    told = it.of("task", kind="add_to_mdt_agenda")
    asked = [task for task in told if task["state"] == "open" or task["ended_by"] == WHO_TICKS_OFF]
    due = [step for step in it.open_steps if step["name"] == "add_to_mdt_agenda"]
    if not (set(listed) & coming or asked or due):
        yield f"{it.state} and on no agenda of a meeting to come, and nobody is asked"


@each_step
def a_meeting_ends_when_each_case_is_settled(it: Move) -> Iterator[str]:
    """A held or cancelled meeting has no case left; one that was finished has its minutes once, no other has any."""
    for meeting in it.after.of("mdt_meeting"):
        over = meeting["state"] in {"held", "cancelled"}
        left = it.after.of("mdt_item", meeting_id=meeting["id"], outcome=None, carried=False)
        waits = [item for item in left if _waits(it, item)]
        if over and waits:
            yield f"the meeting of {meeting['on']} is {meeting['state']} and {len(waits)} cases still wait for it"
        minutes = it.after.of("document", meeting_id=meeting["id"])
        if len(minutes) != int(meeting["finished_at"] is not None):
            yield f"the meeting of {meeting['on']} is {meeting['state']} with {len(minutes)} minutes"


def _waits(it: Move, item: Line) -> bool:
    return bool(it.after.one("neurolysis_case", id=item["case_id"])["state"] == "awaiting_mdt")


@each_step
def what_a_meeting_said_is_kept(it: Move) -> Iterator[str]:
    """An outcome stands on the agenda of its meeting, under the line of the history that says so."""
    case = it.case_after()
    if it.act.kind != "meet" or it.outcome is not Outcome.DONE or case is None or it.act.event not in SAID:
        return
    lines = it.new_lines(case)
    if not lines or lines[0]["event"] != SAID[it.act.event]:
        yield f"{it.act.event} wrote {[line['event'] for line in lines]}"
        return
    meeting = it.after.one("mdt_meeting", on=it.act.given["on"])
    items = it.after.of("mdt_item", case_id=case["id"], meeting_id=meeting["id"], event_seq=lines[0]["seq"])
    if [item["outcome"] for item in items] != [it.act.event]:
        yield f"{it.act.event} is kept as {[item['outcome'] for item in items]}"


SAID = {
    "proceed_test": "mdt_proceed_test",
    "proceed_direct": "mdt_proceed_direct",
    "more_information": "mdt_more_info",
    "not_suitable": "mdt_not_suitable",
    "alternative_therapy": "mdt_not_suitable",
    "rediscuss_on": "mdt_rediscuss",
}


@each_step
def a_carried_case_goes_on_with_its_reason(it: Move) -> Iterator[str]:
    """A case that was carried says so in its history, and is on the meeting that the history names."""
    case = it.case_after()
    if it.act.kind != "meet" or it.act.event != "carry" or it.outcome is not Outcome.DONE or case is None:
        return
    told = [line["details"] for line in it.new_lines(case) if line["event"] == "mdt_carried"]
    listed = [item["on"] for item in it.after.of("mdt_item", case_id=case["id"], outcome=None, carried=False)]
    if len(told) != 1 or not told[0].get("reason") or listed != _days(told[0].get("to")):
        yield f"carried with {told}, and on the agendas of {listed}"


def _days(text: Any) -> list[Any]:
    return [date.fromisoformat(text)] if text else []


# Tasks


@each_step
def a_task_that_is_shared_stays_open_and_due(it: Move) -> Iterator[str]:
    """Putting a task off, taking it or handing it back changes that alone: it asks the same by the same day."""
    if it.act.kind != "share" or it.outcome is not Outcome.DONE:
        return
    was, now = (rows.tables["task"][it.act.given[0],] for rows in (it.before, it.after))
    kept = ("state", "due_on", "says", "role", "kind", "ended_at")
    if any(was[name] != now[name] for name in kept):
        yield f"{it.act.event} left {[(name, was[name], now[name]) for name in kept if was[name] != now[name]]}"
    said = {
        "snooze": now["snoozed_until"] == it.act.given[2],
        "take": now["assignee"] is not None and now["assignee_name"] != "",
        "hand_back": now["assignee"] is None,
    }
    if not said[it.act.event]:
        yield f"{it.act.event} was not kept"
    changed = sorted({table for table, _, _ in it.changed() if table != "client_write"})
    if changed not in (["task"], []):
        yield f"{it.act.event} of a task changed {changed}"
