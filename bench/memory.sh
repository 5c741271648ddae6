#!/usr/bin/env bash
# Measures the memory of gateways with few and with many workers: idle, idle with an admin address, and after 40,000 calls
# from 256 callers of each format, which have just disconnected. The servers are embedded, so their memory is included.
#
#   bench/memory.sh            1, 2, 16 and 64 workers, ROUNDS=3 starts of each by default; half a minute
#   bench/memory.sh 1 128      other numbers of workers
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1:-}" in -*) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;; esac
[ $# -gt 0 ] || set -- 1 2 16 64
source bench/processes.sh
ROUNDS=${ROUNDS:-3}
source bench/figures.sh

# start WORKERS [MEMBERS]: a gateway of both formats, with further members of its configuration.
start() {
  run_gateway <<CONFIG
{
  "workers": $1,
  "listeners": [
    { "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" },
    { "name": "frames", "address": "127.0.0.1:0", "protocol": "frame" },
  ],
  "backends": {
    "demo-smf": { "protocol": "smf", "servers": ["demo:echo"] },
    "demo-frames": { "protocol": "frame", "servers": ["demo:echo"] },
  },
  "routes": [
    { "name": "get", "id": "0x6ad4023d", "backend": "demo-smf" },
    { "name": "echo", "endpoint": "Echo", "backend": "demo-frames" },
  ],
  ${2:-}
}
CONFIG
}

load() {
  "$program" bench "127.0.0.1:$(listener_port "$1")" --protocol "$1" --connections 256 --count 40000 >"$work/load.log" 2>&1 ||
    fail "wrong or missing replies:" "$work/load.log"
}

# measure WORKERS ROUND: appends a line to results.
measure() {
  local idle with_admin
  start "$1" '"admin": { "address": "127.0.0.1:0" }'
  with_admin=$(resident_kib "$gateway_pid")
  end_gateway
  start "$1"
  idle=$(resident_kib "$gateway_pid")
  load smf
  load frame
  echo "memory $1 $2 $idle $with_admin $(resident_kib "$gateway_pid")" >>"$work/results"
  end_gateway
}

mebibytes() { column memory "$1" "$2" | awk '{ print $1 / 1024 }' | spread '%.1f'; }

echo "$("$program" --version), $(nproc) cores, $(uname -sr)"
for round in $(seq "$rounds"); do
  for workers in "$@"; do measure "$workers" "$round"; done
done
printf '\nresident MiB: median [lowest highest] of %s starts\n' "$rounds"
printf '%-8s %-20s %-22s %s\n' workers idle 'idle, with admin' 'after calls'
for workers in "$@"; do
  printf '%-8s %-20s %-22s %s\n' "$workers" "$(mebibytes "$workers" 4)" "$(mebibytes "$workers" 5)" "$(mebibytes "$workers" 6)"
done
