"""At the door: who signs in, with a second step where they have one, who a session belongs to, and its end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from db import accounts, logs, second_steps
from db.accounts import SignIn
from db.audit import Author
from db.log_words import LogEvent
from flows.permissions import Actor
from scheduler.errors import BadInputError, NotPermittedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from db.accounts import Account
    from flows.service import Service

NOBODY = Actor(id="nobody", name="Somebody not signed in")
TOUCH_EVERY = timedelta(minutes=1)


def sign_in(service: Service, username: str, password: str, address: str) -> str:
    """Open a session and give its token; raises NotPermittedError, the same whatever was wrong."""
    now = service.clock.now()
    with service.database.reading() as session:
        kept = accounts.hash_to_check(session, username=username, now=now, address=address)
    # A password takes a tenth of a second to check: nobody's write waits for it, and no connection is held.
    checked = accounts.compare(kept, password) if kept is not None else None
    return let_in(
        service,
        address,
        lambda session: accounts.sign_in(
            session, username=username, password=password, now=now, address=address, checked=checked
        ),
    )


def give_code(service: Service, token: str, code: str, address: str) -> str:
    """Take the code of the second step and give the token that lets the person in."""
    now = service.clock.now()
    return let_in(service, address, lambda session: accounts.give_code(session, token, code, now=now, address=address))


def demand_password(service: Service, who: Author, password: str) -> None:
    """Ask somebody signed in for their password once more; raises BadInputError, and a wrong one counts as a try.

    Whoever signs in with the hospital's own account has no password here, and is let pass.
    """
    now = service.clock.now()
    with service.database.reading() as session:
        kept = accounts.own_hash_to_check(session, who.id, now=now)
    checked = accounts.compare(kept, password) if kept is not None else None
    refusal = service.database.write(
        lambda session: accounts.give_password(session, who.id, password, now=now, checked=checked),
        author=who,
        now=now,
    )
    if refusal:
        _log(SignIn(token=None, refusal=refusal))
        raise BadInputError.of("current", refusal)


def awaits_code(service: Service, token: str) -> bool:
    """Say whether the code of a second step is still to come for this token."""
    with service.database.reading() as session:
        return accounts.is_half_open(session, token, now=service.clock.now())


def person(service: Service, token: str, *, idle: bool = False) -> Actor | None:
    """Give who this token belongs to; None once the session has ended."""
    settings, now = service.database.settings, service.clock.now()
    with service.database.reading() as session:
        found = accounts.signed_in(session, token, now=now, idle=settings.session_idle, life=settings.session_life)
    if found is None:
        return None
    account = found.account
    actor = Actor(
        id=account.id,
        name=account.name,
        roles=account.roles,
        must_change=account.must_change,
        must_enrol=_must_enrol(service, account),
        external=account.external,
    )
    if not idle and now - found.last_seen_at >= TOUCH_EVERY:
        service.database.write(lambda session: accounts.touch(session, token, now=now), author=author(actor), now=now)
    return actor


def sign_out(service: Service, token: str) -> None:
    """End this session; nothing happens to one that has ended."""
    now = service.clock.now()
    who = author(person(service, token) or NOBODY)
    service.database.write(lambda session: accounts.sign_out(session, token, now=now), author=who, now=now)
    if who.id != NOBODY.id:
        logs.tell(LogEvent.SESSION_ENDED, account=who.id, reason="signed_out")


def author(actor: Actor) -> Author:
    """Give who somebody's own affairs are attributed to."""
    return Author(id=actor.id, name=actor.name, role="visitor")


def visitor(address: str) -> Author:
    """Give who an act of somebody not known yet is attributed to: the address it came from."""
    return Author(id=f"address {address}", name=address, role="visitor")


def let_in(service: Service, address: str, work: Callable[[Session], SignIn]) -> str:
    """Do what may let somebody in who is not known yet, and give the token; raises NotPermittedError with why not."""
    answer = service.database.write(work, author=visitor(address), now=service.clock.now())
    _log(answer)
    if answer.token is None:
        raise NotPermittedError(answer.refusal)
    return answer.token


REASONS = {
    accounts.WRONG: "wrong",
    accounts.NOT_YOURS: "wrong",
    accounts.WRONG_CODE: "wrong_code",
    second_steps.RUN_OUT: "code_run_out",
    accounts.LOCKED: "too_many_tries",
}


def _log(answer: SignIn) -> None:
    if answer.token is not None:
        logs.tell(
            LogEvent.SIGN_IN_HALF if answer.half_open else LogEvent.SIGN_IN_ACCEPTED, account=answer.account or None
        )
        return
    event = LogEvent.SIGN_IN_LOCKED if answer.refusal == accounts.LOCKED else LogEvent.SIGN_IN_REFUSED
    logs.tell(event, reason=REASONS.get(answer.refusal, "not_vouched_for"))


def _must_enrol(service: Service, account: Account) -> bool:
    """A provider of the hospital's own asks for its own second step."""
    if account.second_step or account.external:
        return False
    asked = service.database.settings.roles_with_second_step
    return any(held & asked for held in account.roles.values())
