# Needs Python 3.11 or newer, git and make. Everything else is installed into .venv and build.
PYTHON ?= python3
BIN := .venv/bin
PIP := -m pip install --quiet --disable-pip-version-check
REPORT := build/digital-bank.html
SPREAD := -n auto --dist worksteal
COMPILE = $(BIN)/uv pip compile --quiet --python-version 3.11 --universal --no-annotate --generate-hashes \
	--custom-compile-command "make constraints"
# Packages come from a lock, each held to its hash; then Assay itself, which needs nothing more.
LOCKED = $(PIP) --require-hashes --requirement
PINS = sed -n 's/^\([A-Za-z0-9_.-]*==[^ ;\\]*\).*/\1/p'
OURSELVES = $(PIP) --no-deps --no-build-isolation --editable .

.PHONY: demo test test-slow test-thorough test-search test-lowest test-newest fuzz mutants constraints lint format docs bench release clean FORCE

demo: .venv/base
	@mkdir -p build
	@COLUMNS=100 $(BIN)/assay scan examples/digital-bank --output table=build/digital-bank.txt \
		--output html=$(REPORT) --output sarif=build/digital-bank.sarif; \
	code=$$?; test $$code -eq 1 || { echo "expected exit code 1 (findings), got $$code"; exit 1; }
	@awk '/^[a-z]/ { findings++ } findings > 2 { exit } { print }' build/digital-bank.txt
	@echo "The example has faults on purpose; examples/digital-bank/README.md lists them."
	@echo "All findings are in $(CURDIR)/build/digital-bank.txt, and the HTML report is $(CURDIR)/$(REPORT)"

# All tests but those that need a program from elsewhere or much time.
test: .venv/dev
	$(BIN)/pytest $(SPREAD) -m "not slow" $(PYTEST_ARGS)

# The others: skipped where their program is not there; `.ci/run` brings them all. Of these, test-thorough runs those
# that draw their inputs, with ten times as many.
test-slow: .venv/dev
	$(BIN)/pytest $(SPREAD) -m "slow and not hypothesis" $(PYTEST_ARGS)
	$(MAKE) test-thorough test-lowest test-newest

# Where inputs are drawn: to load the other files too takes longer than most of these tests.
DRAWN := $(shell grep -rl --include='test_*.py' hypothesis tests | sort)

# Tests that draw their inputs: ten times as many, or a hundred times and others in each run.
test-thorough test-search: test-%: .venv/dev
	$(BIN)/pytest $(SPREAD) -m hypothesis --hypothesis-profile=$* $(PYTEST_ARGS) $(DRAWN)

# What meets the packages that Assay needs: readers, schemas, expressions, the cache, the command line and templates.
USES := $(wildcard $(addprefix tests/test_,cel.py cli.py config.py datafile.py documents*.py evidence*.py expression.py \
	golden.py ledger.py project.py report*.py result_cache*.py rules.py terminal.py waivers_invalid.py))

# These with the lowest versions of the packages.
test-lowest: build/lowest/installed
	build/lowest/bin/pytest $(SPREAD) -m "not slow" $(PYTEST_ARGS) $(USES)

# And with the newest of today, where any of them is newer than in the lock that `make test` runs with.
test-newest: build/newest.txt
	@$(PINS) .ci/dev.txt >build/locked-pins; \
	if $(PINS) $< | grep -vxFf build/locked-pins; then \
		$(MAKE) build/newest/installed && build/newest/bin/pytest $(SPREAD) -m "not slow" $(PYTEST_ARGS) $(USES); \
	else echo "no version is newer than in .ci/dev.txt, which make test ran with"; fi

# Inputs drawn by what code they reach. TARGET=rules for one (tests/fuzz/targets.py lists them), SECONDS for
# longer; what was reached stays in build/fuzzing and is where the next run goes on.
SECONDS := 60
fuzz: build/fuzz/installed
	build/fuzz/bin/python -m tests.fuzz.run --seconds $(SECONDS) $(if $(TARGET),--target $(TARGET)) $(ARGS)

# Do the tests notice one-line faults? ARGS="--number 10 scanner/facts" for fewer, or for a part.
mutants: .venv/dev
	$(BIN)/python bench/mutants.py $(ARGS)

# The locks: for .venv, the site, fuzzing and releases the newest versions of the day, for test-lowest the lowest that are allowed.
constraints: .venv/dev
	$(COMPILE) pyproject.toml --upgrade --output-file .ci/newest.txt >/dev/null
	for group in build dev docs fuzz; do \
		$(COMPILE) pyproject.toml --group $$group --upgrade --constraint .ci/newest.txt \
			--output-file .ci/$$group.txt >/dev/null || exit 1; done
	for group in checkov hook release sarif trestle; do \
		$(COMPILE) --group pyproject.toml:$$group --upgrade --output-file .ci/$$group.txt >/dev/null || exit 1; done
	$(COMPILE) pyproject.toml --group test --upgrade --resolution lowest-direct --output-file .ci/lowest.txt >/dev/null

lint: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/yamllint --strict .
	$(BIN)/zizmor --offline --quiet .github action.yml

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The documentation as a site. A warning, such as a link that leads nowhere, is an error.
docs: build/docs/installed
	rm -rf build/pages build/site build/.cache
	build/docs/bin/python docs/generate.py build/pages
	build/docs/bin/zensical build --strict --config-file build/pages.yml
	@echo "The site is in build/site; to read it: python3 -m http.server --directory build/site"

# Seconds on this machine: see docs/performance.md.
bench: .venv/dev
	$(BIN)/python bench/throughput.py
	$(BIN)/python bench/startup.py
	$(BIN)/python bench/compare.py $(ARGS)
	$(BIN)/python bench/growth.py
	$(BIN)/python bench/gate.py

# What a release is made of: wheel, source archive, and the CycloneDX list of what the wheel needs.
release: .ci/release.txt .ci/newest.txt
	$(PYTHON) -m venv --clear build/release
	build/release/bin/python $(LOCKED) .ci/release.txt
	rm -rf dist
	build/release/bin/python -m build --no-isolation
	build/release/bin/cyclonedx-py requirements .ci/newest.txt --pyproject pyproject.toml --output-reproducible \
		--output-file build/sbom.cdx.json

clean:
	rm -rf .venv build dist

.venv/base: pyproject.toml .ci/build.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python $(LOCKED) .ci/build.txt
	$(BIN)/python $(OURSELVES)
	$(BIN)/python -m compileall -q scanner
	@touch $@

.venv/dev: .venv/base .ci/dev.txt
	$(BIN)/python $(LOCKED) .ci/dev.txt
	@touch $@

build/lowest/installed: .ci/lowest.txt
build/newest/installed: build/newest.txt
build/docs/installed: .ci/docs.txt
build/fuzz/installed: .ci/fuzz.txt
build/%/installed: pyproject.toml
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python $(LOCKED) $(filter %.txt,$^)
	$(@D)/bin/python $(OURSELVES)
	@touch $@

build/newest.txt: .venv/dev FORCE
	@mkdir -p build
	$(COMPILE) pyproject.toml --group test --upgrade --output-file $@.new >/dev/null
	@cmp -s $@.new $@ || cp $@.new $@
