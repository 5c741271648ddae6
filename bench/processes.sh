# The processes of a measurement, on loopback, with their files in a temporary folder. Sourced, not run.

program=${FRPC_GATEWAY_BINARY:-./frpc-gateway}
[ -x "$program" ] || { echo "missing: $program. ./publish.sh builds it; FRPC_GATEWAY_BINARY names another." >&2; exit 1; }

work=$(mktemp -d)
# In a file, because processes may be started in a subshell.
touch "$work/children"
cleanup() {
  while read -r child; do kill "$child" 2>/dev/null || true; done <"$work/children"
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fail() { echo "$(basename "$0"): $1" >&2; [ ! -s "${2:-/dev/null}" ] || cat "$2" >&2; exit 1; }

# wait_for FILE PATTERN CHILD: waits for the line, at most five seconds.
wait_for() {
  local file=$1 pattern=$2 child=$3
  for _ in $(seq 100); do
    if grep -qE "$pattern" "$file"; then return; fi
    kill -0 "$child" 2>/dev/null || break
    sleep 0.05
  done
  fail "no line \"$pattern\" from a started process:" "$file"
}

# start_demo PROTOCOL: runs the embedded server in its own process, and prints its port.
start_demo() {
  local log
  log=$(mktemp "$work/demo.XXXXXX")
  "$program" demo --protocol "$1" --address 127.0.0.1:0 >"$log" 2>&1 &
  echo "$!" >>"$work/children"
  wait_for "$log" '^ready' $!
  sed -nE "s/^listener $1 127\.0\.0\.1:([0-9]+)$/\1/p" "$log"
}

# run_gateway: runs a gateway with the configuration on standard input; sets gateway_pid.
run_gateway() {
  cat >"$work/gateway.json"
  # Created first, because the background process may start later than the first read.
  : >"$work/gateway.log"
  "$program" --config "$work/gateway.json" >"$work/gateway.log" 2>&1 &
  gateway_pid=$!
  echo "$gateway_pid" >>"$work/children"
  wait_for "$work/gateway.log" '^ready' "$gateway_pid"
}

# listener_port PROTOCOL: the port of the gateway's listener for this format.
listener_port() { sed -nE "s/^listener [^ ]+ +$1 +127\.0\.0\.1:([0-9]+)$/\1/p" "$work/gateway.log"; }

# end_gateway: stops the gateway that was started last, and waits for it.
end_gateway() {
  kill "$gateway_pid"
  wait "$gateway_pid"
}

# resident_kib PROCESS: its resident memory.
resident_kib() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"; }
