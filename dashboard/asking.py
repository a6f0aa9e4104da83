"""Who asks for something that is no page: the desk in the name of whose session the request carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from flows.desk import Actor, Desk


class Door(Protocol):
    """The part of the desk that knows a person and acts for them."""

    def person(self, token: str, *, idle: bool = False) -> Actor | None:
        """Return the person whose live session this is, or nothing."""

    def acting(self, actor: Actor) -> Desk:
        """Give the desk in this person's name."""


def desk_of(door: Door, token: str, *, idle: bool = False) -> Desk | None:
    """Give the desk of whose live session this is; asking while `idle` keeps no session open."""
    person = door.person(token, idle=idle)
    return door.acting(person) if person else None


def unknown() -> Response:
    """Answer somebody whose session has ended, or never was."""
    return PlainTextResponse("Sign in first.", status_code=401)
