"""A study is worked out: a scenario's plan with its figures, or the worth of one more list and skill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import due_steps, studies
from db.audit import Author
from db.due_steps import DueStep
from db.mapping import planning_problem
from db.studies import Study
from db.words import StudyKind
from flows.as_json import plain
from flows.clashing_pins import clashing_pins_named
from flows.plan_in_parts import prefect_to_use, solve_by_size
from flows.plan_runs import WORKERS
from flows.service import MACHINE, Service
from scheduler.audit import audit
from scheduler.errors import NeurolistError, NotFoundError
from scheduler.explain.capacity import capacity_worth
from scheduler.figures import figures_of

if TYPE_CHECKING:
    from sqlmodel import Session

    from scheduler.explain.capacity import CapacityWorth, ListWorth, SkillWorth
    from scheduler.plan import Plan

Answer = dict[str, object]


def run_study(service: Service, step: DueStep) -> None:
    """Work out a study that was asked for; its answer and the end of the step are kept together."""
    compute(service, str(step.payload["study"]), author=MACHINE, step=step)


def compute(service: Service, study_id: str, *, author: Author, step: DueStep | None = None) -> None:
    """Work out a study and keep its answer."""
    now = service.clock.now()

    def begin(session: Session) -> Study:
        if step is not None:
            due_steps.hold(session, step)
        studies.begin(session, study_id, now=now)
        return studies.study(session, study_id)

    found = service.database.write(begin, author=author, now=now)
    answer, plan = _worth(service, found) if found.kind is StudyKind.WORTH else _scenario(found)

    def keep(session: Session) -> None:
        ended = service.clock.now()
        if step is not None:
            due_steps.hold(session, step)
        studies.finish(session, study_id, answer, now=ended, plan=plan)
        if step is not None:
            due_steps.finish(session, step, now=ended)

    service.database.write(keep, author=author, now=service.clock.now())


def _scenario(study: Study) -> tuple[Answer, Plan]:
    """Find a plan for a scenario and measure it; a plan that breaks a rule is refused with the rule."""
    if study.problem is None:
        raise NotFoundError("This study has no problem to work on. Compare the scenarios again.")
    with clashing_pins_named(study.problem):
        plan = solve_by_size(
            study.problem,
            prefect_api=prefect_to_use(asked=False),
            time_limit=study.asked.time_limit,
            workers=WORKERS,
            seed=study.asked.seed,
        )
    breaches = audit(study.problem, plan).breaches
    if breaches:
        raise NeurolistError(f"The plan that was found breaks {len(breaches)} rules. {breaches[0].says}")
    booked = {booking.case for booking in plan.bookings}
    figures = plain(figures_of(study.problem, plan))
    return {"figures": figures, "invented_booked": len(booked & study.invented)}, plan


def _worth(service: Service, study: Study) -> tuple[Answer, None]:
    """Price one more of everything, for the clinic as it stands now; who the cases are is not kept."""
    with service.database.reading() as session:
        problem = planning_problem(session, start=study.asked.start, end=study.asked.end, now=service.clock.now())
    return worth_answer(capacity_worth(problem, time_limit=study.asked.time_limit)), None


def worth_answer(found: CapacityWorth) -> Answer:
    """Give what was found as it is kept: a line for each kind of list and each skill, the best first."""
    return {
        "bound": found.bound,
        "settled": found.settled,
        "lists": [{**_line(one), "what": _list_words(one), "when": one.week.isoformat()} for one in found.lists],
        "skills": [{**_line(one), "what": one.worth.says.partition(":")[0], "when": None} for one in found.skills],
    }


def _line(one: ListWorth | SkillWorth) -> Answer:
    worth = one.worth
    return {
        "says": worth.says,
        "at_most": worth.at_most,
        "saves": worth.saves,
        "cases": worth.cases_gained,
        "days": worth.patient_days_avoided,
    }


def _list_words(one: ListWorth) -> str:
    imaging = " and ".join(modality.label for modality in one.modalities)
    payers = " or ".join(name.replace("_", " ") for name in one.funding)
    eased = ", with an anaesthetist" if one.anaesthetist else ""
    return f"{imaging} at {one.site_name}, {payers}{eased}"
