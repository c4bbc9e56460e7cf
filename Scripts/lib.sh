# Shared by the demo and the benchmark: a throwaway PostgreSQL on loopback, and stopping exactly what was started.

pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$pg_bin" ] || pg_bin=$(dirname "$(command -v initdb || command -v pg_ctl)")

# How the program is built where it is run for real: with Swift's own libraries in it, so that a machine without Swift can run it.
release_build=(-c release --static-swift-stdlib)

started_pids=()

# A port of 127.0.0.1 that nobody listens on. It may be taken before it is used; whoever starts there then says so.
free_port() {
  local port
  for _ in $(seq 1 100); do
    port=$((20000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return 0; }
  done
  echo "no free port" >&2
  return 1
}

# Runs a command as a user that PostgreSQL accepts (it refuses root).
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi
}

# The same for a server that is started with `&`: the job's own process becomes the server, so that `$!` is what to stop.
become_as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then exec setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else exec "$@"; fi
}

# start_postgres DIRECTORY PORT [SETTING=VALUE…]: a cluster with SCRAM passwords for everyone but the superuser on the socket.
start_postgres() {
  local directory=$1 port=$2 setting
  local -a settings=()
  shift 2
  for setting in "$@"; do settings+=(-c "$setting"); done
  mkdir -p "$directory"
  chmod 755 "$directory"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$directory"; fi
  as_postgres "$pg_bin/initdb" -D "$directory/data" -U postgres --auth-local=trust --auth-host=scram-sha-256 -N \
    --encoding=UTF8 --locale=C.UTF-8 >"$directory.log" 2>&1 || { cat "$directory.log" >&2; return 1; }
  become_as_postgres "$pg_bin/postgres" -D "$directory/data" -k "$directory" -h 127.0.0.1 -p "$port" \
    -c fsync=off -c max_connections=200 -c log_min_messages=fatal "${settings[@]}" >>"$directory.log" 2>&1 &
  postgres_pid=$!
  started_pids+=("$postgres_pid")
  wait_for 30 as_postgres psql -qAt -h "$directory" -p "$port" -U postgres -c 'select 1' postgres
}

# wait_for SECONDS COMMAND…: until it succeeds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || { echo "gave up waiting for: $*" >&2; return 1; }
    sleep 0.1
  done
}

# Stops what was started, newest first, by its own process id.
stop_started() {
  local index pid
  for ((index = ${#started_pids[@]} - 1; index >= 0; index--)); do
    pid=${started_pids[index]}
    kill -TERM "$pid" 2>/dev/null || continue
    for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  started_pids=()
}
