"""What a channel promises, and the three ways in which sending can fail."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from flows.outbox.message import Message
from scheduler.errors import NeurolistError


class NotSentError(NeurolistError):
    """Nothing has left the house, and another try may succeed."""


class RefusedError(NeurolistError):
    """Nothing has left the house, and no other try will succeed: the address or the letter was refused."""


class UnknownOutcomeError(NeurolistError):
    """The letter may have left the house or not, and nobody can tell from here."""


class Channel(Protocol):
    """Carries letters. Where `repeatable`, the same message again is known as the same and leaves no second one."""

    @property
    def name(self) -> str:
        """The name that is written down with each attempt."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether the same message may be delivered again."""
        ...

    @property
    def longest(self) -> timedelta:
        """How long one delivery may take at most."""
        ...

    def deliver(self, message: Message) -> str:
        """Deliver one message and give a receipt; raises one of this module's errors and no other."""
        ...


def content_of(message: Message) -> bytes:
    """Give the bytes that leave; raises RefusedError where the address cannot be written as an e-mail's."""
    try:
        return message.as_email().as_bytes()
    except ValueError:
        raise RefusedError("The e-mail address has letters that no mail server takes. Correct it.") from None
