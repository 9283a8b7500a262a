# Needs Python 3.11 or newer, git and make. Everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
REPORT := build/digital-bank.html

.PHONY: demo test lint format docs bench clean

demo: .venv/base
	@mkdir -p build
	@$(BIN)/assay scan examples/digital-bank --output html=$(REPORT) --output sarif=build/digital-bank.sarif; \
	code=$$?; test $$code -eq 1 || { echo "expected exit code 1 (findings), got $$code"; exit 1; }
	@echo
	@echo "The example has faults on purpose; examples/digital-bank/README.md lists them."
	@echo "The report is at $(CURDIR)/$(REPORT)"

test: .venv/dev
	$(BIN)/assay rules test
	$(BIN)/pytest -n 2 $(PYTEST_ARGS)

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

.venv/base: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	$(BIN)/python -m compileall -q scanner
	@touch $@

.venv/dev: .venv/base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@
