"""What each rule says of a plan that breaks it: the sentence, the cases and the list."""

from __future__ import annotations

import pytest

from scheduler.diary import Diary
from scheduler.rule import Breach
from scheduler.rules import RULEBOOK
from scheduler.vocabulary import Modality
from tests.builders.edges import BROKEN
from tests.builders.planning import a_case, later
from tests.builders.tangles import TANGLES

RULES = {rule.name: rule for rule in RULEBOOK}

# What is found in each row of BROKEN.
FOUND = [
    ("one-booking", "Case A is booked 2 times: L1 at 09:00 on 1 Feb 2027 and L2 at 09:00 on 2 Feb 2027.", ("A",), None),
    ("session-window", "Case A ends at 10:05; L1 ends at 10:00 and 0 minutes of overtime.", ("A",), "L1"),
    ("session-window", "Case A starts at 08:55, before L1 starts at 09:00.", ("A",), "L1"),
    ("session-window", "Case A starts at 09:03, off the 5-minute grid of L1 from 09:00.", ("A",), "L1"),
    ("session-window", "Case A ends at 10:20; L1 ends at 10:00 and 15 minutes of overtime.", ("A",), "L1"),
    ("session-window", "Case A starts at 09:05, off the 5-minute grid of L1 from 09:02.", ("A",), "L1"),
    ("session-closed", "Case A is booked on L1, which is closed.", ("A",), "L1"),
    (
        "suite-no-overlap",
        "Case B starts at 09:25 on L1; case A ends at 09:30 and turning over takes 0 minutes.",
        ("A", "B"),
        "L1",
    ),
    (
        "suite-no-overlap",
        "Case B starts at 09:30 on L1; case A ends at 09:30 and turning over takes 5 minutes.",
        ("A", "B"),
        "L1",
    ),
    ("suite-no-overlap", "Case A on L1 ends at 10:05; L2 starts at 10:00.", ("A",), "L1"),
    ("max-cases", "L1 holds 1 cases; it may hold 0.", ("A",), "L1"),
    ("one-radiologist", "L1 holds 1 cases and has no radiologist; it needs exactly one.", ("A",), "L1"),
    ("one-radiologist", "L1 holds no case but has R1.", (), "L1"),
    ("rostered", "L1 is rostered to R2, but the plan gives it to R1.", (), "L1"),
    ("radiologist-credential", "R1 does L1 at S1 but is credentialed at S2.", (), "L1"),
    ("radiologist-available", "R1 does L1 but is unavailable from 2027-02-01 08:00 to 2027-02-01 09:05.", (), "L1"),
    ("radiologist-available", "R1 does L1 but is unavailable from 2027-02-01 09:55 to 2027-02-01 11:00.", (), "L1"),
    ("radiologist-travel", "R1 does L1 until 10:00 and L2 from 10:30; the journey takes 31 minutes.", (), "L2"),
    ("radiologist-session-limit", "R1 does 1 lists on 1 Feb 2027 (L1); the limit is 0.", (), "L1"),
    ("radiologist-session-limit", "R1 does 1 lists in week 5 of 2027 (L1); the limit is 0.", (), "L1"),
    ("target-skill", "Case A on L1 needs coeliac, which R1 does not do.", ("A",), "L1"),
    ("technique-skill", "Case A on L1 needs local_anaesthetic, which R1 does not do.", ("A",), "L1"),
    ("modality", "Case A needs ct; suite CT1 of L1 has ultrasound.", ("A",), "L1"),
    ("funding", "Case A is funded as public; L1 accepts private.", ("A",), "L1"),
    ("anaesthetist", "Case A needs an anaesthetist; L1 has none.", ("A",), "L1"),
    ("allowed-sites", "Case A is on L1 at S1; it is allowed at S2.", ("A",), "L1"),
    ("equipment", "2 cases need rf_generator at S1 at 09:25 on 1 Feb 2027 (A, B); it has 1 there.", ("A", "B"), "L2"),
    ("equipment", "2 cases need rf_generator at S1 at 09:25 on 1 Feb 2027 (A, B); it has 1 there.", ("A", "B"), "L2"),
    ("equipment", "U2 is placed at S1, S2 on 1 Feb 2027; it can be at one site a date.", (), None),
    ("equipment", "U1 is placed at S2 on 1 Feb 2027; it may be at S1.", (), None),
    ("recovery", "2 patients recover at S1 at 09:55 on 1 Feb 2027 (A, B); it has 1 bays.", ("A", "B"), "L2"),
    ("recovery", "2 patients recover at S1 at 09:55 on 1 Feb 2027 (A, B); it has 1 bays.", ("A", "B"), "L2"),
    ("recovery", "1 patients recover at S1 at 09:30 on 1 Feb 2027 (A); it has 0 bays.", ("A",), "L1"),
    ("recovery", "Case A on L1 recovers until 09:30; recovery at S1 closes at 09:25.", ("A",), "L1"),
    ("date-window", "Case A is on L1 on 1 Feb 2027; it may be done from 2 Feb 2027 to 12 Feb 2027.", ("A",), "L1"),
    ("date-window", "Case A is on L1 on 1 Feb 2027; it may be done from 1 Feb 2027 to 31 Jan 2027.", ("A",), "L1"),
    ("patient-unavailable", "Case A is on L1; patient P-A cannot come on 1 Feb 2027.", ("A",), "L1"),
    ("patient-one-per-day", "Patient P has 2 bookings on 1 Feb 2027: A, B.", ("A", "B"), "L1"),
    ("staging", "Case B is 1 days after case A; 2 to 9 are allowed.", ("B", "A"), "L2"),
    ("staging", "Case B is 1 days after case A; 0 to 0 are allowed.", ("B", "A"), "L2"),
    ("staging", "Case B is booked but case A, which it follows, is not.", ("B", "A"), "L2"),
    ("pinned", "Case A is pinned to L1 at 09:10 with R1, and is not there.", ("A",), "L1"),
    ("pinned", "Case A is pinned to L1 at 09:10 with R1, and is not there.", ("A",), "L1"),
    ("pinned", "Case A is pinned to L1 at 09:00, and is not there.", ("A",), "L1"),
    ("pinned", "Case A is pinned to L1 at 09:00, and is not there.", ("A",), "L1"),
    ("pinned", "Case A is pinned to L1 at 09:10 with R1, and is not there.", ("A",), "L1"),
]

# All that is found in each row of TANGLES.
TANGLED = [
    [
        ("allowed-sites", "Case A is on L1 at S1; it is allowed at no site.", ("A",), "L1"),
        ("allowed-sites", "Case B is on L1 at S1; it is allowed at S2, S3.", ("B",), "L1"),
    ],
    [("funding", "Case A is funded as public; L1 accepts none.", ("A",), "L1")],
    [("funding", "Case A is funded as public; L1 accepts private, compensable.", ("A",), "L1")],
    [
        (
            "modality",
            "Case A needs imaging that no suite has; suite CT1 of L1 has ultrasound and fluoroscopy.",
            ("A",),
            "L1",
        )
    ],
    [("modality", "Case A needs ct or ultrasound; suite CT1 of L1 has none.", ("A",), "L1")],
    [
        ("radiologist-credential", "R2 does L1 at S1 but is credentialed at S2, S3.", (), "L1"),
        ("radiologist-credential", "R1 does L2 at S1 but is credentialed at nowhere.", (), "L2"),
    ],
    [("one-radiologist", "L1 holds 2 cases and has 2 radiologists (R2, R1); it needs exactly one.", ("A", "B"), "L1")],
    [
        ("one-radiologist", "L3 holds no case but has R1.", (), "L3"),
        ("one-radiologist", "L2 holds no case but has R1, R2.", (), "L2"),
    ],
    [
        (
            "one-booking",
            (
                "Case A is booked 3 times: L1 at 09:00 on 1 Feb 2027 and L2 at 09:00 on 2 Feb 2027 and L1 at 09:30 on "
                "1 Feb 2027."
            ),
            ("A",),
            None,
        )
    ],
    [("rostered", "L1 is rostered to R2, but the plan gives it to R1.", (), "L1")],
    [
        ("radiologist-available", "R1 does L1 but is unavailable from 2027-02-01 08:00 to 2027-02-01 09:05.", (), "L1"),
        ("radiologist-available", "R1 does L1 but is unavailable from 2027-02-01 09:55 to 2027-02-01 23:00.", (), "L1"),
    ],
    [("radiologist-session-limit", "R1 does 2 lists in week 5 of 2027 (L1, L2); the limit is 1.", (), "L2")],
    [("radiologist-session-limit", "R1 does 3 lists on 1 Feb 2027 (L1, L2, L3); the limit is 2.", (), "L3")],
    [
        ("radiologist-travel", "R1 does L1 until 10:00 and L2 from 09:00; the journey takes 0 minutes.", (), "L2"),
        ("radiologist-travel", "R1 does L1 until 10:00 and L3 from 09:00; the journey takes 25 minutes.", (), "L3"),
        ("radiologist-travel", "R1 does L2 until 10:00 and L3 from 09:00; the journey takes 25 minutes.", (), "L3"),
    ],
    [("pinned", "Case A is pinned to L1 at 09:10, and is not there.", ("A",), "L1")],
    [("pinned", "Case A is pinned to L1 at 09:00, and is not there.", ("A",), "L1")],
    [("pinned", "Case A is pinned to L2 at 09:00, and is not there.", ("A",), "L2")],
    [("staging", "Case B is 1 days after case A; 2 to any number are allowed.", ("B", "A"), "L2")],
    [("staging", "Case C is 6 days after case B; 0 to 5 are allowed.", ("C", "B"), "L3")],
    [
        (
            "equipment",
            "2 cases need rf_generator at S1 at 09:00 on 1 Feb 2027 (A, B); it has 1 there.",
            ("A", "B"),
            "L1",
        ),
        (
            "equipment",
            "2 cases need rf_generator at S1 at 09:00 on 1 Feb 2027 (A, B); it has 1 there.",
            ("A", "B"),
            "L2",
        ),
        ("equipment", "1 cases need rf_generator at S2 at 09:00 on 1 Feb 2027 (C); it has 0 there.", ("C",), "L3"),
    ],
    [
        ("equipment", "2 cases need rf_generator at S1 at 09:00 on 1 Feb 2027 (A); it has 1 there.", ("A",), "L1"),
        ("equipment", "2 cases need rf_generator at S1 at 09:00 on 1 Feb 2027 (A); it has 1 there.", ("A",), "L2"),
    ],
    [("equipment", "U1 is placed at S2 on 1 Feb 2027; it may be at S1, S3.", (), None)],
    [
        ("recovery", "2 patients recover at S1 at 09:30 on 1 Feb 2027 (A, B); it has 0 bays.", ("A", "B"), "L1"),
        ("recovery", "2 patients recover at S1 at 09:30 on 1 Feb 2027 (A, B); it has 0 bays.", ("A", "B"), "L2"),
    ],
    [
        ("recovery", "Case A on L1 recovers until 10:05; recovery at S1 closes at 10:00.", ("A",), "L1"),
        ("recovery", "2 patients recover at S1 at 09:30 on 1 Feb 2027 (A, B); it has 1 bays.", ("A", "B"), "L1"),
        ("recovery", "2 patients recover at S1 at 09:30 on 1 Feb 2027 (A, B); it has 1 bays.", ("A", "B"), "L2"),
    ],
    [
        ("recovery", "2 patients recover at S1 at 09:30 on 1 Feb 2027 (A); it has 1 bays.", ("A",), "L1"),
        ("recovery", "2 patients recover at S1 at 09:30 on 1 Feb 2027 (A); it has 1 bays.", ("A",), "L2"),
    ],
    [("recovery", "1 patients recover at S1 at 09:30 on 1 Feb 2027 (A); it has 0 bays.", ("A",), "L1")],
    [("suite-no-overlap", "Case B on L1 ends at 10:05; L2 starts at 10:00.", ("B",), "L1")],
    [("patient-one-per-day", "Patient P has 3 bookings on 1 Feb 2027: A, B, C.", ("A", "B", "C"), "L1")],
    [("max-cases", "L1 holds 2 cases; it may hold 1.", ("A", "B"), "L1")],
    [
        ("suite-no-overlap", "Case A on L1 ends at 10:35; L2 starts at 10:00.", ("A",), "L1"),
        ("suite-no-overlap", "Case A on L1 ends at 10:35; L3 starts at 10:30.", ("A",), "L1"),
        ("suite-no-overlap", "Case B on L2 ends at 11:40; L3 starts at 10:30.", ("B",), "L2"),
    ],
]


def found(row):
    """Give what a row's rule finds in its plan."""
    rule, problem, plan = row
    return list(RULES[rule].breaches(Diary(problem=problem, plan=plan)))


def breach(rule, says, cases, session):
    return Breach(rule=rule, says=says, cases=cases, session=session)


@pytest.mark.parametrize(("row", "expected"), list(zip(BROKEN, FOUND, strict=True)), ids=[row[0] for row in BROKEN])
def test_a_breach_says_what_is_wrong_and_names_the_cases_and_the_list(row, expected):
    assert found(row) == [breach(*expected)]


@pytest.mark.parametrize(("row", "expected"), list(zip(TANGLES, TANGLED, strict=True)), ids=[row[0] for row in TANGLES])
def test_each_breach_of_a_tangled_plan_is_found_once_and_in_order(row, expected):
    assert found(row) == [breach(*each) for each in expected]


DEMANDING = a_case(
    funding="workers_compensation",
    equipment=("rf_generator", "cryo_console"),
    allowed_sites=("S1", "S2"),
    recovery_minutes=60,
    latest=later(9),
    modalities=(Modality.CT, Modality.FLUOROSCOPY),
    anaesthetist=True,
)

# What completes "a list that …" for a case that has no list left.
WANTED = {
    "date-window": "is within the planned dates, from 1 Feb 2027 on and no later than 10 Feb 2027",
    "session-closed": "is open",
    "allowed-sites": "is at a site allowed for it (S1, S2)",
    "funding": "accepts its funding (workers compensation)",
    "modality": "has its imaging (CT or Fluoroscopy)",
    "anaesthetist": "has an anaesthetist, whom it needs",
    "patient-unavailable": "is on a date the patient can come",
    "radiologist-credential": "has a radiologist credentialed at its site",
    "radiologist-available": "has a radiologist who is available",
    "target-skill": "has a radiologist skilled in coeliac plexus",
    "technique-skill": "has a radiologist skilled in local anaesthetic",
    "session-window": "is long enough for its 30 minutes",
    "recovery": "leaves time and a bay for its 60 minutes of recovery",
    "equipment": "is at a site that can have its equipment (rf_generator, cryo_console)",
    "max-cases": "takes any case (their number of cases is 0)",
}


def test_what_a_rule_wants_of_a_list_is_said():
    assert {rule.name: rule.wants(DEMANDING) for rule in RULEBOOK if rule.wants is not None} == WANTED


def test_a_case_without_a_latest_date_or_an_allowed_site_wants_less():
    undemanding = a_case(allowed_sites=(), modalities=())
    assert RULES["modality"].wants(undemanding) == "has its imaging (none named)"
    assert RULES["date-window"].wants(undemanding) == "is within the planned dates, from 1 Feb 2027 on"
    assert RULES["allowed-sites"].wants(undemanding) == "is at a site allowed for it (none)"
    assert RULES["allowed-sites"].wants(a_case()) == "is at a site allowed for it (none)"
