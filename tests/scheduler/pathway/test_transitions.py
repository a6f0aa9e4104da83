from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.booking import AGREED
from scheduler.pathway.effects import (
    CancelBooking,
    CloseEpisode,
    CompleteTasks,
    DueStep,
    SetBookingState,
    Task,
    TaskKind,
    Timer,
)
from scheduler.pathway.entries import ENTRIES
from scheduler.pathway.events import Event
from scheduler.pathway.fields import FieldType, read_details
from scheduler.pathway.guards import GUARDS
from scheduler.pathway.machine import decide, possible
from scheduler.pathway.reminders import REMINDERS
from scheduler.pathway.states import PathwayState, StateKind
from scheduler.pathway.transitions import TRANSITIONS, Transition, roles_for, transition, transitions_from
from scheduler.vocabulary import Role
from tests.builders.pathway import TODAY, a_case_facts, a_protocol, ready_for

SPECIFIED = json.loads(Path(__file__).with_name("pathway.json").read_text(encoding="utf-8"))
EVERY = pytest.mark.parametrize("move", TRANSITIONS, ids=lambda move: f"{move.start}-{move.event}")


def test_the_states_are_those_specified() -> None:
    ours = {state.value: {"kind": state.kind.value, "clock": state.clock} for state in PathwayState}
    assert ours == SPECIFIED["states"]


def test_the_steps_are_those_specified() -> None:
    ours = sorted((move.start.value, move.event.value, move.end.value) for move in TRANSITIONS)
    assert ours == sorted((move["from"], move["event"], move["to"]) for move in SPECIFIED["transitions"])


def test_no_event_leaves_a_state_in_two_ways() -> None:
    assert len({(move.start, move.event) for move in TRANSITIONS}) == len(TRANSITIONS)


def test_every_state_can_be_reached() -> None:
    reached = {PathwayState.REFERRAL_RECEIVED}
    for _ in PathwayState:
        reached |= {move.end for move in TRANSITIONS if move.start in reached}
    assert reached == set(PathwayState)


def test_every_state_can_end() -> None:
    ending = {state for state in PathwayState if state.ends}
    for _ in PathwayState:
        ending |= {move.start for move in TRANSITIONS if move.end in ending}
    assert ending == set(PathwayState)


@pytest.mark.parametrize("state", [state for state in PathwayState if state.ends])
def test_nothing_leaves_a_state_that_ends_the_pathway(state: PathwayState) -> None:
    assert transitions_from(state) == ()
    assert possible(a_case_facts(state), a_protocol(), TODAY) == ()


@pytest.mark.parametrize("state", PathwayState)
@pytest.mark.parametrize("event", Event)
def test_an_event_that_does_not_belong_is_refused_with_what_may_follow(state: PathwayState, event: Event) -> None:
    if any(move.event is event for move in transitions_from(state)):
        assert transition(state, event).start is state
        return
    with pytest.raises(TransitionNotAllowedError, match=r"cannot happen in the state '.*'\. (What|The pathway)"):
        transition(state, event)


def test_every_guard_is_used_and_every_guard_used_exists() -> None:
    assert {key for asked in (*TRANSITIONS, *ENTRIES) for key in asked.guards} == set(GUARDS)


def test_every_guard_says_what_it_asks_in_one_sentence() -> None:
    for guard in GUARDS.values():
        assert guard.says.endswith("."), guard.key
        assert "\n" not in guard.says, guard.key


@EVERY
def test_every_step_has_a_sentence_roles_typed_fields_and_leaves_something_behind(move: Transition) -> None:
    assert move.says.endswith(".")
    assert move.roles
    assert len({field.key for field in move.fields}) == len(move.fields)
    assert all(field.label and isinstance(field.type, FieldType) for field in move.fields)
    facts, form = ready_for(move.start, move.event)
    assert decide(facts, move.event, form, protocol=a_protocol(), today=TODAY).effects


@EVERY
def test_every_step_can_be_taken_with_a_filled_in_form(move: Transition) -> None:
    facts, form = ready_for(move.start, move.event)
    step = decide(facts, move.event, form, protocol=a_protocol(), today=TODAY)
    assert (step.from_state, step.to_state) == (move.start, move.end)


@EVERY
def test_a_form_is_refused_when_any_required_answer_is_missing(move: Transition) -> None:
    facts, form = ready_for(move.start, move.event)
    for field in (field for field in move.fields if field.required):
        less = {key: value for key, value in form.items() if key != field.key}
        with pytest.raises(TransitionNotAllowedError, match=f"'{field.key}' is missing"):
            decide(facts, move.event, less, protocol=a_protocol(), today=TODAY)


@EVERY
def test_a_form_is_refused_when_it_answers_what_was_not_asked(move: Transition) -> None:
    facts, form = ready_for(move.start, move.event)
    with pytest.raises(TransitionNotAllowedError, match="'shoe_size' is not asked for here"):
        decide(facts, move.event, {**form, "shoe_size": "42"}, protocol=a_protocol(), today=TODAY)


@EVERY
def test_a_case_that_goes_on_always_has_a_next_task_with_a_day(move: Transition) -> None:
    facts, form = ready_for(move.start, move.event)
    effects = decide(facts, move.event, form, protocol=a_protocol(), today=TODAY).effects
    tasks = [effect for effect in effects if isinstance(effect, Task) and effect.kind is TaskKind.STATE]
    assert len(tasks) == (0 if move.end.ends else 1)
    assert all(task.due_on >= TODAY for task in tasks)


@EVERY
def test_a_case_that_ends_leaves_nothing_open(move: Transition) -> None:
    facts, form = ready_for(move.start, move.event)
    effects = decide(facts, move.event, form, protocol=a_protocol(), today=TODAY).effects
    if not move.end.ends:
        return
    assert CompleteTasks() in effects
    assert not [effect for effect in effects if isinstance(effect, Task | DueStep)]
    if facts.episode:
        assert [effect for effect in effects if isinstance(effect, CloseEpisode)]
    if facts.booking:
        assert [effect for effect in effects if isinstance(effect, CancelBooking | SetBookingState)]


@EVERY
def test_tasks_that_belong_to_a_state_are_ticked_off_before_new_ones_are_asked_for(move: Transition) -> None:
    facts, form = ready_for(move.start, move.event)
    effects = decide(facts, move.event, form, protocol=a_protocol(), today=TODAY).effects
    ticked = next(at for at, effect in enumerate(effects) if isinstance(effect, CompleteTasks))
    asked = [at for at, effect in enumerate(effects) if isinstance(effect, Task) and effect.kind is TaskKind.STATE]
    assert all(at > ticked for at in asked)


@EVERY
def test_no_timer_is_set_for_a_day_that_has_passed(move: Transition) -> None:
    facts, form = ready_for(move.start, move.event)
    effects = decide(facts, move.event, form, protocol=a_protocol(), today=TODAY).effects
    assert all(effect.due_on >= TODAY for effect in effects if isinstance(effect, DueStep))


@EVERY
def test_the_example_forms_can_be_read(move: Transition) -> None:
    _, form = ready_for(move.start, move.event)
    read_details(move.fields, form, today=TODAY)


@EVERY
def test_somebody_may_record_every_step_and_a_viewer_never_may(move: Transition) -> None:
    assert Role.ADMINISTRATOR in move.roles
    assert Role.VIEWER not in move.roles
    assert move.roles == roles_for(move.event)


def test_labels_are_short_and_columns_run_from_the_referral_on() -> None:
    assert [state.column for state in PathwayState] == list(range(len(PathwayState)))
    assert PathwayState.TEST_WAITING.label == "Waiting for test block"
    assert all(len(state.label) <= 32 for state in PathwayState)
    assert all(event.label for event in Event)


def test_a_booked_visit_is_one_that_was_agreed() -> None:
    assert {state.value for state in AGREED} == {"booked", "confirmed"}


@pytest.mark.parametrize("kind", StateKind)
def test_every_kind_of_state_occurs(kind: StateKind) -> None:
    assert any(state.kind is kind for state in PathwayState)


@pytest.mark.parametrize("name", Timer)
def test_every_timer_is_set_by_some_step(name: Timer) -> None:
    if name in {Timer.REVIEW_READINESS, Timer.STAGED_UNTIL, Timer.HOLD_EXPIRES, Timer.ESCALATION, *REMINDERS}:
        return  # set by readiness, by a held slot, by the daily look at what is late, by reminders: tested there
    found = set()
    for move in TRANSITIONS:
        facts, form = ready_for(move.start, move.event)
        effects = decide(facts, move.event, form, protocol=a_protocol(), today=TODAY).effects
        found |= {effect.name for effect in effects if isinstance(effect, DueStep)}
    assert name in found
