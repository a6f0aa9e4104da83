"""The set-up pages say in words what there is, what a change would do, and who changed what."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.shapes.setup import history, lists, people, places, protocol, saving, staff
from flows.desk import Account, HolidayLine, keeping
from scheduler.errors import BadInputError
from scheduler.vocabulary import Role

ZONE = ZoneInfo("Australia/Melbourne")
NINE = datetime(2026, 11, 24, 9, tzinfo=ZONE)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=ZONE)
DAY = date(2026, 11, 24)


def a_broken(ref="N10001"):
    return keeping.Broken(
        ref=ref,
        category=2,
        list="L1",
        on=DAY,
        start=NINE,
        site_name="Northern",
        suite_name="CT 1",
        says=("Case N10001 is booked on L1, which is closed.",),
    )


def a_template(**changes):
    usual = {
        "id": "T1",
        "suite": "NTH-CT1",
        "suite_name": "CT 1",
        "site": "NTH",
        "site_name": "Northern",
        "weekday": 1,
        "every_weeks": 1,
        "first_on": DAY,
        "start": time(8, 30),
        "end": time(12, 30),
        "overtime_minutes": 30,
        "funding": ("public",),
        "anaesthetist": False,
        "radiologist": "R01",
        "max_cases": None,
        "ended_on": None,
        "version": 1,
    }
    return keeping.TemplateLine(**{**usual, **changes})


def a_row(**changes):
    usual = {
        "part": keeping.ProtocolPart.VALUE,
        "key": "bloods_turnaround",
        "says": "New bloods take this long.",
        "unit": "days",
        "fields": {"value": 1},
        "edition": 1,
        "effective_from": DAY,
        "source": "Site default.",
        "approved_by": None,
        "coming": None,
    }
    return keeping.ProtocolLine(**{**usual, **changes})


def test_a_preview_counts_what_breaks_and_what_else_follows():
    found = keeping.Preview(broken=(a_broken(), a_broken("N10002")), also=("1 list will have no radiologist: L1.",))
    assert saving.preview_words(found) == "This would break 2 bookings. 1 list will have no radiologist: L1."
    assert saving.save_label(found) == "Save, with 2 tasks to rebook"
    assert saving.broken_rows(found, ZONE)[0][3] == "CT 1, Northern"
    nothing = keeping.Preview(broken=(), also=("3 lists will be made.",))
    assert (saving.preview_words(nothing), saving.save_label(nothing)) == (
        "No booking would break. 3 lists will be made.",
        "Save",
    )


def test_what_was_saved_names_the_cases_with_a_task():
    assert saving.saved_words("It is closed.", keeping.Saved(asked=())) == "It is closed."
    told = saving.saved_words("It is closed.", keeping.Saved(asked=("N1", "N2")))
    assert told == "It is closed. 2 bookings have a task to rebook them: N1, N2."


@pytest.mark.parametrize(
    ("column", "before", "after", "says"),
    [
        ("closed", False, True, "closed: no → yes"),
        ("wall_end", "12:30", "13:00", "to: 12:30 → 13:00"),
        ("ended_on", None, "2026-11-24", "not used from: — → Tue 24 Nov 2026"),
        ("site", None, "*", "site: — → every site"),
        ("sites", [], ["NTH", "BAY"], "sites: — → NTH, BAY"),
        ("closed_reason", "kept back", "kept back", "reason: changed"),
    ],
)
def test_a_change_is_told_with_both_values(column, before, after, says):
    assert history.step_words(keeping.Step(row="x", column=column, before=before, after=after)) == says


def test_the_history_leaves_out_what_only_the_machine_reads():
    act = keeping.KeptHistory(
        at=NINE,
        by="Pat Doe",
        role="administrator",
        action="close_list",
        why="Scanner",
        steps=(keeping.Step(row="x", column="version", before=1, after=2),),
    )
    (when, who, what, changes) = history.history_rows([act], ZONE)[0]
    assert (when.text, who, what, changes.text) == ("Tue 24 Nov, 09:00", "Pat Doe", "List closed Scanner", "")


def test_a_template_says_when_it_comes_and_that_it_is_ended():
    assert lists.rhythm(a_template()) == "every Tuesday"
    assert lists.rhythm(a_template(every_weeks=2)) == "Tuesday, every 2 weeks"
    card = lists.template_groups([a_template(ended_on=DAY)], {"R01": "Dr One"})[0].cards[0]
    assert [line.text for line in card.lines] == ["Dr One", "Ended: none from Tue 24 Nov on"]


def test_lists_to_be_made_are_counted_with_those_that_are_not():
    usual = {"template": "T1", "suite": "S", "suite_name": "CT 1", "site_name": "Northern", "on": DAY}
    made = keeping.ComingList(**usual, start=time(8), end=time(9), radiologist="R01")
    left = keeping.ComingList(**usual, start=time(8), end=time(9), radiologist=None, skipped="Show day.")
    assert lists.coming_words([made]) == "1 list would be made."
    assert lists.coming_words([made, left]) == "1 list would be made, 1 not."
    rows = lists.coming_rows([made, left], {"R01": "Dr One"})
    assert [(row[3], row[4].text) for row in rows] == [("Dr One", "Made"), ("", "Show day.")]


def leave(start, end, reason=""):
    return keeping.LeaveLine(id="1", radiologist="R01", start=start, end=end, reason=reason, version=1)


def test_leave_of_whole_days_is_told_by_its_days():
    one, two = (MIDNIGHT + timedelta(days=days) for days in (1, 2))
    assert staff.leave_words(leave(MIDNIGHT, one), ZONE) == "Tue 24 Nov 2026"
    assert staff.leave_words(leave(MIDNIGHT, two, "Course"), ZONE) == "Tue 24 Nov 2026 to Wed 25 Nov 2026 (Course)"
    hours = staff.leave_words(leave(NINE.astimezone(UTC), NINE + timedelta(hours=1)), ZONE)
    assert hours == "Tue 24 Nov, 09:00 to Tue 24 Nov, 10:00"


def test_a_protocol_row_is_told_with_its_unit():
    assert (protocol.title(a_row()), protocol.amount(a_row())) == ("Bloods turnaround", "1 day")
    risk = a_row(key="bleeding_risk.coeliac", unit="class", fields={"value": "high"})
    assert (protocol.title(risk), protocol.amount(risk)) == ("Bleeding risk: coeliac", "high")
    procedure = a_row(
        part=keeping.ProtocolPart.PROCEDURE,
        fields={
            "target": "coeliac",
            "technique": "local_anaesthetic",
            "stage": "test_block",
            "per_side": True,
            "planned_minutes": 45,
            "modalities": ["ct", "ultrasound"],
        },
    )
    assert protocol.title(procedure) == "Coeliac plexus, local anaesthetic, test block"
    assert protocol.amount(procedure) == "45 min a side"
    assert ("Imaging", "CT and Ultrasound") in protocol.protocol_facts(procedure)
    fields = {"drug": "apixaban", "use": "any", "risk": "high", "off": 3, "unit": "days"}
    hold = a_row(part=keeping.ProtocolPart.HOLD, fields={**fields, "clearance_above": 30, "clearance_up_to": 50})
    assert protocol.title(hold) == "Apixaban, high risk, clearance 30 to 50 mL/min"
    assert protocol.amount(hold) == "3 days"


def test_rows_with_a_proposal_come_first():
    rows = [a_row(key="a"), a_row(key="b", approved_by="Dr Lead"), a_row(key="c")]
    groups = protocol.protocol_groups(rows, {"c": None}, "")
    assert [[card.id for card in group.cards] for group in groups] == [["c"], ["a"], ["b"]]
    assert [card.id for group in protocol.protocol_groups(rows, {}, "new bloods") for card in group.cards] == [
        "a",
        "c",
        "b",
    ]


@pytest.mark.parametrize(
    ("current", "typed", "value"),
    [
        (30, " 45 ", 45),
        (1.5, "1.8", 1.8),
        ("high", "low", "low"),
        ([1, 7], "1, 14", [1, 14]),
        (["ir_lead"], "ir lead, administrator", ["ir_lead", "administrator"]),
    ],
)
def test_a_typed_value_is_read_as_the_kind_it_replaces(current, typed, value):
    assert protocol.read_value(current, typed) == value


@pytest.mark.parametrize(("current", "typed"), [(30, "many"), (1.5, "high"), ([1], "1, two")])
def test_a_typed_value_of_another_kind_is_refused(current, typed):
    with pytest.raises(BadInputError, match="is not a"):
        protocol.read_value(current, typed)


def test_roles_are_told_with_their_site():
    roles = {"*": frozenset({Role.VIEWER}), "NTH": frozenset({Role.BOOKINGS, Role.IR_LEAD})}
    assert people.roles_words(roles) == "Viewer; Bookings and IR lead at NTH"
    assert people.roles_words({}) == "No role"
    account = Account(id="1", username="jo", name="Jo", roles=roles, active=False, version=1, must_change=True)
    here, gone = people.account_groups([account], [])
    assert (here.cards, gone.cards[0].lines[1].text) == ((), "Has a first password")


def test_a_holiday_of_one_site_or_one_it_works_on():
    def card(**changes):
        usual = {"on": DAY, "name": "Show day", "site": None, "observed": True, "confirmed": False, "version": 1}
        return places.holiday_groups([HolidayLine(**{**usual, **changes})], {"NTH": "Northern"})[0].cards[0]

    assert [line.text for line in card().lines] == ["Every site"]
    assert [line.text for line in card(site="NTH", observed=False).lines] == ["Northern works on this day"]
    assert (card().id, card(site="NTH").id) == ("2026-11-24", "2026-11-24 NTH")


def test_the_kind_of_a_unit_reads_as_people_say_it():
    assert (places.kind_words("rf_generator"), places.kind_words("cryo_console")) == ("RF generator", "Cryo console")
