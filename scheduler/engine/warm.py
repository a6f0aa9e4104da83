"""Every inner loop is compiled, by using it on a problem of two lists: about half a minute.

    python -m scheduler.engine.warm

Setting up does this once; a run that comes first plans without the loops until they are there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from scheduler.engine.answer import Answer
from scheduler.engine.columns.relaxation import Relaxation
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.compiled import are_compiled, note_compiled
from scheduler.engine.moving.mover import Mover
from scheduler.engine.moving.world import world_of
from scheduler.engine.places import possible_places
from scheduler.problem import (
    Case,
    Horizon,
    Location,
    Radiologist,
    SchedulingProblem,
    Site,
    Suite,
    SuiteSession,
)
from scheduler.vocabulary import Modality, Stage, Target, Technique, Urgency

DAY = date(2026, 1, 5)
SECONDS_FOR_COLUMNS = 600.0


def a_little_problem() -> SchedulingProblem:
    """Make one list and two cases, of which one follows the other."""
    morning = datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=UTC)
    return SchedulingProblem(
        timezone="UTC",
        horizon=Horizon(start=DAY, end=DAY + timedelta(days=7)),
        sites=(Site(id="S", name="S", location=Location(lat=0, lon=0), recovery_bays=1),),
        suites=(Suite(id="R", site="S", modalities=(Modality.CT,)),),
        radiologists=(Radiologist(id="P", name="P", sites=("S",), targets=tuple(Target), techniques=tuple(Technique)),),
        sessions=tuple(
            SuiteSession(id=f"L{days}", suite="R", start=start, end=start + timedelta(hours=4), funding=("public",))
            for days in (0, 7)
            for start in (morning + timedelta(days=days),)
        ),
        cases=tuple(_a_case(name) for name in "ABC"),
    )


def _a_case(name: str) -> Case:
    return Case(
        id=name,
        patient=name,
        stage=Stage.DEFINITIVE,
        target=Target.COELIAC,
        technique=Technique.CHEMICAL,
        duration_minutes=30,
        recovery_minutes=60,
        modalities=(Modality.CT,),
        funding="public",
        urgency=Urgency.CATEGORY_2,
        weight=3,
        ready_from=DAY,
        due=DAY,
    )


def main() -> None:
    """Compile everything, by using it."""
    if are_compiled():
        return
    problem = a_little_problem()
    tables = tables_of(problem, possible_places(problem))
    mover = Mover(world_of(problem, tables), tables, 0)
    mover.load(Answer())
    mover.move(50, 1.0)
    mover.load(mover.answer())
    Relaxation(problem, tables, lambda: False).tighten(SECONDS_FOR_COLUMNS)
    note_compiled()


if __name__ == "__main__":
    main()
