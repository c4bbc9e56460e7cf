#!/usr/bin/env bash
# What connections cost: memory of IDLE idle TLS connections, and new TLS connections a second, each with a login and one query; the
# gateway (a token verified for each) without and with a pool, PgBouncer and PostgreSQL itself, in one run. P-256, TLS 1.3.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/lib.sh
. Scripts/lib-bench.sh

idle=${IDLE:-10000}
rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-5}
ulimit -n "$(ulimit -Hn)"
begin_bench pgbouncer
start_bench_postgres
make_bench_certificate
give_postgres_tls
pgbench -q -i -s 1 "${admin[@]}" bench >/dev/null 2>&1
write_bench_policy

# Each gateway has a directory's recording of its own, so they are started one after another from one policy.
TLS="{ certificate: server.pem, key: server.key }"
start_bench_gate
plain=$gate plain_pid=$gate_pid
mv "$dir/postern.yaml" "$dir/plain.yaml"
RESOURCE="pool: { mode: transaction, size: 20 }"
gate=$(free_port)
sed -e "s#^recording: .*#recording: pooled/recording#" -e "s#127.0.0.1:$plain\"#127.0.0.1:$gate\"#" \
  -e "s#^  - name: bench#  - name: bench\n    $RESOURCE#" "$dir/plain.yaml" >"$dir/pooled.yaml"
"$postern" serve --config "$dir/pooled.yaml" >"$dir/pooled.log" 2>&1 &
pooled=$gate pooled_pid=$!
started_pids+=("$pooled_pid")
start_bench_bouncer 'pool_mode = transaction' 'default_pool_size = 20' 'client_tls_sslmode = require' \
  "client_tls_cert_file = $dir/server.pem" "client_tls_key_file = $dir/server.key"
for target in "$(url "$plain" "$token" require)" "$(url "$pooled" "$token" require)" "$(url "$bouncer" bench require)"; do
  wait_for 20 psql -qAt "$target" -c 'select count(*) from pgbench_branches limit 1'
done

printf '%-22s %14s\n' "$idle idle, TLS" 'KiB each'
for name in pooled bouncer; do
  if [ $name = pooled ]; then port=$pooled pid=$pooled_pid password=$token; else port=$bouncer pid=$bouncer_pid password=bench; fi
  before=$(resident "$pid")
  coproc holder { exec python3 Scripts/hold-connections.py "$port" "$idle" "$password"; }
  holder_pid=$holder_PID
  started_pids+=("$holder_pid")
  read -r held <&"${holder[0]}" || held=0
  after=$(resident "$pid")
  awk -v n=$name -v a="$after" -v b="$before" -v h="$held" 'BEGIN { printf "%-22s %14.1f   (%d held)\n", n, (h > 0 ? (a - b) / h : 0), h }'
  kill "$holder_pid" 2>/dev/null || true
  wait "$holder_pid" 2>/dev/null || true
done

echo 'select 1 from pgbench_branches limit 1;' >"$dir/one.sql"
# rate PORT PASSWORD PID → "connections-per-second cpu-ms-each"
rate() {
  local before out count
  before=$(cpu_ticks "$3")
  out=$(pgbench -n -C -f "$dir/one.sql" -c 4 -j 2 -T "$seconds" "$(url "$1" "$2" require)" 2>&1)
  count=$(sed -n 's/.*actually processed: \([0-9]*\).*/\1/p' <<<"$out")
  awk -v t=$(($(cpu_ticks "$3") - before)) -v h="$hertz" -v n="$count" -v s="$seconds" 'BEGIN { printf "%.0f %.3f\n", n / s, t / h / n * 1000 }'
}
printf '%-22s %14s %14s\n' 'new TLS connections' 'a second' 'CPU ms each'
for name in plain pooled bouncer direct; do : >"$dir/rate.$name"; done
for _ in $(seq 1 "$rounds"); do
  rate "$plain" "$token" "$plain_pid" >>"$dir/rate.plain"
  rate "$pooled" "$token" "$pooled_pid" >>"$dir/rate.pooled"
  rate "$bouncer" bench "$bouncer_pid" >>"$dir/rate.bouncer"
  rate "$pg" bench "$postgres_pid" >>"$dir/rate.direct"
done
for name in plain pooled bouncer direct; do
  cpu=$(cut -d" " -f2 "$dir/rate.$name" | median)
  [ $name = direct ] && cpu=- # PostgreSQL's work is done by processes of their own
  printf '%-22s %14s %14s\n' $name "$(cut -d" " -f1 "$dir/rate.$name" | median)" "$cpu"
done
