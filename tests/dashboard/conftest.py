"""Pages drawn by Streamlit's own test bench, over a desk without a memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import dashboard
from tests.builders.screen_desk import SomePerson

APP = Path(dashboard.__file__).parent / "app.py"


@pytest.fixture
def show(monkeypatch):
    """Draw one page for Bella Marsh, or for nobody, at the desk that is given."""

    def draw(desk, page="", who=SomePerson(), **query):  # noqa: B008 (frozen)
        monkeypatch.setattr("dashboard.session.person", lambda: who)
        monkeypatch.setattr("dashboard.session.front_door", lambda: desk)
        at = AppTest.from_file(APP, default_timeout=30)
        for name, value in query.items():
            at.query_params[name] = value
        # AppTest switches only to pages that are files; ours are functions, known by the hash of their address.
        at._page_hash = calc_hash(page) if page else ""
        return at.run()

    return draw


def component(at, name):
    found = [each.proto for each in at.get("bidi_component") if each.proto.component_name == name]
    return json.loads(found[0].json)


def html(at):
    return "\n".join(each.proto.body for each in at.get("html"))
