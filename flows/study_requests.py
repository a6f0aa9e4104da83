"""What a due step carries to have a study worked out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from db import due_steps
from db.studies import StudyAsked

if TYPE_CHECKING:
    from sqlmodel import Session

STUDY_STEP = "study"


def enqueue(session: Session, study: str, asked: StudyAsked, *, now: datetime) -> None:
    """Have the planner's process work out a study."""
    payload = {"study": study, "time_limit": asked.time_limit}
    due_steps.enqueue(session, key=f"{study}:{STUDY_STEP}", name=STUDY_STEP, due_at=now, payload=payload)
