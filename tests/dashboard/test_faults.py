"""A page that fails says so in our own words, and the log never repeats what a fault says."""

from __future__ import annotations

import re

import pytest

from dashboard import faults
from scheduler.errors import NotPermittedError


@pytest.fixture
def shown(monkeypatch):
    said = []
    monkeypatch.setattr(faults.st, "error", said.append)
    return said


def test_a_refusal_is_shown_as_it_is(shown):
    assert faults.show_fault(NotPermittedError("Your role does not include looking at the service."))
    assert shown == ["Your role does not include looking at the service."]


def a_fault_that_names(name):
    with pytest.raises(ValueError, match=name) as caught:
        int(name)
    return caught.value


def test_an_unexpected_fault_is_found_in_the_log_by_its_number_but_not_by_its_text(shown, caplog):
    assert faults.show_fault(a_fault_that_names("Mrs Nobody, " + "born 1950"))
    number = re.search(r"fault number (\w{6})", shown[0]).group(1)
    (line,) = [record.msg for record in caplog.records]
    assert (line["event"], line["number"], line["error"]) == ("fault", number, "ValueError")
    assert "born 1950" not in caplog.text + shown[0]
