"""A record is kept as long as the protocol says, edge by edge, and longer while anything still needs it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from db import retention
from db.keeping import protocol_changes
from db.words import ProtocolPart
from scheduler.errors import BadInputError, NotFoundError, TransitionNotAllowedError
from scheduler.pathway.events import Event
from tests.builders.memory import MORNING, TODAY, a_case, a_patient, read, step, write
from tests.builders.pathway import a_protocol, with_value

RULES = a_protocol()
ADULT, CHILD = date(1960, 1, 2), date(2012, 6, 30)
DAY = timedelta(days=1)
SEVEN_YEARS_ON = date(2033, 11, 24)  # the last day a record whose last service was on TODAY is kept


def a_declined_case(database, number=1, *, now=MORNING, **changes):
    ref = a_case(database, number, now=now, **changes)
    step(database, ref, Event.START_TRIAGE, now=now)
    step(database, ref, Event.DECLINE_REFERRAL, now=now, reason="Out of scope", alternative="Pain clinic")
    return ref


def judge(database, ref, today):
    return read(database, lambda session: retention.judge(session, ref, today))


def due(database, today):
    return [kept.ref for kept in read(database, lambda session: retention.due(session, today))]


def test_an_adults_record_is_kept_seven_years_from_the_last_service():
    until, rule = retention.keep_until(ADULT, date(2020, 1, 1), date(2026, 3, 9), RULES)
    assert until == date(2033, 3, 9)
    assert rule == "The last service was on 9 March 2026, and an adult's record is kept 7 years from then"


@pytest.mark.parametrize(
    ("first", "last", "until"),
    [
        (date(2030, 6, 29), date(2031, 1, 1), date(2038, 1, 1)),  # a child, but seven years are later than 25
        (date(2030, 6, 29), date(2030, 6, 29), date(2037, 6, 30)),  # the last day as a child: until 25
        (date(2030, 6, 30), date(2030, 6, 30), date(2037, 6, 30)),  # 18 today: an adult, seven years
        (date(2020, 1, 1), date(2020, 1, 1), date(2037, 6, 30)),
    ],
)
def test_a_childs_record_is_kept_until_25_as_well(first, last, until):
    assert retention.keep_until(CHILD, first, last, RULES)[0] == until


def test_the_29th_of_february_counts_as_the_day_after():
    assert retention.keep_until(ADULT, date(2024, 2, 29), date(2024, 2, 29), RULES)[0] == date(2031, 3, 1)
    assert retention.years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_the_years_are_those_of_the_protocol():
    longer = with_value(RULES, retention.ADULT_YEARS, 15)
    assert retention.keep_until(ADULT, date(2020, 1, 1), date(2026, 3, 9), longer)[0] == date(2041, 3, 9)


def test_the_shipped_years_are_approved_by_nobody_and_can_be_changed_like_every_value(database):
    lines = read(database, lambda session: protocol_changes.protocol_lines(session, TODAY))
    kept = {line.key: line for line in lines if line.part is ProtocolPart.VALUE and line.key.startswith("retention.")}
    assert {key: line.fields["value"] for key, line in kept.items()} == {
        "retention.adult_years": 7,
        "retention.child_until_age": 25,
        "retention.adult_from_age": 18,
    }
    assert {line.approved_by for line in kept.values()} == {None}
    assert all("must confirm" in line.source for line in kept.values())


def test_the_last_day_a_record_is_kept_and_the_first_it_may_go(database):
    ref = a_declined_case(database)
    assert due(database, SEVEN_YEARS_ON) == []
    kept = judge(database, ref, SEVEN_YEARS_ON)
    assert not kept.due
    assert f"case {ref} is kept until 24 November 2033" in kept.says
    assert due(database, SEVEN_YEARS_ON + DAY) == [ref]
    assert "so it was kept until 24 November 2033" in judge(database, ref, SEVEN_YEARS_ON + DAY).says


def test_an_open_case_is_never_due_nor_is_another_of_the_same_patient(database):
    ended = a_declined_case(database)
    still_open = a_case(database, 2, patient=a_patient(1))
    assert due(database, date(2060, 1, 1)) == []
    assert "is open" in judge(database, still_open, date(2060, 1, 1)).says
    assert f"Another case of the same patient is open: {still_open}." in judge(database, ended, date(2060, 1, 1)).says


def test_the_last_service_is_that_of_the_patient_over_all_their_cases(database):
    early = a_declined_case(database)
    late = a_declined_case(database, 2, now=MORNING + 400 * DAY, patient=a_patient(1))
    assert judge(database, early, SEVEN_YEARS_ON + DAY).keep_until == date(2034, 12, 29)
    assert due(database, date(2034, 12, 30)) == [early, late]


def test_a_legal_hold_keeps_a_record_until_it_is_lifted(database):
    ref = a_declined_case(database)
    late = SEVEN_YEARS_ON + DAY
    write(database, lambda session: retention.hold(session, ref, "A claim is open"))
    assert due(database, late) == []
    assert "under a legal hold" in judge(database, ref, late).says
    assert [(one.ref, one.reason) for one in read(database, retention.holds)] == [(ref, "A claim is open")]
    with pytest.raises(TransitionNotAllowedError, match="already"):
        write(database, lambda session: retention.hold(session, ref, "Again"))
    write(database, lambda session: retention.lift(session, ref, "Settled"))
    assert due(database, late) == [ref]
    with pytest.raises(TransitionNotAllowedError, match="no legal hold"):
        write(database, lambda session: retention.lift(session, ref, "Again"))


def test_a_hold_says_why_and_a_case_that_is_not_there_is_said_so(database):
    ref = a_declined_case(database)
    with pytest.raises(BadInputError, match="say why"):
        write(database, lambda session: retention.hold(session, ref, "  "))
    with pytest.raises(NotFoundError, match="N99999"):
        judge(database, "N99999", TODAY)
