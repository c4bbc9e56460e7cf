#!/usr/bin/env bash
# Small programs of many drivers (Scripts/compat/clients), direct and through the gate; what they print is compared.
#
# Each needs its driver from the distribution's packages; what is not installed is left out, and said: libdbd-pg-perl, ruby-pg,
# php-cli and php-pgsql, libpqxx-dev, libpgtcl, python3-pyodbc and odbc-postgresql, libpostgresql-jdbc-java and a JDK, node-pg (or NODE_PATH).
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
clients=$PWD/Scripts/compat/clients
trap compat_stop EXIT
compat_start
mkdir -p "$dir/bin"

run_client() { # LABEL COMMAND…
  local label=$1 side code
  shift
  for side in "${sides[@]}"; do
    mkdir -p "$dir/out/clients/$side"
    code=0
    on_side "$side" env PGDATABASE=drivers timeout 120 "$@" >"$dir/client.out" 2>&1 || code=$?
    { without_ports <"$dir/client.out"; echo "exit $code"; } >"$dir/out/clients/$side/$label.out"
  done
  echo "$label: $(wc -l <"$dir/out/clients/$side/$label.out") lines, $(tail -n 1 "$dir/out/clients/$side/$label.out")"
}

have() { command -v "$1" >/dev/null || { echo "left out: no $1"; return 1; }; }

for side in "${sides[@]}"; do on_side "$side" createdb drivers; done
have perl && run_client perl-dbd-pg perl "$clients/perl.pl"
have ruby && run_client ruby-pg ruby "$clients/ruby.rb"
have php && run_client php-pgsql php "$clients/php.php"
have tclsh && run_client tcl-pgtcl tclsh "$clients/tcl.tcl"
if [ -e /usr/include/pqxx/pqxx ] && have g++; then
  g++ -std=c++17 -o "$dir/bin/pqxx" "$clients/libpqxx.cpp" -lpqxx -lpq -pthread && run_client libpqxx "$dir/bin/pqxx"
fi
jar=/usr/share/java/postgresql.jar
[ -e $jar ] && have javac && javac -cp $jar -d "$dir/bin" "$clients/Jdbc.java" &&
  run_client jdbc java -XX:TieredStopAtLevel=1 -cp "$jar:$dir/bin" Jdbc
have node && run_client node-postgres node "$clients/node.js"
/usr/bin/python3 -c 'import pyodbc' 2>/dev/null && run_client psqlodbc /usr/bin/python3 "$clients/odbc.py"
compare clients "$dir/out/clients"
head -c 10000 "$dir"/clients.*.diff
