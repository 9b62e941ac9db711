# Every target sets up what it needs, from a clone on a machine with Python and make. What is done is remembered under
# .make/ and done again only when the file that describes it changed.

PYTHON ?= python3
BIN := .venv/bin
MINUTES ?= 60

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check bench soak e2e clean

help:  ## what this file can do
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: .make/install  ## the demo district, in the browser
	$(BIN)/madang demo

test: .make/install .make/browser  ## all tests, then the browser's; ARGS='-k alerts' chooses
	@# Both workers must find the same tests in the same order, also those that are made from a set.
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -n 2 --dist loadfile --ignore=tests/e2e $(ARGS) || [ $$? -eq 5 ]
	MADANG_BROWSER="$$(cat .make/browser)" $(BIN)/python -m pytest tests/e2e $(ARGS) || [ $$? -eq 5 ]

e2e: .make/install .make/browser  ## only the tests that drive a browser
	MADANG_BROWSER="$$(cat .make/browser)" $(BIN)/python -m pytest tests/e2e $(ARGS)

check: .make/install  ## lint, format, types, import directions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .make/install  ## the measurements, each against a peer or a physical limit
	$(BIN)/python bench/run.py $(ARGS)

soak: .make/install  ## the demo under load, watched for leaks; MINUTES=60
	$(BIN)/python bench/soak.py --minutes $(MINUTES) $(ARGS)

clean:  ## back to the clone
	rm -rf .make .venv build dist node_modules console/node_modules src/madang/web/static/vendor test-results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests bench tools -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

.make/venv: tools/setup/venv.sh
	PYTHON="$(PYTHON)" sh tools/setup/venv.sh .venv
	@mkdir -p .make && touch $@

# The console's libraries (src/madang/web/static/vendor) are fetched by the build hook while this installs.
.make/install: .make/venv pyproject.toml hatch_build.py console/package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

.make/browser: .make/install tools/setup/browser.py
	$(BIN)/python tools/setup/browser.py > $@
