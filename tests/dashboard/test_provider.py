"""Signing in at the hospital's own provider ends in the same session, with the roles of today's groups."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.gate import Gate
from dashboard.login import login_routes
from dashboard.provider import provider_routes
from dashboard.settings import ScreenSettings
from flows.provided import NO_GROUP, GroupSettings
from scheduler.errors import BadInputError, NotPermittedError
from scheduler.vocabulary import Role
from tests.builders.oidc_provider import CLIENT, SECRET, Provider, Running
from tests.builders.service import a_desk, a_service

GROUPS = "neuro-bookings=bookings; neuro-north=clinician@S01; neuro-leads=ir_lead"
LEE = {
    "sub": "u-17",
    "preferred_username": "Lee.Doe",
    "name": "Lee Doe",
    "groups": ["staff", "neuro-bookings", "neuro-north"],
}


@pytest.fixture(scope="module")
def provider():
    made = Provider()
    running = Running(made)
    yield made
    running.stop()


@pytest.fixture
def desk(sqlite_database, provider, monkeypatch):
    monkeypatch.setenv("NEUROLIST_OIDC_GROUPS", GROUPS)
    provider.person, provider.changed = dict(LEE), {}
    desk = a_desk(a_service(sqlite_database))
    desk.add_account("boss", "The Boss", "a long pass phrase", {"*": {Role.ADMINISTRATOR}})
    return desk


@pytest.fixture
def client(desk, provider):
    settings = ScreenSettings(
        hosts="neurolist.test",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_name="Northern Health",
    )

    async def inside(_request):
        return PlainTextResponse("inside")

    ours = [*provider_routes(lambda: desk, settings), *login_routes(lambda: desk, settings), Route("/stages", inside)]
    app = Starlette(routes=ours, middleware=[Middleware(Gate, door=lambda: desk, settings=settings)])
    return TestClient(app, base_url="http://neurolist.test", follow_redirects=False)


def there_and_back(client, wanted="/stages"):
    """Leave for the provider and come back from it, as a browser does; gives the address to come back to."""
    leaving = client.get("/login/provider", params={"next": wanted})
    assert leaving.status_code == 302
    return httpx.get(leaving.headers["location"]).headers["location"]


def signed_in(client, desk):
    return desk.person(client.cookies["neurolist"])


def test_a_person_signs_in_at_the_provider_and_lands_on_the_page_that_was_wanted_with_the_roles_of_their_groups(
    client, desk, provider
):
    assert "Sign in with Northern Health" in client.get("/login").text
    answer = client.get(there_and_back(client))
    assert (answer.status_code, answer.headers["location"]) == (303, "/stages")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert client.get("/stages").text == "inside"
    who = signed_in(client, desk)
    assert (who.name, dict(who.roles)) == (
        "Lee Doe",
        {"*": frozenset({Role.BOOKINGS}), "S01": frozenset({Role.CLINICIAN})},
    )
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["redirect_uri"] == "http://neurolist.test/login/provider/back"


def test_roles_follow_the_groups_at_each_sign_in_and_other_groups_end_the_sign_ins_of_before(client, desk, provider):
    client.get(there_and_back(client))
    before = client.cookies["neurolist"]
    provider.person["groups"] = ["neuro-leads"]
    client.get(there_and_back(client))
    assert desk.person(before) is None
    assert dict(signed_in(client, desk).roles) == {"*": frozenset({Role.IR_LEAD})}
    assert len([one for one in desk.accounts() if one.external]) == 1


def test_somebody_whose_groups_give_no_role_is_told_so_and_keeps_nothing_of_before(client, desk, provider):
    client.get(there_and_back(client))
    before = client.cookies["neurolist"]
    provider.person["groups"] = ["staff"]
    answer = client.get(there_and_back(client))
    assert (answer.status_code, NO_GROUP in answer.text) == (403, True)
    assert desk.person(before) is None
    [lee] = [one for one in desk.accounts() if one.external]
    assert lee.roles == {}


def test_a_stranger_with_unknown_groups_gets_no_account(client, desk, provider):
    provider.person["groups"] = []
    assert client.get(there_and_back(client)).status_code == 403
    assert [one.username for one in desk.accounts()] == ["boss"]


def test_a_closed_account_stays_closed_whatever_the_groups(client, desk):
    client.get(there_and_back(client))
    [lee] = [one for one in desk.accounts() if one.external]
    desk.people.set_active(lee.id, active=False)
    answer = client.get(there_and_back(client))
    assert (answer.status_code, "is closed" in answer.text) == (403, True)


def test_nobody_takes_over_an_account_with_a_password_by_its_name(client, desk, provider):
    provider.person["preferred_username"] = "boss"
    answer = client.get(there_and_back(client))
    assert (answer.status_code, "belongs to an account with a password" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "changed",
    [{"nonce": "another"}, {"aud": "another"}, {"iss": "http://127.0.0.1:1"}, {"exp": 1}, {"sub": "somebody-else"}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_token_made_for_another_sign_in_is_not_believed(client, desk, provider, changed):
    provider.changed = changed
    answer = client.get(there_and_back(client))
    assert (answer.status_code, "did not answer as it should" in answer.text) == (502, True)
    assert "neurolist" not in client.cookies


def test_a_token_signed_with_another_key_is_not_believed(client, desk, provider):
    client.get(there_and_back(client))
    client.cookies.clear()
    provider.key = RSAKey.generate_key(2048, {"kid": "k1"})
    answer = client.get(there_and_back(client))
    assert (answer.status_code, "did not answer as it should" in answer.text) == (502, True)
    assert "neurolist" not in client.cookies


def test_an_answer_with_another_state_or_in_another_browser_is_not_believed(client, desk):
    back = there_and_back(client)
    assert client.get(back.replace("state=", "state=x")).status_code == 502
    back = there_and_back(client)
    client.cookies.clear()
    assert client.get(back).status_code == 502
    assert "neurolist" not in client.cookies


def test_an_answer_is_taken_once(client, desk):
    back = there_and_back(client)
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 502


def test_the_way_back_leads_only_to_pages_of_this_server(client, desk):
    leaving = client.get("/login/provider", params={"next": "https://elsewhere.test/"})
    assert set(parse_qs(urlsplit(leaving.headers["location"]).query)["redirect_uri"]) == {
        "http://neurolist.test/login/provider/back"
    }
    back = httpx.get(leaving.headers["location"]).headers["location"]
    assert client.get(back).headers["location"] == "/"


def test_a_provider_that_is_gone_is_said_so_on_the_form(desk):
    settings = ScreenSettings(hosts="neurolist.test", oidc_issuer="http://127.0.0.1:1", oidc_client_id=CLIENT)
    client = TestClient(Starlette(routes=provider_routes(lambda: desk, settings)), base_url="http://neurolist.test")
    answer = client.get("/login/provider")
    assert (answer.status_code, "did not answer" in answer.text) == (502, True)


def test_an_account_of_the_provider_has_no_password_here(client, desk):
    client.get(there_and_back(client))
    who = signed_in(client, desk)
    with pytest.raises(NotPermittedError):
        desk.sign_in("lee.doe", "", "here")
    with pytest.raises(BadInputError, match="hospital's own account"):
        desk.people.reset_password(who.id)


@pytest.mark.parametrize("groups", ["neuro", "neuro=boss", "=bookings", "a=bookings;b"])
def test_a_mapping_that_cannot_be_read_is_refused_with_how_to_write_it(groups):
    with pytest.raises(ValidationError, match="Write group=role or group=role@site"):
        GroupSettings(groups=groups)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"oidc_issuer": "http://elsewhere.test", "oidc_client_id": "x"}, "must begin with https"),
        ({"oidc_issuer": "https://elsewhere.test"}, "CLIENT_ID is not"),
        (
            {"oidc_issuer": "https://elsewhere.test", "oidc_client_id": "x", "oidc_scopes": "profile"},
            "must hold openid",
        ),
    ],
)
def test_half_a_provider_is_refused_at_the_start(settings, says):
    with pytest.raises(ValidationError, match=says):
        ScreenSettings(**settings)
