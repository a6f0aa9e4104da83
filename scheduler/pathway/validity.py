"""What must still hold on the day of a procedure: which prerequisites do, and the day each stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from scheduler.pathway.facts import CaseFacts, MdtRecommendation, ProcedureDone, TestResult
from scheduler.pathway.items import BLOODS, IMAGING
from scheduler.pathway.limits import first_day_after_interval, first_day_under_limit
from scheduler.pathway.protocols import MedicationHold, Protocol
from scheduler.vocabulary import Readiness, Stage, Target

ONE_DAY = timedelta(days=1)
PROCEEDING = frozenset({MdtRecommendation.PROCEED_TEST, MdtRecommendation.PROCEED_DIRECT})


class Prerequisite(StrEnum):
    """What a procedure day asks for; the value is its number in docs/pathway.md."""

    BLOODS = "P1"
    IMAGING = "P2"
    CONSENT = "P3"
    MDT_DECISION = "P4"
    MEDICINE_HOLD = "P5"
    REFERRAL = "P6"
    TEST_RESULT = "C5v"

    @property
    def label(self) -> str:
        """The name people read."""
        return PREREQUISITE_LABELS[self]


PREREQUISITE_LABELS = {
    Prerequisite.BLOODS: "Bloods",
    Prerequisite.IMAGING: "Imaging",
    Prerequisite.CONSENT: "Consent",
    Prerequisite.MDT_DECISION: "MDT decision",
    Prerequisite.MEDICINE_HOLD: "Medicine hold",
    Prerequisite.REFERRAL: "Referral",
    Prerequisite.TEST_RESULT: "Test result",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one prerequisite stands on a procedure day.

    It holds from `first` (None: from any day) to `last`, both included (None: without end, or never recorded).
    `renewable` means that it can be put right before the day without a decision, by new bloods or imaging.
    """

    prerequisite: Prerequisite
    holds: bool
    first: date | None
    last: date | None
    renewable: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One medicine to stop, and the last day it may be taken."""

    medicine: str
    rule: MedicationHold
    last_dose_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days on which a procedure may be planned; `last` is None where nothing expires, `says` gives each reason.

    When `last` comes before `first`, or `blocked` is not empty, no day will do until somebody acts.
    """

    first: date
    last: date | None
    blocked: tuple[str, ...]
    says: tuple[str, ...]


def day(when: date) -> str:
    """A date as people read it."""
    return f"{when:%-d %B %Y}"


def standings(facts: CaseFacts, stage: Stage, on: date, protocol: Protocol, today: date) -> tuple[Standing, ...]:
    """Say how every prerequisite, P1 to P6 and the test result, stands for a procedure on this day."""
    return (
        bloods(facts, on, protocol),
        imaging(facts, on, protocol),
        consent(facts, stage, on, protocol),
        mdt_decision(facts, on, protocol),
        medicine_hold(facts, on, protocol, today),
        referral(facts, on),
        test_result(facts, stage, on, protocol),
    )


def bloods(facts: CaseFacts, on: date, protocol: Protocol) -> Standing:
    """P1: blood results recent enough for the target's bleeding risk."""
    return _aged(Prerequisite.BLOODS, _dated(facts, BLOODS), bloods_days(facts, protocol), on, renewable=True)


def bloods_days(facts: CaseFacts, protocol: Protocol) -> int:
    """How old bloods may be on the day; the strictest class where no target is chosen yet."""
    return protocol.days(f"bloods_valid.{bleeding_risk(facts.target, protocol)}")


def bleeding_risk(target: Target | None, protocol: Protocol) -> str:
    """The bleeding risk class of the target."""
    return protocol.word(f"bleeding_risk.{target}") if target else "high"


def imaging(facts: CaseFacts, on: date, protocol: Protocol) -> Standing:
    """P2: imaging recent enough, stricter in cancer."""
    return _aged(Prerequisite.IMAGING, _dated(facts, IMAGING), imaging_days(facts, protocol), on, renewable=True)


def imaging_days(facts: CaseFacts, protocol: Protocol) -> int:
    """How old imaging may be on the day."""
    return protocol.days("imaging_valid.cancer" if facts.cancer else "imaging_valid.other")


def consent(facts: CaseFacts, stage: Stage, on: date, protocol: Protocol) -> Standing:
    """P3: a consent for this stage, target and side, not too old."""
    signed = facts.consent_for(stage)
    if signed is not None and (signed.target, signed.laterality) != (facts.target, facts.laterality):
        return Standing(
            prerequisite=Prerequisite.CONSENT,
            holds=False,
            first=None,
            last=None,
            renewable=False,
            says=f"The consent of {day(signed.on)} is for another target or side: a new one is needed.",
        )
    dated = signed.on if signed else None
    return _aged(Prerequisite.CONSENT, dated, protocol.days("consent_valid"), on, renewable=False)


def mdt_decision(facts: CaseFacts, on: date, protocol: Protocol) -> Standing:
    """P4: advice of the MDT meeting to proceed, not too old."""
    proceeds = facts.mdt is not None and facts.mdt.recommendation in PROCEEDING
    dated = facts.mdt.on if facts.mdt is not None and proceeds else None
    return _aged(Prerequisite.MDT_DECISION, dated, protocol.days("mdt_valid"), on, renewable=False)


def medicine_hold(facts: CaseFacts, on: date, protocol: Protocol, today: date) -> Standing:
    """P5: days enough to stop every medicine that has to be stopped, and a specialist's advice where it must be."""
    if advice_needed(facts, protocol):
        return Standing(
            prerequisite=Prerequisite.MEDICINE_HOLD,
            holds=False,
            first=None,
            last=None,
            renewable=False,
            says=_advice_says(facts, protocol),
        )
    lead = hold_lead_days(facts, protocol)
    first = today + timedelta(days=lead)
    longest = max(medicine_holds(facts, on, protocol), key=lambda hold: hold.rule.full_days, default=None)
    says = "No medicine has to be stopped."
    if longest is not None:
        days = longest.rule.full_days
        says = f"{longest.medicine} needs {days} full days off: last dose by {day(longest.last_dose_on)}."
    if on < first:
        says = f"{says} The first day that leaves time is {day(first)}."
    return Standing(
        prerequisite=Prerequisite.MEDICINE_HOLD, holds=on >= first, first=first, last=None, renewable=False, says=says
    )


def advice_needed(facts: CaseFacts, protocol: Protocol) -> bool:
    """Say whether a medicine is to be stopped although a clot may follow, and no specialist has advised yet."""
    return bool(facts.clot_risks) and facts.specialist_advice_on is None and bool(_hold_rules(facts, protocol))


def _advice_says(facts: CaseFacts, protocol: Protocol) -> str:
    risks = ", ".join(risk.label for risk in facts.clot_risks or ())
    medicines = ", ".join(medicine for medicine, _ in _hold_rules(facts, protocol))
    return f"Because of {risks}, a specialist has to advise before {medicines} is stopped: record when."


def medicine_holds(facts: CaseFacts, on: date, protocol: Protocol) -> tuple[Hold, ...]:
    """List each medicine to stop for a procedure on this day, by the longest rule that fits it."""
    return tuple(
        Hold(medicine=medicine, rule=rule, last_dose_on=on - timedelta(days=rule.full_days) - ONE_DAY)
        for medicine, rule in _hold_rules(facts, protocol)
    )


def hold_lead_days(facts: CaseFacts, protocol: Protocol) -> int:
    """Days from today to the first day that leaves time for every hold: today's dose counts as already taken."""
    return max((rule.full_days + ONE_DAY.days for _, rule in _hold_rules(facts, protocol)), default=0)


def _hold_rules(facts: CaseFacts, protocol: Protocol) -> list[tuple[str, MedicationHold]]:
    if facts.target is None:
        return []
    clearance = facts.creatinine_clearance
    fitting = [(medicine, protocol.holds_for(medicine, facts.target, clearance)) for medicine in facts.medicines]
    return [(medicine, rules[0]) for medicine, rules in fitting if rules and rules[0].full_days > 0]


def referral(facts: CaseFacts, on: date) -> Standing:
    """P6: the referral still runs."""
    last = facts.referral_valid_until
    holds = last is None or on <= last
    says = "The referral has no end date." if last is None else f"The referral runs to {day(last)}."
    if not holds:
        says = f"{says} Ask the referrer to renew it."
    return Standing(prerequisite=Prerequisite.REFERRAL, holds=holds, first=None, last=last, renewable=False, says=says)


def _aged(what: Prerequisite, dated: date | None, limit: int, on: date, *, renewable: bool) -> Standing:
    if dated is None:
        says = f"{what.label}: no date is recorded."
        return Standing(prerequisite=what, holds=False, first=None, last=None, renewable=renewable, says=says)
    last = dated + timedelta(days=limit)
    holds = dated <= on <= last
    says = f"{what.label} of {day(dated)} {'hold' if holds else 'do not hold on the day: they hold'} to {day(last)}."
    return Standing(prerequisite=what, holds=holds, first=dated, last=last, renewable=renewable, says=says)


def _dated(facts: CaseFacts, key: str) -> date | None:
    item = facts.item(key)
    return item.dated if item is not None and item.received else None


def result_needed(facts: CaseFacts) -> bool:
    """Say whether a positive test must still hold: not when going direct, nor for a repeat after treatment."""
    if facts.direct:
        return False
    test, treated = facts.last_test, facts.last_definitive
    return treated is None or (test is not None and test.on > treated.on)


def supporting_test(facts: CaseFacts) -> ProcedureDone | None:
    """The latest test block, if it was positive for the planned target and side."""
    test = facts.last_test
    if test is None or test.result is not TestResult.POSITIVE:
        return None
    return test if (test.target, test.laterality) == (facts.target, facts.laterality) else None


def result_expires_on(facts: CaseFacts, protocol: Protocol) -> date | None:
    """The last day on which the positive test supports treatment; None without such a test."""
    test = supporting_test(facts)
    return test.on + timedelta(days=protocol.days("test_result_expires_after")) if test else None


def first_definitive_day(facts: CaseFacts, protocol: Protocol) -> date | None:
    """The first day that leaves the gap after the latest test block; None without one."""
    test = facts.last_test
    return test.on + timedelta(days=protocol.days("test_gap")) if test else None


def test_result(facts: CaseFacts, stage: Stage, on: date, protocol: Protocol) -> Standing:
    """C5v: before neurolysis, a positive test of this plan that has not expired, unless none is needed."""
    what = Prerequisite.TEST_RESULT
    if stage is not Stage.DEFINITIVE or not result_needed(facts):
        says = "No test result is needed."
        return Standing(prerequisite=what, holds=True, first=None, last=None, renewable=False, says=says)
    test, expires = supporting_test(facts), result_expires_on(facts, protocol)
    if test is None or expires is None:
        says = "No positive test block supports the plan."
        return Standing(prerequisite=what, holds=False, first=None, last=None, renewable=False, says=says)
    return Standing(
        prerequisite=what,
        holds=on <= expires,
        first=test.on,
        last=expires,
        renewable=False,
        says=f"The positive test result holds to {day(expires)}.",
    )


def procedure_window(facts: CaseFacts, stage: Stage, protocol: Protocol, today: date) -> Window:
    """The days on which this stage may be planned, with a reason for each end and for what blocks it."""
    found = [standing for standing in standings(facts, stage, today, protocol, today) if not standing.renewable]
    firsts = dict(_first_days(facts, stage, protocol, today))
    lasts = {standing.last: standing.says for standing in found if standing.last is not None}
    blocked = [
        standing.says for standing in found if not standing.holds and standing.last is None and standing.first is None
    ]
    first, last = max(firsts), min(lasts, default=None)
    reasons = [firsts[first], *([lasts[last]] if last is not None else [])]
    return Window(first=first, last=last, blocked=tuple(blocked), says=tuple(reasons))


def _first_days(facts: CaseFacts, stage: Stage, protocol: Protocol, today: date) -> list[tuple[date, str]]:
    found = [(today, f"It may be planned from {day(today)}.")]
    hold = medicine_hold(facts, today, protocol, today)
    if hold.first is not None and hold.first > today:
        found.append((hold.first, hold.says))
    renewals = ((bloods(facts, today, protocol), "bloods"), (imaging(facts, today, protocol), "imaging"))
    for standing, what in renewals:
        if not standing.holds:
            ready = today + timedelta(days=protocol.days(f"{what}_turnaround"))
            found.append((ready, f"New {what} can be ready by {day(ready)}."))
    episode = facts.episode
    if episode is not None and episode.readiness is Readiness.STAGED and episode.earliest is not None:
        found.append((episode.earliest, f"It is staged until {day(episode.earliest)}."))
    found += _first_days_again(facts, protocol, today) if stage is Stage.DEFINITIVE else []
    gap = first_definitive_day(facts, protocol) if stage is Stage.DEFINITIVE else None
    if gap is not None:
        found.append((gap, f"The gap after the test block ends on {day(gap)}."))
    return found


def _first_days_again(facts: CaseFacts, protocol: Protocol, today: date) -> list[tuple[date, str]]:
    """The first days that treating the same nerve again leaves open."""
    free, rested = first_day_under_limit(facts, protocol, today), first_day_after_interval(facts, protocol)
    found = [(free, f"This nerve has been treated often, and may be again from {day(free)}.")] if free > today else []
    if rested is not None and rested > today:
        found.append((rested, f"The interval after the last treatment of this nerve ends on {day(rested)}."))
    return found
