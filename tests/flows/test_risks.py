"""The risk of overrun at the desk and the command line: published lists, plans made to a risk, and files."""

import json
import sys
from pathlib import Path

import pytest

from db.words import ProposalStatus
from flows import cli
from flows.plan_requests import PlanRequest, request_of
from flows.risks import kept_risk, plan_risks
from flows.steps import run_plan_steps, waiting_steps
from flows.words import FlowName
from scheduler.errors import NeurolistError
from scheduler.risk import Overrun, Spread, overrun
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING, TODAY, a_clinic, list_for_test
from tests.builders.planning import a_booking, a_case, a_plan, a_problem, a_suite_session, later
from tests.builders.service import a_desk, a_service

PROBLEM, DURATIONS = Path("examples/problems/tiny.json"), Path("examples/durations/kinds.json")
SECONDS = 8.0
BLOCK = Spread(min=30, planned=45, max=60)  # a coeliac test block, as the protocol is shipped


@pytest.fixture
def desk(sqlite_database):
    return a_desk(a_service(sqlite_database))


@pytest.fixture
def waiting(desk):
    """As many test blocks as two lists hold, each with a quarter of an hour to spare: late on one day in eight."""
    a_clinic(desk.service.database, days=1)
    return [list_for_test(desk.service.database, number) for number in range(1, 9)]


@pytest.fixture
def neurolist(sqlite_database, monkeypatch, capsys):
    """Run a command in this process; gives its exit code, output and errors."""
    monkeypatch.setenv("NEUROLIST_HOME", str(sqlite_database.settings.home))
    monkeypatch.setenv("NEUROLIST_NOW", MORNING.isoformat())
    monkeypatch.setenv("COLUMNS", "220")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["neurolist", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return ended.value.code or 0, shown.out, shown.err

    return run


def test_a_plan_made_to_a_risk_keeps_to_it_once_published_and_one_to_planned_minutes_does_not(desk, waiting):
    full = desk.plan_now(start=TODAY, weeks=1, time_limit=SECONDS)
    desk.withdraw(full)
    safer = desk.plan_now(start=TODAY, weeks=1, time_limit=SECONDS, risk=5)
    page, before = desk.proposal(safer), desk.proposal(full)
    assert page.summary.placed < before.summary.placed == 8
    assert page.run["risk"] == 5
    assert page.run["risk_says"].startswith("Planned so that no list overruns on more than 5 % of days; the likeliest")
    desk.publish(safer)
    found = desk.risks(TODAY)
    assert found.lists
    assert found.lists[0].probability <= 0.05 + 0.01
    assert sorted(ref for row in found.lists for ref in row.cases) == sorted(place.ref for place in page.placed)
    assert found.sources == {"the protocol": len(page.placed)}
    booked = [case for card in desk.lists(TODAY) for case in card.cases]
    assert {case.minutes for case in booked} == {45}  # the true planned minutes, not those kept free


def test_published_lists_are_simulated_as_booked_and_the_likeliest_comes_first(desk, waiting):
    desk.publish(desk.plan_now(start=TODAY, weeks=1, time_limit=SECONDS))
    found = desk.risks(TODAY)
    shares = [row.probability for row in found.lists]
    assert shares == sorted(shares, reverse=True)
    first = found.lists[0]
    alone = overrun([BLOCK] * len(first.cases), 240, 15, booked_starts=[60 * at for at in range(len(first.cases))])
    assert (first.probability, first.expected_minutes) == (
        pytest.approx(alone.probability, abs=1e-4),
        pytest.approx(alone.expected_minutes, abs=0.1),
    )
    assert desk.risks(TODAY, site="S09").lists == ()


def test_the_planner_works_a_requested_plan_to_the_risk_that_was_asked_for(desk, waiting):
    proposal = desk.request_plan(start=TODAY, weeks=1, time_limit=SECONDS, risk=5)
    ids = [step.id for step in waiting_steps(desk.service, flows={FlowName.PLANNING}, limit=5)]
    run_plan_steps(desk.service, ids)
    page = desk.proposal(proposal)
    assert (page.summary.status, page.run["risk"]) == (ProposalStatus.READY, 5)
    assert page.run["highest_overrun"] <= 0.05


def test_anybody_of_the_staff_may_look_at_risks(desk, waiting):
    assert a_desk(desk.service, Role.VIEWER).risks(TODAY).lists == ()


@pytest.mark.parametrize("risk", [None, 1, 99])
def test_a_request_keeps_its_risk_on_its_way_to_the_planner(risk):
    asked = PlanRequest(proposal="p", start=TODAY, end=TODAY, time_limit=1, seed=0, risk=risk)
    assert request_of(json.loads(json.dumps(asked.as_payload()))) == asked


@pytest.mark.parametrize("risk", [0, 100])
def test_a_risk_that_is_no_choice_is_refused(desk, risk):
    with pytest.raises(NeurolistError, match="1 to 99 per cent"):
        desk.plan_now(risk=risk)


def test_what_is_kept_is_said_in_a_sentence():
    kept = kept_risk({"L1": Overrun(probability=0.1234, expected_minutes=1)}, 20)
    assert (
        kept.says == "Planned so that no list overruns on more than 20 % of days; the likeliest does on 12.3 % of them."
    )
    late = {f"L{at}": Overrun(probability=at / 10, expected_minutes=1) for at in range(10)}
    assert kept_risk(late, 20).says == (
        "Planned so that no list overruns on more than 20 % of days, but for lists whose pinned cases alone exceed "
        "that: L9 on 90.0 %, L8 on 80.0 %, L7 on 70.0 %, L6 on 60.0 %, L5 on 50.0 %, L4 on 40.0 % and 1 more."
    )


def test_a_plans_lists_are_told_with_who_and_where():
    problem = a_problem(
        sessions=[a_suite_session(end="09:40"), a_suite_session("L2", day=later(1))], cases=[a_case("A"), a_case("B")]
    )
    plan = a_plan(a_booking("A", "L2", day=later(1)), a_booking("B"))
    found = plan_risks(problem, plan, {"B": Spread(min=20, planned=30, max=60)})
    assert [row.list for row in found.lists] == ["L1", "L2"]
    first, second = found.lists
    assert (first.radiologist, first.cases, f"{first.booked_until:%H:%M}") == ("Radiologist R1", ("B",), "09:30")
    assert 0 < first.probability < 1
    assert (second.probability, second.expected_minutes) == (0, 0)
    assert found.sources == {"the durations file": 1, "planned minutes alone": 1}


def test_a_problem_file_is_solved_to_a_risk_and_its_plan_checked_and_simulated(neurolist, tmp_path):
    plan = tmp_path / "plan.json"
    files = ("--durations", DURATIONS)
    code, _, errors = neurolist("solve", PROBLEM, "-o", plan, "--time-limit", 6, "--risk", 20, *files)
    assert code == 0
    assert "Planned so that no list overruns on more than 20 % of days" in errors
    assert neurolist("check", PROBLEM, plan)[0] == 0
    code, out, _ = neurolist("risk", "--problem", PROBLEM, "--plan", plan, *files)
    assert code == 0
    assert "of overrun to be expected in all" in out
    code, out, _ = neurolist("risk", "--problem", PROBLEM, "--plan", plan, *files, "--seed", 5, "--json")
    rows = json.loads(out)["lists"]
    assert rows
    assert all(row["probability"] <= 0.2 + 0.03 for row in rows)


def test_a_plan_that_breaks_a_rule_is_not_simulated(neurolist, tmp_path):
    plan = tmp_path / "plan.json"
    neurolist("solve", PROBLEM, "-o", plan, "--time-limit", 3)
    found = json.loads(plan.read_text())
    found["bookings"].pop()
    plan.write_text(json.dumps(found))
    code, _, errors = neurolist("risk", "--problem", PROBLEM, "--plan", plan)
    assert code == 1
    assert "neurolist check" in errors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["solve", PROBLEM, "-o", "-", "--risk", 20], "belong together"),
        (["solve", PROBLEM, "-o", "-", "--durations", DURATIONS], "belong together"),
        (["solve", PROBLEM, "-o", "-", "--risk", 0, "--durations", DURATIONS], "--risk"),
        (["solve", PROBLEM, "-o", "-", "--risk", 20, "--durations", "/nothing.json"], "no such file"),
        (["solve", PROBLEM, "-o", "-", "--risk", 20, "--durations", PROBLEM], "neurolist-durations/1"),
        (["solve", PROBLEM, "-o", "-", "--risk", 20, "--durations", DURATIONS, "--parts", 2], "whole at once"),
        (["plan", "--risk", "100"], "--risk"),
        (["risk", "--problem", PROBLEM], "together"),
        (["risk", "--durations", DURATIONS], "together"),
        (["risk", "--from", "soon"], "write it like 2026-12-01"),
    ],
)
def test_wrong_input_ends_with_two_and_advice(neurolist, arguments, says):
    code, _, errors = neurolist(*arguments)
    assert code == 2
    assert says in errors


def test_without_bookings_there_is_nothing_to_simulate(neurolist):
    assert neurolist("risk")[:2] == (0, "No list that has not begun holds a booking.\n")
