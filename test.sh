#!/usr/bin/env bash
# Publishes ./frpc-gateway, and a program that uses all of the library, and runs every test: unit tests and simulations,
# end-to-end tests against what was published, and those of the k6 scripts. Those of the proxy run three times:
# with large bodies as by default, all spliced, all copied. Ends with a line "N passed, N failed"; exit status 0 only when none failed.
#
#   ./test.sh                                 everything
#   ./test.sh -class '*TimerWheel*'           a part, once: all arguments go to the test runner
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./prerequisites.sh
source ./build-step.sh

require_native_toolchain
(require_comparison) || echo "test.sh: the tests of bench/run.sh are skipped without it"
(require_prometheus) || echo "test.sh: the tests of the metrics by Prometheus itself are skipped without it"
(require_go) || echo "test.sh: the tests of JSON against Go's own reader are skipped without it"
(require_image_tools) || echo "test.sh: the tests of the image are skipped without it"
(require_deploy_checks) || echo "test.sh: tests of manifests, unit and bill of materials are skipped without it"
./publish.sh
./publish.sh Tests/AotProgram

log=$(mktemp)
trap 'end_build_step; rm -f "$log"' EXIT
if ! build_step "test.sh: building the tests" dotnet build FrameRpc.sln -c Debug -v quiet -nologo; then
  explain_restore "$step_log"
  echo "0 passed, 1 failed"
  exit 1
fi

passed=0
failed=0
skipped=0

# A number of the runner's own closing line:
#   FrameRpc.Tests  Total: 9, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1.2s
count() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$summary"; }

# Runs the tests that the arguments select, and adds up how they went.
run_tests() {
  local status=0
  artifacts/build/bin/Tests/debug_net10.0/FrameRpc.Tests -noColor -noLogo "$@" 2>&1 | tee "$log" || status=$?

  local summary
  summary=$(grep -E '^ *FrameRpc\.Tests +Total: [0-9]+' "$log" | tail -n 1 || true)
  if [ -z "$summary" ]; then
    echo "test.sh: the test runner ended without a summary" >&2
    failed=$((failed + 1))
    return
  fi
  local bad=$(($(count Failed) + $(count Errors)))
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
    echo "test.sh: the test runner ended with exit status $status, although no test failed" >&2
    bad=1
  fi
  failed=$((failed + bad))
  skipped=$((skipped + $(count Skipped)))
  passed=$((passed + $(count Total) - $(count Failed) - $(count Skipped)))
}

run_tests "$@"
if [ $# = 0 ]; then
  # What passes a body on must not matter to the proxy: its tests again, with everything spliced and with everything copied.
  for relay in splice copy; do
    echo "test.sh: the proxy's tests with relay \"$relay\" …"
    FRPC_RELAY=$relay run_tests -namespace FrameRpc.Tests.Proxy -namespace 'FrameRpc.Tests.Proxy.*'
  done

  echo "test.sh: the k6 scripts …"
  status=0
  loadtest/test.sh 2>&1 | tee "$log" || status=$?
  summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1 || echo "0 passed, 1 failed")
  read -r more_passed _ more_failed _ <<<"$summary"
  if [ "$status" != 0 ] && [ "$more_failed" = 0 ]; then
    echo "test.sh: the tests of the k6 scripts ended with exit status $status, although no test failed" >&2
    more_failed=1
  fi
  passed=$((passed + more_passed))
  failed=$((failed + more_failed))
fi

if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
