"""The benchmark's tables, page and pictures say what was measured, and a runaway is stopped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench import ONLY_THESE, SECONDS, main
from benchmarks.contest import Heat, Row, megabytes_of, run_one
from benchmarks.entrants import CLERK, ENTRANTS, OURS, SINGLE
from benchmarks.entrants.attempt import Point
from benchmarks.families import FAMILIES
from benchmarks.page import write_page
from benchmarks.pictures import draw_cost_over_time, draw_growth, seconds_to_beat
from benchmarks.table import best_bound, gap_of, heading, line

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "examples" / "problems" / "tiny.json"


def a_row(entrant: str = OURS, *, cost: int | None = 110, bound: int | None = 100, **others: object) -> Row:
    usual = {"problem": "metro", "allowed": 10.0, "total": 20, "seconds": 9.5, "memory_mb": 250.0, "booked": 18}
    points = (Point(seconds=1.0, cost=300, bound=0, booked=3), Point(seconds=2.0, cost=110, bound=90, booked=18))
    given = {"points": points, **usual, **others}
    return Row(entrant=entrant, cost=cost, bound=bound, **given)  # type: ignore[arg-type]


def test_the_gap_is_against_the_highest_bound_anybody_proved() -> None:
    rows = [a_row(OURS, cost=110, bound=100), a_row(SINGLE, cost=150, bound=40), a_row(CLERK, cost=200, bound=None)]
    assert best_bound(rows, "metro") == 100
    assert [gap_of(row, 100) for row in rows] == [0.1, 0.5, 1.0]


def test_a_row_shows_its_figures_under_their_headings() -> None:
    names = [cell.strip() for cell in heading().splitlines()[0].strip("|").split("|")]
    cells = [cell.strip() for cell in line(a_row(cost=1234567, bound=1000000), 1000000).strip("|").split("|")]
    assert dict(zip(names, cells, strict=True)) == {
        "problem": "metro",
        "entrant": "Neurolist",
        "cost": "1,234,567",
        "bound": "1,000,000",
        "gap": "23.5%",
        "booked": "18/20",
        "seconds": "9.5",
        "memory MB": "250",
        "remark": "",
    }


def test_a_plan_that_breaks_a_rule_is_said_not_to_be_one_and_has_no_gap() -> None:
    row = a_row(breaks=("equipment", "recovery"))
    assert not row.legal
    assert gap_of(row, 100) is None
    assert "not a plan: it breaks equipment, recovery" in line(row, 100)


def test_without_a_plan_there_are_no_figures_of_one() -> None:
    row = a_row(cost=None, bound=None, booked=0, remark="found no plan in time")
    assert "found no plan in time" in line(row, None)
    assert "18/20" not in line(row, None)


def test_the_page_names_the_problems_where_a_single_model_is_cheaper() -> None:
    better, worse = [a_row(OURS, cost=110), a_row(SINGLE, cost=120)], [a_row(OURS, cost=130), a_row(SINGLE, cost=120)]
    assert "costs no more than the single model's on any of the 1 problems" in write_page(better, (), ("fact",), "p")
    assert "- metro: 130 against 120" in write_page(worse, (), ("fact",), "p")


def test_the_page_shows_every_row_and_says_what_every_entrant_leaves_out() -> None:
    page = write_page([a_row(name) for name in ENTRANTS], [a_row(problem="busy 75")], ("a fact",), "pictures")
    assert all(f"| metro          | {name}" in page for name in ENTRANTS)
    assert "busy 75" in page
    assert "- a fact" in page
    assert all(page.count(f"| {name} ") >= 2 for name in ENTRANTS)


def test_the_clerk_is_beaten_at_the_first_cheaper_plan() -> None:
    assert seconds_to_beat(a_row(), 150) == 2.0
    assert seconds_to_beat(a_row(), 110) is None
    assert seconds_to_beat(a_row(points=()), 150) == 9.5


def test_pictures_are_drawn_alike_from_the_same_figures(tmp_path: Path) -> None:
    rows = [a_row(name, cost=110 + 10 * place) for place, name in enumerate(ENTRANTS)]
    for name in ("one.svg", "two.svg"):
        draw_cost_over_time(tmp_path / name, rows)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    draw_growth(tmp_path / "growth.svg", rows)
    assert b"<svg" in (tmp_path / "growth.svg").read_bytes()


def test_an_entrant_runs_in_a_process_of_its_own_whose_memory_is_seen() -> None:
    row = run_one(Heat(name="tiny", path=TINY, cases=10, seconds=5.0), CLERK)
    assert row.legal
    assert row.total == 10
    assert 10 < row.memory_mb < 2000
    assert row.points[-1].cost == row.cost


def test_an_entrant_that_fails_gets_a_row_with_its_last_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    row = run_one(Heat(name="broken", path=broken, cases=0, seconds=5.0), CLERK)
    assert not row.legal
    assert row.remark.startswith("failed: ")


def test_the_memory_of_a_process_includes_what_it_started() -> None:
    alone = "import time; print(flush=True); time.sleep(30)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {alone!r}])"
    child = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    single = subprocess.Popen([sys.executable, "-c", alone], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert single.stdout is not None
        child.stdout.readline()
        single.stdout.readline()
        assert megabytes_of(child.pid) > 1.5 * megabytes_of(single.pid) > 0
    finally:
        for process in (child, single):
            subprocess.run(["pkill", "-P", str(process.pid)], check=False)
            process.kill()
            process.wait()


def test_every_family_is_compared_and_who_sits_out_is_named() -> None:
    assert set(SECONDS) == set(FAMILIES)
    assert set(ONLY_THESE) == {"state"}
    assert set(ONLY_THESE["state"]) < set(ENTRANTS)


@pytest.mark.slow
def test_a_short_contest_writes_its_page_pictures_and_figures_and_can_write_them_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = ["--into", str(tmp_path)]
    main([*into, "--families", "tiny", "--time-limit", "3", "--growth", "12", "--entrants", OURS, CLERK])
    shown = capsys.readouterr().out
    assert shown.count("| tiny ") == 2
    assert shown.count("| busy 12 ") == 2
    page = (tmp_path / "benchmarks.md").read_text()
    assert "![Growth](pictures/bench-growth.svg)" in page
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == {
        "bench-cost-over-time.svg",
        "bench-growth.svg",
    }
    assert len(json.loads((tmp_path / "benchmarks.json").read_text())["rows"]) == 2
    main([*into, "--again"])
    assert (tmp_path / "benchmarks.md").read_text() == page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--time-limit", "0"], "--time-limit is 0; give more than 0 seconds."),
        (["--growth", "0"], "--growth asks for 0 cases; ask for at least one."),
        (["--again"], "holds no benchmarks.json of an earlier run; run the benchmark there first."),
    ],
)
def test_bad_options_are_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--into", str(tmp_path), *given])
    assert left.value.code == 2
    assert said in capsys.readouterr().err
