#!/usr/bin/env bash
# The suites of node-postgres on every side, JavaScript client: pg (unit and integration), pg-pool, pg-cursor, pg-query-stream, pg-protocol.
# The outcome of each test is compared.
#
#   Scripts/compat/node.sh SOURCE      SOURCE: a checkout of node-postgres
#
# Needs nodejs and the packages mocha, ts-node, node-typescript, node-async, node-bluebird, node-co, node-lodash, node-expect.js,
# node-concat-stream, node-jsonstream, chai, node-split2, node-xtend. What node-postgres itself stands on (pg-types, pgpass) is taken
# out of the package node-pg, which need not be installed. Tests that want stream-spec are left out, one that
# wants pg-copy-streams fails alike everywhere.
set -euo pipefail
source=$(cd "${1:?give a checkout of node-postgres}" && pwd)
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
trap compat_stop EXIT
COMPAT_ASKS=yes compat_start

tree=$dir/node
rm -rf "$tree"
mkdir -p "$tree/node_modules" "$tree/debian"
cp -a "$source/packages" "$tree/packages"
(cd "$tree/debian" && apt-get download node-pg >/dev/null 2>&1 && dpkg-deb -x node-pg_*.deb .)
for name in pg-types pgpass postgres-array postgres-bytea postgres-date postgres-interval postgres-range pg-int8 pg-numeric obuf; do
  cp -a "$tree/debian/usr/share/nodejs/$name" "$tree/node_modules/"
done
for name in pg pg-pool pg-cursor pg-query-stream pg-protocol pg-connection-string pg-cloudflare; do
  ln -sfn "../packages/$name" "$tree/node_modules/$name"
done
export NODE_PATH=/usr/share/nodejs
# Types are not checked: their packages are not there. What is written is the same.
compile() { # PACKAGE ROOT OUTPUT FOLDER…
  local package=$tree/packages/$1 root=$2 output=$3
  shift 3
  (cd "$package" && tsc --module commonjs --esModuleInterop --target es2018 --skipLibCheck --rootDir "$root" --outDir "$output" \
    $(find "$@" -name '*.ts') >>"$dir/tsc.log" 2>&1) || true
}
compile pg-protocol src dist src
compile pg-query-stream src dist src
grep -l stream-spec "$tree"/packages/pg-query-stream/test/*.ts | xargs rm
compile pg-query-stream . js src test
chmod 600 "$tree/packages/pg/test/unit/client/pgpass.file"

# The programs of pg are run one by one; each says what it tested, and ends with another code than 0 if something failed.
programs() { # SIDE FOLDER
  local side=$1 program code
  cd "$tree/packages/pg"
  for program in $(find "test/$2" -name '*-tests.js' | sort); do
    code=0
    on_side "$side" env PGDATABASE=drivers PGTESTNOSSL="${PGTESTNOSSL:-}" timeout 120 node "$program" >"$dir/node.out" 2>&1 || code=$?
    { echo "=== $program"; cat "$dir/node.out"; } >>"$dir/node.$side.log"
    sed -n -E "s#^ +(.*[^ ]) +✔.*#passed $program: \1#p; s#^ +(.*[^ ]) +FAILED!.*#failed $program: \1#p; \
      s#^ +(.*[^ ]) +\? - SKIPPED.*#skipped $program: \1#p" "$dir/node.out"
    echo "exit $code $program"
  done
  cd - >/dev/null
}

suite() { # SIDE PACKAGE FILES…
  local side=$1 package=$2
  shift 2
  cd "$tree/packages/$package"
  on_side "$side" env PGDATABASE=drivers timeout 300 node /usr/share/nodejs/mocha/bin/mocha.js --exit --reporter json "$@" >"$dir/mocha.json" 2>"$dir/mocha.err" || true
  { echo "=== $package"; cat "$dir/mocha.json" "$dir/mocha.err"; } >>"$dir/node.$side.log"
  node -e '
    const text = require("fs").readFileSync(process.argv[1], "utf8")
    const report = JSON.parse(text.slice(text.indexOf("{\n  \"stats\"")))
    for (const kind of ["passes", "failures", "pending"])
      for (const test of report[kind]) console.log(kind, process.argv[2] + ":", test.fullTitle, kind === "failures" ? test.err.message.split("\n")[0] : "")
  ' "$dir/mocha.json" "$package" || echo "no report of $package"
  cd - >/dev/null
}

for side in "${sides[@]}"; do
  on_side "$side" createdb drivers
  # The user's home must not lend a password file.
  export HOME=$dir
  mkdir -p "$dir/out/node/$side"
  : >"$dir/node.$side.log"
  [ "$side" != direct ] || programs "$side" unit >"$dir/out/node/$side/unit.out"
  programs "$side" integration >"$dir/out/node/$side/pg.out"
  suite "$side" pg-pool test/*.js 'test/**/*.js' | sort >"$dir/out/node/$side/pg-pool.out"
  suite "$side" pg-cursor 'test/**/*.js' | sort >"$dir/out/node/$side/pg-cursor.out"
  suite "$side" pg-query-stream 'js/test/**/*.js' | sort >"$dir/out/node/$side/pg-query-stream.out"
  [ "$side" != direct ] || suite "$side" pg-protocol 'dist/**/*.test.js' | sort >"$dir/out/node/$side/pg-protocol.out"
done
for label in pg pg-pool pg-cursor pg-query-stream; do compare_outcomes "$label" "$dir/out/node"; done
for label in unit pg-protocol; do
  echo "$label, no server: $(grep -cE '^(passed|passes)' "$dir/out/node/direct/$label.out") passed, $(grep -cE '^(failed|failures|exit [1-9])' "$dir/out/node/direct/$label.out") failed"
done
