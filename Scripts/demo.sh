#!/usr/bin/env bash
# The whole way once, on throwaway servers: `run` shows it and stops everything, `up` leaves the servers running until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/lib.sh
mode=${1:-run}

bold() { printf '\n\033[1m%s\033[0m\n' "$*"; }
note() { printf '\033[2m%s\033[0m\n' "$*"; }

build() {
  local -a flags=("${release_build[@]}")
  [ -z "${CONFIGURATION:-}" ] || flags=(-c "$CONFIGURATION")
  mkdir -p .demo
  bold "Building postern (the first time takes some minutes; the log is .demo/build.log)"
  swift build "${flags[@]}" --product postern >.demo/build.log 2>&1 || { tail -n 40 .demo/build.log >&2; exit 1; }
  postern=$(swift build "${flags[@]}" --show-bin-path)/postern
}

start() {
  dir=$(mktemp -d)
  chmod 755 "$dir"
  trap 'stop_started; rm -rf "$dir"' EXIT
  trap 'exit 130' INT TERM
  cp -r policies/examples/shop "$dir/policy"

  bold "A throwaway PostgreSQL with a small shop, an issuer of workload tokens, and the gateway"
  pg_port=$(free_port)
  start_postgres "$dir/pg" "$pg_port"
  psql -qAt -h "$dir/pg" -p "$pg_port" -U postgres -c 'create database shop' postgres
  psql -q -h "$dir/pg" -p "$pg_port" -U postgres -v ON_ERROR_STOP=1 -f policies/examples/shop/demo/shop.sql shop
  echo 'only the gateway knows this' >"$dir/gateway.password"

  jwks=$("$postern" dev issuer --directory "$dir/issuer")
  "$postern" keys new "$dir/policy-key" >/dev/null
  # From its own directory, so that a refusal names policy/shop.postern and its line.
  (
    cd "$dir"
    "$postern" check --quiet policy
    "$postern" test policy
    "$postern" build policy --key policy-key.key.pem --output shop.bundle
  )

  gate_port=$(free_port)
  admin_port=$(free_port)
  cat >"$dir/postern.yaml" <<YAML
policy:
  bundle: shop.bundle
  trust: [policy-key.pub.pem]
recording: recording
listeners:
  - protocol: postgres
    address: 127.0.0.1:$gate_port
    tls: { development: tls }
admin: { address: "127.0.0.1:$admin_port" }
resources:
  - name: shop
    backend: { host: 127.0.0.1, port: $pg_port, database: shop, user: gateway, password_file: gateway.password, tls: disable }
issuers:
  dev: { keys: $jwks }
YAML
  "$postern" serve --config "$dir/postern.yaml" >"$dir/postern.log" 2>&1 &
  gate_pid=$!
  started_pids+=("$gate_pid")
  wait_for 20 curl -fsS "http://127.0.0.1:$admin_port/readyz" || { cat "$dir/postern.log" >&2; exit 1; }
  note "gateway on 127.0.0.1:$gate_port, metrics on http://127.0.0.1:$admin_port/metrics"
  connection="host=localhost port=$gate_port dbname=shop sslmode=verify-full sslrootcert=$dir/tls/development-certificate.pem"
  for workload in nightly_report support_agent migrator; do
    "$postern" dev token --directory "$dir/issuer" --subject "$workload" --lifetime 7200 >"$dir/$workload.token"
  done
}

# as WORKLOAD SQL…: what the workload's psql prints; a refusal is part of the show, not a failure of it.
as() {
  local workload=$1
  shift
  local statement
  for statement in "$@"; do
    printf '\033[36m%s=>\033[0m %s\n' "$workload" "$statement"
    PGPASSWORD=$(<"$dir/$workload.token") psql -X "$connection user=$workload" -c "$statement" 2>&1 | sed 's/^/    /' || true
  done
}

show() {
  bold "1. A query that a rule allows"
  as nightly_report "select id, status, total_cents from orders where placed_at = '2026-03-02' limit 3"

  bold "2. Refused, in the rule's own words and with its line"
  as nightly_report "drop table orders"

  bold "3. A delete inside a CTE, and a second statement behind a harmless one"
  as nightly_report "with d as (delete from orders returning *) select count(*) from d" "select 1; drop table orders"
  as nightly_report "select count(*) as orders_are_all_still_there from orders"

  bold "4. Masked by origin, whatever the column is called: plain, under an alias, inside a subquery"
  as support_agent "select id, name, email, phone from customers where id <= 3" \
    "select email as harmless from customers where id = 1" \
    "select s.x from (select c.email as x from customers c where c.id = 2) s limit 1"
  bold "   … through COPY, as text and in the binary format; and what is computed from it is null"
  as support_agent "copy (select id, email, note from customers limit 3) to stdout"
  printf '\033[36m%s=>\033[0m %s\n' support_agent "copy (select email from customers limit 1) to stdout (format binary)"
  PGPASSWORD=$(<"$dir/support_agent.token") psql -X "$connection user=support_agent" -qAt \
    -c "copy (select email from customers where id = 1 limit 1) to stdout (format binary)" | od -An -c | sed 's/^/    /' || true
  as support_agent "select upper(email) as computed from customers where id = 1" \
    "create table mine as select email from customers"

  bold "5. A workload with other rights: the migrator"
  as migrator "alter table orders add column shipped_at timestamptz" "select email from customers limit 1"

  bold "6. What was recorded, and what a change of policy would do to it"
  as support_agent "select id, amount_cents from payments where order_id = 7"
  cp -r "$dir/policy" "$dir/changed"
  # Its tests name a rule that the change takes away: a pull request would change them too.
  rm "$dir/changed/tests.postern"
  sed -i -e 's/select from orders, order_items, customers(id, name, email, phone, note, created_at)/&, payments(id, order_id, amount_cents, iban)/' \
    -e '/^allow report_counts/,/^}/d' -e '/^\/\/\/ Counting needs/d' -e '/^\/\/\/ PostgreSQL has no column/,/^set no_column/d' \
    "$dir/changed/shop.postern"
  diff -u "$dir/policy/shop.postern" "$dir/changed/shop.postern" | sed -n 's/^[+-][^+-].*/    &/p' || true
  (cd "$dir" && "$postern" build changed --key policy-key.key.pem --output changed.bundle >/dev/null)
  wait_for 10 recorded
  "$postern" sessions list --recording "$dir/recording" | sed 's/^/    /'
  note "postern replay --recording … changed.bundle --fail-on loosened"
  "$postern" replay --recording "$dir/recording" "$dir/changed.bundle" --fail-on loosened | sed 's/^/    /' || note "exit status ${PIPESTATUS[0]}: a pull request with this change would fail"
}

# The last statement has reached the recording's database.
recorded() { "$postern" sessions list --recording "$dir/recording" --format json | grep -q support_agent; }

by_hand() {
  bold "To go on by hand"
  cat <<TEXT
    $1
    export PGPASSWORD=\$($postern dev token --directory $dir/issuer --subject support_agent)
    psql "$connection user=support_agent"
    $postern explain $dir/policy --as support_agent --on shop 'select * from payments where id = 1'
    $postern inspect 'with d as (delete from orders returning *) select count(*) from d'
    $postern sessions list --recording $dir/recording
TEXT
}

build
start
if [ "$mode" = up ]; then
  by_hand "# everything runs until Ctrl-C; in another terminal:"
  wait "$gate_pid"
else
  show
  bold "Everything that was started is being stopped now. To go on by hand"
  cat <<'TEXT'
    make up       # starts the same servers, prints the psql command with a token, and leaves them running until Ctrl-C
    postern=.build/release/postern
    $postern check policies/examples/shop && $postern test policies/examples/shop
    $postern inspect 'with d as (delete from orders returning *) select count(*) from d'
    $postern explain policies/examples/shop --as support_agent --on shop 'select * from payments where id = 1'
TEXT
fi
