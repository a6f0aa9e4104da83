"""A problem goes to other processes as its facts alone, whatever has been worked out from them."""

from __future__ import annotations

import pickle
from dataclasses import fields

from tests.builders.planning import a_problem


def test_a_problem_is_copied_without_its_indexes_and_is_the_same() -> None:
    problem = a_problem()
    assert problem.lists
    assert problem.case_by_id
    copied = pickle.loads(pickle.dumps(problem))
    assert copied == problem
    assert set(vars(copied)) == {each.name for each in fields(problem)} < set(vars(problem))
    assert copied.lists == problem.lists
