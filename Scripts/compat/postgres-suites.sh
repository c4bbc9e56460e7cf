#!/usr/bin/env bash
# PostgreSQL's own suites, direct and through the gate: core regression, PL/pgSQL (and the other languages that are installed), contrib,
# isolation, libpq_pipeline, ECPG. The outputs of the two sides are compared with each other.
#
#   Scripts/compat/postgres-suites.sh [core] [pl] [contrib] [isolation] [pipeline] [ecpg] [archive]     default: all but the last
#
# `archive` is the module basic_archive of contrib, whose servers archive what they write.
# COMPAT_CONTRIB chooses some modules of contrib by name.
#
# Needs the packages postgresql-server-dev-15, postgresql-contrib, libecpg-dev and gcc, and the sources of the server's version in PG_SOURCE, as
# `apt-get source postgresql-15` unpacks them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh

source=${PG_SOURCE:?set PG_SOURCE to the unpacked sources of PostgreSQL}
[ -d "$source/src/test/regress" ] || { echo "no sources of PostgreSQL in $source" >&2; exit 1; }
suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(core pl contrib isolation pipeline ecpg)
[[ " ${suites[*]} " != *" archive "* ]] ||
  COMPAT_SERVER="-c archive_mode=on -c archive_library=basic_archive -c basic_archive.archive_directory=. ${COMPAT_SERVER:-}"
COMPAT_DATABASES="ecpg1_regression ecpg2_regression ${COMPAT_DATABASES:-}"
server_include=$("$pg_bin/pg_config" --includedir-server)
pgxs=$(dirname "$("$pg_bin/pg_config" --pgxs)")/..
regress=$pgxs/test/regress/pg_regress

trap compat_stop EXIT
compat_start

# A copy of the sources' folder for each side: tests write beside themselves.
copy_for() { # SIDE FOLDER
  work=$dir/work/$1/$2
  rm -rf "$work"
  mkdir -p "$work" "$dir/out/$2/$1"
  cp -a "$source/$2/." "$work/"
  if [ "$(id -u)" -eq 0 ]; then chown -R postgres "$dir/work" "$dir/out"; fi
}

run_regress() { # SIDE FOLDER PROGRAM ARGUMENTS…
  local side=$1 folder=$2 program=$3
  shift 3
  (cd "$work" && unprivileged=yes on_side "$side" timeout 3000 "$program" --bindir="$pg_bin" --inputdir=. --outputdir=. \
    --host=127.0.0.1 --port="${side_ports[$side]}" --user=postgres "$@") \
    >"$dir/out/$folder.$side.log" 2>&1 || true
  cp -a "$work"/results/. "$dir/out/$folder/$side/" 2>/dev/null || true
  tail -n 40 "$dir/out/$folder.$side.log" | grep -E '^ ?All|^ ?[0-9]+ of' || true
}

both() { # FOLDER PROGRAM ARGUMENTS…
  local folder=$1 side
  shift
  mkdir -p "$(dirname "$dir/out/$folder")"
  for side in "${sides[@]}"; do
    copy_for "$side" "$folder"
    run_regress "$side" "$folder" "$@"
  done
  compare "$(tr / _ <<<"$folder")" "$dir/out/$folder"
}

# The names behind `REGRESS =` of a Makefile.
tests_of() { # FOLDER VARIABLE
  make -s -f - <<MAKE 2>/dev/null
$(sed -e 's/^include .*//' -e '/^installcheck/,$d' "$(ls "$source/$1"/{GNUm,M}akefile 2>/dev/null | head -n 1)" | awk -v v="$2" '
  { line = line $0 } /\\$/ { sub(/\\$/, "", line); next } { if (line ~ "^" v "[ \t]*[+:]?=") print line; line = "" }')
show:
	@echo \$($2)
MAKE
}

core() {
  mkdir -p "$dir/lib"
  gcc -O2 -fPIC -shared -I"$server_include" -I"$source/src/include" -o "$dir/lib/regress.so" "$source/src/test/regress/regress.c"
  both src/test/regress "$regress" --dlpath="$dir/lib" --schedule=parallel_schedule --max-concurrent-tests=20
}

pl() {
  local folder
  for folder in plpgsql/src plperl plpython tcl; do
    [ "$folder" = plpgsql/src ] || ls "$("$pg_bin/pg_config" --pkglibdir)/pl${folder#pl}"* >/dev/null 2>&1 || continue
    local options=()
    case $folder in
    plperl) options=(--load-extension=plperl --load-extension=plperlu) ;;
    plpython) options=(--load-extension=plpython3u) ;;
    tcl) options=(--load-extension=pltcl) ;;
    esac
    # shellcheck disable=SC2046
    both "src/pl/$folder" "$regress" --dbname=pl_regression "${options[@]}" $(tests_of "src/pl/$folder" REGRESS | sed 's/plpython_drop//')
  done
}

contrib() {
  local folder tests
  for folder in "$source"/contrib/*/; do
    folder=contrib/$(basename "$folder")
    [ -f "$source/$folder/Makefile" ] || continue
    [ -z "${COMPAT_CONTRIB:-}" ] || [[ " $COMPAT_CONTRIB " == *" ${folder#contrib/} "* ]] || continue
    [ "$folder" = contrib/basic_archive ] && continue # see archive
    tests=$(tests_of "$folder" REGRESS)
    [ -n "$tests" ] || continue
    # Query identifiers are made of OIDs, so that only the suite that shows them has them.
    if [ "$folder" = contrib/pg_stat_statements ]; then export PGOPTIONS='-c compute_query_id=on'; else unset PGOPTIONS; fi
    # shellcheck disable=SC2086
    both "$folder" "$regress" --dbname=contrib_regression \
      $(tests_of "$folder" REGRESS_OPTS | tr ' ' '\n' | grep load-extension) $tests
  done
}

archive() { both contrib/basic_archive "$regress" --dbname=contrib_regression basic_archive; }

# The preprocessor's options for a program, as the Makefiles of the folders have them.
ecpg_options() { # FOLDER/NAME
  case $1 in
  compat_informix/rnull) echo -C INFORMIX -r no_indicator ;;
  compat_informix/*) echo -C INFORMIX ;;
  compat_oracle/*) echo -C ORACLE ;;
  preproc/array_of_struct | preproc/pointer_to_struct) echo -c ;;
  preproc/autoprep) echo -r prepare ;;
  preproc/strings) echo -i ;;
  sql/define) echo -DCMDLINESYM=123 "$ecpg/sql/define_prelim.pgc" ;;
  sql/oldexec) echo -r questionmarks ;;
  esac
}

# The programs of ECPG's schedule, and of its two-phase and TCP tests: what each prints, its trace of the protocol's calls included.
ecpg() {
  ecpg=$source/src/interfaces/ecpg/test
  local built=$dir/ecpg side test includes name tests
  includes=$("$pg_bin/pg_config" --includedir)
  mkdir -p "$built"
  tests=$(sed -n 's/^test: //p' "$ecpg/ecpg_schedule")
  for test in $tests sql/twophase connect/test1; do
    name=${test/\//-}
    # shellcheck disable=SC2046
    (cd "$ecpg/${test%/*}" && command ecpg --regression -I"$includes" -I"$includes/informix/esql" -I. -I"$ecpg" \
      -o "$built/$name.c" $(ecpg_options "$test") "${test#*/}.pgc" &&
      gcc -w -pthread -I"$includes" -I"$includes/informix/esql" -I"$ecpg" -I. -o "$built/$name" "$built/$name.c" \
        -lecpg_compat -lecpg -lpgtypes -lpq -lm)
  done
  for side in "${sides[@]}"; do
    mkdir -p "$dir/out/ecpg/$side"
    for name in ecpg1_regression ecpg2_regression; do
      on_side "$side" createdb -T template0 "$name"
      on_side "$side" psql -qX -c "alter database $name set lc_messages to 'C'" -c "alter database $name set lc_monetary to 'C'" \
        -c "alter database $name set timezone_abbreviations to 'Default'" "$name"
    done
    for name in regress_ecpg_user1 regress_ecpg_user2; do on_side "$side" psql -qX -c "create role $name with login" postgres; done
    on_side "$side" psql -qX -c 'grant all on database ecpg1_regression to regress_ecpg_user1, regress_ecpg_user2' \
      -c 'grant all on schema public to regress_ecpg_user1, regress_ecpg_user2' ecpg1_regression
    for test in $tests sql/twophase connect/test1; do
      name=${test/\//-}
      (cd "$built" && on_side "$side" env PGAPPNAME="ecpg/$name" PGTZ=PST8PDT PGDATESTYLE='Postgres, MDY' \
        PGOPTIONS='-c intervalstyle=postgres_verbose' timeout 120 "./$name" >"$dir/out/ecpg/$side/$name.stdout" \
        2>"$dir/out/ecpg/$side/$name.stderr" || echo "exit $?" >>"$dir/out/ecpg/$side/$name.stdout")
      sed -i -E 's/connection to server .*failed: /connection to server failed: /' "$dir/out/ecpg/$side/$name.stderr"
    done
  done
  compare ecpg "$dir/out/ecpg"
}

isolation() {
  mkdir -p "$dir/out/src/test"
  both src/test/isolation "$pgxs/test/isolation/pg_isolation_regress" --dbname=isolation_regression --schedule=isolation_schedule
}

pipeline() {
  local folder=src/test/modules/libpq_pipeline side test
  gcc -O2 -I"$server_include" -I"$source/src/include" -I"$("$pg_bin/pg_config" --includedir)" \
    -o "$dir/lib_pipeline" "$source/$folder/libpq_pipeline.c" -lpq -L"$("$pg_bin/pg_config" --pkglibdir)" -L"$("$pg_bin/pg_config" --libdir)" -lpgcommon -lpgport
  for side in "${sides[@]}"; do
    mkdir -p "$dir/out/$folder/$side"
    on_side "$side" createdb libpq_pipeline
    for test in $("$dir/lib_pipeline" tests); do
      on_side "$side" timeout 120 "$dir/lib_pipeline" -r 700 -t "$dir/out/$folder/$side/$test.trace" "$test" dbname=libpq_pipeline \
        >"$dir/out/$folder/$side/$test.out" 2>&1 || echo "exit $?" >>"$dir/out/$folder/$side/$test.out"
    done
  done
  compare libpq_pipeline "$dir/out/$folder"
}

for suite in "${suites[@]}"; do echo "== $suite"; "$suite"; done
