"""Letters by e-mail through a mail server, over a protected line.

SMTP cannot say whether a letter was taken when the line breaks between its last byte and the server's answer. Such a
letter is never sent again by itself: the error says that nobody knows, and a person looks.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr

from flows.outbox.channel import NotSentError, RefusedError, UnknownOutcomeError, content_of
from flows.outbox.message import Message
from flows.outbox.settings import ChannelName, OutboxSettings, Security

WAITS = 8  # answers that one delivery waits for
OK, FORWARDED = 250, 251
LONGEST_RECEIPT = 120  # characters
FOR_GOOD = 500  # codes from here on refuse for good; those below ask to come again


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """One connection for each letter, so that a fault of one touches no other."""

    settings: OutboxSettings
    name: str = ChannelName.SMTP.value
    repeatable: bool = False

    @property
    def longest(self) -> timedelta:
        """The server may take its time over every answer."""
        return timedelta(seconds=WAITS * self.settings.smtp_timeout)

    def deliver(self, message: Message) -> str:
        """Hand one letter to the server; the receipt is the server's answer."""
        content = content_of(message)
        server = self._ready(message)
        try:
            return _hand_over(server, content)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _ready(self, message: Message) -> smtplib.SMTP:
        """Connect, sign in and name the reader; whatever goes wrong here, nothing has left the house."""
        try:
            server = self._connected()
            self._introduce(server)
            _address(server, message)
        except (NotSentError, RefusedError):
            raise
        except (smtplib.SMTPException, OSError) as fault:
            says = f"The mail server could not be used ({_kind(fault)}). Check it and its settings."
            raise NotSentError(says) from None
        return server

    def _connected(self) -> smtplib.SMTP:
        host, port, patience = self.settings.smtp_host, self.settings.smtp_port, self.settings.smtp_timeout
        if self.settings.smtp_security is Security.TLS:
            return smtplib.SMTP_SSL(host, port, timeout=patience, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=patience)
        if self.settings.smtp_security is Security.STARTTLS:
            server.starttls(context=ssl.create_default_context())
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        password = self.settings.smtp_password
        if self.settings.smtp_user and password is not None:
            server.login(self.settings.smtp_user, password.get_secret_value())


def _address(server: smtplib.SMTP, message: Message) -> None:
    for code, _ in (server.mail(parseaddr(message.sender)[1]), server.rcpt(message.written.to or "")):
        if code >= FOR_GOOD:
            raise RefusedError(f"The mail server refused the address for good (code {code}).")
        if code not in {OK, FORWARDED}:
            raise NotSentError(f"The mail server would not take the address now (code {code}).")


def _hand_over(server: smtplib.SMTP, content: bytes) -> str:
    """From here on a broken line leaves the outcome unknown."""
    try:
        code, said = server.data(content)
    except smtplib.SMTPDataError as fault:  # the server would not even begin
        code, said = fault.smtp_code, b""
    except (smtplib.SMTPException, OSError) as fault:
        raise UnknownOutcomeError(f"The line to the mail server broke before it answered ({_kind(fault)}).") from None
    if code >= FOR_GOOD:
        raise RefusedError(f"The mail server refused the letter for good (code {code}).")
    if code != OK:
        raise NotSentError(f"The mail server would not take the letter now (code {code}).")
    return f"{code} {said.decode('ascii', 'replace')}"[:LONGEST_RECEIPT]


def _kind(fault: BaseException) -> str:
    """Name a fault without its text, which may hold an address or a password."""
    code = getattr(fault, "smtp_code", None)
    return f"{type(fault).__name__}, code {code}" if code else type(fault).__name__
