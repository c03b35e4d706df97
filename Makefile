# install: the environment. run: everything, on one machine. stop: all of it. test, check: what CI does. bench: figures.
.DELETE_ON_ERROR:
SHELL := /bin/sh
PYTHON ?= python3
SEED_CORPUS ?= examples/corpus
BIN := .venv/bin

.PHONY: install install-bench run stop test check bench lock

install: .venv/installed

.venv/installed: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
		{ echo "error: essay ingest needs Python 3.11 to 3.13, and $(PYTHON) is not one: $$($(PYTHON) --version 2>&1 | tail -n 1). Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "error: this Python has no venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv (about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock || \
		{ echo "error: the packages could not be installed. Is there a network, or a mirror in PIP_INDEX_URL?"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

install-bench: install
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock

run: install
	@$(BIN)/ingest up --seed-corpus "$(or $(strip $(SEED_CORPUS)),examples/corpus)"

stop:
	@if [ -x $(BIN)/ingest ]; then $(BIN)/ingest down; else echo "Nothing was running."; fi

test: install
	@$(BIN)/python -m pytest

check: install
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install-bench
	@$(BIN)/python -m benchmarks.pipeline
	@$(BIN)/python -m benchmarks.load

lock:
	@for set in "" dev bench; do \
		uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml \
			$${set:+--extra dev} $$([ "$$set" = bench ] && echo --extra bench) -o requirements$${set:+-$$set}.lock; \
	done
