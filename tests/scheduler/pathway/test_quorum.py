"""A meeting decides only with the disciplines the protocol asks for, and cancer asks for more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pathway.forms import MEETING_ROLES
from scheduler.pathway.quorum import absent_disciplines, required_disciplines
from tests.builders.pathway import a_protocol, with_value


def test_treating_oncology_sits_for_a_patient_with_cancer():
    assert set(required_disciplines(a_protocol(), cancer=True)) - set(
        required_disciplines(a_protocol(), cancer=False)
    ) == {"treating_oncology"}


@pytest.mark.parametrize("cancer", [False, True])
def test_each_required_discipline_is_missed_when_it_alone_is_away(cancer):
    required = required_disciplines(a_protocol(), cancer=cancer)
    assert absent_disciplines(a_protocol(), required, cancer=cancer) == ()
    for one in required:
        assert absent_disciplines(a_protocol(), set(required) - {one}, cancer=cancer) == (one,)


@given(st.sets(st.sampled_from(sorted(MEETING_ROLES))), st.booleans())
def test_more_people_never_break_a_quorum(present, cancer):
    with_all = absent_disciplines(a_protocol(), MEETING_ROLES, cancer=cancer)
    assert with_all == ()
    assert (
        set(absent_disciplines(a_protocol(), present, cancer=cancer))
        == set(required_disciplines(a_protocol(), cancer=cancer)) - present
    )


def test_the_quorum_is_the_protocol_s_and_not_the_code_s():
    changed = with_value(a_protocol(), "mdt_quorum", ("radiology",))
    assert absent_disciplines(changed, (), cancer=False) == ("radiology",)
