"""The cases by stage, as the stages component draws them."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.shapes.case import missing_words
from flows.desk import CaseSummary, StageColumn
from scheduler.vocabulary import Laterality


def stages_data(columns: Iterable[StageColumn], *, only: str = "all") -> dict[str, object]:
    """One column for each stage in pathway order; `only` keeps all cases, those over the limit or lacking documents."""
    return {"columns": [column_data(column, only=only) for column in columns]}


def column_data(column: StageColumn, *, only: str) -> dict[str, object]:
    """One stage with its cases, the longest first."""
    kept = sorted((case for case in column.cases if wanted(case, only)), key=lambda case: (-case.days, case.ref))
    return {
        "name": column.state.label,
        "says": column_sentence(column),
        "over_says": f"{column.over} over limit" if column.over else "",
        "cards": [card_data(case) for case in kept],
        "nothing": "No case stands here." if only == "all" else "No such case stands here.",
    }


def wanted(case: CaseSummary, only: str) -> bool:
    """Say whether a case passes the filter."""
    return {"all": True, "over": case.overdue, "missing": bool(case.missing)}[only]


def column_sentence(column: StageColumn) -> str:
    """The usual stay of the cases here, and the limit."""
    median = f"median {column.median_days:g} d" if column.median_days is not None else "nobody waits"
    return f"{median}, limit {column.limit} d" if column.limit is not None else median


def card_data(case: CaseSummary) -> dict[str, object]:
    """One case on its stage."""
    return {
        "ref": case.ref,
        "category": case.urgency,
        "what": what_words(case),
        "days_says": f"{case.days} d",
        "over": case.overdue,
        "note": "",
        "missing": f"Missing: {missing_words(case)}" if case.missing else "",
    }


def what_words(case: CaseSummary) -> str:
    """What is planned, as far as it is known."""
    side = None if case.laterality is Laterality.NOT_APPLICABLE else case.laterality
    parts = (case.target, case.technique, side)
    return ", ".join(part.label if at == 0 else part.label.lower() for at, part in enumerate(parts) if part)
