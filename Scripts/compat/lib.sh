# Shared by the compatibility runs. There are three sides, each a PostgreSQL of its own, set up alike:
#   direct   nothing before it
#   gate     a gate that allows everything and records
#   masked   the same, with a mask by value that hits nothing: it puts every row through the masker
#   columns  the same, with a mask of a column that is nowhere besides: what is computed must now be followed to where it comes from
# What a suite prints through a gate is compared with what it prints direct.
#
#   COMPAT_DIR    where all of it lives (default: a new temporary directory, removed at the end; a given one is kept)
#   POSTERN       the gateway's binary (default: the release build)
#   COMPAT_SIDES  the sides that are run (default: direct gate masked)
#   COMPAT_IDENTITY  where the backend is told who asks (default: as the gateway's, [application_name])
#   COMPAT_GATE   further lines of the gates' configuration
#   COMPAT_DATABASES  further databases that are resources
#   COMPAT_SERVER  further options of the servers
#   COMPAT_ASKS   if set, the direct server asks its user `postgres` for the password, in clear, as a gate does

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

compat_databases=(postgres regression contrib_regression contrib_regression_two pl_regression isolation_regression
  libpq_pipeline template1 psql_one psql_two restored drivers)
read -ra sides <<<"${COMPAT_SIDES:-direct gate masked}"
declare -A side_ports=() server_ports=() server_directories=() gate_pids=()
masks_by_value='detector never { pattern "no-such-value-7f3a9c[0-9]{8}" }
mask unhit_value { who any on any value never with redact }'
masks_by_column='mask unhit_column { who any on any column nowhere.nothing.secret with redact }'

# compat_start: sets dir, token, side_ports and, of the side `gate`, gate and gate_tls_only; compat_stop stops it again.
compat_start() {
  if [ -n "${COMPAT_DIR:-}" ]; then dir=$COMPAT_DIR; mkdir -p "$dir"; else dir=$(mktemp -d); fi
  chmod 755 "$dir"
  postern=${POSTERN:-.build/release/postern}
  [ -x "$postern" ] || { echo "no $postern: build it with \`swift build -c release --product postern\`, or set POSTERN" >&2; return 1; }
  rm -rf "${dir:?}/issuer"
  mkdir -p "$dir/issuer"
  jwks=$("$postern" dev issuer --directory "$dir/issuer")
  token=$("$postern" dev token --directory "$dir/issuer" --subject tester --lifetime 86400)
  local side
  for side in "${sides[@]}"; do
    start_compat_cluster "$side"
    side_ports[$side]=${server_ports[$side]}
  done
  ${COMPAT_BEFORE_GATE:-true}
  for side in "${sides[@]}"; do
    [ "$side" = direct ] || start_compat_gate "$side"
  done
}

compat_stop() {
  stop_started
  [ -n "${COMPAT_DIR:-}" ] || rm -rf "$dir"
}

# A cluster that trusts whoever comes over loopback, set up as PostgreSQL's own suites want it; it takes TLS too, as a gate does.
start_compat_cluster() { # SIDE
  # Paths of one length, so that tables that show them look alike.
  local directory=$dir/server-${#server_ports[@]} port
  server_directories[$1]=$directory
  port=$(free_port)
  rm -rf "${directory:?}"
  mkdir -p "$directory"
  chmod 755 "$directory"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$directory/server.key" -out "$directory/server.pem" 2>/dev/null
  chmod 600 "$directory/server.key"
  if [ "$(id -u)" -eq 0 ]; then chown -R postgres "$directory"; fi
  as_postgres "$pg_bin/initdb" -D "$directory/data" -U postgres --auth=trust -N --encoding=UTF8 --locale=C.UTF-8 \
    >"$directory.log" 2>&1 || { cat "$directory.log" >&2; return 1; }
  if [ "$1" = direct ] && [ -n "${COMPAT_ASKS:-}" ]; then
    as_postgres sed -i '1i host all postgres 127.0.0.1/32 password' "$directory/data/pg_hba.conf"
  fi
  # shellcheck disable=SC2086
  # dblink and postgres_fdw come back to their own server, by the socket that libpq takes when none is named.
  become_as_postgres env PGHOST="$directory" "$pg_bin/postgres" -D "$directory/data" -k "$directory" -h 127.0.0.1 -p "$port" \
    -c fsync=off -c max_connections=150 -c max_prepared_transactions=20 -c wal_level=logical -c max_replication_slots=10 \
    -c ssl=on -c ssl_cert_file="$directory/server.pem" -c ssl_key_file="$directory/server.key" \
    -c shared_preload_libraries=pg_stat_statements -c compute_query_id=off -c log_min_messages=fatal ${COMPAT_SERVER:-} >>"$directory.log" 2>&1 &
  started_pids+=("$!")
  server_ports[$1]=$port
  wait_for 30 psql -qAt -h "$directory" -p "$port" -U postgres -c 'select 1' postgres
  psql -qAt -h "$directory" -p "$port" -U postgres -c "alter role postgres password '$token'" postgres
}

start_compat_gate() { # SIDE
  local side=$1 here=$dir/gate-$1 name port
  rm -rf "${here:?}"
  mkdir -p "$here/policy"
  ln -sfn "$dir/issuer" "$here/policy/issuer"
  {
    echo 'policy compat edition 1'
    echo 'issuer dev : jwks { issuer "https://issuer.localhost"  audience "postern"  file "jwks.json"  claims { sub string } }'
    echo 'identity tester from dev { when claim.sub == "tester" }'
    for name in "${compat_databases[@]}" ${COMPAT_DATABASES:-}; do echo "resource $name : postgres { search_path public }"; done
    echo 'allow everything { who any on any to any }'
    [ "$side" = gate ] || echo "$masks_by_value"
    [ "$side" != columns ] || echo "$masks_by_column"
  } >"$here/policy/compat.postern"
  "$postern" keys new "$here/policy/key" >/dev/null
  "$postern" build "$here/policy/compat.postern" --key "$here/policy/key.key.pem" --output "$here/policy/compat.bundle" >/dev/null
  port=$(free_port)
  local tls='development: tls'
  [ -z "${certificates:-}" ] || tls="certificate: $certificates/server.pem, key: $certificates/server.key"
  {
    echo 'policy: { bundle: policy/compat.bundle, trust: [policy/key.pub.pem] }'
    echo 'recording: recording'
    echo 'listeners:'
    echo "  - { address: \"127.0.0.1:$port\", tls: { $tls }, cleartext_on_loopback: true }"
    if [ -n "${certificates:-}" ]; then
      gate_tls_only=$(free_port)
      echo "  - { address: \"127.0.0.1:$gate_tls_only\", tls: { $tls } }"
    fi
    echo "issuers: { dev: { keys: $jwks } }"
    echo "${COMPAT_GATE:-}"
    echo 'resources:'
    for name in "${compat_databases[@]}" ${COMPAT_DATABASES:-}; do
      echo "  - name: $name"
      echo "    identity_in: ${COMPAT_IDENTITY:-[application_name]}"
      echo "    backend: { host: 127.0.0.1, port: ${server_ports[$side]}, database: $name, user: postgres, password_file: password, tls: disable }"
    done
  } >"$here/postern.yaml"
  echo unused >"$here/password"
  "$postern" serve --config "$here/postern.yaml" >"$here/postern.log" 2>&1 &
  gate_pids[$side]=$!
  started_pids+=("$!")
  side_ports[$side]=$port
  [ "$side" != gate ] || gate=$port
  wait_for 20 env PGPASSWORD="$token" psql -qAt -h 127.0.0.1 -p "$port" -U postgres -c 'select 1' postgres
}

# on_side SIDE COMMAND…: with libpq's environment leading there; as the user `postgres` if `unprivileged` is set.
on_side() {
  local port=${side_ports[$1]}
  shift
  ${unprivileged:+as_postgres} env PGHOST=127.0.0.1 PGPORT="$port" PGUSER=postgres PGPASSWORD="$token" PGSSLMODE="${PGSSLMODE:-disable}" "$@"
}

# Ports and paths differ between the sides.
without_ports() {
  sed -E -e "s/\b($(IFS='|'; echo "${side_ports[*]}|${server_ports[*]}"))\b/PORT/g" -e "s#$dir/server-[0-9]#SERVER#g"
}

# compare LABEL PARENT: counts the files of PARENT/direct that are otherwise on each of the other sides; the differences go to
# $dir/LABEL.SIDE.diff.
compare() {
  local label=$1 parent=$2 side name same other
  for side in "${sides[@]}"; do
    [ "$side" != direct ] || continue
    same=0 other=0
    : >"$dir/$label.$side.diff"
    for name in $(cd "$parent/direct" && find . -type f | sort); do
      if diff -u "$parent/direct/$name" "$parent/$side/$name" >>"$dir/$label.$side.diff" 2>&1; then same=$((same + 1)); else
        other=$((other + 1))
        echo "  $side differs: $name"
      fi
    done
    echo "$label, $side: $((same + other)) outputs, $other differ"
  done
}

# compare_outcomes LABEL PARENT: the same for files of lines, one for each test: counts the lines.
compare_outcomes() {
  local label=$1 parent=$2 side
  for side in "${sides[@]}"; do
    [ "$side" != direct ] || continue
    diff -u "$parent/direct/$label.out" "$parent/$side/$label.out" >"$dir/$label.$side.diff" || true
    echo "$label, $side: $(wc -l <"$parent/direct/$label.out") tests direct, $(wc -l <"$parent/$side/$label.out") here," \
      "$(grep -c '^[-+][^-+]' "$dir/$label.$side.diff") lines differ"
    grep '^[-+][^-+]' "$dir/$label.$side.diff" | head -n 40 || true
  done
}
