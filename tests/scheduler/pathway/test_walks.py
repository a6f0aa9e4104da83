"""Cases walked through the pathway, with a small memory in place of the database."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway import effects as left
from scheduler.pathway.booking import BookingState
from scheduler.pathway.clocks import clocks
from scheduler.pathway.effects import Effect, Timer
from scheduler.pathway.events import Event, ReadinessEvent
from scheduler.pathway.facts import (
    BookingFacts,
    CaseFacts,
    CategoryFrom,
    Consent,
    ContactAttempt,
    Episode,
    MdtDecision,
    NotReadyPeriod,
    ProcedureDone,
    ReferralItem,
    TestResult,
    Visit,
)
from scheduler.pathway.machine import decide, opening_effects, possible
from scheduler.pathway.readiness import decide_readiness
from scheduler.pathway.relief import judge
from scheduler.pathway.states import PathwayState as S
from scheduler.pathway.validity import procedure_window
from scheduler.vocabulary import Funding, Modality, Readiness, Stage
from tests.builders.pathway import FORMS, QUORUM, SIGN_IN, TODAY, a_protocol, all_items


@dataclass
class Memory:
    """One case as a database would keep it, changed only by effects."""

    facts: CaseFacts
    today: date
    tasks: list[left.Task] = field(default_factory=list)
    due: list[left.DueStep] = field(default_factory=list)

    def write(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            self._write(effect)

    def record(self, event: Event, **details: object) -> None:
        step = decide(self.facts, event, details, protocol=a_protocol(), today=self.today)
        visit = Visit(state=step.to_state, entered_on=self.today)
        # Effects are written while the case still stands where it stood; the state follows.
        self.write(step.effects)
        self.facts = replace(self.facts, state=step.to_state, history=(*self.facts.history, visit))

    def ready(self, event: ReadinessEvent, **details: object) -> None:
        self.write(decide_readiness(self.facts, event, details, protocol=a_protocol(), today=self.today).effects)

    def hold(self, stage: Stage, on: date) -> None:
        booking = BookingFacts(
            stage=stage,
            state=BookingState.HELD,
            on=on,
            suite_modalities=(Modality.CT,),
            radiologist="R1",
            equipment=("rf_generator", "cryo_console"),
            anaesthetist=True,
        )
        self.facts = replace(self.facts, booking=booking)

    def later(self, days: int) -> None:
        self.today += timedelta(days=days)

    def _write(self, effect: Effect) -> None:
        facts = self.facts
        match effect:
            case left.SetPlan():
                plan = {key: getattr(effect, key) for key in ("target", "technique", "laterality", "urgency", "direct")}
                self.facts = replace(facts, **{key: value for key, value in plan.items() if value is not None})
            case left.RecordMdtOutcome():
                decided = MdtDecision(on=effect.on, recommendation=effect.recommendation, target=effect.target)
                self.facts = replace(facts, mdt=decided)
            case left.OpenEpisode():
                assert facts.episode is None, "two listings are open at once"
                self.facts = replace(facts, episodes=(*facts.episodes, _opened(effect)))
            case left.ReopenEpisode():
                *others, last = facts.episodes
                assert last.stage is effect.stage
                self.facts = replace(facts, episodes=(*others, replace(last, closed_on=None)))
            case left.UpdateEpisode():
                assert facts.episode is not None
                assert facts.episode.stage is effect.stage
                others = [episode for episode in facts.episodes if not episode.is_open]
                self.facts = replace(facts, episodes=(*others, _updated(facts.episode, effect)))
            case left.CloseEpisode():
                self.facts = replace(
                    facts, episodes=tuple(replace(e, closed_on=effect.on) if e.is_open else e for e in facts.episodes)
                )
            case left.CancelBooking() if facts.booking is None:
                pass
            case left.SetBookingState() | left.CancelBooking():
                assert facts.booking is not None
                moved = replace(facts.booking, state=effect.state)
                self.facts = replace(facts, booking=moved if effect.state.is_live else None)
            case left.StartProcedure():
                started = ProcedureDone(
                    stage=effect.stage,
                    on=effect.on,
                    target=effect.target,
                    technique=effect.technique,
                    laterality=effect.laterality,
                    completed=False,
                )
                self.facts = replace(facts, procedures=(*facts.procedures, started))
            case left.FinishProcedure():
                self._latest(completed=effect.completed)
            case left.RecordReadings():
                self._latest(readings=(*facts.procedures[-1].readings, *effect.readings))
            case left.RecordResult():
                self._latest(result=effect.result, result_on=effect.on)
            case left.RecordConsent():
                signed = Consent(stage=effect.stage, on=effect.on, target=effect.target, laterality=effect.laterality)
                self.facts = replace(facts, consents=(*facts.consents, signed))
            case left.Count():
                name = effect.counter.value
                self.facts = replace(facts, **{name: getattr(facts, name) + 1})
            case left.AddItem():
                self._item(ReferralItem(key=effect.key, received=True, dated=effect.dated))
            case left.RequireItems():
                for key in effect.keys:
                    self._item(ReferralItem(key=key, received=False))
            case left.LogContact():
                tried = ContactAttempt(on=effect.on, channel=effect.channel)
                self.facts = replace(facts, contact_attempts=(*facts.contact_attempts, tried))
            case left.Task():
                self.tasks.append(effect)
            case left.CompleteTasks():
                self.tasks = [task for task in self.tasks if effect.kinds and task.kind not in effect.kinds]
            case left.DueStep():
                assert effect.due_on >= self.today
                self.due.append(effect)
            case left.CancelDueSteps():
                self.due = [step for step in self.due if effect.names and step.name not in effect.names]
            case left.RenewReferral():
                self.facts = replace(facts, referral_valid_until=effect.valid_until)
            case left.Notice() | left.CancelNotices() | left.KeepNote() | left.RecordTrend() | left.RecordReview():
                pass

    def _latest(self, **changes: object) -> None:
        *others, last = self.facts.procedures
        self.facts = replace(self.facts, procedures=(*others, replace(last, **changes)))  # type: ignore[arg-type]

    def _item(self, item: ReferralItem) -> None:
        others = [known for known in self.facts.items if known.key != item.key]
        self.facts = replace(self.facts, items=(*others, item))


def _opened(effect: left.OpenEpisode) -> Episode:
    period = NotReadyPeriod(readiness=effect.readiness, since=effect.listed_on, review_on=effect.review_on)
    return Episode(
        stage=effect.stage,
        listed_on=effect.listed_on,
        readiness=effect.readiness,
        categories=(CategoryFrom(on=effect.listed_on, urgency=effect.urgency),),
        not_ready=() if effect.readiness is Readiness.READY else (period,),
        earliest=effect.earliest,
    )


def _updated(episode: Episode, effect: left.UpdateEpisode) -> Episode:
    categories = episode.categories
    if categories[-1].urgency is not effect.urgency:
        categories = (*categories, CategoryFrom(on=effect.on, urgency=effect.urgency))
    periods = episode.not_ready
    if effect.readiness is not episode.readiness:
        periods = tuple(replace(period, until=period.until or effect.on) for period in periods)
        if effect.readiness is not Readiness.READY:
            opened = NotReadyPeriod(readiness=effect.readiness, since=effect.on, review_on=effect.review_on)
            periods = (*periods, opened)
    return replace(
        episode, readiness=effect.readiness, categories=categories, not_ready=periods, earliest=effect.earliest
    )


def a_new_case() -> Memory:
    facts = CaseFacts(
        ref="N10001",
        state=S.REFERRAL_RECEIVED,
        received_on=TODAY,
        funding=Funding.PUBLIC,
        referrer_recorded=True,
        items=all_items(TODAY - timedelta(days=3)),
        history=(Visit(state=S.REFERRAL_RECEIVED, entered_on=TODAY),),
    )
    memory = Memory(facts, TODAY)
    memory.write(opening_effects(facts, a_protocol(), TODAY))
    return memory


ACCEPT: Mapping[str, object] = {"target": "coeliac", "laterality": "bilateral", "urgency": "2"}


def listed_for_test() -> Memory:
    case = a_new_case()
    case.record(Event.START_TRIAGE)
    case.record(Event.ACCEPT, **ACCEPT)
    case.later(5)
    case.record(Event.MDT_PROCEED_TEST, attended=QUORUM, technique="chemical")
    case.later(2)
    case.record(Event.LIST_FOR_TEST, seen_on=case.today, consent_on=case.today)
    return case


def do_test(case: Memory, readings: str = "15min=3,1h=2,4h=3") -> None:
    case.hold(Stage.TEST_BLOCK, case.today + timedelta(days=10))
    case.record(Event.BOOK_TEST)
    case.later(10)
    case.record(Event.START_TEST, **SIGN_IN, bloods_dated=case.today - timedelta(days=2))
    case.record(
        Event.COMPLETE_TEST,
        signed_out="yes",
        baseline_rest="8",
        baseline_movement="8",
        readings=readings,
        agent="Local anaesthetic",
        volume_ml="10",
    )


def do_neurolysis(case: Memory) -> None:
    case.hold(Stage.DEFINITIVE, case.today + timedelta(days=10))
    case.record(Event.BOOK_DEFINITIVE)
    case.later(10)
    case.record(Event.START_DEFINITIVE, **SIGN_IN, bloods_dated=case.today - timedelta(days=2))
    case.record(
        Event.COMPLETE_DEFINITIVE,
        signed_out="yes",
        side="bilateral",
        agent="Alcohol",
        volume_ml="20",
        concentration_percent="99",
        complications="none",
    )


def test_a_case_goes_from_referral_to_discharge() -> None:
    case = listed_for_test()
    do_test(case)
    case.record(Event.RESULT_POSITIVE)
    case.later(1)
    case.record(Event.LIST_FOR_DEFINITIVE, consent_on=case.today)
    do_neurolysis(case)
    case.later(84)
    case.record(Event.COMPLETE_FOLLOW_UP, final_review_on=case.today, pain_score="2", opioid_dose_mg="30")
    assert case.facts.state is S.DISCHARGED
    assert (case.tasks, case.due) == ([], [])
    assert [episode.stage for episode in case.facts.episodes] == [Stage.TEST_BLOCK, Stage.DEFINITIVE]


def test_everything_on_one_day_can_be_recorded_on_that_day() -> None:
    case = listed_for_test()
    do_test(case)
    case.record(Event.RESULT_POSITIVE)
    case.record(Event.LIST_FOR_DEFINITIVE, consent_on=case.today)
    assert case.facts.episode is not None
    assert case.facts.episode.readiness is Readiness.STAGED
    case.hold(Stage.DEFINITIVE, case.today + timedelta(days=1))
    case.record(Event.BOOK_DEFINITIVE)
    assert case.facts.state is S.DEFINITIVE_BOOKED


def test_the_window_offered_to_the_planner_is_one_that_can_be_booked() -> None:
    case = listed_for_test()
    do_test(case)
    case.record(Event.RESULT_POSITIVE)
    case.record(Event.LIST_FOR_DEFINITIVE, consent_on=case.today)
    window = procedure_window(case.facts, Stage.DEFINITIVE, a_protocol(), case.today)
    assert window.last is not None
    for on, bookable in ((window.first, True), (window.last, True), (window.last + timedelta(days=1), False)):
        case.hold(Stage.DEFINITIVE, on)
        booked = next(step for step in possible(case.facts, a_protocol(), case.today))
        assert (booked.event, booked.allowed) == (Event.BOOK_DEFINITIVE, bookable)


def test_a_negative_test_leads_to_another_plan_with_a_new_test() -> None:
    case = listed_for_test()
    do_test(case, "15min=8,1h=8,4h=8")
    case.record(Event.RESULT_NEGATIVE)
    case.record(Event.MDT_RECALL, target="splanchnic")
    case.record(Event.MDT_PROCEED_TEST, attended=QUORUM)
    with pytest.raises(TransitionNotAllowedError, match="no decision to go without one"):
        case.record(Event.LIST_FOR_DEFINITIVE, seen_on=case.today, consent_on=case.today)
    case.record(Event.LIST_FOR_TEST, seen_on=case.today, consent_on=case.today)
    assert case.facts.state is S.TEST_WAITING


def test_an_equivocal_test_is_repeated_once_and_then_goes_to_the_meeting() -> None:
    case = listed_for_test()
    do_test(case, "15min=5")
    case.record(Event.RESULT_EQUIVOCAL)
    case.record(Event.REPEAT_TEST, changed="Higher level")
    do_test(case, "15min=5")
    case.record(Event.RESULT_EQUIVOCAL)
    with pytest.raises(TransitionNotAllowedError, match="use mdt_recall"):
        case.record(Event.REPEAT_TEST, changed="Lower level")
    case.record(Event.MDT_RECALL)
    assert case.facts.state is S.AWAITING_MDT


def test_an_expired_result_goes_back_to_the_meeting_and_the_place_on_the_list_is_kept() -> None:
    case = listed_for_test()
    do_test(case)
    case.record(Event.RESULT_POSITIVE)
    case.record(Event.LIST_FOR_DEFINITIVE, consent_on=case.today)
    listed_on = case.facts.episodes[-1].listed_on
    case.later(43)
    case.record(Event.MDT_RECALL)
    case.later(7)
    case.record(Event.MDT_PROCEED_DIRECT, attended=QUORUM, reason="Test was clear, delay was ours")
    case.record(Event.LIST_FOR_DEFINITIVE, seen_on=case.today, consent_on=case.today)
    assert case.facts.episode is not None
    assert (case.facts.episode.listed_on, case.facts.episode.readiness) == (listed_on, Readiness.READY)
    clock = next(clock for clock in clocks(case.facts, a_protocol(), case.today) if clock.id == "C4")
    assert (clock.days, clock.paused_days) == (43 - 1, 7 + 1)  # a day staged, a week recalled
    do_neurolysis(case)


def test_cancellations_and_an_abandoned_test_keep_the_wait_running() -> None:
    case = listed_for_test()
    listed_on = case.today
    for event, details in (
        (Event.CANCEL_HOSPITAL, {"reason": "equipment"}),
        (Event.CANCEL_PATIENT, {"reason": "unwell"}),
        (Event.DID_NOT_ATTEND, {"attempts": "phone"}),
    ):
        case.hold(Stage.TEST_BLOCK, case.today + timedelta(days=3))
        case.record(Event.BOOK_TEST)
        case.later(3)
        case.record(event, **details)
        assert case.facts.booking is None
    case.hold(Stage.TEST_BLOCK, case.today + timedelta(days=3))
    case.record(Event.BOOK_TEST)
    case.later(3)
    case.record(Event.START_TEST, **SIGN_IN, bloods_dated=case.today)
    case.record(Event.ABANDON_TEST, reason="Could not lie prone")
    assert case.facts.episode is not None
    assert case.facts.episode.listed_on == listed_on
    clock = next(clock for clock in clocks(case.facts, a_protocol(), case.today) if clock.id == "C3")
    assert clock.days == 12


def test_a_patient_is_treated_again_when_the_pain_returns() -> None:
    case = listed_for_test()
    do_test(case)
    case.record(Event.RESULT_POSITIVE)
    case.later(1)
    case.record(Event.LIST_FOR_DEFINITIVE, consent_on=case.today)
    do_neurolysis(case)
    case.later(100)
    case.record(Event.PAIN_RETURNS, pain_score="7", opioid_dose_mg="120")
    case.record(Event.REPEAT_SAME, lead_approval="IR lead", consent_on=case.today)
    do_neurolysis(case)
    assert case.facts.state is S.FOLLOW_UP
    assert len([done for done in case.facts.procedures if done.stage is Stage.DEFINITIVE]) == 2


def test_a_deferral_takes_its_days_off_the_wait() -> None:
    case = listed_for_test()
    case.later(5)
    case.ready(ReadinessEvent.PERSONAL_DEFERRAL, until=case.today + timedelta(days=20))
    case.later(20)
    case.hold(Stage.TEST_BLOCK, case.today)
    with pytest.raises(TransitionNotAllowedError, match="ready again before booking"):
        case.record(Event.BOOK_TEST)
    case.ready(ReadinessEvent.READY_AGAIN, reviewed="yes")
    clock = next(clock for clock in clocks(case.facts, a_protocol(), case.today) if clock.id == "C3")
    assert (clock.days, clock.paused_days) == (5, 20)


def test_a_response_timer_stands_still_with_its_clock() -> None:
    case = a_new_case()
    case.later(2)
    case.record(Event.MARK_INCOMPLETE, items="R1")
    assert not [step for step in case.due if step.name is Timer.RESPONSE_DUE]
    case.later(28)
    case.record(Event.INFORMATION_RECEIVED, items=f"R1={case.today}")
    due = [step.due_on for step in case.due if step.name is Timer.RESPONSE_DUE]
    assert due == [date(2026, 12, 31)]  # two of eight working days were used before


def a_form(event: Event, case: Memory, chance: Random) -> dict[str, object]:
    """A plausible form for this event on this day."""
    today = case.today
    form = dict(FORMS.get(event, {}))
    for key in ("seen_on", "consent_on", "told_on", "requested_on", "died_on", "mdt_on"):
        if key in form:
            form[key] = today
    match event:
        case Event.ACCEPT | Event.ACCEPT_WITH_PRIOR_MDT:
            form |= ACCEPT
            if event is Event.ACCEPT_WITH_PRIOR_MDT:
                form |= {"technique": "cryo", "recommendation": chance.choice(["proceed_test", "proceed_direct"])}
                form["reason"] = "Short prognosis"
        case Event.MDT_PROCEED_TEST | Event.MDT_PROCEED_DIRECT:
            form["technique"] = chance.choice(["chemical", "cryo", "rf_thermal"])
        case Event.MDT_MORE_INFO:
            form["rediscuss_on"] = today + timedelta(days=7)
        case Event.INFORMATION_RECEIVED:
            form["items"] = ",".join(f"{item.key}={today}" for item in case.facts.items if not item.received)
        case Event.LIST_FOR_DEFINITIVE:
            form = (
                {"consent_on": today}
                if case.facts.state is S.TEST_POSITIVE
                else {"consent_on": today, "seen_on": today}
            )
        case Event.BOOK_TEST | Event.BOOK_DEFINITIVE:
            form = {"consent_on": today}
        case Event.START_TEST | Event.START_DEFINITIVE:
            form["bloods_dated"] = today
        case Event.COMPLETE_TEST:
            form["readings"] = chance.choice(["15min=2,1h=2,4h=3", "15min=2", "15min=5", "15min=8,1h=8,4h=8"])
        case Event.MDT_RECALL if case.facts.state is S.TEST_NEGATIVE:
            form = {"technique": chance.choice(["chemical", "cryo"])}
        case Event.NEW_PLAN:
            form = {"technique": chance.choice(["chemical", "cryo"])}
        case Event.REPEAT_SAME:
            form = {"lead_approval": "IR lead", "consent_on": today}
        case Event.UNCONTACTABLE:
            form["attempts"] = f"phone={today},sms={today},letter={today}"
    return form


def check(case: Memory) -> None:
    """What must be true of every case on every day."""
    facts = case.facts
    state_tasks = [task for task in case.tasks if task.kind is left.TaskKind.STATE]
    assert len(state_tasks) == (0 if facts.state.ends else 1), facts.state
    assert bool(possible(facts, a_protocol(), case.today)) is not facts.state.ends
    if facts.state.ends:
        assert facts.episode is None
        assert facts.booking is None
        assert case.due == case.tasks == []
    if facts.state in {S.TEST_WAITING, S.TEST_BOOKED, S.DEFINITIVE_WAITING, S.DEFINITIVE_BOOKED}:
        assert facts.episode is not None
        assert any(step.name is Timer.TREAT_BY for step in case.due)
    if facts.state is S.TEST_POSITIVE:
        assert facts.last_test is not None
        assert judge(facts.last_test.readings, a_protocol()).result is TestResult.POSITIVE
    for clock in clocks(facts, a_protocol(), case.today):
        assert clock.days >= 0
        assert clock.paused_days >= 0
    for step in case.due:
        assert step.name is Timer.FOLLOW_UP or facts.state is not S.FOLLOW_UP


@pytest.mark.parametrize("seed", range(60))
def test_no_walk_through_the_pathway_gets_lost(seed: int) -> None:
    chance, case = Random(seed), a_new_case()
    for _ in range(60):
        check(case)
        if case.facts.state in {S.TEST_WAITING, S.DEFINITIVE_WAITING} and case.facts.episode is not None:
            case.hold(case.facts.episode.stage, case.today + timedelta(days=chance.randint(2, 9)))
        steps = [step for step in possible(case.facts, a_protocol(), case.today) if step.allowed]
        if not steps:
            break
        on_the_way = [step for step in steps if step.event not in _WAYS_OUT]
        step = chance.choice(on_the_way if on_the_way and chance.random() < 0.95 else steps)
        with suppress(TransitionNotAllowedError):
            case.record(step.event, **a_form(step.event, case, chance))
        if case.facts.state in {S.TEST_BOOKED, S.DEFINITIVE_BOOKED}:
            assert case.facts.booking is not None
            case.today = max(case.today, case.facts.booking.on)
        case.later(chance.choice([0, 0, 1, 3, 20]))


_WAYS_OUT = frozenset(
    {
        Event.PATIENT_WITHDRAWS,
        Event.TREATED_ELSEWHERE,
        Event.UNCONTACTABLE,
        Event.DEATH_NOTIFIED,
        Event.DUPLICATE_OR_ERROR,
        Event.PATIENT_DECLINES,
        Event.UNSUITABLE_AT_CONSULT,
        Event.DECLINE_REFERRAL,
        Event.RETURN_TO_REFERRER,
        Event.MDT_NOT_SUITABLE,
    }
)
