#!/usr/bin/env bash
# The tests of DBD::Pg on every side; the outcome of each test is compared.
#
#   Scripts/compat/perl.sh SOURCE      SOURCE: a checkout of DBD::Pg
#
# Needs perl, libdbi-perl, libpq-dev, gcc and make.
set -euo pipefail
source=$(cd "${1:?give the sources of DBD::Pg}" && pwd)
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
trap compat_stop EXIT
COMPAT_ASKS=yes compat_start

rm -rf "$dir/built"
cp -a "$source" "$dir/built"
(cd "$dir/built" && perl Makefile.PL && make) </dev/null >"$dir/perl.build.log" 2>&1 || { tail -n 20 "$dir/perl.build.log" >&2; exit 1; }
for side in "${sides[@]}"; do
  mkdir -p "$dir/out/perl/$side"
  on_side "$side" createdb drivers
  rm -rf "$dir/perl"
  cp -a "$dir/built" "$dir/perl"
  cd "$dir/perl"
  : >"$dir/perl.$side.log"
  for program in t/*.t; do
    on_side "$side" env DBI_DSN="dbi:Pg:dbname=drivers;host=127.0.0.1;port=${side_ports[$side]}" DBI_USER=postgres DBI_PASS="$token" \
      DBDPG_TESTINITDB=0 PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 timeout 300 perl -Mblib -I. "$program" >"$dir/perl.out" 2>&1 || echo "exit $?" >>"$dir/perl.out"
    { echo "=== $program"; cat "$dir/perl.out"; } >>"$dir/perl.$side.log"
    grep -E '^(ok|not ok|1\.\.|exit)' "$dir/perl.out" | sed -E -e 's/^((not )?ok) [0-9]+ - /\1 /' -e "s#^#$program #" |
      without_ports | sort >>"$dir/out/perl/$side/dbd-pg.out"
  done
  cd - >/dev/null
  echo "$side: $(grep -c ' ok ' "$dir/out/perl/$side/dbd-pg.out") ok, $(grep -c ' not ok ' "$dir/out/perl/$side/dbd-pg.out") not ok"
done
compare_outcomes dbd-pg "$dir/out/perl"
