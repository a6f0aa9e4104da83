"""People with a second step, and the database as somebody sees it who has stolen its disk."""

from __future__ import annotations

import pyotp
from sqlalchemy import text

from db import accounts, second_steps
from db.engine import Database
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING, write


def enrolled(database: Database, username: str) -> tuple[str, str]:
    """Somebody with a second step: the id of their account, and the key their telephone keeps."""

    def work(session: object) -> tuple[str, str]:
        account = accounts.add_account(  # type: ignore[arg-type]
            session,
            username=username,
            name=username.title(),
            password="correct horse battery",
            roles={"*": {Role.VIEWER}},
        )
        address = second_steps.begin(session, account)  # type: ignore[arg-type]
        secret = str(pyotp.parse_uri(address).secret)
        second_steps.confirm(session, account, code(secret), now=MORNING)  # type: ignore[arg-type]
        return account, secret

    return write(database, work)


def code(secret: str, *, after: int = 0) -> str:
    """The code that the telephone shows so many half minutes after the morning began."""
    return pyotp.TOTP(secret).at(int(MORNING.timestamp()) + 30 * after)


def stored(database: Database, statement: str, **given: object) -> list[tuple[object, ...]]:
    """What the database itself holds, as no table of ours reads it."""
    with database._changing() as connection:
        return [tuple(row) for row in connection.execute(text(statement), given)]


def by_hand(database: Database, statement: str, **given: object) -> None:
    """Write to the database behind the back of the memory."""
    with database._changing() as connection:
        connection.execute(text(statement), given)
