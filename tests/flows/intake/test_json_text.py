"""JSON is read, or refused with where and why."""

import pytest

from flows.intake.json_text import DEEPEST_NESTING, UnreadableError, read_json


def nested(depth: int) -> str:
    return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)


def test_an_object_is_read():
    assert read_json('{"a": [1, null, "b"]}') == {"a": [1, None, "b"]}


def test_the_deepest_nesting_fits_and_one_more_does_not():
    read_json(nested(DEEPEST_NESTING))
    with pytest.raises(UnreadableError, match="nested more than 64 levels"):
        read_json(nested(DEEPEST_NESTING + 1))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"a": 1,}', "broken at line 1, column"),
        ('{"a": 1', "broken at line 1"),
        ("[]", "holds a list"),
        ("3", "holds a single value"),
        ('{"a": 1, "a": 2}', 'writes "a" twice'),
        ('{"a": NaN}', "holds NaN"),
        ('{"a": "\\u0000"}', "control character U\\+0000"),
        ('{"a": "\\ud800"}', "control character U\\+D800"),
        ('{"\\u0007": 1}', "control character U\\+0007"),
        ('{"a": ' + "9" * 5000 + "}", "thousands of digits"),
        ("[" * 100_000, "nested more than"),
        ('{"resourceType":"Patient"}\n{"resourceType":"Patient"}', "NDJSON"),
        ('{"a": 1} x', "broken at line 1, column 10"),
    ],
)
def test_what_cannot_be_read_is_told_why(content, says):
    with pytest.raises(UnreadableError, match=says):
        read_json(content)
