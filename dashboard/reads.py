"""The one desk of this web process."""

from __future__ import annotations

from functools import cache

from flows.desk import Desk, Pace, open_desk


@cache
def front_door() -> Desk:
    """Open the desk once; nobody acts at it until `acting` names a person."""
    return open_desk(pace=Pace())
