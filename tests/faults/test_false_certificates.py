"""A server whose certificate is false is told nothing, whatever it is to Neurolist."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest

from flows.outbox.by_smtp import SmtpChannel
from flows.outbox.channel import NotSentError
from flows.outbox.message import Message, Written
from flows.outbox.settings import ChannelName, OutboxSettings, Security
from tests.builders.certificates import Authority
from tests.builders.mail_server import a_mail_server
from tests.builders.oidc_provider import Provider, Running, a_browser, leave, way_there

MESSAGE = Message(
    id="letter-1",
    written=Written(to="given@example.net", subject="Your appointment", body="Dear Zoë,\n"),
    at=datetime(2026, 11, 24, tzinfo=UTC),
    sender="clinic@example.org",
)


class Door:
    """A desk that lets in whomever the provider vouches for."""

    def sign_in_by_provider(self, claims, address):
        return "opaque-token"


@contextmanager
def two_addresses(provider, certificate):
    """A provider with an open address on this machine and a protected one; gives the protected one."""
    protected = Provider().port
    running = [Running(provider), Running(provider, port=protected, certificate=certificate)]
    yield f"https://127.0.0.1:{protected}"
    for one in running:
        one.stop()


def through_the_provider(certificate, moved):
    """Sign in where the provider has these addresses on a line with this certificate; says if it worked, and heard."""
    provider = Provider(person={"sub": "u-17"})
    with two_addresses(provider, certificate) as protected:
        provider.told = {name: f"{protected}{path}" for name, path in moved.items()}
        issuer = provider.told.get("issuer", provider.issuer)
        provider.changed = {"iss": issuer}
        answer = leave(client := a_browser(Door(), provider, oidc_issuer=issuer))
        if answer.status_code == 200:
            answer = client.get(httpx.get(way_there(answer)).headers["location"])
        return answer.status_code == 303, [one for one in provider.visits if one.startswith("https")]


def metadata(certificate):
    return through_the_provider(certificate, {"issuer": ""})


def tokens(certificate):
    return through_the_provider(certificate, {"token_endpoint": "/token"})


def keys(certificate):
    return through_the_provider(certificate, {"jwks_uri": "/keys"})


def who_it_is(certificate):
    return through_the_provider(certificate, {"userinfo_endpoint": "/userinfo"})


def by_mail(certificate, security):
    """Send a letter over a line with this certificate; says if it went, and what the server heard of us."""
    tls = security is Security.TLS
    with a_mail_server(certificate=certificate, protected_from_the_start=tls) as server:
        settings = OutboxSettings(
            channel=ChannelName.SMTP,
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security=security,
            smtp_timeout=5.0,
            smtp_user="clinic",
            smtp_password="very secret",
            mail_from="clinic@example.org",
        )
        try:
            SmtpChannel(settings).deliver(MESSAGE)
        except NotSentError:
            return False, server.heard
        return True, server.heard


def mail_protected_from_the_start(certificate):
    return by_mail(certificate, Security.TLS)


def mail_protected_when_asked(certificate):
    return by_mail(certificate, Security.STARTTLS)


LINES = (metadata, tokens, keys, who_it_is, mail_protected_from_the_start, mail_protected_when_asked)


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """An authority that this process trusts, as an operator may have it trust the hospital's own."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.trust))
    return made


@pytest.mark.parametrize("line", LINES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("false", ["self_signed", "of_another_name", "run_out"])
def test_a_server_with_a_false_certificate_is_told_nothing(authority, line, false):
    assert line(getattr(authority, false)()) == (False, [])


@pytest.mark.parametrize("line", LINES, ids=lambda one: one.__name__)
def test_the_same_server_is_spoken_to_when_its_certificate_is_true(authority, line):
    worked, heard = line(authority.true())
    assert worked
    assert heard != []
