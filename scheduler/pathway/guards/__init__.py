"""What must be true before a step may happen: GUARDS holds every condition by its key."""

from scheduler.pathway.guards import after, leaving, listing, meeting, plan, procedure, referral, result, slot
from scheduler.pathway.guards.registry import GUARDS, Guard

__all__ = [
    "GUARDS",
    "Guard",
    "after",
    "leaving",
    "listing",
    "meeting",
    "plan",
    "procedure",
    "referral",
    "result",
    "slot",
]
