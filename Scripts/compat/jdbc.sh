#!/usr/bin/env bash
# The suite of pgjdbc on every side, with its default query mode (extended, prepared at the server) and with preferQueryMode=simple; the
# outcome of each test is compared.
#
#   Scripts/compat/jdbc.sh SOURCE [default] [simple] [extended] [extendedForPrepared] [extendedCacheEverything]
#
# SOURCE is a checkout of pgjdbc. JDBC_CLASSES runs those classes of tests alone. Needs a JDK and the packages junit5, junit4, libhamcrest-java, libchecker-framework-java, libjsr305-java,
# libosgi-core-java, libosgi-compendium-java. It is compiled by javac, with stand-ins for the library of SCRAM; what wants other libraries
# that are not there is left out and listed in $COMPAT_DIR/jdbc.left-out.
set -euo pipefail
source=$(cd "${1:?give a checkout of pgjdbc}" && pwd)
shift
cd "$(dirname "$0")/../.."
stand_ins=$PWD/Scripts/compat/jdbc
. Scripts/compat/lib.sh
modes=("$@")
[ ${#modes[@]} -gt 0 ] || modes=(default simple)
trap compat_stop EXIT
COMPAT_ASKS=yes COMPAT_DATABASES='test' compat_start

java=/usr/share/java
class_path=
for name in checker-qual jsr305 osgi.core osgi.compendium osgi.cmpn osgi.annotation junit-jupiter-api junit-jupiter-params junit-jupiter-engine \
  junit-platform-commons junit-platform-engine junit-platform-console junit-platform-launcher junit-platform-reporting junit4 \
  junit-vintage-engine hamcrest opentest4j opentest4j-reporting-events opentest4j-reporting-schema apiguardian-api picocli univocity-parsers; do
  [ ! -e $java/$name.jar ] || class_path+=$java/$name.jar:
done
tree=$dir/jdbc
rm -rf "$tree"
mkdir -p "$tree/main" "$tree/test"

# Compiles what can be: a file with an error is left out, and so on until there is none.
compile_all() { # OUTPUT CLASSPATH LIST
  local output=$1 path=$2 list=$3 round
  for round in $(seq 1 12); do
    if javac -nowarn -parameters -proc:none -encoding UTF-8 -Xmaxerrs 10000 -d "$output" -cp "$path" "@$list" >"$dir/javac.log" 2>&1; then return 0; fi
    sed -n -E 's/^(.*\.java):[0-9]+: error: .*/\1/p' "$dir/javac.log" | sort -u >"$dir/javac.bad"
    [ -s "$dir/javac.bad" ] || break
    sed "s#^$source/##" "$dir/javac.bad" >>"$dir/jdbc.left-out"
    grep -vxFf "$dir/javac.bad" "$list" >"$list.next"
    mv "$list.next" "$list"
  done
  cat "$dir/javac.log" >&2
  return 1
}

: >"$dir/jdbc.left-out"
mkdir -p "$tree/version"
sed -e 's#"/\*\$version\$\*/"#"42.7"#' -e 's#/\*\$version[^*]*\*//\*-\*/##' -e 's#"/\*\$jdbc.specification.version\$\*/"#"4.2"#' \
  "$source/pgjdbc/src/main/version/org/postgresql/util/DriverInfo.java" >"$tree/version/DriverInfo.java"
find "$source/pgjdbc/src/main/java" -name '*.java' | grep -vE '/sspi/(SSPIClient|NTDSAPI)|/osgi/|/v3/ScramAuthenticator' >"$tree/main.files"
ls "$stand_ins"/*.java "$tree/version/DriverInfo.java" >>"$tree/main.files"
compile_all "$tree/main" "$class_path" "$tree/main.files"
cp -a "$source/pgjdbc/src/main/resources/." "$tree/main/"
find "$source/testkit/src/main/java" "$source/pgjdbc/src/test/java" -name '*.java' >"$tree/test.files"
compile_all "$tree/test" "$tree/main:$class_path" "$tree/test.files"
cp -a "$source/pgjdbc/src/test/resources/." "$tree/test/"
[ ! -d "$source/testkit/src/main/resources" ] || cp -a "$source/testkit/src/main/resources/." "$tree/test/"
echo "compiled $(wc -l <"$tree/test.files") files of tests, left out $(wc -l <"$dir/jdbc.left-out")"

cp -a "$source/build.properties" "$source/ssltest.properties" "$tree/"
# Classes with sets of arguments are run with the first and the last: a second run takes those alone.
again=()
for name in $(cd "$source/pgjdbc/src/test/java" && grep -rl '^@ParameterizedClass' .); do
  name=${name#./}
  [ ! -e "$tree/test/${name%.java}.class" ] || again+=(--select-class "$(tr / . <<<"${name%.java}")")
done

run_mode() { # SIDE MODE
  local side=$1 mode=$2 options=() chosen which
  [ "$mode" = default ] || options+=("-DpreferQueryMode=$mode")
  : >"$dir/jdbc.$mode.$side.log"
  for chosen in 0 -1; do
    which=(--scan-classpath "$tree/test" --include-classname '.*Test.*')
    [ $chosen = 0 ] || which=("${again[@]}")
    # shellcheck disable=SC2086
    [ -z "${JDBC_CLASSES:-}" ] || which=($(printf -- '--select-class %s ' $JDBC_CLASSES))
    rm -rf "${dir:?}/reports/$mode.$side.$chosen"
    (cd "$tree/test" && on_side "$side" timeout 1500 java -Xmx1g -XX:TieredStopAtLevel=1 "${options[@]}" -Dcompat.arguments=$chosen \
      -Duser.language=tr -Duser.country=TR -Djava.awt.headless=true -Dbuild.properties.relative.path="$tree" \
      -Dtest.url.PGHOST=127.0.0.1 -Dtest.url.PGPORT="${side_ports[$side]}" -Dtest.url.PGDBNAME=test -Duser=postgres -Dpassword="$token" \
      -DprivilegedUser=postgres -DprivilegedPassword="$token" -Djunit.jupiter.execution.timeout.default=120s \
      -cp "$tree/main:$tree/test:$class_path" org.junit.platform.console.ConsoleLauncher "${which[@]}" \
      --exclude-tag org.postgresql.test.Replication --details none --reports-dir "$dir/reports/$mode.$side.$chosen" \
      >>"$dir/jdbc.$mode.$side.log" 2>&1) || true
  done
  python3 - "$dir/reports/$mode.$side" >"$dir/out/jdbc/$side/$mode.out" <<'PYTHON'
import glob, re, sys, xml.etree.ElementTree as tree
seen = {}
for path in glob.glob(sys.argv[1] + ".*/TEST-junit-*.xml"):
    which = path.split("/")[-2].rsplit(".", 1)[1]
    for case in tree.parse(path).iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        key = f"{case.get('classname')}.{case.get('name')} {which}"
        seen.setdefault(key, []).append(kinds[0] if kinds else "passed")
for key in sorted(seen):
    print(key, " ".join(sorted(seen[key])))
PYTHON
  grep -E 'tests (successful|failed)' "$dir/jdbc.$mode.$side.log" || true
}

for side in "${sides[@]}"; do
  mkdir -p "$dir/out/jdbc/$side"
  on_side "$side" createdb test
  on_side "$side" psql -qX -c "create role test login password 'test'" -c 'alter database test owner to test' test
  for extension in hstore sslinfo; do on_side "$side" psql -qX -c "create extension if not exists $extension" test || true; done
  for mode in "${modes[@]}"; do echo "== $mode, $side"; run_mode "$side" "$mode"; done
done
for mode in "${modes[@]}"; do compare_outcomes "$mode" "$dir/out/jdbc"; done
