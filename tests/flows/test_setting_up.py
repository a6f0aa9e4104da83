"""A clinic taken from a problem file is the clinic that plans are made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from db import mapping
from db.protocol import protocol
from flows.setting_up import set_up
from scheduler.errors import BadInputError
from scheduler.problem import minutes_of
from tests.builders.memory import MORNING, TODAY, read, write
from tests.builders.planning import a_problem

ZONE = "Australia/Melbourne"


def planned(database, problem):
    def look(session):
        return mapping.planning_problem(
            session,
            start=problem.horizon.start,
            end=problem.horizon.end,
            now=MORNING,
            protocol=protocol(session, TODAY),
            freeze_until=None,
        )

    return read(database, look)


def test_what_was_set_up_is_what_a_plan_is_made_from(database):
    problem = replace(a_problem(), cases=())
    write(database, lambda session: set_up(session, problem, timezone=ZONE))
    found = planned(database, problem)
    assert found.sites == problem.sites
    assert found.suites == problem.suites
    assert found.radiologists == problem.radiologists
    assert [(one.id, minutes_of(one.start), minutes_of(one.end)) for one in found.sessions] == [
        (one.id, minutes_of(one.start), minutes_of(one.end)) for one in problem.sessions
    ]


def test_new_lists_are_added_and_what_was_there_is_left_alone(database):
    problem = replace(a_problem(), cases=())
    write(database, lambda session: set_up(session, problem, timezone=ZONE))
    first = problem.sessions[0]
    second = replace(first, id="another", start=first.start + timedelta(days=1), end=first.end + timedelta(days=1))
    renamed = replace(problem, sites=(replace(problem.sites[0], name="Another name"),), sessions=(first, second))
    report = write(database, lambda session: set_up(session, renamed, timezone=ZONE))
    assert (report.lists, report.sites, report.already_there) == (1, 0, 4)
    assert planned(database, problem).sites == problem.sites


def test_a_file_for_another_timezone_is_refused(database):
    problem = replace(a_problem(), cases=(), timezone="Australia/Perth")
    with pytest.raises(BadInputError, match="/timezone: the file is for Australia/Perth"):
        write(database, lambda session: set_up(session, problem, timezone=ZONE))
