# Two commands: `make run` (set up, collect the bundled sample, show it) and `make test`.
# Needs Python 3.11 to 3.13, git and make. Uses uv when it is there, else venv and pip with the same hashes.

PYTHON ?= python3
PORT ?= 8001
SERVE ?= 1
# Processes of `make test`; each takes whole files.
WORKERS ?= 2
BIN := .venv/bin
# The sample has a folder of its own, so that it never mixes with what `make collect` brings.
run: DATA ?= data/sample
collect serve: DATA ?= data
SAMPLE := file://$(CURDIR)/crawlers/sample

.PHONY: run collect serve test quick lint lock clean help

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

run: $(BIN)/.run  ## set up, collect the bundled sample, tag, match, publish, and show the site (SERVE=0 stops before)
	@INFOPOLICY_DATA="$(DATA)" INFOPOLICY_MIRROR="$(SAMPLE)" $(BIN)/infopolicy crawl us_bills --congress all
	@INFOPOLICY_DATA="$(DATA)" INFOPOLICY_MIRROR="$(SAMPLE)" $(BIN)/infopolicy crawl us_federal_register --since 2025-01-01 --until 2025-12-31
	@OPENSTATES_KEY=sample INFOPOLICY_DATA="$(DATA)" INFOPOLICY_MIRROR="$(SAMPLE)" $(BIN)/infopolicy crawl us_states --budget off
	@INFOPOLICY_DATA="$(DATA)" $(BIN)/infopolicy summary
	@if [ "$(SERVE)" != 0 ]; then INFOPOLICY_NOTICE="This is the small sample that comes with the software: real numbers, names and dates, summaries written for it." \
		INFOPOLICY_DATA="$(DATA)" $(BIN)/infopolicy serve --port $(PORT); fi

collect: $(BIN)/.run  ## the same job against the live sources (QUICK=1: the last 30 days; SOURCES=us_bills,uk_bills: only these)
	@INFOPOLICY_DATA="$(DATA)" $(BIN)/infopolicy collect $(if $(QUICK),--quick) $(if $(SOURCES),--sources $(SOURCES))

serve: $(BIN)/.run  ## show what `make collect` brought
	@INFOPOLICY_DATA="$(DATA)" $(BIN)/infopolicy serve --port $(PORT)

test: $(BIN)/.test  ## run the suite; browser tests too where Chromium and npm are installed
	@if command -v chromium >/dev/null && command -v npm >/dev/null && [ ! -d tests/browser/node_modules ]; then \
		npm ci --silent --no-audit --no-fund --prefix tests/browser; fi
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

quick: $(BIN)/.test  ## run the quick tests only, in about two minutes
	$(BIN)/python -m pytest -q -m "not slow and not browser"

lint: $(BIN)/.test  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock:  ## renew uv.lock and its exports (needs uv)
	uv lock
	uv export -q --frozen --no-dev --no-emit-project -o requirements.txt
	uv export -q --frozen --no-emit-project -o requirements-dev.txt

clean:  ## remove the environment (data stay)
	rm -rf .venv build *.egg-info

# The exported lists are whole: --no-deps keeps pip from asking for newer ones ("smart-open[http]"), whose hashes no list has.
$(BIN)/.run: uv.lock pyproject.toml
	@if command -v uv >/dev/null; then uv sync --quiet --frozen --compile-bytecode --no-dev --inexact; \
	else $(MAKE) -s $(BIN)/python && $(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.txt && PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --no-deps --no-build-isolation -e .; fi
	@touch $@

$(BIN)/.test: uv.lock pyproject.toml
	@if command -v uv >/dev/null; then uv sync --quiet --frozen --compile-bytecode --inexact; \
	else $(MAKE) -s $(BIN)/python && $(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-dev.txt && PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --no-deps --no-build-isolation -e .; fi
	@touch $@ $(BIN)/.run

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "This needs Python 3.11, 3.12 or 3.13; name one with PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv
