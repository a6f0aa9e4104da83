"""One event at the desk and on the command line: a proposal that moves few, and an outage that is remembered."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from db.mapping import planning_problem
from db.tables import LeaveRow, MaintenanceRow, SuiteSessionRow
from flows.quick_asked import QuickAsked, event_of
from scheduler.documents import read_plan, read_problem, write_plan, write_problem
from scheduler.engine.quick import ChangeKind, SuiteDown
from scheduler.errors import BadInputError, NeurolistError, NotFoundError, NotPermittedError
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role
from tests.builders.command import runner
from tests.builders.memory import MORNING, TODAY, a_clinic, a_proposal, list_for_test, read, step
from tests.builders.planning import a_case, a_problem, a_radiologist, a_suite, a_suite_session
from tests.builders.service import a_desk, a_service, an_actor
from tests.scheduler.engine.quick.clinic import places_of, standing, urgent

MELBOURNE = ZoneInfo("Australia/Melbourne")
TOMORROW = (TODAY + timedelta(days=1)).isoformat()


@pytest.fixture
def desk(sqlite_database):
    return a_desk(a_service(sqlite_database))


@pytest.fixture
def booked(desk):
    """Book two cases on tomorrow's list at the first site, at 08:30 and 09:30."""
    database = desk.service.database
    a_clinic(database)
    refs = [list_for_test(database, number) for number in (1, 2)]
    places = {f"{ref}-T": ("S01-1", 60 * number, "R01") for number, ref in enumerate(refs)}
    desk.publish(a_proposal(database, places))
    return refs


def lists_of(desk):
    return {case.ref: card.id for card in desk.lists(TODAY) for case in card.cases}


def row_of(desk, name):
    return read(desk.service.database, lambda session: session.get(SuiteSessionRow, name))


def rows(desk, table):
    return read(desk.service.database, lambda session: session.exec(select(table)).all())


# At the desk.


def test_a_suite_down_is_answered_published_and_kept_as_a_service_period(desk, booked):
    asked = QuickAsked(suite_down="S01-CT1", start=TOMORROW, end=TOMORROW)
    proposal, answer = desk.answer_event(asked)
    assert [change.kind for change in answer.changes] == [ChangeKind.MOVED, ChangeKind.MOVED]
    assert desk.proposal(proposal).summary.moved == 2
    report = desk.publish(proposal)
    assert sorted(report.moved) == sorted(booked)
    assert "S01-1" not in lists_of(desk).values()
    assert row_of(desk, "S01-1").closed
    assert [row.suite_id for row in rows(desk, MaintenanceRow)] == ["S01-CT1"]
    assert desk.answer_event(asked)[1].changes == ()


def test_a_suite_down_for_part_of_a_list_leaves_the_rest_of_it_for_good(desk, booked):
    first, second = booked
    _, answer = made = desk.answer_event(QuickAsked(suite_down="S01-CT1", start=f"{TOMORROW}T09:30", end=TOMORROW))
    assert [change.case for change in answer.changes] == [f"{second}-T"]
    assert desk.publish(made[0]).kept == (first,)
    row = row_of(desk, "S01-1")
    assert (row.wall_start, row.wall_end, row.closed) == ("08:30", "09:30", False)
    problem = read(
        desk.service.database,
        lambda session: planning_problem(session, start=TODAY, end=TODAY + timedelta(days=7), now=MORNING),
    )
    assert not problem.lists["S01-1"].session.closed


def test_a_radiologist_away_hands_the_list_over_and_is_on_leave(desk, booked):
    proposal, answer = desk.answer_event(QuickAsked(radiologist_away="R01", start=TOMORROW, end=TOMORROW))
    assert [change.kind for change in answer.changes] == [ChangeKind.STAFFED]
    assert sorted(desk.publish(proposal).moved) == sorted(booked)
    assert row_of(desk, "S01-1").assigned_radiologist_id == "R02"
    assert lists_of(desk) == dict.fromkeys(booked, "S01-1")
    assert [row.radiologist_id for row in rows(desk, LeaveRow)] == ["R01"]


def test_an_outage_is_not_kept_unless_the_proposal_is_published(desk, booked):
    desk.answer_event(QuickAsked(radiologist_away="R01", start=TOMORROW, end=TOMORROW))
    assert rows(desk, LeaveRow) == []
    assert row_of(desk, "S01-1").assigned_radiologist_id == "R01"


def test_a_waiting_case_is_placed_and_nobody_moves(desk, booked):
    new = list_for_test(desk.service.database, 3)
    proposal, answer = desk.answer_event(QuickAsked(urgent=new))
    assert [(change.case, change.kind) for change in answer.changes] == [(f"{new}-T", ChangeKind.PLACED)]
    report = desk.publish(proposal)
    assert (report.booked, sorted(report.kept)) == ((new,), sorted(booked))


def test_the_place_of_a_recorded_cancellation_is_offered_to_those_who_wait(desk, booked):
    first, _ = booked
    new = list_for_test(desk.service.database, 3)
    asked = QuickAsked(cancel=first)
    with pytest.raises(NeurolistError, match="Record its cancellation first"):
        desk.answer_event(asked)
    step(desk.service.database, first, Event.CANCEL_HOSPITAL, reason="other")
    _, answer = desk.answer_event(asked)
    assert f"{new}-T" in {offer.case for offer in answer.suggestions}
    assert answer.suggestions[0].says.startswith("Case ")


def test_only_the_office_may_ask(desk, booked):
    with pytest.raises(NotPermittedError):
        desk.acting(an_actor(Role.VIEWER)).answer_event(QuickAsked(urgent=booked[0]))


def test_a_case_nobody_knows_is_refused(desk, booked):
    with pytest.raises(NotFoundError, match="has the reference N99999"):
        desk.answer_event(QuickAsked(urgent="N99999"))


# What is typed.


def outage(start, end, **words):
    return event_of(QuickAsked(**{"suite_down": "CT1", "start": start, "end": end, **words}), MELBOURNE, lambda _: None)


def test_dates_are_whole_local_days_and_times_are_local():
    assert outage("2027-02-01", "2027-02-02") == SuiteDown(
        suite="CT1",
        start=datetime(2027, 2, 1, tzinfo=MELBOURNE),
        end=datetime(2027, 2, 3, tzinfo=MELBOURNE),
    )
    assert outage("2027-02-01T08:30", "2027-02-01T09:00").start == datetime(2027, 2, 1, 8, 30, tzinfo=MELBOURNE)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"start": "soon"}, "is not a moment"),
        ({"end": None}, "Say from when to when"),
        ({"end": "2027-01-31"}, "is not after"),
        ({"start": "2026-10-04T02:30"}, "the clocks go forward"),
        ({"cancel": "A"}, "Give one of"),
        ({"suite_down": None}, "Give one of"),
        ({"suite_down": None, "cancel": "A"}, "Leave --from and --to out"),
    ],
)
def test_words_that_name_no_event_are_refused(words, says):
    with pytest.raises(BadInputError, match=says):
        outage(**{"start": "2027-02-01", "end": "2027-02-02", **words})


# On the command line.


@pytest.fixture
def files(tmp_path):
    problem = a_problem(
        suites=[a_suite("CT1"), a_suite("CT2")],
        radiologists=[a_radiologist(sites=("S1",))],
        sessions=[a_suite_session("L1"), a_suite_session("L2", suite="CT2")],
        cases=[a_case("A")],
    )
    plan = standing(problem, A=("L1", "09:00"))
    paths = {name: str(tmp_path / f"{name}.json") for name in ("problem", "plan", "new", "after")}
    (tmp_path / "problem.json").write_text(write_problem(problem))
    (tmp_path / "plan.json").write_text(write_plan(plan))
    return paths


@pytest.fixture
def neurolist(monkeypatch, capsys):
    return runner(monkeypatch, capsys)


DOWN = ("--suite-down", "CT1", "--from", "2027-02-01", "--to", "2027-02-01")


def test_the_command_writes_a_plan_that_the_changed_problem_accepts(neurolist, files):
    told = ("-o", files["new"], "--problem-out", files["after"])
    code, out, errors = neurolist("quick", files["problem"], files["plan"], *told, *DOWN)
    assert (code, errors) == (0, "")
    assert "so case A (category 2) moves from L1" in out
    assert neurolist("check", files["after"], files["new"])[:2] == (
        0,
        "The plan keeps every rule. Its cost is 2,600.\n",
    )
    after = read_problem(Path(files["after"]).read_bytes())
    assert places_of(read_plan(Path(files["new"]).read_bytes(), after)) == {"A": ("L2", "09:00")}


def test_an_urgent_case_is_read_from_a_file(neurolist, files, tmp_path):
    document = json.loads(write_problem(a_problem(cases=[urgent("U")])))["cases"][0]
    path = tmp_path / "case.json"
    path.write_text(json.dumps(document))
    code, out, _ = neurolist("quick", files["problem"], files["plan"], "-o", files["new"], "--urgent", path, "--json")
    assert code == 0
    assert [change["kind"] for change in json.loads(out)["changes"]] == ["placed"]
    path.write_text(json.dumps({**document, "funding": 7, "urgency": 4}))
    code, _, errors = neurolist("quick", files["problem"], files["plan"], "-o", files["new"], "--urgent", path)
    assert code == 2
    assert "/funding: This must be a text, not 7." in errors
    assert "/urgency" in errors


def test_half_the_files_are_refused(neurolist, files):
    code, _, errors = neurolist("quick", files["problem"], *DOWN)
    assert code == 2
    assert "or none of them" in errors
