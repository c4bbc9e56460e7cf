# The project's commands. `make demo` shows what Postern does; `make test` is everything that must pass.
SHELL := /bin/bash
BUILD := --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors

.PHONY: all build test test-editors editors demo up bench bench-all bench-latency bench-connections bench-tls bench-policy soak \
	bench-mask bench-editor fuzz format clean

all: build

build:
	@Scripts/install-dependencies.sh
	swift build -c release --static-swift-stdlib --product postern

test:
	@Scripts/install-dependencies.sh
	@Scripts/test.sh

## The Visual Studio Code extension as a package, and its client driven by Node with the real server (make build first).
editors:
	editors/package-vscode.py

test-editors:
	node editors/vscode-check.js .build/release/postern

demo:
	@Scripts/install-dependencies.sh
	@Scripts/demo.sh run

## The demo's servers, left running until Ctrl-C.
up:
	@Scripts/install-dependencies.sh
	@Scripts/demo.sh up

## Figures beside PgBouncer and HAProxy, in one run.
bench:
	@Scripts/install-dependencies.sh
	@Scripts/bench.sh

## The same for every mode of pgbench, 1, 8 and 64 clients, and TPC-B.
bench-all:
	@Scripts/install-dependencies.sh
	@MODES="simple extended prepared" CLIENTS="1 8 64" WORKLOADS="select tpcb" Scripts/bench.sh

## Latency of one client beside direct; idle and new TLS connections; a COPY through TLS on both sides.
bench-latency bench-connections bench-tls:
	@Scripts/install-dependencies.sh
	@Scripts/$@.sh

## What policies cost as they grow, beside Cedar and Rego.
bench-policy:
	@Scripts/install-dependencies.sh
	@Scripts/bench-policy.sh

## Half an hour of pgbench with a new policy every second and clients that are killed.
soak:
	@Scripts/install-dependencies.sh
	@Scripts/soak.sh

## What masks cost on the way, beside PgBouncer.
bench-mask:
	@Scripts/install-dependencies.sh
	@Scripts/bench-mask.sh

## From a keystroke to diagnostics, at 5,000 rules.
bench-editor: build
	Benchmarks/peers/keystrokes.py

## Each fuzz target for SECONDS (default 60).
fuzz:
	@Scripts/install-dependencies.sh
	@Scripts/fuzz.sh $(or $(SECONDS_EACH),60)

format:
	swift format --in-place --recursive Sources Tests Fuzz/Sources Benchmarks/Sources Package.swift

clean:
	rm -rf .build .demo Fuzz/.build Benchmarks/.build
