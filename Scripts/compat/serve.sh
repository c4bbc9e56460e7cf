#!/usr/bin/env bash
# Serves both sides until it is interrupted, and writes how to reach them to $COMPAT_DIR/environment: for running a suite by hand.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
: "${COMPAT_DIR:?set COMPAT_DIR to a directory}"
trap compat_stop EXIT
compat_start
printf 'pg_direct=%q\ngate=%q\ntoken=%q\ndir=%q\n' "$pg_direct" "$gate" "$token" "$dir" >"$dir/environment"
for side in direct gate; do on_side "$side" createdb drivers; done
echo "ready: . $dir/environment"
wait "$gate_pid"
