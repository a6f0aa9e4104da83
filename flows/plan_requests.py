"""What is asked of a planning run, as its due step carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.errors import NeurolistError

PLAN_STEP = "plan"
LEAST_RISK, MOST_RISK = 1, 99  # per cent; 0 would keep every list empty and 100 asks for nothing
PLANNING_MARGIN = timedelta(seconds=60)  # of a lease, on top of the time the search may take
FINISHING = timedelta(seconds=5)  # the solver's limit leaves out reading the problem and checking the plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What was asked of one planning run; dates are local, both included.

    `risk` is the largest share of days, in per cent, on which a list may overrun; None plans to planned minutes.
    With `sites`, only their lists are planned. `keep` are cases that stay where the plan `keep_from` put them.
    """

    proposal: str
    start: date
    end: date
    time_limit: float
    seed: int
    freeze_until: date | None = None
    risk: int | None = None
    sites: tuple[str, ...] = ()
    keep_from: str | None = None
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.risk is not None and not LEAST_RISK <= self.risk <= MOST_RISK:
            raise NeurolistError(f"Plan to a risk of {LEAST_RISK} to {MOST_RISK} per cent, not to {self.risk}.")

    def as_options(self) -> dict[str, object]:
        """Give what the proposal keeps of the request, so that people see what it was asked with."""
        usual: dict[str, object] = {"time_limit": self.time_limit, "seed": self.seed, "risk": self.risk}
        asked = {"sites": list(self.sites), "keep_from": self.keep_from, "keep": list(self.keep)}
        return usual | {name: value for name, value in asked.items() if value}

    def as_payload(self) -> dict[str, object]:
        """Give the request as a due step carries it."""
        frozen = self.freeze_until.isoformat() if self.freeze_until else None
        return {
            "proposal": self.proposal,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "time_limit": self.time_limit,
            "seed": self.seed,
            "freeze_until": frozen,
            "risk": self.risk,
            "sites": list(self.sites),
            "keep_from": self.keep_from,
            "keep": list(self.keep),
        }


def request_of(payload: Mapping[str, object]) -> PlanRequest:
    """Read the request back from a due step."""
    frozen, risk = payload.get("freeze_until"), payload.get("risk")
    return PlanRequest(
        proposal=str(payload["proposal"]),
        start=date.fromisoformat(str(payload["start"])),
        end=date.fromisoformat(str(payload["end"])),
        time_limit=float(str(payload["time_limit"])),
        seed=int(str(payload["seed"])),
        freeze_until=date.fromisoformat(str(frozen)) if frozen else None,
        risk=None if risk is None else int(str(risk)),
        sites=_names(payload.get("sites")),
        keep_from=None if payload.get("keep_from") is None else str(payload["keep_from"]),
        keep=_names(payload.get("keep")),
    )


def _names(found: object) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, list) else ()


def time_needed(payload: Mapping[str, object]) -> timedelta:
    """Say how long the run of a requested plan or study may take."""
    return timedelta(seconds=float(str(payload["time_limit"]))) + FINISHING
