#!/usr/bin/env bash
# What masks cost on the way: CPU seconds of the proxy and its memory for a COPY of ROWS rows and a SELECT of a tenth of them, six text
# columns each, without masks, masked by origin, by value (every detector that ships), by both; beside PgBouncer in the same run. Medians.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/lib.sh
. Scripts/lib-bench.sh

rows=${ROWS:-1000000}
rounds=${ROUNDS:-3}
begin_bench pgbouncer
start_bench_postgres
# One row in twenty has a value in its note; the addresses and cards are what a shop has.
psql -qAt "${admin[@]}" bench <<SQL
create table people as
select 'Customer ' || n as name, 'customer' || n || '@example-shop.net' as email, 'Main Street ' || n % 400 || ', Springfield' as address,
  'order ' || n || ' was sent on a Tuesday' as message, md5(n::text) as reference,
  case when n % 20 = 0 then 'call back: 4111 1111 1111 1111' else 'nothing to add to this one' end as note
from generate_series(1, $rows) n;
SQL

cat >"$dir/policy/bench.postern" <<'POLICY'
policy bench edition 1
use std.postgres
use std.pii
use std.secrets
issuer dev : jwks { issuer "https://issuer.localhost"  audience "postern"  file "jwks.json"  claims { sub string } }
identity plain from dev { when claim.sub == "plain" }
identity origin from dev { when claim.sub == "origin" }
identity value from dev { when claim.sub == "value" }
identity both from dev { when claim.sub == "both" }
resource bench : postgres { search_path public }
allow reads { who any on bench to select from people, postgres.catalog, set postgres.client_settings }
mask by_origin { who origin, both on bench column people.email with partial(first: 2)  column people.name with redact }
mask by_value { who value, both on bench value pii.all, secrets.all with redact }
POLICY
start_bench_gate

start_bench_bouncer

for name in plain origin value both; do
  printf -v "token_$name" '%s' "$("$postern" dev token --directory "$dir/issuer" --subject "$name" --lifetime 7200)"
done
wait_for 20 psql -qAt "$(url "$gate" "$token_plain")" -c 'select name from people limit 1'
wait_for 20 psql -qAt "$(url "$bouncer" bench)" -c 'select 1'

peak() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

# one PID URL COMMAND → "cpu-seconds peak-KiB"
one() {
  local before
  echo 5 >"/proc/$1/clear_refs"
  before=$(cpu_ticks "$1")
  psql -qAt "$2" -c "$3" >/dev/null
  awk -v t=$(($(cpu_ticks "$1") - before)) -v h="$hertz" -v p="$(peak "$1")" 'BEGIN { printf "%.3f %d\n", t / h, p }'
}

printf '%-22s %-10s %10s %12s\n' what proxy 'CPU s' 'peak MiB'
for what in "copy people to stdout" "select * from people limit $((rows / 10))"; do
  for name in pgbouncer plain origin value both; do
    for _ in $(seq 1 "$rounds"); do
      if [ $name = pgbouncer ]; then one "$bouncer_pid" "$(url "$bouncer" bench)" "$what"; else
        token=token_$name
        one "$gate_pid" "$(url "$gate" "${!token}")" "$what"
      fi
    done >"$dir/figures"
    cpu=$(cut -d' ' -f1 "$dir/figures" | median)
    high=$(cut -d' ' -f2 "$dir/figures" | sort -g | tail -n 1)
    [ $name = pgbouncer ] && base=$cpu
    awk -v w="${what:0:22}" -v n=$name -v c="$cpu" -v p="$high" -v b="$base" \
      'BEGIN { printf "%-22s %-10s %10.2f %12.1f   ", w, n, c, p / 1024
        # The clock counts hundredths: of too few rows nothing can be said.
        if (b > 0) printf "%.2f times PgBouncer\n", c / b; else print "too short to compare" }'
  done
done
