#!/usr/bin/env bash
# Builds and runs tests. Ends with a line "N passed, N failed"; exit status 0 only if none failed and at least one passed.
#
#   ./test.sh                                 everything: publishes ./frpc-gateway and two other native programs, then unit tests and simulations, managed and
#                                             native, tests of the published programs and of the pages, and those of the k6 scripts. Those of the proxy run with
#                                             large bodies forwarded as by default, and, natively, all spliced and all copied
#   ./test.sh '*TimerWheel*'                  only classes of this name, once, after publishing; '*TimerWheel*.A_timer*' only such methods of them
#   ./test.sh --unit                          only unit tests and simulations, managed: publishes nothing
#   ./test.sh --unit '*TimerWheel*'           only some of those
#   ./test.sh --explore 10m                   plays the whole gateway in the simulation with fresh seeds for this long, and stops at the first failure
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./prerequisites.sh
source ./build-step.sh

usage() { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

unit_alone=
explore_seconds=
filter=

# explore_for DURATION: the argument of --explore.
explore_for() {
  if [[ ! "$1" =~ ^([1-9][0-9]{0,5})([smh])$ ]]; then
    echo "test.sh: --explore takes a duration in seconds, minutes or hours: 90s, 10m, 2h" >&2
    exit 2
  fi
  case "${BASH_REMATCH[2]}" in
    s) explore_seconds=${BASH_REMATCH[1]} ;;
    m) explore_seconds=$((BASH_REMATCH[1] * 60)) ;;
    h) explore_seconds=$((BASH_REMATCH[1] * 3600)) ;;
  esac
}

while [ $# -gt 0 ]; do
  word=$1
  shift
  case "$word" in
    --unit) unit_alone=yes ;;
    --explore)
      explore_for "${1:-}"
      shift
      ;;
    -h | --help) usage; exit 0 ;;
    -*) echo "test.sh: unknown argument \"$word\"" >&2; usage >&2; exit 2 ;;
    *)
      if [ -n "$filter" ]; then echo "test.sh: only one name can be given; \"*\" in it matches any characters" >&2; exit 2; fi
      filter=$word
      ;;
  esac
done

log=$(mktemp)
programs_log=$(mktemp)
heart=
installing=
trap 'end_build_step; kill $heart $installing 2>/dev/null || true; rm -f "$log" "$programs_log"' EXIT

passed=0
failed=0
skipped=0

UNIT=artifacts/build/bin/UnitTests/debug_net10.0/UnitTests
UNIT_NATIVE=artifacts/UnitTests
PUBLISHED=artifacts/build/bin/Tests/debug_net10.0/FrameRpc.Tests

# Options of every test program: as many tests at once as there are CPUs, and no report files.
RUNNER=(--no-ansi --progress off --disable-logo --maximum-parallel-tests "$(nproc)")
export TUNIT_DISABLE_HTML_REPORTER=true TUNIT_DISABLE_JSON_REPORT=true

# build WHAT DOTNET_ARGUMENTS…: a failed build counts as a failed test and ends the script.
build() {
  local what=$1
  shift
  if ! build_step "test.sh: building $what" dotnet build "$@" -c Debug -v quiet -nologo; then
    explain_restore "$step_log"
    echo "0 passed, 1 failed"
    exit 1
  fi
}

# filter_of CLASS[.METHOD]: the framework's form, a path of assembly, namespace, class and method.
filter_of() { case "$1" in *.*) echo "/*/*/${1%%.*}/${1#*.}" ;; *) echo "/*/*/$1/*" ;; esac; }

# A number from the runner's summary.
count() { sed -nE "s/^  $1: ([0-9]+)$/\1/p" "$log" | tail -n 1; }

# run_tests WHAT PROGRAM [FILTER]: runs the selected tests and adds up the results. If none is selected, the runner's exit status is 8.
run_tests() {
  local what=$1 program=$2 status=0 bad started=$SECONDS
  echo "test.sh: $what …"
  # The sleep may outlive the loop, so it must not hold this output open.
  (while sleep 30 >/dev/null 2>&1; do echo "test.sh: $what … $((SECONDS - started)) s"; done) &
  heart=$!
  if [ -n "$explore_seconds" ]; then
    # Progress is on standard error.
    "$program" "${RUNNER[@]}" --treenode-filter "$3" >"$log" || status=$?
  else
    "$program" "${RUNNER[@]}" ${3:+--treenode-filter "$3"} >"$log" 2>&1 || status=$?
  fi
  kill "$heart" 2>/dev/null
  wait "$heart" 2>/dev/null || true
  heart=
  if [ "$status" = 8 ] && [ -n "$filter" ]; then return; fi
  # Passed tests are not listed.
  if [ "$status" != 0 ]; then cat "$log"; else grep -A 1 '^skipped' "$log" || true; fi
  if [ -z "$(count total)" ]; then
    echo "test.sh: $program ended with exit status $status and without a summary" >&2
    failed=$((failed + 1))
    return
  fi
  bad=$(count failed)
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
    echo "test.sh: $program ended with exit status $status, although no test failed" >&2
    bad=1
  fi
  failed=$((failed + bad))
  skipped=$((skipped + $(count skipped)))
  passed=$((passed + $(count succeeded)))
  echo "test.sh: $what: $(count succeeded) passed, $bad failed, $(count skipped) skipped, $((SECONDS - started)) s"
}

# Programs that some tests need; without them these tests are skipped.
require_optional_programs() {
  (require_comparison) || echo "test.sh: the tests of bench/run.sh are skipped without it"
  (require_prometheus) || echo "test.sh: the tests of the metrics by Prometheus itself are skipped without it"
  (require_go) || echo "test.sh: the tests of JSON against Go's own reader are skipped without it"
  (require_image_tools) || echo "test.sh: the tests of the image are skipped without it"
  (require_deploy_checks) || echo "test.sh: tests of manifests, unit and bill of materials are skipped without it"
}

run_scripts() {
  local status=0 summary more_passed more_failed
  echo "test.sh: the k6 scripts …"
  loadtest/test.sh 2>&1 | tee "$log" || status=$?
  summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 || echo "0 passed, 1 failed")
  read -r more_passed _ more_failed _ <<<"$summary"
  if [ "$status" != 0 ] && [ "$more_failed" = 0 ]; then
    echo "test.sh: the tests of the k6 scripts ended with exit status $status, although no test failed" >&2
    more_failed=1
  fi
  passed=$((passed + more_passed))
  failed=$((failed + more_failed))
}

if [ -n "$explore_seconds" ]; then
  require_sdk
  build "the unit tests" Tests/Unit -p:RunAnalyzers=false
  FRPC_EXPLORE=$explore_seconds run_tests "exploring fresh seeds" "$UNIT" '/*/*/WholeGatewayTests/The_same_holds_for_seeds_that_were_never_played'
elif [ -n "$unit_alone" ]; then
  require_sdk
  # Without analyzers the build takes a third of the time; the whole run includes them.
  build "the unit tests" Tests/Unit -p:RunAnalyzers=false
  run_tests "unit tests and simulations" "$UNIT" ${filter:+"$(filter_of "$filter")"}
else
  require_native_toolchain
  # Runs in parallel, because downloading needs the network and compiling the CPUs.
  require_optional_programs >"$programs_log" 2>&1 &
  installing=$!
  ./publish.sh
  ./publish.sh Tests/AotProgram
  build "the tests" FrameRpc.sln
  wait "$installing"
  installing=
  cat "$programs_log"
  # A minute of fresh seeds, where all tests run.
  [ -n "$filter" ] || export FRPC_EXPLORE=60
  run_tests "unit tests and simulations" "$UNIT" ${filter:+"$(filter_of "$filter")"}
  unset FRPC_EXPLORE
  run_tests "tests of what is published and of the pages" "$PUBLISHED" ${filter:+"$(filter_of "$filter")"}
  if [ -z "$filter" ]; then
    ./publish.sh Tests/Unit
    FRPC_RELAY=copy run_tests 'the proxy as a native program with relay "copy"' "$UNIT_NATIVE" '/*/FrameRpc.Tests.Formats*/*/*'
    FRPC_RELAY=splice run_tests 'unit tests and simulations as a native program, the proxy with relay "splice"' "$UNIT_NATIVE"
    run_scripts
  fi
fi

if [ "$((passed + failed + skipped))" = 0 ]; then echo "test.sh: no test matches $filter" >&2; fi
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
