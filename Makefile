# Everything is done through these targets; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test lint types contracts unit mutants rules lock clean

export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := 1
# Kept even where the shell says otherwise: the tests start some two hundred Pythons, each of which would compile anew.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.set-up
LOCKS := requirements/bootstrap.txt requirements/dev.txt pyproject.toml
PACKAGES := schemas storage privacy products rules activities workflows intake console audit sandbox simulation workers

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/' | expand -t 16

setup: $(STAMP) ## prepare .venv with everything, locked by hashes

$(STAMP): $(LOCKS)
	@$(PYTHON) -c 'import sys; ok = sys.version_info[:2] == (3, 11); sys.exit(0 if ok else "Python 3.11 is needed, this is " + sys.version.split()[0] + "; name one: make setup PYTHON=/path/to/python3.11")'
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements/bootstrap.txt requirements/dev.txt
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

run: setup ## start the stack, feed the sample claims, show them live; Ctrl-C ends it
	@$(BIN)/journeys demo

test: setup ## everything CI runs
	@$(MAKE) --no-print-directory --jobs 2 --output-sync lint types contracts
	@$(MAKE) --no-print-directory unit

lint: setup # style of Python, YAML and SQL; security patterns
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml --severity-level medium $(PACKAGES)
	$(BIN)/squawk --config .squawk.toml $(wildcard */migrations/*.sql)
	$(BIN)/yamllint --strict .

types: setup
	$(BIN)/mypy

contracts: setup # who may import whom; every import declared
	$(BIN)/lint-imports
	$(BIN)/deptry .

unit: setup # tests/deploy checks the files under deploy/, too
	$(BIN)/pytest

mutants: setup ## put small faults into rules and ledger: which of them does no test notice?
	$(BIN)/python -m bench.mutants.rules --at-least 85
	$(BIN)/python -m bench.mutants.ledger --at-least 85

rules: setup ## write docs/rules.md anew: every rule of the documents and where it stands
	$(BIN)/python -m tests.docs.matrix

lock: setup ## pin anew what pyproject.toml asks for (needs the package index)
	$(BIN)/uv lock --quiet
	$(BIN)/uv export --quiet --frozen --no-header --no-emit-project --no-dev --format requirements-txt > requirements/runtime.txt
	$(BIN)/uv export --quiet --frozen --no-header --no-emit-project --all-groups --format requirements-txt > requirements/dev.txt

clean: ## remove .venv and caches, keep the state
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

