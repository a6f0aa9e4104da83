"""Calendar feeds at the desk: made, listed and ended by people, read by anybody who holds the address."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from db import boards, feeds
from db.feeds import FeedKind, FeedLine
from flows.exchange.calendar import calendar
from flows.permissions import Action
from scheduler.errors import BadInputError, NotFoundError

if TYPE_CHECKING:
    from flows.desk import Desk

BEFORE, AHEAD = timedelta(weeks=4), timedelta(weeks=26)


class Feeds:
    """Everything about calendar feeds, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def all(self) -> tuple[FeedLine, ...]:
        """List the feeds, those that still answer first."""
        self.desk._permitted(Action.KEEP_FEEDS, "calendar_feed", "all")
        return self.desk._look(feeds.feeds)

    def subjects(self) -> tuple[tuple[FeedKind, str, str], ...]:
        """List whose calendars there can be: kind, id and name."""
        return self.desk._look(feeds.subjects)

    def make(self, kind: FeedKind | str, subject: str, *, write_id: str | None = None) -> str:
        """Make a feed; gives its address below the server's own, which is shown this once ("" for a repeated write)."""
        wanted = kind_named(kind)
        author = self.desk._permitted(Action.KEEP_FEEDS, "calendar_feed", subject)
        now = self.desk.service.clock.now()
        token = self.desk._write(
            author,
            lambda session: feeds.add(session, wanted, subject, by=author.id, now=now, write_id=write_id),
        )
        return path_of(token) if token else ""

    def end(self, feed_id: str, *, write_id: str | None = None, expected_version: int | None = None) -> None:
        """Let a feed answer no more; nothing happens to one that has ended."""
        author = self.desk._permitted(Action.KEEP_FEEDS, "calendar_feed", feed_id)
        now = self.desk.service.clock.now()
        self.desk._do_once(
            author,
            ("end_feed", write_id),
            lambda session: feeds.end(session, feed_id, by=author.id, now=now, expected_version=expected_version),
            again=lambda _: None,
        )

    def calendar(self, token: str) -> bytes:
        """Give the calendar behind a token; raises NotFoundError when there is none. Nobody has to be signed in."""
        now, today = self.desk.service.clock.now(), self.desk.today()
        with self.desk.service.database.reading() as session:
            found = feeds.feed_of(session, token)
            if found is None:
                raise NotFoundError("No calendar has this address.")
            kind, subject, name = found
            cards = boards.lists(session, start=today - BEFORE, end=today + AHEAD, now=now)
        mine = [card for card in cards if subject == (card.suite if kind is FeedKind.SUITE else card.radiologist_id)]
        return calendar(name, mine, now=now, zone=self.desk.zone, whose=kind is FeedKind.SUITE)


def path_of(token: str) -> str:
    """Give the path of a feed on the server."""
    return f"/feed/{token}.ics"


def kind_named(kind: FeedKind | str) -> FeedKind:
    """Give the kind of this name; raises BadInputError with the names there are."""
    try:
        return FeedKind(kind)
    except ValueError:
        kinds = " or ".join(each.value for each in FeedKind)
        raise BadInputError.of("kind", f"'{kind}' is no kind of calendar. Say {kinds}.") from None
