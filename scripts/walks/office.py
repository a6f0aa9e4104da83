"""What people do beside the steps of a case: corrections, meetings, letters sent again, returns, and their tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from db.meetings import Attendee, NewMeeting
from scheduler.pathway.forms import MEETING_ROLES
from scheduler.pathway.meetings.words import MeetingOutcome
from scheduler.vocabulary import Role
from scripts.walks.acts import Act
from scripts.walks.forms import Mood, fill_in

if TYPE_CHECKING:
    from scripts.walks.choosing import Chooser
    from scripts.walks.clinic import Clinic
    from scripts.walks.rows import Line, Rows

SENIORS = (Role.IR_LEAD, Role.ADMINISTRATOR)
SEATED = tuple(Attendee(discipline=each, person=f"Dr {each.replace('_', ' ').title()}") for each in MEETING_ROLES)
COMING = frozenset({"planned", "agenda_closed"})
REASONS = ("Another patient of the same name", "Read from the wrong column", "The wrong day")

Choice = Callable[["Chooser", "Rows", "Line"], Act | None]


# Mistakes, and patients who come back


def reverse(chooser: Chooser, _: Rows, case: Line) -> Act:
    """Somebody senior takes the last step of a case back."""
    return Act(
        kind="reverse",
        ref=case["ref"],
        event="reverse",
        role=chooser.chance.choice(SENIORS),
        given=(chooser.write_id(), case["version"], chooser.chance.random() < 0.2),
    )


def amend(chooser: Chooser, _: Rows, case: Line) -> Act | None:
    """Somebody corrects a value that was typed wrongly, or types nonsense."""
    values = chooser.clinic.desks[Role.IR_LEAD].amendable(str(case["ref"]))
    if not values:
        return None
    chosen = chooser.chance.choice(values)
    blank = chooser.blank(case, "amend", (chosen.field,))
    mood = chooser.chance.choice((Mood.RIGHT, Mood.EDGE, Mood.EDGE))
    new = fill_in(blank, mood).get(chosen.field.key, "5")
    return Act(
        kind="amend",
        ref=case["ref"],
        event="amend",
        form={"key": chosen.key, "value": new, "old": chosen.value},
        role=chooser.chance.choice((Role.CLINICIAN, *SENIORS)),
        given=(chooser.write_id(), case["version"]),
    )


def come_back(chooser: Chooser, rows: Rows, _: Line) -> Act | None:
    """A patient whose case has ended comes back."""
    ended = sorted(line["ref"] for line in rows.of("neurolysis_case") if line["closed_on"] is not None)
    if not ended:
        return None
    form = {"reason": "The pain is back"}
    return Act(kind="return", ref=chooser.chance.choice(ended), event="return", form=form, given=chooser.write_id())


# Meetings


def meet(chooser: Chooser, rows: Rows, case: Line) -> Act:
    """Somebody plans a meeting or does the next thing at one, mostly at the one the case is on."""
    meetings = {line["id"]: line for line in rows.of("mdt_meeting") if line["state"] in COMING}
    items = rows.of("mdt_item", case_id=case["id"], outcome=None, carried=False)
    mine = [meetings[item["meeting_id"]] for item in items if item["meeting_id"] in meetings]
    if not meetings or chooser.chance.random() < 0.1:
        return _planned(chooser)
    meeting = mine[0] if mine else chooser.chance.choice(sorted(meetings.values(), key=lambda line: line["on"]))
    ways = (BEFORE if meeting["on"] > chooser.clinic.today else ON_THE_DAY)[bool(mine)]
    way = chooser.chance.choices(list(ways), list(ways.values()))[0]
    if way == "wait":
        return chooser.to(datetime.combine(meeting["on"], time(13), tzinfo=chooser.clinic.zone))
    on, form = meeting["on"], _form(chooser, case, way)
    given = {"on": on, "write": chooser.write_id(), "version": meeting["version"], "to": _another_day(chooser)}
    return Act(kind="meet", ref=case["ref"], event=way, form=form, role=Role.MDT_COORDINATOR, given=given)


# What is done at a meeting to come and on its day, for a case that is not on its agenda and for one that is.
BEFORE: tuple[Mapping[str, float], ...] = (
    {"put": 5, "close": 1, "move": 1, "cancel": 1},
    {"wait": 8, "put": 1, "carry": 1, "close": 1, "move": 1, "cancel": 0.5},
)
OUTCOMES: Mapping[str, float] = {
    "proceed_test": 4,
    "proceed_direct": 1.5,
    "more_information": 1,
    "not_suitable": 0.3,
    "alternative_therapy": 0.3,
    "rediscuss_on": 1,
}
ON_THE_DAY: tuple[Mapping[str, float], ...] = (
    {"put": 1, "attend": 1, "finish": 4},
    {"attend": 4, "carry": 1.5, "finish": 2, "close": 0.5, **OUTCOMES},
)


def _planned(chooser: Chooser) -> Act:
    new = NewMeeting(on=_another_day(chooser), start=chooser.chance.choice((None, time(12, 30), time(2, 30))))
    given = {"new": new, "write": chooser.write_id()}
    return Act(kind="meet", event="add", role=Role.MDT_COORDINATOR, given=given)


def _another_day(chooser: Chooser) -> date:
    return chooser.clinic.today + timedelta(days=chooser.chance.choice((0, 0, 1, 2, 5, 9)))


def _form(chooser: Chooser, case: Line, way: str) -> dict[str, object]:
    if way not in OUTCOMES:
        return {}
    asked = chooser.clinic.desks[Role.ADMINISTRATOR].mdt.form(str(case["ref"]), MeetingOutcome(way))
    mood = chooser.chance.choice((Mood.RIGHT,) * 6 + (Mood.EDGE, Mood.WRONG))
    return fill_in(chooser.blank(case, way, asked), mood)


# Letters and tasks


def letter(chooser: Chooser, rows: Rows, case: Line) -> Act | None:
    """Somebody sends a letter again."""
    notices = sorted(rows.of("notice", case_id=case["id"]), key=lambda line: (line["queued_at"], line["id"]))
    if not notices:
        return None
    chosen = chooser.chance.choice(notices)
    given = (chosen["id"], chooser.write_id())
    return Act(kind="letter", ref=case["ref"], event="repeat_letter", role=Role.BOOKINGS, given=given)


def put_off(chooser: Chooser, rows: Rows, case: Line) -> Act | None:
    """Somebody puts a task off, takes it, or hands it back to everybody."""
    open_tasks = sorted(rows.of("task", case_id=case["id"], state="open"), key=lambda line: (line["says"], line["id"]))
    if not open_tasks:
        return None
    until = chooser.clinic.today + timedelta(days=chooser.chance.choice((0, 1, 7, 400)))
    given = (chooser.chance.choice(open_tasks)["id"], chooser.write_id(), until)
    way = chooser.chance.choice(("snooze", "take", "hand_back"))
    return Act(kind="share", ref=case["ref"], event=way, given=given)


CHOICES: Mapping[str, Choice] = {
    "reverse": reverse,
    "amend": amend,
    "return": come_back,
    "meet": meet,
    "letter": letter,
    "share": put_off,
}


# Doing


def do(clinic: Clinic, act: Act) -> None:
    """Do one of these at the desk."""
    DOING[act.kind](clinic, act)


def _reverse(clinic: Clinic, act: Act) -> None:
    write_id, version, not_ready = act.given
    desk, reason = clinic.desks[act.role], REASONS[version % len(REASONS)]
    desk.reverse(act.ref, reason, expected_version=version, not_ready=not_ready, write_id=write_id)


def _amend(clinic: Clinic, act: Act) -> None:
    write_id, version = act.given
    key, value = str(act.form["key"]), act.form["value"]
    clinic.desks[act.role].amend(act.ref, key, value, REASONS[1], expected_version=version, write_id=write_id)


def _return(clinic: Clinic, act: Act) -> None:
    clinic.desks[act.role].refer_again(act.ref, act.form, write_id=act.given)


def _meet(clinic: Clinic, act: Act) -> None:
    meetings, told = clinic.desks[act.role].mdt, act.given
    write_id, on = told["write"], told.get("on")
    once = {"write_id": write_id, "expected_version": told.get("version")}
    match act.event:
        case "add":
            meetings.add(told["new"], write_id=write_id)
        case "put":
            meetings.put(on, act.ref, why="Asked for by telephone", **once)
        case "carry":
            meetings.carry(on, act.ref, why="The referrer could not come", **once)
        case "close":
            meetings.close(on, **once)
        case "move":
            meetings.move(on, told["to"], why="The room is taken", **once)
        case "cancel":
            meetings.cancel(on, why="No quorum", **once)
        case "attend":
            meetings.attend(on, SEATED, **once)
        case "finish":
            meetings.finish(on, **once)
        case outcome:
            desk = clinic.desks[Role.ADMINISTRATOR if outcome != "rediscuss_on" else act.role]
            desk.mdt.outcome(on, act.ref, MeetingOutcome(outcome), act.form, write_id=write_id)


def _letter(clinic: Clinic, act: Act) -> None:
    letter_id, write_id = act.given
    clinic.desks[act.role].repeat_letter(letter_id, "It did not come", write_id=write_id)


def _share(clinic: Clinic, act: Act) -> None:
    task, write_id, until = act.given
    desk = clinic.desks[act.role]
    match act.event:
        case "snooze":
            desk.snooze_task(task, until, "Away until then", write_id=write_id)
        case "take":
            desk.assign_task(task, write_id=write_id)
        case _:
            desk.hand_back_task(task, write_id=write_id)


DOING: Mapping[str, Callable[[Clinic, Act], None]] = {
    "reverse": _reverse,
    "amend": _amend,
    "return": _return,
    "meet": _meet,
    "letter": _letter,
    "share": _share,
}
