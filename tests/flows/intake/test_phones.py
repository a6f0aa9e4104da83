"""Telephone numbers are kept in one form and shown in another, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.intake.phones import e164, national, phone_fault


@pytest.mark.parametrize(
    ("written", "kept", "shown"),
    [
        ("0491 570 156", "+61491570156", "0491 570 156"),
        ("491570156", "+61491570156", "0491 570 156"),
        ("(03) 5550 1234", "+61355501234", "(03) 5550 1234"),
        ("03 7010 1234", "+61370101234", "(03) 7010 1234"),
        ("+61 3 5550 1234", "+61355501234", "(03) 5550 1234"),
        ("0061 3 5550 1234", "+61355501234", "(03) 5550 1234"),
        ("1300 975 707", "+611300975707", "1300 975 707"),
        ("+44 20 7946 0958", "+442079460958", "+44 20 7946 0958"),
    ],
)
def test_a_number_is_kept_and_shown(written, kept, shown):
    assert phone_fault(written) is None
    assert e164(written) == kept
    assert national(kept) == shown


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("000", "emergency"),
        ("112", "emergency"),
        ("0491 574", "No telephone has this number"),
        ("03 5550 12345", "No telephone has this number"),
        ("0491 57O 156", "letters"),
        ("ask the ward", "letters"),
        ("--", "not a telephone number"),
        ("", "not a telephone number"),
    ],
)
def test_what_is_no_number_is_refused(written, says):
    assert says in (phone_fault(written) or "")
    with pytest.raises(ValueError, match="without a fault"):
        e164(written)


def test_what_cannot_be_read_is_shown_as_it_is():
    assert national("unknown") == "unknown"


@given(st.text())
def test_no_text_breaks_the_check(written):
    fault = phone_fault(written)
    assert fault is None or fault.endswith(".")
