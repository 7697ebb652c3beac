# One command for each. Needs only Python 3.11 or newer, make and git.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: run test lint fuzz lab lab-repair lab-moves lab-wizard lab-report bench bench-record figures man docs pictures tour messages clean

## Set up, then start the wizard; without a terminal show the headless result for this machine.
run: $(VENV)/.run
	@if [ -t 0 ] && [ -t 1 ] && [ -t 2 ]; then $(BIN)/gomod-wizard; else $(BIN)/gomod-wizard plan; fi

## Set up, then run all tests; as root also those that need a real engine.
test: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal

## Lint, format check, types, import contracts.
lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## Every parser and merge under a coverage-guided fuzzer, a minute in all.
fuzz: $(VENV)/.fuzz
	$(BIN)/python -m tests.fuzz.run

## The scoreboard of broken networks (root).
lab: $(VENV)/.dev
	tests/lab/run --jobs 2

## Networks that were set up wrongly: does `verify --repair` turn them green? (root)
lab-repair: $(VENV)/.dev
	tests/lab/run --repair

## A machine that was set up moves to another network and back: check, refresh, the cache (root).
lab-moves: $(VENV)/.dev
	tests/lab/run --moves --jobs 2

## The wizard by the keyboard, in tmux, inside a broken network: keys and seconds to green (root).
lab-wizard: $(VENV)/.dev
	tests/lab/run --wizard lab-wizard

## The scoreboard with the static recipes beside it, kept in docs/ (root).
lab-report: $(VENV)/.dev
	tests/lab/run --jobs 3 --again --columns --report docs/scoreboard.md --json docs/scoreboard.json

## Ratios within one run, on loopback.
bench: $(VENV)/.dev
	$(BIN)/python -m bench.run --compare

## The same, kept: docs/benchmarks.json, its page and its plots.
bench-record: $(VENV)/.dev
	$(BIN)/python -m bench.run --record
	$(BIN)/python -m bench.page

## How often `diagnose` is right, on three sets of logs, and what it missed.
figures: $(VENV)/.dev
	$(BIN)/python -m tests.diagnose.measure

## The README's pictures, from the real program.
pictures: $(VENV)/.dev
	$(BIN)/python -m tests.screens.take_pictures

## The animated tour, from the real program.
tour: $(VENV)/.dev
	$(BIN)/python -m tests.screens.take_tour

## The manual page, from the parser; read it with `man -l build/gomod-wizard.1`.
man: $(VENV)/.dev
	$(BIN)/python -m docs.making.manual build/gomod-wizard.1

## The documentation site, into build/docs/site; a broken link fails it.
docs: $(VENV)/.dev $(VENV)-docs/.done
	$(BIN)/python -m docs.making.site build/docs
	NO_MKDOCS_2_WARNING=1 $(VENV)-docs/bin/mkdocs build --strict --quiet --config-file build/docs/mkdocs.yml
	$(BIN)/python -m docs.making.check build/docs/site

## Every sentence into assets/locale, and what is translated there into the file that is read.
messages: $(VENV)/.dev
	$(BIN)/python -m tests.languages.messages

clean:
	rm -rf $(VENV) $(VENV)-docs dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "gomod-wizard needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; } # half a venv would be taken for one

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.run $@

$(VENV)-docs/.done: requirements-docs.txt | $(BIN)/python
	$(PYTHON) -m venv $(VENV)-docs
	$(VENV)-docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-docs.txt
	@touch $@

$(VENV)/.fuzz: requirements-fuzz.txt $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement requirements-fuzz.txt
	@touch $@
