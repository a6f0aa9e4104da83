"""The page docs/pathway.md, written from the pathway itself, so that it can never say anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scheduler.pathway.booking import BOOKING_TRANSITIONS
from scheduler.pathway.duties import DUTIES, WATCHES
from scheduler.pathway.entries import ENTRIES
from scheduler.pathway.events import Event
from scheduler.pathway.fields import Field
from scheduler.pathway.guards import GUARDS
from scheduler.pathway.readiness import READINESS_SAYS, READINESS_TRANSITIONS
from scheduler.pathway.states import PathwayState
from scheduler.pathway.transitions import COMMON, TRANSITIONS, Transition, transitions_from
from scheduler.pathway.validity import Prerequisite
from scheduler.vocabulary import Role

INTRODUCTION = """\
# The pathway of a case

<!-- Written by scheduler/pathway/handbook.py from the code (`make docs`); a test fails when this page is not fresh. -->

A case moves along three tracks at once. The **pathway** says where it stands, from the referral to the discharge. While
it is on a waiting list, its **readiness** says whether the patient may be offered a date. When it has a slot, its
**booking** says how far the visit has come. Being not ready, or losing a booking, never loses the place on the pathway.

Each step is an *event* that a person records. The step happens only when its form is filled in and every condition
holds; otherwise Neurolist says what is missing and what to do. What a step leaves behind (letters, tasks, timers, the
waiting list) is written together with it, or not at all.

Three things never happen by themselves: a category or readiness is not changed, nobody is taken off a list, and no test
result is declared. A timer only raises a task.

Numbers such as limits and thresholds are neither on this page nor in the code. They are rows of the protocol table,
each with its source and who approved it; a row that nobody has approved says "unapproved default". Where a limit is
meant below, the name of its row is given.
"""

CLOCKS = """\
## Clocks

| clock | counts | starts | stands still | stops | limit |
|---|---|---|---|---|---|
| C1 | working days | referral received | while the referral is incomplete, once the referrer was told in writing | \
every letter with the outcome sent | `referral_response` |
| C2 | days | accepted, or sent back to the meeting | while the meeting waits for information | listed or declined | \
`mdt_within`, by category |
| C3 | waiting days | listed for a test block | while not ready, or in a less urgent category than at the end | test \
block started, or removed | `treat_within`, by category |
| C4 | waiting days | test declared positive, or listed when going direct | as C3 | neurolysis started, or removed | \
`treat_within`, by category |
| C5r | working days at the site | test block done | never | result recorded | `result_entry` |
| C5v | days | day of the test block | never | neurolysis done | `test_result_warns_after`, \
`test_result_expires_after` |
| C6 | days | neurolysis done | never | follow-up ends | `follow_up_days` |
| C7 | days | referral received | never | the pathway ends | none |

Waiting days are counted as METEOR 732468 and 732455 define them, in local dates: from listing to today or removal, less
the days not ready (from the first day, up to but not including the day ready again), less the days at a category less
urgent than the one held at the end. A case is overdue when its days are more than its limit.

Working days leave out weekends and holidays. C1 goes by the holidays of the whole State, since a referral belongs to no
site yet. C5r, the pharmacy's time for an agent and the warning of a booked holiday go by those of the site where the
patient is booked or was treated last. A letter that was dropped or had nobody to go to does not keep C1 running; one
that waits for a stamp does.

A patient waits in two listings, one for the test block and one for neurolysis. The second opens on the day the test is
declared positive. It is staged until the gap after the test (`test_gap`) has passed, and ready from then on. A slot on
or after the staged day may be booked before that day comes. A case that goes back to the MDT meeting keeps its open
listing, marked not ready.
"""

PREREQUISITES = """\
## What must hold on the day of a procedure

| | prerequisite | protocol rows | put right before the day by |
|---|---|---|---|
| P1 | {BLOODS} | `bloods_valid`, by bleeding risk | new bloods: booking raises the task |
| P2 | {IMAGING} | `imaging_valid`, with and without cancer | new imaging: booking raises the task |
| P3 | {CONSENT} | `consent_valid`; also the same stage, target and side | a new consent, given with the booking |
| P4 | {MDT_DECISION} | `mdt_valid` | the meeting (`mdt_recall`), or the IR lead for a repeat |
| P5 | {MEDICINE_HOLD} | the medication holds, by bleeding risk and kidney function | a later slot |
| P6 | {REFERRAL} | the referral's own end date | a renewed referral, given with the booking |
| C5v | {TEST_RESULT} | `test_result_expires_after` | an earlier slot, or the meeting (`mdt_recall`) |

Neurolysis needs a positive test of the same target and side that still holds on the day, unless the MDT decided to go
direct or the procedure repeats an earlier one. Bloods are checked again at sign-in, where an INR or platelet count past
its limit stops the procedure unless a named radiologist goes ahead with a reason.

New bloods, imaging, documents, a consent or a renewed referral may be recorded at any time (`evidence_received`). While
a case is booked, whatever will have run out by its day is pointed out with the date, and each gets one task: for the
office, the MDT coordinator or a clinician. The tasks follow the booking when it moves, and tick themselves off when
what they ask for is there. The last dose of a medicine is reckoned from the booked day and goes to the prescriber
through a clinician; no letter ever tells a patient to stop one. Where a recent stent, a mechanical valve or a recent
clot is on record, a specialist's advice has to be recorded before a slot with a medicine to stop is booked.
"""

READINGS = """\
## Forms

An answer may be typed as text. Dates are `2026-12-01`. Questions are answered `yes` or `no`. Lists are separated by
commas; lists with dates are `R1=2026-12-01,R4`, the date being optional. Pain scores are `15min=3,1h=2`: how long after
the injection, and the score; a score stands for the last of the protocol's times (`test_readings`) at or before it, and
a test is positive or negative only when every time in the window has one and both baselines were asked. At the command
line each answer is one `--set key=value`.

A field in *italics* may be left empty unless a condition asks for it.
"""


ENTRIES_SAY = """\
These leave the case where it stands on its pathway. They are recorded as events are, and stand in its history."""


TIMERS_SAY = """\
A timer bound to a clock follows it. When a category, a readiness or the table of public holidays changes, it is set to
the day that its clock says now, and the task of one that is not due after all is taken back. Once more, when it falls
due, the clock is asked: a timer whose clock stands still looks again the next day. The days tasks are due are read from
the clocks whenever they are shown, and so is everything that is overdue, due soon or about to run out."""


def handbook() -> str:
    """The whole page, as Markdown."""
    parts = (
        INTRODUCTION,
        _section("## The way through", _diagram(), _every_state_note()),
        _section("## States", _states()),
        READINGS,
        _section("## Steps", *_steps()),
        _section("## What may be written down without moving a case", ENTRIES_SAY, _entries()),
        _section("## Conditions", _conditions()),
        _section("## Readiness", *_readiness()),
        _section("## Booking", *_booking()),
        CLOCKS,
        PREREQUISITES.format(**{one.name: one.label for one in Prerequisite}),
        _section("## Timers", TIMERS_SAY, _timers()),
    )
    return "\n".join(parts)


def _section(*blocks: str) -> str:
    return "\n\n".join(blocks) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _diagram() -> str:
    arrows = [f"    {move.start} --> {move.end}: {move.event}" for move in TRANSITIONS if move not in COMMON]
    ends = [
        f"    {state} --> [*]" for state in PathwayState if any(move.end is state for move in _main()) and state.ends
    ]
    start = f"    [*] --> {PathwayState.REFERRAL_RECEIVED}"
    return "\n".join(("```mermaid", "stateDiagram-v2", start, *arrows, *ends, "```"))


def _main() -> tuple[Transition, ...]:
    return tuple(move for move in TRANSITIONS if move not in COMMON)


def _every_state_note() -> str:
    events = dict.fromkeys(move.event for move in COMMON)
    lines = [f"- `{event}` from {_places(event)}" for event in events]
    return "\n".join(("The picture leaves out the events that lead out of the pathway from many states:", "", *lines))


def _places(event: Event) -> str:
    starts = [move.start for move in COMMON if move.event is event]
    living = [state for state in PathwayState if not state.ends]
    absent = [state.label for state in living if state not in starts]
    if not absent:
        return "every state that does not end the pathway"
    if len(absent) <= len(starts):
        return f"every state that does not end the pathway, except {', '.join(absent)}"
    return ", ".join(state.label for state in starts)


def _states() -> str:
    rows = [
        (
            f"`{state}`",
            state.label,
            state.kind.value,
            state.clock,
            DUTIES[state].role.label if state in DUTIES else "",
            DUTIES[state].says if state in DUTIES else "The pathway has ended; a new referral starts a new one.",
        )
        for state in PathwayState
    ]
    return _table(("state", "people read", "kind", "clock", "next to act", "what is to be done"), rows)


def _steps() -> Iterator[str]:
    for state in PathwayState:
        moves = [move for move in transitions_from(state) if move not in COMMON]
        if moves:
            yield f"### {state.label}"
            yield _step_table(moves)
    yield "### Leaving the pathway from many states"
    yield _step_table(_first_of_each(COMMON))


def _entries() -> str:
    rows = [
        (
            f"`{form.entry}`",
            form.says,
            ", ".join(state.label for state in PathwayState if state in form.states),
            "<br>".join(GUARDS[key].says for key in form.guards) or "none beyond the form",
            "<br>".join(_field(field) for field in form.fields),
            _roles(form.roles),
        )
        for form in ENTRIES
    ]
    return _table(("entry", "what it means", "in the states", "conditions", "form", "who"), rows)


def _first_of_each(moves: Iterable[Transition]) -> list[Transition]:
    found: dict[Event, Transition] = {}
    for move in moves:
        found.setdefault(move.event, move)
    return list(found.values())


def _step_table(moves: Iterable[Transition]) -> str:
    rows = [
        (
            f"`{move.event}`",
            move.says,
            f"`{move.end}`",
            "<br>".join(GUARDS[key].says for key in move.guards) or "none beyond the form",
            "<br>".join(_field(field) for field in move.fields) or "nothing",
            _roles(move.roles),
        )
        for move in moves
    ]
    return _table(("event", "what it means", "leads to", "conditions", "form", "who"), rows)


def _field(field: Field) -> str:
    if field.required:
        return f"`{field.key}`: {field.label}"
    return f"*`{field.key}`: {field.label}*"


def _roles(roles: frozenset[Role]) -> str:
    if roles == frozenset(Role) - {Role.VIEWER}:
        return "everybody but viewers"
    return ", ".join(role.label for role in Role if role in roles)


def _conditions() -> str:
    def used_by(key: str) -> str:
        moves = [move.event.value for move in TRANSITIONS if key in move.guards]
        entries = [form.entry.value for form in ENTRIES if key in form.guards]
        return ", ".join(dict.fromkeys(f"`{name}`" for name in (*moves, *entries)))

    rows = [(f"`{guard.key}`", guard.says, used_by(guard.key)) for guard in GUARDS.values()]
    return _table(("condition", "what it asks", "asked by"), rows)


def _readiness() -> Iterator[str]:
    yield "Going not ready while a slot is held gives the slot back, once that is confirmed."
    rows = [
        (
            before.label if before else "not listed",
            f"`{event}`",
            READINESS_SAYS[event],
            after.label,
        )
        for (before, event), after in READINESS_TRANSITIONS.items()
    ]
    yield _table(("from", "event", "condition", "to"), rows)


def _booking() -> Iterator[str]:
    yield "A change of suite keeps the booking; a change of date has to be confirmed again by the patient."
    arrows = [f"    {start} --> {end}: {event}" for (start, event), end in BOOKING_TRANSITIONS.items()]
    yield "\n".join(("```mermaid", "stateDiagram-v2", *arrows, "```"))


def _timers() -> str:
    rows = [
        (
            f"`{watch.timer}`",
            ", ".join(state.label for state in PathwayState if state in watch.states),
            watch.says,
            watch.role.label,
        )
        for watch in WATCHES
    ]
    return _table(("timer", "runs in", "task when it falls due", "for"), rows)
