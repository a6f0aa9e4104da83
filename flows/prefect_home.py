"""The environment Prefect runs in: its own folder and database on this machine, quiet, and never asked to call out."""

from __future__ import annotations

import hashlib
import secrets
import urllib.error
import urllib.request
from pathlib import Path

from db.disk import write_first

HOST = "127.0.0.1"
DAYS_A_RUN_IS_KEPT = 30
MARK_HEADER = "X-Neurolist"
MARK = "NEUROLIST_PREFECT_MARK"
SIGN_IN = "prefect.key"  # of the home folder: what Prefect's own page asks for
LOGGING = Path(__file__).resolve().parent / "prefect_logging.yml"
PROBE_SECONDS = 1.0  # without it the first call to a dead server waits out every retry, more than a minute


def prefect_environment(home: Path, api: str) -> dict[str, str]:
    """Give the settings every process that talks to Prefect at this address shares, its password among them."""
    password = sign_in(home)
    return {
        MARK: mark_of(home),
        "PREFECT_API_AUTH_STRING": password,
        "PREFECT_SERVER_API_AUTH_STRING": password,
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(DAYS_A_RUN_IS_KEPT * 24 * 3600),
        "PREFECT_CLIENT_MAX_RETRIES": "2",
        "PREFECT_CLIENT_RETRY_EXTRA_CODES": "429,503",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_API_REQUEST_TIMEOUT": "10",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SETTINGS_PATH": str(LOGGING),
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    }


def api_url(port: int) -> str:
    """Give the address of Prefect's interface on this machine."""
    return f"http://{HOST}:{port}/api"


def health_url(api: str) -> str:
    """Give the address that answers when Prefect's server is well."""
    return f"{api.rstrip('/')}/health"


def sign_in(home: Path) -> str:
    """Give the name and password that the Prefect of this folder asks of everybody but for its health.

    They are made at the first asking; only the owner of the folder may read them.
    """
    path = home / SIGN_IN
    if not path.exists():
        write_first(path, f"neurolist:{secrets.token_hex(32)}".encode())
    return path.read_text()


def mark_of(home: Path) -> str:
    """Give what the Prefect server of this folder puts on every answer, so that no other is taken for it."""
    return hashlib.sha256(str(home).encode()).hexdigest()[:16]


def answers(url: str, *, seconds: float = PROBE_SECONDS, mark: str = "") -> bool:
    """Say whether something well answers at this address on this machine in time, and with this mark if one is given.

    Another service's Prefect may have the port when two started at once.
    """
    if not url.startswith("http://"):
        return False
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310 - only http, checked above
            return bool(answer.status == 200 and (not mark or answer.headers.get(MARK_HEADER) == mark))
    except (urllib.error.URLError, OSError, ValueError):
        return False
