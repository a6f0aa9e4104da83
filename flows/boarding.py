"""The board at the desk: every act asked for in a person's name, done once, and taken back by whoever did it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from db import clinic, writes
from db.board_state import latest_writes, radiologist_lines
from db.effects import standing_booking
from db.facts import case_row
from db.holds import date_of
from flows.board_acts import Acting
from flows.board_asked import ActKind, BoardAct, act_from
from flows.permissions import Action
from scheduler.errors import TransitionNotAllowedError

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.engine import Database
    from db.pictures import CaseSummary, ListCard, RadiologistLine
    from flows.board_asked import Drop
    from flows.board_memory import BoardMemory
    from flows.desk import Desk
    from flows.explaining import Where

OFFERED_FOR = timedelta(hours=1)  # later, a look at the board is better than taking back


class Board:
    """Everything a person may do on the board, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # Looking

    def version(self) -> int:
        """Give a number that grows whenever something on the board may have changed, in whichever process."""
        return self._memory.version(self.desk.service.database)

    def where(self, ref: str, last: date) -> Where:
        """Say for every list until a day whether a case can go there; the case's own list is always among them."""
        desk = self.desk
        booked = desk._look(lambda session: _booked_on(session, ref))
        until = max(last, booked or last)
        service = desk.service
        return self._memory.where(service.database, ref, today=desk.today(), last=until, now=service.clock.now())

    def stands_on(self, ref: str) -> str | None:
        """Name the list that a case has its place on; None while it waits for one."""
        booking = self.desk._look(lambda session: standing_booking(session, case_row(session, ref).id))
        return booking.session_id if booking else None

    def lists(self, first: date, last: date, site: str | None = None) -> tuple[ListCard, ...]:
        """List the lists of these dates, both included, with their cases, as they stand since the last change."""
        database, now = self._looked_at()
        return self._memory.lists(database, first=first, last=last, site=site, now=now, today=self.desk.today())

    def to_place(self, site: str | None = None) -> tuple[CaseSummary, ...]:
        """List the waiting cases that have no place yet, or those one site may take."""
        database, now = self._looked_at()
        return self._memory.to_place(database, site=site, now=now, today=self.desk.today())

    def risks(self, first: date, last: date) -> Mapping[str, float]:
        """Say of each list of these days that holds cases on what share of days it would end late."""
        database, now = self._looked_at()
        return self._memory.risks(database, first=first, last=last, now=now, today=self.desk.today())

    def radiologists(self) -> tuple[RadiologistLine, ...]:
        """List the radiologists by name."""
        return self.desk._look(radiologist_lines)

    def last_act(self) -> tuple[str, BoardAct] | None:
        """Give what this person did last on the board and may still take back, with the id that `undo` asks for."""
        return self.desk._look(self._latest)

    # Acting

    def place(self, drop: Drop, *, write_id: str | None = None) -> BoardAct:
        """Hold a waiting case's slot on a list at the best time, or move its booking there.

        Raises NeurolistError with every rule it would break, StaleVersionError when the case has moved since.
        """
        return self._do(
            ActKind.PLACE if drop.seen_on is None else ActKind.MOVE,
            lambda acting: acting.drop(drop),
            lists=[drop.list, *([drop.seen_on] if drop.seen_on else [])],
            asked=(Action.MOVE_BOOKING, "case", drop.ref),
            write_id=write_id,
        )

    def give_back(self, ref: str, *, seen_on: str, version: int | None = None, write_id: str | None = None) -> BoardAct:
        """Take a held case off its list; one whose booking was agreed is refused, with what to do."""
        return self._do(
            ActKind.GIVE_BACK,
            lambda acting: acting.give_back(ref, seen_on=seen_on, version=version),
            lists=[seen_on],
            asked=(Action.MOVE_BOOKING, "case", ref),
            write_id=write_id,
        )

    def reorder(
        self, list_id: str, ref: str, *, earlier: bool, version: int | None = None, write_id: str | None = None
    ) -> BoardAct:
        """Let a case trade places with its neighbour on the same list."""
        return self._do(
            ActKind.REORDER,
            lambda acting: acting.reorder(list_id, ref, earlier=earlier, version=version),
            lists=[list_id],
            asked=(Action.MOVE_BOOKING, "case", ref),
            write_id=write_id,
        )

    def lock(self, list_id: str, *, locked: bool, version: int | None = None, write_id: str | None = None) -> BoardAct:
        """Lock a list, so that its cases stay and nobody is added, or release it."""
        return self._do(
            ActKind.LOCK if locked else ActKind.RELEASE,
            lambda acting: acting.lock(list_id, locked=locked, version=version),
            lists=[list_id],
            asked=(Action.LOCK_LIST, "suite_session", list_id),
            write_id=write_id,
        )

    def close(self, list_id: str, *, reason: str, version: int | None = None, write_id: str | None = None) -> BoardAct:
        """Close a list with the reason."""
        return self._do(
            ActKind.CLOSE,
            lambda acting: acting.close(list_id, reason=reason, version=version),
            lists=[list_id],
            asked=(Action.LOCK_LIST, "suite_session", list_id),
            write_id=write_id,
        )

    def open(self, list_id: str, *, version: int | None = None, write_id: str | None = None) -> BoardAct:
        """Open a closed list again."""
        return self._do(
            ActKind.OPEN,
            lambda acting: acting.open(list_id, version=version),
            lists=[list_id],
            asked=(Action.LOCK_LIST, "suite_session", list_id),
            write_id=write_id,
        )

    def undo(self, act_id: str, *, write_id: str | None = None) -> BoardAct:
        """Take back what this person did last on the board; refused when it has changed since."""
        if write_id and (done := self.desk._look(lambda session: writes.answer(session, write_id, ActKind.UNDO))):
            return act_from(done)
        found = self.desk._look(self._latest)
        if found is None or found[0] != act_id:
            raise TransitionNotAllowedError(
                "This is not the last thing you did on the board, or it is taken back already."
            )
        act = found[1]
        about = ("case", act.ref) if act.ref else ("suite_session", act.list)
        return self._do(
            ActKind.UNDO,
            lambda acting: acting.undo(act_id, act),
            lists=[name for name in (act.list, act.before.get("list", "")) if name],
            asked=(Action.MOVE_BOOKING if act.ref else Action.LOCK_LIST, *about),
            write_id=write_id,
        )

    # Inside

    @property
    def _memory(self) -> BoardMemory:
        from flows.board_memory import MEMORY  # the rules take a second to load

        return MEMORY

    def _looked_at(self) -> tuple[Database, datetime]:
        """Give where to look, and the time, to those who may look."""
        self.desk._permitted(Action.LOOK, "service", "screens")
        return self.desk.service.database, self.desk.service.clock.now()

    def _do(
        self,
        kind: ActKind,
        work: Callable[[Acting], BoardAct],
        *,
        lists: Iterable[str],
        asked: tuple[Action, str, str],
        write_id: str | None,
    ) -> BoardAct:
        """Do one act in a transaction of its own, once for each write id."""
        desk, now = self.desk, self.desk.service.clock.now()
        author = desk._permitted(*asked, sites=self._sites(lists))
        known = write_id or str(uuid4())

        def once(session: Session) -> BoardAct:
            done = writes.earlier(session, known, kind.value)
            if done is not None:
                return act_from(done)
            act = work(Acting(session=session, actor=author, now=now))
            writes.finish(session, known, act.as_document())
            return act

        return desk._write(author, once)

    def _sites(self, lists: Iterable[str]) -> tuple[str | None, ...]:
        with self.desk.service.database.reading() as session:
            return clinic.sites_of_lists(session, list(lists)) or (None,)

    def _latest(self, session: Session) -> tuple[str, BoardAct] | None:
        """Give the person's last act that was not taken back, with the write it was."""
        since = self.desk.service.clock.now() - OFFERED_FOR
        undone: set[str] = set()
        for write_id, kept in latest_writes(session, list(ActKind), since=since):
            act = act_from(kept)
            if act.by != self.desk.actor.id or write_id in undone:
                continue
            if act.kind is not ActKind.UNDO:
                return write_id, act
            undone.add(act.undoes)
        return None


def _booked_on(session: Session, ref: str) -> date | None:
    booking = standing_booking(session, case_row(session, ref).id)
    return date_of(session, booking.session_id) if booking else None
