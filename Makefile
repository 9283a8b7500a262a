# Needs Python 3.11 or newer, git and make. Everything else is installed into .venv and build.
PYTHON ?= python3
BIN := .venv/bin
PIP := -m pip install --quiet --disable-pip-version-check
REPORT := build/digital-bank.html
SPREAD := -n auto --dist worksteal
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --python-version 3.11 --universal --no-annotate \
	--custom-compile-command "make constraints"

.PHONY: demo test test-slow test-thorough test-search test-lowest test-newest mutants constraints lint format docs bench clean FORCE

demo: .venv/base
	@mkdir -p build
	@$(BIN)/assay scan examples/digital-bank --output html=$(REPORT) --output sarif=build/digital-bank.sarif; \
	code=$$?; test $$code -eq 1 || { echo "expected exit code 1 (findings), got $$code"; exit 1; }
	@echo
	@echo "The example has faults on purpose; examples/digital-bank/README.md lists them."
	@echo "The report is at $(CURDIR)/$(REPORT)"

# All tests but those that need a program from elsewhere or much time.
test: .venv/dev
	$(BIN)/pytest $(SPREAD) -m "not slow" $(PYTEST_ARGS)

# The others: skipped where their program is not there; `.ci/run` brings them all.
test-slow: .venv/dev
	$(BIN)/pytest $(SPREAD) -m slow $(PYTEST_ARGS)
	$(MAKE) test-thorough test-lowest test-newest
	.ci/try-hook

# Tests that draw their inputs: ten times as many, or a hundred times and others in each run.
test-thorough test-search: test-%: .venv/dev
	$(BIN)/pytest $(SPREAD) -m hypothesis --hypothesis-profile=$* $(PYTEST_ARGS)

# With the lowest versions of what Assay needs, and with the newest of today.
test-lowest test-newest: test-%: build/%/installed
	build/$*/bin/pytest $(SPREAD) -m "not slow" $(PYTEST_ARGS)

# Do the tests notice one-line faults? ARGS="--number 10 scanner/facts" for fewer, or for a part.
mutants: .venv/dev
	$(BIN)/python bench/mutants.py $(ARGS)

# Versions for .venv (the newest of the day) and for test-lowest.
constraints: .venv/dev
	$(COMPILE) --upgrade --resolution highest --output-file .ci/newest.txt >/dev/null
	$(COMPILE) --upgrade --resolution lowest-direct --output-file .ci/lowest.txt >/dev/null

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/yamllint --strict .

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/dev
	$(BIN)/python docs/generate.py

bench: .venv/dev
	$(BIN)/python bench/throughput.py
	$(BIN)/python bench/compare.py

clean:
	rm -rf .venv build dist

.venv/base: pyproject.toml .ci/newest.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) --upgrade 'pip>=25.1'
	$(BIN)/python $(PIP) --constraint .ci/newest.txt --editable .
	$(BIN)/python -m compileall -q scanner
	@touch $@

.venv/dev: .venv/base
	$(BIN)/python $(PIP) --constraint .ci/newest.txt --editable . --group dev
	@touch $@

build/lowest/installed: .ci/lowest.txt
build/newest/installed: build/newest.txt
build/%/installed: pyproject.toml
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python $(PIP) --upgrade 'pip>=25.1'
	$(@D)/bin/python $(PIP) --constraint $(filter %.txt,$^) --editable . --group test
	@touch $@

build/newest.txt: .venv/dev FORCE
	@mkdir -p build
	$(COMPILE) --upgrade --resolution highest --output-file $@.new >/dev/null
	@cmp -s $@.new $@ || cp $@.new $@
