#!/usr/bin/env bash
# Two smf servers and one frame server in their own processes, a gateway in front of them, and two client processes
# that check every reply: 64 connections with 16 calls in flight each, in both formats at the same time.
#
#   bench/soak.sh                30 seconds
#   SECONDS_EACH=5 bench/soak.sh
#
# Exit status 0 only if every reply arrived and was correct.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${SECONDS_EACH:-30}
[ $# = 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
source bench/processes.sh

first=$(start_demo smf)
second=$(start_demo smf)
third=$(start_demo frame)
run_gateway <<CONFIG
{
  "listeners": [
    { "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" },
    { "name": "frames", "address": "127.0.0.1:0", "protocol": "frame" },
  ],
  "backends": {
    "storage": { "protocol": "smf", "servers": ["127.0.0.1:$first", "127.0.0.1:$second"] },
    "snapshots": { "protocol": "frame", "servers": ["127.0.0.1:$third"] },
  },
  "routes": [
    { "name": "get", "id": "0x6ad4023d", "backend": "storage" },
    { "name": "echo", "endpoint": "Echo", "backend": "snapshots" },
  ],
}
CONFIG

load() { "$program" bench "127.0.0.1:$(listener_port "$1")" --protocol "$1" --connections 64 --in-flight 16 --duration "${seconds}s"; }

before=$(resident_kib "$gateway_pid")
load smf >"$work/smf.txt" 2>&1 &
smf=$!
status=0
load frame >"$work/frame.txt" 2>&1 || status=1
wait "$smf" || status=1
for format in smf frame; do
  printf '%s, 64 × 16 in flight for %s s:\n' "$format" "$seconds"
  cat "$work/$format.txt"
  echo
done
echo "memory of the gateway: $before KiB before, $(resident_kib "$gateway_pid") KiB after"
[ "$status" = 0 ] || fail "a reply was missing or wrong"
echo "every reply arrived and was correct"
