#!/usr/bin/env bash
# Figures of the relay beside PgBouncer (session mode) and HAProxy (TCP mode), all in one run on one machine: CPU seconds of the proxy
# process per 100,000 transactions, and rates, for pgbench. Medians of ROUNDS rounds of SECONDS_EACH. The gateway enforces a policy of 200
# rules with a masked column, and records. WORKLOADS: select (-S), tpcb (the standard script). MODES: simple, extended, prepared.
# CLIENTS: numbers of clients. SSL=1: TLS on both sides of the gateway and of PgBouncer, and no HAProxy. `make bench` takes select, simple
# and prepared, 8 clients; `make bench-all` takes all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/lib.sh
. Scripts/lib-bench.sh

rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-10}
begin_bench pgbouncer haproxy
start_bench_postgres
pgbench -q -i -s "${SCALE:-10}" "${admin[@]}" bench >/dev/null 2>&1
write_bench_policy
names=(postern pgbouncer)
if [ -n "${SSL:-}" ]; then
  make_bench_certificate
  give_postgres_tls
  ssl=require
  TLS="{ certificate: server.pem, key: server.key }" BACKEND="tls: verify-full, ca: server.pem" start_bench_gate
  start_bench_bouncer 'pool_mode = session' 'default_pool_size = 100' 'client_tls_sslmode = require' \
    "client_tls_cert_file = $dir/server.pem" "client_tls_key_file = $dir/server.key" \
    'server_tls_sslmode = verify-ca' "server_tls_ca_file = $dir/server.pem"
else
  ssl=disable
  start_bench_gate
  start_bench_bouncer
  start_bench_haproxy
  names+=(haproxy)
fi
declare -A ports=([postern]=$gate [pgbouncer]=$bouncer [haproxy]=${ha:-}) passwords=([postern]=$token [pgbouncer]=bench [haproxy]=bench)
for name in "${names[@]}"; do
  wait_for 20 psql -qAt "$(url "${ports[$name]}" "${passwords[$name]}" $ssl)" -c 'select count(*) from pgbench_branches limit 1'
done

# The process that relays is the newest one that listens there: one that leads others does not relay itself.
listener_pid() { ss -Hltnp "sport = :$1" | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -n 1; }

# one WORKLOAD PORT PASSWORD MODE CLIENTS → "cpu-per-100k tps latency-ms"
one() {
  local pid before after out count threads=2
  local -a script=()
  [ "$1" = tpcb ] || script=(-S)
  [ "$5" -ge 2 ] || threads=1
  pid=$(listener_pid "$2")
  before=$(cpu_ticks "$pid")
  out=$(pgbench -n "${script[@]}" -M "$4" -c "$5" -j $threads -T "$seconds" "$(url "$2" "$3" $ssl)" 2>&1)
  after=$(cpu_ticks "$pid")
  count=$(sed -n 's/.*actually processed: \([0-9]*\).*/\1/p' <<<"$out")
  [ -n "$count" ] || { echo "$out" >&2; return 1; }
  awk -v t=$((after - before)) -v h="$hertz" -v n="$count" -v tps="$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' <<<"$out")" \
    -v l="$(sed -n 's/^latency average = \([0-9.]*\).*/\1/p' <<<"$out")" \
    'BEGIN { printf "%.3f %.0f %.3f\n", t / h / n * 100000, tps, l }'
}

# each WORKLOAD MODE CLIENTS: the proxies in turns, then a line for each.
each() {
  local name cpu tps base
  for name in "${names[@]}"; do : >"$dir/$name"; done
  for _ in $(seq 1 "$rounds"); do
    for name in "${names[@]}"; do one "$1" "${ports[$name]}" "${passwords[$name]}" "$2" "$3" >>"$dir/$name"; done
  done
  base=$(cut -d' ' -f1 "$dir/pgbouncer" | median)
  for name in "${names[@]}"; do
    cpu=$(cut -d' ' -f1 "$dir/$name" | median)
    tps=$(cut -d' ' -f2 "$dir/$name" | median)
    awk -v w="$1" -v n=$name -v m="$2" -v k="$3" -v c="$cpu" -v t="$tps" -v b="$base" -v l="$(cut -d' ' -f3 "$dir/$name" | median)" \
      'BEGIN { printf "%-7s %-9s %7d  %-10s %12.3f %10.0f %10.3f   ", w, m, k, n, c, t, l
        if (b > 0) printf "%.2f times PgBouncer\n", c / b; else print "too short to compare" }'
  done
}

printf '%-7s %-9s %7s  %-10s %12s %10s %10s\n' load mode clients proxy 'CPU s/100k' tps 'mean ms'
for workload in ${WORKLOADS:-select}; do
  for mode in ${MODES:-simple prepared}; do
    for clients in ${CLIENTS:-8}; do each "$workload" "$mode" "$clients"; done
  done
done
