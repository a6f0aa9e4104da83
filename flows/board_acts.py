"""Acts on the board: a case put on a list, moved, given back or past its neighbour, and a list locked or closed.

Each is judged by the rules that plan the lists, written under the guards, and told in one sentence with what would
take it back. A waiting case is held, as `hold` does it: nothing is booked, and nobody is told, by a drag alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from db import clinic, holds, moving
from db.boards.lists import list_words
from db.effects import standing_booking
from db.facts import case_row
from db.holds import list_row
from db.localtime import local_date, timezone_of
from db.mapping import ref_of
from db.standing import Standing, standing, standing_about
from flows.board_asked import ActKind, BoardAct, Drop
from flows.hold_asked import HoldAsked
from flows.holding import hold_slot, judged
from scheduler.audit import rule_breaches
from scheduler.diary import Diary
from scheduler.errors import BadInputError, NeurolistError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.booking import TENTATIVE, BookingState

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.audit import Author
    from db.tables import BookingRow

    Pair = tuple[tuple[str, BookingRow], tuple[str, BookingRow]]

TAKEN_BACK = "taken back on the board"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """One act under way: its transaction, whoever does it, and when."""

    session: Session
    actor: Author
    now: datetime

    def drop(self, drop: Drop) -> BoardAct:
        """Hold a waiting case's slot on a list, or move the booking it has."""
        _, on = moving.as_seen(self.session, drop.ref, seen_on=drop.seen_on, version=drop.version)
        if on == drop.list:
            raise BadInputError.of("list", f"Case {drop.ref} is on that list already. Choose another list.")
        asked = HoldAsked(ref=drop.ref, list=drop.list)
        return self._hold(asked) if on is None else self._move(asked, on)

    def give_back(self, ref: str, *, seen_on: str, version: int | None) -> BoardAct:
        """Take a held case off its list, back to those to place; a booking that was agreed is cancelled elsewhere."""
        case, _ = moving.as_seen(self.session, ref, seen_on=seen_on, version=version)
        booking = moving.the_booking(self.session, case)
        moving.must_be_free_to_change(list_row(self.session, seen_on), self.now)
        if booking.status not in TENTATIVE:
            raise TransitionNotAllowedError(
                f"Case {ref} is {booking.status.label.lower()} and its patient may know. "
                "Cancel the booking on the case's page, with the reason."
            )
        before = self._place_of(booking)
        holds.release(self.session, ref, reason=TAKEN_BACK, actor=self.actor, now=self.now)
        says = f"{ref} waits for a place again."
        return self._act(ActKind.GIVE_BACK, says, ref=ref, before=before, versions={ref: case.version})

    def reorder(self, list_id: str, ref: str, *, earlier: bool, version: int | None) -> BoardAct:
        """Let a case trade places with the one before or after it on the same list."""
        row = list_row(self.session, list_id)
        moving.must_be_free_to_change(row, self.now)
        first, last = moving.open_weeks(self.session, [list_id])
        pair = _neighbours(moving.order_of(self.session, list_id), ref, earlier=earlier)
        dict(pair)[ref].expect(version)
        (early, one), (late, other) = pair
        times = {late: one.start, early: other.end - (one.end - one.start)}
        confirmed = [name for name, booking in pair if booking.status is BookingState.CONFIRMED]
        stands = standing(self.session, start=max(first, self._today), end=last, now=self.now)
        _must_break_nothing_new(_with_cases_free(stands, set(times)), times)
        moving.trade_places(self.session, row, times, actor=self.actor, now=self.now)
        versions = {name: booking.version for name, booking in pair}
        says = f"{late} now comes before {early} on the {self._list_words(list_id)}."
        cautions = tuple(f"{name} had confirmed the old time: ask again." for name in confirmed)
        return self._act(ActKind.REORDER, says, ref=late, list=list_id, versions=versions, cautions=cautions)

    def lock(self, list_id: str, *, locked: bool, version: int | None) -> BoardAct:
        """Lock a list or release it."""
        if list_row(self.session, list_id).locked is locked:
            raise TransitionNotAllowedError(f"List {list_id} is {'locked' if locked else 'not locked'} already.")
        row = moving.lock(self.session, list_id, locked=locked, expected_version=version)
        self.session.flush()
        what = "is locked: its cases stay, and nobody is added" if locked else "is released: its cases may move again"
        kind = ActKind.LOCK if locked else ActKind.RELEASE
        says = f"The {self._list_words(list_id)} {what}."
        return self._act(kind, says, list=list_id, versions={list_id: row.version})

    def close(self, list_id: str, *, reason: str, version: int | None) -> BoardAct:
        """Close a list with the reason; who is booked there keeps the place until a plan or a person moves them."""
        if not reason.strip():
            raise BadInputError.of("reason", "A list is closed with a reason. Write why it is closed.")
        row = list_row(self.session, list_id)
        if row.closed:
            raise TransitionNotAllowedError(f"List {list_id} is closed already.")
        clinic.close_list(self.session, list_id, reason=reason.strip(), expected_version=version)
        self.session.flush()
        left = [ref for ref, _ in moving.order_of(self.session, list_id)]
        cautions = (f"Still booked there: {', '.join(left)}. Move them, or ask for a plan.",) if left else ()
        says = f"The {self._list_words(list_id)} is closed."
        return self._act(ActKind.CLOSE, says, list=list_id, versions={list_id: row.version}, cautions=cautions)

    def open(self, list_id: str, *, version: int | None) -> BoardAct:
        """Open a closed list again."""
        row = list_row(self.session, list_id)
        if not row.closed:
            raise TransitionNotAllowedError(f"List {list_id} is open already.")
        before = {"reason": row.closed_reason}
        clinic.open_list(self.session, list_id, expected_version=version)
        self.session.flush()
        says = f"The {self._list_words(list_id)} is open again."
        return self._act(ActKind.OPEN, says, list=list_id, before=before, versions={list_id: row.version})

    def undo(self, act_id: str, act: BoardAct) -> BoardAct:
        """Take an act back; StaleVersionError when what it changed has changed since."""
        self._must_stand(act)
        back = UNDOING[act.kind](self, act)
        return replace(back, kind=ActKind.UNDO, says=f"Taken back. {back.says}", undoes=act_id)

    def back_on_list(self, act: BoardAct) -> BoardAct:
        """Put a case where it was, at its old time with its old radiologist."""
        wanted = datetime.fromisoformat(act.before["start"])
        asked = HoldAsked(
            ref=act.ref,
            list=act.before["list"],
            start=self._local(wanted).time(),
            radiologist=act.before["radiologist"],
        )
        return self._move(asked, act.list) if act.kind is ActKind.MOVE else self._hold(asked)

    # Inside

    @property
    def _today(self) -> date:
        return local_date(self.session, self.now)

    def _hold(self, asked: HoldAsked) -> BoardAct:
        moving.must_be_free_to_change(list_row(self.session, asked.list), self.now)
        held = hold_slot(self.session, asked, actor=self.actor, now=self.now)
        booking = moving.the_booking(self.session, case_row(self.session, asked.ref))
        says = f"{asked.ref} is held on the {self._list_words(asked.list)} at {self._clock(held.start)}."
        kept = f"The slot is kept until {_short(self._local(held.until).date())}, {self._clock(held.until)}."
        return self._act(
            ActKind.PLACE,
            says,
            ref=asked.ref,
            list=asked.list,
            cautions=(kept, *held.cautions),
            versions={asked.ref: booking.version},
        )

    def _move(self, asked: HoldAsked, left: str) -> BoardAct:
        for name in (left, asked.list):
            moving.must_be_free_to_change(list_row(self.session, name), self.now)
        first, last = moving.open_weeks(self.session, [left, asked.list])
        stands = standing_about(self.session, asked.ref, start=max(first, self._today), end=last, now=self.now)
        slot, place = judged(self.session, _with_cases_free(stands, {asked.ref}), asked, self._today)
        before = self._place_of(moving.the_booking(self.session, case_row(self.session, asked.ref)))
        booking = moving.move(self.session, asked.ref, slot, actor=self.actor, now=self.now)
        says = f"{asked.ref} is moved to the {self._list_words(asked.list)} at {self._clock(booking.start)}."
        return self._act(
            ActKind.MOVE,
            says,
            ref=asked.ref,
            list=asked.list,
            cautions=place.because,
            before=before,
            versions={asked.ref: booking.version},
        )

    def _must_stand(self, act: BoardAct) -> None:
        for name, version in act.versions.items():
            if self._version_of(name, act) != version:
                raise StaleVersionError(
                    f"This cannot be taken back: {name} has changed since. Look at the board, and move it by hand."
                )

    def _version_of(self, name: str, act: BoardAct) -> int:
        if not act.ref:
            return list_row(self.session, name).version
        case = case_row(self.session, name, lock=True)
        booking = standing_booking(self.session, case.id)
        if act.kind is ActKind.GIVE_BACK:
            return -1 if booking else case.version
        return booking.version if booking else -1

    def _place_of(self, booking: BookingRow) -> dict[str, str]:
        start = booking.start.isoformat()
        return {"list": booking.session_id, "start": start, "radiologist": booking.radiologist_id}

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(timezone_of(self.session)))

    def _clock(self, at: datetime) -> str:
        return f"{self._local(at):%H:%M}"

    def _list_words(self, list_id: str) -> str:
        return list_words(self.session, list_id)

    def _act(self, kind: ActKind, says: str, **known: object) -> BoardAct:
        return BoardAct(kind=kind, by=self.actor.id, says=says, **known)  # type: ignore[arg-type]


UNDOING: Mapping[ActKind, Callable[[Acting, BoardAct], BoardAct]] = {
    ActKind.PLACE: lambda acting, act: acting.give_back(act.ref, seen_on=act.list, version=None),
    ActKind.MOVE: lambda acting, act: acting.back_on_list(act),
    ActKind.GIVE_BACK: lambda acting, act: acting.back_on_list(act),
    ActKind.REORDER: lambda acting, act: acting.reorder(act.list, act.ref, earlier=False, version=None),
    ActKind.LOCK: lambda acting, act: acting.lock(act.list, locked=False, version=None),
    ActKind.RELEASE: lambda acting, act: acting.lock(act.list, locked=True, version=None),
    ActKind.CLOSE: lambda acting, act: acting.open(act.list, version=None),
    ActKind.OPEN: lambda acting, act: acting.close(act.list, reason=act.before["reason"], version=None),
}


def _short(on: date) -> str:
    return f"{on:%a} {on.day} {on:%b}"


def _with_cases_free(stands: Standing, refs: set[str]) -> Standing:
    """Let these cases move in the problem: a held slot is pinned so that a plan leaves it, but a person may move it."""
    cases = tuple(replace(case, pinned=None) if ref_of(case.id) in refs else case for case in stands.problem.cases)
    return replace(stands, problem=replace(stands.problem, cases=cases))


def _neighbours(order: Sequence[tuple[str, BookingRow]], ref: str, *, earlier: bool) -> Pair:
    """Give the case and the one it trades places with, in their order of time."""
    for pair in pairwise(order):
        if pair[1 if earlier else 0][0] == ref:
            return pair
    edge = "first" if earlier else "last"
    known = any(name == ref for name, _ in order)
    raise TransitionNotAllowedError(
        f"Case {ref} is the {edge} on its list already."
        if known
        else f"Case {ref} is not on that list any more. Look at the board again."
    )


def _must_break_nothing_new(stands: Standing, times: Mapping[str, datetime]) -> None:
    """Raise NeurolistError with every rule that the list breaks in its new order and did not break before."""
    bookings = tuple(
        replace(booking, start=times.get(ref_of(booking.case), booking.start)) for booking in stands.plan.bookings
    )
    before = {breach.says for breach in rule_breaches(Diary(problem=stands.problem, plan=stands.plan))}
    after = rule_breaches(Diary(problem=stands.problem, plan=replace(stands.plan, bookings=bookings)))
    if new := [breach.says for breach in after if breach.says not in before]:
        raise NeurolistError(" ".join(new))
