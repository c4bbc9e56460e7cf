# Shared by the benchmarks of the relay: the servers that are measured, in the directory $dir, with the database and role `bench`.
# Each sets the port it listens on, and its process id: pg, gate and gate_pid, bouncer and bouncer_pid.

start_bench_postgres() {
  pg=$(free_port)
  start_postgres "$dir/pg" "$pg"
  admin=(-h "$dir/pg" -p "$pg" -U postgres)
  psql -qAt "${admin[@]}" -c "create role bench login superuser password 'bench'" -c 'create database bench owner bench' postgres
}

# The policy is $dir/policy/bench.postern, the command $postern, the issuer of tokens in $dir/issuer.
start_bench_gate() {
  "$postern" keys new "$dir/policy/key" >/dev/null
  "$postern" build "$dir/policy/bench.postern" --key "$dir/policy/key.key.pem" --output "$dir/policy/bench.bundle" >/dev/null
  jwks=$("$postern" dev issuer --directory "$dir/issuer")
  gate=$(free_port)
  echo bench >"$dir/password"
  cat >"$dir/postern.yaml" <<YAML
policy: { bundle: policy/bench.bundle, trust: [policy/key.pub.pem] }
recording: recording
listeners: [{ address: "127.0.0.1:$gate", tls: { development: tls }, cleartext_on_loopback: true }]
resources:
  - name: bench
    backend: { host: 127.0.0.1, port: $pg, user: bench, password_file: password, tls: disable }
issuers: { dev: { keys: $jwks } }
YAML
  "$postern" serve --config "$dir/postern.yaml" >"$dir/postern.log" 2>&1 &
  gate_pid=$!
  started_pids+=("$gate_pid")
}

start_bench_bouncer() {
  bouncer=$(free_port)
  echo '"bench" "bench"' >"$dir/users"
  cat >"$dir/pgbouncer.ini" <<INI
[databases]
bench = host=127.0.0.1 port=$pg dbname=bench user=bench password=bench
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $bouncer
auth_type = plain
auth_file = $dir/users
pool_mode = session
unix_socket_dir =
INI
  chmod 644 "$dir"/pgbouncer.ini "$dir"/users
  become_as_postgres pgbouncer -q "$dir/pgbouncer.ini" 2>"$dir/pgbouncer.log" &
  bouncer_pid=$!
  started_pids+=("$bouncer_pid")
}

url() { # PORT PASSWORD
  echo "postgresql://bench:$2@127.0.0.1:$1/bench?sslmode=disable"
}

cpu_ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
hertz=$(getconf CLK_TCK)
median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
