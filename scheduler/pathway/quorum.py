"""Which disciplines must sit before a meeting may decide about a case, and which of them are not there."""

from __future__ import annotations

from collections.abc import Collection

from scheduler.pathway.protocols import Protocol


def required_disciplines(protocol: Protocol, *, cancer: bool) -> tuple[str, ...]:
    """List the disciplines that must sit for a case; a patient with cancer needs more than another."""
    everybody = protocol.words("mdt_quorum")
    return (*everybody, *protocol.words("mdt_quorum.cancer")) if cancer else everybody


def absent_disciplines(protocol: Protocol, present: Collection[str], *, cancer: bool) -> tuple[str, ...]:
    """List the required disciplines that are not there; none means that the meeting may decide."""
    return tuple(one for one in required_disciplines(protocol, cancer=cancer) if one not in present)
