#!/usr/bin/env bash
# Everything that must pass: the build with its arrows checked, then every test, with real servers on loopback.
set -euo pipefail
cd "$(dirname "$0")/.."

started=$SECONDS
# An import that Package.swift does not declare is an error: the arrows of ARCHITECTURE.md hold because of this flag.
flags=(--explicit-target-dependency-import-check error)
swift build --build-tests "${flags[@]}" 2>&1 | grep -vE '^\[[0-9]+/[0-9]+\] (Compiling|Emitting|Write|Wrapping)' || exit "${PIPESTATUS[0]}"
echo "== built in $((SECONDS - started)) s"

started=$SECONDS
swift test --skip-build "${flags[@]}" 2>&1
echo "== tested in $((SECONDS - started)) s"
