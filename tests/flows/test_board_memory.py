"""Whatever changes, and in whichever process, what the board remembers is what it would read anew."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from sqlmodel import select

from db import audit, clinic
from db.engine import open_database
from db.keeping import staff
from db.mapping import planning, planning_about
from db.standing import stands_in
from db.standing_kept import keep_standing
from db.tables import CaseItemRow, SiteRow
from flows.board_asked import Drop
from flows.board_memory import BoardMemory, may_move
from scheduler.errors import NeurolistError
from scheduler.explain import places_for
from scheduler.pathway.booking import BookingEvent
from scheduler.pathway.events import Event
from scheduler.problem import EquipmentUnit
from tests.builders.memory import TODAY, a_clinic, a_list, list_for_test, step, write
from tests.builders.service import MovingClock, a_desk, a_service

LAST = TODAY + timedelta(days=13)
CASES, CHANGES = 6, 30


class Clinic:
    """A clinic of two sites in which things happen by chance, seen by one process and changed by another."""

    def __init__(self, database, chance):
        self.chance, self.clock, self.database = chance, MovingClock(), database
        a_clinic(database, days=5)
        self.refs = [list_for_test(database, number) for number in range(1, CASES + 1)]
        self.desk = a_desk(a_service(database, source=self.clock))
        self.number = CASES

    @property
    def cards(self):
        return self.desk.lists(TODAY, LAST)

    def a_list(self):
        return self.chance.choice([card.id for card in self.cards])

    def a_seat(self):
        """A case that stands on a list, with that list."""
        return self.chance.choice([(listed, card) for card in self.cards for listed in card.cases])

    def place(self):
        ref = self.chance.choice(self.refs)
        self.desk.board.place(Drop(ref=ref, list=self.a_list(), seen_on=self.desk.board.stands_on(ref)))

    def give_back(self):
        listed, card = self.a_seat()
        self.desk.board.give_back(listed.ref, seen_on=card.id)

    def book(self):
        self.desk.book_slot(self.chance.choice(self.refs), {})

    def confirm(self):
        self.desk.advance_booking(self.chance.choice(self.refs), BookingEvent.CONFIRM)

    def trade(self):
        listed, card = self.a_seat()
        self.desk.board.reorder(card.id, listed.ref, earlier=True)

    def undo(self):
        if last := self.desk.board.last_act():
            self.desk.board.undo(last[0])

    def lock(self):
        self.desk.board.lock(self.a_list(), locked=self.chance.random() < 0.5)

    def close(self):
        self.desk.board.close(self.a_list(), reason="Strike")

    def open(self):
        self.desk.board.open(self.chance.choice([card.id for card in self.cards if card.closed]))

    def roster(self):
        name, who = self.a_list(), self.chance.choice(["R01", "R02", None])
        self.write(lambda session: clinic.roster(session, name, who))

    def take_off(self):
        name = self.a_list()
        self.write(lambda session: clinic.take_off(session, name, reason="Ill"))

    def withdraw(self):
        ref = self.chance.choice(self.refs)
        details = {"requested_by": "patient", "requested_on": self.desk.today(), "channel": "phone"}
        step(self.database, ref, Event.PATIENT_WITHDRAWS, now=self.clock.at, **details)

    def lose(self):
        item = self.chance.choice(["R1", "R2", "R3"])

        def work(session):
            row = self.chance.choice(session.exec(select(CaseItemRow).where(CaseItemRow.key == item)).all())
            row.received = not row.received
            audit.record(session, action="lose_item", entity="case", ref=row.case_id)

        self.write(work)

    def refer(self):
        self.number += 1
        self.refs.append(list_for_test(self.database, self.number, now=self.clock.at))

    def add_list(self):
        new = a_list(self.chance.randint(1, 12), self.chance.choice(["S01", "S02"]))
        if new.id not in {card.id for card in self.cards}:
            self.write(lambda session: clinic.add_lists(session, [new]))

    def go_on_leave(self):
        day = datetime.combine(TODAY + timedelta(days=self.chance.randint(1, 5)), time(0), UTC)
        told = {"start": day, "end": day + timedelta(days=1), "reason": "", "now": self.clock.at}
        self.write(lambda session: staff.add_leave(session, "R01", **told))

    def keep_a_holiday(self):
        on = TODAY + timedelta(days=self.chance.randint(1, 12))
        site = self.chance.choice(["S01", None])
        self.write(lambda session: clinic.add_holiday(session, on, "Show day", site=site))

    def service(self):
        day = datetime.combine(TODAY + timedelta(days=self.chance.randint(1, 5)), time(0), UTC)
        told = {"suite": "S02-CT1", "start": day, "end": day + timedelta(days=1), "reason": "Service"}
        self.write(lambda session: clinic.add_maintenance(session, **told))

    def buy(self):
        self.number += 1
        unit = EquipmentUnit(id=f"rf-{self.number}", kind="rf_generator", sites=("S01", "S02"))
        self.write(lambda session: clinic.add_unit(session, unit))

    def rename(self):
        def work(session):
            session.get_one(SiteRow, "S01").name = f"Site {self.chance.random()}"
            audit.record(session, action="rename", entity="site", ref="S01")

        self.write(work)

    def wait(self):
        self.clock.pass_(timedelta(hours=self.chance.randint(1, 9)))

    def write(self, work):
        write(self.database, work, now=self.clock.at)

    def anything(self):
        """Let something happen; what the rules refuse does not."""
        usual = [self.place, self.place, self.place, self.book, self.give_back, self.trade, self.undo, self.lock]
        more = [self.close, self.open, self.roster, self.take_off, self.withdraw, self.lose, self.refer, self.confirm]
        rare = [self.add_list, self.go_on_leave, self.keep_a_holiday, self.service, self.buy, self.rename, self.wait]
        what = self.chance.choice(self.chance.choice([usual, usual, more, rare]))
        with suppress(NeurolistError, IndexError):
            what()
        return what.__name__

    def seen(self, memory, database):
        """Everything the board may ask."""
        now, today = self.clock.at, self.desk.today()
        dates = {"first": today, "last": LAST, "now": now, "today": today}
        return {
            "lists": memory.lists(database, site=None, **dates),
            "lists of a site": memory.lists(database, site="S02", **dates),
            "to place": memory.to_place(database, site=None, now=now, today=today),
            "to place at a site": memory.to_place(database, site="S01", now=now, today=today),
            "risks": memory.risks(database, **dates),
            "stands": memory._stands(database, today, LAST, now).kept.stands,
            "locked": memory._stands(database, today, LAST, now).kept.locked,
            "where": [self.where(memory, database, ref) for ref in self.refs[:3]],
        }

    def where(self, memory, database, ref):
        try:
            return memory.where(database, ref, today=self.desk.today(), last=LAST, now=self.clock.at)
        except NeurolistError as refusal:
            return str(refusal)


def test_what_is_remembered_is_what_would_be_read_anew(database):
    clinic_now, memory = Clinic(database, Random(f"board {database.is_sqlite}")), BoardMemory()
    elsewhere = open_database(database.settings)  # the web server, while others write
    happened = []
    for _ in range(CHANGES):
        happened.append(clinic_now.anything())
        fresh, kept = clinic_now.seen(BoardMemory(), elsewhere), clinic_now.seen(memory, elsewhere)
        assert {name: (kept[name], fresh[name]) for name in fresh if kept[name] != fresh[name]} == {}, happened
    elsewhere.close()


def test_a_case_is_judged_for_a_drop_as_it_is_in_the_whole_clinic(sqlite_database):
    happening = Clinic(sqlite_database, Random(3))
    judged = 0
    for _ in range(CHANGES // 5):
        for _ in range(4):
            happening.anything()
        dates = {"start": happening.desk.today(), "end": LAST, "now": happening.clock.at}
        with sqlite_database.reading() as session:
            whole = stands_in(session, planning(session, **dates))
            for ref in happening.refs:
                about = stands_in(session, planning_about(session, ref, **dates))
                name = next((case.id for case in whole.problem.cases if case.id.startswith(ref)), None)
                assert (name is None) == all(not case.id.startswith(ref) for case in about.problem.cases)
                if name is not None:
                    found, wanted = may_move(about, ref), may_move(whole, ref)
                    judged += 1
                    assert places_for(found.problem, found.plan, name) == places_for(wanted.problem, wanted.plan, name)
    assert judged > CASES


def test_a_change_reads_only_what_it_touched(sqlite_database, monkeypatch):
    happening, memory = Clinic(sqlite_database, Random(4)), BoardMemory()
    happening.seen(memory, sqlite_database)
    monkeypatch.setattr("flows.board_memory.keep_standing", lambda *_, **__: pytest.fail("Everything was read again."))
    before = memory.version(sqlite_database)
    happening.desk.board.place(Drop(ref=happening.refs[0], list="S01-2", seen_on=None))
    happening.seen(memory, sqlite_database)
    assert memory.version(sqlite_database) > before


def test_a_trail_that_is_another_one_changes_everything(sqlite_database, monkeypatch):
    happening, memory = Clinic(sqlite_database, Random(5)), BoardMemory()
    happening.seen(memory, sqlite_database)
    monkeypatch.setattr("db.audit.seal_of", lambda *_: "another")
    happening.lock()
    read_again = []
    honest = keep_standing
    monkeypatch.setattr(
        "flows.board_memory.keep_standing", lambda *given, **named: read_again.append(1) or honest(*given, **named)
    )
    happening.seen(memory, sqlite_database)
    assert read_again


def test_what_the_board_does_not_show_changes_nothing(sqlite_database):
    happening, memory = Clinic(sqlite_database, Random(6)), BoardMemory()
    before = memory.version(sqlite_database)
    happening.desk.add_account("somebody", "Some Body", "a long password", {"*": ["viewer"]})
    assert memory.version(sqlite_database) == before
