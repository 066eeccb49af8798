# Each target is a door, not a room: what it does stands in the file it calls.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard portal/translations/*/LC_MESSAGES/messages.po))
PAGES := $(shell find templates -name __pycache__ -prune -o -type f -print)

.PHONY: run demo test lint assets bench crash ready

run: ready
	@exec $(BIN)/gunicorn --config deploy/gunicorn.conf.py wsgi:app

demo: ready
	@PORTAL_INSTANCE=$(or $(PORTAL_INSTANCE),instance/demo) $(BIN)/flask --app wsgi demo $(if $(FRESH),--fresh)
	@PORTAL_INSTANCE=$(or $(PORTAL_INSTANCE),instance/demo) exec $(BIN)/gunicorn --config deploy/gunicorn.conf.py wsgi:app

test: .venv/test ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" tests/run

lint: .venv/test
	@PATH="$(CURDIR)/$(BIN):$$PATH" tests/run lint

assets:
	cd assets && npm ci && node build.mjs

bench: .venv/test ready
	@$(BIN)/python -m benchmarks

crash: .venv/test ready
	@$(BIN)/python -m benchmarks.crash --kills $(or $(KILLS),200)

# Compiled here, since a server may not be allowed to: what compiles the portal at each start takes half as long again.
ready: .venv/base $(CATALOGUES) templates/__pycache__
	@$(BIN)/python -m compileall -q crypto portal wsgi.py

templates/__pycache__: $(PAGES) | .venv/base $(CATALOGUES)
	@$(BIN)/python -m portal.commands.pages && touch $@

%.mo: %.po | .venv/base
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

.venv/base: requirements/base.txt
	@$(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/test: requirements/test.txt | .venv/base
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
