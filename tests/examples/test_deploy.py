"""The files an operator deploys from are tried: PostgreSQL's roles and grants, the units, the settings, the proxy."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from dashboard.gate import LARGEST_BODY_BYTES
from dashboard.headers import HSTS
from dashboard.settings import ScreenSettings
from db import guards
from db.accounts import add_account
from db.backups.making import back_up
from db.backups.restoring import drill
from db.engine import open_database
from db.errors import MemoryFaultError, UnguardedMemoryError
from db.log_settings import LogSettings
from db.settings import MemorySettings
from flows.desk import Desk
from flows.home import free_port
from flows.start import command_line_actor
from scheduler.vocabulary import Role
from tests.builders import postgres
from tests.builders.memory import MORNING, a_case, read, write
from tests.builders.service import a_service

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "examples" / "deploy"
ROLES = ("neurolist_owner", "neurolist_app", "neurolist_drill")
PASSWORD = "a quite long pass phrase 7"


def psql(server, database, file, *, role="neurolist"):
    """Run one of the files as the page says, with psql."""
    program = shutil.which("psql") or str(postgres.find_binaries() / "psql")
    address = ["-h", "127.0.0.1", "-p", str(server.port), "-U", role, "-d", database]
    ended = subprocess.run([program, "-X", *address, "-f", str(file)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended


@pytest.fixture
def server(postgres_server):
    """The tests' PostgreSQL with the roles of the examples, twice over since that must change nothing."""
    for _ in range(2):
        psql(postgres_server, "postgres", DEPLOY / "postgres-roles.sql")
    yield postgres_server
    postgres_server.drop("neurolist")
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        for role in ROLES:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def url(server, role, database="neurolist"):
    return f"postgresql://{role}@127.0.0.1:{server.port}/{database}"


@pytest.fixture
def opened(server, tmp_path):
    """Give the memory of one home as the named role."""
    made = []

    def open_as(role):
        settings = MemorySettings(
            home=tmp_path / "home", database_url=url(server, role), drill_url=url(server, "neurolist_drill", "postgres")
        )
        made.append(open_database(settings))
        return made[-1]

    yield open_as
    for database in made:
        database.close()


@pytest.fixture
def deployed(server, opened):
    """The memory as the page has it set up: made by its owner, with the grants of the service's role."""
    opened("neurolist_owner").prepare(MORNING)
    psql(server, "neurolist", DEPLOY / "postgres-grants.sql", role="neurolist_owner")
    return opened("neurolist_app")


def test_before_the_owner_has_made_the_tables_the_service_says_who_must(opened):
    with pytest.raises(UnguardedMemoryError, match="`neurolist prepare` as the role that owns the tables"):
        opened("neurolist_app").prepare(MORNING)


def test_before_the_grants_the_service_says_which_file_gives_them(opened):
    opened("neurolist_owner").prepare(MORNING)
    with pytest.raises(MemoryFaultError, match=r"postgres-grants\.sql"):
        opened("neurolist_app").check_guards()


def test_the_role_of_the_service_is_served_and_changes_no_table_when_it_prepares(deployed):
    deployed.check_guards()
    deployed.prepare(MORNING)
    assert a_case(deployed) == "N10001"
    assert deployed.verify_trail().fault is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET why = ''",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE case_event SET why = ''",
        "DELETE FROM document",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_event_no_update ON audit_event",
        "ALTER TABLE claim DROP CONSTRAINT claim_no_overlap",
        "DROP TABLE booking",
        "CREATE TABLE more (id int)",
        "UPDATE alembic_version SET version_num = '0001'",
        "CREATE DATABASE other",
        "CREATE ROLE other",
        "SET ROLE neurolist_owner",
        "COPY booking TO PROGRAM 'true'",
    ],
)
def test_the_role_of_the_service_may_not(deployed, server, statement):
    with (
        psycopg.connect(url(server, "neurolist_app"), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_a_guard_that_the_service_may_not_even_reach_is_missed_all_the_same(deployed, server):
    with psycopg.connect(url(server, "neurolist_owner"), autocommit=True) as owner:
        owner.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_delete")
    with pytest.raises(UnguardedMemoryError, match="audit_event_no_delete"):
        deployed.check_guards()


def test_the_grants_name_every_history():
    text = (DEPLOY / "postgres-grants.sql").read_text()
    named = set(re.findall(r"'(\w+)'", re.search(r"ARRAY\[(.*?)\]", text).group(1)))
    assert set(guards.ONLY_ADDED) <= named


def test_older_code_leaves_the_tables_of_a_newer_one_alone_and_says_so(deployed, opened, server):
    owner = opened("neurolist_owner")
    with psycopg.connect(url(server, "neurolist_owner"), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(UnguardedMemoryError, match="which a newer Neurolist made"):
            owner.prepare(MORNING)
        with pytest.raises(UnguardedMemoryError, match="stand at migration 9999"):
            deployed.prepare(MORNING)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_a_backup_by_the_service_is_drilled_by_the_role_for_drills_which_sees_nothing_else(deployed, server):
    a_case(deployed)
    made = back_up(deployed, deployed.settings.backup_folder, now=MORNING)
    assert drill(made.path, deployed.settings).good
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(url(server, "neurolist_drill"))


# The whole service as the role of the service: one web process behind a proxy, two dispatchers and two planners.


@pytest.fixture
def running(deployed, server, tmp_path):
    """Start the processes of the units as they are written there; gives the port, and what each has logged so far."""
    port = free_port("127.0.0.1", 0)
    settings = {
        "NEUROLIST_HOME": str(deployed.settings.home),
        "NEUROLIST_DATABASE_URL": url(server, "neurolist_app"),
        "NEUROLIST_HOSTS": "neurolist.example.org",
        "NEUROLIST_TLS": "true",
        "PYTHONPATH": str(ROOT),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEUROLIST_", "PREFECT_"))}
    wanted = {
        "web": ("neurolist-web@.service", str(port)),
        **{f"dispatcher-{one}": ("neurolist-dispatcher@.service", one) for one in "12"},
        **{f"planner-{one}": ("neurolist-planner@.service", one) for one in "12"},
    }
    processes = {}
    for name, (file, instance) in wanted.items():
        command = exec_start(file).replace("%i", instance).split()
        with (tmp_path / f"{name}.log").open("wb") as log:
            processes[name] = subprocess.Popen(
                [sys.executable, *command[1:]], env={**kept, **settings}, stdout=log, stderr=log, cwd=tmp_path
            )

    def said(name):
        return [json.loads(line) for line in (tmp_path / f"{name}.log").read_text().splitlines()]

    def stop():
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(20) for name, process in processes.items()}

    assert until(lambda: answer(port, "/healthz", host="127.0.0.1")[0] == 200), said("web")
    yield port, said, stop
    for process in processes.values():
        process.kill()
        process.wait()


def exec_start(file):
    return unit(file)["Service"]["ExecStart"]


def until(condition, seconds=90.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def answer(port, path, *, data=None, host="neurolist.example.org", **headers):
    """Ask a web process as the proxy asks it."""
    given = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data, headers=given)
    try:
        with urllib.request.build_opener(NoRedirect).open(asked, timeout=20) as found:
            return found.status, found.headers, found.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read().decode()
    except OSError:
        return 0, {}, ""


def sign_in(port, password, request_id):
    proxy = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "https", "X_Request_ID": request_id}
    cookie = answer(port, "/login", **proxy)[1]["set-cookie"].split(";")[0]
    form = f"form_token={cookie.partition('=')[2]}&username=jo&password={password.replace(' ', '+')}"
    origin = {"Origin": "https://neurolist.example.org", "Cookie": cookie}
    return answer(port, "/login", data=form.encode(), **proxy, **origin)


@pytest.mark.slow
def test_the_service_runs_as_its_least_role_behind_a_proxy_with_more_than_one_worker(deployed, running):
    port, said, stop = running
    write(
        deployed,
        lambda session: add_account(
            session, username="jo", name="Jo Lee", password=PASSWORD, roles={"*": {Role.ADMINISTRATOR}}
        ),
    )

    # Signing in through the proxy: cookies for HTTPS alone, and the proxy's own id on the line of the log.
    right, wrong = "0123456789abcdef" * 2, "fedcba9876543210" * 2
    status, headers, _ = sign_in(port, PASSWORD, right)
    cookies = headers.get_all("set-cookie")
    assert status == 303
    assert any(one.startswith("__Host-neurolist=") for one in cookies)
    assert all("; Secure" in one for one in cookies)
    assert headers["strict-transport-security"].encode() == HSTS[1]
    assert sign_in(port, "another long pass phrase", wrong)[0] == 401
    told = {line["request"]: line["event"] for line in said("web") if "request" in line and "sign_in" in line["event"]}
    assert told == {right: "sign_in_accepted", wrong: "sign_in_refused"}

    # What is for this machine alone is not answered through the proxy, whoever the proxy speaks for.
    assert answer(port, "/metrics", host="127.0.0.1")[0] == 200
    assert answer(port, "/metrics", X_Forwarded_For="127.0.0.1")[0] == 403
    assert answer(port, "/readyz", host="127.0.0.1")[2].startswith("ready")
    assert answer(port, "/login", host="127.0.0.1")[0] == 400

    # Two dispatchers and two planners share the work, and no step is worked twice.
    refs = [a_case(deployed, number) for number in range(1, 9)]
    desk = Desk(a_service(deployed), command_line_actor())
    assert until(lambda: {desk.case(ref).summary.state for ref in refs} == {"triage"})
    assert [len(desk.case(ref).history) for ref in refs] == [2] * len(refs)
    assert deployed.verify_trail().fault is None

    assert set(stop().values()) <= {0, -signal.SIGTERM}
    for name in ("web", "dispatcher-1", "dispatcher-2", "planner-1", "planner-2"):
        lines = said(name)  # each is one JSON object, or this has failed
        events = [line["event"] for line in lines]
        assert (events[0], events[-1]) == ("started", "stopped"), (name, events)
        assert {line["process"] for line in lines} == {name.split("-")[0]}
        assert [line for line in lines if "dropped" in line] == []
        assert not {"crashed", "turn_failed", "step_failed", "database_lost"} & set(events), (name, lines)
    assert read(deployed, lambda session: session.connection().exec_driver_sql("SELECT 1").scalar()) == 1


# The other files, read as what reads them would.


def unit(file):
    parsed = configparser.RawConfigParser(strict=False, delimiters="=")
    parsed.optionxform = str
    parsed.read_string((DEPLOY / "systemd" / file).read_text())
    return parsed


UNITS = sorted(path.name for path in (DEPLOY / "systemd").iterdir())


@pytest.mark.parametrize("file", UNITS)
def test_each_unit_starts_something_there_is_as_nobody_special(file):
    service = unit(file)["Service"]
    program, *arguments = service["ExecStart"].split()
    if program.endswith("/python"):
        assert arguments[0] == "-m"
        assert (ROOT / f"{arguments[1].replace('.', '/')}.py").is_file()
    else:
        assert program.endswith("/bin/neurolist")
    assert (service["User"], service["NoNewPrivileges"], service["ProtectSystem"]) == ("neurolist", "true", "strict")
    assert service["EnvironmentFile"] == "/etc/neurolist/neurolist.env"
    kept = {settings()[name].rpartition("/")[0] for name in ("NEUROLIST_BACKUPS", "NEUROLIST_ANCHORS")}
    assert kept | {settings()["NEUROLIST_HOME"]} == set(service["ReadWritePaths"].split())


def settings():
    """Read the settings as a shell does, and as systemd does: quotes around a value are not part of it."""
    lines = [line for line in (DEPLOY / "neurolist.env").read_text().splitlines() if line and not line.startswith("#")]
    read_here = {name: value.strip("'") for name, value in (line.split("=", 1) for line in lines)}
    script = f"set -a; . {DEPLOY / 'neurolist.env'}; set +a; env"
    told = subprocess.run(["env", "-i", "sh", "-c", script], capture_output=True, text=True, check=True).stdout
    by_shell = dict(line.split("=", 1) for line in told.splitlines())
    assert {name: by_shell.get(name) for name in read_here} == read_here
    return read_here


def test_every_setting_of_the_example_is_one_and_can_be_read(monkeypatch):
    ours = {name.removeprefix("NEUROLIST_").lower() for name in settings() if name.startswith("NEUROLIST_")}
    known = {*MemorySettings.model_fields, *ScreenSettings.model_fields, *LogSettings.model_fields}
    assert ours <= known
    for name, value in settings().items():
        monkeypatch.setenv(name, value)
    assert MemorySettings().url.drivername == "postgresql+psycopg"
    assert ScreenSettings().session_cookie == "__Host-neurolist"
    assert LogSettings().log_format == "json"


def nginx():
    """Read the configuration as nginx does: blocks of directives, each ended by a semicolon or a block of its own."""
    text = re.sub(r"(?m)(^|\s)#.*$", "", (DEPLOY / "nginx.conf").read_text())
    words = re.findall(r"'[^']*'|\"[^\"]*\"|[{};]|(?:\\.|\$\{|[^\s{};])+", text)
    blocks, line = [[]], []
    for word in words:
        if word == ";":
            blocks[-1].append((line, None))
            line = []
        elif word == "{":
            blocks.append([])
            blocks[-2].append((line, blocks[-1]))
            line = []
        elif word == "}":
            assert line == [], line
            blocks.pop()
        else:
            line.append(word.strip("\"'"))
    assert (len(blocks), line) == (1, [])
    return blocks[0]


def named(block, *start):
    return [(line, inner) for line, inner in block if line[: len(start)] == list(start)]


def the_server():
    return next(
        inner
        for _, inner in named(nginx(), "server")
        if named(inner, "location", "/") and named(inner, "ssl_protocols")
    )


def test_the_proxy_takes_what_the_service_takes_and_says_what_it_says():
    (size, _), *_ = named(the_server(), "client_max_body_size")
    assert int(size[1].removesuffix("m")) * 1024 * 1024 == LARGEST_BODY_BYTES
    (hsts, _), *_ = named(the_server(), "add_header", "Strict-Transport-Security")
    assert hsts[2].encode() == HSTS[1]
    assert hsts[3] == "always"


def secure_servers():
    servers = [inner for _, inner in named(nginx(), "server")]
    return [inner for inner in servers if any("ssl" in line for line, _ in named(inner, "listen"))]


def test_the_proxy_speaks_no_other_tls_than_the_two_current_ones_whichever_name_is_asked_for():
    # nginx takes those of the first server of a port for all of them, since it speaks before it knows the name.
    assert [named(inner, "ssl_protocols")[0][0][1:] for inner in secure_servers()] == [["TLSv1.2", "TLSv1.3"]] * 2


def ciphers_of(names):
    """Give the ciphers of TLS 1.2 that OpenSSL reads from a list of their names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(names)
    return [cipher for cipher in context.get_ciphers() if cipher["protocol"] == "TLSv1.2"]


def is_good(cipher):
    return cipher["aead"] and cipher["kea"] == "kx-ecdhe" and cipher["strength_bits"] >= 128


def test_the_proxy_takes_only_ciphers_with_forward_secrecy_that_seal_what_they_encrypt():
    (given, _), *_ = named(the_server(), "ssl_ciphers")
    found = ciphers_of(given[1])
    assert {cipher["name"] for cipher in found} == set(given[1].split(":"))
    assert [cipher["name"] for cipher in found if not is_good(cipher)] == []


@pytest.mark.parametrize("weak", ["ECDHE-RSA-AES128-SHA256", "AES128-GCM-SHA256"])
def test_a_cipher_without_one_of_the_two_is_found(weak):
    assert [is_good(cipher) for cipher in ciphers_of(weak)] == [False]


def in_the_clear(method, path):
    """Give what the proxy answers without TLS: the condition for all, then the first pattern, then the plain place."""
    (block,) = [
        inner
        for _, inner in named(nginx(), "server")
        if named(inner, "listen", "80") and not named(inner, "listen", "443")
    ]
    ((_, _, unless, pattern), refused), *others = named(block, "if", "($request_method")
    assert (unless, others, named(block, "return")) == ("!~", [], [])
    if not re.search(pattern.removesuffix(")"), method):
        return refused[0][0][1:]
    for line, inner in named(block, "location", "~"):
        if re.search(line[2], path):
            return inner[0][0][1:]
    ((_, inner),) = named(block, "location", "/")
    return inner[0][0][1:]


@pytest.mark.parametrize("path", ["/", "/board", "/case", "/login", "/print/list/S01-3.pdf"])
def test_in_the_clear_a_page_is_led_to_https(path):
    assert in_the_clear("GET", path) == ["301", "https://$server_name$request_uri"]


@pytest.mark.parametrize(
    "path", ["/api/where", "/api/still-here", "/feed/secret.ics", "/_stcore/stream", "/healthz", "/metrics"]
)
def test_in_the_clear_what_a_program_asks_is_refused_and_not_led_on(path):
    assert in_the_clear("GET", path) == ["403"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_in_the_clear_nothing_that_is_sent_is_led_on(method):
    assert in_the_clear(method, "/login") == ["405"]


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_itself_reads_the_example(tmp_path):
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]
    subprocess.run([*made, "-subj", "/CN=neurolist.example.org", "-keyout", key, "-out", pem], check=True)
    text = (DEPLOY / "nginx.conf").read_text().replace("/etc/neurolist/tls", str(tmp_path))
    text = text.replace("/var/log/nginx", str(tmp_path))
    (tmp_path / "whole.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    command = [shutil.which("nginx"), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "whole.conf")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "syntax is ok" in told.stderr, told.stderr


def test_the_proxy_sets_whom_it_speaks_for_and_lets_nobody_else_say_it():
    ((_, location),) = named(the_server(), "location", "/")
    sent = {line[1].lower(): line[2] for line, _ in named(location, "proxy_set_header")}
    assert sent["x-forwarded-for"] == "$remote_addr"
    assert sent["x-forwarded-proto"] == "$scheme"
    assert sent["x-request-id"] == "$request_id"
    assert sent["host"] == "$http_host"
    assert (sent["upgrade"], sent["connection"]) == ("$http_upgrade", "$neurolist_connection")
    assert {sent[name] for name in ("forwarded", "x-forwarded-host", "x-real-ip")} == {""}
    assert named(location, "proxy_buffering", "off")
    assert named(location, "proxy_http_version", "1.1")


def test_the_proxys_log_holds_no_query_and_no_address_of_a_feed():
    (log_format, _), *_ = named(nginx(), "log_format", "neurolist")
    written = " ".join(log_format[2:])
    given = set(re.findall(r"\$\w+", written))
    assert not {"$request", "$request_uri", "$args", "$query_string", "$uri", "$http_referer"} & given
    assert {"$neurolist_path", "$request_id"} <= given
    assert {line[-1] for block in walk(nginx()) for line, _ in block if line[:1] == ["error_log"]} == {"crit"}


def walk(block):
    yield block
    for _, inner in block:
        if inner is not None:
            yield from walk(inner)
