#!/usr/bin/env bash
# The specs of ruby-pg on every side; the outcome of each example is compared.
#
#   Scripts/compat/ruby.sh SOURCE      SOURCE: a checkout of ruby-pg
#
# Needs ruby-dev, ruby-rspec, libpq-dev, gcc and make. Where the specs would look for the server's own socket they find the one of the side
# `direct`: a gate has none, so that they are the same on each side.
set -euo pipefail
source=$(cd "${1:?give a checkout of ruby-pg}" && pwd)
cd "$(dirname "$0")/../.."
server=$PWD/Scripts/compat/ruby/server.rb
. Scripts/compat/lib.sh
trap compat_stop EXIT
COMPAT_ASKS=yes COMPAT_DATABASES='test' compat_start

tree=$dir/ruby
rm -rf "$tree"
cp -a "$source" "$tree"
mkdir -p "$tree/build" "$dir/scratch" "$dir/sockets"
for side in "${sides[@]}"; do
  ln -sfn "${server_directories[direct]}/.s.PGSQL.${server_ports[direct]}" "$dir/sockets/.s.PGSQL.${side_ports[$side]}"
done
export PGSSLMODE=prefer
(cd "$tree/build" && ruby ../ext/extconf.rb && make) >"$dir/ruby.build.log" 2>&1 || { tail -n 20 "$dir/ruby.build.log" >&2; exit 1; }
for side in "${sides[@]}"; do
  mkdir -p "$dir/out/ruby/$side"
  on_side "$side" createdb test
  (cd "$tree" && on_side "$side" env COMPAT_SCRATCH="$dir/scratch" COMPAT_SOCKET="$dir/sockets" PGDATABASE=test USER=postgres \
    timeout 1200 rspec -I build -I lib -r "$server" --seed 1 --format json --out "$dir/ruby.$side.json" --format progress spec \
    >"$dir/ruby.$side.log" 2>&1) || true
  python3 - "$dir/ruby.$side.json" >"$dir/out/ruby/$side/ruby-pg.out" <<'PYTHON'
import json, sys
text = open(sys.argv[1]).read()
for example in sorted(json.loads(text)["examples"], key=lambda e: (e["file_path"], e["full_description"])):
    print(example["status"], example["file_path"], example["full_description"].replace("\n", " "))
PYTHON
  grep -E '^[0-9]+ examples' "$dir/ruby.$side.log" || tail -n 5 "$dir/ruby.$side.log"
done
compare_outcomes ruby-pg "$dir/out/ruby"
