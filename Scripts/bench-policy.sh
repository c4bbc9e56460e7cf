#!/usr/bin/env bash
# What policies cost as they grow, beside Cedar (cedarpy) and Rego (regopy) from PyPI in the same run: decisions, compiling, memory.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv" 2>/dev/null || { echo 'python3-venv is needed for the peers' >&2; exit 1; }
"$dir/venv/bin/pip" -q install cedarpy regopy
swift build -c release --package-path Benchmarks --product PolicyBench 2>&1 | tail -n 1
bench=$(swift build -c release --package-path Benchmarks --show-bin-path)/PolicyBench
"$bench" decide ${RULES:-1 10 100 1000 10000 100000}
for rules in ${PEER_RULES:-1 10 100 1000}; do
  "$bench" requests "$rules" | "$dir/venv/bin/python" Benchmarks/peers/policies.py "$rules"
done
"$bench" compile
"$bench" files 1000
