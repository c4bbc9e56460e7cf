#!/usr/bin/env bash
# Serves all sides until it is interrupted, and writes how to reach them to $COMPAT_DIR/environment: for running a suite by hand.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Scripts/compat/lib.sh
: "${COMPAT_DIR:?set COMPAT_DIR to a directory}"
trap compat_stop EXIT
compat_start
{
  declare -p side_ports
  printf 'token=%q\ndir=%q\n' "$token" "$dir"
} >"$dir/environment"
for side in "${sides[@]}"; do on_side "$side" createdb drivers; done
echo "ready: . $dir/environment"
wait
