#!/usr/bin/env bash
# The suites of Python's drivers and of SQLAlchemy's dialect on every side; the outcome of each test is compared.
#
#   Scripts/compat/python.sh [psycopg] [psycopg2] [asyncpg] [pg8000] [sqlalchemy]     default: the three whose source packages hold their tests
#
# asyncpg, pg8000 and SQLAlchemy come from PyPI. For psycopg and psycopg2 set PSYCOPG_SOURCE and PSYCOPG2_SOURCE to checkouts of their
# repositories. PSYCOPG_IMPLEMENTATIONS (default: python binary) and SQLALCHEMY_DRIVERS (psycopg psycopg2 asyncpg) choose less.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(pg8000 asyncpg sqlalchemy)
trap compat_stop EXIT
COMPAT_ASKS=yes compat_start

venv=${COMPAT_VENV:-$dir/venv}
if [ ! -x "$venv/bin/pytest" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q pytest anyio dnspython psycopg2-binary 'psycopg[binary]' asyncpg pg8000 'sqlalchemy[asyncio]' \
    python-dateutil pytz scramp distro cryptography pytest-mock pytest-benchmark
fi
python=$venv/bin/python
for side in "${sides[@]}"; do mkdir -p "$dir/out/python/$side"; done

# The tests of the installed version, from its source package.
unpack() { # PACKAGE
  local version
  version=$("$python" -c "import importlib.metadata as m; print(m.version('$1'))")
  (cd "$dir" && "$venv/bin/pip" download -q --no-deps --no-binary :all: "$1==$version" && tar xzf "$1-$version.tar.gz")
  unpacked=$dir/$1-$version
}

# Outcomes, one a line, sorted: what was slow or named itself otherwise does not matter.
outcomes() { grep -E '^(PASSED|FAILED|ERROR|XFAIL|XPASS) ' "$1" | sed -E 's/ - .*//' | sort -u; }

run_pytest() { # LABEL SIDE ARGUMENTS…
  local label=$1 side=$2
  shift 2
  on_side "$side" env PGDATABASE=drivers timeout 1800 "$python" -m pytest -q -rA --tb=short --show-capture=no -o cache_dir="$dir/cache.$side" "$@" \
    >"$dir/$label.$side.log" 2>&1 || true
  outcomes "$dir/$label.$side.log" >"$dir/out/python/$side/$label.out"
  tail -n 1 "$dir/$label.$side.log"
}

psycopg() {
  cd "${PSYCOPG_SOURCE:?set it to a checkout of psycopg}"
  local implementation side
  for implementation in ${PSYCOPG_IMPLEMENTATIONS:-python binary}; do
    for side in "${sides[@]}"; do
      PYTHONPATH=psycopg:psycopg_pool PSYCOPG_IMPL=$implementation run_pytest "psycopg-$implementation" "$side" \
        --test-dsn "host=127.0.0.1 port=${side_ports[$side]} user=postgres password=$token dbname=drivers sslmode=disable" \
        -m 'not slow and not flakey and not mypy and not subprocess and not proxy and not crdb'
    done
  done
  cd - >/dev/null
}

psycopg2() {
  cd "${PSYCOPG2_SOURCE:?set it to a checkout of psycopg2}"
  local side
  for side in "${sides[@]}"; do
    on_side "$side" env PSYCOPG2_TESTDB=drivers PSYCOPG2_TESTDB_HOST=127.0.0.1 PSYCOPG2_TESTDB_PORT="${side_ports[$side]}" \
      PSYCOPG2_TESTDB_USER=postgres PSYCOPG2_TESTDB_PASSWORD="$token" timeout 1800 "$python" -c \
      "import tests; tests.unittest.main(defaultTest='tests.test_suite')" --verbose >"$dir/psycopg2.$side.log" 2>&1 || true
    grep -E ' \.\.\. (ok|FAIL|ERROR|skipped|expected failure)' "$dir/psycopg2.$side.log" | without_ports | sort >"$dir/out/python/$side/psycopg2.out"
    tail -n 1 "$dir/psycopg2.$side.log"
  done
  cd - >/dev/null
}

asyncpg() {
  unpack asyncpg
  mkdir -p "$dir/asyncpg-tests"
  cp -a "$unpacked/tests" "$dir/asyncpg-tests/"
  cd "$dir/asyncpg-tests"
  for side in "${sides[@]}"; do run_pytest asyncpg "$side" tests --deselect tests/test__sourcecode.py; done
  cd - >/dev/null
}

pg8000() {
  unpack pg8000
  cd "$unpacked"
  for side in "${sides[@]}"; do run_pytest pg8000 "$side" test; done
  cd - >/dev/null
}

sqlalchemy() {
  unpack sqlalchemy
  cd "$unpacked"
  local driver side
  for driver in ${SQLALCHEMY_DRIVERS:-psycopg psycopg2 asyncpg}; do
    for side in "${sides[@]}"; do
      # Its tests want these schemas, see README.unittests.rst.
      on_side "$side" psql -qX -c 'create extension if not exists hstore' -c 'create extension if not exists citext' \
        -c 'create schema if not exists test_schema' -c 'create schema if not exists test_schema_2' drivers 2>/dev/null
      run_pytest "sqlalchemy-$driver" "$side" --maxfail=10000 -p no:randomly --dburi \
        "postgresql+$driver://postgres:$token@127.0.0.1:${side_ports[$side]}/drivers" test/dialect/postgresql test/dialect/test_suite.py
    done
  done
  cd - >/dev/null
}

for side in "${sides[@]}"; do on_side "$side" createdb drivers; done
for suite in "${suites[@]}"; do
  echo "== $suite"
  "$suite"
done
for outcome in "$dir"/out/python/direct/*.out; do compare_outcomes "$(basename "$outcome" .out)" "$dir/out/python"; done
