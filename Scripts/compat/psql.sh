#!/usr/bin/env bash
# psql's commands (Scripts/compat/psql/*.sql) on every side; the outputs of each script are compared. PSQL names another psql than the
# path's: one of version 18 is also given the scripts that only it knows.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
scripts=$PWD/Scripts/compat/psql

trap compat_stop EXIT
COMPAT_ASKS=yes COMPAT_IDENTITY='[]' compat_start

psql=${PSQL:-psql}
version=$("$psql" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')

# Every command of the \d family, bare and with S and +, with and without patterns.
describe_everything() {
  local command form pattern
  for command in $("$psql" --help=commands | sed -n -E 's/^  \\(d[A-Za-z]*)(\[.*|[ +].*)?$/\1/p' | sort -u) dfa dfn dfp dft dfw dtvms; do
    for form in '' S + S+; do
      for pattern in '' '*' 'shop.*' 'pg_catalog.pg_c*' '"Odd Name"' 'nothing_there' 'psql_one.shop.people' 'no.such.thing' 'a.b.c.d'; do
        # With S and no pattern, or with every one, the catalogue is long: once is enough.
        case $form$pattern in 'S' | 'S*' | 'S+' | 'S+*') [ "$command" = df ] || [ "$command" = do ] || continue ;; esac
        echo "\\$command$form $pattern"
      done
    done
  done
  for pattern in 'int4 int4' '* text' 'shop.* *'; do for command in df do dAc dAf dAo dAp drds; do echo "\\$command $pattern"; done; done
  printf '%s\n' '\sf pg_catalog.lower' '\sf+ no_such' '\sv pg_catalog.pg_views' '\sv+ pg_stats' '\z' '\z shop.*' '\zS pg_class' '\l' '\l+ psql*' '\l nothing'
}

# What names the connection, or is another at every run: ports, process ids, times.
settle() {
  without_ports | sed -E -e 's/^(Time: ).*/\1…/' -e 's/PID( *\|)? [0-9]+/PID\1 …/' \
    -e 's/^.* \(every 0\.1s\)/(every 0.1s)/' -e 's/^( pg_catalog .*)\| +[0-9]+ (kB|bytes) +\|/\1| SIZE |/'
}

run_psql() { # SIDE LABEL ARGUMENTS…
  local side=$1 label=$2
  shift 2
  on_side "$side" setsid timeout 120 "$psql" -X -v HISTFILE=/dev/null "$@" <stdin.txt 2>&1 | settle >"$dir/out/psql/$side/$label.out" || true
}

for side in "${sides[@]}"; do
  mkdir -p "$dir/out/psql/$side" "$dir/work/$side"
  cp "$scripts"/* "$dir/work/$side/"
  cd "$dir/work/$side"
  export PSQL_EDITOR=true PAGER=cat
  on_side "$side" createdb psql_one
  on_side "$side" createdb psql_two
  describe_everything >70-describe-all.sql
  [ "$version" -lt 18 ] || cp 80-extended.psql18 80-extended.sql
  for script in [0-9]*.sql; do run_psql "$side" "$script" -a -f "$script" psql_one; done
  run_psql "$side" described-hidden -E -c '\d shop.people' -c '\df shop.*' -c '\dp' -c '\l' psql_one
  run_psql "$side" one-transaction -1 -c 'create table once(a int)' -c 'insert into once values (1), (2)' -c 'select 1/0' psql_one
  run_psql "$side" one-transaction-kept -1 -f included.psql -c 'create table kept(a int)' -c 'table kept' psql_one
  run_psql "$side" stop-at-error -v ON_ERROR_STOP=1 -c 'select 1' -c 'select nope' -c 'select 2' psql_one
  run_psql "$side" many-in-one -c 'select 1; select 2; insert into once values (1); select 3' psql_one
  run_psql "$side" list -l -A -t
  run_psql "$side" settings -d "dbname=psql_one options='-c work_mem=7MB -c search_path=shop' client_encoding=LATIN1" \
    -c 'show work_mem' -c 'show search_path' -c 'show client_encoding' -c "select 'ä'"
  run_psql "$side" no-database no_such_database
  run_psql "$side" bad-setting -d 'dbname=psql_one options=-cno_such_setting=1' -c 'select 1'
  run_psql "$side" many-rows -A -t -c "select g, md5(g::text) from generate_series(1, 200000) g" psql_one
  run_psql "$side" long-value -A -t -c "select repeat('x', 20000000)" psql_one
  cd - >/dev/null
done
compare psql "$dir/out/psql"
head -c 20000 "$dir"/psql.*.diff
