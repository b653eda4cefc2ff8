# `make` alone lists the targets. Everything runs in .venv, which is made on first use.
# ARGS passes options on:  make serve ARGS="--port 9000"    make test ARGS="-k merge"

PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
PAGE   := hatch_build.py $(wildcard solosync/web/ui/*.js* solosync/web/ui/src/* solosync/web/ui/src/*/*)
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help serve test check browser soak visual bench binary format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.run ## Start the server and open its page
	@$(BIN)/solosync serve $(ARGS)

# Three at a time even on two processors: much of a test's time is waiting for a server.
test: $(VENV)/.dev ## Run the tests
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

check: $(VENV)/.dev ## Check format, lint, types and the import layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_layers.py

format: $(VENV)/.dev ## Put the code into its format
	@$(BIN)/ruff check --select I --fix .
	@$(BIN)/ruff format .

# What fails is tried once more, and told (R): a busy machine's browser sometimes ends by itself.
browser: $(VENV)/.dev ## Use the pages in a real browser as people do
	@$(BIN)/python -m pytest -m browser -n 2 --dist worksteal --reruns 1 -rR tests/interop tests/journeys $(ARGS)

soak: $(VENV)/.dev ## Run the long tests with their full counts (an hour or more)
	@$(BIN)/python -m pytest -m soak --timeout 0 -s $(ARGS)

visual: $(VENV)/.dev ## Compare pictures of boards with those a browser draws
	@$(BIN)/python -m tests.visual $(ARGS)
	@$(BIN)/python -m pytest -q -m visual tests/visual

bench: $(VENV)/.dev ## Measure the server beside its peers
	@$(BIN)/python -m tests.bench $(ARGS)

binary: $(VENV)/.dev ## Make the one-file program dist/solosync and try it out
	@$(BIN)/python packaging/build.py
	@$(BIN)/python -m pytest -m binary $(ARGS)

clean: ## Remove what was made here (never a data folder)
	@rm -rf $(VENV) .cache build dist solosync/web/pages/built

# The first Python that is new enough; `make PYTHON=/path/to/python serve` chooses one.
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			$$python -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); exit 1; \
		fi; \
	done; \
	echo 'solosync needs Python 3.11 or newer; none was found (make PYTHON=/path/to/python ...)' >&2; \
	exit 1

# A stamp each, so that a second run starts at once; serving needs none of the developer's tools.
$(VENV)/.run: pyproject.toml $(PAGE) | $(BIN)/python
	@echo 'Installing solosync into $(VENV) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml $(PAGE) | $(BIN)/python
	@echo 'Installing solosync and its tools into $(VENV) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.run
