"""A problem document is read whole or refused with every fault, whatever comes in."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.documents import read_plan, read_problem, write_plan, write_problem
from scheduler.errors import BadInputError
from scheduler.goals import GOALS
from tests.builders.planning import a_booking, a_plan, a_problem

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "problems").glob("*.json"))
TINY = (Path(__file__).parents[3] / "examples" / "problems" / "tiny.json").read_text(encoding="utf-8")


def changed(*path, to):
    """Give the tiny problem with one value changed; `...` takes it away."""
    document = json.loads(TINY)
    here = document
    for key in path[:-1]:
        here = here[key]
    if to is ...:
        del here[path[-1]]
    else:
        here[path[-1]] = to
    return document


def faults(document):
    """Read a document that must be refused, and give its faults."""
    text = document if isinstance(document, str | bytes) else json.dumps(document)
    with pytest.raises(BadInputError) as refusal:
        read_problem(text)
    return {fault.where: fault.says for fault in refusal.value.faults}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_reading_and_writing_changes_nothing(path):
    problem = read_problem(path.read_bytes())
    assert read_problem(write_problem(problem)) == problem
    assert json.loads(write_problem(problem)) == json.loads(path.read_bytes())


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("format",), "neurolist-problem/2", "/format"),
        (("timezone",), "Mars/Olympus", "/timezone"),
        (("timezone",), "../etc/passwd", "/timezone"),
        (("extra",), 1, "/extra"),
        (("cases",), ..., "/cases"),
        (("cases",), {}, "/cases"),
        (("cases", 0), None, "/cases/0"),
        (("cases", 0, "due"), ..., "/cases/0/due"),
        (("cases", 0, "due"), "2027-02-30", "/cases/0/due"),
        (("cases", 0, "due"), "1 Feb 2027", "/cases/0/due"),
        (("cases", 0, "due"), "9999-01-01", "/cases/0/due"),
        (("cases", 0, "target"), "toe", "/cases/0/target"),
        (("cases", 0, "technique"), "magic", "/cases/0/technique"),
        (("cases", 0, "stage"), None, "/cases/0/stage"),
        (("cases", 0, "modalities"), ["ct", "mri"], "/cases/0/modalities/1"),
        (("cases", 0, "modalities"), ["ct", "ct"], "/cases/0/modalities/1"),
        (("cases", 0, "urgency"), 4, "/cases/0/urgency"),
        (("cases", 0, "urgency"), True, "/cases/0/urgency"),
        (("cases", 0, "weight"), 1.5, "/cases/0/weight"),
        (("cases", 0, "weight"), 10**30, "/cases/0/weight"),
        (("cases", 0, "duration_minutes"), 42, "/cases/0/duration_minutes"),
        (("cases", 0, "duration_minutes"), 0, "/cases/0/duration_minutes"),
        (("cases", 0, "duration_minutes"), -5, "/cases/0/duration_minutes"),
        (("cases", 0, "duration_minutes"), "40", "/cases/0/duration_minutes"),
        (("cases", 0, "anaesthetist"), 0, "/cases/0/anaesthetist"),
        (("cases", 0, "id"), "", "/cases/0/id"),
        (("cases", 0, "id"), "A\nB", "/cases/0/id"),
        (("cases", 0, "travel_km"), {"S1/~": 3}, "/cases/0/travel_km/S1~1~0"),
        (("cases", 0, "allowed_sites"), ["S09"], "/cases/0/allowed_sites/0"),
        (("cases", 0, "prefer_radiologist"), "R99", "/cases/0/prefer_radiologist"),
        (("cases", 0, "follows"), {"case": "C99", "min_days": 0, "max_days": 1}, "/cases/0/follows/case"),
        (("cases", 0, "follows"), {"case": "C00002-T", "min_days": 5, "max_days": 1}, "/cases/0/follows/max_days"),
        (("cases", 0, "follows"), {"case": "C00001-T", "min_days": 0, "max_days": 1}, "/cases/0/follows/case"),
        (("equipment", 1, "id"), "rf_generator-S02", "/equipment/1/id"),
        (("sites", 0, "recovery_close"), "25:00", "/sites/0/recovery_close"),
        (("sites", 0, "location", "lat"), 91, "/sites/0/location/lat"),
        (("suites", 0, "site"), "S09", "/suites/0/site"),
        (("equipment", 0, "sites"), [], "/equipment/0/sites"),
        (("sessions", 0, "start"), "2027-02-01T08:30:00", "/sessions/0/start"),
        (("sessions", 0, "start"), "2027-02-01T08:30:20+11:00", "/sessions/0/start"),
        (("sessions", 0, "end"), "2027-02-01T08:30:00+11:00", "/sessions/0/end"),
        (("sessions", 0, "radiologist"), "R99", "/sessions/0/radiologist"),
        (("sessions", 0, "max_cases"), -1, "/sessions/0/max_cases"),
        (("radiologists", 0, "unavailable", 0), ["2027-02-01T00:00:00+11:00"], "/radiologists/0/unavailable/0"),
        (("travel_minutes", 0), ["S01", "S09", 5], "/travel_minutes/0/1"),
        (("travel_minutes",), [["S01", "S02", 5], ["S02", "S01", 6]], "/travel_minutes/1/2"),
        (("horizon", "end"), "2027-01-01", "/horizon/end"),
        (("objective",), {"speed": 3}, "/objective/speed"),
        (("objective",), {"access": -1}, "/objective/access"),
    ],
)
def test_a_fault_is_named_by_its_pointer(path, value, where):
    found = faults(changed(*path, to=value))
    assert list(found) == [where]
    assert found[where][-1] == "."


def test_every_fault_is_reported_at_once():
    document = changed("cases", 0, "target", to="toe")
    document["cases"][1]["due"] = "soon"
    del document["sites"][0]["name"]
    assert set(faults(document)) == {"/cases/0/target", "/cases/1/due", "/sites/0/name"}


def test_a_pinned_start_lies_on_the_lists_grid():
    pin = {"session": "S01-FL2-2027-02-05-AM", "start": "2027-02-05T08:35:00+11:00", "radiologist": None}
    assert read_problem(json.dumps(changed("cases", 0, "pinned", to=pin))).cases[0].pinned is not None
    off = {**pin, "start": "2027-02-05T08:36:00+11:00"}
    assert list(faults(changed("cases", 0, "pinned", to=off))) == ["/cases/0/pinned/start"]


def test_cases_that_follow_each_other_in_a_circle_are_refused():
    document = changed("cases", 0, "follows", to={"case": "C00002-T", "min_days": 0, "max_days": None})
    document["cases"][1]["follows"] = {"case": "C00001-T", "min_days": 0, "max_days": None}
    assert set(faults(document)) == {"/cases/0/follows/case", "/cases/1/follows/case"}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "line 1, column 1"),
        (b'{"format": ,}', "line 1, column 12"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 200_000, "nested"),
        (b'{"seconds": NaN}', "NaN"),
        (b'{"cost": ' + b"9" * 5_000 + b"}", "number"),
        (b"[]", "object"),
        (b"null", "object"),
    ],
)
def test_what_is_not_a_json_object_is_refused_in_one_sentence(document, words):
    found = faults(document)
    assert list(found) == [""]
    assert words in found[""]


def test_a_field_given_twice_is_a_fault():
    assert faults(TINY.replace('"lat"', '"lon": 1, "lat"', 1)) == {
        "/sites/0/location/lon": "This field is given more than once."
    }


def nodes(value, path=()):
    """List the paths of every value in a document."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from nodes(child, (*path, key))


PATHS = [path for path in nodes(json.loads(TINY)) if path]
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just([]),
    st.just({}),
    st.sampled_from(["R01", "S01", "2027-02-01", "2027-02-01T08:30:00+11:00", "ct", 10**40, "\ud800", "a/b~c"]),
    st.lists(st.one_of(st.integers(), st.text(max_size=5)), max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(PATHS), ANYTHING, st.booleans()), min_size=1, max_size=4))
def test_no_change_to_a_document_makes_the_reader_stumble(changes):
    document = json.loads(TINY)
    for path, value, remove in changes:
        here = document
        try:
            for key in path[:-1]:
                here = here[key]
            if remove:
                del here[path[-1]]
            else:
                here[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    problem, found = read_or_faults(json.dumps(document))
    assert all(fault.says and "\n" not in str(fault) for fault in found)
    assert bool(found) == (problem is None)
    assert problem is None or read_problem(write_problem(problem)) == problem


def read_or_faults(text):
    """Give the problem and no faults, or none and the faults."""
    try:
        return read_problem(text), ()
    except BadInputError as refusal:
        return None, refusal.faults


@settings(max_examples=200, deadline=None)
@given(document=st.binary(max_size=200))
def test_any_bytes_are_refused_in_sentences(document):
    assert all(faults(document).values())


def test_a_plan_read_back_is_the_plan_written():
    plan = a_plan(a_booking(), terms=dict.fromkeys(json.loads(plan_text(a_plan()))["terms"], 0), seconds=1.5)
    assert read_plan(write_plan(plan), a_problem()) == plan


def plan_text(plan, **changes):
    """Write a plan with every term, changed where told."""
    terms = dict.fromkeys((goal.name for goal in GOALS), 0)
    return json.dumps({**json.loads(write_plan(plan)), "terms": terms, **changes})


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"format": "neurolist-plan/9"}, "/format"),
        ({"status": "splendid"}, "/status"),
        ({"cost": 1.5}, "/cost"),
        ({"terms": {}}, "/terms/access"),
        ({"bookings": [{"case": "Z", "session": "L1", "start": "2027-02-01T09:00:00+11:00"}]}, "/bookings/0/case"),
        ({"bookings": [{"case": "A", "session": "L9", "start": "2027-02-01T09:00:00+11:00"}]}, "/bookings/0/session"),
        ({"bookings": [{"case": "A", "session": "L1", "start": "2027-02-01T09:03:00+11:00"}]}, "/bookings/0/start"),
        ({"sessions": [{"session": "L1", "radiologist": "R9"}]}, "/sessions/0/radiologist"),
        ({"equipment": [{"unit": "U9", "date": "2027-02-01", "site": "S1"}]}, "/equipment/0/unit"),
        ({"unscheduled": [{"case": "A", "reasons": [""]}]}, "/unscheduled/0/reasons/0"),
        ({"seconds": -1}, "/seconds"),
    ],
)
def test_a_fault_in_a_plan_is_named_by_its_pointer(changes, where):
    with pytest.raises(BadInputError) as refusal:
        read_plan(plan_text(a_plan(a_booking()), **changes), a_problem())
    assert where in [fault.where for fault in refusal.value.faults]
