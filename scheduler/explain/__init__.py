"""Why a plan is as it is: where a case can go, why it is not booked, what would make room, and pins that clash."""

from scheduler.explain.pins import PinConflict, conflicting_pins, pin_conflicts
from scheduler.explain.places import Place, Verdict, place_at, places_for
from scheduler.explain.ways import Way
from scheduler.explain.why import Explanation, why_not

__all__ = [
    "Explanation",
    "PinConflict",
    "Place",
    "Verdict",
    "Way",
    "conflicting_pins",
    "pin_conflicts",
    "place_at",
    "places_for",
    "why_not",
]
