"""Everything a person may do at the desk carries a write id, and a repeat of it changes nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select

from db import due_steps
from db.meetings import Attendee, NewMeeting
from db.tables import METADATA
from flows.desk import Actor, Desk, Drop, HoldAsked
from flows.keeping.days import AddHoliday
from flows.quick_asked import QuickAsked
from flows.steps import run_due_steps
from scheduler.pathway.booking import BookingEvent
from scheduler.pathway.events import Event
from scheduler.scenario import Price
from scheduler.vocabulary import Role
from tests.builders.every_door import desk_methods
from tests.builders.memory import MORNING, TODAY, a_case, a_clinic, a_proposal, list_for_test, read, step, write
from tests.builders.planning import a_problem
from tests.builders.service import MovingClock, a_desk, a_service

DAY = timedelta(days=1)
ON = TODAY + 8 * DAY
SEATS = tuple(
    Attendee(discipline=one, person=f"Dr {one}")
    for one in ("interventional_radiology", "palliative_care", "pain_anaesthesia", "treating_oncology")
)
# What only looks, beside the methods that begin like a question.
LOOKS = frozenset(
    {
        *("acting", "check_ready", "today", "cases", "case", "next_steps", "stages", "to_place", "sites", "lists"),
        *("where", "why", "whys", "risks", "proposals", "proposal", "letters", "tasks", "holidays", "timers"),
        *("daily_jobs", "status", "booking_event", "held_until", "reversal", "amendable", "worth", "parked_steps"),
        *(
            "accounts",
            "person",
            "mdt.calendar",
            "mdt.agenda",
            "mdt.form",
            "mdt.listed",
            "network.load",
            "network.waits",
        ),
        *("feeds.all", "feeds.subjects", "feeds.calendar", "own_author", "people.accounts", "people.sign_ins"),
        *("people.second_step", "awaits_code", "emergency_readings"),
        *("upkeep.verify", "upkeep.encryption", "operating.state", "running", "told_to_all", "session_rests"),
        *("people.own_sign_ins", "keeping.sites", "keeping.staff", "keeping.units", "keeping.service"),
        *("keeping.templates", "keeping.coming", "keeping.list", "keeping.protocol", "keeping.protocol_changes"),
        *("keeping.history", "keeping.may", "keeping.preview"),
        *("board.last_act", "board.lists", "board.radiologists", "board.risks", "board.stands_on", "board.to_place"),
        *("scenarios.all", "scenarios.one", "scenarios.choices", "scenarios.comparisons", "scenarios.comparison"),
        *("scenarios.worth", "scenarios.adopting", "scenarios.may_adopt_changes"),
        *("board.version", "board.where", "alone", "first_places", "freed_place", "frozen_until", "proposal_line"),
        *("approvals.open", "approvals.all"),
        *("retention.due", "retention.judge", "retention.proposed", "retention.holds"),
        "now",
    }
)
# Written each time on purpose: a look at a patient, a page printed, a sign-in. Or the same again by its nature: files
# whose referrals have keys of their own, and work that is done once because it is due.
EACH_TIME = frozenset(
    {
        *("sign_in", "sign_in_by_provider", "give_code", "sign_out", "patient", "letter", "mdt.minutes"),
        *("printing.suite_day", "printing.one_list", "printing.agenda"),
        *("upkeep.back_up", "upkeep.drill", "upkeep.anchor", "upkeep.export", "upkeep.rotate_key"),
        *("upkeep.encrypt_identity", "upkeep.decrypt_identity", "upkeep.rotate_data_key"),
        "upkeep.write_file_anew",
        *("export_deidentified", "import_referrals", "send_letters", "run_due_now", "retention.register"),
    }
)
Act = Callable[[str], object]


def writing() -> dict[str, Callable[..., object]]:
    """Every method of the desk that writes."""
    return {name: method for name, method in desk_methods().items() if name not in LOOKS | EACH_TIME}


def test_every_method_of_the_desk_that_writes_takes_a_write_id():
    lacking = [name for name, method in writing().items() if "write_id" not in inspect.signature(method).parameters]
    assert lacking == [], "give it a write id, or say above that it only looks"


def everything(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""

    def rows(session):
        return {
            table.name: sorted(map(repr, session.connection().execute(select(*table.columns)).all()))
            for table in METADATA.sorted_tables
        }

    return read(desk.service.database, rows)


def of_the_clinic(desk: Desk) -> Iterator[tuple[str, Act]]:
    yield "set_up", lambda w: desk.set_up(a_problem(), write_id=w)
    yield (
        "add_account",
        lambda w: desk.add_account("pat", "Pat Doe", "a long enough secret", {"*": {Role.VIEWER}}, write_id=w),
    )
    yield "add_holiday", lambda w: desk.add_holiday(TODAY + 40 * DAY, "Show day", write_id=w)
    yield "confirm_holiday", lambda w: desk.confirm_holiday(TODAY + 40 * DAY, write_id=w)
    yield "confirm_holidays", lambda w: desk.confirm_holidays(TODAY.year, write_id=w)
    yield "feeds.make", lambda w: desk.feeds.make("suite", "S01-CT1", write_id=w)
    [feed] = desk.feeds.all()
    yield "feeds.end", lambda w: desk.feeds.end(feed.id, write_id=w)
    new = AddHoliday(on=TODAY + 41 * DAY, name="Show day")
    yield "keeping.save", lambda w: desk.keeping.save(new, write_id=w)
    yield "remove_holiday", lambda w: desk.remove_holiday(TODAY + 40 * DAY, write_id=w)


def of_emergencies(desk: Desk) -> Iterator[tuple[str, Act]]:
    ref = list_for_test(desk.service.database, 31)
    desk.board.place(Drop(ref=ref, list="S01-1", seen_on=None))
    away = desk.acting(Actor(id="away", name="Dr Away", roles={"S02": frozenset({Role.CLINICIAN})}))
    yield "open_in_emergency", lambda w: away.open_in_emergency(ref, "Bleeding at night", write_id=w)


def of_people(desk: Desk) -> Iterator[tuple[str, Act]]:
    viewer, secret, other = {"*": {Role.VIEWER}}, "a long enough secret", "another long enough secret"
    yield "people.add", lambda w: desk.people.add("kim", "Kim Roe", viewer, write_id=w)
    kim = next(one.id for one in desk.accounts() if one.username == "kim")
    yield "people.set_roles", lambda w: desk.people.set_roles(kim, {"*": {Role.CLINICIAN}}, write_id=w)
    yield "people.reset_password", lambda w: desk.people.reset_password(kim, write_id=w)
    yield "people.set_active", lambda w: desk.people.set_active(kim, active=False, write_id=w)
    lee = desk.add_account("lee", "Lee Doe", secret, viewer)
    own = desk.acting(Actor(id=lee, name="Lee Doe", roles={"*": frozenset({Role.VIEWER})}))
    yield "people.begin_second_step", lambda w: own.people.begin_second_step(secret, write_id=w)
    key = own.people.begin_second_step(secret)
    code = pyotp.parse_uri(key).at(desk.now())
    yield "people.confirm_second_step", lambda w: own.people.confirm_second_step(code, write_id=w)
    yield "people.end_own_second_step", lambda w: own.people.end_own_second_step(secret, write_id=w)
    desk.service.clock.source.pass_(timedelta(minutes=1))
    again = pyotp.parse_uri(own.people.begin_second_step(secret)).at(desk.now())
    own.people.confirm_second_step(again)
    yield "people.end_second_step", lambda w: desk.people.end_second_step(lee, write_id=w)
    for _ in range(2):
        desk.sign_in("lee", secret, "here")
    first, second = (line.id for line in own.people.own_sign_ins())
    yield "people.revoke", lambda w: desk.people.revoke(first, account=lee, write_id=w)
    yield "people.revoke_own", lambda w: own.people.revoke_own(second, secret, write_id=w)
    yield "people.choose_password", lambda w: own.people.choose_password(secret, other, other, write_id=w)


def of_a_slot(desk: Desk) -> Iterator[tuple[str, Act]]:
    ref = list_for_test(desk.service.database)
    yield "hold", lambda w: desk.hold(HoldAsked(ref=ref, list="S01-2"), write_id=w)
    yield "offer_slot", lambda w: desk.offer_slot(ref, write_id=w)
    yield "decline_offer", lambda w: desk.decline_offer(ref, reason="Away", write_id=w)
    desk.hold(HoldAsked(ref=ref, list="S01-2"))
    yield "release_slot", lambda w: desk.release_slot(ref, reason="Not needed", write_id=w)
    desk.hold(HoldAsked(ref=ref, list="S01-2"))
    yield "book_slot", lambda w: desk.book_slot(ref, {}, write_id=w)
    yield "advance_booking", lambda w: desk.advance_booking(ref, BookingEvent.CONFIRM, write_id=w)


def of_the_board(desk: Desk) -> Iterator[tuple[str, Act]]:
    refs = [list_for_test(desk.service.database, number) for number in (11, 12)]
    yield "board.place", lambda w: desk.board.place(Drop(ref=refs[0], list="S01-3", seen_on=None), write_id=w)
    desk.board.place(Drop(ref=refs[1], list="S01-3", seen_on=None))
    yield "board.reorder", lambda w: desk.board.reorder("S01-3", refs[0], earlier=False, write_id=w)
    yield "board.give_back", lambda w: desk.board.give_back(refs[0], seen_on="S01-3", write_id=w)
    act = desk.board.last_act()
    assert act is not None
    yield "board.undo", lambda w: desk.board.undo(act[0], write_id=w)
    for ref in refs:
        desk.board.give_back(ref, seen_on="S01-3")
    yield "board.lock", lambda w: desk.board.lock("S01-3", locked=True, write_id=w)
    desk.board.lock("S01-3", locked=False)
    yield "board.close", lambda w: desk.board.close("S01-3", reason="Repairs", write_id=w)
    yield "board.open", lambda w: desk.board.open("S01-3", write_id=w)


def of_a_case(desk: Desk) -> Iterator[tuple[str, Act]]:
    ref = list_for_test(desk.service.database, 2)
    run_due_steps(desk.service)
    unready = {"reason": "Ill", "review_on": (TODAY + 9 * DAY).isoformat()}
    yield "record", lambda w: desk.record(ref, "clinically_unready", unready, write_id=w)
    seen = desk.reversal(ref).version
    yield "reverse", lambda w: desk.reverse(ref, "Another patient", expected_version=seen, write_id=w)
    version = desk.case(ref).summary.version
    dated = (TODAY - 4 * DAY).isoformat()
    yield "amend", lambda w: desk.amend(ref, "item-R1.dated", dated, "Misread", expected_version=version, write_id=w)
    incomplete = a_case(desk.service.database, 13, items=())
    yield "chase_documents", lambda w: desk.chase_documents(incomplete, write_id=w)
    desk.record(ref, "patient_withdraws", {"requested_by": "Patient", "requested_on": TODAY, "channel": "phone"})
    yield "refer_again", lambda w: desk.refer_again(ref, {"reason": "Back"}, write_id=w)
    letter = desk.letters(ref, "to_post")[0]
    yield "repeat_letter", lambda w: desk.repeat_letter(letter.id, "Lost", write_id=w)


def of_tasks(desk: Desk) -> Iterator[tuple[str, Act]]:
    by_hand = next(task for task in desk.tasks() if task.by_hand and not task.done_by)
    yield "assign_task", lambda w: desk.assign_task(by_hand.id, write_id=w)
    yield "hand_back_task", lambda w: desk.hand_back_task(by_hand.id, write_id=w)
    yield "snooze_task", lambda w: desk.snooze_task(by_hand.id, TODAY + DAY, "Nobody answers", write_id=w)
    yield "finish_task", lambda w: desk.finish_task(by_hand.id, write_id=w)

    def park(session):
        due_steps.enqueue(session, key="strange", name="strange", due_at=MORNING)
        [taken] = due_steps.claim_due(session, owner="w", now=MORNING, lease=DAY, names=["strange"])
        due_steps.fail(session, taken, now=MORNING, error="Broken.", park_after=1, pause=DAY)

    write(desk.service.database, park)
    [parked] = desk.parked_steps()
    yield "retry_step", lambda w: desk.retry_step(parked.id, write_id=w)


def of_plans(desk: Desk) -> Iterator[tuple[str, Act]]:
    asked: list[str] = []
    list_for_test(desk.service.database, 3)
    yield "request_plan", lambda w: asked.append(desk.request_plan(write_id=w)) or asked[-1]
    yield "withdraw", lambda w: desk.withdraw(asked[-1], write_id=w)
    yield "plan_now", lambda w: asked.append(desk.plan_now(time_limit=1.0, write_id=w)) or asked[-1]
    yield "publish", lambda w: desk.publish(asked[-1], write_id=w)
    down = QuickAsked(suite_down="S01-CT1", start=f"{TODAY + DAY} 07:00", end=f"{TODAY + DAY} 18:00")
    yield "answer_event", lambda w: desk.answer_event(down, time_limit=1.0, write_id=w)[0]


def of_second_persons(desk: Desk) -> Iterator[tuple[str, Act]]:
    database, clock = desk.service.database, desk.service.clock
    second = desk.acting(Actor(id="second", name="Second", roles={"*": frozenset({Role.IR_LEAD})}))
    ref, other = list_for_test(database, 41), list_for_test(database, 42)
    desk.publish(a_proposal(database, {f"{ref}-T": ("S02-2", 0, "R02"), f"{other}-T": ("S02-1", 0, "R02")}))
    made = a_proposal(database, {f"{ref}-T": ("S02-3", 0, "R02"), f"{other}-T": ("S02-1", 0, "R02")})
    ask, asked = desk.approvals.ask_to_publish, []
    yield "approvals.ask_to_publish", lambda w: asked.append(ask(made, reason="Why", write_id=w))
    yield "approvals.decline", lambda w: second.approvals.decline(asked[-1], reason="No", write_id=w)
    again = ask(made, reason="Why")
    yield "approvals.approve", lambda w: second.approvals.approve(again, write_id=w)
    clock.source.pass_(DAY)
    bloods = {"inr": 2.5, "platelets": 200, "bloods_dated": TODAY, "side": "bilateral"}
    override = {"override_by": "R02", "override_reason": "Comfort care"}
    checks = ("identity_checked", "consent_checked", "allergies_checked", "anticoagulants_checked")
    form = {**dict.fromkeys(checks, True), **bloods, **override}
    yield (
        "approvals.ask_to_go_ahead",
        lambda w: asked.append(desk.approvals.ask_to_go_ahead(other, Event.START_TEST, form, write_id=w)),
    )
    second.approvals.approve(desk.approvals.open(ref=other)[0].id, write_id="go")
    before = everything(desk)
    second.approvals.approve(asked[-1], write_id="go")
    assert everything(desk) == before
    clock.source.pass_(-DAY)


def of_retention(desk: Desk) -> Iterator[tuple[str, Act]]:
    database, clock = desk.service.database, desk.service.clock
    second = desk.acting(Actor(id="second", name="Second", roles={"*": frozenset({Role.IR_LEAD})}))
    ref = a_case(database, 51)
    step(database, ref, Event.START_TRIAGE)
    step(database, ref, Event.DECLINE_REFERRAL, reason="Out of scope", alternative="Pain clinic")
    clock.source.pass_(8 * 366 * DAY)
    yield "retention.hold", lambda w: desk.retention.hold(ref, reason="A claim", write_id=w)
    yield "retention.lift", lambda w: desk.retention.lift(ref, reason="Settled", write_id=w)
    yield "retention.propose", lambda w: desk.retention.propose(ref, reason="Old", write_id=w)
    yield "retention.decline", lambda w: second.retention.decline(ref, reason="No", write_id=w)
    desk.retention.propose(ref, reason="Old")
    yield "retention.approve", lambda w: second.retention.approve(ref, write_id=w)


def of_meetings(desk: Desk) -> Iterator[tuple[str, Act]]:
    mdt, clock = desk.mdt, desk.service.clock
    yield "mdt.add", lambda w: mdt.add(NewMeeting(on=ON), write_id=w)
    yield (
        "mdt.add_series",
        lambda w: mdt.add_series(NewMeeting(on=ON + 7 * DAY), every_weeks=1, until=ON + 21 * DAY, write_id=w),
    )
    yield "mdt.move", lambda w: mdt.move(ON + 21 * DAY, ON + 22 * DAY, why="Room", write_id=w)
    yield "mdt.cancel", lambda w: mdt.cancel(ON + 22 * DAY, why="No quorum", write_id=w)
    refs = [a_case(desk.service.database, number) for number in (4, 5)]
    run_due_steps(desk.service)
    for ref in refs:
        step(desk.service.database, ref, Event.ACCEPT)
    run_due_steps(desk.service)
    yield "mdt.put", lambda w: mdt.put(ON, refs[0], minutes=20, write_id=w)
    yield "mdt.close", lambda w: mdt.close(ON, write_id=w)
    yield "mdt.attend", lambda w: mdt.attend(ON, SEATS, write_id=w)
    yield "mdt.carry", lambda w: mdt.carry(ON, refs[1], why="No time", write_id=w)
    clock.source.pass_(8 * DAY + timedelta(hours=5))
    yield "mdt.outcome", lambda w: mdt.outcome(ON, refs[0], "proceed_test", {}, write_id=w)
    yield "mdt.finish", lambda w: mdt.finish(ON, write_id=w)


def of_scenarios(desk: Desk) -> Iterator[tuple[str, Act]]:
    asked: list[str] = []
    desk = a_desk(desk.service, Role.IR_LEAD)
    scenarios = desk.scenarios
    list_for_test(desk.service.database, 21)
    yield "scenarios.make", lambda w: scenarios.make("More room", write_id=w)
    yield "scenarios.add", lambda w: scenarios.add("More room", Price(goal="waiting", each=6), write_id=w)
    yield "scenarios.rename", lambda w: scenarios.rename("More room", "Dear waits", write_id=w)
    pair = (None, "Dear waits")
    yield "scenarios.compare", lambda w: scenarios.compare(pair, time_limit=1.0, write_id=w)
    yield "scenarios.ask_worth", lambda w: scenarios.ask_worth(time_limit=1.0, write_id=w)
    yield (
        "scenarios.compare_now",
        lambda w: asked.append(scenarios.compare_now(pair, time_limit=1.0, write_id=w)) or asked[-1],
    )
    study = scenarios.comparison(asked[-1]).studies[1].id
    yield "scenarios.adopt", lambda w: scenarios.adopt(study, write_id=w)
    yield "scenarios.remove", lambda w: scenarios.remove("Dear waits", 1, write_id=w)
    yield "scenarios.drop", lambda w: scenarios.drop("Dear waits", write_id=w)


STORIES = (
    of_second_persons,
    of_emergencies,
    of_a_slot,
    of_scenarios,
    of_the_board,
    of_a_case,
    of_tasks,
    of_plans,
    of_meetings,
    of_people,
    of_the_clinic,
    of_retention,
)


@pytest.fixture
def desk(sqlite_database):
    a_clinic(sqlite_database)
    return a_desk(a_service(sqlite_database, source=MovingClock()), Role.ADMINISTRATOR, Role.IR_LEAD, Role.CLINICIAN)


def test_a_repeat_of_any_write_changes_nothing(desk):
    done = set()
    for story in STORIES:
        for name, act in story(desk):
            act(f"write-{name}")
            before = everything(desk)
            act(f"write-{name}")
            after = everything(desk)
            assert [table for table in before if before[table] != after[table]] == [], name
            done.add(name)
    assert done == set(writing()), "every method that writes is tried here twice"
