"""The table of docs/security.md has every cryptographic means of the sources, with its place, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
HEADING = "## Cryptography"
FOLDERS = ("dashboard", "db", "flows", "scheduler")
SOURCES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
SCRIPTS = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.js"))]
# A library whose name alone is the means, and those whose parts are means of their own.
WHOLE = {
    *(
        "secrets",
        "argon2",
        "pyotp",
        "authlib",
        "joserfc",
        "sqlcipher3",
        "itsdangerous",
        "bcrypt",
        "passlib",
        "jwt",
        "jose",
    ),
    *("nacl", "Crypto", "Cryptodome", "OpenSSL", "gnupg", "scrypt", "rsa", "ecdsa"),
}
IN_PARTS = {"cryptography", "hashlib", "hmac", "ssl"}
NO_MEANS = {"cryptography.exceptions"}  # what goes wrong
HELPERS = {"file_digest", "new", "digest", "pbkdf2_hmac"}  # which means it is, an argument says
UNKNOWN = "unknown"


def means(source: str) -> Iterator[str]:
    """Give the cryptographic means of a source, such as `hashlib.sha256`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from {one.name.split(".")[0] for one in node.names} & WHOLE
            yield from (one.name for one in node.names if one.name.split(".")[0] == "cryptography")
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from _imported(node.module, [one.name for one in node.names])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield from _named(node.value.id, node.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _told(node)


def _imported(module: str, names: list[str]) -> Iterator[str]:
    library = module.split(".", maxsplit=1)[0]
    if library in WHOLE:
        yield library
    elif library in IN_PARTS and module not in NO_MEANS:
        yield from (f"{library}.{name}" for name in names)
    yield from (name for name in names if name == "SessionMiddleware")
    yield from (f"os.{name}" for name in names if (module, name) == ("os", "urandom"))


def _named(library: str, part: str) -> Iterator[str]:
    if (library in IN_PARTS and part not in HELPERS) or (library, part) == ("os", "urandom"):
        yield f"{library}.{part}"


def _told(call: ast.Call) -> Iterator[str]:
    """A helper of `hashlib` or `hmac` is told which means to use."""
    assert isinstance(call.func, ast.Attribute)
    of = call.func.value.id if isinstance(call.func.value, ast.Name) else ""
    if of not in {"hashlib", "hmac"} or call.func.attr not in HELPERS:
        return
    given = [*call.args, *(word.value for word in call.keywords)]
    names = [str(each.value) for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    names += [each.attr for each in given if isinstance(each, ast.Attribute) and ast.unparse(each.value) == "hashlib"]
    yield f"{of}.{names[-1] if names else UNKNOWN}"


def found() -> set[tuple[str, str]]:
    """Give every means with the file that has it."""
    ours = {(what, str(path.relative_to(ROOT))) for path in SOURCES for what in means(path.read_text(encoding="utf-8"))}
    scripts = {
        ("crypto.getRandomValues", str(path.relative_to(ROOT)))
        for path in SCRIPTS
        if re.search(r"\bcrypto\.", path.read_text(encoding="utf-8"))
    }
    return ours | scripts


def table() -> dict[str, set[str]]:
    """Read the page's table: each name of the second column, with the files or folders of the last."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n{HEADING}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    listed: dict[str, set[str]] = {}
    for row in rows[2:]:
        for name in re.findall(r"`([^`]+)`", row[1]):
            listed.setdefault(name, set()).update(re.findall(r"`([^`]+)`", row[-1]))
    return listed


def test_every_means_of_the_sources_stands_in_the_table_with_its_place() -> None:
    listed = table()
    missing = {
        f"{name}: {file}"
        for name, file in found()
        if not any(f"{file}/".startswith(f"{place}/") for place in listed.get(name, ()))
    }
    assert missing == set()


def test_every_means_and_every_place_of_the_table_is_in_the_sources() -> None:
    there = found()
    stale = {
        f"{name}: {place}"
        for name, places in table().items()
        for place in places or {""}
        if not any(what == name and f"{file}/".startswith(f"{place}/") for what, file in there)
    }
    assert stale == set()
    assert table()


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import hashlib\nhashlib.md5(b'')", {"hashlib.md5"}),
        ("from hashlib import sha1", {"hashlib.sha1"}),
        ("import hashlib\nhashlib.new('blake2b')", {"hashlib.blake2b"}),
        ("import hashlib\nhashlib.new(chosen)", {"hashlib.unknown"}),
        ("import hashlib\nhashlib.file_digest(file, 'sha256')", {"hashlib.sha256"}),
        ("import hmac\nhmac.new(key, told, 'sha1')", {"hmac.sha1"}),
        ("import hashlib, hmac\nhmac.new(key, told, hashlib.sha256)", {"hashlib.sha256", "hmac.sha256"}),
        ("from cryptography.fernet import Fernet", {"cryptography.Fernet"}),
        ("import cryptography.fernet", {"cryptography.fernet"}),
        ("from cryptography.exceptions import InvalidTag", set()),
        ("import bcrypt", {"bcrypt"}),
        ("from secrets import token_hex", {"secrets"}),
        ("import os\nos.urandom(4)", {"os.urandom"}),
        ("import ssl\nssl.create_default_context()", {"ssl.create_default_context"}),
        ("from starlette.middleware.sessions import SessionMiddleware", {"SessionMiddleware"}),
        ("import json\njson.dumps({})", set()),
    ],
)
def test_a_means_that_is_used_is_found(source: str, what: set[str]) -> None:
    assert set(means(source)) == what
