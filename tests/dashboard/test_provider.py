"""Signing in at the hospital's own provider ends in the same session, with the roles of today's groups."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
import secrets
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError
from sqlmodel import select

from dashboard import provider_client
from dashboard.login import TOO_OLD
from dashboard.settings import ScreenSettings
from db.tables import AuditEventRow
from db.words import Outcome
from flows.provided import NO_GROUP, TOO_WEAK, GroupSettings
from scheduler.errors import BadInputError, NotPermittedError
from scheduler.vocabulary import Role
from tests.builders.canary import files_that_hold
from tests.builders.oidc_provider import (
    ELSEWHERE,
    SECRET,
    Provider,
    Running,
    a_browser,
    leave,
    there_and_back,
    way_there,
)
from tests.builders.service import MovingClock, a_desk, a_service

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
def clock():
    return MovingClock()


@pytest.fixture
def desk(sqlite_database, provider, clock, monkeypatch):
    monkeypatch.setenv("NEUROLIST_OIDC_GROUPS", GROUPS)
    provider.honest(LEE)
    desk = a_desk(a_service(sqlite_database, source=clock))
    desk.add_account("boss", "The Boss", "a long pass phrase", {"*": {Role.ADMINISTRATOR}})
    return desk


@pytest.fixture
def client(desk, provider):
    return a_browser(desk, provider)


def not_believed(client):
    """Come back from the provider, and be told that it did not answer as it should."""
    answer = client.get(there_and_back(client))
    assert (answer.status_code, "Northern Health did not answer as it should" in answer.text) == (502, True)
    return "neurolist" not in client.cookies


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
    assert not_believed(client)


def test_a_token_signed_with_another_key_is_not_believed(client, desk, provider):
    client.get(there_and_back(client))
    client.cookies.clear()
    provider.key = RSAKey.generate_key(2048, {"kid": "k1"})
    assert not_believed(client)


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
    there = way_there(leave(client, "https://elsewhere.test/"))
    assert parse_qs(urlsplit(there).query)["redirect_uri"] == ["http://neurolist.test/login/provider/back"]
    assert client.get(httpx.get(there).headers["location"]).headers["location"] == "/"


def test_a_provider_that_is_gone_is_said_so_on_the_form(desk, provider):
    answer = leave(a_browser(desk, provider, oidc_issuer="http://127.0.0.1:1"))
    assert (answer.status_code, "did not answer" in answer.text) == (502, True)
    assert 'value="/stages"' in answer.text


# What begins it


def a_link(client):
    return client.get("/login/provider", params={"next": "/stages"})


def a_form_of_another_site(client):
    return leave(client, origin="http://elsewhere.test")


def a_form_of_nowhere(client):
    return leave(client, origin="")


def a_form_with_a_made_up_token(client):
    return leave(client, form_token="made-up")


BEGINNINGS = [a_link, a_form_of_another_site, a_form_of_nowhere, a_form_with_a_made_up_token]


@pytest.mark.parametrize("begin", BEGINNINGS, ids=lambda one: one.__name__)
def test_nobody_is_led_to_the_provider_but_by_the_button_of_our_own_form(client, provider, begin):
    answer = begin(client)
    if begin is a_link:
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fstages")
    else:
        assert (answer.status_code, TOO_OLD in answer.text) == (403, True)
    assert "neurolist-provider" not in client.cookies
    assert provider.visits == []


def test_the_page_between_goes_on_by_itself_and_has_a_link_where_it_does_not(client):
    leaving = leave(client)
    [linked] = re.findall(r'<a href="([^"]+)">Go on to Northern Health</a>', leaving.text)
    assert linked.replace("&amp;", "&") == way_there(leaving)
    assert "script" not in leaving.text


# How long it lasts


def test_a_sign_in_by_the_provider_rests_and_ends_as_any_other_and_the_next_one_begins_there(client, clock):
    client.get(there_and_back(client))
    clock.pass_(timedelta(minutes=30))
    assert client.get("/stages").status_code == 200
    clock.pass_(timedelta(minutes=30, seconds=1))
    assert client.get("/stages").status_code == 401
    client.get(there_and_back(client))
    for _ in range(24):
        clock.pass_(timedelta(minutes=30))
        assert client.get("/stages").status_code == 200
    clock.pass_(timedelta(seconds=1))
    assert client.get("/stages").status_code == 401


# How strong it was


@pytest.mark.parametrize(
    ("asked", "shown", "enough"),
    [
        ({}, {}, True),
        ({"ACR": "loa3 loa4"}, {"acr": "loa4"}, True),
        ({"ACR": "loa3 loa4"}, {"acr": "loa2"}, False),
        ({"ACR": "loa3 loa4"}, {"acr": "loa3 loa4"}, False),
        ({"ACR": "loa3"}, {}, False),
        ({"AMR": "otp hwk"}, {"amr": ["pwd", "otp"]}, True),
        ({"AMR": "otp hwk"}, {"amr": ["pwd"]}, False),
        ({"AMR": "otp"}, {}, False),
        ({"ACR": "loa3", "AMR": "otp"}, {"acr": "loa3", "amr": ["pwd", "otp"]}, True),
        ({"ACR": "loa3", "AMR": "otp"}, {"acr": "loa3"}, False),
    ],
)
def test_a_sign_in_that_was_weaker_than_what_is_asked_is_refused_in_words(
    desk, provider, monkeypatch, asked, shown, enough
):
    for name, words in asked.items():
        monkeypatch.setenv(f"NEUROLIST_OIDC_{name}", words)
    provider.changed = shown
    client = a_browser(desk, provider)
    answer = client.get(there_and_back(client))
    assert (answer.status_code, TOO_WEAK in answer.text.replace("&#x27;", "'")) == (303 if enough else 403, not enough)
    assert provider.asked[-1].get("acr_values") == asked.get("ACR")
    assert len(desk.accounts()) == (2 if enough else 1)
    with desk.service.database.reading() as session:
        [told] = session.exec(select(AuditEventRow).where(AuditEventRow.action == "sign_in")).all()
    assert told.outcome == (Outcome.DONE if enough else Outcome.REFUSED)


def test_how_somebody_signed_in_is_believed_of_the_signed_token_alone(desk, provider, monkeypatch):
    monkeypatch.setenv("NEUROLIST_OIDC_ACR", "loa3")
    monkeypatch.setenv("NEUROLIST_OIDC_AMR", "otp")
    provider.person |= {"acr": "loa3", "amr": ["otp"]}
    client = a_browser(desk, provider)
    assert client.get(there_and_back(client)).status_code == 403


# Which tokens are believed


def signed_by_hand(header, claims, made):
    """A token with the signature that `made` makes of its text."""
    first, second = (base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (header, claims))
    text = first + b"." + second
    return b".".join((text, base64.urlsafe_b64encode(made(text)).rstrip(b"="))).decode()


def unsigned(_provider, header, claims):
    return signed_by_hand({**header, "alg": "none"}, claims, lambda _: b"")


def with_the_public_key_as_a_secret(provider, header, claims):
    public = provider.key.as_pem(private=False)
    return signed_by_hand({**header, "alg": "HS256"}, claims, lambda text: hmac.digest(public, text, "sha256"))


def with_the_secret_of_the_two(_provider, header, claims):
    return signed_by_hand({**header, "alg": "HS256"}, claims, lambda text: hmac.digest(SECRET.encode(), text, "sha256"))


@pytest.mark.parametrize(
    "way", [unsigned, with_the_public_key_as_a_secret, with_the_secret_of_the_two], ids=lambda one: one.__name__
)
def test_a_token_whose_kind_of_signature_is_not_listed_is_not_believed_whatever_the_provider_says_it_uses(
    client, provider, way
):
    provider.told = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    provider.sign = lambda header, claims: way(provider, header, claims)
    assert not_believed(client)


@pytest.mark.parametrize("kind", ["RS512", "PS256"])
def test_a_listed_kind_of_signature_is_believed_where_the_provider_says_it_uses_it(desk, client, provider, kind):
    provider.sign = lambda header, claims: jwt.encode({**header, "alg": kind}, claims, provider.key, algorithms=[kind])
    assert not_believed(client)
    provider.told = {"id_token_signing_alg_values_supported": ["none", kind]}
    later = a_browser(desk, provider)  # the metadata is kept for an hour by each service
    assert later.get(there_and_back(later)).status_code == 303


def a_new_key():
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})


def test_a_provider_that_takes_a_new_key_is_believed_at_once_and_the_old_one_no_longer(client, provider):
    assert client.get(there_and_back(client)).status_code == 303
    old, provider.key = provider.key, a_new_key()
    assert client.get(there_and_back(client)).status_code == 303
    provider.sign = lambda header, claims: jwt.encode({**header, "kid": old.kid}, claims, old)
    client.cookies.clear()
    assert not_believed(client)


def test_a_key_that_the_provider_withdrew_is_believed_for_an_hour_at_most(client, provider, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(provider_client, "monotonic", lambda: now[0])
    assert client.get(there_and_back(client)).status_code == 303
    stolen, provider.key = provider.key, a_new_key()
    provider.sign = lambda header, claims: jwt.encode({**header, "kid": stolen.kid}, claims, stolen)
    now[0] += provider_client.KEPT_SECONDS
    assert client.get(there_and_back(client)).status_code == 303
    now[0] += 1
    client.cookies.clear()
    assert not_believed(client)


STRANGER = ECKey.generate_key("P-256")


@pytest.mark.parametrize("signs", ["the provider", "a stranger"])
@pytest.mark.parametrize("named", ["jwk", "jku", "x5u", "x5c"])
def test_a_token_that_names_its_own_key_is_not_believed_and_the_key_is_not_fetched(client, provider, named, signs):
    key = provider.key if signs == "the provider" else STRANGER
    provider.told = {"id_token_signing_alg_values_supported": ["RS256", "ES256"]}
    address = f"{provider.issuer}/keys-of-a-stranger"
    given = {"jwk": STRANGER.as_dict(private=False), "x5c": ["MIIB"], "jku": address, "x5u": address}
    provider.header = {"alg": "RS256" if key is provider.key else "ES256", named: given[named]}
    provider.sign = lambda header, claims: jwt.encode(header, claims, key)
    assert not_believed(client)
    assert "http /keys-of-a-stranger" not in provider.visits


@pytest.mark.parametrize(
    ("header", "claims", "believed"),
    [
        ({"typ": "JWT"}, {}, True),
        ({"typ": "application/jwt"}, {}, True),
        ({"typ": "at+jwt"}, {}, False),
        ({"typ": "application/at+JWT"}, {}, False),
        ({"typ": "logout+jwt"}, {}, False),
        ({}, {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, False),
    ],
)
def test_a_token_of_another_kind_is_not_believed(client, provider, header, claims, believed):
    provider.header, provider.changed = header, claims
    if believed:
        assert client.get(there_and_back(client)).status_code == 303
    else:
        assert not_believed(client)


def test_a_token_that_does_not_say_its_kind_is_believed(client, provider):
    provider.sign = lambda header, claims: jwt.encode(header, claims, provider.key, default_type=None)
    assert client.get(there_and_back(client)).status_code == 303


def test_a_token_that_was_made_beside_another_access_token_is_not_believed(client, provider):
    provider.changed = {"at_hash": base64.urlsafe_b64encode(hashlib.sha256(b"another").digest()[:16]).decode()}
    assert not_believed(client)


# Where the provider is


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://another.test"},
        {"issuer": None},
        {"authorization_endpoint": None},
        {"token_endpoint": ["http://127.0.0.1"]},
        {"jwks_uri": "http://another.test/keys"},
        {"authorization_endpoint": "ftp://127.0.0.1/"},
    ],
    ids=str,
)
def test_metadata_of_another_issuer_or_with_an_open_line_is_refused_before_anybody_is_sent_there(
    client, provider, told
):
    provider.told = told
    answer = leave(client)
    assert (answer.status_code, "did not answer as it should" in answer.text) == (502, True)
    assert provider.visits == ["http /.well-known/openid-configuration"]


def test_an_issuer_that_differs_by_a_stroke_alone_is_another_issuer(desk, provider):
    assert leave(a_browser(desk, provider, oidc_issuer=f"{provider.issuer}/")).status_code == 502
    provider.told = {"issuer": f"{provider.issuer}/"}
    assert leave(a_browser(desk, provider)).status_code == 502


def test_a_metadata_list_of_the_wrong_form_is_no_list(client, provider):
    provider.told = {"id_token_signing_alg_values_supported": 7}
    assert client.get(there_and_back(client)).status_code == 303


@pytest.mark.parametrize("address", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"])
def test_a_redirect_of_the_provider_is_not_followed_even_if_its_metadata_asks_for_it(client, provider, address):
    provider.moved = {address}
    provider.told = {"follow_redirects": True, "verify": False}
    leaving = leave(client)
    if address != "/.well-known/openid-configuration":
        leaving = client.get(httpx.get(way_there(leaving)).headers["location"])
    assert (leaving.status_code, "did not answer as it should" in leaving.text) == (502, True)
    assert [one for one in provider.visits if ELSEWHERE in one] == []
    assert "neurolist" not in client.cookies


# Where tokens go


def opened(text):
    """A text with what its long words say when they are read as base64, as cookies are."""
    words = re.findall(r"[\w+/-]{24,}", text)
    inside = (base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("latin-1") for word in words)
    return "\n".join((text, *inside))


def test_tokens_of_the_provider_reach_neither_the_browser_nor_the_disk_nor_the_log(
    client, provider, sqlite_database, caplog
):
    caplog.set_level(logging.DEBUG)
    seen = []
    client.event_hooks["response"] = [lambda answer: seen.append(f"{answer.headers.multi_items()}\n{answer.read()}")]
    client.get(there_and_back(client))
    assert client.get("/stages").text == "inside"
    [signed, access, refresh] = provider.issued
    secrets = [access, refresh, SECRET, *signed.split(".")[1:]]
    assert [one for one in secrets if one in opened("\n".join(seen))] == []
    assert files_that_hold(sqlite_database.settings.home, secrets, but="nothing") == []
    assert [one for one in secrets if one in caplog.text] == []


def test_a_new_sign_in_by_the_provider_ends_the_one_that_the_browser_came_with(client, desk):
    client.get(there_and_back(client))
    before = client.cookies["neurolist"]
    client.get(there_and_back(client))
    assert desk.person(before) is None
    assert desk.person(client.cookies["neurolist"]) is not None


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
        ({"oidc_issuer": "ftp://localhost", "oidc_client_id": "x"}, "must begin with https"),
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
