"""No source runs text as code or a shell, weakens a hash or a certificate check, or reads objects a stranger wrote."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("dashboard", "db", "flows", "scheduler")
SOURCES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
SCRIPTS = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.js"))]
NAMES = {"eval", "exec", "compile", "__import__"}
ATTRIBUTES = {
    *(("os", "system"), ("os", "popen"), ("subprocess", "getoutput"), ("hashlib", "md5"), ("hashlib", "sha1")),
    *(("pickle", "load"), ("pickle", "loads"), ("marshal", "loads"), ("yaml", "load"), ("random", "token_bytes")),
    *(("ssl", "_create_unverified_context"),),
}
WEAK = {"shell": True, "verify": False, "verify_ssl": False}
MODULES = {"xml", "lxml", "ldap3", "shelve", "dill"}
# A column search in a process of its own reads the errand that its own parent wrote to its standard input.
# The published list of leaked passwords is made of SHA-1; nothing is kept or guarded by it.
KNOWN = [
    "db/leaked_passwords.py: hashlib.sha1, not for security",
    "scheduler/engine/columns/child.py: pickle.load",
]


def dangers(source: str) -> list[str]:
    """List what a source must not do."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if one.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            found.append(str(node.module))
        elif isinstance(node, ast.Call):
            found += _of_call(node)
    return found


def _of_call(call: ast.Call) -> list[str]:
    what = call.func
    found = [what.id] if isinstance(what, ast.Name) and what.id in NAMES else []
    if isinstance(what, ast.Attribute) and isinstance(what.value, ast.Name):
        pair = (what.value.id, what.attr)
        found += [".".join(pair) + _said_of(call)] if pair in ATTRIBUTES else []
    for given in call.keywords:
        if isinstance(given.value, ast.Constant) and given.arg in WEAK and given.value.value is WEAK[given.arg]:
            found.append(f"{given.arg}={given.value.value}")
    return found


def _said_of(call: ast.Call) -> str:
    said = {given.arg: given.value for given in call.keywords}.get("usedforsecurity")
    return ", not for security" if isinstance(said, ast.Constant) and said.value is False else ""


def test_no_source_does_what_is_dangerous() -> None:
    found = [f"{path.relative_to(ROOT)}: {what}" for path in SOURCES for what in dangers(path.read_text())]
    assert sorted(found) == KNOWN


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "import os\nos.system('ls')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "import hashlib\nhashlib.md5(b'')",
        "import httpx\nhttpx.get('x', verify=False)",
        "from xml.etree import ElementTree",
        "import pickle\npickle.loads(b'')",
    ],
)
def test_the_search_for_dangers_finds_them(source: str) -> None:
    assert len(dangers(source)) == 1


def test_secrets_come_from_the_secrets_module_alone() -> None:
    """Tokens, codes and first passwords; `random` is for demonstrations and for searching, which need to repeat."""
    askers = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if re.search(r"^\s*(import|from) random\b", path.read_text(), re.MULTILINE)
    }
    assert {name for name in askers if not name.startswith(("flows/demo/", "scheduler/engine/"))} == set()


def test_our_own_scripts_write_text_as_text() -> None:
    pattern = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|Storage\b"
    )
    found = {f"{path.name}: {what}" for path in SCRIPTS for what in pattern.findall(path.read_text(encoding="utf-8"))}
    # The chart's drawing is made by our server from numbers and escaped words (dashboard/shapes).
    assert found == {"chart.js: innerHTML"}
