"""A setting that cannot be read is said in one sentence that names it and keeps its value back."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from db.settings import MemorySettings
from flows.settings_faults import setting_fault


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"second_step_roles": "boss"}, "NEUROLIST_SECOND_STEP_ROLES names boss, which is no role. The roles are: "),
        ({"session_hours": "secret-word"}, "The setting SESSION_HOURS cannot be read: input should be a valid integer"),
        ({"emergency_minutes": 0}, "The setting EMERGENCY_MINUTES cannot be read: input should be greater than or"),
    ],
)
def test_the_sentence_names_the_setting_and_keeps_its_value_back(given, says):
    with pytest.raises(ValidationError) as caught:
        MemorySettings.model_validate(given)
    sentence = setting_fault(caught.value)
    assert sentence is not None
    assert sentence.startswith(says)
    assert "secret-word" not in sentence


def test_any_other_fault_is_not_a_setting_s():
    assert setting_fault(ValueError("x")) is None
