#!/usr/bin/env bash
# Every fuzz target for SECONDS each, from the seeds of the ordinary tests; findings are left in Fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/../Fuzz"
seconds=${1:-60}
only=${2:-}
export SWIFT_BACKTRACE=enable=no
command -v ld.lld >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends lld >/dev/null
mkdir -p findings
for target in PolicyLang Compiler LanguageServer Importing Machine Inspect Schema Shell Mask Identity Recording PostgresWire; do
  [ -z "$only" ] || [ "$only" = "$target" ] || continue
  swift build -c release --product "${target}Fuzz" 2>&1 | grep -E 'error|Compiling|Build' | tail -n 1
  case $target in
    PostgresWire) seeds=../Tests/GatewayTests/Cases ;;
    Schema) seeds=../Tests/InspectTests/SchemaCases ;;
    Shell) seeds=../Tests/InspectTests/ShellCases ;;
    *) seeds=../Tests/${target}Tests/Cases ;;
  esac
  corpus=$(mktemp -d)
  # Each text of a shell case is a seed; its first byte chooses the dialect.
  [ "$target" != Shell ] || for file in "$seeds"/*.cases; do
    awk -v RS='\n====\n' -v out="$corpus/$(basename "$file" .cases)-" \
      'NR > 1 { sub(/\n----.*/, ""); name = out NR; printf "%s%s", NR % 2 ? "a" : "b", $0 > name; close(name) }' "$file"
  done
  # Each line of the wire's seeds is one, in hexadecimal.
  [ "$target" != PostgresWire ] || perl -ne 'chomp; open(my $out, ">:raw", "'"$corpus"'/seed-$.") or die; print $out pack("H*", $_)' \
    "$seeds/wire.seeds"
  find "$seeds" -type f -size -64k -exec cp -t "$corpus" {} + 2>/dev/null || true
  echo "== $target: ${seconds} s"
  ".build/release/${target}Fuzz" -max_total_time="$seconds" -max_len=8192 -use_value_profile=1 -rss_limit_mb=4096 -timeout=20 \
    -artifact_prefix="findings/$target-" -print_final_stats=1 "$corpus" 2>&1 | grep -E 'stat::number_of_executed|ERROR|SUMMARY|Fatal' || true
  rm -rf "$corpus"
done
[ -z "$(ls findings)" ] || { ls findings; exit 1; }
