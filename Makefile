# Two commands are the whole set-up: `make start` and `make test`.
.PHONY: help start test check lint bench bench-quick clinic mutants walks walks-bugs trust trust-long docs lock pictures sbom licences audit clean

help:
	@echo "make start     install, then run Neurolist with a demo clinic and print the address"
	@echo "make test      install the test tools, then run every test"
	@echo "make check     format, lint, types, import contracts, then every test"
	@echo "make bench     compare the planner with others for about 40 minutes; writes docs/benchmarks.md"
	@echo "make bench-quick  the same on small problems in a few minutes; writes bench-quick/"
	@echo "make clinic    move 1,000 invented cases through a clinic whose processes are killed; writes docs/pathway-load.md"
	@echo "make mutants   put small faults into the rules, goals, diary and audit; each must make a test fail"
	@echo "make walks     let 2,000 machines walk the pathway at random on each database engine, checked after every step"
	@echo "make walks-bugs  put known faults into the pathway and its memory; the walks must find each"
	@echo "make trust     hostile writers, kills, a full disk, clerks beside a publish, guards; prints each figure with its goal"
	@echo "make trust-long  the same at length, for hours; writes docs/trust.md"
	@echo "make docs      write the generated pages of docs/ again"
	@echo "make pictures  take docs/pictures/ again, every page at two widths, from a demo clinic of their own"
	@echo "make sbom      write the bill of materials of a release into dist/, from the hash lock"
	@echo "make licences  hold the licence of everything that is locked against the list in pyproject.toml"
	@echo "make audit     ask for known faults in everything that is locked; not green when nothing could be asked"
	@echo "make lock      resolve the dependencies again into the hash locks"

start:
	scripts/setup run
	.venv/bin/neurolist up --demo

# Tests that kill processes, drive a browser or measure contention run by themselves, after the others.
ALONE = faults or stress or browser or slow

test:
	scripts/setup test
	.venv/bin/python -m pytest -q -n 2 -m "not ($(ALONE))"
	.venv/bin/python -m pytest -q -m "$(ALONE)" --durations=15

lint:
	scripts/setup test
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

check: lint test

bench:
	scripts/setup test
	.venv/bin/python -m benchmarks.bench

bench-quick:
	scripts/setup test
	.venv/bin/python -m benchmarks.bench --quick --into bench-quick

clinic:
	scripts/setup test
	.venv/bin/python -m benchmarks.clinic --into docs
	.venv/bin/python -m benchmarks.clinic --into docs --postgresql

mutants:
	scripts/setup test
	.venv/bin/python -m scripts.mutants

walks:
	scripts/setup test
	.venv/bin/python -m scripts.walks

trust:
	scripts/setup test
	.venv/bin/python -m benchmarks.trust

trust-long:
	scripts/setup test
	.venv/bin/python -m benchmarks.trust --long --into docs

walks-bugs:
	scripts/setup test
	.venv/bin/python -m scripts.walks --bugs

docs:
	scripts/setup test
	.venv/bin/python -m scripts.write_docs

pictures:
	scripts/setup test
	.venv/bin/python -m scripts.screenshots

sbom licences audit:
	scripts/setup test
	.venv/bin/python -m scripts.$@

lock:
	scripts/lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
