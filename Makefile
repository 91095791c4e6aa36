# Everything a user or a developer does first. `make help` lists it.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
RUST_SOURCES := $(shell find crates -name '*.rs' -not -path '*/target/*') Cargo.toml Cargo.lock $(wildcard crates/*/Cargo.toml)
# The Python that is here, not one that uv would fetch.
export UV_PYTHON ?= $(shell command -v python3)
export UV_PYTHON_DOWNLOADS := never
UV := $(shell command -v uv || echo .uv/bin/uv)

UNPROTECTED := target/unprotected/release/lib_dataplane.so

# Of what is compiled: these run both ways.
COMPILED_TESTS := $(addprefix tests/, conversations crypto gateway ike model wire)

.PHONY: help setup compile demo test test-fast faults kills lint format reference bench fuzz packages clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready $(VENV)/.compiled ## creates .venv with everything and builds the packet path; then: .venv/bin/kakehashi

$(VENV)/.ready: pyproject.toml uv.lock $(RUST_SOURCES) | $(UV)
	@tools/needs-python
	@tools/needs-rust
	@echo "kakehashi: preparing $(VENV) and building the packet path (a minute or two the first time)"
	@$(UV) sync --frozen --quiet --reinstall-package kakehashi
	@touch $@

# Once; after that the interpreter takes changed sources as they are, until `make compile`.
$(VENV)/.compiled: | $(VENV)/.ready
	@$(BIN)/python tools/compile
	@touch $@

compile: $(VENV)/.ready ## the core in machine code again, after its sources have changed
	@$(BIN)/python tools/compile
	@touch $(VENV)/.compiled

.uv/bin/uv:
	@tools/needs-python
	@python3 -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv

demo: setup ## two routers joined by a real tunnel, told on one screen
	@$(BIN)/kakehashi lab examples/nec-ix-cisco-ios/naha.cfg examples/nec-ix-cisco-ios/nago.cfg

packages: ## the system packages that tests and bench need
	@tools/system-packages

test: setup packages ## every test: Rust, Python, real peers in namespaces
	@cargo test --quiet --workspace
	@KAKEHASHI_PURE=1 $(BIN)/pytest -q -n 2 -m "not root" tests
	@$(BIN)/pytest -q -n 2 -m "not root" $(COMPILED_TESTS)
	@$(BIN)/pytest -q -n 4 --dist worksteal -m root tests

test-fast: setup ## what needs neither root nor peers
	@cargo test --quiet -p esp
	@$(BIN)/pytest -q -n 2 -m "not root" tests

faults: setup packages ## every fault of tests/check/faults in a lab of its own: does it come to what check says?
	@$(BIN)/python -m tests.lab.bench

kills: setup packages ## a gateway killed fifty times at random points: does a restart leave nothing astray?
	@KAKEHASHI_KILLS=50 $(BIN)/pytest -q -m root tests/gateway/test_run_killed.py

lint: setup ## ruff, mypy, clippy, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=src $(BIN)/lint-imports
	@cargo fmt --all --check
	@cargo clippy --quiet --workspace --all-targets -- -D warnings

format: setup ## write the code as ruff and rustfmt would
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet . ; cargo fmt --all

reference: setup ## docs/reference: every command of every dialect, out of the grammars
	@$(BIN)/python tools/reference

bench: compile packages $(UNPROTECTED) ## throughput and handshakes beside strongSwan's, as ratios of one run
	@$(BIN)/python -m bench

# A data plane that takes SAs without protection, to measure what ciphers cost. Nothing installs it.
$(UNPROTECTED): $(RUST_SOURCES)
	@cargo build --quiet --release --package dataplane --features unprotected,pyo3/extension-module \
		--target-dir target/unprotected

fuzz: ## a minute for each fuzz target of the packet path (needs cargo-fuzz and a nightly toolchain)
	@tools/fuzz

clean: ## remove what was built
	rm -rf $(VENV) .uv target .mypy_cache .ruff_cache .pytest_cache
