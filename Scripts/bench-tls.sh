#!/usr/bin/env bash
# A COPY of MEBIBYTES through TLS on both sides: CPU seconds of the proxy, beside PgBouncer with the same certificate, in one run. Medians.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/lib.sh
. Scripts/lib-bench.sh

mebibytes=${MEBIBYTES:-1024}
rounds=${ROUNDS:-3}
begin_bench pgbouncer
start_bench_postgres
make_bench_certificate
give_postgres_tls
psql -qAt "${admin[@]}" bench -c "create table pgbench_branches as select n as bid, repeat(md5(n::text), 32) as filler from generate_series(1, $mebibytes * 1020) n"
write_bench_policy
sed -i -e '/^mask /d' -e 's/^allow counts .*/allow counts { who bencher on bench to select from pgbench_branches }/' "$dir/policy/bench.postern"
TLS="{ certificate: server.pem, key: server.key }" BACKEND="tls: verify-full, ca: server.pem" start_bench_gate
start_bench_bouncer 'pool_mode = session' 'client_tls_sslmode = require' "client_tls_cert_file = $dir/server.pem" \
  "client_tls_key_file = $dir/server.key" 'server_tls_sslmode = verify-ca' "server_tls_ca_file = $dir/server.pem"
wait_for 20 psql -qAt "$(url "$gate" "$token" require)" -c 'select 1 from pgbench_branches limit 1'
wait_for 20 psql -qAt "$(url "$bouncer" bench require)" -c 'select 1 from pgbench_branches limit 1'

# one PID URL → "cpu-seconds bytes"
one() {
  local before bytes
  before=$(cpu_ticks "$1")
  bytes=$(psql -qAt "$2" -c 'copy pgbench_branches to stdout' | wc -c)
  awk -v t=$(($(cpu_ticks "$1") - before)) -v h="$hertz" -v b="$bytes" 'BEGIN { printf "%.3f %d\n", t / h, b }'
}
for _ in $(seq 1 "$rounds"); do
  one "$gate_pid" "$(url "$gate" "$token" require)" >>"$dir/postern"
  one "$bouncer_pid" "$(url "$bouncer" bench require)" >>"$dir/pgbouncer"
done
base=$(cut -d' ' -f1 "$dir/pgbouncer" | median)
printf '%-10s %10s %10s\n' proxy 'CPU s' MiB
for name in postern pgbouncer; do
  awk -v n=$name -v c="$(cut -d' ' -f1 "$dir/$name" | median)" -v m="$(cut -d' ' -f2 "$dir/$name" | median)" -v b="$base" \
    'BEGIN { printf "%-10s %10.2f %10.0f   ", n, c, m / 1048576; if (b > 0) printf "%.2f times PgBouncer\n", c / b; else print "too short to compare" }'
done
