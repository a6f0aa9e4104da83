"""The words a letter is filled with, from what the case is at the moment of sending; empty where there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from db.identity import PatientIdentity
from db.light import Light
from db.outbox import Letter
from db.pictures import BookingLine, HistoryLine, TellableCase
from flows.outbox.settings import OutboxSettings
from scheduler.pathway.clocks import category_on
from scheduler.pathway.events import Event
from scheduler.pathway.facts import MdtRecommendation, ProcedureDone, TestResult
from scheduler.pathway.forms import CHANNELS
from scheduler.pathway.items import item_label, missing_items
from scheduler.pathway.relief import judge
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Stage, Urgency

_S = PathwayState

RECOMMENDATIONS = {
    MdtRecommendation.PROCEED_TEST: "a test block first",
    MdtRecommendation.PROCEED_DIRECT: "neurolysis without a test block",
    MdtRecommendation.MORE_INFORMATION: "more information before a decision",
    MdtRecommendation.NOT_SUITABLE: "not suitable for the procedure",
}
RESULTS = {
    TestResult.POSITIVE: "positive",
    TestResult.EQUIVOCAL: "equivocal, neither clearly positive nor negative",
    TestResult.NEGATIVE: "negative",
}
NEXT_STEPS = {
    _S.CONSULTATION: "We will see the patient in consultation next.",
    _S.TEST_POSITIVE: "We will see the patient about neurolysis.",
    _S.TEST_EQUIVOCAL: "We will decide whether to repeat the test block or to go back to the meeting.",
    _S.TEST_NEGATIVE: "We will decide whether another plan is worth proposing to the meeting.",
}
REMOVALS = {
    _S.WITHDRAWN: "the patient has decided against it",
    _S.TREATED_ELSEWHERE: "another service has treated the patient",
    _S.REMOVED_UNCONTACTABLE: "we could not reach the patient",
}
POSTPONED = {
    Event.CANCEL_HOSPITAL: "We are sorry: we have to postpone your procedure.",
    Event.CANCEL_PATIENT: "As you asked, we have postponed your procedure.",
    Event.ABANDON_TEST: "Your procedure could not be finished as planned.",
    Event.ABANDON_DEFINITIVE: "Your procedure could not be finished as planned.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything one letter may speak of; `line` is the line of the history that asked for it."""

    letter: Letter
    page: TellableCase
    who: PatientIdentity
    light: Light
    zone: ZoneInfo
    settings: OutboxSettings

    @property
    def line(self) -> HistoryLine | None:
        """The line of the history that asked for the letter."""
        return next((line for line in self.page.history if line.seq == self.letter.event_seq), None)


def words_of(told: Told) -> Mapping[str, str]:
    """Give every placeholder its words."""
    return {
        "ref": told.page.ref,
        "patient": f"{told.who.given_names} {told.who.family_name}".strip(),
        "plan": _plan(told),
        "stands": told.page.facts.state.label.lower(),
        "next_step": _next_step(told),
        **_of_the_line(told),
        **_of_the_wait(told),
        **_of_the_visit(told),
        **_of_what_was_done(told),
        "missing": _missing(told),
        "recommendation": RECOMMENDATIONS[told.page.facts.mdt.recommendation] if told.page.facts.mdt else "",
    }


def written_out(on: date | None) -> str:
    """Write a date as letters do, such as Thursday 26 November 2026; empty without one."""
    return f"{on:%A} {on.day} {on:%B %Y}" if on else ""


def at_what_time(at: datetime, zone: ZoneInfo) -> str:
    """Write an instant as letters do, in local time."""
    wall = at.astimezone(zone)
    half = "am" if wall.hour < 12 else "pm"
    return f"{written_out(wall.date())} at {wall.hour % 12 or 12}:{wall:%M} {half}"


def _plan(told: Told) -> str:
    case = told.page.facts
    side = case.laterality.label.lower() if case.laterality else ""
    technique = case.technique.label.lower() if case.technique else ""
    urgency = case.urgency.label.lower() if case.urgency else ""
    target = case.target.label.lower() if case.target else ""
    return ", ".join(part for part in (target, side, technique, urgency) if part)


def _next_step(told: Told) -> str:
    line = told.line
    if line is None:
        return ""
    if line.to_state is _S.AWAITING_MDT:
        on = told.page.agenda_on
        meeting = f"the multidisciplinary meeting of {written_out(on)}" if on else "our next multidisciplinary meeting"
        return f"The case goes to {meeting}, and we will write to you with the outcome."
    return NEXT_STEPS.get(line.to_state, "")


def _of_the_line(told: Told) -> dict[str, str]:
    """What a person wrote with the step that asked for the letter."""
    line = told.line
    given = line.details if line else {}
    written = {key: str(given.get(key) or "") for key in ("reason", "alternative", "change", "parameters")}
    event = line.event if line else ""
    return {
        **written,
        "complications": str(given.get("complications") or ""),
        "attempts": _attempts(told),
        "removal": REMOVALS.get(line.to_state, "") if line else "",
        "postponed": POSTPONED.get(Event(event), "") if event in set(Event) else "",
        "offer_by": _offer_by(told, given),
    }


def _attempts(told: Told) -> str:
    tries = told.page.facts.contact_attempts
    return "; ".join(f"{CHANNELS[one.channel].lower()}, {written_out(one.on)}" for one in tries)


def _offer_by(told: Told, given: Mapping[str, object]) -> str:
    """The day a person promised, or the protocol's; None is promised where the patient asked for the delay."""
    line = told.line
    if line is None or line.event != Event.CANCEL_HOSPITAL:
        return ""
    promised = given.get("offer_by")
    if promised:
        return written_out(date.fromisoformat(str(promised)))
    category = told.page.facts.urgency or Urgency.CATEGORY_1
    within = timedelta(days=told.light.protocol.days(f"reoffer_within.{category}"))
    return written_out(line.at.astimezone(told.zone).date() + within)


def _of_the_wait(told: Told) -> dict[str, str]:
    episode, urgency = told.page.facts.episode, told.page.facts.urgency
    category = category_on(episode.categories, told.light.today) if episode else urgency
    wait = f"{told.light.protocol.days(f'treat_within.{category}')} days" if category else ""
    stage = _stage(told)
    awaited = {Stage.TEST_BLOCK: "a test block", Stage.DEFINITIVE: "neurolysis"}.get(stage, "") if stage else ""
    return {
        "wait": wait,
        "awaited": awaited,
        "awaited_capital": {"a test block": "The test block", "neurolysis": "The neurolysis"}.get(awaited, ""),
        "earliest": written_out(episode.earliest) if episode else "",
    }


def _stage(told: Told) -> Stage | None:
    case = told.page.facts
    return case.episode.stage if case.episode else case.booking.stage if case.booking else None


def _of_the_visit(told: Told) -> dict[str, str]:
    booking = _live_booking(told)
    if booking is None:
        return {"when": "", "where": ""}
    where = f"{booking.site_name}, {booking.suite_name}"
    return {"when": at_what_time(booking.start, told.zone), "where": where}


def _live_booking(told: Told) -> BookingLine | None:
    return next((one for one in told.page.bookings if one.status.is_live), None)


def _of_what_was_done(told: Told) -> dict[str, str]:
    tested, treated = told.page.facts.last_test, told.page.facts.last_definitive
    reviews = [str(days) for days in told.light.protocol.wholes("follow_up_days")]
    return {
        "tested": written_out(tested.on) if tested else "",
        "result": RESULTS[tested.result] if tested and tested.result else "",
        "judged": judge(tested.readings, told.light.protocol).says if tested else "",
        "treated": written_out(treated.on) if treated else "",
        "treatment": _treatment(treated),
        "reviews": f"{', '.join(reviews[:-1])} and {reviews[-1]} days" if len(reviews) > 1 else f"{reviews[0]} days",
    }


def _treatment(done: ProcedureDone | None) -> str:
    if done is None:
        return ""
    return ", ".join(part.label.lower() for part in (done.target, done.technique, done.laterality))


def _missing(told: Told) -> str:
    lacking = missing_items(told.page.facts, told.light.protocol, now_received={})
    return "\n".join(f"  - {item_label(key)}" for key in lacking)
