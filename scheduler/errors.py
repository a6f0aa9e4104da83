"""The faults people must act on, each carrying the sentence they need."""

from __future__ import annotations

from dataclasses import dataclass


class NeurolistError(Exception):
    """Anything Neurolist refuses or cannot do; its text is a sentence for people, with what to do next.

    What somebody typed may be quoted in it, so characters that cannot be printed are replaced: no terminal, page or
    log is ever told to do something by a refusal.
    """

    def __init__(self, says: str = "") -> None:
        super().__init__(printable(says))


def printable(text: str) -> str:
    """Give a text with every character that cannot be printed replaced; lines stay."""
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)


class TransitionNotAllowedError(NeurolistError):
    """A step the pathway does not allow from where the case stands."""


class NotPermittedError(NeurolistError):
    """The person's role does not include this action at this site."""


class NotFoundError(NeurolistError):
    """Nothing has this reference."""


class StaleVersionError(NeurolistError):
    """Somebody else saved this row since it was shown."""


class PlanOvertakenError(StaleVersionError):
    """Cases or lists of a plan have changed since it was made."""


class SecondPersonNeededError(NeurolistError):
    """The act is done only when a different person approves it: ask for that, with the reason."""


class FrozenDaysError(SecondPersonNeededError):
    """The act would change what is booked on days that stay as they are unless a second person approves it.

    `refs` are the cases whose visits would change.
    """

    def __init__(self, says: str = "", refs: tuple[str, ...] = ()) -> None:
        self.refs = refs
        super().__init__(says)


class PinsClashError(NeurolistError):
    """Pinned cases that no plan can keep where they are, a line for each conflict."""


class DoubleBookingError(NeurolistError):
    """The resource is already held for an overlapping time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a document: where it is (a JSON pointer, or file, entry and field) and what is wrong."""

    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.where}: {self.says}"


class BadInputError(NeurolistError):
    """A document that breaks its format, with every fault found."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = tuple(Fault(where=printable(one.where), says=printable(one.says)) for one in faults)
        super().__init__("\n".join(str(fault) for fault in faults))

    @classmethod
    def of(cls, where: str, says: str) -> BadInputError:
        """Give the error of one fault."""
        return cls((Fault(where=where, says=says),))
