"""One letter as it leaves: to whom, about what, and its text; the same bytes however often they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

BY_POST = "by post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter that has been written; `to` is an e-mail address, None for one that goes by post."""

    to: str | None
    subject: str
    body: str

    def as_document(self) -> str:
        """Give the text that is kept: who it goes to and what it is about stand above it."""
        return f"To: {self.to or BY_POST}\nSubject: {self.subject}\n\n{self.body}"


def read_document(text: str) -> Written:
    """Read back what `as_document` wrote."""
    head, _, body = text.partition("\n\n")
    named = dict(line.split(": ", 1) for line in head.splitlines())
    return Written(to=None if named["To"] == BY_POST else named["To"], subject=named["Subject"], body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A written letter with its id, which every attempt to send it carries."""

    id: str
    written: Written
    at: datetime
    sender: str

    @property
    def message_id(self) -> str:
        """The same for every attempt, so that a reader's mailbox can know a second copy."""
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        return f"<{self.id}@{domain}>"

    def as_email(self) -> EmailMessage:
        """Give the message with its headers."""
        made = EmailMessage(policy=SMTP)
        made["From"] = self.sender
        made["To"] = self.written.to or ""
        made["Subject"] = self.written.subject
        made["Date"] = format_datetime(self.at)
        made["Message-ID"] = self.message_id
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(self.written.body, cte="quoted-printable")
        return made
