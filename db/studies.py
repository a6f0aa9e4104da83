"""Studies from the asking to the answer: scenarios side by side, and what one more list or skill is worth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from db import audit, writes
from db.audit import Author
from db.mapping import WEIGHTS, planning_problem
from db.protocol import protocol
from db.scenarios import scenario_row
from db.tables import StudyRow
from db.tables.base import new_id
from db.words import StudyKind, StudyStatus
from scheduler.documents.changes import read_changes, write_changes
from scheduler.documents.plans import read_plan, write_plan
from scheduler.documents.problems import read_problem, write_problem
from scheduler.errors import BadInputError, NeurolistError, NotFoundError
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem
from scheduler.scenario import Change, with_changes

WORKING = (StudyStatus.QUEUED, StudyStatus.RUNNING)
FEWEST, MOST = 2, 4  # scenarios that people can read side by side
COMPARE = "compare_scenarios"  # under which its write is remembered
AS_IT_STANDS = "As things stand"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyAsked:
    """What is asked of the planner: the dates, both included, and how long each search may take, in seconds."""

    start: date
    end: date
    time_limit: float
    seed: int = 0

    def options(self) -> dict[str, object]:
        """Give what the run was asked with, to keep."""
        return {"time_limit": self.time_limit, "seed": self.seed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Studies that were asked for together."""

    comparison: str
    studies: tuple[str, ...]


def compare(
    session: Session,
    scenarios: Sequence[str | None],
    asked: StudyAsked,
    *,
    actor: Author,
    now: datetime,
    write_id: str | None = None,
) -> Asked:
    """Ask what two to four scenarios come to, each by id or name; None is the clinic as it stands.

    The clinic is read once, so that all of them are of the same moment.
    """
    done = writes.earlier(session, write_id, COMPARE)
    if done is not None:
        return asked_together(session, str(done["id"]))
    rows = [None if each is None else scenario_row(session, each) for each in scenarios]
    if not FEWEST <= len({row.id if row else None for row in rows}) == len(rows) <= MOST:
        raise BadInputError.of("scenarios", f"Choose {FEWEST} to {MOST} different scenarios to compare.")
    base = planning_problem(session, start=asked.start, end=asked.end, now=now)
    if not base.lists:
        raise BadInputError.of(
            "dates", "No list lies ahead in these weeks. Choose other weeks, or add lists in Set-up."
        )
    rules, comparison = protocol(session, asked.start), new_id()
    studies = []
    for place, row in enumerate(rows):
        changes = () if row is None else read_changes(row.changes)
        changed = with_changes(base, changes, rules, WEIGHTS)
        study = StudyRow(
            kind=StudyKind.SCENARIO,
            comparison=comparison,
            place=place,
            scenario_id=row.id if row else None,
            name=row.name if row else AS_IT_STANDS,
            changes=write_changes(changes),
            start=asked.start,
            finish=asked.end,
            asked_at=now,
            asked_by=actor.name,
            options={
                **asked.options(),
                "outside": write_changes(changed.outside),
                "invented": sorted(changed.invented),
            },
            problem=json.loads(write_problem(changed.problem)),
        )
        session.add(study)
        studies.append(study.id)
    audit.record(session, action="compare_scenarios", entity="study", ref=comparison, facts={"studies": studies})
    writes.finish(session, write_id, {"id": comparison})
    return Asked(comparison=comparison, studies=tuple(studies))


def asked_together(session: Session, comparison: str) -> Asked:
    """Give the studies of one comparison, in order."""
    return Asked(comparison=comparison, studies=tuple(row.id for row in rows_of(session, comparison)))


def rows_of(session: Session, comparison: str) -> Sequence[StudyRow]:
    """List the studies of one comparison, in order."""
    asked = select(StudyRow).where(StudyRow.comparison == comparison).order_by(col(StudyRow.place))
    rows = session.exec(asked).all() if comparison else []
    if not rows:
        raise NotFoundError("No comparison has this id. Choose one from the list of comparisons.")
    return rows


def ask_worth(session: Session, asked: StudyAsked, *, actor: Author, now: datetime, write_id: str | None = None) -> str:
    """Ask what one more list or skill is worth; gives the study's id. One asking at a time is enough."""
    done = writes.earlier(session, write_id, "ask_worth")
    if done is not None:
        return str(done["id"])
    row = _worth_under_way(session)
    if row is None:
        row = StudyRow(
            kind=StudyKind.WORTH,
            start=asked.start,
            finish=asked.end,
            asked_at=now,
            asked_by=actor.name,
            options=asked.options(),
        )
        session.add(row)
        audit.record(session, action="ask_worth", entity="study", ref=row.id)
    writes.finish(session, write_id, {"id": row.id})
    return row.id


def _worth_under_way(session: Session) -> StudyRow | None:
    asked = select(StudyRow).where(StudyRow.kind == StudyKind.WORTH, col(StudyRow.status).in_(WORKING))
    return session.exec(asked).first()


def begin(session: Session, study: str, *, now: datetime) -> None:
    """Note that a study is being worked out."""
    row = _open(session, study)
    row.status, row.started_at = StudyStatus.RUNNING, now
    audit.record(session, action="begin_study", entity="study", ref=study)


def finish(
    session: Session, study: str, answer: Mapping[str, object], *, now: datetime, plan: Plan | None = None
) -> None:
    """Keep what a study came to."""
    row = _open(session, study)
    row.status, row.finished_at, row.answer = StudyStatus.READY, now, dict(answer)
    row.plan = None if plan is None else json.loads(write_plan(plan))
    audit.record(session, action="finish_study", entity="study", ref=study)


def give_up(session: Session, study: str, *, why: str, now: datetime) -> None:
    """Keep why a study has no answer."""
    row = _open(session, study)
    row.status, row.finished_at, row.failure = StudyStatus.FAILED, now, why
    audit.record(session, action="fail_study", entity="study", ref=study, why=why)


def adopted(session: Session, study: str, proposal: str) -> None:
    """Note the proposal that a study's plan became."""
    row = study_row(session, study)
    row.proposal_id = proposal
    audit.record(session, action="adopt_scenario", entity="study", ref=study, facts={"proposal": proposal})


def study_row(session: Session, study: str, *, lock: bool = False) -> StudyRow:
    """Find a study."""
    asked = select(StudyRow).where(StudyRow.id == study)
    row = session.exec(asked.with_for_update() if lock else asked).first()
    if row is None:
        raise NotFoundError("No study has this id. Choose one from a comparison of scenarios.")
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study as the planner works it, and as it is adopted.

    `problem`, `plan` and `changes` (those that lie in the weeks compared) are of a scenario.
    """

    id: str
    kind: StudyKind
    name: str
    asked: StudyAsked
    changes: tuple[Change, ...]
    invented: frozenset[str]
    problem: SchedulingProblem | None
    plan: Plan | None


def study(session: Session, study_id: str) -> Study:
    """Read one study in full."""
    row = study_row(session, study_id)
    problem = None if row.problem is None else read_problem(json.dumps(row.problem))
    plan = None if row.plan is None or problem is None else read_plan(json.dumps(row.plan), problem)
    found = row.options.get("outside")
    outside = read_changes(found if isinstance(found, list) else [])
    return Study(
        id=row.id,
        kind=row.kind,
        name=row.name,
        asked=StudyAsked(
            start=row.start,
            end=row.finish,
            time_limit=float(str(row.options["time_limit"])),
            seed=int(str(row.options["seed"])),
        ),
        changes=tuple(change for change in read_changes(row.changes) if change not in outside),
        invented=frozenset(_texts(row.options.get("invented"))),
        problem=problem,
        plan=plan,
    )


def _texts(found: object) -> tuple[str, ...]:
    return tuple(str(each) for each in found) if isinstance(found, list) else ()


def _open(session: Session, study_id: str) -> StudyRow:
    row = study_row(session, study_id, lock=True)
    if row.status not in WORKING:
        raise NeurolistError(f"This study is {row.status.value}, so its run has nothing left to do.")
    return row
