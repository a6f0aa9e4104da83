"""Whatever a file holds, reading it gives referrals and refusals and never an error."""

import copy
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.intake.reader import read_files
from flows.intake.reading import Reading
from tests.builders.referral_files import EXAMPLES, RECEIVED, coeliac_bundle

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHEET = (EXAMPLES / "referrals" / "referrals.csv").read_bytes()
BUNDLE = coeliac_bundle()
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["#", "#x", "Patient/banks-mia-leanne", "ServiceRequest/coeliac-1", "2026-02-31", "0001-01-01"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def read(content: bytes, name: str) -> Reading:
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        return read_files([file], RECEIVED)


def holds(reading: Reading) -> None:
    """Each referral can be stored, and each refusal names its file and ends as a sentence."""
    for referral in reading.referrals:
        assert referral.patient.family_name
        assert not {item.key for item in referral.items} & set(referral.missing)
        repr(referral).encode("utf-8")
    for refusal in reading.refusals:
        assert refusal.file
        assert refusal.fault.endswith((".", "”"))
    assert reading.referrals or reading.refusals


def paths(node: object, so_far: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [so_far, *(path for step, inner in steps for path in paths(inner, (*so_far, step)))]


PATHS = paths(BUNDLE)[1:]


@given(st.binary(max_size=400), st.sampled_from(["x.json", "x.csv", "x"]))
@QUICK
def test_raw_bytes(content, name):
    holds(read(content, name))


@given(st.lists(st.tuples(st.sampled_from(PATHS), VALUES), min_size=1, max_size=4))
@QUICK
def test_a_bundle_with_values_put_in_at_random(changes):
    bundle = copy.deepcopy(BUNDLE)
    for path, value in changes:
        put(bundle, path, value)
    holds(read(json.dumps(bundle).encode(), "order.json"))


def put(node, path, value):
    for step in path[:-1]:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return
    in_object = isinstance(node, dict) and isinstance(path[-1], str)
    if in_object or (isinstance(node, list) and isinstance(path[-1], int) and path[-1] < len(node)):
        node[path[-1]] = value


@given(st.integers(0, len(SHEET) - 1), st.binary(min_size=1, max_size=6))
@QUICK
def test_a_spreadsheet_with_bytes_put_in_at_random(place, content):
    holds(read(SHEET[:place] + content + SHEET[place + len(content) :], "list.csv"))


@given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), min_size=1, max_size=4))
@QUICK
def test_cells_of_any_text(rows):
    quoted = [
        "family_name,given_names,birth_date,target",
        *(",".join(f'"{c.replace(chr(34), "")}"' for c in r) for r in rows),
    ]
    reading = read("\n".join(quoted).encode("utf-8", "surrogatepass"), "list.csv")
    assert isinstance(reading, Reading)
