"""A named file becomes text of a known form, or a sentence that says why it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.intake.json_text import UnreadableError

LARGEST_FILE = 10 * 1024 * 1024
MOST_REFERRALS = 5_000

FOREIGN_STARTS = {
    b"%PDF": "The file is a PDF document",
    b"PK\x03\x04": "The file is a spreadsheet workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "The file is an old Office document",
    b"\xff\xfe": "The file is saved as UTF-16 text",
    b"\xfe\xff": "The file is saved as UTF-16 text",
}
WHAT_IS_READ = "Neurolist reads FHIR R4 in JSON, and CSV saved as UTF-8."


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """The text of a file: `form` is json or csv."""

    form: str
    content: str


def read_text(path: Path) -> TextFile:
    """Read one file whole, or raise UnreadableError with the sentence."""
    raw = _bytes(path)
    for start, what in FOREIGN_STARTS.items():
        if raw.startswith(start):
            raise UnreadableError(f"{what}. {WHAT_IS_READ}")
    content = _decoded(raw)
    if not content.strip():
        raise UnreadableError("The file is empty.")
    return TextFile(form=_form(path, content), content=content)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UnreadableError("This is a folder; name the files in it.")
        if path.exists() and not path.is_file():
            raise UnreadableError("This is a device or a pipe, not a file.")
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise UnreadableError("There is no such file; check the name.") from error
    except PermissionError as error:
        raise UnreadableError("The file may not be read by this account; ask for permission to it.") from error
    except (OSError, ValueError) as error:
        raise UnreadableError("The file could not be read from the disk; check its name and try again.") from error
    if len(raw) > LARGEST_FILE:
        raise UnreadableError(f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB; split it.")
    return raw


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"The file is not UTF-8 text (byte {error.start + 1}). {WHAT_IS_READ} In a spreadsheet, save as"
            ' "CSV UTF-8".'
        ) from error


def _form(path: Path, content: str) -> str:
    start = content.lstrip()[:1]
    if start == "<":
        raise UnreadableError(f"The file is XML. {WHAT_IS_READ} Ask the sender for FHIR in JSON.")
    if start in {"{", "["}:
        return "json"
    if path.suffix.lower() == ".csv" or "," in content.lstrip().splitlines()[0]:
        return "csv"
    if path.suffix.lower() == ".json":
        return "json"
    raise UnreadableError(f"The file is neither FHIR JSON nor CSV. {WHAT_IS_READ}")
