#!/usr/bin/env bash
# Latency of one client beside direct: the median and the 99th percentile of each statement of `pgbench -S`, in microseconds. All in one
# run, in turns; what a proxy adds is the difference to direct of the same run.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/lib.sh
. Scripts/lib-bench.sh

rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-5}
begin_bench pgbouncer haproxy
start_bench_postgres
pgbench -q -i -s 10 "${admin[@]}" bench >/dev/null 2>&1
write_bench_policy
start_bench_gate
start_bench_bouncer
start_bench_haproxy
for target in "$(url "$gate" "$token")" "$(url "$bouncer" bench)" "$(url "$ha" bench)"; do
  wait_for 20 psql -qAt "$target" -c 'select count(*) from pgbench_branches limit 1'
done

# one NAME PORT PASSWORD MODE: appends "p50 p99" to $dir/NAME.MODE
one() {
  rm -f "$dir"/log.*
  (cd "$dir" && pgbench -n -S -M "$4" -c 1 -T "$seconds" -l --log-prefix=log "$(url "$2" "$3")" >/dev/null 2>&1)
  awk '{print $3}' "$dir"/log.* | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)], v[int(NR * 0.99)]}' >>"$dir/$1.$4"
}
printf '%-9s %-10s %10s %10s\n' mode proxy 'p50 us' 'p99 us'
for mode in ${MODES:-simple prepared}; do
  for _ in $(seq 1 "$rounds"); do
    one direct "$pg" bench "$mode"
    one postern "$gate" "$token" "$mode"
    one pgbouncer "$bouncer" bench "$mode"
    one haproxy "$ha" bench "$mode"
  done
  for name in direct postern pgbouncer haproxy; do
    printf '%-9s %-10s %10s %10s\n' "$mode" $name "$(cut -d' ' -f1 "$dir/$name.$mode" | median)" "$(cut -d' ' -f2 "$dir/$name.$mode" | median)"
  done
done
