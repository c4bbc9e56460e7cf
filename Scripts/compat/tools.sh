#!/usr/bin/env bash
# PostgreSQL's client programs, direct and through the gate: dumps and restores, pgbench, maintenance. Outputs and what is in the
# databases afterwards are compared.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
trap compat_stop EXIT
compat_start

# Times, rates, ports and paths differ at every run.
settle() {
  without_ports | sed -E -e 's/^(latency|average connection time|initial connection time|tps|number of transactions).*/\1 …/' \
    -e 's/^(statement latencies|progress:).*/\1 …/' -e 's/^ +[0-9.]+ +(0 +)?(\\?[a-zA-Z(].*|;)$/  … \2/' -e 's/[0-9.]+ s\b/… s/g' \
    -e 's/^\\(un)?restrict .*/\\\1restrict …/' -e "s/PASSWORD 'SCRAM[^']*'/PASSWORD …/" -e "s#work/(direct|gate|masked|columns)#work/SIDE#g"
}

step() { # LABEL COMMAND…: its output and exit code
  local label=$1 code=0
  shift
  on_side "$side" timeout 300 "$@" >"$dir/step.out" 2>&1 || code=$?
  { settle <"$dir/step.out"; echo "exit $code"; } >"$dir/out/tools/$side/$label.out"
}

for side in "${sides[@]}"; do
  mkdir -p "$dir/out/tools/$side" "$dir/work/$side"
  rm -rf "${dir:?}/work/$side"/*
  cd "$dir/work/$side"
  step createdb createdb regression
  step createdb-again createdb regression
  step createdb-drivers createdb -E UTF8 -T template0 drivers 'a comment'
  step createuser createuser --login compat_user
  step dropuser dropuser compat_user
  step ready pg_isready -d regression
  step ready-nowhere pg_isready -d regression -h 127.0.0.1 -p 1
  step init pgbench -q -i -s 2 --foreign-keys -F 90 regression
  step init-server pgbench -q -i -I dtGvp -s 1 --partitions=3 drivers
  for mode in simple extended prepared; do
    step "tpcb-$mode" pgbench -n -M $mode -c 4 -t 100 regression
    step "select-$mode" pgbench -n -S -M $mode -c 4 -j 2 -t 200 -r --random-seed=1 regression
    step "update-$mode" pgbench -n -N -M $mode -c 2 -t 100 regression
  done
  step reconnect pgbench -n -S -C -c 2 -t 20 regression
  cat >pipeline.sql <<'SQL'
\set a random(1, 1000)
\startpipeline
select abalance from pgbench_accounts where aid = :a;
begin;
update pgbench_accounts set abalance = abalance + 1 where aid = :a;
select 1;
commit;
\endpipeline
select abalance from pgbench_accounts where aid = :a \gset
\if :abalance > 10000000
select 'never';
\endif
SQL
  for mode in extended prepared; do step "pipeline-$mode" pgbench -n -M $mode -c 4 -t 50 -f pipeline.sql regression; done
  echo 'select 1/0;' >broken.sql
  step broken pgbench -n -c 2 -t 5 -f broken.sql regression
  printf 'begin isolation level serializable;\nselect sum(abalance) from pgbench_accounts where bid = 1;\nupdate pgbench_branches set bbalance = bbalance + 1 where bid = 1;\nend;\n' >retry.sql
  sort -o "$dir/out/tools/$side/broken.out" "$dir/out/tools/$side/broken.out"
  step retries pgbench -n -c 1 -t 50 --max-tries=10 -f retry.sql regression
  on_side "$side" psql -qX -d regression -f "$OLDPWD/Scripts/compat/psql/10-describe.sql" >/dev/null 2>&1 || true
  on_side "$side" psql -qX -d regression -c "insert into shop.people(email, tags, data) select 'p' || g || '@example.org', array[g::text], jsonb_build_object('g', g) from generate_series(1, 1000) g" \
    -c "select lo_from_bytea(0, decode(repeat('ab', 100000), 'hex')) is not null"
  # What is dumped must not depend on the runs above.
  on_side "$side" psql -qX -d regression -c 'update pgbench_accounts set abalance = 0; update pgbench_tellers set tbalance = 0; update pgbench_branches set bbalance = 0; truncate pgbench_history'
  step dump pg_dump regression
  step dump-schema pg_dump -s --no-owner regression
  step dump-inserts pg_dump --column-inserts --rows-per-insert=50 -t 'shop.*' regression
  step dump-table pg_dump -t shop.people -a --enable-row-security regression
  step dump-serializable pg_dump --serializable-deferrable -t shop.people regression
  step dump-custom pg_dump -Fc -f dump.custom regression
  step dump-directory pg_dump -Fd -j 4 -f dump.directory regression
  step dump-tar pg_dump -Ft -f dump.tar regression
  step list pg_restore -l dump.custom
  sed -i -E '/Archive created|Dumped (from|by)|^;/d; s/^[0-9]+; [0-9]+ [0-9]+ //' "$dir/out/tools/$side/list.out"
  step restored createdb restored
  step restore pg_restore -d restored -j 4 dump.directory
  step dump-restored pg_dump restored
  step drop-restored dropdb restored
  step create-again createdb restored
  step restore-one pg_restore -d restored -1 --exit-on-error dump.custom
  step drop-again dropdb --if-exists -f restored
  step create-third createdb restored
  on_side "$side" pg_dump regression >plain.sql
  step plain psql -qX -v ON_ERROR_STOP=1 -d restored -f plain.sql
  step dump-third pg_dump restored
  # pgbench's clients leave rows in an order of their own.
  for name in dump dump-restored dump-third; do sort -o "$dir/out/tools/$side/$name.out" "$dir/out/tools/$side/$name.out"; done
  step globals pg_dumpall -g
  step all pg_dumpall -s --exclude-database='contrib*'
  step vacuum vacuumdb -z -v -j 2 regression
  sed -i -E '/^(INFO|DETAIL|tuples|removable|index scan|avg|buffer|WAL|system|pages|I\/O|new|relfrozen|CPU|frozen|launched)/d; s/[0-9]+//g' "$dir/out/tools/$side/vacuum.out"
  sort -o "$dir/out/tools/$side/vacuum.out" "$dir/out/tools/$side/vacuum.out"
  step vacuum-all vacuumdb -a --analyze-in-stages
  step reindex reindexdb -j 2 -S public regression
  step cluster clusterdb -t pgbench_accounts regression
  step amcheck "$pg_bin/pg_amcheck" --install-missing regression
  step basebackup timeout 60 pg_basebackup -c fast -D base
  mkdir wal
  step receivewal timeout 3 pg_receivewal -D wal
  step recvlogical timeout 3 pg_recvlogical -d regression --slot=x --create-slot
  step oid vacuumlo -n regression
  cd - >/dev/null
done
compare tools "$dir/out/tools"
head -c 20000 "$dir"/tools.*.diff
