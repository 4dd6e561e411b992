# `make help` lists the commands.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Without a GPU, a much smaller download is enough (Linux on x86):
#   make test TORCH='torch==2.13.0 --extra-index-url https://download.pytorch.org/whl/cpu'
TORCH := torch==2.13.0
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11) and "This is Python %d.%d; Verbatim needs \
3.11 or newer. If you have one, name it: make run PYTHON=python3.12" % sys.version_info[:2])

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo test check fix bench chaos clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## install what is missing, then serve dashboard and API on http://127.0.0.1:8000
	@$(BIN)/voc serve

demo: $(VENV)/run.stamp ## serve, load the demo feedback through the API, print pain points and wins by stage
	@$(BIN)/voc demo

test: check ## check format, lint, types and import contracts, then run the tests on both databases
	$(BIN)/pytest --numprocesses 2 --dist worksteal

check: $(VENV)/dev.stamp ## check format, lint, types and import contracts only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fix: $(VENV)/dev.stamp ## format the code and apply lint fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp ## measure the ratios in docs/performance.md on this machine (about 10 minutes)
	$(BIN)/voc bench

chaos: $(VENV)/dev.stamp ## kill -9 the API and the workers under load, then check that nothing was lost
	$(BIN)/python -m tests.chaos

clean: ## remove the environment and the caches, keep ./data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache *.egg-info

# Both stamps share one environment. `run` needs neither torch nor the test tools; `test` installs both.
$(VENV)/bin/python:
	@$(PYTHON) -c '$(NEW_ENOUGH)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[postgres,train,dev]'
	@touch $@ $(VENV)/run.stamp
