#!/usr/bin/env bash
# A soak of SOAK_SECONDS (default half an hour): pgbench through the gateway while a new policy is loaded every second and other clients are
# killed at any point. At the end: memory flat, no error but refusals, every statement of the steady clients in the recording.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/lib.sh
. Scripts/lib-bench.sh

length=${SOAK_SECONDS:-1800}
rate=${RATE:-1500}
begin_bench
start_bench_postgres
pgbench -q -i -s 10 "${admin[@]}" bench >/dev/null 2>&1
write_bench_policy
echo 'identity victim from dev { when claim.sub == "victim" }' >>"$dir/policy/bench.postern"
echo 'allow victims { who victim on bench to select, update, insert from any }' >>"$dir/policy/bench.postern"
start_bench_gate
victim=$("$postern" dev token --directory "$dir/issuer" --subject victim --lifetime 7200)
wait_for 20 psql -qAt "$(url "$gate" "$token")" -c 'select count(*) from pgbench_branches limit 1'
stop_at=$((SECONDS + length))

# A policy that says something else every second; the steady clients may go on under all of them.
reload() {
  local n=0 revision
  revision=$(date +%s)
  while [ $SECONDS -lt $stop_at ]; do
    n=$((n + 1))
    { cat "$dir/policy/bench.postern"; echo "deny turn { who other on bench to select from turn_$n because \"turn $n\" }"; } >"$dir/next.postern"
    "$postern" build "$dir/next.postern" --key "$dir/policy/key.key.pem" --revision $((revision + n)) --output "$dir/policy/next.bundle" >/dev/null
    mv "$dir/policy/next.bundle" "$dir/policy/bench.bundle"
    kill -HUP "$gate_pid"
    sleep 1
  done
  echo $n >"$dir/reloads"
}
# Clients that are killed wherever they are: in a login, a statement, a transaction, a result.
kill_clients() {
  local n=0
  while [ $SECONDS -lt $stop_at ]; do
    n=$((n + 1))
    timeout -s KILL "0.$((RANDOM % 900 + 10))" pgbench -n -c 3 -M prepared -T 60 "$(url "$gate" "$victim")" >/dev/null 2>&1 || true
    timeout -s KILL "0.$((RANDOM % 300 + 10))" psql -qAt "$(url "$gate" "$victim")" -c 'select * from pgbench_accounts' >/dev/null 2>&1 || true
  done
  echo $n >"$dir/kills"
}
watch_memory() {
  while [ $SECONDS -lt $stop_at ]; do
    resident "$gate_pid" >>"$dir/memory"
    sleep 2
  done
}
reload & reload_pid=$!
kill_clients 2>"$dir/killed" & kill_pid=$!
watch_memory & memory_pid=$!
pgbench -n -S -M prepared -c 8 -j 2 -R "$rate" -T "$length" "$(url "$gate" "$token")" >"$dir/steady" 2>&1 || true
wait $reload_pid $kill_pid $memory_pid

problems=0
complain() { echo "soak: $*"; problems=1; }
done_count=$(sed -n 's/.*actually processed: \([0-9]*\).*/\1/p' "$dir/steady")
grep -E 'aborted|ERROR|FATAL|error:' "$dir/steady" && complain 'the steady clients saw an error'
[ "${done_count:-0}" -gt 0 ] || complain 'the steady clients did nothing'
kill -0 "$gate_pid" || complain 'the gateway is gone'
kill -TERM "$gate_pid"
wait "$gate_pid" || complain "the gateway ended with status $?"
recorded=$("$postern" sessions list --recording "$dir/recording" --identity bencher --limit 1000 --format json |
  python3 -c 'import json, sys; found = json.load(sys.stdin); print(sum(s["messages"] for s in (found["sessions"] if isinstance(found, dict) else found)))')
# A Bind and an Execute each; what pgbench and psql ask besides is recorded too.
[ "$recorded" -ge $((2 * ${done_count:-0})) ] || complain "$done_count statements were answered, $recorded messages are recorded"
memory=$(awk '{v[NR] = $1} END { q = int(NR / 4); for (i = q; i < 2 * q; i++) a += v[i]; for (i = 3 * q; i < 4 * q; i++) b += v[i]
  printf "%.1f %.1f", a / q / 1024, b / q / 1024 }' "$dir/memory")
read -r second last <<<"$memory"
awk -v a="$second" -v b="$last" 'BEGIN { exit !(b > a * 1.1 + 4) }' && complain "memory grew from $second to $last MiB"
grep -E ' (error|critical) ' "$dir/postern.log" | head -n 5 || true
echo "$length s: $done_count statements of steady clients answered, $recorded messages recorded; $(cat "$dir/reloads") policies loaded," \
  "$(cat "$dir/kills") rounds of killed clients; memory in the second quarter $second MiB, in the last $last MiB"
exit $problems
