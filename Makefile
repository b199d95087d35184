# The front door. `make demo` shows Zetel at work, `make test` proves it.
#
# Continuous integration calls .ci/run, which is `make check` and `make test`.

CARGO ?= cargo
DEMO_ARGS ?= --data target/demo
SHELL := /bin/bash

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Build the release and serve a demonstration tenant on https://127.0.0.1:8443
	$(CARGO) build --release --locked --package zetel
	target/release/zetel demo $(DEMO_ARGS)

# Everything is built once, traces included, and the end-to-end tests take that binary: two builds more would take a
# quarter of the time of all tests. Lints are of the build without traces.
.PHONY: test
test: prepare ## Everything that can fail: unit, property, store, crash and end-to-end tests
	$(CARGO) test --workspace --features zetel/otlp --locked
	ZETEL_BIN=$${CARGO_TARGET_DIR:-$(CURDIR)/target}/debug/zetel scripts/e2e

.PHONY: e2e
e2e: prepare ## Real clients against the binary; one file: make e2e E2E_ARGS=e2e/test_cli.py
	scripts/e2e $(E2E_ARGS)

.PHONY: check
check: ## Format, lints, documentation, scripts, licenses and advisories of dependencies
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked
	scripts/check-shell
	scripts/cargo-deny

.PHONY: bench
bench: prepare ## Measure every figure beside its limit and print the table of docs/benchmarks.md
	scripts/bench $(BENCH_ARGS)

.PHONY: docs
docs: ## Write the pages that are made from tables (a test compares them)
	ZETEL_UPDATE_DOCS=1 $(CARGO) test --locked --package zetel-api --test all documents
	ZETEL_UPDATE_DOCS=1 $(CARGO) test --locked --package zetel --bin zetel reference

.PHONY: fmt
fmt: ## Format the code
	$(CARGO) fmt --all

# What the tests need and this machine lacks.
.PHONY: prepare
prepare:
	@scripts/prepare
