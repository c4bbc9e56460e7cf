#!/usr/bin/env bash
# The tests of lib/pq and pgx 4 on every side, as the distribution packages them; the outcome of each test is compared.
#
#   Scripts/compat/go.sh [FOLDER]      FOLDER: where Go packages lie by their path (default: /usr/share/gocode)
#
# Needs golang-go, golang-github-lib-pq-dev and golang-github-jackc-pgx-v4-dev.
set -euo pipefail
sources=${1:-/usr/share/gocode}
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
trap compat_stop EXIT
COMPAT_ASKS=yes COMPAT_DATABASES=pqgotest compat_start

export GOPATH=$sources GO111MODULE=off GOCACHE=${GOCACHE:-$dir/go-cache}
mkdir -p "$dir/bin"
suite() { # LABEL PACKAGE ENVIRONMENT…
  local label=$1 package=$2 side
  shift 2
  if [ ! -d "$sources/src/$package" ]; then echo "left out: no $package"; return; fi
  (cd "$sources/src/$package" && go test -c -o "$dir/bin/$label" .) >"$dir/go.build.log" 2>&1 || { tail -n 20 "$dir/go.build.log" >&2; return 0; }
  for side in "${sides[@]}"; do
    mkdir -p "$dir/out/go/$side"
    (cd "$sources/src/$package" && on_side "$side" env PGDATABASE=pqgotest \
      PGX_TEST_DATABASE="host=127.0.0.1 port=${side_ports[$side]} user=postgres password=$token dbname=pqgotest sslmode=disable" \
      timeout 600 "$dir/bin/$label" -test.v >"$dir/$label.$side.log" 2>&1) || echo "exit $?" >>"$dir/$label.$side.log"
    grep -E '^ *--- (PASS|FAIL|SKIP)|^exit|^panic' "$dir/$label.$side.log" | sed -E 's/ \([0-9.]+s\)//; s/^ *--- //' | sort >"$dir/out/go/$side/$label.out"
  done
  compare_outcomes "$label" "$dir/out/go"
}
for side in "${sides[@]}"; do on_side "$side" createdb pqgotest; done
suite lib-pq github.com/lib/pq
suite pgx github.com/jackc/pgx/v4
suite pgconn github.com/jackc/pgconn
