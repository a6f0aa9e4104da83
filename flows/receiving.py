"""Referrals that were read are kept here, each in a transaction of its own, and everything refused has its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import pendulum

from db import logs, referrals
from db import protocol as protocols
from db.audit import Author
from db.incoming import IncomingReferral
from db.log_words import LogEvent
from db.referrals import Result
from flows.intake.reader import read_files
from flows.intake.reading import Refusal
from flows.reports import ImportReport, KeptReferral
from flows.service import Service
from scheduler.errors import BadInputError, NeurolistError
from scheduler.pathway.protocols import Protocol

READABLE = (".json", ".csv")
GENERAL_PRACTICE = "general pract"


def files_of(paths: Iterable[Path]) -> tuple[Path, ...]:
    """List the files named, and the referral files of the folders named; raises BadInputError for what is not there."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(each for each in path.rglob("*") if each.suffix.lower() in READABLE and each.is_file()))
        elif path.exists():
            found.append(path)
        else:
            says = "there is no such file or folder. Check the name."
            raise BadInputError.of(str(path), says)
    return tuple(found)


def receive(
    service: Service,
    paths: Sequence[Path],
    *,
    author: Author,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImportReport:
    """Read these files and keep their referrals; one that cannot be kept is refused and the others go on."""
    reading = read_files(files_of(paths), service.clock.today(), service.clock.timezone)
    imported, unchanged, refused = [], [], list(reading.refusals)
    for done, incoming in enumerate(reading.referrals, start=1):
        try:
            kept = keep(service, incoming, author=author)
        except NeurolistError as fault:
            refused.append(Refusal(file=incoming.source, entry="", field="", fault=str(fault)))
            continue
        if kept.result is Result.STORED:
            imported.append(KeptReferral(ref=kept.case_ref, missing=incoming.missing, cautions=kept.cautions))
        else:
            unchanged.append(kept.case_ref)
        on_progress(done, len(reading.referrals))
    if refused:
        logs.tell(LogEvent.FILES_REFUSED, account=logs.if_listed("account", author.id), count=len(refused))
    return ImportReport(imported=tuple(imported), unchanged=tuple(unchanged), refused=tuple(refused))


def keep(service: Service, incoming: IncomingReferral, *, author: Author) -> referrals.Stored:
    """Keep one referral in a transaction of its own; the same referral again changes nothing."""
    now, today = service.clock.now(), service.clock.today()
    return service.database.write(
        lambda session: referrals.store(
            session,
            incoming,
            actor=author,
            now=now,
            valid_until=valid_until(incoming, protocols.protocol(session, today)),
        ),
        author=author,
        now=now,
        why="import",
    )


def valid_until(incoming: IncomingReferral, rules: Protocol) -> date | None:
    """Say how long a referral runs: a general practitioner's longer than a specialist's, one unknown as the shorter."""
    if incoming.written_on is None:
        return None
    practice = GENERAL_PRACTICE in incoming.referrer.specialty.lower()
    months = rules.whole(f"referral_period.{'general_practitioner' if practice else 'specialist'}")
    written = incoming.written_on
    return date.fromisoformat(
        pendulum.date(written.year, written.month, written.day).add(months=months).to_date_string()
    )
