"""Faults in what people do beside the steps of a case: mistakes put right, meetings, letters, returns and tasks."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from db import agendas, amendments, documents, outbox, referrals, reversals, tasks
from db.tables.pathway import CorrectableRow
from db.words import DocumentKind
from scripts.walks.bugs import bug


def _nothing(*_: Any, **__: Any) -> None:
    return None


@bug("A step that is taken back leaves its timers running.")
def _mistake_keeps_its_timers() -> Any:
    return patch.object(reversals, "_drop", _nothing)


@bug("A step that is taken back leaves what it changed as it is.")
def _mistake_is_not_put_back() -> Any:
    return patch.object(reversals, "_restore", _nothing)


@bug("What was recorded by mistake still counts after it was taken back.")
def _mistake_still_counts() -> Any:
    right = reversals._strike_out

    def most(work: Any, row: Any) -> None:
        struck = row.struck_by if isinstance(row, CorrectableRow) else None
        right(work, row)
        if isinstance(row, CorrectableRow):
            row.struck_by = struck

    return patch.object(reversals, "_strike_out", most)


@bug("The letters of a step that is taken back go all the same, and nobody hears that they were wrong.")
def _mistaken_letter_goes() -> Any:
    return patch.object(reversals, "_recall", _nothing)


@bug("A corrected value is told of in the history and not kept.")
def _correction_is_not_kept() -> Any:
    return patch.object(amendments, "setattr", _nothing, create=True)


@bug("The case of a patient who comes back is linked to none.")
def _return_is_not_linked() -> Any:
    return patch.object(referrals, "_link", lambda *_: ())


@bug("A letter that is sent again is still somebody's task to post.")
def _old_letter_stays_a_task() -> Any:
    return patch.object(outbox, "_close_task", _nothing)


@bug("A case that is carried to another meeting is not put on its agenda.")
def _carried_case_falls_off() -> Any:
    right = agendas.carry_item

    def off(*words: Any, **more: Any) -> None:
        with patch.object(agendas, "_put", _nothing):
            right(*words, **more)

    return patch.object(agendas, "carry_item", off)


@bug("A meeting may be finished with cases that nobody has decided.")
def _meeting_ends_undecided() -> Any:
    return patch.object(agendas, "undecided", lambda *_: ())


@bug("The minutes of a meeting are written twice.")
def _minutes_are_doubled() -> Any:
    right = documents.keep

    def twice(session: Any, **more: Any) -> Any:
        if more["kind"] is DocumentKind.MINUTES:
            right(session, **more)
        return right(session, **more)

    return patch.object(documents, "keep", twice)


@bug("A task that is put off is due later too.")
def _put_off_is_due_later() -> Any:
    right = tasks.snooze

    def later(session: Any, task_id: str, **more: Any) -> None:
        tasks._task(session, task_id).due_on = more["until"]
        right(session, task_id, **more)

    return patch.object(tasks, "snooze", later)
