# Shared by the benchmarks of the relay: the servers that are measured, in the directory $dir, with the database and role `bench`.
# Each sets the port it listens on, and its process id: pg, gate and gate_pid, bouncer and bouncer_pid, ha and ha_pid.

# Installs the peers that are missing, builds the gateway, makes $dir, and sees to it that everything is stopped at the end.
begin_bench() { # PEER…
  local package
  PATH=$PATH:/usr/sbin
  for package in "$@"; do
    command -v "$package" >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$package" >/dev/null
  done
  swift build "${release_build[@]}" --product postern 2>&1 | tail -n 1
  postern=$(swift build "${release_build[@]}" --show-bin-path)/postern
  dir=$(mktemp -d)
  chmod 755 "$dir"
  trap 'stop_started; rm -rf "$dir"' EXIT
  mkdir -p "$dir/policy" "$dir/issuer"
}

start_bench_postgres() { # [SETTING=VALUE…]
  pg=$(free_port)
  start_postgres "$dir/pg" "$pg" "$@"
  admin=(-h "$dir/pg" -p "$pg" -U postgres)
  psql -qAt "${admin[@]}" -c "create role bench login superuser password 'bench'" -c 'create database bench owner bench' postgres
}

# A certificate for 127.0.0.1 on P-256, its own authority: $dir/server.pem and $dir/server.key.
make_bench_certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$dir/server.key" -out "$dir/server.pem" 2>/dev/null
  chmod 644 "$dir/server.pem" "$dir/server.key"
}

# Lets the server of start_bench_postgres take TLS as well.
give_postgres_tls() {
  install -m 600 "$dir/server.key" "$dir/pg/server.key"
  install -m 644 "$dir/server.pem" "$dir/pg/server.pem"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$dir/pg/server.key"; fi
  psql -qAt "${admin[@]}" -c "alter system set ssl_cert_file = '$dir/pg/server.pem'" -c "alter system set ssl_key_file = '$dir/pg/server.key'" \
    -c 'alter system set ssl = on' -c 'select pg_reload_conf()' postgres >/dev/null
}

# A policy of 200 rules, of which most are about other identities, tables and verbs, and one masked column.
write_bench_policy() {
  local n
  {
    echo 'policy bench edition 1'
    echo 'use std.postgres'
    echo 'issuer dev : jwks { issuer "https://issuer.localhost"  audience "postern"  file "jwks.json"  claims { sub string } }'
    echo 'identity bencher from dev { when claim.sub == "bencher" }'
    echo 'identity other from dev { when claim.sub == "other" }'
    echo 'resource bench : postgres { search_path public }'
    echo 'allow reads { who bencher on bench to select from pgbench_accounts when statement.has_where or statement.has_limit }'
    echo 'allow counts { who bencher on bench to select from pgbench_branches, pgbench_tellers }'
    echo 'allow changes { who bencher on bench to update of pgbench_accounts, pgbench_branches, pgbench_tellers when statement.has_where }'
    echo 'allow history { who bencher on bench to insert into pgbench_history }'
    echo 'allow connect { who any on bench to select from postgres.catalog, call postgres.describe_functions, postgres.session_functions, set postgres.client_settings }'
    echo 'mask filler { on bench column pgbench_branches.filler with redact }'
    for n in $(seq 1 98); do
      echo "allow a$n { who other on bench to select from t$n(id, name) when statement.has_where }"
      echo "deny d$n { who any on bench to delete, truncate from t$n because \"not t$n\" }"
    done
  } >"$dir/policy/bench.postern"
}

# The policy is $dir/policy/bench.postern, the command $postern, the issuer of tokens in $dir/issuer. What the backend's connection
# needs beyond its address is BACKEND (a line of YAML), what the resource needs RESOURCE, the listener's TLS TLS.
start_bench_gate() {
  "$postern" keys new "$dir/policy/key" >/dev/null
  "$postern" build "$dir/policy/bench.postern" --key "$dir/policy/key.key.pem" --output "$dir/policy/bench.bundle" >/dev/null
  jwks=$("$postern" dev issuer --directory "$dir/issuer")
  gate=$(free_port)
  echo bench >"$dir/password"
  cat >"$dir/postern.yaml" <<YAML
policy: { bundle: policy/bench.bundle, trust: [policy/key.pub.pem] }
recording: recording
listeners: [{ address: "127.0.0.1:$gate", tls: ${TLS:-{ development: tls \}}, cleartext_on_loopback: true }]
limits: { connections: 20000 }
resources:
  - name: bench
    ${RESOURCE:-}
    backend: { host: 127.0.0.1, port: $pg, user: bench, password_file: password, ${BACKEND:-tls: disable} }
issuers: { dev: { keys: $jwks } }
YAML
  "$postern" serve --config "$dir/postern.yaml" >"$dir/postern.log" 2>&1 &
  gate_pid=$!
  started_pids+=("$gate_pid")
  token=$("$postern" dev token --directory "$dir/issuer" --subject bencher --lifetime 7200)
}

start_bench_bouncer() { # [LINE…] of its configuration
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
unix_socket_dir =
max_client_conn = 20000
INI
  # A place for every client: its default of 20 would have the others wait for the whole run.
  if [ $# -eq 0 ]; then set -- 'pool_mode = session' 'default_pool_size = 100'; fi
  printf '%s\n' "$@" >>"$dir/pgbouncer.ini"
  chmod 644 "$dir"/pgbouncer.ini "$dir"/users
  become_as_postgres pgbouncer -q "$dir/pgbouncer.ini" 2>"$dir/pgbouncer.log" &
  bouncer_pid=$!
  started_pids+=("$bouncer_pid")
}

start_bench_haproxy() {
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
  ha_pid=$!
  started_pids+=("$ha_pid")
}

url() { # PORT PASSWORD [SSLMODE]
  echo "postgresql://bench:$2@127.0.0.1:$1/bench?sslmode=${3:-disable}"
}

cpu_ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }
resident() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
hertz=$(getconf CLK_TCK)
median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
