"""No pattern, no address of another service and no path of a page is built from what somebody sent."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("dashboard", "db", "flows", "scheduler")
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
}
Search = Callable[[str], Iterator[str]]


def everywhere(search: Search, within: str = "") -> set[str]:
    """Give what a search finds, each with the file it is in."""
    return {f"{name}: {what}" for name, text in SOURCES.items() if name.startswith(within) for what in search(text)}


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


# Patterns

PATTERN_MAKERS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}
# Each is taken from a table of ours that stands in the same source; for the procedures, by whoever calls the function.
OF_TABLES = {
    "db/guessable.py: _RUN",
    "db/log_words.py: shape",
    "flows/intake/evidence_kinds.py: pattern",
    "flows/intake/fhir_cover.py: pattern",
    "flows/intake/procedures.py: pattern",
}
TABLES = {
    "db/guessable.py": {"_ROWS"},
    "db/log_words.py": {"SHAPES"},
    "flows/intake/evidence_kinds.py": {"GROUP_WORDS"},
    "flows/intake/fhir_cover.py": {"FUNDING_WORDS"},
    "flows/intake/procedures.py": {"TARGET_WORDS", "TECHNIQUE_WORDS", "SIDE_WORDS"},
}


def tables_of(source: str) -> Iterator[tuple[str, ast.expr]]:
    """Give what the names at the top of a source are set to, in its order."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
        elif isinstance(node, ast.Assign):
            yield from _set(node.targets[0], node.value)


def _set(named: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(named, ast.Name):
        yield named.id, value
    elif isinstance(named, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(named.elts, value.elts, strict=True):
            yield from _set(one, its)


def written_here(source: str) -> set[str]:
    """Give the names at the top of a source whose texts are written out there."""
    found: set[str] = set()
    for name, value in tables_of(source):
        if not list(unwritten(value, found)):
            found.add(name)
    return found


def unwritten(node: ast.expr, here: set[str]) -> Iterator[str]:
    """Give the pieces of a text that are not written out, where `here` are the names of texts that are."""
    match node:
        case ast.Constant():
            return
        case ast.JoinedStr(values=pieces) | ast.Tuple(elts=pieces) | ast.Dict(values=pieces):
            for piece in pieces:
                yield from unwritten(piece, here)
        case ast.FormattedValue(value=value):
            yield from unwritten(value, here)
        case ast.Name(id=name) if name in here:
            return
        case _:
            yield ast.unparse(node)


def patterns_made(source: str) -> Iterator[str]:
    """Give every piece of a pattern that is not written out in its source, and the import that would hide one."""
    here = written_here(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in {"re", "regex", "fnmatch"}:
            yield f"from {node.module}"
    for call in calls(source):
        library, _, made = ast.unparse(call.func).rpartition(".")
        if library in {"re", "regex"} and made in PATTERN_MAKERS:
            pattern = call.args[0] if call.args else next(word.value for word in call.keywords if word.arg == "pattern")
            yield from unwritten(pattern, here)


def test_no_pattern_is_built_from_input() -> None:
    assert everywhere(patterns_made) == OF_TABLES


@pytest.mark.parametrize(
    "source",
    [
        "re.search(typed, said)",
        "re.compile(rf'^{typed}$')",
        "re.sub(pattern=a + b, repl='', string=c)",
        "from re import search",
    ],
)
def test_a_pattern_that_is_built_is_found(source: str) -> None:
    assert len(list(patterns_made(source))) == 1
    assert list(patterns_made("A = 'a'\nB = f'{A}|b'\nre.search(f'({B})+', said)\nre.search(r'a|b', said)")) == []


@pytest.mark.parametrize("name", TABLES)
def test_the_patterns_that_are_put_together_stand_in_tables_of_ours(name: str) -> None:
    written = written_here(SOURCES[name])
    assert TABLES[name] <= written
    assert name in {known.partition(":")[0] for known in OF_TABLES}


# Lines to others

DATABASE, PREFECT, MAIL, PROVIDER = "its database", "Prefect on this machine", "the mail server", "the provider"
ITSELF = "nobody: a port of this machine is tried, or its name asked for"
# The modules that open a line, and to whom. Where to is said by the settings, and for Prefect by the supervisor's note.
SPEAKS = {
    "dashboard/provider.py: authlib": PROVIDER,
    "dashboard/provider.py: httpx": PROVIDER,
    "dashboard/provider_client.py: authlib": PROVIDER,
    "dashboard/provider_client.py: httpx": PROVIDER,
    "db/backups/postgresql.py: psycopg": DATABASE,
    "db/postgresql.py: create_engine": DATABASE,
    "db/reencrypting.py: psycopg": DATABASE,
    "db/sqlite.py: create_engine": DATABASE,
    "flows/home.py: socket": ITSELF,
    "flows/outbox/by_smtp.py: smtplib": MAIL,
    "flows/prefect_home.py: urllib.request": PREFECT,
    "flows/service.py: socket": ITSELF,
}
LINES = {
    *("httpx", "authlib", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "smtplib"),
    *(
        "ftplib",
        "imaplib",
        "poplib",
        "telnetlib",
        "xmlrpc",
        "websockets",
        "websocket",
        "psycopg",
        "asyncpg",
        "paramiko",
    ),
    *("sentry_sdk", "boto3", "grpc", "redis", "kafka", "pika"),
}
OPENERS = {"create_engine", "create_async_engine", "open_connection", "create_connection", "start_server"}


def lines_opened(source: str) -> Iterator[str]:
    """Give the libraries a source takes to speak to others, and the calls that open a line without one."""
    for node in ast.walk(ast.parse(source)):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        yield from {line for line in LINES for name in names if f"{name}.".startswith(f"{line}.")}
    for call in calls(source):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in OPENERS:
            yield name


def test_lines_are_opened_by_the_modules_of_the_list_alone() -> None:
    """Prefect's own library is left out here: `flows` alone has it, and its address is Prefect's on this machine."""
    assert everywhere(lines_opened) == set(SPEAKS)


def test_the_page_names_everybody_who_is_spoken_to() -> None:
    page = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())
    says = (
        "Neurolist speaks to its database, to Prefect on this machine, and, where they are set, to the mail server and "
        "the provider."
    )
    assert says in page
    for other in set(SPEAKS.values()) - {ITSELF}:
        assert other in says


@pytest.mark.parametrize(
    "source",
    [
        "import httpx",
        "import urllib.request",
        "from urllib import request",
        "from http.client import HTTPSConnection",
        "import socket as s",
        "asyncio.open_connection(host, 80)",
        "sqlalchemy.create_engine(url)",
    ],
)
def test_a_new_line_is_found(source: str) -> None:
    assert len(set(lines_opened(source))) == 1
    assert list(lines_opened("from urllib.parse import quote")) == []


# Each call of theirs that says where a line goes, with what says it. The other addresses of the provider come from what
# it says of itself, each protected as its own (tests/dashboard/test_provider.py).
DISCOVERY = "f\"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration\""
ADDRESSED = {
    f"dashboard/provider_client.py: asking.get({DISCOVERY})",
    "dashboard/provider_client.py: httpx.AsyncClient()",
    "db/backups/postgresql.py: psycopg.connect(url.set(drivername='postgresql').render_as_string(hide_password=False))",
    "db/postgresql.py: create_engine(url)",
    "db/sqlite.py: create_engine(url)",
    "flows/outbox/by_smtp.py: smtplib.SMTP(host, port)",
    "flows/outbox/by_smtp.py: smtplib.SMTP_SSL(host, port)",
    "flows/prefect_home.py: urllib.request.urlopen(url)",
}
ASKING = {
    *("urlopen", "urlretrieve", "SMTP", "SMTP_SSL", "HTTPConnection", "HTTPSConnection", "connect", "create_engine"),
    *("create_connection", "open_connection"),
}
VERBS = {"get", "post", "put", "patch", "delete", "head", "request", "stream"}


def addresses(source: str) -> Iterator[str]:
    """Give every call that says where a line goes, with what says it."""
    tree = ast.parse(source)
    awaited = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Await)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        library, _, last = ast.unparse(call.func).rpartition(".")
        asked = last in VERBS and id(call) in awaited
        if last in ASKING or asked or library in {"httpx", "requests"}:
            yield f"{ast.unparse(call.func)}({', '.join(map(ast.unparse, call.args))})"


def test_nothing_is_asked_of_an_address_that_input_names() -> None:
    speaking = {name.partition(":")[0] for name in SPEAKS}
    assert {each for each in everywhere(addresses) if each.partition(":")[0] in speaking} == ADDRESSED


@pytest.mark.parametrize(
    "source",
    [
        "httpx.get(wanted)",
        "urllib.request.urlopen(form['url'])",
        "smtplib.SMTP(typed, 25)",
        "async def ask(client, wanted):\n    return await client.post(wanted)",
    ],
)
def test_a_question_to_another_address_is_found(source: str) -> None:
    assert len(list(addresses(source))) == 1


# Files

READERS = {
    *(
        "open",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "unlink",
        "touch",
        "mkdir",
        "rmtree",
        "glob",
        "rglob",
    ),
    *("iterdir", "FileResponse", "StaticFiles", "copyfile", "copytree", "hardlink_to", "symlink_to"),
}
# The web process reads what it was shipped with, by names written in the source, and writes no file itself.
WEB_FILES = {
    "dashboard/app.py: (ASSETS / 'pages.css').read_text",
    "dashboard/asgi.py: FileResponse(HERE / 'assets' / 'icon.png')",
    "dashboard/components/mounts.py: (HERE / name).read_text",
    "dashboard/headers.py: (BUNDLE / 'index.html').read_text",
    "dashboard/headers.py: BUNDLE.glob",
    "dashboard/login.py: (ASSETS / 'login.css').read_text",
    "dashboard/login.py: (ASSETS / asset).read_text",
}


def files_touched(source: str) -> Iterator[str]:
    """Give every call that touches a file or a folder, with the words that say which."""
    for call in calls(source):
        if isinstance(call.func, ast.Attribute) and call.func.attr in READERS and not _of_desk(call.func):
            yield ast.unparse(call.func)
        elif isinstance(call.func, ast.Name) and call.func.id in READERS:
            yield ast.unparse(call)


def _of_desk(called: ast.Attribute) -> bool:
    """`desk.board.open` and the like open a list or a dialog, and no file."""
    return called.attr == "open" and ast.unparse(called.value).endswith(("board", "approvals"))


def test_the_pages_touch_no_file_but_those_they_were_shipped_with() -> None:
    assert everywhere(files_touched, "dashboard/") == WEB_FILES


def test_the_names_of_those_files_are_written_in_the_source() -> None:
    for name, asked in {"dashboard/login.py": "template_of", "dashboard/components/mounts.py": "_read"}.items():
        given = [arg for call in calls(SOURCES[name]) if getattr(call.func, "id", "") == asked for arg in call.args]
        assert given
        assert {ast.unparse(arg) for arg in given if not isinstance(arg, ast.Constant)} <= {"page.form"}


@pytest.mark.parametrize(
    "source", ["open(name)", "(HOME / typed).read_bytes()", "FileResponse(path)", "Path(x).open('w')"]
)
def test_a_file_that_is_touched_is_found(source: str) -> None:
    assert len(list(files_touched(source))) == 1
    assert list(files_touched("desk.board.open(list_id)")) == []
