"""Where a case can go and why it is not booked, asked at the desk and from the command line."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from db.standing import standing
from flows import cli
from flows.explaining import Standing, where_it_can_go, why_it_is_not_booked, why_none_is_booked
from flows.permissions import Actor
from flows.plan_files import save_plan
from scheduler.audit import audit
from scheduler.documents import write_problem
from scheduler.errors import NeurolistError, NotFoundError, NotPermittedError
from scheduler.explain import places_for
from scheduler.explain.changes import with_figures
from scheduler.problem import Pin
from tests.builders.memory import MORNING, TODAY, a_case, a_clinic, a_proposal, list_for_test, read
from tests.builders.planning import a_booking, a_plan, a_problem, a_radiologist, a_suite_session, at, later
from tests.builders.planning import a_case as a_planned_case
from tests.builders.service import a_desk, a_service


@pytest.fixture
def booked(sqlite_database):
    """One case published on the first list of site 1, another waiting."""
    a_clinic(sqlite_database)
    first, second = list_for_test(sqlite_database, 1), list_for_test(sqlite_database, 2)
    desk = a_desk(a_service(sqlite_database))
    desk.publish(a_proposal(sqlite_database, {f"{first}-T": ("S01-1", 0, "R01")}))
    return desk, first, second


@pytest.fixture
def neurolist(sqlite_database, monkeypatch, capsys):
    monkeypatch.setenv("NEUROLIST_HOME", str(sqlite_database.settings.home))
    monkeypatch.setenv("NEUROLIST_NOW", MORNING.isoformat())
    monkeypatch.setenv("NEUROLIST_USER", "Robin Doe")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["neurolist", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return ended.value.code or 0, shown.out, shown.err

    return run


def test_the_plan_that_stands_holds_what_was_published_and_is_sound(booked, sqlite_database):
    _, first, second = booked
    stands = read(
        sqlite_database, lambda session: standing(session, start=TODAY, end=TODAY.replace(day=30), now=MORNING)
    )
    (booking,) = stands.plan.bookings
    assert (booking.case, booking.session) == (f"{first}-T", "S01-1")
    assert [use.radiologist for use in stands.plan.sessions] == ["R01"]
    assert [waiting.case for waiting in stands.plan.unscheduled] == [f"{second}-T"]
    assert audit(stands.problem, with_figures(stands.problem, stands.plan)).sound


def test_a_waiting_case_is_told_every_list_beside_what_is_booked(booked):
    desk, _, second = booked
    found = desk.where(second)
    assert found.case == f"{second}-T"
    assert found.booked is None
    assert {place.session for place in found.places} == {
        f"{site}-{ahead}" for site in ("S01", "S02") for ahead in (1, 2, 3)
    }
    shared = next(place for place in found.places if place.session == "S01-1")
    assert shared.radiologist == "Radiologist R01"
    assert shared.start > next(place for place in found.places if place.session == "S02-1").start


def test_a_booked_case_is_told_where_it_is_and_staying_costs_nothing(booked):
    desk, first, _ = booked
    found = desk.where(first)
    assert found.booked is not None
    assert (found.booked.session, found.booked.cost_change) == ("S01-1", 0)
    assert desk.why(first).booked
    assert "is booked, on S01-1 at 08:30 on 25 Nov 2026" in desk.why(first).says


def test_why_of_all_tells_of_every_waiting_case_and_no_other(booked):
    desk, _, second = booked
    (why,) = desk.whys()
    assert why.case == f"{second}-T"
    assert "fits as things stand" in why.says
    assert why == desk.why(second)


def test_a_case_not_on_a_waiting_list_is_an_unknown_one_and_one_unknown_too(booked, sqlite_database):
    desk, *_ = booked
    early = a_case(sqlite_database, 3)
    with pytest.raises(NotFoundError, match=f"no case {early}"):
        desk.where(early)
    with pytest.raises(NotFoundError, match="No case has the reference N1"):
        desk.why("N1")


def test_somebody_without_a_role_is_refused(booked):
    desk, first, _ = booked
    nobody = desk.acting(Actor(id="x", name="Nobody"))
    for ask in (nobody.where, nobody.why):
        with pytest.raises(NotPermittedError):
            ask(first)
    with pytest.raises(NotPermittedError):
        nobody.whys()


def test_the_command_prints_the_places_and_the_reasons(neurolist, booked):
    _, first, second = booked
    code, out, _ = neurolist("where", second)
    assert code == 0
    assert f"{second}-T" in out
    assert "is not booked. It can go on 6 of 6 lists." in out
    assert "S02-1" in out
    code, out, _ = neurolist("why", first)
    assert (code, "is booked" in out) == (0, True)
    code, out, _ = neurolist("where", second, "--json")
    assert len(json.loads(out)["places"]) == 6


def full_week() -> Standing:
    """One list, full; a second for private patients; case A is left over."""
    problem = a_problem(
        radiologists=[a_radiologist(sites=("S1",))],
        sessions=[a_suite_session("L1"), a_suite_session("L2", day=later(1), funding=("private",))],
        cases=[a_planned_case("A"), a_planned_case("B", duration_minutes=60)],
    )
    return Standing(problem=problem, plan=with_figures(problem, a_plan(a_booking("B"), waiting=["A"])))


@pytest.fixture
def files(tmp_path):
    stands = full_week()
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(write_problem(stands.problem))
    save_plan(stands.plan, str(plan))
    return ("--problem", str(problem), "--plan", str(plan))


def test_files_are_asked_without_a_database(neurolist, files):
    code, out, _ = neurolist("where", "A", *files)
    assert code == 0
    assert "It can go on 0 of 2 lists." in out
    assert "2 lists cannot take it. Does not take its funding: 1; no room left: 1. --all shows each." in out
    code, out, _ = neurolist("where", "A", *files, "--all")
    assert out.count("no, because") == 2
    code, out, _ = neurolist("why", "A", *files)
    assert "Allow 30 minutes of overtime on L1 on 1 Feb 2027." in out
    assert "Radiologist R1 works 30 minutes longer on L1." in out
    assert "no fewer would: funding, session-window, suite-no-overlap" in out
    code, out, _ = neurolist("why", *files)
    assert out.startswith("Case A cannot go on any of the 2 lists")
    assert len(out.splitlines()) == 1


def test_json_of_why_holds_the_ways_with_cost_and_whom_they_affect(neurolist, files):
    _, out, _ = neurolist("why", "A", *files, "--json")
    found = json.loads(out)
    assert found["excluded"] == {"funding": 1, "session-window": 1, "suite-no-overlap": 1}
    assert all(set(way) == {"says", "cost_change", "affects"} for way in found["ways"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["why", "A", "--problem", "p.json"], "--problem and --plan go together"),
        (["where", "A", "--problem", "/none.json", "--plan", "/none.json"], "no such file"),
    ],
)
def test_wrong_input_ends_with_two_and_advice(neurolist, arguments, says):
    code, _, errors = neurolist(*arguments)
    assert code == 2
    assert says in errors.replace("\n", " ")


def test_an_unknown_case_of_a_file_ends_with_two(neurolist, files):
    code, _, errors = neurolist("where", "Z", *files)
    assert code == 2
    assert "The plan has no case Z. Check the reference" in errors


def test_a_case_left_out_says_what_to_do_first():
    stands = full_week()
    left = replace(stands, left_out=(replace(stands.plan.unscheduled[0], case="C-T", reasons=("Not ready.",)),))
    assert why_it_is_not_booked(left, "C").says == "Case C-T cannot be planned yet. Not ready."
    assert [why.case for why in why_none_is_booked(left)] == ["C-T", "A"]
    with pytest.raises(NeurolistError, match="cannot be planned yet"):
        where_it_can_go(left, "C")


def test_the_lines_are_the_places_in_their_order():
    stands = full_week()
    found = where_it_can_go(stands, "B")
    assert [line.session for line in found.places] == [
        place.session for place in places_for(stands.problem, stands.plan, "B")
    ]


def test_pins_that_clash_are_named_with_the_rule_when_solving_a_file(neurolist, tmp_path):
    cases = [
        a_planned_case(key, pinned=Pin(session="L1", start=at(clock)))
        for key, clock in (("A", "09:00"), ("B", "09:15"))
    ]
    shut = a_planned_case("C", pinned=Pin(session="L2", start=at("09:00", later(1))))
    lists = [a_suite_session("L1"), a_suite_session("L2", day=later(1), closed=True)]
    path = tmp_path / "problem.json"
    people = [a_radiologist(sites=("S1",))]
    problem = a_problem(radiologists=people, sessions=lists, cases=[*cases, a_planned_case("D"), shut])
    path.write_text(write_problem(problem))
    code, _, errors = neurolist("solve", path, "-o", tmp_path / "plan.json", "--time-limit", 5)
    assert code == 1
    first, second = errors.strip().splitlines()
    assert "this pinned case where it is: case C on L2" in first
    assert "session-closed: Case C is booked on L2, which is closed." in first
    assert "these 2 pinned cases where they are: case A" in second
    assert "suite-no-overlap: Case B starts at 09:15 on L1" in second
    assert "case D" not in errors
    assert not Path(tmp_path / "plan.json").exists()
