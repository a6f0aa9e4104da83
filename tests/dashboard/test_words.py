"""The screens say dates, counts and codes the same way everywhere."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.shapes.words import TARGET_CODES, code, count, day, listed, safe
from scheduler.vocabulary import Stage, Target


def test_every_target_has_a_code_of_its_own():
    assert set(TARGET_CODES) == set(Target)
    assert len(set(TARGET_CODES.values())) == len(Target)


def test_a_test_block_is_told_from_the_treatment():
    assert code(Target.COELIAC, Stage.TEST_BLOCK) == "COE test"
    assert code(Target.COELIAC, Stage.DEFINITIVE) == "COE"
    assert code(None, None) == "—"


@pytest.mark.parametrize(("number", "says"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases")])
def test_things_are_counted_in_good_grammar(number, says):
    assert count(number, "case") == says


@pytest.mark.parametrize(
    ("words", "says"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words, says):
    assert listed(words) == says


def test_a_date_is_written_without_a_leading_zero():
    assert day(date(2026, 12, 1)) == "Tue 1 Dec 2026"


def test_text_never_becomes_markup():
    assert safe('<b title="x">') == "&lt;b title=&quot;x&quot;&gt;"
