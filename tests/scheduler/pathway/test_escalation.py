"""What is late goes to the next role in turn, once at each level."""

from datetime import timedelta

import pytest

from scheduler.pathway.clocks import clocks
from scheduler.pathway.escalation import Late, OpenTask, calls, late_clocks, late_task
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role
from tests.builders.pathway import TODAY, a_case_facts, a_protocol, an_episode, with_value

ONE_DAY = timedelta(days=1)


def late(days, role=Role.BOOKINGS):
    return Late(key="C3/1", kind="overdue_c3", role=role, since=TODAY - timedelta(days=days), says="Late.")


@pytest.mark.parametrize(
    ("days", "roles"),
    [
        (0, []),
        (1, [Role.IR_LEAD]),
        (6, [Role.IR_LEAD]),
        (7, [Role.IR_LEAD, Role.ADMINISTRATOR]),
        (400, [Role.IR_LEAD, Role.ADMINISTRATOR]),
    ],
)
def test_each_number_of_days_tells_the_next_role(days, roles):
    assert [call.role for call in calls(late(days), a_protocol(), TODAY)] == roles


def test_who_hears_and_when_is_the_protocols():
    rules = with_value(with_value(a_protocol(), "escalate_after", (2,)), "escalate_to.bookings", ("clinician",))
    assert calls(late(1), rules, TODAY) == ()
    assert [call.role for call in calls(late(2), rules, TODAY)] == [Role.CLINICIAN]


def test_a_level_keeps_its_key_from_day_to_day_and_levels_differ():
    today, tomorrow = ({call.key for call in calls(late(days), a_protocol(), TODAY)} for days in (7, 8))
    assert today == tomorrow
    assert len(today) == 2


def waiting(days):
    """A category 2 case that has waited so many days."""
    episode = an_episode(listed_on=TODAY - timedelta(days=days))
    facts = a_case_facts(PathwayState.TEST_WAITING, episodes=(episode,))
    return list(late_clocks(facts.state, clocks(facts, a_protocol(), TODAY)))


def test_a_clock_is_late_the_day_after_its_limit_and_is_the_work_of_whoever_acts_there():
    assert waiting(90) == []
    (found,) = waiting(91)
    assert (found.kind, found.role, TODAY - found.since) == ("overdue_c3", Role.BOOKINGS, ONE_DAY)


def a_task(**changes):
    usual = {"id": "t", "kind": "state", "role": Role.CLINICIAN, "due_on": TODAY - ONE_DAY, "says": "Do it."}
    return OpenTask(**(usual | changes))


def test_a_task_is_late_from_the_day_after_it_was_due():
    assert late_task(a_task(due_on=TODAY), TODAY) is None
    found = late_task(a_task(), TODAY)
    assert found is not None
    assert (found.kind, found.role) == ("late_state", Role.CLINICIAN)


@pytest.mark.parametrize("kind", ["overdue_c3", "late_state"])
def test_what_tells_of_lateness_is_not_itself_late(kind):
    assert late_task(a_task(kind=kind), TODAY) is None
