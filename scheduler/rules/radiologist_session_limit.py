"""A radiologist does no more lists a day and a week than agreed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.diary import Diary
    from scheduler.problem import ListFacts, Radiologist
    from scheduler.rule import PlanningModel

NAME = "radiologist-session-limit"


def _periods(radiologist: Radiologist, lists: Iterable[ListFacts]) -> Iterator[tuple[str, int, list[ListFacts]]]:
    """Group lists by date and by ISO week, each with its limit where there is one."""
    groups: dict[tuple[str, int], list[ListFacts]] = defaultdict(list)
    for facts in lists:
        if radiologist.max_sessions_per_day is not None:
            groups[f"on {show_date(facts.date)}", radiologist.max_sessions_per_day].append(facts)
        if radiologist.max_sessions_per_week is not None:
            groups[f"in week {facts.week[1]} of {facts.week[0]}", radiologist.max_sessions_per_week].append(facts)
    for (period, most), group in groups.items():
        yield period, most, group


def enforce(model: PlanningModel) -> None:
    """Count each radiologist's lists by date and by week."""
    could: dict[str, list[ListFacts]] = defaultdict(list)
    for facts in model.problem.lists.values():
        for radiologist in model.staff_options(facts.id):
            could[radiologist].append(facts)
    for radiologist, lists in could.items():
        for _, most, group in _periods(model.problem.radiologist_by_id[radiologist], lists):
            if len(group) > most:
                model.cp.add(sum(model.staffed(facts.id, radiologist) for facts in group) <= most)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find dates and weeks with too many lists for one radiologist."""
    for radiologist, lists in diary.lists_of.items():
        for period, most, group in _periods(diary.problem.radiologist_by_id[radiologist], lists):
            if len(group) > most:
                names = ", ".join(facts.id for facts in group)
                says = f"{radiologist} does {len(group)} lists {period} ({names}); the limit is {most}."
                yield Breach(rule=NAME, says=says, session=group[-1].id)


RULE = Rule(
    name=NAME,
    says="A radiologist's lists per date and per ISO week stay within the radiologist's limits.",
    because="Working hours are agreed, and tired hands make mistakes.",
    enforce=enforce,
    breaches=breaches,
)
