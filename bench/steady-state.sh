#!/usr/bin/env bash
# Runs every kind of load at once, in both formats, and checks that it caused no collection: a call allocates nothing, so the
# garbage collector has nothing to do, and no call ever waits for it.
#
#   bench/steady-state.sh                  30 seconds after 5 of warm-up
#   SECONDS_EACH=5 bench/steady-state.sh
#
# Small smf calls (64 connections × 16 in flight), frame calls (64 × 1), smf bodies of 1 MiB (4 × 2) and streams of 64 MiB
# (2 × 1), every reply checked. The gateway's own report (SIGUSR1) is read before and after. Exit status 0 only if every
# reply was correct and no collection ran between the two.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${SECONDS_EACH:-30}
warm_up=${WARM_UP_SECONDS:-5}
[ $# = 0 ] || { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
source bench/processes.sh

smf_server=$(start_demo smf)
frame_server=$(start_demo frame)
run_gateway <<CONFIG
{
  "listeners": [
    { "name": "smf", "address": "127.0.0.1:0", "protocol": "smf" },
    { "name": "frames", "address": "127.0.0.1:0", "protocol": "frame" },
  ],
  "backends": {
    "storage": { "protocol": "smf", "servers": ["127.0.0.1:$smf_server"] },
    "snapshots": { "protocol": "frame", "servers": ["127.0.0.1:$frame_server"] },
  },
  "routes": [
    { "name": "get", "id": "0x6ad4023d", "backend": "storage" },
    { "name": "echo", "endpoint": "Echo", "backend": "snapshots" },
    { "name": "stream", "endpoint": "Stream", "backend": "snapshots", "replyBody": "octets" },
  ],
}
CONFIG

# report: the gateway's current report line.
report() {
  local before
  before=$(grep -c '^served: ' "$work/gateway.log" || true)
  kill -USR1 "$gateway_pid"
  for _ in $(seq 100); do
    if [ "$(grep -c '^served: ' "$work/gateway.log" || true)" -gt "$before" ]; then
      grep '^served: ' "$work/gateway.log" | tail -n 1
      return
    fi
    sleep 0.05
  done
  fail "the gateway does not answer SIGUSR1:" "$work/gateway.log"
}

collections() { sed -nE 's/.*; ([0-9]+) collections, .*/\1/p' <<<"$1"; }

# load NAME PROTOCOL OPTIONS...: runs in the background, for the whole time.
load() {
  local name=$1 protocol=$2
  shift 2
  "$program" bench "127.0.0.1:$(listener_port "$protocol")" --protocol "$protocol" --warm-up 0s --timeout 1m --duration "$((warm_up + seconds + 2))s" "$@" \
    >"$work/$name.txt" 2>&1 &
  loads+=("$name:$!")
  echo "$!" >>"$work/children"
}

loads=()
load small smf --connections 64 --in-flight 16
load frames frame --connections 64 --in-flight 1
load large smf --connections 4 --in-flight 2 --size 1048576
load streams frame --connections 2 --in-flight 1 --stream 64MiB
sleep "$warm_up"
before=$(report)
sleep "$seconds"
after=$(report)

status=0
for load in "${loads[@]}"; do
  wait "${load#*:}" || { status=1; echo "${load%%:*}: wrong or missing replies:"; cat "$work/${load%%:*}.txt"; }
done
printf 'after %s s of warm-up\n  %s\nafter %s s more\n  %s\n' "$warm_up" "$before" "$seconds" "$after"
[ "$status" = 0 ] || fail "a reply was missing or wrong"
ran=$(($(collections "$after") - $(collections "$before")))
[ "$ran" = 0 ] || fail "$ran collections ran under load"
echo "no collection in $seconds s"
