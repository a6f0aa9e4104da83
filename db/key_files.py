"""A secret kept as a file in the home folder, with those given up since beside it; only their owner may read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from db.audit import READ_ONLY, make_key
from db.disk import write_through
from scheduler.errors import BadInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFiles:
    """Where the files of one kind of key are: the one in use, the folder of the old ones, and how each is named."""

    name: str
    folder: str
    id_of: Callable[[bytes], str]

    def current(self, home: Path) -> bytes | None:
        """Read the key in use; None where there is none."""
        path = home / self.name
        return path.read_bytes() if path.exists() else None

    def old(self, home: Path) -> list[bytes]:
        """Read every key that was given up."""
        return [path.read_bytes() for path in sorted((home / self.folder).glob("*.key"))]

    def replace(self, home: Path) -> None:
        """Put a new key into use; the old one goes to the others."""
        self._keep(home, (home / self.name).read_bytes())
        draft = home / f"{self.name}.new"
        draft.unlink(missing_ok=True)
        make_key(draft)
        draft.replace(home / self.name)

    def bring(self, path: Path, home: Path) -> None:
        """Put a key from elsewhere into a home that is being restored: the first is in use, the others are old."""
        try:
            secret = path.read_bytes()
        except OSError:
            raise BadInputError.of("key", f"there is no key file at {path} that can be read.") from None
        if not secret:
            raise BadInputError.of("key", f"the key file {path} is empty.")
        if (home / self.name).exists():
            self._keep(home, secret)
        else:
            write_through(home / self.name, secret, mode=READ_ONLY, new=True)

    def copy_all(self, home: Path, to: Path) -> None:
        """Copy every file to another home, for a drill."""
        secret = self.current(home)
        if secret is not None:
            write_through(to / self.name, secret, mode=READ_ONLY, new=True)
        for one in self.old(home):
            self._keep(to, one)

    def _keep(self, home: Path, secret: bytes) -> None:
        folder = home / self.folder
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{self.id_of(secret)}.key"
        if not path.exists():
            write_through(path, secret, mode=READ_ONLY, new=True)
