# Everything one does with a clone. What it needs: Python 3.11 or newer with its venv module, and make.

PYTHON ?= python3
UV = 0.13.8
SHELL = /bin/sh
.DEFAULT_GOAL = help
.PHONY: help setup setup-extras setup-tests run test test-fast check notebook wheel bench bench-setup lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile

# $(call installed,FOLDER,FILE): the packages of a hashed requirement file are in a virtual environment. Both are made
# when they are missing; the packages again when the file has changed since.
define installed
	@if [ ! -x $(1)/bin/python ] || ! $(1)/bin/python -c '' 2>/dev/null; then \
		command -v $(PYTHON) >/dev/null || \
			{ echo "Python is missing: apt-get install python3 python3-venv, or make PYTHON=/path/to/python3."; exit 1; }; \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
			{ echo "$$($(PYTHON) --version) is too old: install Python 3.11 or newer and its venv module, then make PYTHON=python3.11."; exit 1; }; \
		$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
			{ echo "Python's venv module is missing: apt-get install python3-venv."; exit 1; }; \
		$(PYTHON) -m venv --clear $(1) || exit 1; \
	fi; \
	content="$$(cksum < $(2))"; stamp="$(1)/$$(echo $(2) | tr / -).stamp"; \
	if [ "$$(cat $$stamp 2>/dev/null)" != "$$content" ]; then \
		echo "Installing $(2) into $(1) ..."; \
		$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(2) || exit 1; \
		echo "$$content" > $$stamp; \
	fi
endef

setup: ## make .venv with the hashed requirements.txt
	$(call installed,.venv,requirements.txt)

setup-extras: setup ## add LightGBM, XGBoost, Optuna and Dask to .venv
	$(call installed,.venv,requirements-extras.txt)

setup-tests: setup
	$(call installed,.venv,requirements-dev.txt)

run: setup ## serve dashboard, REST and worker on http://127.0.0.1:8501 (PORT= for another); stop with Ctrl-C
	@exec .venv/bin/python -m mms serve

test: check ## check, then the whole suite: SQLite, PostgreSQL, and a real browser where there is a Chromium
	.venv/bin/python -m pytest -q -n 2 -m "not browser"
	.venv/bin/python -m pytest -q -m browser

test-fast: setup-tests ## the suite without what is marked slow and without the browser
	.venv/bin/python -m pytest -q -n 2 -m "not slow and not browser"

check: setup-tests ## lint, format, types and import walls
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m pytest -q tests/test_house.py

notebook: setup-tests ## execute docs/notebook.ipynb on a server of its own, and store its outputs
	MMS_STORE_NOTEBOOK=1 .venv/bin/python -m pytest -q tests/client/test_notebook.py

wheel: setup-tests ## build the wheel of the Python client into dist/
	.venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@rm -rf build mms.egg-info

bench: setup-tests ## every benchmark: a table each; fails when a bar is missed
	@missed=0; for script in benchmarks/*.py; do \
		echo "== $$script"; .venv/bin/python $$script || missed=1; \
	done; exit $$missed

bench-setup: ## make .venv-bench with the peers that benchmarks compare with
	$(call installed,.venv-bench,benchmarks/requirements.txt)

lock: ## compile requirements*.in into the hashed locks, keeping what still fits
	@[ -x .venv-lock/bin/uv ] || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv==$(UV); }
	.venv-lock/bin/uv pip compile $(LOCK) requirements.in -o requirements.txt
	.venv-lock/bin/uv pip compile $(LOCK) requirements-extras.in -o requirements-extras.txt
	.venv-lock/bin/uv pip compile $(LOCK) requirements-dev.in -o requirements-dev.txt
	.venv-lock/bin/uv pip compile $(LOCK) benchmarks/requirements.in -o benchmarks/requirements.txt

LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-header

clean: ## remove virtual environments and caches, never your data
	rm -rf .venv .venv-bench .venv-lock .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
