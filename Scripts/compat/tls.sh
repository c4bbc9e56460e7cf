#!/usr/bin/env bash
# The matrix of sslmode, certificates, channel binding and direct TLS, against PostgreSQL and against the gate. PYTHON must have psycopg;
# with psycopg[binary] it brings a libpq that knows direct TLS.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
trap compat_stop EXIT

make_certificates() {
  certificates=$dir/certificates
  mkdir -p "$certificates"
  local name
  for name in right wrong; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$name" -keyout "$certificates/$name.key" \
      -out "$certificates/$name.pem" 2>/dev/null
  done
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout "$certificates/server.key" \
    -out "$certificates/server.csr" 2>/dev/null
  openssl x509 -req -in "$certificates/server.csr" -CA "$certificates/right.pem" -CAkey "$certificates/right.key" -CAcreateserial -days 30 \
    -extfile <(echo 'subjectAltName=DNS:localhost') -out "$certificates/server.pem" 2>/dev/null
  chmod 755 "$certificates"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$certificates/server.key"; fi
  chmod 600 "$certificates/server.key"
}

# A PostgreSQL that takes what the gate takes: a password in clear, over what the listener allows.
tls_server() { # NAME LINE SIDE
  local directory=$dir/$1
  rm -rf "$directory"
  mkdir -p "$directory"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$directory"; fi
  as_postgres "$pg_bin/initdb" -D "$directory/data" -U postgres --auth=trust -N --encoding=UTF8 --locale=C.UTF-8 >"$directory.log" 2>&1
  as_postgres sh -c "printf '%s\n' 'local all all trust' '$2 all all 127.0.0.1/32 password' >'$directory/data/pg_hba.conf'"
  local port
  port=$(free_port)
  become_as_postgres "$pg_bin/postgres" -D "$directory/data" -k "$directory" -h 127.0.0.1 -p "$port" -c fsync=off -c ssl=on \
    -c ssl_cert_file="$certificates/server.pem" -c ssl_key_file="$certificates/server.key" >>"$directory.log" 2>&1 &
  started_pids+=("$!")
  wait_for 30 psql -qAt -h "$directory" -p "$port" -U postgres -c 'select 1' postgres
  psql -qAt -h "$directory" -p "$port" -U postgres -c "set password_encryption = 'scram-sha-256'; create role tester superuser login password '$token'" postgres
  declare -gx "DIRECT_$3=$port"
}

sides=(direct gate)
sides=(direct gate)
COMPAT_BEFORE_GATE=make_certificates compat_start
export GATE_BOTH=$gate GATE_TLS_ONLY=$gate_tls_only CERTIFICATES=$certificates TOKEN=$token
tls_server tls-both host BOTH
tls_server tls-only hostssl TLS_ONLY
"${PYTHON:-python3}" Scripts/compat/tls.py
