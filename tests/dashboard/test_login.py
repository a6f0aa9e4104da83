"""The sign-in form opens a session for the right person, and says one thing to everybody else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import dashboard
from dashboard.login import LARGEST_FORM_BYTES, REFUSED, local_path, login_routes
from dashboard.settings import ScreenSettings
from scheduler.errors import NotPermittedError

HERE = "http://neurolist.test"


class Desk:
    def __init__(self):
        self.asked = []
        self.ended = []

    def sign_in(self, username, password, address):
        self.asked.append((username, password, address))
        if (username, password) != ("bella", "a long pass phrase"):
            raise NotPermittedError("No such user.")
        return "opaque-token"

    def awaits_code(self, token):
        return False

    def sign_out(self, token):
        self.ended.append(token)


def a_client(desk, **settings):
    chosen = ScreenSettings(hosts="neurolist.test", **settings)
    base = HERE.replace("http", "https") if chosen.tls else HERE
    return TestClient(
        Starlette(routes=login_routes(lambda: desk, chosen)),
        base_url=base,
        headers={"origin": base},
        follow_redirects=False,
    )


def post(client, password="a long pass phrase", wanted="/stages", **changed):
    page = client.get("/login", params={"next": wanted})
    token = re.search(r'name="form_token" value="([^"]+)"', page.text).group(1)
    form = {"username": "bella", "password": password, "form_token": token, "next": wanted, **changed}
    return client.post("/login", data=form)


def test_the_right_password_opens_a_session_and_goes_to_the_page_that_was_wanted():
    desk = Desk()
    answer = post(a_client(desk))
    assert (answer.status_code, answer.headers["location"]) == (303, "/stages")
    assert "neurolist=opaque-token; HttpOnly; Path=/; SameSite=lax" in answer.headers["set-cookie"]
    assert desk.asked == [("bella", "a long pass phrase", "testclient")]


def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host():
    cookie = post(a_client(Desk(), tls=True)).headers["set-cookie"]
    assert "__Host-neurolist=opaque-token; HttpOnly; Path=/; SameSite=lax; Secure" in cookie


@pytest.mark.parametrize("changed", [{"password": "wrong"}, {"username": "nobody"}, {"username": ""}])
def test_every_refusal_says_the_same(changed):
    answer = post(a_client(Desk()), **changed)
    assert (answer.status_code, REFUSED in answer.text) == (401, True)
    assert "opaque-token" not in answer.headers.get("set-cookie", "")


def test_a_form_that_does_not_repeat_its_cookie_is_not_believed():
    desk = Desk()
    assert post(a_client(desk), form_token="made-up").status_code == 403
    assert desk.asked == []


def test_a_form_without_the_cookie_is_not_believed():
    desk = Desk()
    assert a_client(desk).post("/login", data={"username": "bella", "form_token": ""}).status_code == 403
    assert desk.asked == []


def test_a_form_posted_from_another_site_is_not_believed():
    desk = Desk()
    client = a_client(desk)
    client.headers["origin"] = "http://elsewhere.test"
    assert post(client).status_code == 403
    assert desk.asked == []


def test_a_form_of_the_largest_size_is_read_and_a_larger_one_is_not():
    desk = Desk()
    assert post(a_client(desk), password="x" * (LARGEST_FORM_BYTES - 200)).status_code == 401
    assert post(a_client(desk), password="x" * LARGEST_FORM_BYTES).status_code == 403
    assert len(desk.asked) == 1


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/case?case=N10001", "/case?case=N10001"),
        ("/", "/"),
        ("//elsewhere.test/", "/"),
        ("/\\elsewhere.test", "/"),
        ("https://elsewhere.test/", "/"),
        ("stages", "/"),
        ("", "/"),
        ("/login?next=/login", "/"),
        ("/stages\r\nSet-Cookie: a=b", "/"),
    ],
)
def test_signing_in_leads_only_to_pages_of_this_server(wanted, goes_to):
    assert local_path(wanted) == goes_to


def test_what_was_wanted_cannot_break_out_of_the_form():
    page = a_client(Desk()).get("/login", params={"next": '/"><script>alert(1)</script>'})
    assert "<script" not in page.text


def test_the_form_allows_no_script_and_only_its_own_style():
    policy = a_client(Desk()).get("/login").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy


def test_signing_out_ends_the_session_and_takes_the_cookie_back():
    desk = Desk()
    client = a_client(desk)
    client.cookies.set("neurolist", "opaque-token")
    answer = client.post("/logout")
    assert (answer.status_code, answer.headers["location"], desk.ended) == (303, "/login", ["opaque-token"])
    assert 'neurolist=""' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_another_site_cannot_sign_a_person_out():
    desk = Desk()
    client = a_client(desk)
    client.cookies.set("neurolist", "opaque-token")
    assert client.post("/logout", headers={"origin": "http://elsewhere.test"}).status_code == 403
    assert desk.ended == []


def test_a_link_cannot_sign_a_person_out():
    assert a_client(Desk()).get("/logout").status_code == 405


class DeskWithSecondStep(Desk):
    def awaits_code(self, token):
        return token == "opaque-token"

    def give_code(self, token, code, address):
        self.asked.append((token, code, address))
        if (token, code) != ("opaque-token", "123456"):
            raise NotPermittedError("Type the one your telephone shows.")
        return "whole-token"


def give_code(client, page, code, **changed):
    token = re.search(r'name="form_token" value="([^"]+)"', page.text).group(1)
    return client.post("/login/code", data={"code": code, "form_token": token, "next": "/stages", **changed})


def test_with_a_second_step_the_password_leads_to_its_form_and_the_code_to_the_page_that_was_wanted():
    desk = DeskWithSecondStep()
    client = a_client(desk)
    half = post(client)
    assert (half.status_code, "Code of your second step" in half.text) == (200, True)
    assert "neurolist=" not in half.headers["set-cookie"].replace("neurolist-half=", "").replace("neurolist-form=", "")
    again = give_code(client, half, "000000")
    assert (again.status_code, "Type the one your telephone shows" in again.text) == (401, True)
    answer = give_code(client, again, "123456")
    assert (answer.status_code, answer.headers["location"]) == (303, "/stages")
    assert "neurolist=whole-token; HttpOnly; Path=/; SameSite=lax" in answer.headers["set-cookie"]
    assert 'neurolist-half=""' in answer.headers["set-cookie"]


def test_a_code_without_the_forms_token_or_the_half_open_door_is_not_taken():
    desk = DeskWithSecondStep()
    client = a_client(desk)
    half = post(client)
    assert give_code(client, half, "123456", form_token="made-up").status_code == 403
    client.cookies.delete("neurolist-half")
    assert give_code(client, post(a_client(desk)), "123456").status_code in {401, 403}
    assert ("opaque-token", "123456", "testclient") not in desk.asked


# The session that a browser brings with it


def test_a_new_sign_in_ends_the_session_that_the_same_browser_brought():
    desk = Desk()
    client = a_client(desk)
    client.cookies.set("neurolist", "older-token")
    assert post(client, password="wrong").status_code == 401
    assert desk.ended == []
    assert post(client).status_code == 303
    assert desk.ended == ["older-token"]


def test_with_a_second_step_the_session_that_was_brought_ends_once_the_code_was_right():
    desk = DeskWithSecondStep()
    client = a_client(desk)
    client.cookies.set("neurolist", "older-token")
    again = give_code(client, post(client), "000000")
    assert desk.ended == []
    assert give_code(client, again, "123456").status_code == 303
    assert desk.ended == ["older-token"]


# Typing a password


class Fields(HTMLParser):
    """What can be typed into, and every attribute and tag that could hinder it."""

    def __init__(self, page):
        super().__init__()
        self.named, self.tags, self.attributes = {}, set(), set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        given = dict(attrs)
        if tag == "input" and given.get("type") != "hidden":
            self.named[given["name"]] = (given.get("type"), given.get("autocomplete"))


def test_a_password_is_hidden_as_it_is_typed_and_password_managers_know_each_field():
    client = a_client(DeskWithSecondStep())
    asked = Fields(client.get("/login").text)
    assert asked.named == {"username": (None, "username"), "password": ("password", "current-password")}
    assert Fields(post(client).text).named == {"code": (None, "one-time-code")}


def test_nothing_on_the_forms_hinders_pasting():
    client = a_client(DeskWithSecondStep())
    for page in (client.get("/login").text, post(client).text):
        fields = Fields(page)
        assert "script" not in fields.tags
        assert {name for name in fields.attributes if name.startswith("on")} | fields.attributes & {"readonly"} == set()
    ours = sorted(Path(dashboard.__file__).parent.rglob("*.js"))
    assert ours
    assert [script.name for script in ours if re.search(r"\bpaste\b|onpaste|beforeinput", script.read_text())] == []
