"""What the memory itself refuses, each with the sentence somebody needs."""

from __future__ import annotations

from scheduler.errors import NeurolistError


class UnguardedMemoryError(NeurolistError):
    """A guard of the database is missing or asleep, so nothing may be served from it."""


class UnauditedWriteError(NeurolistError):
    """A write that no audit event speaks of, or that nobody answers for; it was not kept."""


class MemoryFaultError(NeurolistError):
    """The database refused or could not answer; the text names the rule and never a value."""


class TryAgainError(NeurolistError):
    """Two writes met; nothing was kept of this one and it may be repeated as it is."""
