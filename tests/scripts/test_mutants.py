"""Mutants are made of what runs, die when a test notices, and are told when none does."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.mutants.__main__ import EQUIVALENTS, explained, files, told
from scripts.mutants.hunting import Hunt
from scripts.mutants.making import mutants_of

ROOT = Path(__file__).resolve().parents[2]

SOURCE = '''"""A file."""

from functools import cached_property


def sign(number: "int | None" = None, *, most: int = 3) -> str:
    """Tell the sign."""
    if number is None:
        return ""
    return "small" if abs(number) < most else "large"


class Pair:
    @cached_property
    def both(self) -> list[int]:
        """Give both."""
        return [number for number in (1, 2) if number > 0]
'''

HUNT = """
import ast, sys
import pytest
from scripts.mutants.hunting import Hunt
from scripts.mutants.making import mutants_of
trees = {"small.py": ast.parse(open("small.py").read())}
hunt = Hunt(trees, mutants_of("small.py", trees["small.py"]), 2)
pytest.main(["-q", "-p", "no:cacheprovider", "-c", "none.ini", "--rootdir=.", "test_small.py"], plugins=[hunt])
print("FOUND", hunt.sound, len(hunt.survivors), sorted(mutant.name for mutant in hunt.survivors))
"""


def made(source=SOURCE):
    """List the names of a source's mutants."""
    return [mutant.name for mutant in mutants_of("small.py", ast.parse(source))]


def hunted(folder, test):
    """Hunt the mutants of the small file with one test file; give what the hunt found."""
    (folder / "small.py").write_text(SOURCE)
    (folder / "none.ini").write_text("[pytest]\n")
    (folder / "test_small.py").write_text(test)
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = ['.', {str(ROOT)!r}]\n{HUNT}"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    lines = [line for line in run.stdout.splitlines() if line.startswith("FOUND")]
    assert lines, run.stdout + run.stderr
    return lines[0].removeprefix("FOUND ")


def test_each_change_is_told_in_one_line_with_its_function():
    assert made() == [
        "sign: if number is None -> if True",
        "sign: if number is None -> if False",
        "sign: number is None -> number is not None",
        "sign: '' -> '?'",
        "sign: 'small' if abs(number) < most else 'large' -> 'small'",
        "sign: 'small' if abs(number) < most else 'large' -> 'large'",
        "sign: abs(number) < most -> abs(number) <= most",
        "sign: 'small' -> 'small?'",
        "sign: 'large' -> 'large?'",
        "both: for number in (1, 2) if number > 0 -> for number in (1, 2)",
        "both: 1 -> 2",
        "both: 2 -> 3",
        "both: number > 0 -> number >= 0",
        "both: 0 -> 1",
    ]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("post(1)", ["f: post(1) -> pass", "f: 1 -> 2"]),
        ("yield a", ["f: yield a -> pass"]),
        ("return a and b", ["f: a and b -> a or b", "f: a and b -> b", "f: a and b -> a"]),
        ("return not a", ["f: not a -> a"]),
        ("return a // b + c", ["f: a // b + c -> a // b - c", "f: a // b -> a * b"]),
        ("return max(a, key=b)", ["f: max(a, key=b) -> min(a, key=b)", "f: max(key=b) -> without key"]),
        ("return dict.fromkeys(a)", ["f: dict.fromkeys(a) -> a"]),
        ("return True", ["f: True -> False"]),
        ("a += b", ["f: a += b -> pass"]),
        ("return f'{a} is'", ["f: ' is' -> ' is?'"]),
    ],
)
def test_what_is_changed(line, names):
    assert made(f"def f(a, b, c):\n    {line}\n") == names


def test_a_second_change_that_reads_alike_is_numbered():
    assert made("def f(a):\n    return a < 1 or a < 1\n")[3:] == [
        "f: a < 1 -> a <= 1",
        "f: 1 -> 2",
        "f: a < 1 -> a <= 1 (2)",
        "f: 1 -> 2 (2)",
    ]


def test_every_mutant_of_the_rules_is_python_and_has_a_name_of_its_own():
    for file in files():
        text = (ROOT / file).read_text()
        names = [mutant.key for mutant in mutants_of(file, ast.parse(text))]
        assert len(set(names)) == len(names)
        assert names or file.endswith("__init__.py")


def test_a_test_that_sees_nothing_leaves_every_mutant_alive(tmp_path):
    found = hunted(tmp_path, "from small import sign\ndef test_nothing():\n    assert sign\n")
    assert found.startswith("True 14 ")


def test_what_the_tests_see_is_killed_and_the_rest_is_named(tmp_path):
    test = (
        "from small import Pair, sign\n"
        "def test_signs():\n"
        "    assert [sign(None), sign(2), sign(9)] == ['', 'small', 'large']\n"
        "    assert Pair().both == [1, 2]\n"
    )
    alive = [
        "both: for number in (1, 2) if number > 0 -> for number in (1, 2)",
        "both: number > 0 -> number >= 0",
        "sign: abs(number) < most -> abs(number) <= most",
    ]
    assert hunted(tmp_path, test) == f"True 3 {alive}"


def test_tests_that_fail_already_are_told_before_any_hunt(tmp_path):
    assert hunted(tmp_path, "def test_wrong():\n    assert False\n").startswith("False 0")


def after(survivors, listed, monkeypatch, tmp_path):
    """Tell the end of a hunt on the small file in which these lived and those were listed."""
    mutants = mutants_of("small.py", ast.parse(SOURCE))
    hunt = Hunt({}, mutants, 1)
    hunt.survivors = [mutant for mutant in mutants if mutant.name in survivors]
    page = tmp_path / "equivalents.txt"
    page.write_text("".join(f"small.py {name}\n    A reason.\n" for name in listed))
    monkeypatch.setattr("scripts.mutants.__main__.EQUIVALENTS", page)
    return told(hunt, {mutant.key for mutant in mutants}, {"small.py": ast.parse(SOURCE)}, 1.0)


FIRST, SECOND = made()[:2]


@pytest.mark.parametrize(
    ("survivors", "listed", "code", "line"),
    [
        ([FIRST], [FIRST], 0, "13 killed, 1 alive and equivalent"),
        ([FIRST, SECOND], [FIRST], 1, f"alive, write a test that fails on it: small.py {SECOND}"),
        ([], [FIRST], 1, f"in equivalents.txt, but killed: small.py {FIRST}"),
        ([], ["gone: a -> b"], 1, "in equivalents.txt, but no longer made: small.py gone: a -> b"),
    ],
)
def test_only_survivors_that_are_explained_are_allowed(survivors, listed, code, line, monkeypatch, tmp_path, capfd):
    assert after(survivors, listed, monkeypatch, tmp_path) == code
    assert line in capfd.readouterr().out


def test_the_equivalents_each_have_a_reason_and_are_still_made():
    listed = explained(EQUIVALENTS.read_text(encoding="utf-8"))
    made_now = {mutant.key for file in files() for mutant in mutants_of(file, ast.parse((ROOT / file).read_text()))}
    assert set(listed) - made_now == set()
    assert all(reason.endswith(".") for reason in listed.values())


def test_an_equivalent_without_a_reason_is_refused():
    with pytest.raises(SystemExit, match="no reason on the line below"):
        explained("small.py one\nsmall.py two\n")
