"""What staff should know before they put a case on a list, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.goals.disruption import MINUTES_THAT_MATTER
from scheduler.problem import minutes_of
from scheduler.vocabulary import Commitment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scheduler.explain.scopes import Spot
    from scheduler.explain.surroundings import Surroundings

PROMISED = {Commitment.HELD: "held", Commitment.BOOKED: "booked", Commitment.CONFIRMED: "confirmed"}


def count(number: int, one: str, many: str | None = None) -> str:
    """Show a number with its noun, as in `1 list` and `3 lists`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def drawbacks(around: Surroundings, spot: Spot) -> tuple[str, ...]:
    """Say what speaks against a booking that breaks no rule."""
    told = (tell(around, spot) for tell in DRAWBACKS)
    return tuple(says for says in told if says)


def nobody_can(around: Surroundings, spot: Spot, people: int) -> str:
    """Say that no radiologist can do the list with the case."""
    nearest = person(around, spot.staff[0])
    case, session = around.case.id, spot.entry.list.id
    return f"None of the {people} radiologists can do {session} with case {case}; {nearest} comes closest."


def person(around: Surroundings, radiologist: str) -> str:
    """Give a radiologist's name."""
    known = around.problem.radiologist_by_id.get(radiologist)
    return known.name if known else radiologist


def _past_due(around: Surroundings, spot: Spot) -> str:
    days = (spot.entry.list.date - around.case.due).days
    return f"This is {count(days, 'day')} after it is due ({show_date(around.case.due)})." if days > 0 else ""


def _moved(around: Surroundings, spot: Spot) -> str:
    previous, entry = around.case.previous, spot.entry
    if previous is None or previous.status not in PROMISED:
        return ""
    told = f"The patient's time was {PROMISED[previous.status]}"
    day, start = around.problem.local_date(previous.start), minutes_of(previous.start)
    if day != entry.list.date:
        return f"{told} for {show_date(day)}; this moves it to {show_date(entry.list.date)}."
    clock = around.problem.clock
    if previous.session != entry.list.id:
        return f"{told} for {clock(start)} on another list that day."
    if abs(start - entry.start) >= MINUTES_THAT_MATTER:
        return f"{told} for {clock(start)}; this moves it to {clock(entry.start)}."
    return ""


def _overtime(_: Surroundings, spot: Spot) -> str:
    entry = spot.entry
    past = entry.end - entry.list.end
    if past <= 0:
        return ""
    return f"It ends {count(past, 'minute')} past the list's end, as overtime."


def _opens(around: Surroundings, spot: Spot) -> str:
    facts = spot.entry.list
    if facts.id in around.without.by_list:
        return ""
    return f"It opens {facts.id}, which holds no other case, with {person(around, spot.staff[0])}."


def _other_radiologist(around: Surroundings, spot: Spot) -> str:
    preferred = around.case.prefer_radiologist
    if preferred is None or preferred in spot.staff:
        return ""
    return f"The radiologist is {person(around, spot.staff[0])}, not {person(around, preferred)} as preferred."


def _promised_radiologist(around: Surroundings, spot: Spot) -> str:
    previous = around.case.previous
    promised = None if previous is None or previous.status not in PROMISED else previous.radiologist
    if promised is None or promised in spot.staff or promised == around.case.prefer_radiologist:
        return ""
    return f"The radiologist is {person(around, spot.staff[0])}, not {person(around, promised)} as arranged."


def _other_site(around: Surroundings, spot: Spot) -> str:
    preferred, site = around.case.prefer_site, spot.entry.list.site
    if preferred in (None, site.id):
        return ""
    known = around.problem.site_by_id.get(preferred or "")
    return f"The site is {site.name}, not {known.name if known else preferred} as preferred."


def _not_first(around: Surroundings, spot: Spot) -> str:
    others = around.without.by_list.get(spot.entry.list.id, ())
    if around.case.first_on_list and any(other.start < spot.entry.start for other in others):
        return "It should be first on its list, and is not."
    first = min((other.start for other in others), default=0)
    pushed = [other for other in others if other.case.first_on_list and spot.entry.start < other.start == first]
    return f"Case {pushed[0].case.id} should be first on the list, and would not be." if pushed else ""


def _units_moved(around: Surroundings, spot: Spot) -> str:
    was = around.without.placements
    brought = [unit for (unit, day), sites in spot.placing.items() if was.get((unit, day), ()) != sites]
    if not brought:
        return ""
    moves = (f"{unit} to {site}" for (unit, _), sites in spot.placing.items() if unit in brought for site in sites)
    return f"Equipment must be brought on {show_date(spot.entry.list.date)}: {', '.join(sorted(moves))}."


def _radiologist_load(around: Surroundings, spot: Spot) -> str:
    for radiologist in spot.staff:
        target = around.problem.radiologist_by_id[radiologist].target_minutes
        work = around.work_of_radiologist.get(radiologist)
        minutes = around.case.duration_minutes + (work.duration_minutes if work else 0)
        if target is not None and minutes > target:
            return f"It takes {person(around, radiologist)} to {minutes:,} minutes of cases; the aim is {target:,}."
    return ""


def _site_load(around: Surroundings, spot: Spot) -> str:
    site = spot.entry.list.site
    work = around.work_at_site.get(site.id)
    minutes = around.case.duration_minutes + (work.duration_minutes if work else 0)
    if site.target_minutes is None or minutes <= site.target_minutes:
        return ""
    return f"It takes {site.name} to {minutes:,} minutes of cases; the aim is {site.target_minutes:,}."


DRAWBACKS: tuple[Callable[[Surroundings, Spot], str], ...] = (
    _past_due,
    _moved,
    _overtime,
    _opens,
    _other_radiologist,
    _promised_radiologist,
    _other_site,
    _not_first,
    _units_moved,
    _radiologist_load,
    _site_load,
)


# What to call a list that a rule keeps a case off. Two rules about room go by one name.
REASONS = {
    "one-booking": "already booked elsewhere",
    "session-window": "no room left",
    "session-closed": "closed",
    "suite-no-overlap": "no room left",
    "max-cases": "its number of cases reached",
    "one-radiologist": "no single radiologist",
    "rostered": "another radiologist rostered",
    "radiologist-credential": "no radiologist credentialed there",
    "radiologist-available": "the radiologist is away",
    "radiologist-travel": "the radiologist is elsewhere that day",
    "radiologist-session-limit": "the radiologist has as many lists as agreed",
    "target-skill": "the radiologist does not treat this target",
    "technique-skill": "the radiologist does not use this technique",
    "modality": "the wrong imaging",
    "funding": "does not take its funding",
    "anaesthetist": "no anaesthetist, whom it needs",
    "allowed-sites": "at a site it may not go to",
    "equipment": "its equipment is not free there",
    "recovery": "no recovery bay, or recovery closes too early",
    "date-window": "outside its dates",
    "patient-unavailable": "on a day the patient cannot come",
    "patient-one-per-day": "on a day the patient is booked already",
    "staging": "not the right time after the case it follows",
    "pinned": "not where it is pinned",
}


def left_out(around: Surroundings, excluded: Mapping[str, int], smallest: tuple[str, ...]) -> str:
    """Say why no list will take a case: the reasons that together leave none, with how many lists each rules out."""
    lists = len(around.problem.lists)
    if not lists:
        return f"Case {around.case.id} is not booked: there are no lists."
    earlier = None if around.case.follows is None else around.case.follows.case
    if smallest == ("staging",) and earlier not in around.without.by_case:
        return f"Case {around.case.id} is not booked because case {earlier}, which it follows, is not."
    counts: dict[str, int] = {}
    for rule in smallest:
        reason = REASONS.get(rule, rule)
        counts[reason] = max(counts.get(reason, 0), excluded.get(rule, 0))
    reasons = "; ".join(f"{reason}: {count(number, 'list')}" for reason, number in counts.items())
    every = "the 1 list there is" if lists == 1 else f"any of the {lists} lists"
    twice = " Some lists count more than once." if sum(counts.values()) > lists else ""
    says = f"Case {around.case.id} cannot go on {every} as things stand."
    return f"{says} {reasons[0].upper()}{reasons[1:]}.{twice}"
