"""Small clinics in the memory, filled in where a test does not care."""

from __future__ import annotations

from datetime import UTC, datetime

from db.audit import Author

MORNING = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)  # 09:00 on Tuesday 24 November in Melbourne
CLERK = Author(id="clerk", name="A Clerk", role="bookings")
