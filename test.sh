#!/usr/bin/env bash
# Publishes ./frpc-gateway and runs every test: unit tests and simulations on net10.0, end-to-end tests against the
# published binary. Ends with a line "N passed, N failed"; exit status 0 only when none failed.
#
#   ./test.sh                                 everything
#   ./test.sh -class '*TimerWheel*'           a part: all arguments go to the test runner
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ./prerequisites.sh

require_native_toolchain
(require_comparison) || echo "test.sh: the tests of bench/run.sh are skipped without it"
./publish.sh

echo "test.sh: building the tests …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! dotnet build FrameRpc.sln -c Debug -v quiet -nologo >"$log" 2>&1; then
  cat "$log" >&2
  echo "0 passed, 1 failed"
  exit 1
fi

status=0
artifacts/build/bin/Tests/debug_net10.0/FrameRpc.Tests -noColor -noLogo "$@" 2>&1 | tee "$log" || status=$?

# The runner's own closing line: "  FrameRpc.Tests  Total: 9, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1.2s"
summary=$(grep -E '^ *FrameRpc\.Tests +Total: [0-9]+' "$log" | tail -n 1 || true)
count() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$summary"; }
if [ -z "$summary" ]; then
  echo "test.sh: the test runner ended without a summary" >&2
  echo "0 passed, 1 failed"
  exit 1
fi
failed=$(($(count Failed) + $(count Errors)))
skipped=$(count Skipped)
passed=$(($(count Total) - $(count Failed) - skipped))
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ] && [ "$status" = 0 ]
