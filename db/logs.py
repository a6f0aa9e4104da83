"""The log: one object a line, made of listed events and listed fields, whoever in the process speaks.

`tell` is the only way to write to it on purpose. What other packages say comes through the same formatter, which keeps
who spoke, how grave it was, the kind of error and the places in the code, and none of the words.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final, TextIO
from uuid import uuid4

import structlog
from structlog.stdlib import ProcessorFormatter

from db.log_settings import LogSettings
from db.log_words import LONGEST, LogEvent, may_stand

OURS: Final = "neurolist"
ALWAYS: Final = ("time", "level", "event", "process", "pid")  # the formatter's own, which nobody else can give
LARGEST_BYTES: Final = 10_000_000
KEPT: Final = 4  # older files beside each log
ROOT: Final = Path(__file__).resolve().parents[1]
GRAVE: Final = {
    **dict.fromkeys((LogEvent.STEP_DONE, LogEvent.ANCHOR_DONE), logging.DEBUG),
    **dict.fromkeys(
        (
            LogEvent.CHILD_ENDED,
            LogEvent.CHILD_SILENT,
            LogEvent.SIGN_IN_REFUSED,
            LogEvent.SIGN_IN_LOCKED,
            LogEvent.PROVIDER_FAILED,
            LogEvent.REQUEST_REFUSED,
            LogEvent.STEP_REFUSED,
            LogEvent.STEP_FAILED,
            LogEvent.PREFECT_LOST,
            LogEvent.PREFECT_RUN_FAILED,
            LogEvent.SWEEP_NOT_TAKEN,
            LogEvent.UNLISTED,
        ),
        logging.WARNING,
    ),
    **dict.fromkeys(
        (
            LogEvent.CRASHED,
            LogEvent.NOT_READY,
            LogEvent.FAULT,
            LogEvent.STEP_PARKED,
            LogEvent.TURN_FAILED,
            LogEvent.DATABASE_LOST,
            LogEvent.DRILL_FAILED,
            LogEvent.RESTORE_FAILED,
            LogEvent.UPKEEP_FAILED,
            LogEvent.NOT_WRITTEN,
        ),
        logging.ERROR,
    ),
}
EventDict = MutableMapping[str, Any]


class _State:
    """What this process calls itself, and how many fields it was asked to write that are not on the list."""

    process = "library"
    dropped = 0
    lock = threading.Lock()


def only_listed(_logger: object, _level: str, line: EventDict) -> EventDict:
    """Keep the listed event and the listed fields; the rest is dropped, and counted."""
    told = line.pop("event", None)
    extra = 0 if told in set(LogEvent) else 1
    own = {name: line.pop(name) for name in ("_record", "_from_structlog") if name in line}
    kept = {name: value for name, value in line.items() if name not in ALWAYS and may_stand(name, value)}
    dropped = extra + len(line) - len(kept)
    if dropped:
        with _State.lock:
            _State.dropped += dropped
        kept["dropped"] = dropped + int(kept.get("dropped", 0))
    return {"event": str(told) if not extra else LogEvent.UNLISTED.value, **kept, **own}


_logger = structlog.wrap_logger(
    logging.getLogger(OURS),
    processors=[structlog.contextvars.merge_contextvars, only_listed, ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
)
logging.getLogger(OURS).addHandler(logging.NullHandler())  # until `set_up`, nothing is written anywhere


def tell(event: LogEvent, *, fault: BaseException | None = None, **fields: object) -> None:
    """Write one line. Of a fault it says the kind, the kind of what caused it and the places in the code."""
    known = {name: value for name, value in fields.items() if value is not None}
    _logger.log(GRAVE.get(event, logging.INFO), event.value, **known, **(of_fault(fault) if fault else {}))


def if_listed(name: str, value: str) -> str | None:
    """Give the value if it may stand in this field, such as the id of an account where there is one."""
    return value if may_stand(name, value) else None


def dropped() -> int:
    """Say how many fields and events this process was asked to write that are not on the list."""
    return _State.dropped


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Put these listed fields on every line of this thread or task meanwhile, such as the request's id."""
    with structlog.contextvars.bound_contextvars(**fields):
        yield


def request_id() -> str:
    """Make the id that the lines of one request share."""
    return uuid4().hex


def begin_run() -> None:
    """Give what this thread does from now on an id of its own, such as one run of a page."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request_id())


def of_fault(fault: BaseException) -> dict[str, object]:
    """Give what may be told of a fault: no word of what it says."""
    cause = fault.__cause__ or fault.__context__
    told: dict[str, object] = {"error": type(fault).__name__, "frames": frames_of(fault.__traceback__)}
    return {**told, "cause": type(cause).__name__} if cause is not None else told


def frames_of(traceback: TracebackType | None) -> list[str]:
    """Give the places in the code that a traceback leads through, the innermost last."""
    found = [
        f"{place_of(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}" for frame, line in walk_tb(traceback)
    ]
    return found[-LONGEST:]


def place_of(filename: str) -> str:
    """Give a source file's path from its package on, so that no folder of this machine is told."""
    parts, place = Path(filename).parts, Path(filename).name
    if "site-packages" in parts:
        place = "/".join(parts[parts.index("site-packages") + 1 :])
    elif Path(filename).is_relative_to(ROOT):
        place = Path(filename).relative_to(ROOT).as_posix()
    return re.sub(r"[^\w./+-]", "_", place, flags=re.ASCII)[-100:] or "unknown"


def _reduced(_logger: object, _level: str, line: EventDict) -> EventDict:
    """Keep of another package's record who spoke, where in its code, and the kind of error."""
    record: logging.LogRecord = line["_record"]
    fault = record.exc_info[1] if record.exc_info else None
    return {
        "event": LogEvent.LIBRARY.value,
        "logger": record.name,
        "at": f"{place_of(record.pathname)}:{record.lineno}",
        **(of_fault(fault) if fault is not None else {}),
        **{name: line[name] for name in ("_record", "_from_structlog")},
    }


def _stamped(_logger: object, _level: str, line: EventDict) -> EventDict:
    """Put the time, the level, the event and the process first."""
    record: logging.LogRecord = line.pop("_record")
    line.pop("_from_structlog", None)
    at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
    return {
        "time": at.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": line.pop("event"),
        "process": _State.process,
        "pid": os.getpid(),
        **line,
    }


def _as_json(_logger: object, _level: str, line: EventDict) -> str:
    return json.dumps(line, separators=(", ", ": "))


def _as_plain(_logger: object, _level: str, line: EventDict) -> str:
    first, rest = [str(line[name]) for name in ALWAYS], [name for name in line if name not in ALWAYS]
    return " ".join([*first, *(f"{name}={_plain(line[name])}" for name in rest)])


def _plain(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def formatter(settings: LogSettings | None = None) -> logging.Formatter:
    """Give the one formatter there is; configuration files of other packages name it too."""
    chosen = settings or LogSettings()
    render: Callable[..., str] = _as_json if chosen.log_format == "json" else _as_plain
    return ProcessorFormatter(
        foreign_pre_chain=[_reduced, structlog.contextvars.merge_contextvars],
        processors=[only_listed, _stamped, render],
        use_get_message=False,  # a message that does not fit its arguments is no reason to fail, and is never read
    )


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to wherever standard error leads at that moment; what cannot be written is said without its words."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error, as it is now."""
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Python's own would print the record's words and arguments."""
        _not_written(record)


class LogFile(logging.FileHandler):
    """Writes to a file that is made when the first line comes; a full one is put aside before it is opened."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", delay=True)

    def _open(self) -> Any:
        make_room(Path(self.baseFilename))
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a folder that cannot be made is no reason to fail whoever speaks."""
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Python's own would print the record's words and arguments."""
        _not_written(record)


def _not_written(record: logging.LogRecord) -> None:
    kind = sys.exc_info()[0]
    line = {"event": LogEvent.NOT_WRITTEN.value, "process": _State.process, "pid": os.getpid(), "logger": record.name}
    with suppress(OSError, ValueError):
        sys.stderr.write(json.dumps({**line, "error": kind.__name__ if kind else ""}) + "\n")


def set_up(process: str, *, into: Path | None = None, settings: LogSettings | None = None) -> None:
    """Have everything that this process says written line by line to standard error, or `into` a file."""
    chosen = settings or LogSettings()
    _State.process = process
    handler: logging.Handler = StandardError() if into is None else LogFile(into)
    handler.setFormatter(formatter(chosen))
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    for old in list(root.handlers):
        # Those of tests and of other packages' own kinds stay; plain ones would print words.
        if isinstance(old, StandardError | LogFile) or type(old) is logging.StreamHandler:
            root.removeHandler(old)
            if isinstance(old, LogFile):
                old.close()
    root.addHandler(handler)
    level = logging.getLevelNamesMapping()[chosen.log_level.upper()]
    ours.setLevel(level)
    root.setLevel(max(level, logging.WARNING))  # what other packages do all day is no event of ours
    logging.captureWarnings(capture=True)
    if sys.excepthook is sys.__excepthook__:  # a test runner may have put its own there
        sys.excepthook = _crashed
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _thread_crashed
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _unraisable


def route(name: str) -> None:
    """Have what a package's own loggers say come through ours: their handlers go, and they hand on."""
    for known in [name, *(each for each in logging.root.manager.loggerDict if each.startswith(f"{name}."))]:
        logger = logging.getLogger(known)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.propagate = True


def _crashed(kind: type[BaseException], fault: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    tell(LogEvent.CRASHED, fault=fault.with_traceback(traceback))


def _thread_crashed(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
        tell(LogEvent.CRASHED, fault=arguments.exc_value.with_traceback(arguments.exc_traceback), reason="thread")


def _unraisable(arguments: Any) -> None:
    if arguments.exc_value is not None:
        tell(LogEvent.CRASHED, fault=arguments.exc_value, reason="unraisable")


def make_room(path: Path, *, largest: int = LARGEST_BYTES, kept: int = KEPT) -> None:
    """Make the folder of a log; one that is full is put aside, and the oldest beside it goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if path.stat().st_size > largest:
            for older, newer in _moves(path, kept):
                with suppress(FileNotFoundError):
                    newer.replace(older)


def empty_full(path: Path, *, largest: int = LARGEST_BYTES, kept: int = KEPT) -> bool:
    """Copy a full log aside and empty it while others go on appending to it; says whether it was full.

    A line that is written between the copy and the emptying is lost: milliseconds once in ten megabytes.
    """
    try:
        if path.stat().st_size <= largest:
            return False
    except FileNotFoundError:
        return False
    first = path.with_name(f"{path.name}.1")
    for older, newer in islice(_moves(path, kept), kept - 1):
        with suppress(FileNotFoundError):
            newer.replace(older)
    first.write_bytes(path.read_bytes())
    first.chmod(path.stat().st_mode)
    os.truncate(path, 0)
    return True


def _moves(path: Path, kept: int) -> Iterator[tuple[Path, Path]]:
    """Give what goes where, the oldest first: .3 to .4, .2 to .3, .1 to .2, and the log itself to .1."""
    for number in range(kept, 1, -1):
        yield path.with_name(f"{path.name}.{number}"), path.with_name(f"{path.name}.{number - 1}")
    yield path.with_name(f"{path.name}.1"), path
