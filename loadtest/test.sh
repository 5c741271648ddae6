#!/usr/bin/env bash
# Checks the types of the k6 scripts and of their tests, and runs the tests: against ./frpc-gateway in the folder above, without k6.
# Ends with a line "N passed, N failed"; exit status 0 only when none failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ../prerequisites.sh
require_node
if [ ! -x "${FRPC_GATEWAY_BINARY:-../frpc-gateway}" ]; then
  echo "loadtest/test.sh: ../frpc-gateway is not there: run ../publish.sh, or name another binary in FRPC_GATEWAY_BINARY" >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# node_modules is as the lock file says, or it is made so.
if ! cmp -s package-lock.json node_modules/.frpc-lock; then
  npm ci --silent --prefer-offline
  cp package-lock.json node_modules/.frpc-lock
fi

passed=0
failed=0

# A part that succeeds or fails as a whole.
check() {
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
check node_modules/.bin/tsc --project .
check node_modules/.bin/tsc --project test

mapfile -t files < <(find test -name '*.test.js' | sort)
status=0
node --test --test-reporter=spec "${files[@]}" >"$log" 2>&1 || status=$?
count() { sed -nE "s/^ℹ $1 ([0-9]+)$/\1/p" "$log" | tail -n 1; }
bad=$(($(count fail) + $(count cancelled)))
if [ "$status" != 0 ] || [ "$bad" != 0 ]; then
  cat "$log" >&2
  [ "$bad" != 0 ] || bad=1
fi
passed=$((passed + $(count pass)))
failed=$((failed + bad))

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
