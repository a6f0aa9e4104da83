"""Calendar feeds at the desk: an address is shown once, answers until it is ended, and cannot be guessed."""

from __future__ import annotations

import pytest
from icalendar import Calendar
from sqlmodel import select

from db.feeds import FeedKind
from db.tables import AuditEventRow, CalendarFeedRow
from flows.desk import Desk
from scheduler.errors import BadInputError, NotFoundError, NotPermittedError, StaleVersionError
from scheduler.vocabulary import Role
from tests.builders.memory import a_clinic
from tests.builders.service import a_desk, a_service


@pytest.fixture
def desk(database) -> Desk:
    a_clinic(database, rostered="R01")
    return a_desk(a_service(database), Role.BOOKINGS)


def token_of(path: str) -> str:
    return path.removeprefix("/feed/").removesuffix(".ics")


def events(desk: Desk, path: str):
    return list(Calendar.from_ical(desk.feeds.calendar(token_of(path))).walk("VEVENT"))


def test_a_radiologists_feed_has_their_lists_of_every_site(desk):
    path = desk.feeds.make(FeedKind.RADIOLOGIST, "R01")
    assert {str(event["location"]) for event in events(desk, path)} == {"CT 1, Site 1", "CT 2, Site 2"}
    assert events(desk, desk.feeds.make(FeedKind.RADIOLOGIST, "R02")) == []


def test_a_suites_feed_has_its_lists_alone(desk):
    path = desk.feeds.make("suite", "S02-CT1")
    assert {str(event["location"]) for event in events(desk, path)} == {"CT 2, Site 2"}


def test_an_ended_feed_looks_like_one_that_never_was(desk):
    path = desk.feeds.make(FeedKind.SUITE, "S01-CT1")
    (line,) = desk.feeds.all()
    with pytest.raises(StaleVersionError):
        desk.feeds.end(line.id, expected_version=line.version + 1)
    desk.feeds.end(line.id, expected_version=line.version)
    desk.feeds.end(line.id)
    with pytest.raises(NotFoundError) as ended:
        desk.feeds.calendar(token_of(path))
    with pytest.raises(NotFoundError) as unknown:
        desk.feeds.calendar("guess")
    assert str(ended.value) == str(unknown.value)
    assert desk.feeds.all()[0].ended_at is not None


def test_the_address_is_kept_nowhere(desk):
    token = token_of(desk.feeds.make(FeedKind.SUITE, "S01-CT1"))
    with desk.service.database.reading() as session:
        told = [str(row.model_dump()) for row in session.exec(select(AuditEventRow))]
        kept = [str(row.model_dump()) for row in session.exec(select(CalendarFeedRow))]
    assert len(token) >= 43  # 256 bits
    assert not [text for text in (*told, *kept) if token in text]


def test_a_repeated_write_makes_no_second_feed(desk):
    first = desk.feeds.make(FeedKind.SUITE, "S01-CT1", write_id="w1")
    assert first
    assert desk.feeds.make(FeedKind.SUITE, "S01-CT1", write_id="w1") == ""
    assert len(desk.feeds.all()) == 1


def test_what_is_not_known_is_said(desk):
    with pytest.raises(NotFoundError, match=r"No suite has the id 'X'\. There are: S01-CT1, S02-CT1\."):
        desk.feeds.make(FeedKind.SUITE, "X")
    with pytest.raises(BadInputError, match="Say radiologist or suite"):
        desk.feeds.make("nurse", "X")
    with pytest.raises(NotFoundError, match="No calendar feed has the id X"):
        desk.feeds.end("X")


def test_who_only_looks_makes_no_feed(desk):
    with pytest.raises(NotPermittedError, match="calendar feeds"):
        a_desk(desk.service, Role.VIEWER).feeds.make(FeedKind.SUITE, "S01-CT1")
