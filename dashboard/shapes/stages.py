"""The cases by stage, as the stages component draws them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.case import missing_words
from dashboard.shapes.words import short_day
from flows.desk import CaseSummary, PathwayState, StageColumn
from scheduler.vocabulary import Laterality, Target

_S = PathwayState
# The columns fit one screen a part at a time.
PARTS: Final[Mapping[str, Collection[PathwayState]]] = {
    "Whole pathway": tuple(PathwayState),
    "Referral": (_S.REFERRAL_RECEIVED, _S.REFERRAL_INCOMPLETE, _S.TRIAGE),
    "Meeting": (_S.AWAITING_MDT, _S.MDT_MORE_INFO, _S.CONSULTATION),
    "Test block": (
        _S.TEST_WAITING,
        _S.TEST_BOOKED,
        _S.TEST_IN_PROGRESS,
        _S.TEST_AWAITING_RESULT,
        _S.TEST_POSITIVE,
        _S.TEST_EQUIVOCAL,
        _S.TEST_NEGATIVE,
    ),
    "Neurolysis": (_S.DEFINITIVE_WAITING, _S.DEFINITIVE_BOOKED, _S.DEFINITIVE_IN_PROGRESS),
    "Afterwards": (_S.FOLLOW_UP, _S.REPEAT_REVIEW),
}
WHOLE: Final = "Whole pathway"
NO_LIMIT: Final = 10_000  # behind every case that has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which cases are shown: all, those over their limit or lacking documents; of one category, target, or words."""

    only: str = "all"
    part: str = WHOLE
    category: int | None = None
    target: Target | None = None
    text: str = ""

    @property
    def narrows(self) -> bool:
        """Whether some cases are left out."""
        return self.only != "all" or bool(self.category or self.target or self.text.strip())

    def fits(self, case: CaseSummary) -> bool:
        """Say whether a case is shown."""
        return (
            {"all": True, "over": case.overdue, "missing": bool(case.missing)}[self.only]
            and self.category in {None, case.urgency}
            and self.target in {None, case.target}
            and self.text.strip().casefold() in f"{case.ref} {what_words(case)} {missing_words(case)}".casefold()
        )


EVERYTHING: Final = Chosen()
NO_MEETINGS: Final[Mapping[str, date]] = MappingProxyType({})


def stages_data(
    columns: Iterable[StageColumn],
    zone: ZoneInfo,
    *,
    chosen: Chosen = EVERYTHING,
    meetings: Mapping[str, date] = NO_MEETINGS,
) -> dict[str, object]:
    """One column for each stage in pathway order; `meetings` is the meeting whose agenda a case is on."""
    shown = PARTS.get(chosen.part, PARTS[WHOLE])
    return {"columns": [column_data(one, zone, chosen, meetings) for one in columns if one.state in shown]}


def column_data(column: StageColumn, zone: ZoneInfo, chosen: Chosen, meetings: Mapping[str, date]) -> dict[str, object]:
    """One stage with its cases, the one furthest over its limit first; the figures are of the cases shown."""
    kept = sorted((case for case in column.cases if chosen.fits(case)), key=_worst_first)
    over = sum(case.overdue for case in kept)
    return {
        "name": column.state.label,
        "says": column_sentence(kept),
        "over_says": f"{over} over limit" if over else "",
        "cards": [card_data(case, zone, meetings.get(case.ref)) for case in kept],
        "nothing": "No such case stands here." if chosen.narrows else "No case stands here.",
    }


def _worst_first(case: CaseSummary) -> tuple[int, int, str]:
    left = NO_LIMIT if case.limit is None else case.limit - case.days
    return (left, -case.days, case.ref)


def column_sentence(cases: Collection[CaseSummary]) -> str:
    """The usual stay of the cases here, and the limit, which may hang on the category."""
    if not cases:
        return "nobody waits"
    limits = sorted({case.limit for case in cases if case.limit is not None})
    parts = [f"median {median(case.days for case in cases):g} d"]
    if limits:
        parts.append(f"limit {limits[0]} d" if len(limits) == 1 else f"limit {limits[0]} to {limits[-1]} d")
    return ", ".join(parts)


def card_data(case: CaseSummary, zone: ZoneInfo, meeting: date | None) -> dict[str, object]:
    """One case on its stage."""
    return {
        "ref": case.ref,
        "category": case.urgency,
        "what": what_words(case),
        "days_says": f"{case.days} of {case.limit} d" if case.overdue and case.limit is not None else f"{case.days} d",
        "over": case.overdue,
        "note": note_words(case, zone, meeting),
        "missing": f"Missing: {missing_words(case)}" if case.missing else "",
    }


def note_words(case: CaseSummary, zone: ZoneInfo, meeting: date | None) -> str:
    """The day that is settled for the case: its booking or its meeting."""
    if case.booked_for is not None:
        return f"Booked {short_day(case.booked_for.astimezone(zone).date())}"
    return f"MDT {short_day(meeting)}" if meeting is not None else ""


def found_words(columns: Iterable[StageColumn], chosen: Chosen) -> str:
    """How many cases are shown, and how many of them are over their limit."""
    shown = PARTS.get(chosen.part, PARTS[WHOLE])
    kept = [case for column in columns if column.state in shown for case in column.cases if chosen.fits(case)]
    cases = "1 case" if len(kept) == 1 else f"{len(kept)} cases"
    return f"{cases}, {sum(case.overdue for case in kept)} over limit"


def what_words(case: CaseSummary) -> str:
    """What is planned, as far as it is known."""
    side = None if case.laterality is Laterality.NOT_APPLICABLE else case.laterality
    parts = (case.target, case.technique, side)
    return ", ".join(part.label if at == 0 else part.label.lower() for at, part in enumerate(parts) if part)
