"""Somebody independent who looks through the books: plain SQL against what the staff wrote down themselves."""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import NullPool, create_engine, text

from benchmarks.clinic.journal import Entry, everything
from db.settings import MemorySettings
from flows.service import Service

ENDED = ("discharged", "declined", "withdrawn", "treated_elsewhere", "removed_uncontactable", "deceased")
ENDED += ("entered_in_error",)
NOT_ENDED = f"state NOT IN ({', '.join(repr(state) for state in ENDED)})"
STANDING = "('held', 'offered', 'booked', 'confirmed', 'arrived', 'in_room', 'recovered')"
# Events that a machine records by itself, and those that publishing records for many cases at once.
BY_MACHINE = ("referral_received", "start_triage", "mark_incomplete")
MOVED = "booking_moved"
BY_PUBLISHING = ("book_test", "book_definitive", MOVED)
COUNTED = {
    "test_repeats": ("repeat_test",),
    "patient_postponements": ("cancel_patient",),
    "hospital_postponements": ("cancel_hospital",),
    "missed_appointments": ("did_not_attend",),
}
# Timers that become a task when they fall due, and do nothing else.
BECOME_TASKS = ("response_due", "mdt_due", "rediscuss", "treat_by", "reoffer_due", "review_readiness", "result_due")
BECOME_TASKS += ("staged_until", "result_ageing", "result_expires", "follow_up")
DAILY = "('nightly_plan', 'escalate')"
SHOWN = 5  # faults of one kind that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the books say at the end."""

    cases: int
    ended: Mapping[str, int]
    open: Mapping[str, int]
    days: int
    seconds: float
    acts: int
    lost: tuple[str, ...]
    repeated: tuple[str, ...]
    silent: tuple[str, ...]
    other: tuple[str, ...]
    kills: Mapping[str, int]
    ways: Mapping[str, int]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, nothing done twice, nobody forgotten, and nothing else found."""
        return not (self.lost or self.repeated or self.silent or self.other)

    @property
    def killed(self) -> int:
        """How many processes were killed."""
        return sum(self.kills.values())

    def as_document(self) -> dict[str, Any]:
        """Give the verdict as JSON can hold it."""
        return asdict(self)


class Books:
    """The database as plain rows, and the journals of everybody who acted."""

    def __init__(self, settings: MemorySettings, folder: Path, service: Service) -> None:
        self._engine = create_engine(settings.url, poolclass=NullPool)  # nothing is shared with forked processes
        self._folder = folder
        self._service = service
        self._zone = ZoneInfo(settings.timezone)

    def rows(self, asked: str, **given: object) -> Sequence[Any]:
        """Ask the database."""
        with self._engine.connect() as connection:
            return connection.execute(text(asked), given).fetchall()

    def one(self, asked: str, **given: object) -> Any:
        """Ask the database for one value."""
        return self.rows(asked, **given)[0][0]

    # While the clinic runs

    def due(self) -> list[Any]:
        """List the steps that are due and not done."""
        now = self._service.clock.now()
        asked = "SELECT name, case_ref, state, due_at, owner, failures, last_error FROM due_step"
        return list(self.rows(f"{asked} WHERE state IN ('waiting', 'taken') AND due_at <= :now", now=self._as(now)))

    def done(self) -> int:
        """Count the steps that have been done."""
        return int(self.one("SELECT count(*) FROM due_step WHERE state = 'done'"))

    def nothing_due(self) -> bool:
        """Say whether everything that is due has been done."""
        return not self.due()

    def next_due(self) -> date | None:
        """Give the local day on which the next step falls due; what comes daily waits for a day on which more does."""
        found = self.one(
            f"SELECT min(due_at) FROM due_step WHERE state IN ('waiting', 'taken') AND name NOT IN {DAILY}"
        )
        if found is None:
            return None
        instant = found if isinstance(found, datetime) else datetime.fromisoformat(f"{found}+00:00")
        return instant.astimezone(self._zone).date()

    def open_cases(self) -> int:
        """Count the cases that have not ended."""
        return int(self.one(f"SELECT count(*) FROM neurolysis_case WHERE {NOT_ENDED}"))

    def standing_in(self, state: str) -> int:
        """Count the cases in one state."""
        return int(self.one("SELECT count(*) FROM neurolysis_case WHERE state = :state", state=state))

    def standing(self) -> str:
        """Say in a few words where the cases stand."""
        return f"{self.one('SELECT count(*) FROM neurolysis_case')} cases, {self.open_cases()} of them open"

    def look(self) -> list[str]:
        """Look for what must hold at any moment: nobody forgotten, nothing double, history in order."""
        return [*self.silent(), *self.doubles(), *self.disorder()]

    # What must hold

    def silent(self) -> list[str]:
        """List the open cases that nobody and nothing will come back to: no task, no timer, no visit, no meeting."""
        today = self._service.clock.today().isoformat()
        asked = f"""
            SELECT c.ref, c.state FROM neurolysis_case c WHERE c.{NOT_ENDED}
            AND NOT EXISTS (SELECT 1 FROM task t WHERE t.case_id = c.id AND t.state = 'open')
            AND NOT EXISTS (SELECT 1 FROM due_step d WHERE d.case_ref = c.ref AND d.state IN ('waiting', 'taken'))
            AND NOT EXISTS (
                SELECT 1 FROM booking b JOIN suite_session s ON s.id = b.session_id
                WHERE b.case_id = c.id AND b.status IN {STANDING} AND s."on" >= :today)
        """
        return [f"{ref} stands in {state} with no task, timer or visit" for ref, state in self.rows(asked, today=today)]

    def doubles(self) -> list[str]:
        """List side effects that happened twice."""
        return [
            *self._more_than_one("letters", "SELECT case_id, kind, audience, queued_at FROM notice"),
            *self._more_than_one("tasks", "SELECT case_id, kind, says, made_at FROM task WHERE case_id IS NOT NULL"),
            *self._more_than_one("open state tasks", "SELECT case_id FROM task WHERE kind='state' AND state='open'"),
            *self._more_than_one("standing bookings", f"SELECT case_id FROM booking WHERE status IN {STANDING}"),
            *self._more_than_one("lines of history", "SELECT case_id, event, at FROM case_event"),
            *self._more_than_one("open waits", "SELECT case_id FROM waitlist_episode WHERE closed_on IS NULL"),
            *self._more_than_one("referrals", "SELECT key FROM referral"),
            *self._overlaps(),
            *self._counters(),
            *self._procedures(),
            *self._timers(),
        ]

    def _more_than_one(self, what: str, asked: str) -> Iterator[str]:
        found = Counter(tuple(row) for row in self.rows(asked))
        twice = [row for row, number in found.items() if number > 1]
        yield from (f"{found[row]} {what}: {row}" for row in twice[:SHOWN])

    def _overlaps(self) -> Iterator[str]:
        held: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        asked = 'SELECT kind, resource_id, start, "end" FROM claim WHERE active ORDER BY 1, 2, 3'
        for kind, resource, start, end in self.rows(asked):
            held[kind, resource].append((start, end))
        for (kind, resource), spans in held.items():
            for (_, end), (start, _) in itertools.pairwise(spans):
                if start < end:
                    yield f"{kind} {resource} is held twice at {start}"

    def _events(self) -> dict[str, Counter[str]]:
        events: dict[str, Counter[str]] = defaultdict(Counter)
        for ref, event, number in self.rows(
            "SELECT c.ref, e.event, count(*) FROM case_event e JOIN neurolysis_case c ON c.id = e.case_id GROUP BY 1, 2"
        ):
            events[ref][event] = number
        return events

    def _counters(self) -> Iterator[str]:
        events = self._events()
        for ref, *counters in self.rows(f"SELECT ref, {', '.join(COUNTED)} FROM neurolysis_case"):
            for (name, counted), shown in zip(COUNTED.items(), counters, strict=True):
                happened = sum(events[ref][event] for event in counted)
                if happened != shown:
                    yield f"{ref}: {name} says {shown}, and its history has {happened}"

    def _procedures(self) -> Iterator[str]:
        events = self._events()
        for ref, stage, number in self.rows(
            "SELECT c.ref, p.stage, count(*) FROM procedure_record p JOIN neurolysis_case c ON c.id = p.case_id "
            "GROUP BY 1, 2"
        ):
            started = events[ref]["start_test" if stage == "test_block" else "start_definitive"]
            if started != number:
                yield f"{ref}: {number} records of {stage}, and its history has {started}"
        booked = Counter(
            dict(
                self.rows("SELECT c.ref, count(*) FROM booking b JOIN neurolysis_case c ON c.id = b.case_id GROUP BY 1")
            )
        )
        for ref, happened in events.items():
            expected = happened["book_test"] + happened["book_definitive"]
            if booked[ref] != expected:
                yield f"{ref}: {booked[ref]} bookings, and its history has {expected}"

    def _timers(self) -> Iterator[str]:
        """Every timer that was worked raised its one task, and no other task has its name.

        A timer whose clock stood still when its day came was set for a later day at that moment, and raised none.
        """
        named = f"({', '.join(repr(name) for name in BECOME_TASKS)})"
        raised = self._counted(
            "SELECT c.ref, t.kind, count(*) FROM task t JOIN neurolysis_case c ON c.id = t.case_id "
            f"WHERE t.kind IN {named} GROUP BY 1, 2"
        )
        done = self._counted(
            f"SELECT case_ref, name, count(*) FROM due_step d WHERE state = 'done' AND name IN {named} AND NOT EXISTS "
            "(SELECT 1 FROM due_step later WHERE later.case_ref = d.case_ref AND later.name = d.name "
            "AND later.created_at = d.finished_at) GROUP BY 1, 2"
        )
        for ref, name in sorted(set(done) | set(raised)):
            if done[ref, name] != raised[ref, name]:
                yield (f"{ref}: timer {name} was worked {done[ref, name]} times and raised {raised[ref, name]} tasks")

    def _counted(self, asked: str) -> Counter[tuple[str, str]]:
        return Counter({(ref, name): number for ref, name, number in self.rows(asked)})

    def disorder(self) -> list[str]:
        """List histories with a gap, a jump, or an end that is not where the case stands."""
        found: list[str] = []
        lines: dict[str, list[tuple[int, str | None, str]]] = defaultdict(list)
        for ref, seq, before, after in self.rows(
            "SELECT c.ref, e.seq, e.from_state, e.to_state FROM case_event e "
            "JOIN neurolysis_case c ON c.id = e.case_id ORDER BY 1, 2"
        ):
            lines[ref].append((seq, before, after))
        for ref, state, last in self.rows("SELECT ref, state, last_event FROM neurolysis_case"):
            told = lines[ref]
            if [seq for seq, *_ in told] != list(range(1, last + 1)):
                found.append(f"{ref}: its history has gaps")
            if any(before != earlier for (_, _, earlier), (_, before, _) in itertools.pairwise(told)):
                found.append(f"{ref}: its history jumps")
            if told and told[-1][2] != state:
                found.append(f"{ref}: stands in {state}, and its history ends in {told[-1][2]}")
        return found

    # At the end

    def close(self, *, days: int, seconds: float, broken: Sequence[str], faults: Sequence[str]) -> Verdict:
        """Look through everything."""
        told = everything(self._folder)
        deaths = [entry for entry in told if entry["kind"] == "death"]
        states = dict(self.rows("SELECT state, count(*) FROM neurolysis_case GROUP BY 1"))
        return Verdict(
            cases=sum(states.values()),
            ended={state: number for state, number in states.items() if state in ENDED},
            open={state: number for state, number in states.items() if state not in ENDED},
            days=days,
            seconds=seconds,
            acts=sum(entry["kind"] in {"ack", "advanced", "ticked", "published"} for entry in told),
            lost=tuple(self._lost(told)),
            repeated=(*self.doubles(), *self._untold(told)),
            silent=tuple(self.silent()),
            other=(
                *faults,
                *self.disorder(),
                *self._machinery(),
                *self._letters_gone(),
                *(f"{name} broke down" for name in broken),
            ),
            kills=dict(Counter(entry["victim"] for entry in deaths)),
            ways=dict(Counter(entry["how"] for entry in deaths)),
            counts=self._counts(told),
        )

    def _kept(self) -> dict[str, Entry]:
        """Give the answers that the service keeps for writes with a name."""
        kept = self.rows("SELECT id, action, result FROM client_write")
        return {name: {"action": action, "result": _document(result)} for name, action, result in kept}

    def _lost(self, told: Sequence[Entry]) -> Iterator[str]:
        """List acts that somebody was told were done and that the books do not hold."""
        kept, events = self._kept(), self._lines()
        for entry in told:
            if entry["kind"] == "ack" and entry["event"] != "import":
                answer = kept.get(entry["write"])
                line = answer and events.get((entry["ref"], int(answer["result"]["seq"])))
                if line != entry["event"]:
                    yield f"{entry['ref']}: {entry['event']} was answered and is {line or 'nowhere'}"
        yield from self._lost_letters(told)
        yield from self._lost_others(told)

    def _lines(self) -> dict[tuple[str, int], str]:
        asked = "SELECT c.ref, e.seq, e.event FROM case_event e JOIN neurolysis_case c ON c.id = e.case_id"
        return {(ref, seq): event for ref, seq, event in self.rows(asked)}

    def _lost_letters(self, told: Sequence[Entry]) -> Iterator[str]:
        """Every referral that was posted is a case, and two steps of one kind sent the same letters."""
        posted = sum(len(file.read_text().splitlines()) - 1 for file in (self._folder / "post").glob("*.csv"))
        opened = {str(entry["file"]) for entry in told if entry["kind"] == "ack" and entry["event"] == "import"}
        stored = self.one("SELECT count(*) FROM neurolysis_case")
        if len(opened) == len(list((self._folder / "post").glob("*.csv"))) and posted != stored:
            yield f"{posted} referrals were posted and {stored} are cases"
        sent: dict[tuple[str, str], Counter[tuple[str, ...]]] = defaultdict(Counter)
        letters: dict[tuple[str, Any], list[str]] = defaultdict(list)
        for case, at, kind, audience in self.rows("SELECT case_id, queued_at, kind, audience FROM notice"):
            letters[case, at].append(f"{kind}:{audience}")
        for case, at, event, before in self._steps():
            sent[event, str(before)][tuple(sorted(letters[case, at]))] += 1
        for (event, before), ways in sent.items():
            if len(ways) > 1:
                yield f"steps '{event}' from {before} sent different letters: {dict(ways)}"

    def _steps(self) -> Iterator[tuple[str, Any, str, str]]:
        """Give every step; a move to the same list and time, of which nobody is told, has a name of its own."""
        stood: dict[str, object] = {}
        asked = "SELECT case_id, at, event, from_state, details FROM case_event ORDER BY case_id, seq"
        for case, at, event, before, details in self.rows(asked):
            told = _document(details) or {}
            spot = (told.get("list"), told.get("start"))
            stays = event == MOVED and stood.get(case) == spot
            stood[case] = spot if told.get("start") else stood.get(case)
            yield case, at, f"{event} to the same time" if stays else event, before

    def _lost_others(self, told: Sequence[Entry]) -> Iterator[str]:
        published = {entry["proposal"] for entry in told if entry["kind"] == "published"}
        kept = {name for (name,) in self.rows("SELECT id FROM proposal WHERE status = 'published'")}
        yield from (f"proposal {name} was published and is not" for name in sorted(published - kept))
        booked = sum(len(entry["booked"]) for entry in told if entry["kind"] == "published")
        made = self.one("SELECT count(*) FROM booking")
        if published == kept and booked != made:
            yield f"published plans booked {booked} and there are {made} bookings"
        met = {entry["on"] for entry in told if entry["kind"] == "met"}
        held = {str(on) for (on,) in self.rows("SELECT \"on\" FROM mdt_meeting WHERE state = 'held'")}
        yield from (f"the meeting of {on} was finished and is not" for on in sorted(met - held))
        done = {name for (name,) in self.rows("SELECT id FROM task WHERE state != 'open'")}
        ticked = {entry["write"] for entry in told if entry["kind"] == "ticked"}
        yield from (f"task {name} was ticked off and is open" for name in sorted(ticked - done)[:SHOWN])

    def _untold(self, told: Sequence[Entry]) -> Iterator[str]:
        """List lines of history that nobody set out to write, or that one act wrote twice."""
        asked_for: Counter[tuple[str, str]] = Counter()
        kept_once = self._kept_once()
        for name in {entry["write"] for entry in told if entry["kind"] == "begin" and entry["event"] != "import"}:
            answer = kept_once.get(name)
            if answer is not None:
                asked_for[str(answer["result"]["ref"]), str(answer["event"])] += 1
        for entry in told:
            if entry["kind"] == "advance":
                asked_for[entry["ref"], f"booking_{entry['event']}"] += 0
        for ref, happened in self._events().items():
            for event, number in happened.items():
                ours = event not in BY_MACHINE + BY_PUBLISHING and not event.startswith("booking_")
                if ours and asked_for[ref, event] != number:
                    yield f"{ref}: '{event}' happened {number} times and was asked for {asked_for[ref, event]} times"

    def _kept_once(self) -> dict[str, Entry]:
        lines = self._lines()
        return {
            name: {**kept, "event": lines.get((kept["result"]["ref"], int(kept["result"]["seq"])))}
            for name, kept in self._kept().items()
            if kept["action"] == "apply_step" and kept["result"]
        }

    def _letters_gone(self) -> Iterator[str]:
        """Every letter that is said to have gone is one file, no file is there without one, and none is on its way."""
        by_file = "SELECT notice_id FROM delivery WHERE state = 'sent' AND channel = 'file'"  # others a person posted
        gone = {name for (name,) in self.rows(by_file)}
        files = [file.stem for file in (self._folder.parent / "outbox").glob("*.eml")]
        yield from (f"letter {name} was sent and is nowhere" for name in sorted(gone - set(files))[:SHOWN])
        yield from (f"letter {name} went out and nobody knows" for name in sorted(set(files) - gone)[:SHOWN])
        left = self.one("SELECT count(*) FROM delivery WHERE state IN ('under_way', 'unknown')")
        if left:
            yield f"{left} letters are neither sent nor in a person's hands"

    def _machinery(self) -> Iterator[str]:
        bad = self.rows(
            "SELECT name, state, last_error, count(*) FROM due_step WHERE state = 'parked' GROUP BY 1, 2, 3"
        )
        yield from (f"{number} steps {name} {state}: {error}" for name, state, error, number in bad)
        left = self.due()
        if left:
            yield f"{len(left)} steps are due and not done, such as {left[0]}"
        report = self._service.database.verify_trail()
        if report.fault is not None:
            yield report.fault
        count, last = self.rows("SELECT count(*), max(seq) FROM audit_event")[0]
        if count != last:
            yield f"the trail has {count} rows and ends with number {last}"

    def _counts(self, told: Sequence[Entry]) -> dict[str, int]:
        kinds = Counter(entry["kind"] for entry in told)
        tables = ("case_event", "due_step", "notice", "task", "booking", "procedure_record", "audit_event")
        return {
            **{f"{table} rows": int(self.one(f"SELECT count(*) FROM {table}")) for table in tables},
            "steps done": self.done(),
            "steps refused": int(self.one("SELECT count(*) FROM due_step WHERE state = 'refused'")),
            "steps with failures": int(self.one("SELECT count(*) FROM due_step WHERE failures > 0")),
            "steps taken over": int(self.one("SELECT count(*) FROM due_step WHERE fence > 1")),
            "acts refused": kinds["refused"],
            "acts that met another": kinds["stale"],
            "plans published": kinds["published"],
            "letters sent": int(self.one("SELECT count(*) FROM delivery WHERE state = 'sent'")),
        }

    def _as(self, instant: datetime) -> object:
        """Give an instant as this database compares it."""
        if self._engine.dialect.name == "sqlite":
            return instant.strftime("%Y-%m-%d %H:%M:%S.%f")
        return instant


def _document(found: object) -> Any:
    return json.loads(found) if isinstance(found, str) else found
