"""One event answered in seconds: everything it does not touch stays where it is."""

from scheduler.engine.quick.answering import QuickAnswer, Suggestion, quick
from scheduler.engine.quick.changes import Change, ChangeKind, Place
from scheduler.engine.quick.events import Cancellation, Event, PlaceFree, RadiologistAway, SuiteDown, UrgentCase, cause

__all__ = [
    "Cancellation",
    "Change",
    "ChangeKind",
    "Event",
    "Place",
    "PlaceFree",
    "QuickAnswer",
    "RadiologistAway",
    "SuiteDown",
    "Suggestion",
    "UrgentCase",
    "cause",
    "quick",
]
