"""Letters as files in a folder, one for each letter under its id, and on the terminal as well where that was asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from db.disk import settle, write_through
from flows.outbox.channel import NotSentError, content_of
from flows.outbox.message import Message
from flows.outbox.settings import ChannelName

FOLDER = "outbox"  # in the home folder
LONGEST = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class FileChannel:
    """Writes each letter whole or not at all; a letter whose file is there has been delivered."""

    folder: Path
    name: str = ChannelName.FILE.value
    repeatable: bool = True
    longest: timedelta = LONGEST

    def deliver(self, message: Message) -> str:
        """Write the file unless it is there."""
        self._write(message)
        return f"file {message.id}.eml"

    def _write(self, message: Message) -> bool:
        """Say whether the file is new."""
        path = self.folder / f"{message.id}.eml"
        draft = self.folder / f".{message.id}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if path.exists():
                return False
            write_through(draft, content_of(message))
            new = _give_name(draft, path)
            settle(self.folder)
        except OSError as fault:
            why = os.strerror(fault.errno) if fault.errno else type(fault).__name__
            raise NotSentError(
                f"The letter could not be written to the outbox folder ({why}). Make room or mend it."
            ) from None
        finally:
            for left in self.folder.glob(f".{message.id}.*.part"):
                left.unlink(missing_ok=True)
        return new


@dataclass(frozen=True, slots=True)
class ConsoleChannel(FileChannel):
    """Writes the file, and shows a new letter to whoever watches the terminal; never into a log."""

    name: str = ChannelName.CONSOLE.value

    def deliver(self, message: Message) -> str:
        """Write the file, then show it once."""
        new = self._write(message)
        if new and sys.stderr.isatty():
            written = message.written
            sys.stderr.write(f"To: {written.to}\nSubject: {written.subject}\n\n{written.body}\n")
        return f"file {message.id}.eml"


def remove_letters(home: Path, letters: Iterable[str]) -> None:
    """Remove the files of letters whose record is destroyed; one that is not there is gone already."""
    folder = home / FOLDER
    for letter in letters:
        (folder / f"{letter}.eml").unlink(missing_ok=True)
    if folder.is_dir():
        settle(folder)


def _give_name(draft: Path, path: Path) -> bool:
    """Put the whole file in its place, never over one that another worker wrote meanwhile; says whether it is new."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    return True
