"""A person's roles are written once each."""

from __future__ import annotations

from dashboard.shapes.people import roles_of
from scheduler.vocabulary import Role


def test_a_role_held_at_two_sites_is_written_once():
    roles = {"NTH": frozenset({Role.BOOKINGS}), "BAY": frozenset({Role.BOOKINGS, Role.CLINICIAN})}
    assert roles_of(roles) == "Bookings and Clinician"


def test_somebody_without_a_role_has_none_written():
    assert roles_of({}) == ""
