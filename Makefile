# 明察 Mingcha. Two commands do everything: make run, make test.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help run test long opensearch check fix bench attack judges translations clean

# Of the long tests, those that watch over history, secrets, access and cost on every page, what search finds first, and
# what readers of feeds and other outside judges say; "make long" runs every one, and axe in each language at each width.
AXE := 'tests/browser/test_access.py::test_axe_finds_nothing_on_any_kind_of_page[zh-1280]' \
  'tests/browser/test_access.py::test_axe_finds_nothing_on_any_kind_of_page[en-390]'
WATCHED := tests/internal/test_demonstration.py tests/register/test_tampering.py tests/public/test_leaks.py tests/public/test_twins.py tests/public/test_twin_sites.py tests/public/test_forgetting.py tests/public/test_hidden_fields.py tests/public/test_query_cost.py tests/public/test_judged.py tests/public/api/test_requests.py $(AXE) tests/journeys/test_feed_readers.py \
  tests/journeys/test_judges.py
# The road of a record, its histories and lists, purging and accounts on PostgreSQL as well; the long tests run all of
# STORED there, except what is about SQLite.
ON_POSTGRES := tests/airlock/test_publish.py tests/register/test_lists.py tests/journeys/test_row_to_citizen.py \
  tests/register/test_history.py tests/register/test_sync.py tests/letterbox tests/kit/test_locking.py -m "not slow"
STORED := tests/register tests/letterbox tests/airlock tests/internal tests/public tests/mirror tests/kit/test_closing.py tests/kit/test_locking.py
# Journeys through real processes that end well there; they start servers and commands of their own, one after another.
JOURNEYS := $(addprefix tests/journeys/test_,row_to_citizen.py processes.py outages.py drawing.py crash.py log.py metrics.py \
  nginx.py office_doors.py faults.py feed_readers.py restored.py load.py judges.py sync.py sync_docs.py)
# Slow tests of STORED that end well there: every row and column of the register edited by hand, leaks, draws, dumps,
# what search finds first.
SLOW_STORED := tests/register/test_tampering.py tests/register/test_verify_log.py tests/public/test_draw_secrets.py \
  tests/public/test_recompute.py tests/public/test_leaks.py tests/public/test_twins.py tests/public/test_twin_sites.py tests/public/test_judged.py tests/public/api/test_dumps.py tests/public/api/test_rows.py \
  tests/public/api/test_contract.py
# They wait until nobody writes the server's log, or tell it how to clean: they want the server for themselves.
ALONE := tests/register/test_scouring.py tests/journeys/test_accounts.py tests/journeys/test_replica.py tests/kit/test_copying.py

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/ready ## Migrate, load the demonstration on the first start, serve site and office until Ctrl-C
	@exec $(BIN)/portal-office run

test: .venv/ready-dev .system judges ## All checks and all tests, as CI runs them
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not slow and not browser"
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow or browser" $(WATCHED)
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n 2 --dist worksteal $(ON_POSTGRES)
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n0 $(ALONE) -m "not slow"

long: .venv/ready-dev .system judges ## The long tests: journeys through real processes, browsers, attacks, kills
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow or browser"
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n 2 --dist worksteal $(STORED) $(ALONE:%=--ignore %) -m "not slow and not browser"
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n 2 --dist worksteal $(SLOW_STORED) -m slow
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n0 $(JOURNEYS)
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n0 $(ALONE)
	@if [ -n "$$OPENSEARCH_HOME" ]; then $(MAKE) --no-print-directory opensearch; \
	else echo "NOT TESTED: search on OpenSearch; set OPENSEARCH_HOME to the folder of a server" >&2; fi

opensearch: .venv/ready-dev ## The contract of search on a private OpenSearch server out of the folder OPENSEARCH_HOME
	$(BIN)/python -m tests.opensearch $(BIN)/python -m pytest -m opensearch tests/register/search

check: .venv/ready-dev ## Format, lint, types, contracts, templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates

fix: .venv/ready-dev ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/ready-dev ## Measure import, release, pages and search at 100,000 results, every page at a million
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.search
	$(BIN)/python -m tests.bench.site

attack: .venv/ready-dev .system ## Attack tools against the demonstration behind nginx: those that are installed
	$(BIN)/python -m tests.attack

# Judges that come from npm and stay out of the repository: of access, of the API's description, of its change feed.
JUDGES := axe-core@4.14.1 @stoplight/spectral-cli@6.16.3 @openactive/rpde-validator@3.0.3571
judges: .venv/judges ## Fetch the outside judges that tests ask
.venv/judges: Makefile | .venv/bin/python .system
	@npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix .venv $(JUDGES)
	@touch $@

translations: .venv/ready-dev ## Collect new words for the English catalogue and compile it
	$(BIN)/pybabel -q extract -F pyproject.toml --no-location --sort-output -o .venv/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching -l en -i .venv/messages.pot -d portal/translations
	$(BIN)/pybabel compile -d portal/translations

clean: ## Remove the environment and the demonstration's stores
	rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv python3-dev; }
	@$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/python requirements.lock pyproject.toml
	@echo "Installing what the portal needs (once) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.lock
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# A real browser with Chinese fonts, a real PostgreSQL, a real nginx and real feed readers for the tests that use them:
# program=package. Only what is missing is installed, for a machine may have one of them from elsewhere (an npm that came
# with its own Node.js conflicts with Debian's).
PROGRAMS := chromium=chromium chromedriver=chromium-driver nginx=nginx-light pg_ctlcluster=postgresql npm=npm \
  newsboat=newsboat sfeed_update=sfeed curl=curl fc-list=fontconfig
CHINESE_FONT := fonts-noto-cjk
.PHONY: .system
.system:
	@missing=; for each in $(PROGRAMS); do command -v $${each%%=*} >/dev/null || missing="$$missing $${each#*=}"; done; \
	fc-list :lang=zh 2>/dev/null | grep -q . || missing="$$missing $(CHINESE_FONT)"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	  else echo "missing; install these Debian packages for the tests:$$missing" >&2; exit 1; fi; fi
