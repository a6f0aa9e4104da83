"""The one way to the database: sessions that write, sessions that read, and the checks before either is served."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from db import audit, claims, data_keys, encryption, guards, keyring, logs, shape
from db.audit import Attribution, Author
from db.encrypted_file import ELSEWHERE, DatabaseFile, FileState, bring, file_of
from db.errors import MemoryFaultError, TryAgainError
from db.line import Line
from db.localtime import in_utc
from db.log_words import LogEvent
from db.migrations import newest, upgrade
from db.postgresql import postgresql_engine
from db.protocol import seed
from db.refusals import UNKEEPABLE, explain, explain_unkeepable
from db.seals import SealingKey
from db.settings import MemorySettings
from db.sqlite import OneWriter
from db.tables.encrypted import CIPHER
from db.together import write_alike
from db.words import Outcome
from scheduler.errors import DoubleBookingError, NeurolistError

T = TypeVar("T")
SYSTEM = Author(id="neurolist", name="Neurolist", role="system")
SAFE_SQLITE = (3, 51, 3)  # the first without the fault in resetting the write-ahead log
ATTEMPTS = 5
PAUSE_SECONDS = 0.05
TIME_LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")  # PostgreSQL's, of which a walk has none
MIGRATION_LOCK = 7_405_926  # any number, the same in every process: one migration at a time on PostgreSQL

event.listen(audit.WatchedSession, "before_flush", write_alike)  # after the trail has noted what changes


@dataclass(frozen=True, slots=True)
class _Lazy:
    """The sealing key, read when the first write needs it."""

    settings: MemorySettings

    def __call__(self) -> SealingKey:
        return keyring.current(self.settings)


class Database:
    """The memory of one service, on SQLite or PostgreSQL."""

    def __init__(self, settings: MemorySettings) -> None:
        self.settings = settings
        self.timezone = settings.timezone
        url = settings.url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._line = Line(url.get_backend_name())
        self.cipher = data_keys.cipher(settings)
        self._open()
        self._turn: Callable[[], AbstractContextManager[None]] = nullcontext
        if self.is_sqlite:
            self.file.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._turn = OneWriter(self.file.path)
        self._key = _Lazy(settings)

    def _open(self) -> None:
        self._file, self._writer, self._reader = _engines(self.settings)
        for engine in (self._writer, self._reader):
            setattr(engine.dialect, CIPHER, self.cipher)
        audit.refuse_raw_writes(self._writer)

    @property
    def file(self) -> DatabaseFile:
        """The file that everything is in; raises MemoryFaultError where that is the server's affair."""
        if self._file is None:
            raise MemoryFaultError("Only SQLite keeps a database in one file of ours.")
        return self._file

    def prepare(self, now: datetime | None = None, *, repair: bool = True) -> None:
        """Bring the tables to the newest shape, with every guard in place and tried, and seed an empty protocol.

        Without `repair`, tables that are of the newest shape are only checked, so that a guard that is gone is named
        and not put back unseen. So they are on PostgreSQL by a role that does not own them.
        """
        self._key()
        with _explained(), self._changing() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            asked = connection.execute(text("SELECT CAST(CURRENT_TIMESTAMP AS TEXT)")).scalar_one()
            first = encryption.see_to_key(connection, self.cipher, self.settings)
            changes = shape.may_be_changed(connection) and (repair or not shape.is_the_newest(connection))
            if changes:
                shape.must_be_known(connection)
                upgrade(connection)
            if changes or not first:
                encryption.begin(connection, self.cipher, first=first)
        if not changes:
            self.check_guards()
        self.write(seed, author=SYSTEM, now=now or in_utc(asked))
        if changes:
            self.check_guards()
            logs.tell(LogEvent.PREPARED, engine=self._writer.dialect.name, revision=newest())

    def check_guards(self) -> None:
        """Raise UnguardedMemoryError, with a sentence naming it, if any guard of the database is gone."""
        with _explained(), self._turn(), self._line.watched(), self._writer.connect() as connection:
            try:
                shape.check(connection)
                encryption.check(connection, self.cipher)
                guards.self_test(connection)
            finally:
                connection.rollback()

    @contextmanager
    def writing(self, author: Author, now: datetime, why: str = "") -> Iterator[Session]:
        """Open one transaction that writes: attributed, audited, and kept whole or not at all."""
        with _explained(), self._turn(), audit.WatchedSession(self._writer, expire_on_commit=False) as session:
            session.info["timezone"] = self.timezone
            session.info["leaked_passwords"] = self.settings.leaked_passwords
            self.cipher.refresh()
            try:
                audit.watch(session, Attribution(author=author, now=now, why=why), self._key())
                with self._line.watched():
                    yield session
                    audit.seal(session)
                    session.commit()
            except (DBAPIError, StaleDataError) as fault:
                session.rollback()
                raise self._say(explain(fault), session) from None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that can only read; it sees one moment of the memory throughout on SQLite."""
        with _explained(), self._line.watched(), Session(self._reader, expire_on_commit=False) as session:
            session.info["timezone"] = self.timezone
            yield session

    @contextmanager
    def reading_one_moment(self) -> Iterator[Session]:
        """Open a session that can only read and sees one moment on PostgreSQL too, however long it takes."""
        with self.reading() as session:
            if not self.is_sqlite:
                connection = session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                for limit in TIME_LIMITS:
                    connection.execute(text(f"SET LOCAL {limit} = 0"))
            yield session

    def write(self, work: Callable[[Session], T], *, author: Author, now: datetime, why: str = "") -> T:
        """Do one piece of work in a transaction of its own, again from the start when two writes met."""
        try:
            return self._written(work, author, now, why)
        except NeurolistError as refusal:
            _tell_of_refusal(author, refusal)
            raise

    def _written(self, work: Callable[[Session], T], author: Author, now: datetime, why: str) -> T:
        for attempt in range(1, ATTEMPTS):
            try:
                with self.writing(author, now, why) as session:
                    return work(session)
            except TryAgainError:
                time.sleep(PAUSE_SECONDS * attempt)
        with self.writing(author, now, why) as session:
            return work(session)

    def refused(
        self, author: Author, now: datetime, *, action: str, entity: str, ref: str, why: NeurolistError
    ) -> None:
        """Tell the trail and the log of what was asked for and refused, the trail in a transaction of its own."""
        _tell_of_refusal(author, why)
        with self.writing(author, now, str(why)) as session:
            audit.record(session, action=action, entity=entity, ref=ref, outcome=Outcome.REFUSED)

    def keys(self) -> tuple[SealingKey, ...]:
        """Give every key of the audit trail that is at hand."""
        return keyring.every(self.settings)

    def verify_trail(self, *, anchors: Mapping[int, str] | None = None) -> audit.TrailReport:
        """Walk the whole audit trail with the keys at hand, as it is at one moment; `anchors` were kept outside."""
        with self.reading_one_moment() as session:
            return audit.verify(session, self.keys(), anchors=anchors)

    def cautions(self) -> tuple[str, ...]:
        """Say what an operator should know about the database underneath; empty when there is nothing."""
        with self.reading() as session:
            mixed = encryption.caution(session.connection(), self.cipher)
        elsewhere = ELSEWHERE if self.settings.encrypt_file else ""
        file = elsewhere if self._file is None else self._file.caution()
        return (*self._caution_of_engine(), *(one for one in (mixed, file) if one))

    def _caution_of_engine(self) -> tuple[str, ...]:
        version = getattr(self._writer.dialect.dbapi, "sqlite_version_info", SAFE_SQLITE)
        if version >= SAFE_SQLITE:
            return ()
        found, safe = (".".join(map(str, one)) for one in (version, SAFE_SQLITE))
        return (
            (
                f"SQLite {found} has a rare fault that can damage a database in write-ahead mode, mended in {safe}. "
                "One writer at a time makes it less likely. Update SQLite, or use PostgreSQL for a real service."
            ),
        )

    def answers(self) -> bool:
        """Say whether the database can be asked at all."""
        try:
            with self._line.watched(), self._reader.connect() as connection:
                return connection.execute(text("SELECT 1")).scalar() == 1
        except DBAPIError:
            return False

    def close(self) -> None:
        """Let every connection go."""
        self._writer.dispose()
        self._reader.dispose()

    def write_file_anew(self) -> FileState:
        """Have SQLite's file encrypted, or in the clear, as the settings say; nobody else may have it open."""
        self.close()
        try:
            return bring(self.settings)
        finally:
            self._open()

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._turn(), self._line.watched(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """Give the driver's own connection, outside any transaction, for what rewrites whole tables."""
        with _explained(), self._turn(), self._writer.connect() as connection:
            driver = connection.connection.driver_connection
            if not self.is_sqlite:
                setattr(driver, "autocommit", True)  # noqa: B010  psycopg's own switch, unknown to SQLAlchemy's type
            try:
                yield driver
            finally:
                connection.invalidate()  # nobody gets a connection that was set otherwise

    def _say(self, error: NeurolistError, session: Session) -> NeurolistError:
        """Name who holds the time, by opaque reference, once the refused transaction is over."""
        if not isinstance(error, DoubleBookingError):
            return error
        with Session(self._reader) as other:
            return claims.named_refusal(other, session) or error


def _tell_of_refusal(author: Author, refusal: NeurolistError) -> None:
    """Tell the log what kind of refusal somebody who is signed in met; a job and the command line say it themselves."""
    account = logs.if_listed("account", author.id)
    if account is not None:
        logs.tell(LogEvent.ACT_REFUSED, account=account, error=type(refusal).__name__)


def open_database(settings: MemorySettings | str | None = None) -> Database:
    """Open the memory; a text is the database's address. Nothing is created before `prepare`."""
    if isinstance(settings, str):
        settings = MemorySettings.model_validate({"database_url": settings})
    return Database(settings or MemorySettings())


@contextmanager
def _explained() -> Iterator[None]:
    """Say in words what the database or its line refused, also while a transaction is taken back or a session ends."""
    try:
        yield
    except DBAPIError as fault:
        raise explain(fault) from None
    except UNKEEPABLE as fault:
        raise explain_unkeepable(fault) from None
    except PendingRollbackError:
        raise MemoryFaultError(
            "The line to the database broke meanwhile; nothing was kept. Check that it runs, and do it again."
        ) from None


def _engines(settings: MemorySettings) -> tuple[DatabaseFile | None, Engine, Engine]:
    url = settings.url
    backend = url.get_backend_name()
    if backend == "sqlite":
        if url.database in {None, "", ":memory:"}:
            raise MemoryFaultError("The SQLite database must be a file. Set NEUROLIST_DATABASE_URL to one.")
        file = file_of(settings)
        return file, file.engine(reader=False), file.engine(reader=True)
    if backend == "postgresql":
        return None, postgresql_engine(url, reader=False), postgresql_engine(url, reader=True)
    raise MemoryFaultError(f"Neurolist keeps its memory in SQLite or PostgreSQL, not in {backend}.")
