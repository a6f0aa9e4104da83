"""The radiologist knows how to reach the case's target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, Radiologist
    from scheduler.rule import PlanningModel

NAME = "target-skill"


def bars_team(case: Case, radiologist: Radiologist) -> bool:
    """Tell whether the radiologist lacks the skill."""
    return case.target not in radiologist.targets


def enforce(model: PlanningModel) -> None:
    """Keep cases from radiologists without the skill."""
    model.bar_teams(bars_team)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases whose radiologist lacks the skill."""
    for entry in diary.entries:
        for radiologist in diary.radiologists_of(entry):
            if bars_team(entry.case, diary.problem.radiologist_by_id[radiologist]):
                needs = f"Case {entry.case.id} on {entry.list.id} needs {entry.case.target}"
                says = f"{needs}, which {radiologist} does not do."
                yield Breach(rule=NAME, says=says, cases=(entry.case.id,), session=entry.list.id)


RULE = Rule(
    name=NAME,
    says="The radiologist has the case's target among their skills.",
    because="Reaching each nerve structure safely is learnt separately.",
    enforce=enforce,
    breaches=breaches,
    bars_team=bars_team,
    wants=lambda case: f"has a radiologist skilled in {case.target.label.lower()}",
)
