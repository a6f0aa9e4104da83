"""Channels keep their promises: a file once, a mail server at most once, and nothing over an open line."""

import os
import stat
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from flows.outbox.by_smtp import SmtpChannel
from flows.outbox.channel import NotSentError, RefusedError, UnknownOutcomeError
from flows.outbox.message import Message, Written, read_document
from flows.outbox.settings import ChannelName, OutboxSettings, Security, outbox_settings
from flows.outbox.to_files import ConsoleChannel, FileChannel
from scheduler.errors import BadInputError
from tests.builders.mail_server import a_mail_server

WRITTEN = Written(to="given@example.net", subject="Your appointment", body="Dear Zoë,\n\nIt is at 8:30 am.\n")


def a_message(written=WRITTEN):
    return Message(id="letter-1", written=written, at=datetime(2026, 11, 24, tzinfo=UTC), sender="clinic@example.org")


def a_channel(server, **changes):
    usual = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": Security.NONE,
        "smtp_timeout": 1.0,
        "mail_from": "clinic@example.org",
    }
    return SmtpChannel(OutboxSettings(channel=ChannelName.SMTP, **(usual | changes)))


def read_letter(content):
    return message_from_bytes(content, policy=policy.default)


# The letter itself


def test_a_letter_reads_back_from_its_document_as_it_was():
    assert read_document(WRITTEN.as_document()) == WRITTEN


def test_a_letter_by_post_reads_back_with_no_address():
    by_post = Written(to=None, subject="s", body="To: nobody\n\nbody\n")
    assert read_document(by_post.as_document()) == by_post


def test_every_attempt_gives_the_same_bytes():
    assert a_message().as_email().as_bytes() == a_message().as_email().as_bytes()


def test_a_letter_carries_an_id_of_its_own_and_its_text():
    read = read_letter(a_message().as_email().as_bytes())
    assert read["Message-ID"] == "<letter-1@example.org>"
    assert read["To"] == "given@example.net"
    assert read.get_content().replace("\r\n", "\n") == WRITTEN.body


# Files


def test_a_letter_becomes_one_file_for_its_owner_alone(tmp_path):
    channel = FileChannel(tmp_path / "outbox")
    receipts = {channel.deliver(a_message()) for _ in range(3)}
    assert receipts == {"file letter-1.eml"}
    (path,) = (tmp_path / "outbox").iterdir()
    assert read_letter(path.read_bytes())["Subject"] == "Your appointment"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_a_killed_worker_left_half_written_is_swept_up(tmp_path):
    (tmp_path / ".letter-1.99.part").write_bytes(b"half a let")
    FileChannel(tmp_path).deliver(a_message())
    assert [path.name for path in tmp_path.iterdir()] == ["letter-1.eml"]


def test_a_folder_that_cannot_be_written_is_another_try(tmp_path):
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(NotSentError, match="could not be written to the outbox folder"):
        FileChannel(tmp_path / "outbox").deliver(a_message())


def test_the_console_keeps_the_file_and_shows_nothing_in_a_log(tmp_path, capsys):
    ConsoleChannel(tmp_path).deliver(a_message())
    assert (tmp_path / "letter-1.eml").exists()
    assert capsys.readouterr() == ("", "")


def test_the_console_shows_a_letter_once_to_who_watches(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    for _ in range(2):
        ConsoleChannel(tmp_path).deliver(a_message())
    assert capsys.readouterr().err.count("Dear Zoë") == 1


# Mail servers


def test_a_mail_server_takes_a_letter_and_its_answer_is_the_receipt():
    with a_mail_server() as server:
        receipt = a_channel(server).deliver(a_message())
    assert receipt == "250 2.0.0 queued as A1"
    assert server.recipients == ["given@example.net"]
    assert read_letter(server.letters[0])["Message-ID"] == "<letter-1@example.org>"


def test_a_mail_server_that_asks_who_we_are_is_told():
    with a_mail_server() as server:
        a_channel(server, smtp_user="clinic", smtp_password="secret").deliver(a_message())
    assert server.sign_ins == 1


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"to_rcpt": "550 no such person"}, RefusedError),
        ({"to_rcpt": "450 come again"}, NotSentError),
        ({"to_letter": "552 too large"}, RefusedError),
        ({"to_letter": "451 come again"}, NotSentError),
        ({"breaks_before_answer": True}, UnknownOutcomeError),
        ({"silent_before_answer": True}, UnknownOutcomeError),
    ],
    ids=["nobody there", "nobody now", "letter refused", "not now", "line breaks", "no answer"],
)
def test_each_way_of_failing_is_told_apart_and_names_nobody(how, error):
    with a_mail_server(**how) as server, pytest.raises(error) as told:
        a_channel(server).deliver(a_message())
    assert "example" not in str(told.value)


def test_a_server_that_is_not_there_is_another_try():
    with a_mail_server() as server:
        pass
    with pytest.raises(NotSentError, match="could not be used"):
        a_channel(server).deliver(a_message())


def test_nothing_goes_over_a_line_that_the_server_will_not_protect():
    with a_mail_server() as server, pytest.raises(NotSentError):
        a_channel(server, smtp_security=Security.STARTTLS).deliver(a_message())
    assert server.letters == []


def test_an_address_no_server_takes_is_refused_before_anything_is_sent():
    odd = Written(to="gi ven\n@example.net", subject="s", body="b\n")
    with a_mail_server() as server, pytest.raises(RefusedError):
        a_channel(server).deliver(a_message(odd))


# Settings


def settings(monkeypatch, **given):
    for name in [name for name in os.environ if name.startswith(("NEUROLIST_SMTP", "NEUROLIST_OUTBOX"))]:
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(f"NEUROLIST_{name}", value)
    return outbox_settings()


SMTP = {"OUTBOX": "smtp", "SMTP_HOST": "mail.example.org", "MAIL_FROM": "clinic@example.org"}


def test_letters_become_files_unless_something_else_is_asked(monkeypatch):
    assert settings(monkeypatch).channel is ChannelName.FILE


def test_a_mail_server_is_reached_over_a_protected_line_unless_it_is_here(monkeypatch):
    assert settings(monkeypatch, **SMTP).smtp_security is Security.STARTTLS
    with pytest.raises(BadInputError, match=r"NEUROLIST_SMTP_SECURITY.*this machine alone"):
        settings(monkeypatch, **SMTP, SMTP_SECURITY="none")
    assert settings(monkeypatch, **(SMTP | {"SMTP_HOST": "127.0.0.1"}), SMTP_SECURITY="none").smtp_port == 587


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"OUTBOX": "pigeon"}, "NEUROLIST_OUTBOX: .*one of file, console, smtp"),
        ({"OUTBOX": "smtp"}, "NEUROLIST_SMTP_HOST: .*needs the mail server's name"),
        (SMTP | {"SMTP_PORT": "seven"}, "NEUROLIST_SMTP_PORT: .*1 to 65535"),
        (SMTP | {"MAIL_FROM": "neurolist@localhost.invalid"}, "NEUROLIST_MAIL_FROM"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_may_be(monkeypatch, given, says):
    with pytest.raises(BadInputError, match=says):
        settings(monkeypatch, **given)


def test_a_password_is_shown_nowhere(monkeypatch):
    found = settings(monkeypatch, **SMTP, SMTP_USER="clinic", SMTP_PASSWORD="very secret")
    assert "very secret" not in f"{found!r}{found.model_dump()}"
