"""A scenario's changes and the forms that add one, in the words of the clinic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dashboard.shapes.proposal import goal_words
from dashboard.shapes.words import count
from flows.desk import GOALS, ScenarioChoices, ScenarioLine
from scheduler.vocabulary import Funding, Stage, Target, Technique

KINDS: Final = {
    "add_list": "Add a list",
    "close_list": "Close a list",
    "leave": "A radiologist is away",
    "demand": "New demand",
    "price": "Another price of a goal",
}
FUNDING: Final = {each.value: each.label for each in Funding}
GOAL_NAMES: Final = {goal.name: goal_words(goal.name) for goal in GOALS}
Kind = tuple[Stage, Target, Technique]


def line_words(scenario: ScenarioLine) -> str:
    """One scenario in a list to choose from."""
    changes = count(len(scenario.changes), "change") if scenario.changes else "no change yet"
    return f"{scenario.name} ({changes})"


def kinds_of_case(choices: ScenarioChoices) -> Mapping[Kind, str]:
    """The procedures the protocol offers, test blocks first."""
    return {kind: kind_words(*kind) for kind in choices.procedures}


def kind_words(stage: Stage, target: Target, technique: Technique) -> str:
    """One procedure in words."""
    what = "test block" if stage is Stage.TEST_BLOCK else technique.label.lower()
    return f"{target.label}, {what}"


def place_of_scenario(wanted: str | None, known: Mapping[str, ScenarioLine]) -> int:
    """Where the scenario that the address names stands among the known ones; else the first."""
    ids = list(known)
    return ids.index(wanted) if wanted in ids else 0
