# Shared by the compatibility runs: two equal PostgreSQL clusters, one for `direct` and one behind a gate that allows everything and
# records, so that what a suite prints on one side can be compared with what it prints on the other.
#
#   COMPAT_DIR    where all of it lives (default: a new temporary directory, removed at the end; a given one is kept)
#   POSTERN       the gateway's binary (default: the release build)
#   COMPAT_MASKS  policy text put behind the allow, for runs with masks that hit nothing
#   COMPAT_IDENTITY  where the backend is told who asks (default: as the gateway's, [application_name])
#   COMPAT_GATE   further lines of the gate's configuration

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

compat_databases=(postgres regression contrib_regression contrib_regression_two pl_regression isolation_regression
  libpq_pipeline template1 psql_one psql_two restored drivers)

# compat_start: sets dir, pg_direct, pg_behind, gate and token; compat_stop stops it again.
compat_start() {
  if [ -n "${COMPAT_DIR:-}" ]; then dir=$COMPAT_DIR; mkdir -p "$dir"; else dir=$(mktemp -d); fi
  chmod 755 "$dir"
  postern=${POSTERN:-.build/release/postern}
  [ -x "$postern" ] || { echo "no $postern: build it with \`swift build -c release --product postern\`, or set POSTERN" >&2; return 1; }
  local side
  for side in direct behind; do
    rm -rf "${dir:?}/$side"
    start_compat_cluster "$dir/$side"
    declare -g "pg_$side=$cluster_port"
  done
  ${COMPAT_BEFORE_GATE:-true}
  start_compat_gate
}

compat_stop() {
  stop_started
  [ -n "${COMPAT_DIR:-}" ] || rm -rf "$dir"
}

# A cluster that trusts whoever comes over loopback, set up as PostgreSQL's own suites want it.
start_compat_cluster() {
  local directory=$1
  cluster_port=$(free_port)
  mkdir -p "$directory"
  chmod 755 "$directory"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$directory"; fi
  as_postgres "$pg_bin/initdb" -D "$directory/data" -U postgres --auth=trust -N --encoding=UTF8 --locale=C.UTF-8 \
    >"$directory.log" 2>&1 || { cat "$directory.log" >&2; return 1; }
  # dblink and postgres_fdw come back to their own server, by the socket that libpq takes when none is named.
  become_as_postgres env PGHOST="$directory" "$pg_bin/postgres" -D "$directory/data" -k "$directory" -h 127.0.0.1 -p "$cluster_port" \
    -c fsync=off -c max_connections=150 -c max_prepared_transactions=20 -c wal_level=logical -c max_replication_slots=10 \
    -c shared_preload_libraries=pg_stat_statements -c compute_query_id=off -c log_min_messages=fatal >>"$directory.log" 2>&1 &
  started_pids+=("$!")
  wait_for 30 psql -qAt -h 127.0.0.1 -p "$cluster_port" -U postgres -c 'select 1' postgres
}

start_compat_gate() {
  rm -rf "$dir/policy" "$dir/issuer" "$dir/recording"
  mkdir -p "$dir/policy" "$dir/issuer"
  local name
  {
    echo 'policy compat edition 1'
    [ -z "${COMPAT_MASKS:-}" ] || echo 'use std.pii'
    [ -z "${COMPAT_MASKS:-}" ] || echo 'use std.secrets'
    echo 'issuer dev : jwks { issuer "https://issuer.localhost"  audience "postern"  file "jwks.json"  claims { sub string } }'
    echo 'identity tester from dev { when claim.sub == "tester" }'
    for name in "${compat_databases[@]}"; do echo "resource $name : postgres { search_path public }"; done
    echo 'allow everything { who any on any to any }'
    echo "${COMPAT_MASKS:-}"
  } >"$dir/policy/compat.postern"
  "$postern" keys new "$dir/policy/key" >/dev/null
  local jwks
  jwks=$("$postern" dev issuer --directory "$dir/issuer")
  "$postern" build "$dir/policy/compat.postern" --key "$dir/policy/key.key.pem" --output "$dir/policy/compat.bundle" >/dev/null
  gate=$(free_port)
  local tls='development: tls'
  [ -z "${certificates:-}" ] || tls="certificate: certificates/server.pem, key: certificates/server.key"
  {
    echo 'policy: { bundle: policy/compat.bundle, trust: [policy/key.pub.pem] }'
    echo 'recording: recording'
    echo 'listeners:'
    echo "  - { address: \"127.0.0.1:$gate\", tls: { $tls }, cleartext_on_loopback: true }"
    if [ -n "${certificates:-}" ]; then
      gate_tls_only=$(free_port)
      echo "  - { address: \"127.0.0.1:$gate_tls_only\", tls: { $tls } }"
    fi
    echo "issuers: { dev: { keys: $jwks } }"
    echo "${COMPAT_GATE:-}"
    echo 'resources:'
    for name in "${compat_databases[@]}"; do
      echo "  - name: $name"
      echo "    identity_in: ${COMPAT_IDENTITY:-[application_name]}"
      echo "    backend: { host: 127.0.0.1, port: $pg_behind, database: $name, user: postgres, password_file: password, tls: disable }"
    done
  } >"$dir/postern.yaml"
  echo unused >"$dir/password"
  "$postern" serve --config "$dir/postern.yaml" >"$dir/postern.log" 2>&1 &
  gate_pid=$!
  started_pids+=("$gate_pid")
  token=$("$postern" dev token --directory "$dir/issuer" --subject tester --lifetime 86400)
  wait_for 20 env PGPASSWORD="$token" psql -qAt -h 127.0.0.1 -p "$gate" -U postgres -c 'select 1' postgres
}

# on_side direct|gate COMMAND…: with libpq's environment leading there; as the user `postgres` if `unprivileged` is set.
on_side() {
  local side=$1 port=$gate
  shift
  [ "$side" = direct ] && port=$pg_direct
  ${unprivileged:+as_postgres} env PGHOST=127.0.0.1 PGPORT="$port" PGUSER=postgres PGPASSWORD="$token" PGSSLMODE="${PGSSLMODE:-disable}" "$@"
}

# compare LABEL DIRECT GATE: counts equal and different files of two directories; the differences go to $dir/LABEL.diff.
compare() {
  local label=$1 left=$2 right=$3 name same=0 other=0
  : >"$dir/$label.diff"
  for name in $(cd "$left" && find . -type f | sort); do
    if diff -u "$left/$name" "$right/$name" >>"$dir/$label.diff" 2>&1; then same=$((same + 1)); else
      other=$((other + 1))
      echo "  differs: $name"
    fi
  done
  echo "$label: $((same + other)) outputs, $other differ"
}
