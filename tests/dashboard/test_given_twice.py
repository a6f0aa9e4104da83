"""A parameter that is given twice counts once: what is checked is also what is used."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.login import login_routes
from dashboard.settings import ScreenSettings
from scheduler.errors import NotPermittedError

HERE = "http://neurolist.test"
RIGHT = ("bella", "a long pass phrase")


class Desk:
    """Lets in one person, with one code."""

    def __init__(self):
        self.tried = []

    def sign_in(self, username, password, _address):
        self.tried.append((username, password))
        if (username, password) != RIGHT:
            raise NotPermittedError("No.")
        return "half-token"

    def awaits_code(self, token):
        return token == "half-token"

    def give_code(self, token, code, _address):
        self.tried.append((token, code))
        if (token, code) != ("half-token", "123456"):
            raise NotPermittedError("No.")
        return "whole-token"

    def sign_out(self, _token):
        """Whatever the browser brought is ended."""


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def client(desk):
    app = Starlette(routes=login_routes(lambda: desk, ScreenSettings(hosts="neurolist.test")))
    return TestClient(app, base_url=HERE, headers={"origin": HERE}, follow_redirects=False)


def post(client, path, fields, token=None):
    token = token or token_of(client.get("/login"))
    body = urlencode([("form_token", token), *fields])
    return client.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})


def token_of(page):
    return re.search(r'name="form_token" value="([^"]+)"', page.text).group(1)


def wanted_in(page):
    return re.search(r'name="next" value="([^"]*)"', page.text).group(1)


FORM = [("username", RIGHT[0]), ("password", RIGHT[1])]
WRONG = [("username", "admin"), ("password", "guessed")]


def test_of_a_name_and_a_password_given_twice_the_first_count_and_the_second_are_not_tried(client, desk):
    assert post(client, "/login", [*FORM, *WRONG]).status_code == 200
    assert post(client, "/login", [*WRONG, *FORM]).status_code == 401
    assert desk.tried == [RIGHT, ("admin", "guessed")]


def test_many_passwords_in_one_form_are_one_try(client, desk):
    guesses = [("password", f"guess {number}") for number in range(50)]
    assert post(client, "/login", [("username", "bella"), *guesses, ("password", RIGHT[1])]).status_code == 401
    assert desk.tried == [("bella", "guess 0")]


def test_what_the_address_says_is_no_part_of_the_form(client, desk):
    assert post(client, f"/login?{urlencode(FORM)}", []).status_code == 401
    assert desk.tried == [("", "")]


def test_a_second_form_token_helps_nobody(client, desk):
    made_up = [("form_token", "made-up"), ("form_token", token_of(client.get("/login")))]
    assert client.post("/login", content=urlencode([*made_up, *FORM])).status_code == 403
    assert desk.tried == []


def test_of_two_codes_the_first_counts_and_the_second_is_not_tried(client, desk):
    for codes, status in ((["000000", "123456"], 401), (["123456", "000000"], 303)):
        half = post(client, "/login", FORM)
        fields = [("code", code) for code in codes]
        assert post(client, "/login/code", fields, token_of(half)).status_code == status
    assert desk.tried == [RIGHT, ("half-token", "000000"), RIGHT, ("half-token", "123456")]


OUTSIDE = "//elsewhere.test/"


@pytest.mark.parametrize(
    ("given", "from_address", "from_form"),
    [(["/stages", OUTSIDE], "/", "/stages"), ([OUTSIDE, "/stages"], "/stages", "/")],
)
def test_of_two_wanted_pages_the_one_that_was_checked_is_gone_to(client, given, from_address, from_form):
    assert wanted_in(client.get("/login", params={"next": given})) == from_address
    wanted = [("next", each) for each in given]
    half = post(client, "/login", [*FORM, *wanted])
    assert wanted_in(half) == from_form
    answer = post(client, "/login/code", [("code", "123456"), *wanted], token_of(half))
    assert answer.headers["location"] == from_form
