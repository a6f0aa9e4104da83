"""Invented problems are valid, repeat themselves, and keep a family's pressure at any size."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.families import FAMILIES, main, make_problem
from benchmarks.making.staff import away
from scheduler.audit import rule_breaches
from scheduler.diary import Diary
from scheduler.documents import read_problem, write_problem
from scheduler.plan import Plan, SessionUse

UNPUBLISHED = [name for name, family in FAMILIES.items() if not family.published and family.cases <= 300]


@pytest.mark.parametrize("name", UNPUBLISHED)
def test_a_problem_reads_back_as_it_was_made(name: str) -> None:
    problem = make_problem(FAMILIES[name], 5)
    assert read_problem(write_problem(problem).encode()) == problem
    assert len(problem.cases) == FAMILIES[name].cases


def test_the_same_seed_gives_the_same_problem_and_another_seed_another() -> None:
    family = FAMILIES["metro"]
    assert make_problem(family, 1) == make_problem(family, 1)
    assert make_problem(family, 1).cases != make_problem(family, 2).cases


def test_the_roster_breaks_no_rule_about_radiologists() -> None:
    problem = make_problem(FAMILIES["busy"], 3)
    rostered = [session for session in problem.sessions if session.radiologist]
    assert len(rostered) > len(problem.sessions) / 2
    uses = tuple(SessionUse(session=session.id, radiologist=session.radiologist) for session in rostered)
    broken = Counter(breach.rule for breach in rule_breaches(Diary(problem=problem, plan=Plan(sessions=uses))))
    assert not {name for name in broken if name.startswith("radiologist-")}


@pytest.mark.parametrize(("name", "at_once"), [("busy", False), ("side-by-side", True)])
def test_lists_of_one_site_run_at_one_time_only_where_the_family_says_so(name: str, at_once: bool) -> None:
    lists = make_problem(FAMILIES[name], 1).lists.values()
    meeting = [
        (one.id, other.id)
        for one in lists
        for other in lists
        if one.id < other.id and one.site == other.site and one.start < other.end and other.start < one.end
    ]
    assert bool(meeting) == at_once


def test_the_suites_offer_the_imaging_that_every_case_needs() -> None:
    problem = make_problem(FAMILIES["network"], 4)
    offered = {kind for suite in problem.suites for kind in suite.modalities}
    assert all(offered.intersection(case.modalities) for case in problem.cases)


@pytest.mark.parametrize("cases", [75, 150, 600])
def test_a_grown_problem_keeps_the_cases_a_list_and_a_radiologist_see(cases: int) -> None:
    usual = make_problem(FAMILIES["busy"], 0)
    grown = make_problem(FAMILIES["busy"].of(cases), 0)
    assert len(grown.cases) == cases
    assert len(grown.cases) / len(grown.sessions) == pytest.approx(len(usual.cases) / len(usual.sessions), rel=0.05)
    assert len(grown.sessions) / len(grown.radiologists) == pytest.approx(8, rel=0.05)


def test_after_a_publication_the_first_days_are_pinned_and_a_suite_and_a_radiologist_are_out() -> None:
    problem = make_problem(FAMILIES["metro-replan"].of(40), 2, plan_seconds=2)
    pinned = [case for case in problem.cases if case.pinned]
    assert pinned
    assert all((case.pinned.start.date() - problem.horizon.start).days < 2 for case in pinned)
    assert any(session.closed for session in problem.sessions)
    assert sum(case.id.startswith("N") for case in problem.cases) == 8
    illness = away(problem.horizon.start.replace(day=4), 3, problem.zone)
    assert sum(illness in person.unavailable for person in problem.radiologists) == 1
    assert read_problem(write_problem(problem).encode()) == problem


def test_a_size_below_one_is_refused_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["busy", "--cases", "0"])
    assert left.value.code == 2
    assert "--cases is 0; ask for at least one case." in capsys.readouterr().err


def test_a_problem_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    main(["tiny", "--seed", "4", "-o", str(tmp_path / "tiny.json")])
    assert read_problem((tmp_path / "tiny.json").read_bytes()) == make_problem(FAMILIES["tiny"], 4)
