"""Who may do what: every action and event against every role."""

import pytest

from flows.permissions import (
    PERMISSIONS,
    Action,
    Actor,
    allowed_roles,
    demand,
    may,
)
from scheduler.errors import NotPermittedError
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role

ASKED = [*Action, *Event]
CLINICAL_JUDGEMENT = {
    Event.ACCEPT,
    Event.DECLINE_REFERRAL,
    Event.LIST_FOR_TEST,
    Event.LIST_FOR_DEFINITIVE,
    Event.RESULT_POSITIVE,
    Event.RESULT_EQUIVOCAL,
    Event.RESULT_NEGATIVE,
}


def holding(role, site="*"):
    return Actor(id="a1", name="Someone", roles={site: frozenset({role})})


def test_every_action_and_every_event_has_its_roles():
    assert set(PERMISSIONS) == set(Action)
    assert all(allowed_roles(asked) for asked in ASKED)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("asked", ASKED)
def test_a_role_may_do_what_the_table_says_and_nothing_else(asked, role):
    if role in allowed_roles(asked):
        demand(holding(role), asked)
    else:
        with pytest.raises(NotPermittedError, match="Ask someone with one of these roles"):
            demand(holding(role), asked)


@pytest.mark.parametrize("asked", [asked for asked in ASKED if asked is not Action.LOOK])
def test_a_viewer_changes_nothing(asked):
    assert not may(holding(Role.VIEWER), asked)


@pytest.mark.parametrize("event", sorted(CLINICAL_JUDGEMENT))
def test_clinical_judgement_is_not_the_bookings_office_s(event):
    assert not may(holding(Role.BOOKINGS), event)
    assert may(holding(Role.CLINICIAN), event)


def test_a_role_at_one_site_counts_there_and_not_elsewhere():
    north = holding(Role.BOOKINGS, site="north")
    demand(north, Action.PUBLISH, sites=["north"])
    with pytest.raises(NotPermittedError, match="at south"):
        demand(north, Action.PUBLISH, sites=["north", "south"])


def test_a_role_at_any_site_counts_for_what_has_no_site():
    assert may(holding(Role.CLINICIAN, site="north"), Event.ACCEPT)


def test_somebody_without_roles_may_not_even_look():
    with pytest.raises(NotPermittedError, match="may not look"):
        demand(Actor(id="x", name="Nobody"), Action.LOOK)
