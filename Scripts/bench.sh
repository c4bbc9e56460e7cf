#!/usr/bin/env bash
# Figures of the relay beside PgBouncer (session mode) and HAProxy (TCP mode), all in one run on one machine: CPU seconds of the proxy
# process per 100,000 queries, and rates, for `pgbench -S` with 8 clients. Medians of ROUNDS rounds. The gateway enforces a policy of 200
# rules with a masked column, and records.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/lib.sh
. Scripts/lib-bench.sh

rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-10}
clients=8
for package in pgbouncer haproxy; do
  command -v "$package" >/dev/null || [ -x "/usr/sbin/$package" ] ||
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$package" >/dev/null
done
PATH=$PATH:/usr/sbin
swift build -c release --product postern 2>&1 | tail -n 1
postern=$(swift build -c release --show-bin-path)/postern
dir=$(mktemp -d)
chmod 755 "$dir"
trap 'stop_started; rm -rf "$dir"' EXIT

start_bench_postgres
pgbench -q -i -s 10 "${admin[@]}" bench >/dev/null 2>&1

# The gateway: 200 rules, of which most are about other identities, tables and verbs, and one masked column.
mkdir -p "$dir/policy" "$dir/issuer"
{
  echo 'policy bench edition 1'
  echo 'use std.postgres'
  echo 'issuer dev : jwks { issuer "https://issuer.localhost"  audience "postern"  file "jwks.json"  claims { sub string } }'
  echo 'identity bencher from dev { when claim.sub == "bencher" }'
  echo 'identity other from dev { when claim.sub == "other" }'
  echo 'resource bench : postgres { search_path public }'
  echo 'allow reads { who bencher on bench to select from pgbench_accounts when statement.has_where or statement.has_limit }'
  echo 'allow counts { who bencher on bench to select from pgbench_branches, pgbench_tellers }'
  echo 'allow connect { who any on bench to select from postgres.catalog, call postgres.describe_functions, postgres.session_functions, set postgres.client_settings }'
  echo 'mask filler { on bench column pgbench_branches.filler with redact }'
  for n in $(seq 1 99); do
    echo "allow a$n { who other on bench to select from t$n(id, name) when statement.has_where }"
    echo "deny d$n { who any on bench to delete, truncate from t$n because \"not t$n\" }"
  done
} >"$dir/policy/bench.postern"
start_bench_gate

start_bench_bouncer
ha=$(free_port)
cat >"$dir/haproxy.cfg" <<CFG
global
  nbthread 2
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen pg
  bind 127.0.0.1:$ha
  server one 127.0.0.1:$pg
CFG
haproxy -q -f "$dir/haproxy.cfg" &
started_pids+=("$!")

token=$("$postern" dev token --directory "$dir/issuer" --subject bencher --lifetime 7200)
for target in "$(url "$gate" "$token")" "$(url "$bouncer" bench)" "$(url "$ha" bench)"; do
  wait_for 20 psql -qAt "$target" -c 'select count(*) from pgbench_branches limit 1'
done

# The process that relays is the newest one that listens there: started through runuser it is a child.
listener_pid() { ss -Hltnp "sport = :$1" | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -n 1; }

# one NAME PORT PASSWORD MODE → "cpu-per-100k tps"
one() {
  local pid before after out count tps
  pid=$(listener_pid "$2")
  before=$(cpu_ticks "$pid")
  out=$(pgbench -n -S -M "$4" -c $clients -j 2 -T "$seconds" "$(url "$2" "$3")" 2>&1)
  after=$(cpu_ticks "$pid")
  count=$(sed -n 's/.*actually processed: \([0-9]*\).*/\1/p' <<<"$out")
  tps=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' <<<"$out")
  [ -n "$count" ] || { echo "$out" >&2; return 1; }
  awk -v t=$((after - before)) -v h="$hertz" -v n="$count" -v tps="$tps" 'BEGIN { printf "%.3f %.0f\n", t / h / n * 100000, tps }'
}

printf '%-10s %-9s %18s %10s\n' proxy mode 'CPU s / 100k' tps
for mode in simple prepared; do
  for name in postern pgbouncer haproxy direct; do : >"$dir/$name.$mode"; done
  for _ in $(seq 1 "$rounds"); do
    one postern "$gate" "$token" $mode >>"$dir/postern.$mode"
    one pgbouncer "$bouncer" bench $mode >>"$dir/pgbouncer.$mode"
    one haproxy "$ha" bench $mode >>"$dir/haproxy.$mode"
  done
  base=$(cut -d' ' -f1 "$dir/pgbouncer.$mode" | median)
  for name in postern pgbouncer haproxy; do
    cpu=$(cut -d' ' -f1 "$dir/$name.$mode" | median)
    tps=$(cut -d' ' -f2 "$dir/$name.$mode" | median)
    awk -v n=$name -v m=$mode -v c="$cpu" -v t="$tps" -v b="$base" \
      'BEGIN { printf "%-10s %-9s %18.3f %10.0f   %.2f times PgBouncer\n", n, m, c, t, c / b }'
  done
done
