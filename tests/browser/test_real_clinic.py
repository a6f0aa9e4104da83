"""The ground of the browser tests: a real clinic, several people, and pages that anybody can use."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import axe

pytestmark = pytest.mark.browser


def test_two_people_see_the_same_published_lists_on_a_board_that_anybody_can_use(visit):
    for who in ("bookings", "viewer"):
        page = visit(who).page
        published = page.get_by_role("group", name=re.compile("Fluoroscopy 1, Merri Valley.*: published, [1-9]"))
        expect(published).to_have_count(1)
        expect(page.get_by_role("region", name="Cases to place").get_by_role("button")).to_have_count(6)
    axe(page)
