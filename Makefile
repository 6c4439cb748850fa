# Moothall: every target works on a fresh machine with Python 3.11 or newer. `make help` explains them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CODE := vocab federation harvesters hub
ALL := $(CODE) tests benchmarks tools

.PHONY: help translations demo test soak check format bench bench-opensearch bench-growth clean
.DEFAULT_GOAL := help

help: ## Say what each target does
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

$(VENV)/installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,dev]'
	@touch $@

demo: $(VENV)/installed ## Set everything up and run the hub with six made-up organisations
	$(BIN)/moothall demo $(ARGS)

test: $(VENV)/installed-dev ## Set everything up and run every test; the last lines say what was not covered
	$(BIN)/python -m tests $(ARGS)

soak: $(VENV)/installed-dev ## Kill processes and servers under load a thousand times, which takes half an hour
	MOOTHALL_TEST_FAULTS=$(or $(FAULTS),510) $(BIN)/python -m pytest tests/faults/test_random_faults.py

check: $(VENV)/installed-dev ## Am I done? Format, lint, types, import contracts, templates; under a minute
	$(BIN)/ruff format --check $(ALL)
	$(BIN)/ruff check $(ALL)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint hub/templates --lint --quiet

format: $(VENV)/installed-dev ## Format the code and mend what the linter can mend
	$(BIN)/ruff format $(ALL)
	$(BIN)/ruff check --fix $(ALL)

translations: $(VENV)/installed-dev ## Find every sentence, bring the catalogues of translations up to date, compile them
	$(BIN)/python -m tools.translations

bench: $(VENV)/installed-dev ## Measure: search page, harvest, load and communities, each against something raw or known
	$(BIN)/python -m benchmarks.search_page
	$(BIN)/python -m benchmarks.harvest
	$(BIN)/python -m benchmarks.mixed_load
	$(BIN)/python -m benchmarks.saved_searches
	$(BIN)/python -m benchmarks.alerts
	$(BIN)/python -m benchmarks.communities

bench-opensearch: $(VENV)/installed-dev ## The same with OpenSearch, which is started for it; needs a JDK and Maven
	$(BIN)/python -m benchmarks.search_page --engine opensearch
	$(BIN)/python -m benchmarks.bulk
	$(BIN)/python -m benchmarks.mixed_load --engine opensearch

bench-growth: $(VENV)/installed-dev ## What ten times as many records cost, up to a million; an hour, 30 GB of disk
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.growth --engine opensearch --large 300000

clean: ## Remove the virtual environment, the demo and every cache
	rm -rf $(VENV) moothall-demo build dist .mypy_cache .ruff_cache .pytest_cache *.egg-info
