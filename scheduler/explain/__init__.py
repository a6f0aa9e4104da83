"""Why a plan is as it is: where a case can go, why it is not booked, what would make room."""

from scheduler.explain.places import Place, Verdict, places_for

__all__ = ["Place", "Verdict", "places_for"]
