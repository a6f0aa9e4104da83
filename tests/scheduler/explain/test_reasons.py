"""What a plan says about the cases it leaves over is true, and the explanation of each agrees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scheduler.diary import Diary
from scheduler.engine import reasons
from scheduler.engine.places import possible_places
from scheduler.engine.reasons import reasons_for
from scheduler.explain import why_not
from scheduler.explain.exclusions import exclusions
from scheduler.explain.judging import cost_at
from scheduler.explain.surroundings import surroundings_of
from tests.builders.clinics import hand_made, mixed
from tests.scheduler.explain.clinic import example, filled

if TYPE_CHECKING:
    from scheduler.explain.exclusions import Exclusion
    from scheduler.explain.surroundings import Surroundings

CLINICS = {**hand_made(), **{f"mixed {seed}": mixed(seed) for seed in range(40)}, "tiny": example("tiny")}
WHO = {"target-skill", "technique-skill", "radiologist-credential", "radiologist-available", "rostered"}
ROOM = {"session-window", "suite-no-overlap", "max-cases"}
TIME = {*ROOM, "recovery", "equipment"}
PEOPLE = {*WHO, "radiologist-travel", "radiologist-session-limit"}


def agrees(says: str, around: Surroundings, exclusion: Exclusion) -> bool:
    """Tell whether what is said about a list is what every rule says about every way onto it."""
    dearer = exclusion.fits and cost_at(around, exclusion.nearest) > 0
    ways = exclusion.sets
    return {
        "The patient is booked already that day": lambda: "patient-one-per-day" in exclusion.whatever,
        "Not the right time after the case it follows": lambda: "staging" in exclusion.whatever,
        "Empty, where nobody who may do it is free or opening it costs more": lambda: (
            not around.without.by_list.get(exclusion.facts.id)
            and (dearer or all(way & {*PEOPLE, *TIME} for way in ways))
        ),
        "In use by a radiologist who may not do it": lambda: all(way & WHO for way in ways),
        "Full": lambda: all(way & ROOM for way in ways),
        "With a gap at a time when recovery, equipment or the suite is taken, or that costs more": lambda: (
            dearer or all(way & TIME for way in ways)
        ),
    }[says]()


@pytest.mark.parametrize("name", sorted(CLINICS))
def test_what_is_said_about_each_list_is_what_the_rules_say(name: str) -> None:
    problem = CLINICS[name]
    plan = filled(problem)
    diary, places = Diary(problem=problem, plan=plan), possible_places(problem)
    for case in (problem.case_by_id[waiting.case] for waiting in plan.unscheduled):
        if case.pinned is not None or (case.follows is not None and case.follows.case not in diary.by_case):
            continue
        around = surroundings_of(problem, plan, case.id)
        by_list = {exclusion.facts.id: exclusion for exclusion in exclusions(around)}
        for facts in places.options[case.id]:
            says = reasons._kept_off_by(diary, places, case, facts)
            assert agrees(says, around, by_list[facts.id]), (case.id, facts.id, says, by_list[facts.id].sets)
        barred = {facts.id for facts in problem.lists.values()} - {facts.id for facts in places.options[case.id]}
        assert not any(by_list[key].fits for key in barred)


@pytest.mark.parametrize("name", sorted(CLINICS))
def test_the_counts_add_up_and_the_explanation_agrees(name: str) -> None:
    problem = CLINICS[name]
    plan = filled(problem)
    diary, places = Diary(problem=problem, plan=plan), possible_places(problem)
    for case in (problem.case_by_id[waiting.case] for waiting in plan.unscheduled):
        said = reasons_for(diary, places, case)
        assert said
        lists = len(places.options[case.id])
        if "could take it" in said[0]:
            assert sum(map(int, re.findall(r": (\d+)", said[0]))) == lists
        if case.pinned is None and not lists:
            assert why_not(problem, plan, case.id).smallest or not problem.lists
