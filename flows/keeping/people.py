"""Accounts at one desk: who may sign in, as what and where, first passwords, and sign-ins ended before their time."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from db import accounts, second_steps
from db.keeping import sign_ins
from db.second_steps import begin, confirm
from flows.at_the_door import demand_password
from flows.keeping.change import needed
from flows.permissions import Action
from scheduler.errors import BadInputError
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.accounts import Account
    from db.audit import Author
    from db.keeping.lines import SignInLine
    from flows.desk import Desk, Once

T = TypeVar("T")
FIRST_PASSWORD_BYTES = 12
Roles = Mapping[str, Set[Role]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """How one's own second step stands."""

    set_up: bool
    wanted: bool
    codes_left: int


class People:
    """What an administrator does with accounts, and what everybody may do with their own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def accounts(self) -> tuple[Account, ...]:
        """List the accounts of staff."""
        return self.desk.accounts()

    def sign_ins(self) -> tuple[SignInLine, ...]:
        """List the sign-ins that are still good, of everybody."""
        self._manager("all")
        return self._sign_ins()

    def add(self, username: str, name: str, roles: Roles, *, write_id: str | None = None) -> str:
        """Make an account and give its first password, which is shown once and replaced at the first sign-in.

        A repeat of the same `write_id` changes nothing and shows no password.
        """
        author = self._manager("new", roles)
        _check_roles(roles)
        shown = needed(name, "name", "give the name other people see.")
        password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
        made = self._do(
            author,
            ("add_person", write_id),
            lambda session: accounts.add_account(
                session, username=username, name=shown, password=password, roles=roles, must_change=True
            ),
        )
        return password if made else ""

    def set_roles(
        self, account_id: str, roles: Roles, *, write_id: str | None = None, expected_version: int | None = None
    ) -> None:
        """Give an account these roles and no others; where that changes them, its sign-ins end."""
        author = self._manager(account_id, {**self._held(account_id), **roles})
        _check_roles(roles)
        self._do(
            author,
            ("set_roles", write_id),
            lambda session: accounts.set_roles(session, account_id, roles, expected_version=expected_version),
        )

    def reset_password(self, account_id: str, *, write_id: str | None = None) -> str:
        """Give an account a first password again, shown once ("" for a repeated write); its sign-ins end."""
        author = self._manager(account_id, self._held(account_id))
        password, now = secrets.token_urlsafe(FIRST_PASSWORD_BYTES), self.desk.service.clock.now()
        made = self._do(
            author,
            ("reset_password", write_id),
            lambda session: accounts.set_password(session, account_id, password, now=now, must_change=True),
        )
        return password if made else ""

    def end_second_step(self, account_id: str, *, write_id: str | None = None) -> None:
        """Take the second step of somebody away who has lost the telephone and the recovery codes; sign-ins end."""
        author, now = self._manager(account_id, self._held(account_id)), self.desk.service.clock.now()

        def work(session: Session) -> None:
            second_steps.end(session, account_id)
            accounts.end_sign_ins(session, account_id, now=now)

        self._do(author, ("end_second_step", write_id), work)

    def set_active(
        self, account_id: str, *, active: bool, write_id: str | None = None, expected_version: int | None = None
    ) -> None:
        """Disable an account, which ends its sign-ins, or enable it again."""
        author, now = self._manager(account_id, self._held(account_id)), self.desk.service.clock.now()
        self._do(
            author,
            ("set_active", write_id),
            lambda session: accounts.set_active(
                session, account_id, active=active, now=now, expected_version=expected_version
            ),
        )

    def revoke(self, sign_in: str, *, account: str, write_id: str | None = None) -> None:
        """End one sign-in at once."""
        author, now = self._manager(account, self._held(account)), self.desk.service.clock.now()
        once = ("revoke_sign_in", write_id)
        self._do(author, once, lambda session: sign_ins.revoke(session, sign_in, account=account, now=now))

    # One's own

    def own_sign_ins(self) -> tuple[SignInLine, ...]:
        """List one's own sign-ins that are still good."""
        self.desk._permitted(Action.LOOK, "account", self.desk.actor.id)
        return tuple(line for line in self._sign_ins() if line.account == self.desk.actor.id)

    def revoke_own(self, sign_in: str, password: str, *, write_id: str | None = None) -> None:
        """End one of one's own sign-ins, with the password given again."""
        author, now = self.desk._permitted(Action.LOOK, "account", self.desk.actor.id), self.desk.service.clock.now()
        mine, once = self.desk.actor.id, ("revoke_own_sign_in", write_id)
        self._ask_again(password, once)
        self._do(author, once, lambda session: sign_ins.revoke(session, sign_in, account=mine, now=now))

    def choose_password(self, current: str, wanted: str, again: str, *, write_id: str | None = None) -> None:
        """Change one's own password; every sign-in ends, so that one signs in with the new one."""
        if wanted != again:
            raise BadInputError.of("again", "The two new passwords differ. Write the same twice.")
        actor, now = self.desk.actor, self.desk.service.clock.now()
        once = ("choose_password", write_id)
        self._do(
            self._ask_again(current, once),
            once,
            lambda session: accounts.choose_password(session, actor.id, current=current, wanted=wanted, now=now),
        )

    def begin_second_step(self, password: str, *, write_id: str | None = None) -> str:
        """Make the key of one's own second step, with the password given again.

        Gives its address for an authenticator ("" for a repeated write).
        """
        mine, once = self.desk.actor.id, ("begin_second_step", write_id)
        return self._shown_once(self._ask_again(password, once), once, lambda session: begin(session, mine), "")

    def confirm_second_step(self, code: str, *, write_id: str | None = None) -> tuple[str, ...]:
        """Turn one's own second step on with its first code; gives the recovery codes (none for a repeated write)."""
        mine, author, now = self.desk.actor.id, self.desk.own_author(), self.desk.service.clock.now()
        once, nothing = ("confirm_second_step", write_id), tuple[str, ...]()
        return self._shown_once(author, once, lambda session: confirm(session, mine, code, now=now), nothing)

    def end_own_second_step(self, password: str, *, write_id: str | None = None) -> None:
        """Take one's own second step away, with the password given again: for another telephone."""
        mine, once = self.desk.actor.id, ("end_own_second_step", write_id)
        self._do(self._ask_again(password, once), once, lambda session: second_steps.end(session, mine))

    def second_step(self) -> SecondStep:
        """Say whether one has a second step, whether a role asks for one, and how many recovery codes are left."""
        actor = self.desk.actor
        self.desk.own_author()
        with self.desk.service.database.reading() as session:
            return SecondStep(
                set_up=second_steps.is_asked(session, actor.id),
                wanted=actor.must_enrol,
                codes_left=second_steps.left(session, actor.id),
            )

    # Inside

    def _ask_again(self, password: str, once: Once) -> Author:
        """Ask for one's own password before a write, though not for a repeat of it; gives who the write is by.

        A wrong one counts as a wrong try. Who signs in with the hospital's own account has none, and is asked for none.
        """
        author, (action, write_id) = self.desk.own_author(), once
        if not self.desk._was_done(write_id, action):
            demand_password(self.desk.service, author, password)
        return author

    def _shown_once(self, author: Author, once: Once, work: Callable[[Session], T], nothing: T) -> T:
        """Do a write once and give what it showed, which is kept nowhere: a repeat shows nothing."""
        shown: list[T] = []
        return shown[-1] if self._do(author, once, lambda session: shown.append(work(session))) else nothing

    def _manager(self, ref: str, roles: Roles | None = None) -> Author:
        """Give who manages accounts; whoever does so at one site changes nobody with a role at another."""
        return self.desk._permitted(Action.MANAGE_ACCOUNTS, "account", ref, sites=tuple(roles or ()) or (None,))

    def _held(self, account_id: str) -> Roles:
        self._manager(account_id)
        with self.desk.service.database.reading() as session:
            return accounts.roles_of(session, account_id)

    def _do(self, author: Author, once: Once, work: Callable[[Session], object]) -> bool:
        """Do a write once; says whether it was done now, and not before."""

        def step(session: Session) -> bool:
            work(session)
            return True

        return self.desk._do_once(author, once, step, again=lambda _: False)

    def _sign_ins(self) -> tuple[SignInLine, ...]:
        settings, now = self.desk.service.database.settings, self.desk.service.clock.now()
        with self.desk.service.database.reading() as session:
            return sign_ins.sign_in_lines(session, now=now, idle=settings.session_idle, life=settings.session_life)


def _check_roles(roles: Roles) -> None:
    if not any(roles.values()):
        raise BadInputError.of("roles", "choose at least one role; to keep somebody out, disable the account.")
