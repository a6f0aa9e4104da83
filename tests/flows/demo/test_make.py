"""The demonstration is a service that could have been: whole, lawful, nobody's, and the same from the same seed."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import select

from db.agendas import CARRIED, REDISCUSS
from db.cases import MOVED
from db.due_steps import due
from db.engine import Database, open_database
from db.pictures import CasePage
from db.referrals import RECEIVED
from db.settings import MemorySettings
from db.tables import METADATA, ClaimRow, PatientIdentityRow
from db.words import ProposalStatus
from flows.clock import Clock, fixed_clock
from flows.demo import STAFF, DemoReport, demo_accounts, make_demo, plan_ahead
from flows.demo.days import at
from flows.demo.make import NOTE
from flows.demo.staff import ADMINISTRATOR
from flows.desk import Desk
from flows.service import Service
from scheduler.errors import NeurolistError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.events import Event
from scheduler.pathway.facts import TestResult
from scheduler.pathway.readiness import Readiness
from scheduler.pathway.states import PathwayState
from scheduler.pathway.transitions import TRANSITIONS
from scheduler.vocabulary import Funding, Stage

MELBOURNE = "Australia/Melbourne"
TODAY = date(2026, 11, 23)
NOW = at(TODAY, 9, timezone=MELBOURNE)
CLOCK: Clock = fixed_clock(NOW, timezone=MELBOURNE)
MOVES = {(move.start, move.event.value): move.end for move in TRANSITIONS}
SMALL = 9  # one referral in nine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def an_empty_memory(home: Path) -> Database:
    database = open_database(MemorySettings(home=home))
    database.prepare(NOW)
    return database


def desk_of(database: Database) -> Desk:
    return Desk(Service(database=database, clock=CLOCK, owner="test"), ADMINISTRATOR.actor)


def every_case(desk: Desk) -> list[str]:
    """The references of all cases, those whose pathway has ended too."""
    return sorted(summary.ref for state in PathwayState for summary in desk.cases(state=state.value))


# Lines of a history that tell of no step.
BESIDE = frozenset({MOVED, CARRIED, REDISCUSS})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, DemoReport]]:
    database = an_empty_memory(tmp_path_factory.mktemp("demo"))
    report = make_demo(database, clock=CLOCK, seed=0)
    print(f"The demonstration took {report.seconds:.0f} seconds.")
    yield database, report
    database.close()


@pytest.fixture(scope="module")
def report(made: tuple[Database, DemoReport]) -> DemoReport:
    return made[1]


@pytest.fixture(scope="module")
def database(made: tuple[Database, DemoReport]) -> Database:
    return made[0]


@pytest.fixture(scope="module")
def desk(database: Database) -> Desk:
    return desk_of(database)


@pytest.fixture(scope="module")
def pages(desk: Desk) -> tuple[CasePage, ...]:
    return tuple(desk.case(ref) for ref in every_case(desk))


def test_about_180_cases_stand_in_every_one_of_the_25_states(report: DemoReport) -> None:
    assert 170 <= report.cases <= 200
    assert {state for state in PathwayState if report.states.get(state)} == set(PathwayState)


def test_every_case_that_was_made_is_looked_at(pages: tuple[CasePage, ...], report: DemoReport) -> None:
    assert len(pages) == report.cases


def test_every_history_obeys_the_pathway_and_ends_where_the_case_stands(pages: tuple[CasePage, ...]) -> None:
    for page in pages:
        first, *steps = [line for line in page.history if line.event not in BESIDE]
        assert (first.event, first.to_state) == (RECEIVED, PathwayState.REFERRAL_RECEIVED)
        for before, line in pairwise([first, *steps]):
            assert line.from_state is before.to_state
            assert MOVES[before.to_state, line.event] is line.to_state
        assert page.history[-1].to_state is page.summary.state


def test_history_runs_forwards_and_never_into_the_future(pages: tuple[CasePage, ...]) -> None:
    for page in pages:
        instants = [line.at for line in page.history]
        assert instants == sorted(instants)
        assert instants[-1] < NOW


def test_no_resource_is_held_twice_at_any_time(database: Database) -> None:
    held: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    with database.reading() as session:
        for claim in session.exec(select(ClaimRow).where(ClaimRow.active)):
            held[claim.kind, claim.resource_id].append((claim.start, claim.end))
    assert {kind for kind, _ in held} >= {"suite", "radiologist", "patient", "equipment", "recovery_bay"}
    for spans in held.values():
        assert all(one[1] <= other[0] for one, other in pairwise(sorted(spans)))


def test_no_patients_name_stands_outside_the_identity_tables_and_the_letters(database: Database) -> None:
    with database.reading() as session:
        families = {row.family_name for row in session.exec(select(PatientIdentityRow))}
        named = re.compile(rf"\b({'|'.join(map(re.escape, sorted(families)))})\b")
        for table in METADATA.sorted_tables:
            if not table.info.get("identity"):
                told = [column for column in table.columns if (table.name, column.name) != ("document", "text")]
                for row in session.connection().execute(select(*told)):
                    text = json.dumps([str(value) for value in row], ensure_ascii=False)
                    assert not named.search(text), f"{table.name} names {named.findall(text)}"


def test_about_four_tests_in_five_were_positive(pages: tuple[CasePage, ...]) -> None:
    results = [done.result for page in pages for done in page.facts.procedures if done.result]
    assert {TestResult.POSITIVE, TestResult.EQUIVOCAL, TestResult.NEGATIVE} == set(results)
    assert 0.68 <= results.count(TestResult.POSITIVE) / len(results) <= 0.88


def test_a_published_plan_fills_the_coming_weeks_and_some_wait_for_a_place(desk: Desk) -> None:
    coming = [booked for card in desk.lists(TODAY) for booked in card.cases]
    assert len(coming) >= 15
    assert {booked.status for booked in coming} == {BookingState.BOOKED}
    assert {booked.stage for booked in coming} == set(Stage)
    assert len(desk.to_place()) >= 5


def test_some_wait_too_long_some_are_not_ready_and_some_lack_items(desk: Desk) -> None:
    cases = desk.cases()
    assert any(case.overdue and case.state is PathwayState.DEFINITIVE_WAITING for case in cases)
    waiting = {case.readiness for case in cases if case.readiness}
    assert {Readiness.READY, Readiness.NOT_READY_CLINICAL, Readiness.NOT_READY_PERSONAL} <= waiting
    assert any(case.missing for case in cases if case.state is PathwayState.REFERRAL_INCOMPLETE)
    assert {Funding.PUBLIC, Funding.PRIVATE, Funding.DVA} <= {case.funding for case in cases}


def test_a_case_that_no_list_takes_is_left_over_with_the_reason(desk: Desk) -> None:
    newest = desk.proposal(desk.proposals()[0].id)
    assert any("anaesthetist" in reason for left in newest.left_over for reason in left.reasons)


def test_visits_were_postponed_missed_and_broken_off_now_and_then(pages: tuple[CasePage, ...]) -> None:
    events = {line.event for page in pages for line in page.history}
    assert {Event.ABANDON_TEST, Event.REPEAT_TEST, Event.PAIN_RETURNS, Event.MDT_MORE_INFO} <= events
    assert events & {Event.CANCEL_HOSPITAL, Event.CANCEL_PATIENT, Event.DID_NOT_ATTEND}


def test_the_trail_of_all_that_happened_is_whole(database: Database) -> None:
    assert database.verify_trail().fault is None


def test_nothing_is_left_to_do_for_the_dispatcher_but_the_last_days_work(database: Database) -> None:
    with database.reading() as session:
        late = [step for step in due(session, now=NOW, limit=1_000) if step.due_at < NOW - timedelta(days=7)]
    assert late == []


@pytest.mark.parametrize("one", STAFF, ids=lambda one: one.username)
def test_every_account_signs_in_with_its_role(one, desk: Desk, report: DemoReport) -> None:
    person = desk.person(desk.sign_in(one.username, report.password, "127.0.0.1"))
    assert person is not None
    assert (person.name, person.roles["*"]) == (one.name, frozenset({one.role}))


def test_how_to_sign_in_is_kept_in_the_folder_for_its_owner_alone(database: Database, report: DemoReport) -> None:
    home = database.settings.home
    assert report.password in (demo_accounts(home) or "")
    assert (home / NOTE).stat().st_mode & 0o777 == 0o600


def test_a_folder_without_a_demonstration_has_no_note(tmp_path: Path) -> None:
    assert demo_accounts(tmp_path) is None


def test_a_memory_that_holds_a_service_already_is_left_alone(database: Database, desk: Desk) -> None:
    before = desk.status().trail_rows
    with pytest.raises(NeurolistError, match="already holds a service"):
        make_demo(database, clock=CLOCK)
    assert desk.status().trail_rows == before


def test_the_same_seed_and_date_make_the_same_service_and_another_seed_another(tmp_path: Path) -> None:
    first, again, other = (_told(tmp_path / name, seed) for name, seed in (("a", 3), ("b", 3), ("c", 4)))
    assert first == again
    assert first != other


def test_it_is_made_on_postgresql_too(fresh: Callable[[str], MemorySettings]) -> None:
    database = open_database(fresh("postgresql"))
    report = make_demo(database, clock=CLOCK, seed=3, one_in=SMALL)
    assert sum(report.states.values()) == report.cases == len(every_case(desk_of(database)))
    database.close()


def _told(home: Path, seed: int) -> list[object]:
    """Everything that a small demonstration tells of its cases, its people and its lists."""
    database = an_empty_memory(home)
    make_demo(database, clock=CLOCK, seed=seed, one_in=SMALL)
    desk = desk_of(database)
    with database.reading() as session:
        people = sorted(
            (row.family_name, row.given_names, row.phone) for row in session.exec(select(PatientIdentityRow))
        )
    lines = [
        (ref, line.event, line.at, dict(line.details)) for ref in every_case(desk) for line in desk.case(ref).history
    ]
    lists = [(card.id, card.radiologist, [booked.ref for booked in card.cases]) for card in desk.lists(TODAY)]
    database.close()
    return [people, sorted(lines, key=str), lists]


def test_the_coming_weeks_are_planned_by_the_planner_and_published(tmp_path: Path) -> None:
    database = an_empty_memory(tmp_path)
    make_demo(database, clock=CLOCK, seed=3, one_in=SMALL)
    desk = desk_of(database)
    before = len(desk.proposals())
    report = plan_ahead(desk.service, seconds=2)
    assert len(desk.proposals()) == before + 1
    assert desk.proposal(report.proposal_id).summary.status is ProposalStatus.PUBLISHED
    assert report.not_booked == ()
    database.close()
