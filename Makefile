# `make demo` and `make test` do all the set-up. Everything lives in .venv and .cache of this folder.
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
PYTHON ?= python3
UV_VERSION := 0.13.9
READY := $(VENV)/.ready
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help setup demo test test-fast faults soak lint types format lock metadata clean
help:
	@echo "make demo       everything on a bundled sample wire (KAFKA=1: on a real broker)"
	@echo "make test       all tests          make test-fast   those that need no server"
	@echo "make faults     the long fault tests, with 500 kills (ROUNDS=n: n kills)"
	@echo "make soak       a steady load for HOURS=2; memory and checkpoints must stay flat (RUNNER=flink)"
	@echo "make setup      what the others do first"
	@echo "make lint types format             make lock        compile requirements/*.txt anew"
	@echo "make metadata   write deploy/dataflow/metadata.json anew"

setup: $(READY)

$(READY): pyproject.toml requirements/dev.txt requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; PYTHON=/path/to/it make ..."; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "python3 cannot make environments: install python3-venv (apt-get install python3-venv)"; exit 1; }
	@test -x $(UV) || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@echo "installing what requirements/dev.txt pins"
	@$(UV) pip sync --system-certs --quiet --python $(PY) --require-hashes requirements/dev.txt requirements/uv.txt
	@$(UV) pip install --system-certs --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)
	@$(VENV)/bin/summitwire demo $(if $(KAFKA),--kafka)

test: $(READY)
	@$(PY) -m pytest

faults: $(READY)
	@SUMMITWIRE_FAULTS=long SUMMITWIRE_KILLS=$(or $(ROUNDS),500) $(PY) -m pytest --timeout 7200 tests/faults tests/integration/flink

soak: $(READY)
	@$(PY) -m tests.faults.soak --hours $(or $(HOURS),2) --runner $(or $(RUNNER),local)

test-fast: $(READY)
	@$(PY) -m pytest -m "not slow"

lint: $(READY)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: $(READY)
	@$(VENV)/bin/mypy

format: $(READY)
	@$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format .

lock: $(UV)
	@$(COMPILE) --extra dev pyproject.toml -o requirements/dev.txt
	@$(COMPILE) --constraints requirements/dev.txt pyproject.toml -o requirements/run.txt
	@$(COMPILE) --constraints requirements/run.txt --extra dataflow pyproject.toml -o requirements/dataflow.txt
	@echo uv==$(UV_VERSION) | $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header - -o requirements/uv.txt

metadata: $(READY)
	@$(PY) -m pipeline.dataflow metadata > deploy/dataflow/metadata.json

clean:
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
