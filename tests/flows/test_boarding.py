"""On the board cases are held, moved, traded and given back, lists locked and closed, and one's own last act undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db.tables import BookingRow, ClaimRow, SuiteSessionRow
from flows import risks
from flows.board_asked import ActKind, Drop
from flows.desk import Desk
from scheduler.errors import (
    BadInputError,
    NeurolistError,
    NotPermittedError,
    StaleVersionError,
    TransitionNotAllowedError,
)
from scheduler.explain import Verdict
from scheduler.pathway.booking import BookingEvent, BookingState
from scheduler.pathway.effects import NoticeKind
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING, TODAY, a_clinic, list_for_test, read
from tests.builders.service import MovingClock, a_desk, a_service, an_actor

LAST = TODAY + timedelta(days=13)


@pytest.fixture
def desk(sqlite_database):
    a_clinic(sqlite_database, days=4)
    return a_desk(a_service(sqlite_database, source=MovingClock()), Role.BOOKINGS)


def standing(desk, ref):
    """The booking that stands for a case, with its list."""
    cards = desk.lists(TODAY, LAST)
    return next(((card, listed) for card in cards for listed in card.cases if listed.ref == ref), (None, None))


def card_of(desk, name):
    return next(card for card in desk.lists(TODAY, LAST) if card.id == name)


def placed(desk, number=1, on="S01-2"):
    """A waiting case put on a list."""
    ref = list_for_test(desk.service.database, number)
    desk.board.place(Drop(ref=ref, list=on, seen_on=None))
    return ref


def booked(desk, number=1, on="S01-2"):
    """A case whose held slot was booked."""
    ref = placed(desk, number, on)
    desk.book_slot(ref, {})
    return ref


def test_a_waiting_case_dropped_on_a_list_is_held_there_and_leaves_the_tray(desk):
    ref = list_for_test(desk.service.database)
    case = desk.to_place()[0]
    act = desk.board.place(Drop(ref=ref, list="S01-2", seen_on=None, version=case.version))
    card, listed = standing(desk, ref)
    assert (card.id, listed.status) == ("S01-2", BookingState.HELD)
    assert act.says == f"{ref} is held on the morning list of Thu 26 Nov, CT 1, Site 1 at 08:30."
    assert act.cautions[0].startswith("The slot is kept until ")
    assert desk.to_place() == ()


@pytest.mark.parametrize("stage", [placed, booked])
def test_a_case_moves_to_another_list_with_everything_it_holds(database, stage):
    a_clinic(database, days=4)
    desk = a_desk(a_service(database, source=MovingClock()), Role.BOOKINGS)
    ref = stage(desk)
    before = standing(desk, ref)[1]
    desk.board.place(Drop(ref=ref, list="S02-3", seen_on="S01-2", version=before.version))
    card, after = standing(desk, ref)
    held = read(database, lambda session: session.exec(select(ClaimRow).where(ClaimRow.active)).all())
    assert (card.id, after.booking, after.status) == ("S02-3", before.booking, before.status)
    assert {claim.resource_id for claim in held if claim.kind == "suite"} == {"S02-CT1"}
    assert desk.case(ref).history[-1].label == "Booking moved"
    left = read(database, lambda session: session.get(SuiteSessionRow, "S01-2"))
    assert left.assigned_radiologist_id is None


def test_a_patient_who_had_confirmed_is_to_confirm_the_new_time(desk):
    ref = booked(desk)
    desk.advance_booking(ref, BookingEvent.CONFIRM)
    act = desk.board.place(Drop(ref=ref, list="S01-3", seen_on="S01-2"))
    assert standing(desk, ref)[1].status is BookingState.BOOKED
    assert any("The patient's time was confirmed" in says for says in act.cautions)


def test_a_list_that_a_rule_forbids_is_refused_in_the_words_of_the_rule_and_nothing_changes(desk):
    ref = list_for_test(desk.service.database)
    desk.board.close("S01-2", reason="Scanner fault")
    with pytest.raises(NeurolistError, match="closed"):
        desk.board.place(Drop(ref=ref, list="S01-2", seen_on=None))
    assert [case.ref for case in desk.to_place()] == [ref]


def test_whoever_saw_an_older_board_is_told_and_changes_nothing(desk):
    ref = placed(desk)
    with pytest.raises(StaleVersionError, match=r"Somebody else has moved case .*: it is now on list S01-2"):
        desk.board.place(Drop(ref=ref, list="S02-3", seen_on=None))
    with pytest.raises(StaleVersionError, match="Somebody saved this since"):
        desk.board.place(Drop(ref=ref, list="S02-3", seen_on="S01-2", version=99))
    assert standing(desk, ref)[0].id == "S01-2"


def test_a_repeat_of_one_write_changes_nothing_and_gives_the_same_answer(desk):
    ref = list_for_test(desk.service.database)
    drop = Drop(ref=ref, list="S01-2", seen_on=None)
    first = desk.board.place(drop, write_id="drop-1")
    assert desk.board.place(drop, write_id="drop-1") == first
    bookings = read(desk.service.database, lambda session: session.exec(select(BookingRow)).all())
    assert len(bookings) == 1


def test_a_held_case_goes_back_to_the_tray_and_a_booked_one_is_cancelled_elsewhere(desk):
    held, agreed = placed(desk), booked(desk, 2)
    desk.board.give_back(held, seen_on="S01-2")
    assert [case.ref for case in desk.to_place()] == [held]
    with pytest.raises(TransitionNotAllowedError, match="Cancel the booking on the case's page"):
        desk.board.give_back(agreed, seen_on="S01-2")


def test_two_cases_of_one_list_trade_places_within_the_same_time(desk):
    first, second = placed(desk, 1), placed(desk, 2)
    before = card_of(desk, "S01-2").cases
    desk.board.reorder("S01-2", second, earlier=True)
    after = card_of(desk, "S01-2").cases
    assert [case.ref for case in after] == [second, first]
    assert (after[0].start, after[1].end) == (before[0].start, before[1].end)
    with pytest.raises(TransitionNotAllowedError, match="is the first on its list already"):
        desk.board.reorder("S01-2", second, earlier=True)
    desk.board.undo(desk.board.last_act()[0])
    assert [case.ref for case in card_of(desk, "S01-2").cases] == [first, second]


def test_a_locked_list_keeps_its_cases_and_takes_nobody_until_it_is_released(desk):
    there, waiting = placed(desk), list_for_test(desk.service.database, 2)
    desk.board.lock("S01-2", locked=True)
    for drop in (
        Drop(ref=waiting, list="S01-2", seen_on=None),
        Drop(ref=there, list="S01-3", seen_on="S01-2"),
    ):
        with pytest.raises(TransitionNotAllowedError, match=r"List S01-2 is locked\. Release it first"):
            desk.board.place(drop)
    marks = {line.session: line for line in desk.board.where(waiting, LAST).places}
    assert marks["S01-2"].because == ("The list is locked. Release it first.",)
    assert {line.verdict for line in desk.board.where(there, LAST).places} == {Verdict.NO}
    desk.board.lock("S01-2", locked=False)
    desk.board.place(Drop(ref=waiting, list="S01-2", seen_on=None))


def test_every_list_says_whether_a_case_may_go_there_also_for_a_case_that_is_held(desk):
    ref = placed(desk)
    found = {line.session: line.verdict for line in desk.board.where(ref, LAST).places}
    assert found["S02-3"] is not Verdict.NO
    desk.board.place(Drop(ref=ref, list="S02-3", seen_on="S01-2"))
    assert desk.board.where(ref, LAST).booked.session == "S02-3"


def test_a_list_closes_with_a_reason_names_who_is_still_booked_and_opens_again(desk):
    ref = placed(desk)
    with pytest.raises(BadInputError, match="Write why it is closed"):
        desk.board.close("S01-2", reason=" ")
    act = desk.board.close("S01-2", reason="Scanner fault")
    assert act.cautions == (f"Still booked there: {ref}. Move them, or ask for a plan.",)
    desk.board.undo(desk.board.last_act()[0])
    assert not card_of(desk, "S01-2").closed


@pytest.mark.parametrize("kind", [ActKind.PLACE, ActKind.MOVE, ActKind.GIVE_BACK])
def test_ones_own_last_act_is_taken_back_so_that_all_stands_as_before(desk, kind):
    ref = placed(desk) if kind is not ActKind.PLACE else list_for_test(desk.service.database)
    before = standing(desk, ref)[1]
    if kind is ActKind.PLACE:
        desk.board.place(Drop(ref=ref, list="S01-2", seen_on=None))
    elif kind is ActKind.MOVE:
        desk.board.place(Drop(ref=ref, list="S02-3", seen_on="S01-2"))
    else:
        desk.board.give_back(ref, seen_on="S01-2")
    act_id, act = desk.board.last_act()
    assert act.kind is kind
    desk.board.undo(act_id)
    after = standing(desk, ref)[1]
    assert (after and (after.start, after.status)) == (before and (before.start, before.status))
    with pytest.raises(TransitionNotAllowedError, match="taken back already"):
        desk.board.undo(act_id)


def test_an_act_is_not_taken_back_once_somebody_has_changed_what_it_did(desk):
    ref = placed(desk)
    other = desk.acting(an_actor(Role.IR_LEAD, name="Somebody Else"))
    other.board.place(Drop(ref=ref, list="S02-3", seen_on="S01-2"))
    with pytest.raises(StaleVersionError, match="has changed since"):
        desk.board.undo(desk.board.last_act()[0])
    assert standing(desk, ref)[0].id == "S02-3"


def test_an_hour_later_there_is_nothing_to_take_back(desk):
    placed(desk)
    desk.service.clock.source.pass_(timedelta(minutes=61))
    assert desk.board.last_act() is None


def test_only_those_who_plan_at_both_sites_move_a_case_between_them(desk):
    ref = placed(desk)
    for who in (an_actor(Role.VIEWER), an_actor(Role.BOOKINGS, site="S02")):
        with pytest.raises(NotPermittedError, match="put a case on a list or move it"):
            desk.acting(who).board.place(Drop(ref=ref, list="S02-3", seen_on="S01-2"))
    with pytest.raises(NotPermittedError, match="lock, release, close or open a list"):
        desk.acting(an_actor(Role.CLINICIAN)).board.lock("S01-2", locked=True)


def test_the_boards_version_grows_with_what_it_shows_and_not_with_reading_it(desk):
    ref = placed(desk)
    before = desk.board.version()
    desk.case(ref)
    desk.board.where(ref, LAST)
    assert desk.board.version() == before
    desk.board.lock("S01-3", locked=True)
    assert desk.board.version() > before


def test_what_the_board_remembers_follows_every_change_by_whoever_makes_it(desk):
    ref = list_for_test(desk.service.database)
    assert [case.ref for case in desk.board.to_place()] == [ref]
    assert desk.board.lists(TODAY, LAST) == desk.lists(TODAY, LAST)
    a_desk(desk.service, Role.IR_LEAD).board.place(Drop(ref=ref, list="S01-2", seen_on=None))
    assert desk.board.to_place() == ()
    assert desk.board.lists(TODAY, LAST) == desk.lists(TODAY, LAST)
    desk.board.lock("S01-2", locked=True)
    assert [card.id for card in desk.board.lists(TODAY, LAST) if card.locked] == ["S01-2"]


def test_what_the_board_remembers_is_read_again_on_the_next_day(desk):
    list_for_test(desk.service.database, now=MORNING)
    (today,) = desk.board.to_place()
    desk.service.clock.source.pass_(timedelta(days=1))
    (tomorrow,) = desk.board.to_place()
    assert tomorrow.days == today.days + 1


def test_who_may_not_look_is_told_nothing_that_others_have_looked_at(desk):
    desk.board.lists(TODAY, LAST)
    nobody = Desk(desk.service, an_actor())
    with pytest.raises(NotPermittedError, match="look at the service"):
        nobody.board.lists(TODAY, LAST)


def test_a_list_is_simulated_again_only_when_it_has_changed(desk, monkeypatch):
    placed(desk, 1, "S01-2")
    placed(desk, 2, "S02-2")
    seen = []
    simulate = risks.overrun
    monkeypatch.setattr(risks, "overrun", lambda *told, **options: seen.append(told) or simulate(*told, **options))
    risks._simulated.cache_clear()
    first = desk.board.risks(TODAY, LAST)
    number = len(seen)
    placed(desk, 3, "S02-3")
    again = desk.board.risks(TODAY, LAST)
    assert number >= 1
    assert set(again) == {*first, "S02-3"}
    assert len(seen) <= number + 1


def told_of_a_move(desk, ref):
    return [letter.audience.value for letter in desk.letters(ref) if letter.kind is NoticeKind.MOVED]


def test_who_knew_the_old_time_of_a_visit_that_is_moved_by_hand_is_told_the_new_one(desk):
    ref = booked(desk, on="S01-2")
    a_desk(desk.service).send_letters()
    desk.board.place(Drop(ref=ref, list="S02-3", seen_on="S01-2"))
    assert told_of_a_move(desk, ref) == ["patient", "referrer"]


def test_both_of_two_visits_that_trade_places_are_told(desk):
    first, second = (booked(desk, number, "S01-2") for number in (1, 2))
    a_desk(desk.service).send_letters()
    desk.board.reorder("S01-2", first, earlier=False)
    assert told_of_a_move(desk, first) == ["patient", "referrer"]
    assert told_of_a_move(desk, second) == ["patient", "referrer"]


def test_a_slot_that_is_only_held_is_moved_without_a_letter(desk):
    ref = placed(desk, on="S01-2")
    desk.board.place(Drop(ref=ref, list="S02-3", seen_on="S01-2"))
    assert told_of_a_move(desk, ref) == []
